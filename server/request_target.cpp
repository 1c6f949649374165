#include "server/request_target.hpp"

#include "engine/base/ascii.hpp"

namespace stepwell::server {

namespace {

/// What follows `scheme://authority`; the whole target where it has none.
std::optional<std::string_view> without_authority(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!starts_with_ignoring_case(target, scheme)) continue;
        target.remove_prefix(scheme.size());
        const std::size_t end = target.find_first_of("/?");
        if (end == 0) return std::nullopt;  // no host
        return end == std::string_view::npos ? std::string_view() : target.substr(end);
    }
    if (!target.starts_with('/')) return std::nullopt;
    return target;
}

}  // namespace

std::optional<std::string_view> origin_form(std::string_view target) {
    const auto rest = without_authority(target);
    if (rest && rest->empty()) return "/";
    return rest;
}

std::optional<std::string_view> request_path(std::string_view target) {
    const std::optional<std::string_view> rest = without_authority(target);
    if (!rest) return std::nullopt;
    const std::string_view path = rest->substr(0, rest->find('?'));
    return path.empty() ? std::string_view("/") : path;
}

}  // namespace stepwell::server
