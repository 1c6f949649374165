#include "engine/query/java_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace stepwell {
namespace {

bool is_supplementary_lead(char c) { return static_cast<unsigned char>(c) >= 0xF0U; }
/// Leads of U+E000 to U+FFFF, which come after the surrogates that stand for supplementary
/// characters.
bool is_above_surrogates(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0xEEU || byte == 0xEFU;
}

}  // namespace

void append_java_text(std::string& out, const Json& value) {
    if (const auto* text = value.get_ptr<const Json::string_t*>()) {
        out += *text;
    } else if (const auto* object = value.get_ptr<const Json::object_t*>()) {
        out.push_back('{');
        bool first = true;
        for (const auto& [key, member] : *object) {
            if (!first) out += ", ";
            first = false;
            out += key;
            out.push_back('=');
            append_java_text(out, member);
        }
        out.push_back('}');
    } else if (const auto* array = value.get_ptr<const Json::array_t*>()) {
        out.push_back('[');
        bool first = true;
        for (const auto& item : *array) {
            if (!first) out += ", ";
            first = false;
            append_java_text(out, item);
        }
        out.push_back(']');
    } else {
        append_json(out, value);
    }
}

std::string java_text(const Json& value) {
    std::string out;
    append_java_text(out, value);
    return out;
}

std::strong_ordering compare_utf16(std::string_view a, std::string_view b) {
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        if (a[i] == b[i]) continue;
        // UTF-8 sorts by code point; only where one side is supplementary does UTF-16 differ.
        if (is_supplementary_lead(a[i]) && is_above_surrogates(b[i]))
            return std::strong_ordering::less;
        if (is_supplementary_lead(b[i]) && is_above_surrogates(a[i]))
            return std::strong_ordering::greater;
        return static_cast<unsigned char>(a[i]) <=> static_cast<unsigned char>(b[i]);
    }
    return a.size() <=> b.size();
}

std::uint32_t java_hash(std::string_view text) {
    std::uint32_t hash = 0;
    const auto add = [&hash](std::uint32_t unit) { hash = 31 * hash + unit; };
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80U ? 1 : lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
        std::uint32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
        for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
            code = code << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        }
        if (code > 0xFFFFU) {
            add(0xD800U + ((code - 0x10000U) >> 10U));
            add(0xDC00U + ((code - 0x10000U) & 0x3FFU));
        } else {
            add(code);
        }
        i += length;
    }
    return hash;
}

void append_canonical(std::string& out, const Json& value) {
    if (const auto* object = value.get_ptr<const Json::object_t*>()) {
        std::vector<const Json::object_t::value_type*> members;
        members.reserve(object->size());
        for (const auto& member : *object) members.push_back(&member);
        std::sort(members.begin(), members.end(),
                  [](const auto* a, const auto* b) { return a->first < b->first; });
        out.push_back('{');
        for (const auto* member : members) {
            append_json_string(out, member->first);
            append_canonical(out, member->second);
        }
        out.push_back('}');
    } else if (const auto* array = value.get_ptr<const Json::array_t*>()) {
        out.push_back('[');
        for (const auto& item : *array) {
            append_canonical(out, item);
            out.push_back(',');
        }
        out.push_back(']');
    } else {
        append_json(out, value);
    }
}

std::int64_t java_round(double value) {
    if (std::isnan(value)) return 0;
    // Whole numbers from here on: adding a half would round them.
    if (std::abs(value) >= 0x1p52) {
        if (value >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
        if (value <= -0x1p63) return std::numeric_limits<std::int64_t>::min();
        return static_cast<std::int64_t>(value);
    }
    const double floor = std::floor(value);
    return static_cast<std::int64_t>(value - floor >= 0.5 ? floor + 1 : floor);
}

}  // namespace stepwell
