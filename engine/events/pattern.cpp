#include "engine/events/pattern.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "engine/base/ascii.hpp"

namespace stepwell::events {
namespace {

constexpr const char* kOr = "$or";
/// User Guide, "EventBridge quotas": event pattern size.
constexpr std::size_t kMostBytes = 4'096;

const Json::object_t& members(const Json& object) {
    return object.get_ref<const Json::object_t&>();
}
const Json::array_t& items(const Json& array) { return array.get_ref<const Json::array_t&>(); }
const std::string& text(const Json& value) { return value.get_ref<const std::string&>(); }

/// The one member of an operator's object; nullptr where there is another number of them.
const Json::object_t::value_type* only_member(const Json& object) {
    return object.is_object() && object.size() == 1 ? &*members(object).begin() : nullptr;
}

// --- addresses

struct Network {
    std::array<unsigned char, 16> address{};
    std::size_t bytes = 0;
    unsigned bits = 0;
};

std::optional<Network> parse_address(const std::string& given) {
    Network out;
    if (inet_pton(AF_INET, given.c_str(), out.address.data()) == 1) {
        out.bytes = 4;
    } else if (inet_pton(AF_INET6, given.c_str(), out.address.data()) == 1) {
        out.bytes = 16;
    } else {
        return std::nullopt;
    }
    out.bits = static_cast<unsigned>(out.bytes * 8);
    return out;
}

/// `10.0.0.0/24`
std::optional<Network> parse_network(std::string_view given) {
    const std::size_t slash = given.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    auto network = parse_address(std::string(given.substr(0, slash)));
    if (!network) return std::nullopt;
    const std::string_view digits = given.substr(slash + 1);
    unsigned bits = 0;
    const char* end = digits.data() + digits.size();
    const auto [stopped, failed] = std::from_chars(digits.data(), end, bits);
    if (failed != std::errc() || stopped != end || bits > network->bits) return std::nullopt;
    network->bits = bits;
    return network;
}

bool is_in(const Network& network, const Network& address) {
    if (network.bytes != address.bytes) return false;
    for (unsigned bit = 0; bit < network.bits; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if ((network.address[bit / 8] & mask) != (address.address[bit / 8] & mask)) return false;
    }
    return true;
}

// --- wildcards

/// `*` stands for any characters; `\*` and `\\` for themselves. In time linear in both.
bool matches_wildcard(std::string_view pattern, std::string_view value) {
    std::size_t p = 0;
    std::size_t v = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (v < value.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = v;
            continue;
        }
        const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
        const std::size_t at = escaped ? p + 1 : p;
        if (p < pattern.size() && pattern[at] == value[v]) {
            p = at + 1;
            ++v;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            v = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

// --- numbers

constexpr std::array<std::string_view, 5> kComparisons = {"=", "<", "<=", ">", ">="};

bool compares(double value, const std::string& how, double bound) {
    if (how == "=") return value == bound;
    if (how == "<") return value < bound;
    if (how == "<=") return value <= bound;
    if (how == ">") return value > bound;
    return value >= bound;
}

// --- matching; the pattern has been checked

/// The operators on texts that may also stand below prefix, suffix and anything-but.
bool text_operator(const std::string& name, const Json& operand, const std::string& value) {
    if (name == "equals-ignore-case") return equals_ignoring_case(text(operand), value);
    if (name == "wildcard") return matches_wildcard(text(operand), value);
    const bool any_case = operand.is_object();
    const std::string wanted =
        any_case ? ascii_lower(text(members(operand).begin()->second)) : text(operand);
    const std::string given = any_case ? ascii_lower(value) : value;
    return name == "prefix" ? given.starts_with(wanted) : given.ends_with(wanted);
}

bool any_of_operand(const Json& operand, const auto& test) {
    return operand.is_array() ? std::ranges::any_of(items(operand), test) : test(operand);
}

bool is_anything_but(const Json& operand, const Json& value) {
    if (const auto* inner = only_member(operand)) {
        return !value.is_string() || !any_of_operand(inner->second, [&](const Json& one) {
            return text_operator(inner->first, one, text(value));
        });
    }
    return !any_of_operand(operand, [&](const Json& one) { return one == value; });
}

bool is_in_range(const Json& range, const Json& value) {
    if (!value.is_number()) return false;
    const auto& parts = items(range);
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
        if (!compares(value.get<double>(), text(parts[i]), parts[i + 1].get<double>()))
            return false;
    }
    return true;
}

bool matches_one(const Json& wanted, const Json& value) {
    const auto* test = only_member(wanted);
    if (test == nullptr) return wanted == value;
    const auto& [name, operand] = *test;
    if (name == "exists") return operand.get<bool>();
    if (name == "anything-but") return is_anything_but(operand, value);
    if (name == "numeric") return is_in_range(operand, value);
    if (!value.is_string()) return false;
    if (name == "cidr") {
        const auto address = parse_address(text(value));
        return address && is_in(*parse_network(text(operand)), *address);
    }
    return text_operator(name, operand, text(value));
}

/// Any of a list: "the event matches if the intersection of the two is non-empty".
bool matches_any(const Json& wanted, const Json& value) {
    if (value.is_array() && !value.empty()) {
        return std::ranges::any_of(items(value),
                                   [&](const Json& item) { return matches_any(wanted, item); });
    }
    return std::ranges::any_of(items(wanted),
                               [&](const Json& one) { return matches_one(one, value); });
}

bool allows_absence(const Json& pattern) {
    if (pattern.is_array()) {
        return std::ranges::any_of(items(pattern), [](const Json& one) {
            const auto* test = only_member(one);
            return test != nullptr && test->first == "exists" && !test->second.get<bool>();
        });
    }
    const auto& fields = members(pattern);
    return std::all_of(fields.begin(), fields.end(), [](const auto& field) {
        if (field.first == kOr && field.second.is_array())
            return std::ranges::any_of(items(field.second), allows_absence);
        return allows_absence(field.second);
    });
}

bool matches_object(const Json& pattern, const Json& value) {
    if (value.is_array()) {
        return std::ranges::any_of(items(value),
                                   [&](const Json& item) { return matches_object(pattern, item); });
    }
    if (!value.is_object()) return allows_absence(pattern);
    const auto& fields = members(pattern);
    return std::all_of(fields.begin(), fields.end(), [&](const auto& field) {
        const auto& [name, wanted] = field;
        if (name == kOr && wanted.is_array()) {
            return std::ranges::any_of(items(wanted),
                                       [&](const Json& one) { return matches_object(one, value); });
        }
        const auto found = value.find(name);
        if (found == value.end()) return allows_absence(wanted);
        return wanted.is_array() ? matches_any(wanted, *found) : matches_object(wanted, *found);
    });
}

// --- checking

class Checker {
public:
    std::optional<PatternError> object(const Json& pattern) const {
        if (!pattern.is_object()) return wrong("Filter is not an object");
        if (pattern.empty()) return wrong("Empty objects are not allowed");
        for (const auto& [name, value] : members(pattern)) {
            if (auto error = field(name, value)) return error;
        }
        return std::nullopt;
    }

private:
    static PatternError wrong(std::string what) {
        return {"Event pattern is not valid. Reason: " + std::move(what)};
    }

    std::optional<PatternError> field(const std::string& name, const Json& value) const {
        if (value.is_object()) return object(value);
        if (!value.is_array()) return wrong("\"" + name + "\" must be an object or an array");
        if (value.empty()) return wrong("Empty arrays are not allowed");
        for (const Json& one : items(value)) {
            if (name == kOr) {
                if (auto error = object(one)) return error;
            } else if (one.is_object()) {
                if (auto error = test(one)) return error;
            } else if (one.is_array()) {
                return wrong("Arrays may not stand in arrays");
            }
        }
        return std::nullopt;
    }

    std::optional<PatternError> test(const Json& given) const {
        const auto* only = only_member(given);
        if (only == nullptr) return wrong("Only one key allowed in match expression");
        const auto& [name, operand] = *only;
        if (name == "exists") {
            if (operand.is_boolean()) return std::nullopt;
            return wrong("exists match pattern must be either true or false");
        }
        if (name == "anything-but") return anything_but(operand);
        if (name == "numeric") return numeric(operand);
        if (name == "cidr") {
            if (operand.is_string() && parse_network(text(operand))) return std::nullopt;
            return wrong("Malformed CIDR, one '/' required");
        }
        if (is_text_operator(name)) return text_operand(name, operand);
        return wrong("Unrecognized match type " + name);
    }

    static bool is_text_operator(const std::string& name) {
        return name == "prefix" || name == "suffix" || name == "equals-ignore-case" ||
               name == "wildcard";
    }

    std::optional<PatternError> text_operand(const std::string& name, const Json& operand) const {
        if (operand.is_string()) return std::nullopt;
        const auto* inner = only_member(operand);
        if ((name == "prefix" || name == "suffix") && inner != nullptr &&
            inner->first == "equals-ignore-case" && inner->second.is_string())
            return std::nullopt;
        return wrong(name + " match pattern must be a string");
    }

    std::optional<PatternError> anything_but(const Json& operand) const {
        if (const auto* inner = only_member(operand)) {
            if (!is_text_operator(inner->first))
                return wrong("Unsupported anything-but pattern: " + inner->first);
            if (!inner->second.is_array()) return text_operand(inner->first, inner->second);
            for (const Json& one : items(inner->second)) {
                if (auto error = text_operand(inner->first, one)) return error;
            }
            return inner->second.empty() ? std::optional(wrong("Empty arrays are not allowed"))
                                         : std::nullopt;
        }
        const auto plain = [](const Json& one) { return one.is_string() || one.is_number(); };
        const bool good = operand.is_array()
                              ? !operand.empty() && std::ranges::all_of(items(operand), plain)
                              : plain(operand);
        if (good) return std::nullopt;
        return wrong("Value of anything-but must be an array or single string/number value.");
    }

    std::optional<PatternError> numeric(const Json& operand) const {
        if (!operand.is_array() || operand.size() == 0 || operand.size() % 2 != 0 ||
            operand.size() > 4)
            return wrong("Value of numeric must be an array of comparisons and numbers");
        const auto& parts = items(operand);
        for (std::size_t i = 0; i < parts.size(); i += 2) {
            if (!parts[i].is_string() ||
                std::ranges::find(kComparisons, text(parts[i])) == kComparisons.end())
                return wrong("Unrecognized numeric range operator: " + write_json(parts[i]));
            if (!parts[i + 1].is_number())
                return wrong("Value of " + text(parts[i]) + " must be numeric");
        }
        return std::nullopt;
    }
};

}  // namespace

Result<EventPattern, PatternError> EventPattern::parse(std::string_view given) {
    const auto wrong = [](const std::string& what) {
        return PatternError{"Event pattern is not valid. Reason: " + what};
    };
    if (given.size() > kMostBytes) return wrong("it is larger than 4096 bytes");
    auto pattern = parse_json(given, {.max_depth = 64, .max_bytes = kMostBytes});
    if (!pattern) return wrong(pattern.error().message);
    if (auto error = Checker().object(*pattern)) return *std::move(error);
    return EventPattern(std::make_shared<const Json>(*std::move(pattern)));
}

bool EventPattern::matches(const Json& event) const { return matches_object(*pattern_, event); }

}  // namespace stepwell::events
