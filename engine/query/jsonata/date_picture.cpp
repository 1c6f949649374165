#include "engine/query/jsonata/date_picture.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/json.hpp"
#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/number_text.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {
namespace {

constexpr std::string_view kNumericComponents = "YMDdFWwXxHhmsf";
constexpr double kMaxWidth = 1'000'000;

std::optional<std::string_view> default_presentation(char32_t component) {
    switch (component) {
        case 'Y':
        case 'M':
        case 'D':
        case 'd':
        case 'W':
        case 'w':
        case 'X':
        case 'x':
        case 'H':
        case 'h':
        case 'f':
            return "1";
        case 'm':
        case 's':
            return "01";
        case 'F':
        case 'P':
        case 'C':
        case 'E':
            return "n";
        case 'z':
        case 'Z':
            return "01:01";
        default:
            return std::nullopt;
    }
}

std::string without_white_space(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = code_point_at(text, at);
        if (!is_js_space(point.value)) out += text.substr(at, point.bytes);
        at += point.bytes;
    }
    return out;
}

std::string with_single_brackets(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        out += text[at];
        if (text.substr(at, 2) == "]]") ++at;
    }
    return out;
}

struct Widths {
    std::optional<double> min;
    std::optional<double> max;
};

std::optional<double> parse_width(std::string_view text) {
    if (text == "*") return std::nullopt;
    return parse_int(text);
}

Widths parse_widths(std::string_view text) {
    const std::size_t dash = text.find('-');
    Widths widths;
    widths.min = parse_width(text.substr(0, dash));
    if (dash != std::string_view::npos) widths.max = parse_width(text.substr(dash + 1));
    return widths;
}

void widen(IntegerPicture& number, double width) {
    if (number.style != IntegerPicture::Style::decimal) return;
    number.mandatory_digits = width >= 0 ? static_cast<std::size_t>(width) : 0;
}

void set_year_digits(DateMarker& marker, Dialect dialect) {
    // 2.0.6 applies this to months and days, too, where it only shows in what is parsed.
    if (!marker.is_one_of(dialect == Dialect::aws ? "YMD" : "Y")) return;
    IntegerPicture& number = *marker.number;
    if (marker.max_width) {
        marker.year_digits = *marker.max_width;
        widen(number, *marker.max_width);
    } else if (number.mandatory_digits + number.optional_digits >= 2) {
        marker.year_digits = static_cast<double>(number.mandatory_digits + number.optional_digits);
    }
}

/// 2.0.6: as many digits as the picture has, for a number of any kind that has such a bound.
void set_parsed_digits(DateMarker& marker) {
    if (!(marker.year_digits > 0)) return;
    const auto most = static_cast<std::size_t>(marker.year_digits);
    marker.max_parsed_digits = most;
    marker.min_parsed_digits = most - std::min(most, marker.number->optional_digits);
}

Error too_wide() { return memory_exceeded().error(); }

Result<DateMarker, Error> parse_marker(std::string_view text, Dialect dialect) {
    DateMarker marker;
    std::size_t component_bytes = 0;
    if (!text.empty()) {
        const CodePoint component = code_point_at(text, 0);
        marker.component = component.value;
        component_bytes = component.bytes;
    }
    const std::size_t comma = text.rfind(',');
    Widths widths;
    if (comma != std::string_view::npos) {
        widths = parse_widths(text.substr(comma + 1));
        marker.max_width = widths.max;
    }
    std::string_view presentation = text.substr(0, comma);
    presentation.remove_prefix(std::min(component_bytes, presentation.size()));
    char modifier = 0;
    if (presentation.size() > 1 &&
        std::string_view("atco").find(presentation.back()) != std::string_view::npos) {
        modifier = presentation.back();
        presentation.remove_suffix(1);
    }
    if (presentation.empty()) {
        const auto preset = default_presentation(marker.component);
        if (!preset) {
            return Error("D3132",
                         "Unknown component specifier " +
                             write_json(Json(std::string(text.substr(0, component_bytes)))) +
                             " in date/time picture string");
        }
        presentation = *preset;
    }
    marker.zulu = modifier == 't';
    if (widths.min.value_or(0) > kMaxWidth || widths.max.value_or(0) > kMaxWidth) return too_wide();
    if (presentation[0] == 'n') {
        marker.names = NameCase::lower;
    } else if (presentation[0] == 'N') {
        marker.names = presentation.substr(1).starts_with('n') ? NameCase::title : NameCase::upper;
    } else if (marker.is_one_of(kNumericComponents)) {
        std::string picture(presentation);
        if (modifier != 0) {
            picture += ';';
            picture += modifier;
        }
        marker.number = TRY(parse_integer_picture(picture));
        if (widths.min && static_cast<double>(marker.number->mandatory_digits) < *widths.min)
            widen(*marker.number, *widths.min);
        set_year_digits(marker, dialect);
        if (dialect == Dialect::aws) set_parsed_digits(marker);
    }
    if (marker.is_one_of("Zz")) marker.number = TRY(parse_integer_picture(presentation));
    return marker;
}

/// 2.1: a number that another number follows at once has exactly the digits that it must have.
void bound_previous(std::vector<DatePart>& parts, const DateMarker& next) {
    if (parts.empty() || !next.number || next.is_one_of("Zz")) return;
    auto* previous = std::get_if<DateMarker>(&parts.back());
    if (previous == nullptr || !previous->number) return;
    previous->min_parsed_digits = previous->max_parsed_digits = previous->number->mandatory_digits;
}

}  // namespace

bool DateMarker::is_one_of(std::string_view components) const {
    return component < 0x80 &&
           components.find(static_cast<char>(component)) != std::string_view::npos;
}

Error no_name_error(const DateMarker& marker) {
    std::string component;
    if (marker.component != 0) append_code_point(component, marker.component);
    return Error(
        "D3133",
        "The 'name' modifier can only be applied to months and days in the date/time picture "
        "string, not " +
            write_json(Json(component)));
}

Result<std::vector<DatePart>, Error> parse_date_picture(std::string_view picture, Dialect dialect) {
    std::vector<DatePart> parts;
    const auto add_literal = [&](std::size_t from, std::size_t to) {
        if (to > from) parts.emplace_back(with_single_brackets(picture.substr(from, to - from)));
    };
    std::size_t from = 0;
    std::size_t at = 0;
    while (at < picture.size()) {
        if (picture[at] != '[') {
            ++at;
            continue;
        }
        add_literal(from, at);
        if (picture.substr(at, 2) == "[[") {
            parts.emplace_back("[");
            at += 2;
            from = at;
            continue;
        }
        const std::size_t end = picture.find(']', at);
        if (end == std::string_view::npos) {
            return Error("D3135", "No matching closing bracket ']' in date/time picture string");
        }
        const std::string text = without_white_space(picture.substr(at + 1, end - at - 1));
        DateMarker marker = TRY(parse_marker(text, dialect));
        if (dialect == Dialect::standard) bound_previous(parts, marker);
        parts.emplace_back(std::move(marker));
        at = end + 1;
        from = at;
    }
    add_literal(from, at);
    return parts;
}

}  // namespace stepwell::jsonata
