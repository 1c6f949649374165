#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "api/api.hpp"
#include "server/http_limits.hpp"
#include "server/own_request.hpp"
#include "server/signature_check.hpp"

/// The HTTP/1.1 listener: everything that arrives, on one network thread.
namespace stepwell::server {

/// What the server hands requests to: the Api and the Runtime in main.cpp, fakes in tests.
struct Handlers {
    using Respond = std::function<void(api::Response)>;
    /// `POST /`. As Api::handle: answers once, on any thread; the result gives the request up.
    std::function<api::Api::Cancel(api::Request, Respond)> call;
    /// Whether a request may come in at all: the refusal of one that may not, else nullopt, and
    /// whose call it is, where that is known. GET /health and /metrics are not asked about. Must
    /// not block. Empty: every request may.
    std::function<std::optional<api::Response>(const SignedRequest&, std::optional<Owner>&)>
        authenticate = {};
    /// `POST /_stepwell/reset`: forget everything, then answer.
    std::function<void(Respond)> reset;
    /// What else stands below /_stepwell/. False where nothing is served there; else answers once,
    /// on any thread. Empty: nothing.
    std::function<bool(OwnRequest, Respond)> own = {};
    /// `GET /metrics`: appends what is known beyond the requests themselves. Must not block. Empty:
    /// nothing.
    std::function<void(std::string&)> metrics = {};
};

/// The address cannot be listened on. The message is one line that says why and what to do.
class ListenError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Listens on one address and answers:
///   POST /                 the AWS JSON 1.0 protocol, under any Host
///   GET  /health           200 once the server serves
///   GET  /metrics          what the server counts, for Prometheus
///   POST /_stepwell/reset  forgets everything, for tests
///   …    /_stepwell/…      what Handlers::own serves
/// Connections are kept alive; the requests of one are answered in their order, one at a time.
class HttpServer {
public:
    /// Takes the address at once, so that nothing else is touched where it is in use; serves in
    /// run(). Port 0: the system picks one. Throws ListenError.
    HttpServer(const std::string& address, std::uint16_t port, HttpLimits limits = {});
    /// After the handlers' own threads have ended: answers that come later have nowhere to go.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::uint16_t port() const;
    /// `http://127.0.0.1:8083`, an address that a client on this machine can use.
    std::string url() const;

    /// Serves on the calling thread until stop() or a signal; then takes no new request, lets
    /// answers under way leave (HttpLimits::drain_timeout), gives up the rest and returns.
    void run(Handlers handlers);
    /// Ends run(). Thread-safe.
    void stop();
    /// SIGTERM and SIGINT end run(). The second one kills the process at once, whatever it is
    /// doing.
    void stop_on_signals();

    /// How many clients are connected. Thread-safe.
    std::size_t connections() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::server
