#include "tests/integrations/test_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace stepwell::testing {

namespace {

constexpr int kDeadlineMs = 30'000;

int listen_on_loopback(std::uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        ::listen(fd, 128) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        throw std::runtime_error("no port for a test server");
    }
    port = ntohs(address.sin_port);
    return fd;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

std::optional<ServedRequest> ServedConnection::read_request() {
    const auto more = [this] {
        pollfd ready{fd_, POLLIN, 0};
        if (::poll(&ready, 1, kDeadlineMs) <= 0) return false;
        char chunk[16'384];
        const ssize_t got = ::recv(fd_, chunk, sizeof chunk, 0);
        if (got <= 0) return false;
        buffer_.append(chunk, static_cast<std::size_t>(got));
        return true;
    };
    std::size_t head_end = 0;
    while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!more()) return std::nullopt;
    }
    ServedRequest request;
    const std::string head = buffer_.substr(0, head_end + 2);
    buffer_.erase(0, head_end + 4);
    const auto first_line = head.substr(0, head.find("\r\n"));
    const auto space = first_line.find(' ');
    request.method = first_line.substr(0, space);
    request.target = first_line.substr(space + 1, first_line.rfind(' ') - space - 1);
    for (std::size_t at = first_line.size() + 2; at < head.size();) {
        const auto end = head.find("\r\n", at);
        const std::string line = head.substr(at, end - at);
        at = end + 2;
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        request.headers[lower(line.substr(0, colon))] =
            line.substr(std::min(colon + 2, line.size()));
    }
    const std::size_t length = request.headers.contains("content-length")
                                   ? std::stoul(request.headers["content-length"])
                                   : 0;
    while (buffer_.size() < length) {
        if (!more()) return std::nullopt;
    }
    request.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return request;
}

bool ServedConnection::send(std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool ServedConnection::answer(int status, std::string_view body, std::string_view more_headers) {
    return send("HTTP/1.1 " + std::to_string(status) +
                " Text\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                std::string(more_headers) + "\r\n" + std::string(body));
}

bool ServedConnection::wait_for_close() {
    pollfd ready{fd_, POLLIN, 0};
    char byte = 0;
    return ::poll(&ready, 1, kDeadlineMs) > 0 && ::recv(fd_, &byte, 1, 0) <= 0;
}

void ServedConnection::close() { ::shutdown(fd_, SHUT_RDWR); }

TestServer::TestServer(Script script)
    : script_(std::move(script)), listener_(listen_on_loopback(port_)) {
    acceptor_ = std::thread([this] { serve(); });
}

void TestServer::serve() {
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        ++connections_;
        const std::lock_guard lock(mutex_);
        open_.push_back(fd);
        threads_.emplace_back([this, fd] {
            ServedConnection connection(fd);
            script_(connection);
            const std::lock_guard closing(mutex_);
            std::erase(open_, fd);
            ::close(fd);
        });
    }
}

TestServer::~TestServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
        const std::lock_guard lock(mutex_);
        for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
}

std::uint16_t unused_port() {
    std::uint16_t port = 0;
    ::close(listen_on_loopback(port));
    return port;
}

}  // namespace stepwell::testing
