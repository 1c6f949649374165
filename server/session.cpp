#include "server/session.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <ctime>

#include "api/operations.hpp"
#include "server/request_target.hpp"

namespace stepwell::server {

namespace {

using boost::system::error_code;

constexpr std::string_view kAmzJson = "application/x-amz-json-1.0";
constexpr std::string_view kJson = "application/json";
/// A client that goes on sending after a refusal is listened to that far, so that it gets to read
/// the refusal.
constexpr std::uint64_t kMaxDiscardedBytes = 64U << 20U;
constexpr std::chrono::seconds kLingerTimeout(2);

/// `Date` of an answer (RFC 9110, section 5.6.7), written once a second.
std::string_view http_date() {
    thread_local std::time_t written_for = 0;
    thread_local std::array<char, 32> text{};
    const std::time_t now = std::time(nullptr);
    if (now != written_for) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        // The program never leaves the C locale, so the names are English.
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
        written_for = now;
    }
    return text.data();
}

std::string error_body(std::string_view type, std::string_view message) {
    std::string body = R"({"__type":)";
    append_json_string(body, type);
    body += R"(,"message":)";
    append_json_string(body, message);
    body += '}';
    return body;
}

}  // namespace

Session::Session(Socket socket, SessionHost& host) : socket_(std::move(socket)), host_(host) {}

void Session::start() {
    error_code ignored;  // without it answers are late, not wrong
    socket_.set_option(net::ip::tcp::no_delay(true), ignored);
    next_request();
}

void Session::check_deadline(SteadyTime now) {
    if (now >= deadline_) close();
}

void Session::finish() {
    keep_alive_ = false;
    if (phase_ == Phase::receiving && !parser_->got_some()) return close();
    if (phase_ != Phase::answering || !cancel_) return;
    // A long poll or a synchronous execution may take minutes: its client asks again elsewhere.
    const auto cancel = std::exchange(cancel_, nullptr);
    write(503, kAmzJson, error_body("ServiceUnavailable", "The server is shutting down."));
    cancel();
}

void Session::close() {
    if (phase_ == Phase::closed) return;
    phase_ = Phase::closed;
    error_code ignored;  // it is being given up
    socket_.close(ignored);
    if (const auto cancel = std::exchange(cancel_, nullptr)) cancel();
    const auto self = shared_from_this();
    host_.sessions.erase(self);
    host_.on_closed();
}

// --- reading

void Session::next_request() {
    parser_.reset();
    head_.clear();
    body_.clear();
    head_.keeps_fields = static_cast<bool>(host_.handlers.authenticate);
    parser_.emplace(head_, body_);
    parser_->eager(true);
    parser_->header_limit(host_.limits.max_header_bytes);
    parser_->body_limit(host_.limits.max_body_bytes);
    continue_sent_ = false;
    phase_ = Phase::receiving;
    deadline_ = std::chrono::steady_clock::now() + host_.limits.idle_timeout;
    if (buffer_.size() > 0) return parse();
    if (client_half_closed_ || host_.draining) return close();
    read();
}

void Session::read() {
    if (reading_) return;
    reading_ = true;
    socket_.async_read_some(net::buffer(arrived_),
                            [self = shared_from_this()](error_code ec, std::size_t bytes) {
                                self->on_read(ec, bytes);
                            });
}

void Session::on_read(error_code ec, std::size_t bytes) {
    reading_ = false;
    if (phase_ == Phase::closed) return;
    if (ec) return on_client_gone(ec == net::error::eof);
    buffer_.commit(net::buffer_copy(buffer_.prepare(bytes), net::buffer(arrived_, bytes)));
    switch (phase_) {
        case Phase::receiving:
            return parse();
        case Phase::lingering:
            return linger();
        case Phase::answering:
        case Phase::writing:
            // The next request is here before this one is answered. It waits in the buffer; that
            // the client goes away meanwhile is noticed when the answer is written.
            if (buffer_.size() < kReadBytes) read();
            return;
        case Phase::closed:
            return;
    }
}

/// `half_closed`: it sends no more, but may still read.
void Session::on_client_gone(bool half_closed) {
    const bool owed = phase_ == Phase::answering || phase_ == Phase::writing;
    if (!half_closed || !owed || cancel_) return close();
    client_half_closed_ = true;
}

void Session::parse() {
    error_code ec;
    if (!parser_->got_some())
        deadline_ = std::chrono::steady_clock::now() + host_.limits.request_timeout;
    while (buffer_.size() > 0 && !parser_->is_done()) {
        const std::size_t taken = parser_->put(buffer_.data(), ec);
        buffer_.consume(taken);
        if (ec == http::error::need_more) {
            ec = {};
            break;
        }
        if (ec) return reject(ec);
    }
    if (parser_->is_done()) return dispatch();
    if (client_half_closed_) return close();
    if (parser_->is_header_done() && head_.expects_continue && !continue_sent_ && !send_continue())
        return close();
    read();
}

