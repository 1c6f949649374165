#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <boost/optional.hpp>
#include <cstdint>
#include <string>

#include "server/request_guard.hpp"
#include "server/signature_check.hpp"

namespace stepwell::server {

namespace http = boost::beast::http;

/// What the server reads of a request. Reused from request to request, so that its strings keep
/// their memory.
struct RequestHead {
    http::verb method = http::verb::unknown;
    std::string target;
    std::string host;
    std::string origin;
    std::string sec_fetch_site;
    std::string content_type;
    std::string amz_target;
    std::string authorization;
    std::string trace_id;
    /// All header fields, where a signature is to be checked: keeps_fields.
    HeaderFields fields;
    bool keeps_fields = false;
    bool expects_continue = false;
    bool is_http_1_0 = false;

    void clear();
    BrowserHeaders browser_headers() const {
        return {host, origin, sec_fetch_site, content_type, amz_target};
    }
};

/// Beast's parser, which keeps the few headers that matter and drops the others unread: a header
/// costs no allocation. One for each request.
class RequestParser : public http::basic_parser<true> {
public:
    /// `head` and `body` are filled as the message arrives, and must outlive the parser.
    RequestParser(RequestHead& head, std::string& body) : head_(head), body_(body) {}

private:
    using string_view = boost::beast::string_view;
    using error_code = boost::beast::error_code;

    void on_request_impl(http::verb method, string_view method_text, string_view target,
                         int version, error_code& ec) override;
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(http::field name, string_view name_text, string_view value,
                       error_code& ec) override;
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& content_length,
                           error_code& ec) override;
    std::size_t on_body_impl(string_view part, error_code& ec) override;
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t remaining, string_view part,
                                   error_code& ec) override;
    void on_finish_impl(error_code&) override {}

    RequestHead& head_;
    std::string& body_;
};

}  // namespace stepwell::server
