#include "integrations/runtime_api.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace stepwell {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::size_t kMaxConnections = 16;  // A runtime needs one or two.
constexpr std::uint32_t kMaxHeadBytes = 64U << 10U;
constexpr std::size_t kMostSkipped = 256U << 20U;
constexpr std::string_view kPrefix = "/2018-06-01/runtime/";
constexpr auto kAwait = net::as_tuple(net::use_awaitable);

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

/// A GET …/next that waits for work.
struct NextRequest {
    explicit NextRequest(net::io_context& context) : event(context) {}
    net::steady_timer event;  // Cancelled when there is something to tell.
    std::optional<RuntimeInvocation> invocation;
};

/// `{invocation-id}` of `invocation/{invocation-id}/response`.
std::optional<std::string> invocation_id(std::string_view path, std::string_view ending) {
    constexpr std::string_view kStart = "invocation/";
    if (!path.starts_with(kStart) || !path.ends_with(ending)) return std::nullopt;
    path.remove_prefix(kStart.size());
    if (path.size() <= ending.size()) return std::nullopt;
    path.remove_suffix(ending.size());
    return std::string(path);
}

Response json_response(http::status status, std::string body) {
    Response response(status, 11);
    response.set(http::field::content_type, "application/json");
    response.body() = std::move(body);
    response.prepare_payload();
    return response;
}

Response refusal(http::status status, std::string_view type, std::string_view message) {
    return json_response(status, "{\"errorMessage\":\"" + std::string(message) +
                                     "\",\"errorType\":\"" + std::string(type) + "\"}");
}

Response accepted() { return json_response(http::status::accepted, R"({"status":"OK"})"); }

/// A value that is a header's and no more: a trace header or an ARN may come from a request of
/// anybody's.
std::string one_line(std::string value) {
    std::replace_if(
        value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; },
        ' ');
    return value;
}

/// A page on the web cannot read our answers, but it could take an invocation away. No runtime
/// sends these.
bool is_from_a_browser(const http::request<http::string_body>& request) {
    return request.find(http::field::origin) != request.end() ||
           request.find("Sec-Fetch-Site") != request.end();
}

Response invocation_response(RuntimeInvocation invocation) {
    Response response(http::status::ok, 11);
    response.set(http::field::content_type, "application/json");
    response.set("Lambda-Runtime-Aws-Request-Id", invocation.request_id);
    response.set("Lambda-Runtime-Deadline-Ms",
                 std::to_string(invocation.deadline.time_since_epoch().count()));
    response.set("Lambda-Runtime-Invoked-Function-Arn",
                 one_line(std::move(invocation.function_arn)));
    response.set("Lambda-Runtime-Trace-Id", one_line(std::move(invocation.trace_id)));
    if (!invocation.client_context.empty()) {
        response.set("Lambda-Runtime-Client-Context",
                     one_line(std::move(invocation.client_context)));
    }
    response.body() = std::move(invocation.payload);
    response.prepare_payload();
    return response;
}

}  // namespace

struct RuntimeApi::Impl : std::enable_shared_from_this<Impl> {
    Impl(net::io_context& io, Events runtime_events)
        : context(io), acceptor(io), events(std::move(runtime_events)) {}

    net::io_context& context;
    tcp::acceptor acceptor;
    Events events;
    bool closed = false;
    std::shared_ptr<NextRequest> next;
    std::vector<std::weak_ptr<tcp::socket>> sockets;

    net::awaitable<void> accept() {
        for (;;) {
            auto socket = std::make_shared<tcp::socket>(context);
            const auto [ec] = co_await acceptor.async_accept(*socket, kAwait);
            if (closed) co_return;
            if (ec) {
                // Out of descriptors, say: the runtime tries again, and so do we, a little later.
                net::steady_timer pause(context, std::chrono::milliseconds(50));
                co_await pause.async_wait(kAwait);
                if (closed) co_return;
                continue;
            }
            std::erase_if(sockets, [](const auto& weak) { return weak.expired(); });
            if (sockets.size() >= kMaxConnections) continue;  // Closes it.
            sockets.push_back(socket);
            net::co_spawn(context, serve(socket),
                          [self = shared_from_this()](std::exception_ptr fault) {
                              if (fault)
                                  spdlog::error(
                                      "integrations: a connection of the Lambda runtime API ended "
                                      "in an exception");
                          });
        }
    }

    net::awaitable<void> serve(std::shared_ptr<tcp::socket> socket) {
        boost::beast::flat_buffer buffer;
        ErrorCode ignored;  // Without it small answers are only slower.
        socket->set_option(tcp::no_delay(true), ignored);
        while (!closed) {
            http::request_parser<http::string_body> parser;
            parser.header_limit(kMaxHeadBytes);
            parser.body_limit(kMaxResponseBytes);
            const auto [head_ec, head_bytes] =
                co_await http::async_read_header(*socket, buffer, parser, kAwait);
            const bool announced_too_large = head_ec == http::error::body_limit;
            if ((head_ec && !announced_too_large) || closed) co_return;
            const std::string path = path_of(parser.get());
            ErrorCode body_ec = head_ec;
            if (!announced_too_large) {
                const auto [read_ec, body_bytes] =
                    co_await http::async_read(*socket, buffer, parser, kAwait);
                body_ec = read_ec;
            } else if (!co_await skip_body(socket, parser.get(), buffer)) {
                co_return;
            }
            if (closed) co_return;
            Response response;
            bool keep = false;
            if (body_ec == http::error::body_limit) {
                response = too_large(path);
            } else if (body_ec) {
                co_return;
            } else if (is_from_a_browser(parser.get())) {
                response = refusal(http::status::forbidden, "Forbidden", "Not for browsers");
            } else if (parser.get().method() == http::verb::get && path == "invocation/next") {
                keep = parser.get().keep_alive();
                std::optional<Response> answer = co_await wait_for_invocation(socket);
                if (!answer) co_return;
                response = std::move(*answer);
            } else {
                keep = parser.get().keep_alive();
                response = handle(parser.release(), path);
            }
            response.keep_alive(keep);
            const auto [write_ec, written] = co_await http::async_write(*socket, response, kAwait);
            if (write_ec || !keep) co_return;
        }
    }

