#include "engine/base/json_syntax.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace stepwell {
namespace {

constexpr const char* kAny =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

struct Case {
    const char* name;
    std::string text;
    std::string message;
    int line;
    int column;
};
std::string case_name(const testing::TestParamInfo<Case>& info) { return info.param.name; }
void PrintTo(const Case& c, std::ostream* out) { *out << testing::PrintToString(c.text); }

class JsonSyntaxErrorIs : public testing::TestWithParam<Case> {};

TEST_P(JsonSyntaxErrorIs, Jacksons) {
    const Case& c = GetParam();
    const auto parsed = parse_json(c.text);
    ASSERT_FALSE(parsed) << "nothing is wrong with " << c.text;
    EXPECT_EQ(parsed.error().message, c.message);
    EXPECT_TRUE(parsed.error().location.ends_with("; line: " + std::to_string(c.line) +
                                                  ", column: " + std::to_string(c.column) + "]"))
        << parsed.error().location;
}

INSTANTIATE_TEST_SUITE_P(
    Words, JsonSyntaxErrorIs,
    testing::Values(
        // The first two are recorded from AWS.
        Case{"Word", "not a definition",
             std::string("Unrecognized token 'not': was expecting ") + kAny, 1, 4},
        Case{"OtherWord", "hello", std::string("Unrecognized token 'hello': was expecting ") + kAny,
             1, 6},
        Case{"HalfAWord", "[tru]", std::string("Unrecognized token 'tru': was expecting ") + kAny,
             1, 5},
        Case{"LongerWord", "nullx",
             std::string("Unrecognized token 'nullx': was expecting ") + kAny, 1, 6},
        Case{"WordAtTheEnd", "fal", std::string("Unrecognized token 'fal': was expecting ") + kAny,
             1, 4},
        Case{"WordOfLetters", "\xC3\xA9t\xC3\xA9",
             std::string("Unrecognized token '\xC3\xA9t\xC3\xA9': was expecting ") + kAny, 1, 4},
        Case{
            "NotANumber", "[NaN]",
            "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow",
            1, 5},
        Case{"Infinity", "Infinity",
             "Non-standard token 'Infinity': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to "
             "allow",
             1, 9}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Ends, JsonSyntaxErrorIs,
    testing::Values(
        Case{"Nothing", "", "No content to map due to end-of-input", 1, 0},
        Case{"Blank", " \n ", "No content to map due to end-of-input", 1, 0},
        Case{"InObject", "{\"a\":1",
             "Unexpected end-of-input: expected close marker for Object (start marker at [Source: "
             "(String)\"{\"a\":1\"; "
             "line: 1, column: 1])",
             1, 7},
        Case{"InArray", "[1",
             "Unexpected end-of-input: expected close marker for Array (start marker at [Source: "
             "(String)\"[1\"; line: 1, "
             "column: 1])",
             1, 3},
        Case{"AfterComma", "[1,", "Unexpected end-of-input within/between Array entries", 1, 4},
        Case{"AfterCommaInObject", "{\"a\":1,",
             "Unexpected end-of-input within/between Object entries", 1, 8},
        Case{"AfterName", "{\"a\"", "Unexpected end-of-input within/between Object entries", 1, 5},
        Case{"AfterColon", "{\"a\":", "Unexpected end-of-input within/between Object entries", 1,
             6},
        Case{"InName", "{\"a", "Unexpected end-of-input in field name", 1, 4},
        Case{"InString", "[\"a",
             "Unexpected end-of-input: was expecting closing quote for a string value", 1, 4},
        Case{"InEscape", "\"\\", "Unexpected end-of-input in character escape sequence", 1, 3},
        Case{"InHexEscape", "\"\\u00", "Unexpected end-of-input in character escape sequence", 1,
             6},
        // Jackson forgets a blank here.
        Case{"AfterMinus", "-", "Unexpected end-of-inputNo digit following minus sign", 1, 2},
        Case{"AfterExponent", "1e", "Unexpected end-of-inputexpected a digit for number exponent",
             1, 3}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Characters, JsonSyntaxErrorIs,
    testing::Values(
        // Recorded from AWS.
        Case{"SingleQuotes", "{'not': 'json'",
             "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
             1, 3},
        Case{"SingleQuotedValue", "['a']",
             std::string("Unexpected character (''' (code 39)): expected a valid value ") + kAny, 1,
             3},
        Case{
            "TrailingComma", "{\"a\":1,}",
            "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
            1, 9},
        Case{"TrailingCommaInArray", "[1,]",
             std::string("Unexpected character (']' (code 93)): expected a valid value ") + kAny, 1,
             5},
        Case{"NoValue", "{\"a\":}", "Unexpected character ('}' (code 125)): expected a value", 1,
             7},
        Case{"NoColon", "{\"a\" 1}",
             "Unexpected character ('1' (code 49)): was expecting a colon to separate field name "
             "and value",
             1, 7},
        Case{
            "NoCommaInObject", "{\"a\":1 \"b\":2}",
            "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
            1, 9},
        Case{"NoCommaInArray", "[1 2]",
             "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries",
             1, 5},
        Case{"WrongCloser", "[1}",
             "Unexpected close marker '}': expected ']' (for Array starting at [Source: "
             "(String)\"[1}\"; line: 1, column: "
             "1])",
             1, 4},
        Case{"CloserOfNothing", "]",
             "Unexpected close marker ']': expected '}' (for root starting at [Source: "
             "(String)\"]\"; line: 1, column: 0])",
             1, 2},
        Case{"Comment", "[ // one\n]",
             "Unexpected character ('/' (code 47)): maybe a (non-standard) comment? (not "
             "recognized as one since Feature "
             "'ALLOW_COMMENTS' not enabled for parser)",
             1, 4},
        Case{"SecondLine", "{\n  \"a\": x\n}",
             std::string("Unrecognized token 'x': was expecting ") + kAny, 2, 9},
        Case{"WindowsLines", "[\r\n1,\r\n;]",
             std::string("Unexpected character (';' (code 59)): expected a valid value ") + kAny, 3,
             2},
        Case{"ControlCharacter", "[\x01]",
             "Illegal character ((CTRL-CHAR, code 1)): only regular white space (\\r, \\n, \\t) is "
             "allowed between tokens",
             1, 3},
        Case{"BeyondLatin", "[\xE2\x82\xAC\xE2\x80\x9C]",
             std::string("Unrecognized token '\xE2\x82\xAC': was expecting ") + kAny, 1, 3},
        Case{"TypographicQuotes", "[\xE2\x80\x9C]",
             std::string("Unexpected character ('\xE2\x80\x9C' (code 8220 / 0x201c)): expected a "
                         "valid value ") +
                 kAny,
             1, 3},
        Case{"HalfOfAnEmoji", "[\xF0\x9F\x98\x80]",
             std::string(
                 "Unexpected character ('?' (code 55357 / 0xd83d)): expected a valid value ") +
                 kAny,
             1, 3}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Numbers, JsonSyntaxErrorIs,
    testing::Values(
        Case{"LeadingZero", "[012]", "Invalid numeric value: Leading zeroes not allowed", 1, 3},
        Case{"NegativeLeadingZero", "-01", "Invalid numeric value: Leading zeroes not allowed", 1,
             3},
        Case{"MinusAndLetter", "[-x]",
             "Unexpected character ('x' (code 120)) in numeric value: expected digit (0-9) to "
             "follow minus sign, for valid "
             "numeric value",
             1, 4},
        Case{"Plus", "[+1]",
             "Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow "
             "numbers to have plus signs: "
             "enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow",
             1, 4},
        Case{"NoFraction", "[1.]",
             "Unexpected character (']' (code 93)) in numeric value: Decimal point not followed by "
             "a digit",
             1, 3},
        Case{"NoFractionAtTheEnd", "1.",
             "Unexpected character ('.' (code 46)) in numeric value: Decimal point not followed by "
             "a digit",
             1, 3},
        Case{"NoExponent", "[1ex]",
             "Unexpected character ('x' (code 120)) in numeric value: Exponent indicator not "
             "followed by a digit",
             1, 3},
        Case{"PointFirst", "[.5]",
             std::string("Unexpected character ('.' (code 46)): expected a valid value ") + kAny, 1,
             3},
        Case{"LettersBehindARoot", "12ab",
             "Unexpected character ('a' (code 97)): Expected space separating root-level values", 1,
             4},
        Case{"OutOfRange", "[1e400]", "Numeric value (1e400) out of range of `double`", 1, 7}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Strings, JsonSyntaxErrorIs,
    testing::Values(
        Case{"LineBreak", "[\"a\nb\"]",
             "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash "
             "to be included in string "
             "value",
             1, 5},
        Case{"TabInName", "{\"a\tb\":1}",
             "Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash "
             "to be included in name",
             1, 5},
        Case{"UnknownEscape", "\"\\x\"", "Unrecognized character escape 'x' (code 120)", 1, 4},
        Case{"BadHex", "\"\\u00g0\"",
             "Unexpected character ('g' (code 103)): expected a hex-digit for character escape "
             "sequence",
             1, 7},
        Case{"LoneHighSurrogate", R"("\ud83dx")", "Unmatched first part of surrogate pair (0xd83d)",
             1, 9},
        Case{"HighSurrogateAtTheEnd", R"("\ud83d")",
             "Unmatched first part of surrogate pair (0xd83d)", 1, 9},
        Case{"TwoHighSurrogates", R"("\ud83d\ud83d")",
             "Unmatched first part of surrogate pair (0xd83d)", 1, 14},
        Case{"LoneLowSurrogate", R"("\ude00")", "Unmatched second part of surrogate pair (0xde00)",
             1, 8},
        Case{"BadUtf8Start", "[\"a\xFF\"]", "Invalid UTF-8 start byte 0xff", 1, 4},
        Case{"BadUtf8Middle", "[\"\xC3\x28\"]", "Invalid UTF-8 middle byte 0x28", 1, 3},
        Case{"OverlongUtf8", "\"\xC0\x80\"", "Invalid UTF-8 start byte 0xc0", 1, 2},
        Case{"SurrogateInUtf8", "\"\xED\xA0\x80\"", "Invalid UTF-8 start byte 0xed", 1, 2},
        Case{"CutUtf8", "\"\xE2\x82", "Invalid UTF-8 middle byte 0x0", 1, 2}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Trailers, JsonSyntaxErrorIs,
    testing::Values(Case{"Object", "{} {}",
                         "Trailing token (of type START_OBJECT) found after value (bound as "
                         "`com.fasterxml.jackson.databind.JsonNode`): "
                         "not allowed as per `DeserializationFeature.FAIL_ON_TRAILING_TOKENS`",
                         1, 4},
                    Case{"String", "1 \"a\"",
                         "Trailing token (of type VALUE_STRING) found after value (bound as "
                         "`com.fasterxml.jackson.databind.JsonNode`): not allowed as per "
                         "`DeserializationFeature.FAIL_ON_TRAILING_TOKENS`",
                         1, 3},
                    Case{"Word", "{} x",
                         std::string("Unrecognized token 'x': was expecting ") + kAny, 1, 5}),
    case_name);

TEST(JsonSyntaxErrorLocation, QuotesTheText) {
    const auto error = parse_json("not a definition").error();
    EXPECT_EQ(error.location, "[Source: (String)\"not a definition\"; line: 1, column: 4]");
}

TEST(JsonSyntaxErrorLocation, ShowsFiveHundredCharacters) {
    const std::string text = "[x" + std::string(598, ' ');
    EXPECT_EQ(parse_json(text).error().location,
              "[Source: (String)\"" + text.substr(0, 500) +
                  "\"[truncated 100 chars]; line: 1, column: 3]");
}

TEST(JsonSyntaxErrorLocation, CountsAnEmojiTwiceAndEscapesControlCharacters) {
    const auto error = parse_json("[\"\xF0\x9F\x98\x80\", \x02]").error();
    EXPECT_EQ(error.location,
              "[Source: (String)\"[\"\xF0\x9F\x98\x80\", \\u0002]\"; line: 1, column: 9]");
}

TEST(JsonSyntaxErrorMessage, QuotesAtMostAPartOfALongWord) {
    const auto error = parse_json(std::string(1000, 'x')).error();
    EXPECT_EQ(error.message,
              "Unrecognized token '" + std::string(256, 'x') + "...': was expecting " + kAny);
}

TEST(DuplicateKey, IsPlacedBehindItsName) {
    const auto error = describe_duplicate_key(R"({"a":{"b":1},"c":[{"b":1,"\u0062":2}]})");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->message, "Duplicate field 'b'");
    EXPECT_TRUE(error->location.ends_with("; line: 1, column: 34]")) << error->location;
}

TEST(DuplicateKey, IsNoneOfTheSameNameElsewhere) {
    EXPECT_FALSE(describe_duplicate_key(R"({"a":{"a":1},"b":[{"a":1},{"a":1}]})"));
}

TEST(Utf16Length, CountsAsJavaDoes) {
    EXPECT_EQ(utf16_length(""), 0U);
    EXPECT_EQ(utf16_length("abc"), 3U);
    EXPECT_EQ(utf16_length("\xC3\xA9\xE2\x82\xAC"), 2U);
    EXPECT_EQ(utf16_length("\xF0\x9F\x98\x80"), 2U);
}

}  // namespace
}  // namespace stepwell
