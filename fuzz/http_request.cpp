// The bytes of a connection: requests are read until one is wrong or the bytes end, and those that
// are whole go through the guard that refuses what a browser was made to send.

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "fuzz/input.hpp"
#include "server/request_guard.hpp"
#include "server/request_parser.hpp"
#include "server/request_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace stepwell::server;
    std::string_view bytes = stepwell::fuzz::text_of(data, size);
    while (!bytes.empty()) {
        RequestHead head;
        std::string body;
        RequestParser parser(head, body);
        parser.eager(true);
        parser.header_limit(16 * 1024);
        parser.body_limit(2 * 1024 * 1024);
        boost::beast::error_code error;
        std::size_t taken = 0;
        while (!parser.is_done() && !error) {
            const std::size_t now =
                parser.put(boost::asio::buffer(bytes.data() + taken, bytes.size() - taken), error);
            taken += now;
            if (now == 0) break;
        }
        if (error || !parser.is_done() || taken == 0) return 0;
        if (!request_path(head.target)) return 0;
        refuse_forgeable(head.method == http::verb::post, head.browser_headers());
        bytes.remove_prefix(taken);
    }
    return 0;
}