    /// Takes a body that is not kept, so that who sends it comes to read why. False where it has no
    /// end in sight.
    net::awaitable<bool> skip_body(std::shared_ptr<tcp::socket> socket,
                                   const http::request<http::string_body>& head,
                                   boost::beast::flat_buffer& buffer) {
        const std::string length(head[http::field::content_length]);
        const std::size_t total = std::strtoull(length.c_str(), nullptr, 10);
        if (total > kMostSkipped) co_return false;
        std::size_t taken = std::min(buffer.size(), total);
        buffer.consume(taken);
        std::vector<char> scratch(64U << 10U);
        while (taken < total) {
            const auto wanted =
                net::buffer(scratch.data(), std::min(scratch.size(), total - taken));
            const auto [ec, count] = co_await socket->async_read_some(wanted, kAwait);
            if (ec) co_return false;
            taken += count;
        }
        co_return true;
    }

    static std::string path_of(const http::request<http::string_body>& request) {
        std::string_view target(request.target().data(), request.target().size());
        target = target.substr(0, target.find('?'));
        return target.starts_with(kPrefix) ? std::string(target.substr(kPrefix.size()))
                                           : std::string();
    }

    Response too_large(const std::string& path) {
        if (const auto id = invocation_id(path, "/response")) {
            if (const auto report = events.too_large) report(*id);
        }
        return refusal(http::status::payload_too_large, "RequestEntityTooLarge",
                       "Exceeded maximum allowed payload size (6291556 bytes).");
    }

    Response handle(Request request, const std::string& path) {
        const auto answer = [](bool known) {
            return known ? accepted()
                         : refusal(http::status::bad_request, "InvalidRequestID",
                                   "Invalid request ID");
        };
        if (request.method() != http::verb::post) {
            return refusal(http::status::not_found, "InvalidRequest", "There is nothing here");
        }
        if (const auto id = invocation_id(path, "/response")) {
            const auto report = events.responded;
            return answer(report && report(*id, std::move(request.body())));
        }
        if (const auto id = invocation_id(path, "/error")) {
            const auto report = events.failed;
            return answer(report && report(*id, std::move(request.body())));
        }
        if (path == "init/error") {
            if (const auto report = events.init_failed) report(std::move(request.body()));
            return accepted();
        }
        return refusal(http::status::not_found, "InvalidRequest", "There is nothing here");
    }

    net::awaitable<std::optional<Response>> wait_for_invocation(
        std::shared_ptr<tcp::socket> socket) {
        // Whoever asks anew has given up asking before, though its connection may not have told us
        // yet.
        if (const auto older = std::exchange(next, nullptr)) older->event.cancel();
        const auto mine = std::make_shared<NextRequest>(context);
        mine->event.expires_at(std::chrono::steady_clock::time_point::max());
        next = mine;
        // A runtime that closes its connection waits no longer; one that sends more is only early.
        socket->async_wait(
            tcp::socket::wait_read, [self = shared_from_this(), socket, mine](const ErrorCode& ec) {
                char byte = 0;
                if (ec || self->next != mine) return;
                if (::recv(socket->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0) return;
                self->next.reset();
                mine->event.cancel();
                if (const auto report = self->events.left) report();
            });
        if (const auto report = events.waiting) report();
        if (next == mine) co_await mine->event.async_wait(kAwait);
        if (closed || !mine->invocation) co_return std::nullopt;
        co_return invocation_response(std::move(*mine->invocation));
    }
};

RuntimeApi::RuntimeApi(IoLoop& loop, Events events)
    : impl_(std::make_shared<Impl>(loop.context(), std::move(events))) {
    const tcp::endpoint loopback(net::ip::address_v4::loopback(), 0);
    try {
        impl_->acceptor.open(loopback.protocol());
        impl_->acceptor.bind(loopback);
        impl_->acceptor.listen();
    } catch (const boost::system::system_error& error) {
        throw std::system_error(error.code().value(), std::system_category(),
                                "no port for the Lambda runtime API");
    }
    net::co_spawn(impl_->context, impl_->accept(), [impl = impl_](std::exception_ptr fault) {
        if (fault) spdlog::error("integrations: the Lambda runtime API ended in an exception");
    });
}

RuntimeApi::~RuntimeApi() {
    impl_->closed = true;
    impl_->events = {};
    ErrorCode ignored;  // All of it is given up.
    impl_->acceptor.close(ignored);
    if (const auto next = std::exchange(impl_->next, nullptr)) next->event.cancel();
    for (const auto& weak : impl_->sockets) {
        // Lets what is written leave first: this may run inside the handling of a request.
        if (const auto socket = weak.lock())
            socket->shutdown(tcp::socket::shutdown_receive, ignored);
    }
}

std::string RuntimeApi::address() const {
    return "127.0.0.1:" + std::to_string(impl_->acceptor.local_endpoint().port());
}

bool RuntimeApi::is_waiting() const { return impl_->next != nullptr; }

void RuntimeApi::deliver(RuntimeInvocation invocation) {
    const auto next = std::exchange(impl_->next, nullptr);
    next->invocation = std::move(invocation);
    next->event.cancel();
}

}  // namespace stepwell
