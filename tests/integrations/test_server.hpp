#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace stepwell::testing {

struct ServedRequest {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
};

/// The server's side of one connection, for a test's own script.
class ServedConnection {
public:
    explicit ServedConnection(int fd) : fd_(fd) {}
    /// The next request, or nullopt when the client has left.
    std::optional<ServedRequest> read_request();
    /// Whether all of it was taken.
    bool send(std::string_view text);
    /// A whole answer with Content-Length.
    bool answer(int status, std::string_view body, std::string_view more_headers = "");
    /// Waits until the client closes. Returns whether it did within the deadline.
    bool wait_for_close();
    /// No more is sent.
    void close();

private:
    int fd_;
    std::string buffer_;
};

/// A small HTTP server on the loopback interface that does to each connection what a test says, one
/// thread each.
class TestServer {
public:
    using Script = std::function<void(ServedConnection&)>;
    explicit TestServer(Script script);
    ~TestServer();
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    int connections() const { return connections_; }

private:
    void serve();

    Script script_;
    std::uint16_t port_ = 0;
    int listener_;
    std::atomic<int> connections_{0};
    std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

/// A port on which nobody listens.
std::uint16_t unused_port();

}  // namespace stepwell::testing
