#include "engine/query/jsonata/number_words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <vector>

namespace stepwell::jsonata {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kFew = {"Zero"sv,    "One"sv,     "Two"sv,       "Three"sv,    "Four"sv,
                             "Five"sv,    "Six"sv,     "Seven"sv,     "Eight"sv,    "Nine"sv,
                             "Ten"sv,     "Eleven"sv,  "Twelve"sv,    "Thirteen"sv, "Fourteen"sv,
                             "Fifteen"sv, "Sixteen"sv, "Seventeen"sv, "Eighteen"sv, "Nineteen"sv};
constexpr std::array kFewOrdinals = {
    "Zeroth"sv,    "First"sv,     "Second"sv,      "Third"sv,      "Fourth"sv,
    "Fifth"sv,     "Sixth"sv,     "Seventh"sv,     "Eighth"sv,     "Ninth"sv,
    "Tenth"sv,     "Eleventh"sv,  "Twelfth"sv,     "Thirteenth"sv, "Fourteenth"sv,
    "Fifteenth"sv, "Sixteenth"sv, "Seventeenth"sv, "Eighteenth"sv, "Nineteenth"sv};
constexpr std::array kTens = {"Twenty"sv, "Thirty"sv,  "Forty"sv,  "Fifty"sv,
                              "Sixty"sv,  "Seventy"sv, "Eighty"sv, "Ninety"sv};
constexpr std::array kMagnitudes = {"Thousand"sv, "Million"sv, "Billion"sv, "Trillion"sv};

enum class Place { first, following };
enum class Kind { cardinal, ordinal };

struct Magnitude {
    double factor;
    std::string_view name;
};

Magnitude magnitude_of(double value) {
    double factor = 1000;
    std::size_t index = 0;
    while (index + 1 < kMagnitudes.size() && value >= factor * 1000) {
        factor *= 1000;
        ++index;
    }
    return {factor, kMagnitudes[index]};
}

void append_words(std::string& out, double value, Place place, Kind kind) {
    if (value < 100) {
        const auto number = static_cast<std::size_t>(value);
        if (place == Place::following) out += " and ";
        if (number < kFew.size()) {
            out += (kind == Kind::ordinal ? kFewOrdinals : kFew)[number];
            return;
        }
        out += kTens[number / 10 - 2];
        if (number % 10 != 0) {
            out += '-';
            append_words(out, static_cast<double>(number % 10), Place::first, kind);
        } else if (kind == Kind::ordinal) {
            out.back() = 'i';  // Twenty: Twentieth
            out += "eth";
        }
        return;
    }
    if (place == Place::following) out += ", ";
    const Magnitude magnitude = value < 1000 ? Magnitude{100, "Hundred"} : magnitude_of(value);
    const double count = std::floor(value / magnitude.factor);
    const double rest = value - count * magnitude.factor;
    append_words(out, count, Place::first, Kind::cardinal);
    out += ' ';
    out += magnitude.name;
    if (rest > 0) {
        append_words(out, rest, Place::following, kind);
    } else if (kind == Kind::ordinal) {
        out += "th";
    }
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return out;
}

struct Word {
    std::string text;
    double value;
};

std::vector<Word> make_words() {
    std::vector<Word> words;
    for (std::size_t i = 0; i < kFew.size(); ++i)
        words.push_back({lower(kFew[i]), static_cast<double>(i)});
    for (std::size_t i = 0; i < kFewOrdinals.size(); ++i)
        words.push_back({lower(kFewOrdinals[i]), static_cast<double>(i)});
    for (std::size_t i = 0; i < kTens.size(); ++i) {
        const std::string ten = lower(kTens[i]);
        words.push_back({ten, static_cast<double>((i + 2) * 10)});
        words.push_back({ten.substr(0, ten.size() - 1) + "ieth", words.back().value});
    }
    words.push_back({"hundred", 100});
    words.push_back({"hundredth", 100});
    double factor = 1000;
    for (const std::string_view magnitude : kMagnitudes) {
        words.push_back({lower(magnitude), factor});
        words.push_back({lower(magnitude) + "th", factor});
        factor *= 1000;
    }
    return words;
}

const std::vector<Word>& all_words() {
    static const std::vector<Word> words = make_words();
    return words;
}

double word_value(std::string_view word) {
    static const auto values = [] {
        std::unordered_map<std::string_view, double> map;
        for (const Word& known : all_words()) map.emplace(known.text, known.value);
        return map;
    }();
    const auto found = values.find(word);
    return found == values.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

/// The length of what separates two words at the start of `text`, or 0.
std::size_t separator_length(std::string_view text) {
    const auto space = [text](std::size_t at) {
        return at < text.size() && (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r'));
    };
    if (text.starts_with(',') && space(1)) return 2;
    if (space(0) && text.substr(1).starts_with("and") && space(4)) return 5;
    return space(0) || text.starts_with('-') ? 1 : 0;
}

struct Numeral {
    double value;
    std::string_view letters;
};
constexpr std::array kNumerals = {Numeral{1000, "m"}, Numeral{900, "cm"}, Numeral{500, "d"},
                                  Numeral{400, "cd"}, Numeral{100, "c"},  Numeral{90, "xc"},
                                  Numeral{50, "l"},   Numeral{40, "xl"},  Numeral{10, "x"},
                                  Numeral{9, "ix"},   Numeral{5, "v"},    Numeral{4, "iv"},
                                  Numeral{1, "i"}};

double numeral_value(char letter) {
    switch (letter) {
        case 'M':
            return 1000;
        case 'D':
            return 500;
        case 'C':
            return 100;
        case 'L':
            return 50;
        case 'X':
            return 10;
        case 'V':
            return 5;
        case 'I':
            return 1;
        default:
            return std::numeric_limits<double>::quiet_NaN();
    }
}

}  // namespace

std::string number_words(double value, bool ordinal) {
    std::string out;
    append_words(out, value, Place::first, ordinal ? Kind::ordinal : Kind::cardinal);
    return out;
}

double parse_number_words(std::string_view text) {
    std::vector<double> groups{0};
    const auto add = [&groups](std::string_view word) {
        const double value = word_value(word);
        if (!(value < 100)) {
            groups.back() *= value;
        } else if (groups.back() >= 1000) {
            groups.push_back(value);  // after "two thousand" begins another group
        } else {
            groups.back() += value;
        }
    };
    std::size_t from = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t separator = separator_length(text.substr(at));
        if (separator == 0) {
            ++at;
            continue;
        }
        add(text.substr(from, at - from));
        at += separator;
        from = at;
    }
    add(text.substr(from));
    double sum = 0;
    for (const double group : groups) sum += group;
    return sum;
}

std::string number_word_alternatives() {
    std::string out;
    for (const Word& word : all_words()) {
        if (!out.empty()) out += '|';
        out += word.text;
    }
    return out;
}

std::string roman_numeral(double value) {
    std::string out;
    for (const Numeral& numeral : kNumerals) {
        for (; value >= numeral.value; value -= numeral.value) out += numeral.letters;
    }
    return out;
}

double parse_roman(std::string_view text) {
    double sum = 0;
    double largest = 1;
    for (auto letter = text.rbegin(); letter != text.rend(); ++letter) {
        const double value = numeral_value(*letter);
        if (value < largest) {
            sum -= value;
        } else {
            largest = value;
            sum += value;
        }
    }
    return sum;
}

}  // namespace stepwell::jsonata