/// The client waits for our word before it sends the body (RFC 9110, section 10.1.1).
bool Session::send_continue() {
    continue_sent_ = true;
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code ec;
    // Nothing else is on its way to this client, so 25 bytes fit or it is gone.
    socket_.non_blocking(true, ec);
    return !ec && socket_.write_some(net::buffer(kContinue), ec) == kContinue.size();
}

/// What cannot be parsed is answered once; where it ends is unknown, so the connection ends.
void Session::reject(error_code parse_error) {
    keep_alive_ = false;
    request_id_ = make_uuid(host_.request_ids);
    if (parse_error == http::error::body_limit) {
        return write(413, kAmzJson,
                     error_body("RequestEntityTooLargeException",
                                "HTTP content length exceeded " +
                                    std::to_string(host_.limits.max_body_bytes) + " bytes."));
    }
    if (parse_error == http::error::header_limit) {
        return write(431, kAmzJson,
                     error_body("RequestHeaderFieldsTooLargeException",
                                "HTTP header exceeded " +
                                    std::to_string(host_.limits.max_header_bytes) + " bytes."));
    }
    write(400, kAmzJson,
          error_body("BadRequestException", "Not an HTTP request: " + parse_error.message() + "."));
}

// --- answering

void Session::dispatch() {
    phase_ = Phase::answering;
    deadline_ = SteadyTime::max();
    began_ = std::chrono::steady_clock::now();
    keep_alive_ = parser_->keep_alive() && !host_.draining;
    request_id_ = make_uuid(host_.request_ids);
    route();
    // Read on: the end of the connection is the only sign that a client no longer waits.
    if (phase_ != Phase::closed && !client_half_closed_ && buffer_.size() < kReadBytes) read();
}

void Session::route() {
    const bool is_post = head_.method == http::verb::post;
    if (const auto refusal = refuse_forgeable(is_post, head_.browser_headers())) {
        return write(403, kAmzJson, error_body("AccessDeniedException", *refusal));
    }
    const std::optional<std::string_view> path = request_path(head_.target);
    const bool is_get = head_.method == http::verb::get;
    if (path == "/health" && (is_get || head_.method == http::verb::head)) {
        return write(200, kJson, R"({"status":"ok","version":")" STEPWELL_VERSION R"("})");
    }
    if (path == "/metrics" && is_get) return metrics();
    if (!authenticated()) return;
    if (path == "/" && is_post) return call_api();
    if (path == "/_stepwell/reset" && is_post) return reset();
    if (path && path->starts_with("/_stepwell/") && call_own(*path)) return;
    const bool known =
        path == "/" || path == "/health" || path == "/metrics" || path == "/_stepwell/reset";
    write(known ? 405 : 404, kAmzJson,
          error_body("UnknownOperationException",
                     "Nothing is served here. The API is POST /; there are GET /health, GET "
                     "/metrics and POST /_stepwell/reset."));
}

/// Where it is not, it has been refused.
bool Session::authenticated() {
    caller_.reset();
    const auto target = origin_form(head_.target);
    if (!host_.handlers.authenticate || !target) return true;
    const std::string method(http::to_string(head_.method));
    const auto refusal =
        host_.handlers.authenticate({method, *target, head_.fields, body_}, caller_);
    if (!refusal) return true;
    report(*refusal);
    write(refusal->status, kAmzJson, refusal->body);
    return false;
}

void Session::metrics() {
    std::string text;
    host_.requests.write(text);
    try {
        if (host_.handlers.metrics) host_.handlers.metrics(text);
    } catch (const std::exception& e) {
        spdlog::error("metrics failed: {}", e.what());
    }
    write(200, kMetricsType, std::move(text));
}

/// Counts the request, and logs it for who looks closely.
void Session::report(const api::Response& response) {
    constexpr std::string_view kPrefix = "AWSStepFunctions.";
    const auto latency = std::chrono::steady_clock::now() - began_;
    std::string_view operation = head_.amz_target;
    if (operation.starts_with(kPrefix)) operation.remove_prefix(kPrefix.size());
    // A name that nobody knows is no label: there would be no end of them.
    if (api::find_operation(operation) == nullptr) operation = "Unknown";
    host_.requests.answered(operation, response.error_type, latency);
    if (spdlog::should_log(spdlog::level::debug)) {
        spdlog::debug("{} {} {} {} in {} us", request_id_, head_.amz_target, response.status,
                      response.error_type,
                      std::chrono::duration_cast<std::chrono::microseconds>(latency).count());
    }
}

