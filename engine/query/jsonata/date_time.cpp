#include "engine/query/jsonata/date_time.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "engine/base/json.hpp"
#include "engine/query/jsonata/calendar.hpp"
#include "engine/query/jsonata/date_picture.hpp"
#include "engine/query/jsonata/number_text.hpp"
#include "engine/query/jsonata/regex.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// --- writing ------------------------------------------------------------------------------------

struct Offset {
    double hours = 0;
    double minutes = 0;

    double number() const { return hours * 100 + minutes; }
    double millis() const { return (hours * 60 + minutes) * 60'000; }
};

Offset parse_offset(std::string_view timezone) {
    const double number = parse_int(timezone);
    return {std::floor(number / 100), std::fmod(number, 100)};
}

/// The component of that letter; NaN where it is not a number.
double component_value(double millis, char component) {
    const CalendarTime time = calendar_time(millis);
    switch (component) {
        case 'Y':
            return time.year;
        case 'M':
            return time.month + 1;
        case 'D':
            return time.day;
        case 'd':
            return day_of_year(millis);
        case 'F':
            return weekday(millis);
        case 'W':
            return week_of_year(millis);
        case 'w':
            return week_of_month(millis);
        case 'X':
            return week_year(millis);
        case 'x':
            return week_month(millis);
        case 'H':
            return time.hour;
        case 'h':
            return std::fmod(time.hour + 11, 12) + 1;
        case 'm':
            return time.minute;
        case 's':
            return time.second;
        case 'f':
            return time.millisecond;
        default:
            return kNaN;
    }
}

std::string in_case(std::string_view name, NameCase wanted) {
    std::string out(name);
    for (char& c : out) {
        if (wanted == NameCase::upper && c >= 'a') c = static_cast<char>(c - ('a' - 'A'));
        if (wanted == NameCase::lower && c < 'a') c = static_cast<char>(c + ('a' - 'A'));
    }
    return out;
}

/// `name` cut to the marker's largest width.
std::string_view cut_name(std::string_view name, const DateMarker& marker) {
    const double width = marker.max_width.value_or(kNaN);
    return width < static_cast<double>(name.size())
               ? name.substr(0, static_cast<std::size_t>(std::max(width, 0.0)))
               : name;
}

Result<std::string, Error> component_name(const DateMarker& marker, double value) {
    if (!marker.is_one_of("MxF")) return no_name_error(marker);
    if (std::isnan(value)) return std::string("NaN");
    const auto index = static_cast<std::size_t>(value) - 1;
    const std::string_view name = marker.is('F') ? kDayNames.at(index) : kMonthNames.at(index);
    return std::string(cut_name(in_case(name, *marker.names), marker));
}

Result<std::string, Error> format_offset(const DateMarker& marker, const Offset& offset) {
    const IntegerPicture& number = *marker.number;
    std::string text;
    if (number.group != 0) {
        text = TRY(format_integer(offset.number(), number));
    } else if (number.mandatory_digits == 1 || number.mandatory_digits == 2) {
        text = TRY(format_integer(offset.hours, number));
        if (offset.minutes != 0) text += ':' + TRY(format_integer(offset.minutes, "00"));
    } else if (number.mandatory_digits == 3 || number.mandatory_digits == 4) {
        text = TRY(format_integer(offset.number(), number));
    } else {
        return Error("D3134",
                     "The timezone integer format specifier cannot have more than four digits");
    }
    if (offset.number() >= 0) text.insert(0, 1, '+');
    if (marker.is('z')) text.insert(0, "GMT");
    if (offset.number() == 0 && marker.zulu) text = "Z";
    return text;
}

Result<std::string, Error> format_component(double millis, const DateMarker& marker,
                                            const Offset& offset) {
    if (marker.is_one_of("CE")) return std::string("ISO");
    if (marker.is_one_of("Zz")) return format_offset(marker, offset);
    if (marker.is('P')) {
        const bool upper = marker.names == NameCase::upper;
        if (calendar_time(millis).hour >= 12) return std::string(upper ? "PM" : "pm");
        return std::string(upper ? "AM" : "am");
    }
    // A component that there is not, with a presentation: the reference writes this.
    if (!marker.is_one_of("YMDdFWwXxHhmsf")) return std::string("undefined");
    double value = component_value(millis, static_cast<char>(marker.component));
    if (marker.names) return component_name(marker, value);
    if (marker.is('Y') && marker.year_digits != -1)
        value = std::fmod(value, std::pow(10, marker.year_digits));
    return format_integer(value, *marker.number);
}

// --- reading ISO 8601 ---------------------------------------------------------------------------

Error not_iso(std::string_view text) {
    return {
        "D3110",
        "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given " +
            write_json(Json(std::string(text)))};
}

/// Walks over a text by patterns in which `d` is a digit, `0` to `8` a digit up to that one, and
/// anything else itself.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    std::optional<std::string_view> take(std::string_view pattern) {
        if (rest_.size() < pattern.size()) return std::nullopt;
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            const char c = rest_[i];
            const char wanted = pattern[i];
            const bool fits = wanted == 'd'                    ? c >= '0' && c <= '9'
                              : wanted >= '0' && wanted <= '8' ? c >= '0' && c <= wanted
                                                               : c == wanted;
            if (!fits) return std::nullopt;
        }
        const std::string_view taken = rest_.substr(0, pattern.size());
        rest_.remove_prefix(pattern.size());
        return taken;
    }
    /// A point and one digit or more.
    std::optional<std::string_view> take_fraction() {
        if (!rest_.starts_with('.')) return std::nullopt;
        const std::size_t end = std::min(rest_.find_first_not_of("0123456789", 1), rest_.size());
        if (end < 2) return std::nullopt;
        const std::string_view taken = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return taken;
    }
    bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

