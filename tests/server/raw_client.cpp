#include "tests/server/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace stepwell::server {

RawClient::RawClient(std::uint16_t port)
    : port_(port), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect to port " + std::to_string(port));
    }
}

RawClient::~RawClient() { close(); }

void RawClient::close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

void RawClient::shut_down_sending() { ::shutdown(socket_, SHUT_WR); }

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // the server has refused to read on; what it answers tells
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool RawClient::read_more() {
    std::array<char, 65536> bytes{};
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    received_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
}

std::optional<RawClient::Reply> RawClient::receive(bool head_only) {
    std::size_t head_end = 0;
    while ((head_end = received_.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more()) return std::nullopt;
    }
    Reply reply;
    reply.status = std::stoi(received_.substr(9, 3));
    std::size_t line = received_.find("\r\n") + 2;
    while (line < head_end + 2) {
        const std::size_t end = received_.find("\r\n", line);
        const std::size_t colon = received_.find(": ", line);
        if (colon != std::string::npos && colon < end) {
            std::string name = received_.substr(line, colon - line);
            std::transform(name.begin(), name.end(), name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            reply.headers[name] = received_.substr(colon + 2, end - colon - 2);
        }
        line = end + 2;
    }
    const auto length = reply.headers.find("content-length");
    const std::size_t body_bytes =
        length == reply.headers.end() || head_only ? 0 : std::stoul(length->second);
    while (received_.size() < head_end + 4 + body_bytes) {
        if (!read_more()) return std::nullopt;
    }
    reply.body = received_.substr(head_end + 4, body_bytes);
    received_.erase(0, head_end + 4 + body_bytes);
    return reply;
}

bool RawClient::closed_by_server() {
    if (!received_.empty()) return false;
    char byte = 0;
    const ssize_t got = ::recv(socket_, &byte, 1, 0);
    return got == 0 || (got < 0 && errno == ECONNRESET);
}

std::string api_request(std::string_view operation, std::string_view body,
                        std::string_view extra_headers) {
    std::string text =
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:8083\r\nContent-Type: application/x-amz-json-1.0\r\n";
    text += "X-Amz-Target: AWSStepFunctions." + std::string(operation) + "\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += extra_headers;
    text += "\r\n";
    text += body;
    return text;
}

}  // namespace stepwell::server
