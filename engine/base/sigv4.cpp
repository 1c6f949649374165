#include "engine/base/sigv4.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "engine/base/digest.hpp"

namespace stepwell::sigv4 {
namespace {

std::string hex(std::string_view bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0xFU];
    }
    return out;
}

/// Parameters in order of name, then value; one without a value has an empty one.
std::string canonical_query(std::string_view query) {
    std::vector<std::string> parameters;
    while (!query.empty()) {
        const std::string_view parameter = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), parameter.size() + 1));
        if (parameter.empty()) continue;
        parameters.emplace_back(parameter);
        if (parameter.find('=') == std::string_view::npos) parameters.back() += '=';
    }
    std::ranges::sort(parameters, [](const std::string& a, const std::string& b) {
        const std::size_t a_end = a.find('=');
        const std::size_t b_end = b.find('=');
        const int order = a.compare(0, a_end, b, 0, b_end);
        return order != 0 ? order < 0 : a.substr(a_end) < b.substr(b_end);
    });
    std::string out;
    for (const std::string& parameter : parameters) out += (out.empty() ? "" : "&") + parameter;
    return out;
}

}  // namespace

std::string Scope::text() const {
    return time.substr(0, 8) + '/' + region + '/' + service + "/aws4_request";
}

std::string sha256_hex(std::string_view bytes) { return hex_digest("SHA-256", bytes).value(); }

std::string canonical_value(std::string_view value) {
    std::string out;
    for (const char c : value) {
        const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!blank) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string signed_headers(const CanonicalRequest& request) {
    std::string out;
    for (const auto& [name, value] : request.headers) out += (out.empty() ? "" : ";") + name;
    return out;
}

std::string signature(const CanonicalRequest& request, const Scope& scope,
                      std::string_view secret_access_key) {
    std::string text =
        request.method + '\n' + request.path + '\n' + canonical_query(request.query) + '\n';
    for (const auto& [name, value] : request.headers) text += name + ':' + value + '\n';
    text += '\n' + signed_headers(request) + '\n' + request.body_hash;
    const std::string to_sign =
        "AWS4-HMAC-SHA256\n" + scope.time + '\n' + scope.text() + '\n' + sha256_hex(text);
    std::string key = hmac_sha256("AWS4" + std::string(secret_access_key), scope.time.substr(0, 8));
    key = hmac_sha256(key, scope.region);
    key = hmac_sha256(key, scope.service);
    key = hmac_sha256(key, "aws4_request");
    return hex(hmac_sha256(key, to_sign));
}

std::string time_text(TimePoint time) {
    const std::time_t seconds =
        std::chrono::duration_cast<Seconds>(time.time_since_epoch()).count();
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

}  // namespace stepwell::sigv4
