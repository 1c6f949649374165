#include "api/arns.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace stepwell::api {
namespace {

ApiError invalid_arn(std::string_view why, std::string_view what) {
    std::string detail(why);
    detail.append(what);
    return error(ErrorKind::invalid_arn, detail);
}

/// An ARN and the parts of its resource between colons; the first is the resource's type.
struct ResourceArn {
    Arn arn;
    std::vector<std::string_view> parts;  // of the text given, not of `arn`
};

Checked<ResourceArn> parse_resource(std::string_view text, std::string_view type) {
    if (!text.starts_with("arn:")) return invalid_arn("Invalid ARN prefix: ", text);
    auto arn = Arn::parse(text);
    if (!arn) return invalid_arn("Invalid ARN format: ", text);
    ResourceArn result{std::move(*arn), {}};
    std::string_view resource = text.substr(text.size() - result.arn.resource.size());
    for (std::size_t colon = 0; (colon = resource.find(':')) != std::string_view::npos;) {
        result.parts.push_back(resource.substr(0, colon));
        resource.remove_prefix(colon + 1);
    }
    result.parts.push_back(resource);
    if (result.parts.front() != type) {
        // The type of `function:f` is "function", that of `role/r` is "role".
        const std::string_view found =
            result.parts.front().substr(0, result.parts.front().find('/'));
        return invalid_arn("Resource type not valid in this context: ", found);
    }
    for (const std::string_view part : result.parts) {
        if (part.empty()) return invalid_arn("Invalid ARN format: ", text);
    }
    return result;
}

/// The code point at the front of well-formed UTF-8, which is removed.
std::uint32_t take_code_point(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length && i < text.size(); ++i) {
        point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    text.remove_prefix(std::min(length, text.size()));
    return point;
}

bool is_white_space(std::uint32_t point) {
    return point == 0x20 || point == 0xA0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
           point == 0x202F || point == 0x205F || point == 0x3000;
}

bool may_stand_in_name(std::uint32_t point) {
    if (point < 0x80) {
        return point > 0x20 && point != 0x7F &&
               std::string_view("<>{}[]?*\"#%\\^|~`$&,;:/").find(static_cast<char>(point)) ==
                   std::string_view::npos;
    }
    return !(point <= 0x9F || is_white_space(point) || (point >= 0xD800 && point <= 0xDFFF) ||
             point == 0xFFFE || point == 0xFFFF || point == 0x10FFFF);
}

}  // namespace

Checked<StateMachineArn> parse_state_machine_arn(std::string_view text) {
    auto resource = parse_resource(text, "stateMachine");
    if (!resource) return resource.error();
    const auto& parts = resource->parts;
    if (parts.size() < 2 || parts.size() > 3) return invalid_arn("Invalid ARN format: ", text);
    StateMachineArn result{std::move(resource->arn), std::string(text), {}, {}, {}};
    const std::size_t slash = parts[1].find('/');
    result.name = parts[1].substr(0, slash);
    if (slash != std::string_view::npos) {
        result.label = parts[1].substr(slash + 1);
        if (result.label.empty() || parts.size() == 3)
            return invalid_arn("Invalid ARN format: ", text);
    }
    if (parts.size() == 3) result.qualifier = parts[2];
    if (result.name.empty()) return invalid_arn("Invalid ARN format: ", text);
    return result;
}

Checked<StateMachineArn> parse_unlabeled_state_machine_arn(std::string_view text) {
    auto parsed = parse_state_machine_arn(text);
    if (parsed && !parsed->label.empty()) {
        return ApiError{ErrorKind::validation,
                        "This operation does not support labeled ARNs: '" + parsed->text + "'",
                        "API_DOES_NOT_SUPPORT_LABELED_ARNS"};
    }
    return parsed;
}

std::string StateMachineArn::unqualified() const {
    return text.substr(0, text.size() - (qualifier.empty() ? 0 : qualifier.size() + 1) -
                              (label.empty() ? 0 : label.size() + 1));
}

std::optional<std::int64_t> StateMachineArn::version() const {
    std::int64_t number = 0;
    const char* const end = qualifier.data() + qualifier.size();
    const auto [rest, failed] = std::from_chars(qualifier.data(), end, number);
    // "01" is no version, but neither can it be an alias.
    if (failed != std::errc() || rest != end || number < 1 || std::to_string(number) != qualifier) {
        return std::nullopt;
    }
    return number;
}

Checked<StateMachineArn> parse_version_arn(std::string_view text) {
    auto parsed = TRY(parse_state_machine_arn(text));
    if (!parsed.version()) return invalid_arn("Not the ARN of a state machine version: ", text);
    return parsed;
}

Checked<StateMachineArn> parse_alias_arn(std::string_view text) {
    auto parsed = TRY(parse_state_machine_arn(text));
    if (parsed.alias().empty()) return invalid_arn("Not the ARN of a state machine alias: ", text);
    return parsed;
}

Checked<std::string> parse_taggable_arn(std::string_view text) {
    if (parse_resource(text, "activity")) return parse_activity_arn(text);
    const auto machine = TRY(parse_state_machine_arn(text));
    if (machine.qualified()) return tagged_resource_not_found(machine.text);
    return machine.text;
}

Checked<std::string> parse_execution_arn(std::string_view text) {
    auto resource = parse_resource(text, "execution");
    if (!resource) return resource.error();
    if (resource->parts.size() != 3) return invalid_arn("Invalid ARN format: ", text);
    return std::string(text);
}

Checked<std::string> parse_activity_arn(std::string_view text) {
    auto resource = parse_resource(text, "activity");
    if (!resource) return resource.error();
    if (resource->parts.size() != 2) return invalid_arn("Invalid ARN format: ", text);
    return std::string(text);
}

Checked<std::string> parse_map_run_arn(std::string_view text) {
    auto resource = parse_resource(text, "mapRun");
    if (!resource) return resource.error();
    if (resource->parts.size() != 3) return invalid_arn("Invalid ARN format: ", text);
    return std::string(text);
}

Checked<std::string> parse_role_arn(std::string_view text) {
    const auto arn = Arn::parse(text);
    if (!arn || arn->service != "iam" || !arn->resource.starts_with("role/") ||
        arn->resource.size() <= 5) {
        // The one InvalidArn with words of its own.
        return ApiError{ErrorKind::invalid_arn, "Invalid Role Arn: '" + std::string(text) + "'"};
    }
    return std::string(text);
}

Checked<std::string> parse_name(std::string_view text) {
    std::string_view rest = text;
    while (!rest.empty()) {
        if (!may_stand_in_name(take_code_point(rest))) return error(ErrorKind::invalid_name, text);
    }
    return std::string(text);
}

}  // namespace stepwell::api
