#include "integrations/http_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "engine/base/ascii.hpp"

namespace stepwell {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::uint32_t kMaxHeadBytes = 64U << 10U;
constexpr int kMaxInterimAnswers = 8;
/// Certificates of requests that are kept parsed.
constexpr std::size_t kMaxOwnTrust = 16;
constexpr auto kAwait = net::as_tuple(net::use_awaitable);

using TlsStream = net::ssl::stream<tcp::socket>;

/// One open connection, in use by one call or kept for the next.
struct Connection {
    explicit Connection(net::io_context& context) : socket(context) {}
    tcp::socket socket;  // of a plain connection; moved into `tls` otherwise
    std::unique_ptr<TlsStream> tls;
    boost::beast::flat_buffer buffer;
    std::chrono::steady_clock::time_point idle_since;

    tcp::socket& lowest() { return tls ? tls->next_layer() : socket; }
    void close() {
        ErrorCode ignored;  // It is given up either way.
        lowest().close(ignored);
    }
    /// Whether the other side has neither closed it nor sent something that nobody asked for.
    bool still_good() {
        char byte = 0;
        const auto got = ::recv(lowest().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (got > 0)
            return tls != nullptr;  // TLS has messages of its own, such as new session tickets.
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
};
using ConnectionPtr = std::shared_ptr<Connection>;

/// Why a call was ended from outside its own flow.
enum class Ended { no, cancelled, timed_out };

struct Call {
    Call(net::io_context& context, HttpClient::CallId call_id, HttpRequest call_request,
         HttpDone call_done)
        : id(call_id),
          request(std::move(call_request)),
          done(std::move(call_done)),
          deadline(context),
          connect_deadline(context),
          resolver(context) {}
    HttpClient::CallId id;
    HttpRequest request;
    HttpDone done;
    net::steady_timer deadline;
    net::steady_timer connect_deadline;
    tcp::resolver resolver;
    ConnectionPtr connection;  // what it uses now
    Ended ended = Ended::no;
    bool running = false;

    void abort(Ended why) {
        if (ended == Ended::no) ended = why;
        resolver.cancel();
        if (connection) connection->close();
    }
};
using CallPtr = std::shared_ptr<Call>;

/// What became of one attempt. `stale`: nothing of an answer came, so a kept connection may just
/// have been old.
struct Attempt {
    std::optional<HttpResponse> response;
    HttpError error;
    bool stale = false;
    bool keep = false;
};

HttpError error_of(HttpError::Kind kind, std::string message) {
    return HttpError{kind, std::move(message)};
}

/// What a connection must have been made for, to serve a request.
std::string origin_of(const HttpRequest& request) {
    if (!request.url.tls) return "http://" + request.url.authority();
    return "https://" + request.url.authority() + '\n' + request.trusted_certificates;
}

http::request<http::string_body> message_of(const HttpRequest& request) {
    http::request<http::string_body> message;
    message.method_string(request.method);
    message.target(request.url.target);
    message.version(11);
    for (const HttpHeader& header : request.headers) {
        std::string value = header.value;
        // A value from a workflow must not become a header of its own.
        std::replace_if(
            value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; },
            ' ');
        message.insert(header.name, value);
    }
    if (message.find(http::field::host) == message.end())
        message.set(http::field::host, request.url.authority());
    if (message.find(http::field::user_agent) == message.end())
        message.set(http::field::user_agent, "stepwell");
    message.body() = request.body;
    if (request.method != "GET" || !request.body.empty())
        message.content_length(request.body.size());
    return message;
}

HttpError read_error(const ErrorCode& ec) {
    if (ec == http::error::body_limit)
        return error_of(HttpError::Kind::too_large, "The answer's body is too large");
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
        return error_of(HttpError::Kind::too_large, "The answer's head is too large");
    }
    if (ec == http::error::end_of_stream || ec == http::error::partial_message ||
        ec == net::error::eof || ec.category() == net::error::get_system_category() ||
        ec.category() == net::error::get_ssl_category() ||
        ec == net::ssl::error::stream_truncated) {
        return error_of(HttpError::Kind::closed,
                        ec == http::error::end_of_stream
                            ? "The target server failed to respond"
                            : "Connection closed before the answer was complete");
    }
    return error_of(HttpError::Kind::malformed, "The answer is not HTTP: " + ec.message());
}

HttpResponse response_of(http::response<http::string_body> message) {
    HttpResponse response;
    response.status = message.result_int();
    response.reason = message.reason();
    for (const auto& field : message) {
        response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    response.body = std::move(message.body());
    return response;
}

/// Sends the request and reads the answer; the connection stays open.
template <class Stream>
net::awaitable<Attempt> exchange(Stream& stream, Connection& connection,
                                 const HttpRequest& request) {
    Attempt attempt;
    http::request<http::string_body> message = message_of(request);
    const auto [write_ec, written] = co_await http::async_write(stream, message, kAwait);
    // A server may refuse a request before it has read all of it: its answer counts more than our
    // failure to send.
    for (int interim = 0; interim < kMaxInterimAnswers; ++interim) {
        http::response_parser<http::string_body> parser;
        parser.header_limit(kMaxHeadBytes);
        parser.body_limit(request.max_body_bytes);
        if (request.method == "HEAD") parser.skip(true);
        const auto [head_ec, head_bytes] =
            co_await http::async_read_header(stream, connection.buffer, parser, kAwait);
        if (head_ec) {
            attempt.error = read_error(head_ec);
            attempt.stale = !parser.got_some() && attempt.error.kind == HttpError::Kind::closed;
            co_return attempt;
        }
        if (parser.get().result_int() < 200 && parser.get().result_int() != 101) continue;
        const auto [body_ec, body_bytes] =
            co_await http::async_read(stream, connection.buffer, parser, kAwait);
        if (body_ec) {
            attempt.error = read_error(body_ec);
            co_return attempt;
        }
        attempt.keep = !write_ec && parser.get().keep_alive() && connection.buffer.size() == 0;
        attempt.response = response_of(parser.release());
        co_return attempt;
    }
    attempt.error =
        error_of(HttpError::Kind::malformed, "The answer never came after its interim answers");
    co_return attempt;
}

std::string tls_problem(const ErrorCode& ec, TlsStream& stream) {
    const long verdict = SSL_get_verify_result(stream.native_handle());
    if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
    return ec.message();
}

}  // namespace

struct HttpClient::Impl : std::enable_shared_from_this<Impl> {
    Impl(net::io_context& io, HttpClientOptions client_options)
        : context(io), options(std::move(client_options)), sweep(io) {}