double number_at(std::string_view text, std::size_t at, std::size_t count = 2) {
    return parse_decimal(text.substr(at, count)).value_or(kNaN);
}

/// The parts of a timestamp as the reference's check tells them apart. All but the year may be
/// missing; so a month and an offset may look like a month and a day.
struct IsoParts {
    std::string_view year;
    std::optional<std::string_view> month;
    std::optional<std::string_view> day;
    std::optional<std::string_view> clock;
    std::optional<std::string_view> fraction;
    std::optional<std::string_view> zone;
};

enum class IsoDate { year, month, month_and_day };

std::optional<IsoParts> split_iso(std::string_view text, IsoDate date) {
    Scanner scanner(text);
    IsoParts parts;
    const auto year = scanner.take("dddd");
    if (!year) return std::nullopt;
    parts.year = *year;
    if (date != IsoDate::year) parts.month = scanner.take("-1d");
    if (date == IsoDate::month_and_day) parts.day = scanner.take("-3d");
    parts.clock = scanner.take("T2d:5d:5d");
    parts.fraction = scanner.take_fraction();
    for (const std::string_view form : {"+2d:5d", "-2d:5d", "+2d5d", "-2d5d", "Z"}) {
        if (!parts.zone) parts.zone = scanner.take(form);
    }
    if (!scanner.at_end()) return std::nullopt;
    return parts;
}

/// What the reference's check lets through is read as JavaScript's Date.parse reads it.
Result<double, Error> parse_iso(std::string_view text) {
    auto split = split_iso(text, IsoDate::month_and_day);
    if (!split) split = split_iso(text, IsoDate::month);
    if (!split) split = split_iso(text, IsoDate::year);
    if (!split) return not_iso(text);
    CalendarTime time{number_at(split->year, 0, 4), 0, 1, 0, 0, 0, 0};
    if (split->month) time.month = number_at(*split->month, 1) - 1;
    if (split->day) time.day = number_at(*split->day, 1);
    const bool has_date = time.month >= 0 && time.month <= 11 && time.day >= 1 && time.day <= 31;
    if (!has_date || (split->day && !split->month) || (split->fraction && !split->clock))
        return kNaN;
    if (split->clock) {
        time.hour = number_at(*split->clock, 1);
        time.minute = number_at(*split->clock, 4);
        time.second = number_at(*split->clock, 7);
        std::string millis(split->fraction.value_or("").substr(0, 4));
        millis.erase(0, 1);
        millis.resize(3, '0');
        time.millisecond = number_at(millis, 0, 3);
        const bool midnight =
            time.minute == 0 && time.second == 0 && time.millisecond == 0 && time.hour == 24;
        if (time.hour > 23 && !midnight) return kNaN;
    }
    double offset = 0;
    if (split->zone && *split->zone != "Z") {
        const double hours = number_at(*split->zone, 1);
        if (!split->clock || hours > 23) return kNaN;
        offset = hours * 60 + number_at(*split->zone, split->zone->size() - 2);
        if (split->zone->starts_with('-')) offset = -offset;
    }
    // Date.UTC would take the years 0 to 99 for 1900 to 1999; 400 years are 146,097 days.
    time.year += 400;
    return utc_millis(time) - 146'097 * kMillisPerDay - offset * 60'000;
}

// --- reading by a picture -----------------------------------------------------------------------

