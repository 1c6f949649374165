#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace stepwell::server {

/// An HTTP client that sends exactly what it is told, for tests of what well-behaved clients never
/// send. Every wait is bounded: a test that would hang fails.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    struct Reply {
        int status = 0;
        std::map<std::string, std::string> headers;  ///< names in lower case
        std::string body;
    };

    std::uint16_t port() const { return port_; }
    void send(std::string_view bytes);
    /// The next answer; nullopt where the connection ends (or five seconds pass) before one is
    /// complete. `head_only`: of a HEAD request, which has no body.
    std::optional<Reply> receive(bool head_only = false);
    /// Whether the server closes the connection without another byte, within five seconds.
    bool closed_by_server();
    /// Says that nothing more is sent; answers can still be read.
    void shut_down_sending();
    /// Goes away, without waiting for anything.
    void close();

private:
    bool read_more();

    std::uint16_t port_;
    int socket_ = -1;
    std::string received_;
};

/// `POST /` with an X-Amz-Target, as an SDK sends it.
std::string api_request(std::string_view operation, std::string_view body,
                        std::string_view extra_headers = {});

}  // namespace stepwell::server
