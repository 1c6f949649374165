// The floor that physics sets for an HTTP answer: a bare Beast server on one thread that parses a
// JSON body and sends it back. `stepwell_echo` listens on a free port of 127.0.0.1 and prints it;
// SIGTERM ends it.

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <cstdio>
#include <memory>

#include "engine/base/json.hpp"

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = net::ip::tcp;

class Session : public std::enable_shared_from_this<Session> {
public:
    explicit Session(tcp::socket socket) : stream_(std::move(socket)) {}

    void read() {
        request_ = {};
        http::async_read(stream_, buffer_, request_,
                         [self = shared_from_this()](beast::error_code failed, std::size_t) {
                             if (!failed) self->answer();
                         });
    }

private:
    void answer() {
        const auto value = stepwell::parse_json(request_.body());
        response_ = {http::status::ok, request_.version()};
        response_.set(http::field::content_type, "application/x-amz-json-1.0");
        response_.keep_alive(request_.keep_alive());
        response_.body() = value ? stepwell::write_json(*value) : "{}";
        response_.prepare_payload();
        http::async_write(stream_, response_,
                          [self = shared_from_this()](beast::error_code failed, std::size_t) {
                              if (!failed) self->read();
                          });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
    http::response<http::string_body> response_;
};

void accept(tcp::acceptor& acceptor) {
    acceptor.async_accept([&acceptor](beast::error_code failed, tcp::socket socket) {
        if (!failed) {
            socket.set_option(tcp::no_delay(true));
            std::make_shared<Session>(std::move(socket))->read();
        }
        accept(acceptor);
    });
}

}  // namespace

int main() {
    net::io_context context(1);
    tcp::acceptor acceptor(context, {net::ip::address_v4::loopback(), 0});
    std::printf("%d\n", int(acceptor.local_endpoint().port()));
    std::fflush(stdout);
    accept(acceptor);
    net::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&context](beast::error_code, int) { context.stop(); });
    context.run();
}