std::string escaped(std::string_view literal) {
    std::string out;
    for (const char c : literal) {
        if (std::string_view(".*+?^${}()|[]\\").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

/// A character (of a picture) to be put in an expression as it is, as the reference does.
std::string text_of(char32_t character) {
    std::string out;
    append_code_point(out, character);
    return out;
}

Result<std::string, Error> component_pattern(const DateMarker& marker, Dialect dialect) {
    if (marker.is_one_of("Zz")) {
        std::string pattern = marker.is('z') ? "GMT[-+][0-9]+" : "[-+][0-9]+";
        if (marker.number->group != 0) {
            pattern += text_of(marker.number->separators[0].character) + "[0-9]+";
        } else if (!marker.number->separators.empty()) {
            pattern += "undefined[0-9]+";  // as the reference: nobody has ever parsed with it
        }
        return pattern;
    }
    if (dialect == Dialect::standard && marker.is('f')) return std::string("[0-9]+");
    if (marker.number)
        return integer_pattern(*marker.number, marker.min_parsed_digits, marker.max_parsed_digits);
    if (!marker.is_one_of("MxFP")) return no_name_error(marker);
    return std::string("[a-zA-Z]+");
}

std::optional<double> parse_name(std::string_view text, const DateMarker& marker) {
    if (marker.is('P')) {
        if (text == "am" || text == "AM") return 0;
        if (text == "pm" || text == "PM") return 1;
        return std::nullopt;
    }
    const auto index_in = [&](const auto& names) -> std::optional<double> {
        const auto found = std::find_if(names.begin(), names.end(), [&](std::string_view name) {
            return cut_name(name, marker) == text;
        });
        if (found == names.end()) return std::nullopt;
        return static_cast<double>(found - names.begin()) + 1;
    };
    return marker.is('F') ? index_in(kDayNames) : index_in(kMonthNames);
}

/// Minutes east of Greenwich; those of a negative offset are added, as the reference does.
double parse_zone(std::string_view text, const DateMarker& marker) {
    if (marker.is('z')) text.remove_prefix(3);
    if (marker.number->group != 0) {
        const std::string separator = text_of(marker.number->separators[0].character);
        const std::size_t at = text.find(separator);
        if (at == std::string_view::npos) return kNaN;
        return parse_int(text.substr(0, at)) * 60 + parse_int(text.substr(at + separator.size()));
    }
    if (text.size() <= 3) return parse_int(text) * 60;
    return parse_int(text.substr(0, 3)) * 60 + parse_int(text.substr(3));
}

/// nullopt for a name that is none: the component counts as missing.
Result<std::optional<double>, Error> parse_component(std::string_view text,
                                                     const DateMarker& marker, Dialect dialect) {
    if (marker.is_one_of("Zz")) return std::optional(parse_zone(text, marker));
    if (dialect == Dialect::standard && marker.is('f')) {
        const auto fraction = parse_decimal("0." + std::string(text.substr(0, 3)));
        return std::optional(fraction.value_or(kNaN) * 1000);
    }
    if (!marker.number) return parse_name(text, marker);
    const double value = TRY(parse_integer(text, *marker.number));
    return std::optional(value);
}

/// What has been read, by component.
class Components {
public:
    void set(char component, std::optional<double> value) { values_[index(component)] = value; }
    bool has(char component) const { return values_[index(component)].has_value(); }
    double get(char component) const { return values_[index(component)].value_or(kNaN); }
    /// Neither missing nor 0 nor NaN: what JavaScript takes for true.
    bool counts(char component) const { return has(component) && std::abs(get(component)) > 0; }

    /// Whether all components that count are among `known`, and there is one.
    bool fits(std::string_view all, std::string_view known) const {
        bool some = false;
        for (const char component : all) {
            if (!counts(component)) continue;
            if (known.find(component) == std::string_view::npos) return false;
            some = true;
        }
        return some;
    }

private:
    static std::size_t index(char component) { return static_cast<std::size_t>(component) - 'A'; }
    std::array<std::optional<double>, 64> values_{};
};

struct Layout {
    std::string_view date;
    std::string_view time;
    bool day_of_year;
    bool by_weeks;
    bool twelve_hours;
};

/// Which components make the time: the first that those present fit in.
Layout layout_of(const Components& components) {
    static constexpr std::string_view kDate = "YXMxWwdD";
    Layout layout{"YMD", "Hmsf", false, false, false};
    if (!components.fits(kDate, "YMD")) {
        if (components.fits(kDate, "Yd")) {
            layout.date = "YD";
            layout.day_of_year = true;
        } else if (components.fits(kDate, "Xxw")) {
            layout.date = "XxwF";
            layout.by_weeks = true;
        } else if (components.fits(kDate, "XW")) {
            layout.date = "XWF";
            layout.by_weeks = true;
        }
    }
    static constexpr std::string_view kTime = "PHhmsf";
    if (!components.fits(kTime, "Hmsf") && components.fits(kTime, "Phmsf")) {
        layout.time = "Phmsf";
        layout.twelve_hours = true;
    }
    return layout;
}

Error missing_components() {
    return Error(
        "D3136",
        "The date/time picture string is missing specifiers required to parse the timestamp");
}

/// Components above the ones read are now's, those below have their least value; between them
/// none may be missing.
Result<double, Error> complete(Components components, TimePoint now) {
    const Layout layout = layout_of(components);
    const auto now_millis = static_cast<double>(now.time_since_epoch().count());
    bool started = false;
    bool ended = false;
    const auto fill = [&](std::string_view parts) {
        for (const char part : parts) {
            if (components.has(part)) {
                if (ended) return false;
                started = true;
            } else if (started) {
                components.set(part, part == 'M' || part == 'D' || part == 'd' ? 1 : 0);
                ended = true;
            } else {
                // The half of now's day is a text there, and not 1.
                components.set(part, part == 'P' ? 0 : component_value(now_millis, part));
            }
        }
        return true;
    };
    if (!fill(layout.date) || !fill(layout.time)) return missing_components();
    if (layout.by_weeks) return missing_components();
    CalendarTime time{};
    time.year = components.get('Y');
    if (layout.day_of_year) {
        // Month and day only: the year stays even if there are not as many days in it.
        const CalendarTime day = calendar_time(utc_millis(time.year, 0, components.get('d')));
        time.month = day.month;
        time.day = day.day;
    } else {
        time.month = components.get('M') > 0 ? components.get('M') - 1 : 0;
        time.day = components.get('D');
    }
    time.hour = components.get(layout.twelve_hours ? 'h' : 'H');
    if (layout.twelve_hours) {
        if (time.hour == 12) time.hour = 0;
        if (components.get('P') == 1) time.hour += 12;
    }
    time.minute = components.get('m');
    time.second = components.get('s');
    time.millisecond = components.get('f');
    double millis = utc_millis(time);
    for (const char zone : {'Z', 'z'}) {
        if (!components.counts(zone)) continue;
        millis -= components.get(zone) * 60'000;
        break;
    }
    return millis;
}

}  // namespace

Result<std::string, Error> format_date_time(double millis, std::optional<std::string_view> picture,
                                            std::optional<std::string_view> timezone,
                                            Dialect dialect) {
    static constexpr std::string_view kIso =
        "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";
    const std::vector<DatePart> parts = TRY(parse_date_picture(picture.value_or(kIso), dialect));
    const Offset offset = timezone ? parse_offset(*timezone) : Offset{};
    std::string out;
    for (const DatePart& part : parts) {
        if (const auto* literal = std::get_if<std::string>(&part)) {
            out += *literal;
        } else {
            out += TRY(format_component(std::trunc(millis + offset.millis()),
                                        std::get<DateMarker>(part), offset));
        }
    }
    return out;
}

Result<std::optional<double>, Error> parse_date_time(std::string_view text,
                                                     std::optional<std::string_view> picture,
                                                     TimePoint now, Dialect dialect) {
    if (!picture) {
        const double millis = TRY(parse_iso(text));
        return std::optional(millis);
    }
    const std::vector<DatePart> parts = TRY(parse_date_picture(*picture, dialect));
    std::string pattern = "^";
    for (const DatePart& part : parts) {
        if (const auto* literal = std::get_if<std::string>(&part)) {
            pattern += '(' + escaped(*literal) + ')';
        } else {
            pattern += '(' + TRY(component_pattern(std::get<DateMarker>(part), dialect)) + ')';
        }
    }
    const Regex regex =
        TRY(Regex::compile(pattern + '$', RegexFlags{.ignore_case = true, .used_once = true}));
    const auto match = TRY(regex.find(text, 0));
    if (!match) return std::optional<double>();
    Components components;
    bool any = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto* marker = std::get_if<DateMarker>(&parts[i]);
        if (marker == nullptr) continue;
        const auto value = TRY(parse_component(match->group_text(i + 1), *marker, dialect));
        components.set(static_cast<char>(marker->component), value);
        any = true;
    }
    if (!any) return std::optional<double>();
    const double millis = TRY(complete(components, now));
    return std::optional(millis);
}

}  // namespace stepwell::jsonata
