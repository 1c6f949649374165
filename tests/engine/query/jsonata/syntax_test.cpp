#include <gtest/gtest.h>

#include "tests/engine/query/jsonata/evaluate.hpp"

namespace stepwell::jsonata {
namespace {

struct SyntaxCase {
    const char* name;
    const char* expression;
    const char* code;
    std::size_t position;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const SyntaxCase& c) { return out << c.expression; }

std::string case_name(const testing::TestParamInfo<SyntaxCase>& info) { return info.param.name; }

class JsonataRefuses : public testing::TestWithParam<SyntaxCase> {};

TEST_P(JsonataRefuses, Syntax) {
    const SyntaxCase& c = GetParam();
    const auto expression = Expression::compile(c.expression, Dialect::aws);
    ASSERT_FALSE(expression);
    EXPECT_EQ(expression.error().code, c.code);
    EXPECT_EQ(expression.error().position, c.position);
    EXPECT_EQ(expression.error().message, c.message);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, JsonataRefuses,
    testing::Values(SyntaxCase{"OpenText", "'abc", "S0101", 4,
                               "String literal must be terminated by a matching quote"},
                    SyntaxCase{"Escape", R"("\x")", "S0103", 2,
                               R"(Unsupported escape sequence: \"x")"},
                    SyntaxCase{"HexEscape", R"("\u12")", "S0104", 2,
                               R"(The escape sequence \u must be followed by 4 hex digits)"},
                    SyntaxCase{"Number", "1e999", "S0102", 0, R"(Number out of range: "1e999")"},
                    SyntaxCase{"Comment", "1 /* x", "S0106", 2, "Comment has no closing tag"},
                    SyntaxCase{"Regex", "$match($x, /abc", "S0302", 15,
                               "No terminating / in regular expression"},
                    SyntaxCase{"Operator", "a ! b", "S0204", 3, R"(Unknown operator: "!")"}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Structure, JsonataRefuses,
    testing::Values(
        SyntaxCase{"Rest", "1 2", "S0201", 3, R"(Syntax error: "2")"},
        SyntaxCase{"End", "1 +", "S0207", 3, "Unexpected end of expression"},
        SyntaxCase{"Bracket", "[1, 2", "S0203", 5, R"(Expected "]" before end of expression)"},
        SyntaxCase{"Other", "(1]", "S0202", 3, "Expected \")\", got \"]\""},
        SyntaxCase{"Assign", "a := 1", "S0212", 1,
                   "The left side of := must be a variable name (start with $)"},
        SyntaxCase{"Literal", "a.1", "S0213", 3,
                   "The literal value 1 cannot be used as a step within a path expression"},
        SyntaxCase{"Parameter", "function(x){1}", "S0208", 10,
                   "Parameter 1 of function definition must be a variable name (start with $)"},
        SyntaxCase{"Parent", "{'a': %}", "S0217", 1,
                   "The object representing the 'parent' cannot be derived from this expression"},
        SyntaxCase{"TwoGroups", "a{'b':1}{'c':2}", "S0210", 9,
                   "Each step can only have one grouping expression"},
        SyntaxCase{"Signature", "function($x)<s<s>:s>{1}", "S0401", 15,
                   "Type parameters can only be applied to functions and arrays"}),
    case_name);

}  // namespace
}  // namespace stepwell::jsonata
