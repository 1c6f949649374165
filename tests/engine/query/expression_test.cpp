#include "engine/query/expression.hpp"

#include "tests/engine/query/query_testing.hpp"

namespace stepwell {
namespace {

using testing_query::case_name;
using testing_query::Data;
using testing_query::text_of;
using Accept = Expression::Accept;
using Kind = Expression::Kind;

struct AcceptedCase {
    const char* name;
    const char* text;
    Accept accept;
    Kind kind;
};
class ExpressionAccepts : public testing::TestWithParam<AcceptedCase> {};

TEST_P(ExpressionAccepts, Text) {
    const auto expression = Expression::compile(GetParam().text, GetParam().accept);
    ASSERT_TRUE(expression) << expression.error().message;
    EXPECT_EQ(expression->kind(), GetParam().kind);
    EXPECT_EQ(expression->text(), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, ExpressionAccepts,
    testing::Values(
        AcceptedCase{"Path", "$.a[*]", Accept::path, Kind::input_path},
        AcceptedCase{"ContextPath", "$$.Execution.Name", Accept::path, Kind::context_path},
        AcceptedCase{"WholeContext", "$$", Accept::path, Kind::context_path},
        AcceptedCase{"ReferencePath", "$.a[0]", Accept::reference_path, Kind::input_path},
        AcceptedCase{"ReferenceIntoContext", "$$.Map.Item.Value", Accept::reference_path,
                     Kind::context_path},
        AcceptedCase{"Variable", "$name.a", Accept::reference_path, Kind::variable_path},
        AcceptedCase{"WholeVariable", "$n_1", Accept::path, Kind::variable_path},
        AcceptedCase{"PathWhereACallMayBe", "$.a", Accept::path_or_intrinsic, Kind::input_path},
        AcceptedCase{"Call", "States.UUID()", Accept::path_or_intrinsic, Kind::intrinsic}),
    case_name);

struct RefusedCase {
    const char* name;
    const char* text;
    Accept accept;
};
class ExpressionRefuses : public testing::TestWithParam<RefusedCase> {};

TEST_P(ExpressionRefuses, Text) {
    EXPECT_FALSE(Expression::compile(GetParam().text, GetParam().accept));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, ExpressionRefuses,
    testing::Values(RefusedCase{"Number", "23", Accept::path_or_intrinsic},
                    RefusedCase{"Word", "prod", Accept::path_or_intrinsic},
                    RefusedCase{"Quoted", "'text'", Accept::path_or_intrinsic},
                    RefusedCase{"Empty", "", Accept::path_or_intrinsic},
                    RefusedCase{"VariableWithoutALetter", "$_a", Accept::path},
                    RefusedCase{"VariableWithAWildcardAsAReference", "$a[*]",
                                Accept::reference_path},
                    RefusedCase{"ContextWithoutADot", "$$23", Accept::path},
                    RefusedCase{"ThreeDollars", "$$$.a", Accept::path},
                    RefusedCase{"CallInAPathField", "States.UUID()", Accept::path},
                    RefusedCase{"CallInAReference", "States.UUID()", Accept::reference_path},
                    RefusedCase{"WildcardInAReference", "$.a[*]", Accept::reference_path},
                    RefusedCase{"NegativeIndexInAReference", "$.a[-1]", Accept::reference_path}),
    case_name);

TEST(Expression, ReadsTheContextObject) {
    Data data("{}");
    EXPECT_EQ(
        Expression::compile("$$.Execution.Name", Accept::path)->evaluate(data.scope())->value(),
        "run-1");
}

TEST(Expression, DoesNotMakeTheContextObjectForAPathIntoTheInput) {
    const Json input = json(R"({"a":1})");
    const LazyContext context([]() -> Json { throw std::logic_error("made the context"); });
    RandomBits random(1);
    const Scope scope{.input = input, .context = context, .random = random};
    EXPECT_EQ(Expression::compile("$.a", Accept::path)->evaluate(scope)->value(), 1);
}

/// What the service says in a field such as InputPath, and in a template's field or ErrorPath.
struct CauseCase {
    const char* name;
    const char* text;
    const char* input;
    const char* as_path;
    const char* as_field;
};
class ExpressionFailure : public testing::TestWithParam<CauseCase> {};

TEST_P(ExpressionFailure, IsWordedByField) {
    const CauseCase& c = GetParam();
    Data data(c.input);
    const auto value =
        Expression::compile(c.text, Accept::path_or_intrinsic)->evaluate(data.scope());
    ASSERT_FALSE(value);
    EXPECT_EQ(text_of(invalid_path(value.error())), c.as_path);
    EXPECT_EQ(text_of(not_found_in_field(value.error(), "k.$", data.input)), c.as_field);
}

INSTANTIATE_TEST_SUITE_P(
    Causes, ExpressionFailure,
    testing::Values(
        CauseCase{"NotFound", "$.x", R"({"a":1})",
                  "States.Runtime: Invalid path '$.x' : No results for path: $['x']",
                  "States.Runtime: The JSONPath '$.x' specified for the field 'k.$' could not be "
                  "found in the input "
                  "'{\"a\":1}'"},
        CauseCase{"OtherFailure", "$[0]", R"({"a":1})",
                  "States.Runtime: Invalid path '$[0]' : Filter: [0] can only be applied to "
                  "arrays. Current context is: "
                  "{a=1}",
                  "States.Runtime: The JSONPath '$[0]' specified for the field 'k.$' could not be "
                  "found in the input "
                  "'{\"a\":1}'"},
        CauseCase{"ContextIsTheInputOfAContextPath", "$$.x", R"({"a":1})",
                  "States.Runtime: Invalid path '$$.x' : No results for path: $['x']",
                  "States.Runtime: The JSONPath '$$.x' specified for the field 'k.$' could not be "
                  "found in the input "
                  "'{\"Execution\":{\"Name\":\"run-1\",\"Input\":{\"k\":[1,2]}},\"State\":{"
                  "\"RetryCount\":0}}'"},
        CauseCase{"NullInput", "$.x", "null",
                  "States.Runtime: Unable to apply Path transformation to null or empty input.",
                  "States.Runtime: Unable to apply Path transformation to null or empty input."},
        CauseCase{
            "ArgumentOfACall", "States.Array(States.Format('{}', $.x))", R"({"a":1})",
            "States.Runtime: The function 'States.Array(States.Format('{}', $.x))' had the "
            "following error: Invalid "
            "path '$.x' : No results for path: $['x']",
            "States.Runtime: The function 'States.Array(States.Format('{}', $.x))' had the "
            "following error: The "
            "JsonPath argument for the field '$.x' could not be found in the input '{\"a\":1}'"},
        CauseCase{"CallItself", "States.ArrayLength($.a)", R"({"a":1})",
                  "States.IntrinsicFailure: The function 'States.ArrayLength($.a)' had the "
                  "following error: The array must "
                  "be an array but was: 1",
                  "States.IntrinsicFailure: The function 'States.ArrayLength($.a)' had the "
                  "following error: The array must "
                  "be an array but was: 1"}),
    case_name);

TEST(Expression, TakesTheWholeInputEvenIfItIsNull) {
    Data data("null");
    EXPECT_TRUE(Expression::compile("$", Accept::path)->evaluate(data.scope())->value().is_null());
}

}  // namespace
}  // namespace stepwell