Handlers::Respond Session::responder() {
    return [self = shared_from_this()](api::Response response) {
        net::dispatch(self->socket_.get_executor(),
                      [self, response = std::move(response)]() mutable {
                          self->answer(std::move(response));
                      });
    };
}

void Session::call_api() {
    api::Request request{.target = head_.amz_target,
                         .content_type = head_.content_type,
                         .authorization = head_.authorization,
                         .body = std::move(body_),
                         .request_id = request_id_,
                         .caller = std::move(caller_),
                         .trace_id = head_.trace_id};
    body_ = {};
    try {
        auto cancel = host_.handlers.call(std::move(request), responder());
        if (phase_ == Phase::answering) cancel_ = std::move(cancel);
    } catch (const std::exception& e) {
        spdlog::error("{} failed: {}", head_.amz_target, e.what());
        if (phase_ == Phase::answering)
            write(500, kAmzJson, error_body("InternalFailure", "Internal failure."));
    }
}

void Session::reset() {
    try {
        host_.handlers.reset(responder());
    } catch (const std::exception& e) {
        spdlog::error("reset failed: {}", e.what());
        if (phase_ == Phase::answering)
            write(500, kAmzJson, error_body("InternalFailure", "Internal failure."));
    }
}

/// False where nothing is served under this path.
bool Session::call_own(std::string_view path) {
    if (!host_.handlers.own) return false;
    OwnRequest request{.method = std::string(http::to_string(head_.method)),
                       .path = std::string(path),
                       .body = std::move(body_)};
    body_ = {};
    try {
        return host_.handlers.own(std::move(request), responder());
    } catch (const std::exception& e) {
        spdlog::error("{} failed: {}", head_.target, e.what());
        if (phase_ == Phase::answering)
            write(500, kAmzJson, error_body("InternalFailure", "Internal failure."));
        return true;
    }
}

void Session::answer(api::Response response) {
    cancel_ = nullptr;
    if (phase_ != Phase::answering) return;  // the client has gone meanwhile
    report(response);
    write(response.status, kAmzJson, std::move(response.body));
}

void Session::write(int status, std::string_view content_type, std::string body) {
    phase_ = Phase::writing;
    deadline_ = std::chrono::steady_clock::now() + host_.limits.write_timeout;
    if (host_.draining) keep_alive_ = false;
    compose_head(status, content_type, body.size());
    response_body_ = std::move(body);
    if (head_.method == http::verb::head) response_body_.clear();
    const std::array<net::const_buffer, 2> buffers{net::buffer(response_head_),
                                                   net::buffer(response_body_)};
    net::async_write(socket_, buffers, [self = shared_from_this()](error_code ec, std::size_t) {
        self->on_written(ec);
    });
}

void Session::compose_head(int status, std::string_view content_type, std::size_t body_bytes) {
    response_head_.clear();
    response_head_ += "HTTP/1.1 ";
    response_head_ += std::to_string(status);
    response_head_ += ' ';
    const auto reason = http::obsolete_reason(static_cast<http::status>(status));
    response_head_.append(reason.data(), reason.size());
    response_head_ += "\r\nx-amzn-RequestId: ";
    response_head_ += request_id_;
    response_head_ += "\r\nContent-Type: ";
    response_head_ += content_type;
    response_head_ += "\r\nContent-Length: ";
    response_head_ += std::to_string(body_bytes);
    response_head_ += "\r\nDate: ";
    response_head_ += http_date();
    if (!keep_alive_)
        response_head_ += "\r\nConnection: close";
    else if (head_.is_http_1_0)
        response_head_ += "\r\nConnection: keep-alive";
    response_head_ += "\r\n\r\n";
}

void Session::on_written(error_code ec) {
    if (phase_ == Phase::closed) return;
    if (ec) return close();
    if (keep_alive_) return next_request();
    // Closing while the client still sends would reset the connection under the answer it has not
    // read yet.
    error_code ignored;
    socket_.shutdown(net::socket_base::shutdown_send, ignored);
    phase_ = Phase::lingering;
    deadline_ = std::chrono::steady_clock::now() + kLingerTimeout;
    linger();
}

void Session::linger() {
    discarded_bytes_ += buffer_.size();
    buffer_.consume(buffer_.size());
    if (client_half_closed_ || host_.draining || discarded_bytes_ > kMaxDiscardedBytes)
        return close();
    read();
}

}  // namespace stepwell::server
