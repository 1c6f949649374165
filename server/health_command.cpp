#include "server/health_command.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace stepwell::server {
namespace {

/// Seconds that each of connecting, sending and receiving may take.
constexpr ::timeval kPatience{2, 0};

class Socket {
public:
    explicit Socket(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        // On Linux the time to send bounds connect, too: socket(7).
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    }
    ~Socket() {
        if (fd_ >= 0) ::close(fd_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

std::string why() {
    return errno == EAGAIN || errno == EINPROGRESS ? "no answer within 2 s" : std::strerror(errno);
}

bool connect_to(const Socket& socket, const Health& command, bool v6) {
    if (v6) {
        ::sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(command.port);
        const std::string ip = command.address == "::" ? "::1" : command.address;
        ::inet_pton(AF_INET6, ip.c_str(), &address.sin6_addr);
        return ::connect(socket.fd(), reinterpret_cast<const ::sockaddr*>(&address),
                         sizeof address) == 0;
    }
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(command.port);
    const std::string ip = command.address == "0.0.0.0" ? "127.0.0.1" : command.address;
    ::inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
    return ::connect(socket.fd(), reinterpret_cast<const ::sockaddr*>(&address), sizeof address) ==
           0;
}

}  // namespace

std::optional<std::string> check_health(const Health& command) {
    const bool v6 = command.address.find(':') != std::string::npos;
    const std::string where =
        (v6 ? "[" + command.address + "]" : command.address) + ":" + std::to_string(command.port);
    const Socket socket(v6 ? AF_INET6 : AF_INET);
    if (socket.fd() < 0 || !connect_to(socket, command, v6))
        return "nothing serves at " + where + ": " + why();
    constexpr std::string_view kRequest =
        "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    if (::send(socket.fd(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) !=
        ::ssize_t(kRequest.size())) {
        return where + " takes no request: " + why();
    }
    std::string answer;
    char buffer[512];
    while (answer.find('\n') == std::string::npos && answer.size() < 4096) {
        const ::ssize_t size = ::recv(socket.fd(), buffer, sizeof buffer, 0);
        if (size < 0) return where + " does not answer: " + why();
        if (size == 0) break;
        answer.append(buffer, std::size_t(size));
    }
    if (answer.starts_with("HTTP/1.1 200 ")) return std::nullopt;
    return where + " is not well: it answers \"" + answer.substr(0, answer.find('\r')) + "\"";
}

}  // namespace stepwell::server
