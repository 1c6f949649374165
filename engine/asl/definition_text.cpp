#include "engine/asl/definition_text.hpp"

#include <algorithm>

#include "engine/asl/problems.hpp"
#include "engine/base/json_syntax.hpp"

namespace stepwell::asl {
namespace {

constexpr JsonLimits kLimits{.max_depth = 512, .max_bytes = kMaxDefinitionBytes};

/// nlohmann's DOM builder with a bound on depth that also counts the keys it is given.
class CountingBuilder : public nlohmann::detail::json_sax_dom_parser<Json> {
    using Base = nlohmann::detail::json_sax_dom_parser<Json>;

public:
    explicit CountingBuilder(Json& value) : Base(value, false) {}

    bool start_object(std::size_t size) {
        return ++depth_ <= kLimits.max_depth && Base::start_object(size);
    }
    bool end_object() {
        --depth_;
        return Base::end_object();
    }
    bool start_array(std::size_t size) {
        return ++depth_ <= kLimits.max_depth && Base::start_array(size);
    }
    bool end_array() {
        --depth_;
        return Base::end_array();
    }
    bool key(std::string& name) {
        ++keys_;
        return Base::key(name);
    }

    std::size_t keys() const { return keys_; }

private:
    std::size_t depth_ = 0;
    std::size_t keys_ = 0;
};

std::size_t count_members(const Json& value) {
    std::size_t count = 0;
    if (value.is_object()) {
        for (const auto& [name, member] : value.get_ref<const Json::object_t&>())
            count += 1 + count_members(member);
    } else if (value.is_array()) {
        for (const Json& item : value.get_ref<const Json::array_t&>()) count += count_members(item);
    }
    return count;
}

Diagnostic invalid_json(const JsonSyntaxError& error) {
    return {Severity::error, std::string(codes::kInvalidJson),
            error.message + "\n at " + error.location, error.location};
}

Diagnostic without_place(std::string_view code, std::string message) {
    return {Severity::error, std::string(code), std::move(message), ""};
}

/// What nlohmann's reader passes over and Jackson does not: a byte order mark at the start, and
/// whatever stands behind a NUL.
bool hides_something(std::string_view text) {
    return text.starts_with("\xEF\xBB\xBF") || text.find('\0') != std::string_view::npos;
}

bool blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Result<Json, Diagnostic> read_definition_text(std::string_view text) {
    if (text.empty())
        return without_place(codes::kMissingDescription,
                             "Received a null or empty workflow input.");
    if (blank(text)) return without_place(codes::kSchema, "Definition must be a valid JSON object");
    if (text.size() > kLimits.max_bytes)
        return invalid_json(describe_json_syntax_error(text, kLimits));
    Json value;
    CountingBuilder builder(value);
    if (hides_something(text) || !Json::sax_parse(text, &builder)) {
        return invalid_json(describe_json_syntax_error(text, kLimits));
    }
    // A key that came twice has replaced a member, and all that was in it.
    if (builder.keys() != count_members(value)) {
        if (const auto twice = describe_duplicate_key(text, kLimits)) return invalid_json(*twice);
    }
    return value;
}

}  // namespace stepwell::asl