    net::io_context& context;
    HttpClientOptions options;
    net::steady_timer sweep;
    bool sweeping = false;
    bool closed = false;
    std::optional<net::ssl::context> tls;  // most servers need none: OpenSSL's takes megabytes
    /// By the certificates that are trusted.
    std::map<std::string, net::ssl::context> own_trust;
    CallId last_id = 0;
    std::uint64_t made = 0;
    std::unordered_map<CallId, CallPtr> calls;
    std::deque<CallPtr> waiting;
    std::size_t running = 0;
    std::map<std::string, std::vector<ConnectionPtr>> idle;

    static net::ssl::context strict_tls() {
        net::ssl::context strict(net::ssl::context::tls_client);
        strict.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 |
                           net::ssl::context::no_sslv3 | net::ssl::context::no_tlsv1 |
                           net::ssl::context::no_tlsv1_1);
        strict.set_verify_mode(net::ssl::verify_peer);
        return strict;
    }

    net::ssl::context& shared_tls() {
        if (tls) return *tls;
        net::ssl::context shared = strict_tls();
        shared.set_default_verify_paths();
        if (!options.ca_file.empty()) shared.load_verify_file(options.ca_file);
        return tls.emplace(std::move(shared));
    }

    /// Of calls that trust these certificates; null, and `why`, where they are none.
    net::ssl::context* tls_of(const std::string& certificates, std::string& why) {
        if (certificates.empty()) return &shared_tls();
        if (const auto known = own_trust.find(certificates); known != own_trust.end())
            return &known->second;
        net::ssl::context own = strict_tls();
        ErrorCode ec;
        own.add_certificate_authority(net::buffer(certificates), ec);
        if (ec) {
            why = "the certificates to trust are not PEM: " + ec.message();
            return nullptr;
        }
        // Connections hold what they need of their context.
        if (own_trust.size() >= kMaxOwnTrust) own_trust.clear();
        return &own_trust.emplace(certificates, std::move(own)).first->second;
    }

