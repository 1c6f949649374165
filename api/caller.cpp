#include "api/caller.hpp"

#include <algorithm>
#include <array>

namespace stepwell::api {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_account(std::string_view text) {
    return text.size() == 12 && std::ranges::all_of(text, is_digit);
}

bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
    });
}

/// AWS General Reference, "Amazon Resource Names", partitions.
std::string_view partition_of(std::string_view region, std::string_view otherwise) {
    if (region.starts_with("cn-")) return "aws-cn";
    if (region.starts_with("us-gov-")) return "aws-us-gov";
    return otherwise;
}

}  // namespace

Owner caller_of(std::string_view authorization, const Owner& otherwise) {
    Owner owner = otherwise;
    constexpr std::string_view kCredential = "Credential=";
    const std::size_t at = authorization.find(kCredential);
    if (at == std::string_view::npos) return owner;
    std::string_view scope = authorization.substr(at + kCredential.size());
    scope = scope.substr(0, scope.find_first_of(", "));

    // AKID/DATE/REGION/SERVICE/aws4_request
    std::array<std::string_view, 5> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t slash = scope.find('/');
        parts[i] = scope.substr(0, slash);
        if (slash == std::string_view::npos) {
            // SigV4a names no region in its scope.
            if (i + 1 < parts.size()) parts[2] = {};
            break;
        }
        scope.remove_prefix(slash + 1);
    }
    if (is_account(parts[0])) owner.account = parts[0];
    if (is_region(parts[2])) {
        owner.region = parts[2];
        owner.partition = partition_of(parts[2], otherwise.partition);
    }
    return owner;
}

}  // namespace stepwell::api
