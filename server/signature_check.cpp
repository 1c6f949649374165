#include "server/signature_check.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "engine/base/ascii.hpp"
#include "engine/base/percent.hpp"
#include "engine/base/sigv4.hpp"

namespace stepwell::server {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

/// The values of a header, joined; nullopt where there is none.
std::optional<std::string> header(const HeaderFields& headers, std::string_view name) {
    std::optional<std::string> joined;
    for (const auto& [given, value] : headers) {
        if (!equals_ignoring_case(given, name)) continue;
        joined =
            joined ? *joined + ',' + sigv4::canonical_value(value) : sigv4::canonical_value(value);
    }
    return joined;
}

/// The parts of `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
struct Authorization {
    std::string credential;
    std::string signed_headers;
    std::string signature;
};

Authorization parse_authorization(std::string_view text) {
    Authorization out;
    text.remove_prefix(std::min(text.size(), kAlgorithm.size()));
    while (!text.empty()) {
        std::string_view part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        while (part.starts_with(' ')) part.remove_prefix(1);
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = part.substr(0, equals);
        const std::string value(part.substr(equals + 1));
        if (name == "Credential") out.credential = value;
        if (name == "SignedHeaders") out.signed_headers = value;
        if (name == "Signature") out.signature = value;
    }
    return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

/// `20150830T123600Z`.
std::optional<TimePoint> parse_time(std::string_view text) {
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t count) {
        int value = -1;
        const char* end = text.data() + at + count;
        const auto [stopped, failed] = std::from_chars(text.data() + at, end, value);
        return failed == std::errc() && stopped == end ? value : -1;
    };
    std::tm parts{};
    parts.tm_year = number(0, 4) - 1900;
    parts.tm_mon = number(4, 2) - 1;
    parts.tm_mday = number(6, 2);
    parts.tm_hour = number(9, 2);
    parts.tm_min = number(11, 2);
    parts.tm_sec = number(13, 2);
    if (parts.tm_year < 0 || parts.tm_mon < 0 || parts.tm_mday < 1 || parts.tm_hour < 0 ||
        parts.tm_min < 0 || parts.tm_sec < 0)
        return std::nullopt;
    return TimePoint{Seconds{::timegm(&parts)}};
}

SignatureRefusal incomplete(std::string message) {
    return {"IncompleteSignatureException", std::move(message)};
}
SignatureRefusal invalid(std::string message) {
    return {"InvalidSignatureException", std::move(message)};
}

std::optional<SignatureRefusal> check_parts(const Authorization& authorization,
                                            const std::string& whole) {
    std::string missing;
    const auto need = [&](const std::string& value, const char* name) {
        if (value.empty())
            missing += "Authorization header requires '" + std::string(name) + "' parameter. ";
    };
    need(authorization.credential, "Credential");
    need(authorization.signature, "Signature");
    need(authorization.signed_headers, "SignedHeaders");
    if (missing.empty()) return std::nullopt;
    return incomplete(missing + "Authorization=" + whole);
}

std::optional<SignatureRefusal> check_time(const std::string& text, TimePoint now) {
    const auto time = parse_time(text);
    if (!time) {
        return incomplete("Date must be in ISO-8601 'basic format'. Got '" + text +
                          "'. See http://en.wikipedia.org/wiki/ISO_8601");
    }
    if (*time + kMostClockSkew < now) {
        return invalid("Signature expired: " + text + " is now earlier than " +
                       sigv4::time_text(now - kMostClockSkew) + " (" + sigv4::time_text(now) +
                       " - 15 min.)");
    }
    if (*time > now + kMostClockSkew) {
        return invalid("Signature not yet current: " + text + " is still later than " +
                       sigv4::time_text(now + kMostClockSkew) + " (" + sigv4::time_text(now) +
                       " + 15 min.)");
    }
    return std::nullopt;
}

/// Those that the signature must stand for: they decide what is asked of whom.
std::optional<std::string> unsigned_header(const HeaderFields& headers,
                                           const std::vector<std::string>& names) {
    const auto is_signed = [&](const std::string& name) {
        return std::ranges::find(names, name) != names.end();
    };
    if (!is_signed("host")) return "host";
    for (const auto& [name, value] : headers) {
        const std::string lowered = ascii_lower(name);
        if (lowered.starts_with("x-amz-") && !is_signed(lowered)) return lowered;
    }
    return std::nullopt;
}

/// Takes the same time wherever the first difference is.
bool equal(const std::string& a, const std::string& b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::optional<SignatureRefusal> check_signature(const SignedRequest& request,
                                                const AccessKeys& keys, TimePoint now,
                                                std::string& account) {
    const auto given = header(request.headers, "Authorization");
    if (!given || given->empty())
        return SignatureRefusal{"MissingAuthenticationTokenException",
                                "Missing Authentication Token"};
    if (!given->starts_with(kAlgorithm)) {
        return incomplete(
            "Unsupported signature algorithm: AWS4-HMAC-SHA256 is taken. "
            "Authorization=" +
            given->substr(0, given->find(' ')));
    }
    const Authorization authorization = parse_authorization(*given);
    if (auto refusal = check_parts(authorization, *given)) return refusal;
    const std::vector<std::string> credential = split(authorization.credential, '/');
    if (credential.size() != 5 || credential[4] != "aws4_request") {
        return incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term, got '" +
            authorization.credential + "'");
    }
    const auto key = keys.find(credential[0]);
    if (key == keys.end()) {
        return SignatureRefusal{"UnrecognizedClientException",
                                "The security token included in the request is invalid."};
    }
    const std::string time = header(request.headers, "X-Amz-Date").value_or("");
    if (auto refusal = check_time(time, now)) return refusal;
    if (credential[1] != time.substr(0, 8)) {
        return invalid("Credential should be scoped to a valid date: '" + credential[1] +
                       "' is not that of '" + time + "'");
    }
    const std::vector<std::string> names = split(authorization.signed_headers, ';');
    if (const auto name = unsigned_header(request.headers, names)) {
        return invalid("'" + *name + "' must be a 'SignedHeader' in the AWS Authorization.");
    }

    sigv4::CanonicalRequest canonical;
    canonical.method = request.method;
    const std::size_t mark = std::min(request.target.find('?'), request.target.size());
    // A path that is encoded stands encoded twice in the signature; older tools leave it as it is.
    canonical.path = percent_encode(request.target.substr(0, mark), "/");
    if (mark < request.target.size()) canonical.query = request.target.substr(mark + 1);
    for (const std::string& name : names)
        canonical.headers.emplace_back(name, header(request.headers, name).value_or(""));
    canonical.body_hash = sigv4::sha256_hex(request.body);
    const sigv4::Scope scope{time, credential[2], credential[3]};
    const std::string& secret = key->second.secret;
    bool good = equal(sigv4::signature(canonical, scope, secret), authorization.signature);
    canonical.path = request.target.substr(0, mark);
    good |= equal(sigv4::signature(canonical, scope, secret), authorization.signature);
    if (!good) {
        return invalid(
            "The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method. Consult the service documentation for "
            "details.");
    }
    account = key->second.account;
    return std::nullopt;
}

}  // namespace stepwell::server
