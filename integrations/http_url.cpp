#include "integrations/http_url.hpp"

#include <algorithm>
#include <charconv>

namespace stepwell {

namespace {

bool is_host_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7F &&
           std::string_view("<>\"{}|\\^`#?/@[]").find(c) == std::string_view::npos;
}

bool is_target_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7F;
}

}  // namespace

std::string HttpUrl::authority() const {
    std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != (tls ? 443 : 80)) text += ":" + std::to_string(port);
    return text;
}

Result<HttpUrl, UrlError> parse_http_url(std::string_view text) {
    HttpUrl url;
    if (text.starts_with("http://")) {
        text.remove_prefix(7);
    } else if (text.starts_with("https://")) {
        url.tls = true;
        url.port = 443;
        text.remove_prefix(8);
    } else {
        return UrlError{"it must begin with http:// or https://"};
    }
    text = text.substr(0, text.find('#'));
    const auto end = text.find_first_of("/?");
    std::string_view authority = text.substr(0, end);
    const std::string_view target =
        end == std::string_view::npos ? std::string_view{} : text.substr(end);

    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos)
            return UrlError{"the address lacks its closing bracket"};
        url.host = authority.substr(1, close - 1);
        authority.remove_prefix(close + 1);
        if (!authority.empty() && authority.front() != ':')
            return UrlError{"a port must follow the address"};
    } else {
        const auto colon = authority.rfind(':');
        url.host = authority.substr(0, colon);
        authority = colon == std::string_view::npos ? std::string_view{} : authority.substr(colon);
    }
    if (url.host.empty()) return UrlError{"it names no host"};
    if (!std::all_of(url.host.begin(), url.host.end(), is_host_character)) {
        return UrlError{"its host has a character that no host has"};
    }
    if (!authority.empty()) {
        const std::string_view digits = authority.substr(1);
        unsigned port = 0;
        const auto [stop, problem] =
            std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (problem != std::errc{} || stop != digits.data() + digits.size() || port == 0 ||
            port > 65'535) {
            return UrlError{"its port must be 1 to 65535"};
        }
        url.port = static_cast<std::uint16_t>(port);
    }
    if (!std::all_of(target.begin(), target.end(), is_target_character)) {
        return UrlError{"its path has a character that must be percent-encoded"};
    }
    url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    return url;
}

}  // namespace stepwell