    ConnectionPtr take_idle(const std::string& origin) {
        auto& kept = idle[origin];
        while (!kept.empty()) {
            ConnectionPtr connection = std::move(kept.back());
            kept.pop_back();
            if (connection->still_good()) return connection;
        }
        return nullptr;
    }

    void keep(const std::string& origin, ConnectionPtr connection) {
        auto& kept = idle[origin];
        if (closed || kept.size() >= options.max_idle_per_host) return;
        connection->idle_since = std::chrono::steady_clock::now();
        kept.push_back(std::move(connection));
        schedule_sweep();
    }

    void schedule_sweep() {
        if (std::exchange(sweeping, true)) return;
        sweep.expires_after(options.idle_timeout);
        sweep.async_wait([weak = weak_from_this()](const ErrorCode& ec) {
            const auto self = weak.lock();
            if (ec || !self) return;
            self->sweeping = false;
            const auto oldest = std::chrono::steady_clock::now() - self->options.idle_timeout;
            for (auto it = self->idle.begin(); it != self->idle.end();) {
                std::erase_if(it->second,
                              [&](const ConnectionPtr& c) { return c->idle_since <= oldest; });
                it = it->second.empty() ? self->idle.erase(it) : std::next(it);
            }
            if (!self->idle.empty()) self->schedule_sweep();
        });
    }

    /// A new connection of the call, or why there is none. Runs under `connect_timeout`.
    net::awaitable<std::optional<HttpError>> connect(CallPtr call) {
        bool late = false;
        call->connect_deadline.expires_after(options.connect_timeout);
        call->connect_deadline.async_wait(
            [&late, weak = std::weak_ptr<Call>(call)](const ErrorCode& ec) {
                const auto waiting_call = weak.lock();
                if (ec || !waiting_call ||
                    waiting_call->connect_deadline.expiry() > std::chrono::steady_clock::now())
                    return;
                late = true;
                waiting_call->resolver.cancel();
                if (waiting_call->connection) waiting_call->connection->close();
            });
        call->connection = std::make_shared<Connection>(context);
        std::optional<HttpError> failed = co_await open(call, late);
        // Also withdraws the reference to `late`: a wait that ends later sees the expiry moved
        // away.
        call->connect_deadline.expires_at(std::chrono::steady_clock::time_point::max());
        co_return failed;
    }

    net::awaitable<std::optional<HttpError>> open(CallPtr call, const bool& late) {
        const HttpUrl& url = call->request.url;
        std::vector<tcp::endpoint> endpoints;
        ErrorCode not_an_address;
        const auto address = net::ip::make_address(url.host, not_an_address);
        if (!not_an_address) {
            endpoints.emplace_back(address, url.port);
        } else {
            const auto [ec, found] =
                co_await call->resolver.async_resolve(url.host, std::to_string(url.port), kAwait);
            if (late)
                co_return error_of(HttpError::Kind::resolve,
                                   url.host + ": the name was not resolved in time");
            if (ec || call->ended != Ended::no) {
                co_return error_of(HttpError::Kind::resolve, url.host + ": " + ec.message());
            }
            for (const auto& entry : found) endpoints.push_back(entry.endpoint());
        }
        const auto [connect_ec, endpoint] =
            co_await net::async_connect(call->connection->socket, endpoints, kAwait);
        if (connect_ec || late || call->ended != Ended::no) {
            co_return error_of(
                HttpError::Kind::connect,
                "Connect to " + url.host + ":" + std::to_string(url.port) +
                    " failed: " + (late ? "connect timed out" : connect_ec.message()));
        }
        ++made;
        ErrorCode ignored;  // Without it small requests are only slower.
        call->connection->socket.set_option(tcp::no_delay(true), ignored);
        if (!url.tls) co_return std::nullopt;

        std::string why;
        net::ssl::context* trust = tls_of(call->request.trusted_certificates, why);
        if (trust == nullptr)
            co_return error_of(HttpError::Kind::tls,
                               "TLS with " + url.authority() + " failed: " + why);
        Connection& connection = *call->connection;
        connection.tls = std::make_unique<TlsStream>(std::move(connection.socket), *trust);
        SSL_set_tlsext_host_name(connection.tls->native_handle(), url.host.c_str());
        net::ssl::host_name_verification verification(url.host);
        connection.tls->set_verify_callback(verification);
        const auto [tls_ec] = co_await connection.tls->async_handshake(TlsStream::client, kAwait);
        if (!tls_ec) co_return std::nullopt;
        co_return error_of(late ? HttpError::Kind::connect : HttpError::Kind::tls,
                           "TLS with " + url.authority() + " failed: " +
                               (late ? "timed out" : tls_problem(tls_ec, *connection.tls)));
    }

