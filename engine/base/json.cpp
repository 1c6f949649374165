#include "engine/base/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/json_depth.hpp"

template class nlohmann::basic_json<stepwell::OrderedObject>;

namespace stepwell {
namespace {

/// nlohmann's DOM builder with a bound on depth: copying, comparing and writing recurse.
class BoundedBuilder : public nlohmann::detail::json_sax_dom_parser<Json> {
    using Base = nlohmann::detail::json_sax_dom_parser<Json>;

public:
    BoundedBuilder(Json& value, std::size_t max_depth)
        : Base(value, false), max_depth_(max_depth) {}

    bool start_object(std::size_t size) {
        return ++depth_ <= max_depth_ && Base::start_object(size);
    }
    bool end_object() {
        --depth_;
        return Base::end_object();
    }
    bool start_array(std::size_t size) { return ++depth_ <= max_depth_ && Base::start_array(size); }
    bool end_array() {
        --depth_;
        return Base::end_array();
    }

private:
    std::size_t max_depth_;
    std::size_t depth_ = 0;
};

}  // namespace

Result<Json, JsonSyntaxError> parse_json(std::string_view text, JsonLimits limits) {
    Json value;
    BoundedBuilder builder(value, limits.max_depth);
    // nlohmann takes a NUL for the end of the text and passes over a byte order mark.
    const bool readable = text.size() <= limits.max_bytes && !text.starts_with("\xEF\xBB\xBF") &&
                          text.find('\0') == std::string_view::npos;
    if (!readable || !Json::sax_parse(text, &builder)) {
        return describe_json_syntax_error(text, limits);
    }
    return value;
}

Json json(std::string_view text) {
    auto value = parse_json(text);
    if (!value) throw std::invalid_argument("not JSON: " + value.error().message);
    return *std::move(value);
}

bool is_deeper_than(const Json& value, std::size_t most) {
    if (!value.is_structured()) return false;
    if (most == 0) return true;
    const auto inside = [most](const Json& member) { return is_deeper_than(member, most - 1); };
    return std::any_of(value.begin(), value.end(), inside);
}

void append_json_string(std::string& out, std::string_view text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    out.push_back('"');
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out.append(text, plain, i - plain);
        plain = i + 1;
        out.push_back('\\');
        switch (byte) {
            case '"':
                out.push_back('"');
                break;
            case '\\':
                out.push_back('\\');
                break;
            case '\b':
                out.push_back('b');
                break;
            case '\t':
                out.push_back('t');
                break;
            case '\n':
                out.push_back('n');
                break;
            case '\f':
                out.push_back('f');
                break;
            case '\r':
                out.push_back('r');
                break;
            default:
                out += "u00";
                out.push_back(kHex[byte >> 4U]);
                out.push_back(kHex[byte & 15U]);
        }
    }
    out.append(text, plain, text.size() - plain);
    out.push_back('"');
}

void append_java_double(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";  // JSON has no such number; evaluators refuse it before it gets here.
        return;
    }
    if (value == 0) {
        out += std::signbit(value) ? "-0.0" : "0.0";
        return;
    }
    char buffer[32];
    // Shortest digits that read back as the same number, as d.ddde±xx.
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
    std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
    if (text.front() == '-') {
        out.push_back('-');
        text.remove_prefix(1);
    }
    const std::size_t e = text.find('e');
    int exponent = 0;
    std::string_view exponent_text = text.substr(e + 1);
    if (exponent_text.front() == '+') exponent_text.remove_prefix(1);
    std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
    std::string digits(1, text.front());
    if (e > 2) digits.append(text.substr(2, e - 2));
    // java.lang.Double.toString: plain notation from 10^-3 up to, not including, 10^7.
    if (exponent >= -3 && exponent < 7) {
        if (exponent < 0) {
            out += "0.";
            out.append(static_cast<std::size_t>(-exponent - 1), '0');
            out += digits;
            return;
        }
        const auto whole = static_cast<std::size_t>(exponent) + 1;
        if (digits.size() < whole) digits.append(whole - digits.size(), '0');
        out.append(digits, 0, whole);
        out.push_back('.');
        out += digits.size() > whole ? digits.substr(whole) : "0";
        return;
    }
    out.push_back(digits.front());
    out.push_back('.');
    out += digits.size() > 1 ? digits.substr(1) : "0";
    out.push_back('E');
    out += std::to_string(exponent);
}

void append_json(std::string& out, const Json& value) {
    switch (value.type()) {
        case Json::value_t::object: {
            out.push_back('{');
            bool first = true;
            for (const auto& [key, member] : value.get_ref<const Json::object_t&>()) {
                if (!first) out.push_back(',');
                first = false;
                append_json_string(out, key);
                out.push_back(':');
                append_json(out, member);
            }
            out.push_back('}');
            return;
        }
        case Json::value_t::array: {
            out.push_back('[');
            bool first = true;
            for (const auto& item : value.get_ref<const Json::array_t&>()) {
                if (!first) out.push_back(',');
                first = false;
                append_json(out, item);
            }
            out.push_back(']');
            return;
        }
        case Json::value_t::string:
            append_json_string(out, value.get_ref<const Json::string_t&>());
            return;
        case Json::value_t::boolean:
            out += value.get<bool>() ? "true" : "false";
            return;
        case Json::value_t::number_integer:
            out += std::to_string(value.get<std::int64_t>());
            return;
        case Json::value_t::number_unsigned:
            out += std::to_string(value.get<std::uint64_t>());
            return;
        case Json::value_t::number_float:
            append_java_double(out, value.get<double>());
            return;
        case Json::value_t::null:
        case Json::value_t::binary:
        case Json::value_t::discarded:
            out += "null";
            return;
    }
}

std::string write_json(const Json& value) {
    std::string out;
    append_json(out, value);
    return out;
}

}  // namespace stepwell
