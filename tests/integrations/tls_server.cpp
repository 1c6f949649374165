#include "tests/integrations/tls_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace stepwell::testing {

TestAuthority::TestAuthority() {
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key "
        "-out ca.pem -days 2 -subj '/CN=Test authority'");
}

void TestAuthority::issue(const std::string& name, const std::string& alternative_name, int days) {
    folder_.write(name + ".ext", "subjectAltName=" + alternative_name + "\n");
    openssl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " + name +
            ".key -out " + name + ".csr -subj /CN=" + name);
    openssl("x509 -req -in " + name + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days " +
            std::to_string(days) + " -extfile " + name + ".ext -out " + name + ".pem");
}

void TestAuthority::openssl(const std::string& arguments) const {
    const std::string command =
        "cd '" + folder_.path().string() + "' && openssl " + arguments + " >log 2>&1";
    if (std::system(command.c_str()) != 0)
        throw std::runtime_error("openssl " + arguments + ": " + folder_.read("log"));
}

TlsServer::TlsServer(const TestAuthority& authority, const std::string& certificate,
                     Options options)
    : options_(std::move(options)), context_(SSL_CTX_new(TLS_server_method())) {
    // OpenSSL writes with write(2), also to a client that has gone.
    std::signal(SIGPIPE, SIG_IGN);
    SSL_CTX* const context = context_.get();
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, options_.newest_protocol);
    SSL_CTX_set_security_level(context, 0);  // TLS 1.1, which the client is to refuse
    if (SSL_CTX_use_certificate_file(context, authority.certificate(certificate).c_str(),
                                     SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, authority.key(certificate).c_str(),
                                    SSL_FILETYPE_PEM) != 1) {
        throw std::runtime_error("the certificate " + certificate + " cannot be used");
    }
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
        throw std::runtime_error("no port to listen on");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

TlsServer::~TlsServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
        const std::lock_guard lock(mutex_);
        for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    for (const int socket : open_) ::close(socket);
}

void TlsServer::accept_all() {
    for (;;) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        const std::lock_guard lock(mutex_);
        open_.push_back(socket);
        threads_.emplace_back([this, socket] { serve(socket); });
    }
}

void TlsServer::serve(int socket) {
    const std::unique_ptr<SSL, Free> connection(SSL_new(context_.get()));
    SSL* const tls = connection.get();
    SSL_set_fd(tls, socket);
    bool alive = SSL_accept(tls) == 1;
    for (int i = 0; alive && i < options_.requests; ++i) {
        std::string request;
        char byte = 0;
        while (alive && !request.ends_with("\r\n\r\n")) {
            alive = SSL_read(tls, &byte, 1) == 1;
            request.push_back(byte);
        }
        const auto bytes = static_cast<int>(options_.answer.size());
        alive = alive && SSL_write(tls, options_.answer.data(), bytes) == bytes;
    }
    if (alive && options_.farewell) SSL_shutdown(tls);
    ::shutdown(socket, SHUT_WR);
}

}  // namespace stepwell::testing
