#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "engine/query/jsonata/encoding.hpp"
#include "engine/query/jsonata/functions.hpp"
#include "engine/query/jsonata/text.hpp"
#include "engine/query/jsonata/unicode_case.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {

namespace {

Value string(const Call& call) {
    const bool pretty = call[1].is_boolean() && call[1].boolean();
    return to_text(call[0], call.evaluator.dialect(), pretty ? Layout::pretty : Layout::compact);
}

Value length(const Call& call) {
    if (!call[0].is_text()) return {};
    return Value::count(code_point_count(call[0].text()));
}

/// An index of JavaScript's `slice`: whole, from the end if negative, within the array.
std::size_t slice_index(double index, std::size_t size) {
    const double whole = std::isnan(index) ? 0 : std::trunc(index);
    const auto most = static_cast<double>(size);
    return static_cast<std::size_t>(std::clamp(whole < 0 ? most + whole : whole, 0.0, most));
}

Value substring(const Call& call) {
    if (!call[0].is_text()) return {};
    const std::string_view text = call[0].text();
    const std::size_t size = code_point_count(text);
    double start = number_of(call[1]);
    if (static_cast<double>(size) + start < 0) start = 0;
    std::size_t end = size;
    if (call.has(2)) {
        const double count = number_of(call[2]);
        if (count <= 0) return Value::borrow(std::string_view());
        const double last = start >= 0 ? start + count : static_cast<double>(size) + start + count;
        end = slice_index(last, size);
    }
    const std::size_t first = slice_index(start, size);
    if (first >= end) return Value::borrow(std::string_view());
    return make_text(code_point_substring(text, first, end - first));
}

Value substring_before(const Call& call) {
    if (!call[0].is_text()) return {};
    if (!call[1].is_text()) return call[0];
    const std::size_t at = call[0].text().find(call[1].text());
    return at == std::string_view::npos ? call[0] : make_text(call[0].text().substr(0, at));
}

Value substring_after(const Call& call) {
    if (!call[0].is_text()) return {};
    if (!call[1].is_text()) return call[0];
    const std::size_t at = call[0].text().find(call[1].text());
    if (at == std::string_view::npos) return call[0];
    return make_text(call[0].text().substr(at + call[1].text().size()));
}

template <std::string (*Change)(std::string_view)>
Value changed(const Call& call) {
    return call[0].is_text() ? make_text(Change(call[0].text())) : Value();
}

std::string trimmed(std::string_view text) {
    std::string out;
    bool blank = false;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            blank = true;
            continue;
        }
        if (blank && !out.empty()) out += ' ';
        blank = false;
        out += c;
    }
    return out;
}

Value pad(const Call& call) {
    if (!call[0].is_text()) return {};
    const std::string_view text = call[0].text();
    const std::string_view given = text_of(call[2]);
    const std::string_view fill = given.empty() ? std::string_view(" ") : given;
    const double width = std::trunc(number_of(call[1]));
    const double missing = std::abs(width) - static_cast<double>(code_point_count(text));
    if (!(missing > 0)) return call[0];
    heap().check_room(static_cast<std::size_t>(std::min(missing, 1e15)));
    const auto count = static_cast<std::size_t>(missing);
    std::string padding;
    const std::size_t per_round = code_point_count(fill);
    for (std::size_t left = count; left > 0;) {
        const std::size_t taken = std::min(left, per_round);
        padding += code_point_substring(fill, 0, taken);
        left -= taken;
    }
    return width > 0 ? make_text(text, padding) : make_text(padding, text);
}

Value join(const Call& call) {
    if (!call.has(0)) return {};
    const Items items = items_of(call[0]);
    TextBuilder out;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out.add(text_of(call[1]));
        out.add(text_of(items[i]));
    }
    return out.make();
}

template <Result<std::string, Error> (*Change)(std::string_view)>
Value changed_if_possible(const Call& call) {
    return call[0].is_text() ? make_text(value_or_fail(Change(call[0].text()))) : Value();
}

constexpr BuiltinRow kRows[] = {
    {"string", "<x-b?:s>", 1, &string},
    {"length", "<s-:n>", 1, &length},
    {"substring", "<s-nn?:s>", 3, &substring},
    {"substringBefore", "<s-s:s>", 2, &substring_before},
    {"substringAfter", "<s-s:s>", 2, &substring_after},
    {"lowercase", "<s-:s>", 1, &changed<&to_lower_case>},
    {"uppercase", "<s-:s>", 1, &changed<&to_upper_case>},
    {"trim", "<s-:s>", 1, &changed<&trimmed>},
    {"pad", "<s-ns?:s>", 3, &pad},
    {"join", "<a<s>s?:s>", 2, &join},
    {"base64encode", "<s-:s>", 1, &changed<&base64_encode_text>},
    {"base64decode", "<s-:s>", 1, &changed<&base64_decode_text>},
    {"encodeUrl", "<s-:s>", 1, &changed_if_possible<&encode_url>},
    {"encodeUrlComponent", "<s-:s>", 1, &changed_if_possible<&encode_url_component>},
    {"decodeUrl", "<s-:s>", 1, &changed_if_possible<&decode_url>},
    {"decodeUrlComponent", "<s-:s>", 1, &changed_if_possible<&decode_url_component>},
};

}  // namespace

std::span<const BuiltinRow> text_functions() { return kRows; }

}  // namespace stepwell::jsonata
