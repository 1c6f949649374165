#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/query/jsonata/functions.hpp"
#include "engine/query/jsonata/matcher.hpp"
#include "engine/query/jsonata/text.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {

namespace {

/// An optional limit of how many, at the given argument. `code` where it is negative.
double limit_of(const Call& call, std::size_t index, std::string_view code) {
    if (!call.has(index)) return INFINITY;
    const double limit = number_of(call[index]);
    if (limit < 0) fail(code, {.value = json_text(call[index]), .index = "3"});
    return limit;
}

Value match(const Call& call) {
    if (!call[0].is_text()) return {};
    const double limit = limit_of(call, 2, "D3040");
    Value out = make_sequence();
    if (!(limit > 0)) return out;
    Matches matches(call, call[1], call[0]);
    double count = 0;
    for (auto found = matches.next(); found && count < limit; found = matches.next(), ++count) {
        out.array()->push(match_summary(matches, *found));
    }
    return out;
}

Value contains(const Call& call) {
    if (!call[0].is_text() || !call.has(1)) return {};
    if (call[1].is_text()) {
        return Value::of(call[0].text().find(call[1].text()) != std::string_view::npos);
    }
    return Value::of(Matches(call, call[1], call[0]).next().has_value());
}

/// Texts between characters: JavaScript splits by UTF-16 units.
void split_units(std::string_view text, double limit, ArrayNode& out) {
    for (std::size_t at = 0; at < text.size() && out.size < limit;) {
        const CodePoint next = code_point_at(text, at);
        if (next.value < 0x10000) {
            out.push(make_text(text.substr(at, next.bytes)));
        } else {
            const char32_t offset = next.value - 0x10000;
            for (const char32_t unit : {0xD800 + (offset >> 10U), 0xDC00 + (offset & 0x3FFU)}) {
                std::string half;
                append_code_point(half, unit);
                if (out.size < limit) out.push(make_text(half));
            }
        }
        at += next.bytes;
    }
}

void split_by_text(std::string_view text, std::string_view separator, double limit,
                   ArrayNode& out) {
    if (separator.empty()) return split_units(text, limit, out);
    std::size_t start = 0;
    while (out.size < limit) {
        const std::size_t at = text.find(separator, start);
        out.push(make_text(text.substr(start, at == text.npos ? at : at - start)));
        if (at == text.npos) return;
        start = at + separator.size();
    }
}

Value split(const Call& call) {
    if (!call[0].is_text()) return {};
    const double limit = std::trunc(limit_of(call, 2, "D3020"));
    Value out = make_array();
    if (!(limit > 0)) return out;
    const std::string_view text = call[0].text();
    if (call[1].is_text()) {
        split_by_text(text, call[1].text(), limit, *out.array());
        return out;
    }
    std::size_t start = 0;
    if (call[1].is_function()) {
        Matches matches(call, call[1], call[0]);
        auto found = matches.next();
        for (; found && out.array()->size < limit; found = matches.next()) {
            const std::size_t end = std::max(start, found->begin);
            out.array()->push(make_text(text.substr(start, end - start)));
            start = found->end;
        }
    }
    if (out.array()->size < limit) out.array()->push(make_text(text.substr(start)));
    return out;
}

// --- $replace ---

/// The number at the beginning of `text`, of at most `digits` digits; nullopt if there is none.
struct GroupNumber {
    std::size_t value;
    std::size_t digits;
};
std::optional<GroupNumber> leading_number(std::string_view text, std::size_t digits) {
    GroupNumber number{0, 0};
    while (number.digits < std::min(digits, text.size()) && text[number.digits] >= '0' &&
           text[number.digits] <= '9') {
        number.value = number.value * 10 + static_cast<std::size_t>(text[number.digits] - '0');
        ++number.digits;
    }
    return number.digits > 0 ? std::optional(number) : std::nullopt;
}

/// The replacement of a match: `$0` is the match, `$n` a group, `$$` a dollar. As many digits as
/// the largest group's number has, but for a number that is too large.
void substitute(std::string_view replacement, const Match& match, TextBuilder& out) {
    const std::size_t groups = match.groups.size();
    const std::size_t most = groups == 0 ? 1 : std::to_string(groups).size();
    for (std::size_t dollar = replacement.find('$'); dollar != replacement.npos;
         dollar = replacement.find('$')) {
        out.add(replacement.substr(0, dollar));
        replacement.remove_prefix(dollar + 1);
        if (replacement.starts_with('$')) {
            out.add("$");
            replacement.remove_prefix(1);
            continue;
        }
        if (replacement.starts_with('0')) {
            out.add(text_of(match.text));
            replacement.remove_prefix(1);
            continue;
        }
        auto number = leading_number(replacement, most);
        if (number && most > 1 && number->value > groups) {
            number = leading_number(replacement, most - 1);
        }
        if (!number) {
            out.add("$");
            continue;
        }
        if (number->value >= 1 && number->value <= groups) {
            out.add(text_of(match.groups[number->value - 1]));
        }
        replacement.remove_prefix(number->digits);
    }
    out.add(replacement);
}

Value replace_text(const Call& call, double limit) {
    const std::string_view text = call[0].text();
    const std::string_view pattern = call[1].text();
    TextBuilder out;
    std::size_t start = 0;
    for (double count = 0; count < limit; ++count) {
        const std::size_t at = text.find(pattern, start);
        if (at == text.npos) break;
        out.add(text.substr(start, at - start));
        out.add(text_of(call[2]));
        start = at + pattern.size();
    }
    out.add(text.substr(start));
    return out.make();
}

Value replace_matches(const Call& call, double limit) {
    const std::string_view text = call[0].text();
    Matches matches(call, call[1], call[0]);
    TextBuilder out;
    std::size_t start = 0;
    double count = 0;
    for (auto found = matches.next(); found && count < limit; found = matches.next(), ++count) {
        if (found->begin > start) out.add(text.substr(start, found->begin - start));
        if (call[2].is_text()) {
            substitute(call[2].text(), *found, out);
        } else {
            Arguments arguments{matches.object_of(*found)};
            const Value replacement =
                call.evaluator.apply(call[2], arguments, Value::null(), call.frame);
            if (!replacement.is_text()) fail("D3012", {.value = json_text(replacement)});
            out.add(replacement.text());
        }
        start = std::min(text.size(), found->begin + text_of(found->text).size());
    }
    out.add(text.substr(start));
    return out.make();
}

Value replace(const Call& call) {
    if (!call[0].is_text()) return {};
    if (call[1].is_text() && call[1].text().empty()) fail("D3010", {.index = "2"});
    const double limit = limit_of(call, 3, "D3011");
    if (!(limit > 0)) return call[0];
    if (call[1].is_text()) return replace_text(call, limit);
    return call[1].is_function() ? replace_matches(call, limit) : call[0];
}

constexpr BuiltinRow kRows[] = {
    {"match", "<s-f<s:o>n?:a<o>>", 3, &match},
    {"contains", "<s-(sf):b>", 2, &contains},
    {"split", "<s-(sf)n?:a<s>>", 3, &split},
    {"replace", "<s-(sf)(sf)n?:s>", 4, &replace},
};

}  // namespace

std::span<const BuiltinRow> matching_functions() { return kRows; }

}  // namespace stepwell::jsonata
