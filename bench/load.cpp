// A load generator for one HTTP/1.1 endpoint: C connections on one thread, each with one request
// under way.
//
//   stepwell_load --port P --target T --connections C --seconds S --body TEXT [--requests N]
//
// Prints one line of JSON: requests, errors, seconds, rate, p50_ms, p99_ms, max_ms. A request is an
// error when its status is not 200; a connection that breaks ends the run with exit code 1. `{n}`
// in the body becomes the request's number, so that names can be unique. Loopback only.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Options {
    int port = 8083;
    std::string target = "AWSStepFunctions.StartExecution";
    int connections = 32;
    double seconds = 5;
    std::uint64_t requests = UINT64_MAX;
    std::string body = "{}";
};

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const char* value = argv[i + 1];
        if (name == "--port")
            options.port = std::atoi(value);
        else if (name == "--target")
            options.target = value;
        else if (name == "--connections")
            options.connections = std::atoi(value);
        else if (name == "--seconds")
            options.seconds = std::atof(value);
        else if (name == "--requests")
            options.requests = std::strtoull(value, nullptr, 10);
        else if (name == "--body")
            options.body = value;
        else
            throw std::runtime_error("unknown option " + std::string(name));
    }
    if (options.port <= 0 || options.connections <= 0 || options.connections > 4096 ||
        options.seconds <= 0) {
        throw std::runtime_error("options out of range");
    }
    return options;
}

class Load {
public:
    explicit Load(const Options& options) : options_(options), epoll_(epoll_create1(0)) {
        const std::size_t at = options_.body.find("{n}");
        before_ = options_.body.substr(0, at);
        if (at != std::string::npos) after_ = options_.body.substr(at + 3);
        numbered_ = at != std::string::npos;
        connections_.resize(std::size_t(options_.connections));
    }

    int run() {
        for (Connection& connection : connections_) open(connection);
        const auto begin = SteadyClock::now();
        const auto end = begin + std::chrono::duration_cast<SteadyClock::duration>(
                                     std::chrono::duration<double>(options_.seconds));
        for (Connection& connection : connections_) send_next(connection);
        epoll_event events[256];
        while (open_requests_ > 0) {
            const int count = epoll_wait(epoll_, events, 256, 10'000);
            if (count == 0) throw std::runtime_error("no answer within 10 s");
            stopping_ = SteadyClock::now() >= end;
            for (int i = 0; i < count; ++i) receive(*static_cast<Connection*>(events[i].data.ptr));
        }
        report(std::chrono::duration<double>(SteadyClock::now() - begin).count());
        return 0;
    }

private:
    struct Connection {
        int socket = -1;
        std::string received;
        SteadyClock::time_point sent;
    };

    void open(Connection& connection) {
        connection.socket = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(connection.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) !=
            0) {
            throw std::runtime_error("cannot connect to 127.0.0.1:" +
                                     std::to_string(options_.port));
        }
        const int one = 1;
        setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &connection;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event);
    }

    void send_next(Connection& connection) {
        if (stopping_ || issued_ >= options_.requests) return;
        std::string body = before_;
        if (numbered_) body += std::to_string(issued_);
        body += after_;
        ++issued_;
        ++open_requests_;
        std::string request =
            "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: " + options_.target +
            "\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body;
        connection.sent = SteadyClock::now();
        if (send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
            ssize_t(request.size())) {
            throw std::runtime_error("a request could not be sent whole");
        }
    }

    void receive(Connection& connection) {
        char buffer[16384];
        const ssize_t size = recv(connection.socket, buffer, sizeof buffer, 0);
        if (size <= 0) throw std::runtime_error("the server closed a connection");
        connection.received.append(buffer, std::size_t(size));
        const std::size_t head = connection.received.find("\r\n\r\n");
        if (head == std::string::npos) return;
        std::string headers = connection.received.substr(0, head);
        std::transform(headers.begin(), headers.end(), headers.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        const std::size_t length_at = headers.find("content-length:");
        if (length_at == std::string::npos)
            throw std::runtime_error("an answer without Content-Length");
        const std::size_t length = std::strtoull(headers.c_str() + length_at + 15, nullptr, 10);
        if (connection.received.size() < head + 4 + length) return;
        latencies_.push_back(
            std::chrono::duration<float, std::milli>(SteadyClock::now() - connection.sent).count());
        if (headers.compare(0, 12, "http/1.1 200") != 0) {
            if (errors_++ == 0)
                std::fprintf(stderr, "first error: %s\n", connection.received.c_str());
        }
        connection.received.erase(0, head + 4 + length);
        --open_requests_;
        send_next(connection);
    }

    void report(double seconds) {
        std::sort(latencies_.begin(), latencies_.end());
        const auto at = [&](double share) {
            if (latencies_.empty()) return 0.0;
            return double(latencies_[std::min(latencies_.size() - 1,
                                              std::size_t(share * double(latencies_.size())))]);
        };
        std::printf(
            "{\"requests\":%zu,\"errors\":%zu,\"seconds\":%.3f,\"rate\":%.0f,\"p50_ms\":%.3f,\"p99_"
            "ms\":%.3f,"
            "\"max_ms\":%.3f}\n",
            latencies_.size(), errors_, seconds, double(latencies_.size()) / seconds, at(0.5),
            at(0.99), at(1));
    }

    Options options_;
    int epoll_;
    std::string before_;
    std::string after_;
    bool numbered_ = false;
    std::vector<Connection> connections_;
    std::vector<float> latencies_;
    std::uint64_t issued_ = 0;
    std::size_t open_requests_ = 0;
    std::size_t errors_ = 0;
    bool stopping_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        return Load(parse(argc, argv)).run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "stepwell_load: %s\n", error.what());
        return 1;
    }
}
