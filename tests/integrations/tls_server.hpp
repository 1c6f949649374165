#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/integrations/scratch.hpp"

namespace stepwell::testing {

/// A certificate authority of the test's own, made by openssl(1) in a scratch folder.
class TestAuthority {
public:
    TestAuthority();
    std::filesystem::path file() const { return folder_.path() / "ca.pem"; }
    /// Makes NAME.pem and NAME.key for a subjectAltName such as `IP:127.0.0.1`, valid for so many
    /// days from now.
    void issue(const std::string& name, const std::string& alternative_name, int days = 2);
    std::filesystem::path certificate(const std::string& name) const {
        return folder_.path() / (name + ".pem");
    }
    std::filesystem::path key(const std::string& name) const {
        return folder_.path() / (name + ".key");
    }

private:
    void openssl(const std::string& arguments) const;
    ScratchFolder folder_;
};

/// An HTTPS server on the loopback interface that answers every request with `answer`, whole bytes
/// of HTTP, and closes the connection after `requests` of them: with TLS's own farewell, or not.
class TlsServer {
public:
    struct Options {
        std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        int requests = 100;
        bool farewell = true;
        int newest_protocol = TLS1_3_VERSION;
    };
    TlsServer(const TestAuthority& authority, const std::string& certificate, Options options);
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }

private:
    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
        void operator()(SSL* connection) const { SSL_free(connection); }
    };
    void accept_all();
    void serve(int socket);

    const Options options_;
    const std::unique_ptr<SSL_CTX, Free> context_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace stepwell::testing
