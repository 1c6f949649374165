#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "integrations/http_url.hpp"
#include "integrations/io_loop.hpp"

namespace stepwell {

struct HttpHeader {
    std::string name;
    std::string value;
    bool operator==(const HttpHeader&) const = default;
};
using HttpHeaders = std::vector<HttpHeader>;

/// The first value of a header, whose name is compared without regard to case; nullptr where there
/// is none.
const std::string* find_header(const HttpHeaders& headers, std::string_view name);

struct HttpRequest {
    std::string method = "GET";
    HttpUrl url;
    /// Host, Content-Length and User-Agent are added where they are not given.
    HttpHeaders headers;
    std::string body;
    /// For the whole call: waiting for a free connection, resolving, connecting, sending and
    /// receiving.
    Milliseconds timeout{60'000};
    /// A longer body of the answer fails the call with `too_large`.
    std::size_t max_body_bytes = 8U << 20U;
    /// Certificates to trust for this call in place of all others, in PEM; empty: the client's.
    std::string trusted_certificates;
};

struct HttpResponse {
    unsigned status = 0;
    std::string reason;
    HttpHeaders headers;  ///< in the order in which they came
    std::string body;
};

/// Why there is no answer.
struct HttpError {
    enum class Kind {
        resolve,    ///< the host's name is unknown
        connect,    ///< nobody listens, or does not accept in time
        tls,        ///< the certificate or the handshake is refused
        closed,     ///< the connection ended before the answer did
        malformed,  ///< what came is not HTTP
        too_large,  ///< head over 64 KiB, or body over the request's limit
        timed_out,
    };
    Kind kind = Kind::closed;
    /// One line for people: `Connect to 127.0.0.1:9001 failed: Connection refused`.
    std::string message;
};

using HttpResult = Result<HttpResponse, HttpError>;
using HttpDone = std::function<void(HttpResult)>;

struct HttpClientOptions {
    /// Connections in use at once; further calls wait for one, in order.
    std::size_t max_connections = 512;
    /// Kept open without a call, for each host.
    std::size_t max_idle_per_host = 64;
    Milliseconds idle_timeout{20'000};
    Milliseconds connect_timeout{10'000};
    /// Certificates to trust beside the system's, in PEM; empty: none.
    std::string ca_file;
};

/// Outbound HTTP/1.1, plain and over TLS, asynchronous, with kept connections. It follows no
/// redirect and knows no proxy. A call over a kept connection that turns out to be closed is sent
/// once more over a new one.
///
/// Belongs to the loop's thread: all functions are called, and all callbacks come, on it.
class HttpClient {
public:
    using CallId = std::uint64_t;

    explicit HttpClient(IoLoop& loop, HttpClientOptions options = {});
    /// Closes all connections; calls under way are not answered any more.
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// `done` is called once, never before `send` has returned, and not at all after `cancel`.
    CallId send(HttpRequest request, HttpDone done);
    /// Gives a call up and closes its connection. Unknown ids are ignored.
    void cancel(CallId id);

    /// Connections made so far: what a test of keep-alive asks.
    std::uint64_t connections_made() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace stepwell
