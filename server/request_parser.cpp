#include "server/request_parser.hpp"

#include <algorithm>

#include "engine/base/ascii.hpp"

namespace stepwell::server {

namespace {

/// A client's promise of a long body reserves no more than this; the rest grows as it comes.
constexpr std::uint64_t kMaxReservedBytes = 256U << 10U;

/// The first value of a header counts: a second Host or X-Amz-Target changes nothing.
void keep(std::string& value, boost::beast::string_view sent) {
    if (value.empty()) value.assign(sent.data(), sent.size());
}

}  // namespace

void RequestHead::clear() {
    method = http::verb::unknown;
    for (std::string* text : {&target, &host, &origin, &sec_fetch_site, &content_type, &amz_target,
                              &authorization, &trace_id}) {
        text->clear();
    }
    fields.clear();
    expects_continue = false;
    is_http_1_0 = false;
}

void RequestParser::on_request_impl(http::verb method, string_view, string_view target, int version,
                                    error_code&) {
    head_.method = method;
    head_.target.assign(target.data(), target.size());
    head_.is_http_1_0 = version == 10;
}

void RequestParser::on_field_impl(http::field name, string_view name_text, string_view value,
                                  error_code&) {
    const std::string_view text(name_text.data(), name_text.size());
    if (head_.keeps_fields)
        head_.fields.emplace_back(text, std::string_view(value.data(), value.size()));
    switch (name) {
        case http::field::host:
            return keep(head_.host, value);
        case http::field::origin:
            return keep(head_.origin, value);
        case http::field::content_type:
            return keep(head_.content_type, value);
        case http::field::authorization:
            return keep(head_.authorization, value);
        case http::field::expect:
            head_.expects_continue =
                equals_ignoring_case({value.data(), value.size()}, "100-continue");
            return;
        case http::field::sec_fetch_site:
            return keep(head_.sec_fetch_site, value);
        case http::field::unknown:
            if (equals_ignoring_case(text, "x-amz-target")) return keep(head_.amz_target, value);
            if (equals_ignoring_case(text, "x-amzn-trace-id")) return keep(head_.trace_id, value);
            return;
        default:
            return;
    }
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& content_length,
                                      error_code&) {
    if (content_length)
        body_.reserve(static_cast<std::size_t>(std::min(*content_length, kMaxReservedBytes)));
}

std::size_t RequestParser::on_body_impl(string_view part, error_code&) {
    body_.append(part.data(), part.size());
    return part.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view part, error_code&) {
    body_.append(part.data(), part.size());
    return part.size();
}

}  // namespace stepwell::server