    net::awaitable<HttpResult> perform(CallPtr call) {
        const std::string origin = origin_of(call->request);
        for (;;) {
            call->connection = take_idle(origin);
            const bool kept = call->connection != nullptr;
            if (!kept) {
                std::optional<HttpError> failed = co_await connect(call);
                if (failed) co_return std::move(*failed);
            }
            const ConnectionPtr connection = call->connection;
            Attempt attempt;
            if (connection->tls) {
                attempt = co_await exchange(*connection->tls, *connection, call->request);
            } else {
                attempt = co_await exchange(connection->socket, *connection, call->request);
            }
            if (attempt.response) {
                if (attempt.keep && call->ended == Ended::no) keep(origin, connection);
                co_return std::move(*attempt.response);
            }
            connection->close();
            if (kept && attempt.stale && call->ended == Ended::no) continue;
            co_return std::move(attempt.error);
        }
    }

    void start(CallPtr call) {
        call->running = true;
        ++running;
        net::co_spawn(
            context, perform(call),
            [self = shared_from_this(), call](std::exception_ptr fault, HttpResult result) {
                --self->running;
                self->start_next();
                if (fault) result = error_of(HttpError::Kind::closed, describe(fault));
                self->finish(call, std::move(result));
            });
    }

    static std::string describe(const std::exception_ptr& fault) {
        try {
            std::rethrow_exception(fault);
        } catch (const std::exception& error) {
            return error.what();
        }
    }

    void start_next() {
        while (!closed && !waiting.empty() && running < options.max_connections) {
            const CallPtr next = std::move(waiting.front());
            waiting.pop_front();
            if (next->ended == Ended::no) start(next);
        }
    }

    void finish(const CallPtr& call, HttpResult result) {
        call->deadline.cancel();
        call->connection.reset();
        if (calls.erase(call->id) == 0) return;  // Cancelled.
        if (call->ended == Ended::timed_out)
            result = error_of(HttpError::Kind::timed_out, "Read timed out");
        const HttpDone done = std::move(call->done);
        done(std::move(result));
    }

    void arm(const CallPtr& call) {
        call->deadline.expires_after(call->request.timeout);
        call->deadline.async_wait([weak = weak_from_this(),
                                   waiting_call = std::weak_ptr<Call>(call)](const ErrorCode& ec) {
            const auto self = weak.lock();
            const auto late = waiting_call.lock();
            if (ec || !self || !late || late->ended != Ended::no) return;
            late->abort(Ended::timed_out);
            if (!late->running) self->finish(late, HttpResult{HttpError{}});
        });
    }
};

HttpClient::HttpClient(IoLoop& loop, HttpClientOptions options)
    : impl_(std::make_shared<Impl>(loop.context(), std::move(options))) {}

HttpClient::~HttpClient() {
    impl_->closed = true;
    for (const auto& [id, call] : impl_->calls) call->abort(Ended::cancelled);
    impl_->calls.clear();
    impl_->waiting.clear();
    impl_->idle.clear();
    impl_->sweep.cancel();
}

HttpClient::CallId HttpClient::send(HttpRequest request, HttpDone done) {
    const CallId id = ++impl_->last_id;
    const auto call =
        std::make_shared<Call>(impl_->context, id, std::move(request), std::move(done));
    impl_->calls.emplace(id, call);
    impl_->arm(call);
    impl_->waiting.push_back(call);
    impl_->start_next();
    return id;
}

void HttpClient::cancel(CallId id) {
    const auto found = impl_->calls.find(id);
    if (found == impl_->calls.end()) return;
    const CallPtr call = found->second;
    impl_->calls.erase(found);
    call->abort(Ended::cancelled);
    call->deadline.cancel();
}

std::uint64_t HttpClient::connections_made() const { return impl_->made; }

const std::string* find_header(const HttpHeaders& headers, std::string_view name) {
    for (const HttpHeader& header : headers) {
        if (equals_ignoring_case(header.name, name)) return &header.value;
    }
    return nullptr;
}

}  // namespace stepwell
