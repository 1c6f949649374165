#include "engine/query/jsonata/regex.hpp"

#include "tests/engine/query/jsonata/library_case.hpp"

namespace stepwell::jsonata {
namespace {

/// All matches as `[text|group|group]`, unmatched groups as `-`; or the error's message.
std::string matches(std::string_view pattern, std::string_view subject, RegexFlags flags = {}) {
    const auto regex = Regex::compile(pattern, flags);
    if (!regex) return regex.error().message;
    std::string out;
    for (std::size_t from = 0; from <= subject.size();) {
        const auto match = regex->find(subject, from);
        if (!match) return match.error().message;
        if (!*match) break;
        out += '[';
        out += (*match)->text();
        for (std::size_t i = 1; i <= (*match)->group_count(); ++i) {
            out += '|';
            out += (*match)->group_matched(i) ? (*match)->group_text(i) : "-";
        }
        out += ']';
        from = (*match)->end() + ((*match)->text().empty() ? 1 : 0);
    }
    return out;
}

struct Case {
    const char* pattern;
    const char* subject;
    const char* want;
};

TEST(Regex, MeansWhatItMeansInJavaScript) {
    for (const auto& [pattern, subject, want] : {
             Case{"b+", "ababbx", "[b][bb]"},
             Case{"(ab)|(a)", "abac", "[ab|ab|-][a|-|a]"},
             Case{"(x)?\\1b", "b", "[b|-]"},
             Case{"\\2(a)(b)", "ab", "[ab|a|b]"},
             Case{"(a)??\\1+?", "k", "[|-][|-]"},
             Case{"a$", "a\n", ""},
             Case{".", "\n\r\u2028\u2029a", "[a]"},
             Case{"\\s", "\u00A0\uFEFFx", "[\u00A0][\uFEFF]"},
             Case{"[^\\S]", "\u3000x", "[\u3000]"},
             Case{"\\d", "\u06601", "[1]"},
             Case{"\\w", "\u00E9a", "[a]"},
             Case{"\\W", "B\u00E9", "[\u00E9]"},
             Case{"[]", "a", ""},
             Case{"[^]", "\n", "[\n]"},
             Case{"[a\\]b]+", "]ab", "[]ab]"},
             Case{"[\\w-a]+", "z-", "[z-]"},
             Case{"[\\b]", "\b", "[\b]"},
             Case{"\\u{2}", "uu", "[uu]"},
             Case{"\\u0041\\x42\\103", "ABC", "[ABC]"},
             Case{"\\ud83d\\ude02", "\U0001F602", "[\U0001F602]"},
             Case{"[\\u0080-\\uffff]+", "a\U0001F602\u00E9", "[\U0001F602\u00E9]"},
             Case{"a{,2}{", "a{,2}{", "[a{,2}{]"},
             Case{"x{1", "x{1", "[x{1]"},
             Case{"\\Qa\\E", "QaE", "[QaE]"},
             Case{"\\A\\Z\\h\\e\\a\\p{L}", "AZheap{L}", "[AZheap{L}]"},
             Case{"[[:alpha:]]", "a]:]", "[a]][:]]"},
             Case{"(?<y>a)\\k<y>", "aa", "[aa|a]"},
             Case{"\\k<y>", "k<y>", "[k<y>]"},
             Case{"(?<=a)b(?!c)", "abcab", "[b]"},
             Case{"\\cA\\c1", "\x01\\c1", "[\x01\\c1]"},
             Case{"a #b", "a #b", "[a #b]"},
             Case{"(*F)", "F", "Invalid regular expression: /(*F)/: Nothing to repeat"},
         }) {
        EXPECT_EQ(matches(pattern, subject), want) << pattern;
    }
}

TEST(Regex, HasTwoFlags) {
    EXPECT_EQ(matches("A\u00C9", "a\u00E9", {.ignore_case = true}), "[a\u00E9]");
    EXPECT_EQ(matches("\\D\\W", "1\u00E9 ", {.ignore_case = true}), "[\u00E9 ]");
    EXPECT_EQ(matches("^b$", "a\nb\rc", {.multiline = true}), "[b]");
    EXPECT_EQ(matches("^b$", "a\nb\rc"), "");
}

TEST(Regex, RefusesWhatJavaScriptRefuses) {
    struct Refusal {
        const char* pattern;
        const char* reason;
    };
    for (const auto& [pattern, reason] : {
             Refusal{"(", "Unterminated group"},
             Refusal{")", "Unmatched ')'"},
             Refusal{"[a", "Unterminated character class"},
             Refusal{"a**", "Nothing to repeat"},
             Refusal{"a++", "Nothing to repeat"},
             Refusal{"^*", "Nothing to repeat"},
             Refusal{"(?<=a)*", "Nothing to repeat"},
             Refusal{"{1}", "Nothing to repeat"},
             Refusal{"a{3,1}", "numbers out of order in {} quantifier"},
             Refusal{"[z-a]", "Range out of order in character class"},
             Refusal{"(?i)a", "Invalid group"},
             Refusal{"(?>a)", "Invalid group"},
             Refusal{"(?P<n>a)", "Invalid group"},
             Refusal{"(?<1>a)", "Invalid capture group name"},
             Refusal{"(?<n>a)(?<n>b)", "Duplicate capture group name"},
             Refusal{"(?<n>a)\\k<m>", "Invalid named capture referenced"},
             Refusal{"a\\", "\\ at end of pattern"},
         }) {
        EXPECT_EQ(matches(pattern, ""),
                  std::string("Invalid regular expression: /") + pattern + "/: " + reason);
    }
}

TEST(Regex, GivesUpOnEndlessBacktracking) {
    const std::string subject = std::string(40, 'a') + 'b';
    EXPECT_EQ(matches("(a+)+$", subject), "Expression evaluation timeout: Check for infinite loop");
    EXPECT_EQ(matches("(a+)+$", subject, {.used_once = true}),
              "Expression evaluation timeout: Check for infinite loop");
}

TEST(Regex, GivesUpAtTheDeadline) {
    const std::string subject(200'000, 'a');
    const auto regex = Regex::compile("a*?[bc]", {});
    ASSERT_TRUE(regex);
    const auto match = regex->find(subject, 0, Regex::Deadline::min());
    ASSERT_FALSE(match);
    EXPECT_EQ(match.error().message, "Expression evaluation timeout: Check for infinite loop");
}

TEST(Regex, RefusesTextThatIsNoUtf8) {
    EXPECT_EQ(matches("b",
                      "\xFF\xC3"
                      "b"),
              "The text is not valid UTF-8");
    EXPECT_EQ(matches("b", "12345678b\xC3"), "The text is not valid UTF-8");
    EXPECT_EQ(matches("[\\ud800-\\udbff]b",
                      "\xED\xA0\x80"
                      "b"),
              "[\xED\xA0\x80"
              "b]");
}

TEST(Regex, RefusesToGrowWithoutBound) {
    EXPECT_FALSE(Regex::compile(std::string(1000, '(') + std::string(1000, ')'), {}));
    EXPECT_FALSE(Regex::compile("((a{9000}){9000}){9000}", {}));
    EXPECT_FALSE(Regex::compile(std::string(200'000, 'a'), {}));
}

}  // namespace
}  // namespace stepwell::jsonata
