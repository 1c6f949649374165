#include "server/http_server.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <utility>
#include <vector>

#include "server/session.hpp"

namespace stepwell::server {

namespace {

using boost::system::error_code;
using net::ip::tcp;
using Acceptor = net::basic_socket_acceptor<tcp, net::io_context::executor_type>;

/// A pause after the system had no descriptor for a new connection.
constexpr std::chrono::milliseconds kAcceptPause(100);

/// Every connection takes a descriptor, and the usual soft limit of 1,024 is below what we let in.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

std::string listen_failure(const std::string& address, std::uint16_t port, const error_code& ec) {
    const std::string where = address + " port " + std::to_string(port);
    if (ec == net::error::address_in_use) {
        return "cannot listen on " + where +
               ": another process has it. Stop that one, or choose another with --port (0 picks a "
               "free one).";
    }
    if (ec == net::error::access_denied) {
        return "cannot listen on " + where +
               ": that needs more rights. Choose a port above 1023 with --port.";
    }
    if (ec == error_code(EADDRNOTAVAIL, boost::system::system_category())) {
        return "cannot listen on " + where +
               ": this machine has no such address. Choose another with --address.";
    }
    return "cannot listen on " + where + ": " + ec.message() + ".";
}

}  // namespace

class HttpServer::Impl {
public:
    Impl(const std::string& address, std::uint16_t port, HttpLimits limits)
        : acceptor_(context_),
          sweep_timer_(context_),
          drain_timer_(context_),
          accept_pause_(context_),
          signals_(context_) {
        host_.limits = limits;
        host_.on_closed = [this] { on_session_closed(); };
        raise_descriptor_limit();
        listen(address, port);
    }

    ~Impl() {
        // Sessions hold sockets of the context: they go first. Their callbacks in the queue go with
        // the context.
        host_.on_closed = [] {};
        const auto sessions = std::exchange(host_.sessions, {});
        for (const auto& session : sessions) session->close();
    }

    tcp::endpoint endpoint() const { return endpoint_; }
    std::size_t connections() const { return connections_.load(std::memory_order_relaxed); }

    void run(Handlers handlers) {
        host_.handlers = std::move(handlers);
        accept();
        context_.run();
    }

    void stop() {
        net::post(context_, [this] { drain(); });
    }

    void stop_on_signals() {
        signals_.add(SIGTERM);
        signals_.add(SIGINT);
        signals_.async_wait([this](error_code ec, int number) {
            if (ec) return;
            spdlog::info("{}: ending; once more ends at once",
                         number == SIGINT ? "SIGINT" : "SIGTERM");
            // From here on the system's own handler stands, and kills, whatever the program hangs
            // in.
            error_code ignored;
            signals_.clear(ignored);
            drain();
        });
    }

private:
    void listen(const std::string& address, std::uint16_t port) {
        error_code ec;
        const net::ip::address ip = net::ip::make_address(address, ec);
        if (!ec) acceptor_.open(ip.is_v6() ? tcp::v6() : tcp::v4(), ec);
        if (!ec) acceptor_.set_option(net::socket_base::reuse_address(true), ec);
        if (!ec) acceptor_.bind(tcp::endpoint(ip, port), ec);
        if (!ec) acceptor_.listen(net::socket_base::max_listen_connections, ec);
        if (ec) throw ListenError(listen_failure(address, port, ec));
        endpoint_ = acceptor_.local_endpoint();
    }

    void accept() {
        acceptor_.async_accept([this](error_code ec, Socket socket) {
            if (host_.draining || ec == net::error::operation_aborted) return;
            if (!ec) {
                open_session(std::move(socket));
                return accept();
            }
            if (ec == net::error::connection_aborted) return accept();  // gone before it was taken
            spdlog::warn("cannot take a connection: {}", ec.message());
            accept_pause_.expires_after(kAcceptPause);
            accept_pause_.async_wait([this](error_code cancelled) {
                if (!cancelled) accept();
            });
        });
    }

    void open_session(Socket socket) {
        if (host_.sessions.size() >= host_.limits.max_connections) {
            if (!std::exchange(full_, true)) {
                spdlog::warn("{} connections are open: further ones are closed",
                             host_.sessions.size());
            }
            return;  // closes it
        }
        full_ = false;
        const auto session = std::make_shared<Session>(std::move(socket), host_);
        host_.sessions.insert(session);
        count_connections();
        if (host_.sessions.size() == 1) sweep_later();
        session->start();
    }

    void on_session_closed() {
        count_connections();
        if (!host_.sessions.empty()) return;
        sweep_timer_.cancel();
        if (host_.draining) drain_timer_.cancel();
    }

    void count_connections() {
        connections_.store(host_.sessions.size(), std::memory_order_relaxed);
    }

    std::vector<std::shared_ptr<Session>> sessions() const {
        return {host_.sessions.begin(), host_.sessions.end()};
    }

    /// One timer for the time-outs of all connections: setting one for each read and write would
    /// cost more than them. It runs only while somebody is connected.
    void sweep_later() {
        sweep_timer_.expires_after(host_.limits.sweep_interval);
        sweep_timer_.async_wait([this](error_code cancelled) {
            if (cancelled) return;
            const auto now = std::chrono::steady_clock::now();
            for (const auto& session : sessions()) session->check_deadline(now);
            if (!host_.sessions.empty()) sweep_later();
        });
    }

    void drain() {
        if (host_.draining) return;
        host_.draining = true;
        error_code ignored;
        acceptor_.close(ignored);
        signals_.cancel(ignored);
        accept_pause_.cancel();
        for (const auto& session : sessions()) session->finish();
        if (host_.sessions.empty()) return context_.stop();
        drain_timer_.expires_after(host_.limits.drain_timeout);
        drain_timer_.async_wait([this](error_code) {
            for (const auto& session : sessions()) session->close();
            context_.stop();
        });
    }

    net::io_context context_{1};
    SessionHost host_;
    Acceptor acceptor_;
    tcp::endpoint endpoint_;
    net::steady_timer sweep_timer_;
    net::steady_timer drain_timer_;
    net::steady_timer accept_pause_;
    net::signal_set signals_;
    std::atomic<std::size_t> connections_{0};
    bool full_ = false;  ///< more clients came than are let in, and the log says so
};

HttpServer::HttpServer(const std::string& address, std::uint16_t port, HttpLimits limits)
    : impl_(std::make_unique<Impl>(address, port, limits)) {}
HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return impl_->endpoint().port(); }

std::string HttpServer::url() const {
    const net::ip::address ip = impl_->endpoint().address();
    std::string host = ip.to_string();
    if (ip.is_unspecified())
        host = "127.0.0.1";  // listens on all; this one reaches it from here
    else if (ip.is_v6())
        host = "[" + host + "]";
    return "http://" + host + ":" + std::to_string(port());
}

void HttpServer::run(Handlers handlers) { impl_->run(std::move(handlers)); }
void HttpServer::stop() { impl_->stop(); }
void HttpServer::stop_on_signals() { impl_->stop_on_signals(); }
std::size_t HttpServer::connections() const { return impl_->connections(); }

}  // namespace stepwell::server
