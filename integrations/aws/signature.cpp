#include "integrations/aws/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <vector>

#include "integrations/aws/text.hpp"

namespace stepwell::aws {
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

std::string hmac_sha256(std::string_view key, std::string_view message) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), out.data(), &size);
    return {reinterpret_cast<const char*>(out.data()), size};
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

/// Runs of blanks as one, none at the ends.
std::string single_blanks(std::string_view text) {
    std::string out;
    for (const char c : text) {
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

/// RFC 3986, section 5.2.4, with empty segments dropped too, as AWS's SDKs do.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> segments;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const std::string_view segment = path.substr(at, slash - at);
        if (segment == "..") {
            if (!segments.empty()) segments.pop_back();
        } else if (!segment.empty() && segment != ".") {
            segments.push_back(segment);
        }
        at = slash + 1;
    }
    std::string out;
    for (const std::string_view segment : segments) {
        out += '/';
        out += segment;
    }
    if (path.ends_with('/') || out.empty()) out += '/';
    return out;
}

std::string canonical_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (std::size_t at = 0; at < query.size();) {
        const std::size_t end = std::min(query.find('&', at), query.size());
        const std::string_view pair = query.substr(at, end - at);
        const std::size_t equals = pair.find('=');
        pairs.emplace_back(pair.substr(0, equals), equals == std::string_view::npos
                                                       ? std::string_view()
                                                       : pair.substr(equals + 1));
        at = end + 1;
    }
    std::ranges::sort(pairs);
    std::string out;
    for (const auto& [name, value] : pairs) {
        if (!out.empty()) out += '&';
        out += name + '=' + value;
    }
    return out;
}

bool is_unsigned(std::string_view lower_name) {
    return lower_name == "expect" || lower_name == "user-agent" ||
           lower_name == "x-amzn-trace-id" || lower_name == "content-length" ||
           lower_name == "amz-sdk-invocation-id" || lower_name == "amz-sdk-request" ||
           lower_name == "connection";
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha256(), nullptr);
    return hex({reinterpret_cast<const char*>(out.data()), size});
}

std::string signing_time(std::int64_t seconds_since_1970) {
    const auto time = static_cast<std::time_t>(seconds_since_1970);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

void sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
          BodyHash body_hash) {
    const std::string hash =
        body_hash == BodyHash::unsigned_ ? "UNSIGNED-PAYLOAD" : sha256_hex(request.body);
    request.headers.push_back({"X-Amz-Date", scope.time});
    if (!credentials.session_token.empty())
        request.headers.push_back({"X-Amz-Security-Token", credentials.session_token});
    if (body_hash != BodyHash::signed_only)
        request.headers.push_back({"X-Amz-Content-SHA256", hash});

    std::map<std::string, std::string> headers;
    for (const HttpHeader& header : request.headers) {
        std::string name = lower(header.name);
        if (is_unsigned(name)) continue;
        std::string& value = headers[std::move(name)];
        if (!value.empty()) value += ',';
        value += single_blanks(header.value);
    }
    if (!headers.contains("host")) headers["host"] = lower(request.url.authority());
    std::string canonical_headers;
    std::string signed_headers;
    for (const auto& [name, value] : headers) {
        canonical_headers += name + ':' + value + '\n';
        if (!signed_headers.empty()) signed_headers += ';';
        signed_headers += name;
    }

    const std::string& target = request.url.target;
    const std::size_t mark = std::min(target.find('?'), target.size());
    const std::string_view path = std::string_view(target).substr(0, mark);
    const std::string_view query =
        mark < target.size() ? std::string_view(target).substr(mark + 1) : std::string_view();
    // Every service but S3 encodes the path once more.
    const std::string canonical_path =
        scope.service == "s3" ? std::string(path) : url_encode(without_dot_segments(path), "/");
    const std::string canonical_request = request.method + '\n' + canonical_path + '\n' +
                                          canonical_query(query) + '\n' + canonical_headers + '\n' +
                                          signed_headers + '\n' + hash;

    const std::string date = scope.time.substr(0, 8);
    const std::string credential_scope =
        date + '/' + scope.region + '/' + scope.service + "/aws4_request";
    const std::string string_to_sign = "AWS4-HMAC-SHA256\n" + scope.time + '\n' + credential_scope +
                                       '\n' + sha256_hex(canonical_request);
    std::string key = hmac_sha256("AWS4" + credentials.secret_access_key, date);
    key = hmac_sha256(key, scope.region);
    key = hmac_sha256(key, scope.service);
    key = hmac_sha256(key, "aws4_request");
    request.headers.push_back(
        {"Authorization", "AWS4-HMAC-SHA256 Credential=" + credentials.access_key_id + '/' +
                              credential_scope + ", SignedHeaders=" + signed_headers +
                              ", Signature=" + hex(hmac_sha256(key, string_to_sign))});
}

}  // namespace stepwell::aws
