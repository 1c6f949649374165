#include "engine/query/intrinsics/functions.hpp"
#include "tests/engine/query/query_testing.hpp"

namespace stepwell {
namespace {

using testing_query::case_name;
using testing_query::Data;

constexpr const char* kInput = R"JSON({
  "items": [1, 2, 3, 4, 5], "mixed": [1, 1.0, "1", {"a":1,"b":2}, {"b":2,"a":1}, null, null, [1], [1]],
  "o": {"a": 1, "b": [true, null]}, "p": {"b": 2, "c": 3}, "template": "{} and {}", "n": 7, "half": 2.5, "huge": 1e300,
  "text": "a,b;;c", "json": "{\"x\": [1, 2.50]}", "long": "", "null": null, "unicode": "é😂", "tags": ["x,)", "y"]})JSON";

struct CallCase {
    const char* name;
    const char* call;
    const char* want;
};
class IntrinsicGives : public testing::TestWithParam<CallCase> {};

TEST_P(IntrinsicGives, Value) {
    Data data(kInput);
    const auto call = Expression::compile(GetParam().call, Expression::Accept::path_or_intrinsic);
    ASSERT_TRUE(call) << call.error().message;
    const auto value = call->evaluate(data.scope());
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(write_json(value->value()), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Arrays, IntrinsicGives,
    testing::Values(
        CallCase{"ArrayOfNothing", "States.Array()", "[]"},
        CallCase{
            "ArrayOfEverything",
            "States.Array('x', -1, 2.5, true, null, $.n, $$.State.RetryCount, States.Array(1))",
            R"(["x",-1,2.5,true,null,7,0,[1]])"},
        CallCase{"Partition", "States.ArrayPartition($.items, 2)", "[[1,2],[3,4],[5]]"},
        CallCase{"PartitionOfNothing", "States.ArrayPartition(States.Array(), 3)", "[]"},
        CallCase{"PartitionRoundsItsSize", "States.ArrayPartition($.items, $.half)",
                 "[[1,2,3],[4,5]]"},
        CallCase{"ContainsANumber", "States.ArrayContains($.items, 3)", "true"},
        CallCase{"ContainsNoOtherTypeOfNumber", "States.ArrayContains($.items, 3.0)", "false"},
        CallCase{"ContainsAnObjectInAnyOrder",
                 "States.ArrayContains($.mixed, States.StringToJson('{\"b\":2,\"a\":1}'))", "true"},
        CallCase{"ContainsNull", "States.ArrayContains($.mixed, null)", "true"},
        CallCase{"Range", "States.ArrayRange(1, 9, 2)", "[1,3,5,7,9]"},
        CallCase{"RangeEndIsInclusive", "States.ArrayRange(0, 9, 3)", "[0,3,6,9]"},
        CallCase{"RangeDown", "States.ArrayRange(3, -3, -3)", "[3,0,-3]"},
        CallCase{"RangeTheOtherWay", "States.ArrayRange(1, 0, 1)", "[]"},
        CallCase{"RangeRounds", "States.ArrayRange(0.5, 2.4, 1)", "[1,2]"},
        CallCase{"RangeAtTheFarEnd",
                 "States.ArrayRange(9223372036854775806, 9223372036854775807, 1)",
                 "[9223372036854775806,9223372036854775807]"},
        CallCase{"GetItem", "States.ArrayGetItem($.items, 4)", "5"},
        CallCase{"Length", "States.ArrayLength($.items)", "5"},
        CallCase{"Unique", "States.ArrayUnique($.mixed)", R"([1,1.0,"1",{"a":1,"b":2},null,[1]])"}),
    case_name);
INSTANTIATE_TEST_SUITE_P(
    Encodings, IntrinsicGives,
    testing::Values(
        CallCase{"Base64OfNothing", "States.Base64Encode('')", R"("")"},
        CallCase{"Base64WithPadding", "States.Base64Encode('Data to encode')",
                 R"("RGF0YSB0byBlbmNvZGU=")"},
        CallCase{"Base64OfUtf8", "States.Base64Encode($.unicode)", R"("w6nwn5iC")"},
        CallCase{"Decode", "States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", R"("Data to encode")"},
        CallCase{"DecodeWithoutPadding", "States.Base64Decode('RGF0YSB0byBlbmNvZGU')",
                 R"("Data to encode")"},
        CallCase{"DecodeUtf8", "States.Base64Decode('w6nwn5iC')", R"("é😂")"},
        CallCase{"DecodeWhatIsNoUtf8", "States.Base64Decode('/8Ah')",
                 "\"\xEF\xBF\xBD\xEF\xBF\xBD!\""},
        CallCase{"DecodeWithLineBreaks", "States.Base64Decode('RGF0\r\nYQ==')", R"("Data")"},
        CallCase{"Md5", "States.Hash('input data', 'MD5')",
                 R"("812f45842bc6d66ee14572ce20db8e86")"},
        CallCase{"Sha1", "States.Hash('input data', 'SHA-1')",
                 R"("aaff4a450a104cd177d28d18d74485e8cae074b7")"},
        CallCase{"Sha256", "States.Hash('', 'SHA-256')",
                 R"("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")"},
        CallCase{
            "Sha384", "States.Hash('', 'SHA-384')",
            R"("38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b")"},
        CallCase{
            "Sha512", "States.Hash('input data', 'SHA-512')",
            R"("6ce4adb348546d4f449c4d25aad9a7c9cb711d9e91982d3f0b29ca2f3f47d4ce2deba23bf2954f0f1d593fc50283731a533d30d425402d4f91316d871303aac4")"}),
    case_name);
INSTANTIATE_TEST_SUITE_P(
    JsonAndMath, IntrinsicGives,
    testing::Values(
        CallCase{"MergeIsShallowAndOrderedLikeAHashMap", "States.JsonMerge($.p, $.o, false)",
                 R"({"a":1,"b":[true,null],"c":3})"},
        CallCase{"MergeWithNothing", "States.JsonMerge($.p, States.StringToJson('{}'), false)",
                 R"({"b":2,"c":3})"},
        CallCase{"StringToJson", "States.StringToJson($.json)", R"({"x":[1,2.5]})"},
        CallCase{"BlankIsNull", "States.StringToJson(' \t')", "null"},
        CallCase{"EmptyIsNull", "States.StringToJson('')", "null"},
        CallCase{"MinusZero", "States.StringToJson('-0')", "0"},
        CallCase{"JsonToString", "States.JsonToString($.o)", R"("{\"a\":1,\"b\":[true,null]}")"},
        CallCase{"TextToString", "States.JsonToString('a\\'b')", R"("\"a'b\"")"},
        CallCase{"Add", "States.MathAdd($.n, -1)", "6"},
        CallCase{"AddRoundsEachNumber", "States.MathAdd(1.49, 1.5)", "3"},
        CallCase{"AddRoundsHalvesUp", "States.MathAdd(-1.5, 0)", "-1"},
        CallCase{"RandomOfOne", "States.MathRandom(5, 6)", "5"},
        CallCase{"RandomOfNegatives", "States.MathRandom(-3, -2, 1)", "-3"}),
    case_name);
INSTANTIATE_TEST_SUITE_P(
    Texts, IntrinsicGives,
    testing::Values(
        CallCase{"EveryCharacterSeparates", "States.StringSplit($.text, ',;')", R"(["a","b","c"])"},
        CallCase{"NothingSeparates", "States.StringSplit($.text, '')", R"(["a,b;;c"])"},
        CallCase{"NothingToSplit", "States.StringSplit('', ',')", "[]"},
        CallCase{"OnlySeparators", "States.StringSplit(',,', ',')", "[]"},
        CallCase{"SeparatorsOfSeveralBytes", "States.StringSplit('xéy😂z', '😂é')",
                 R"(["x","y","z"])"},
        CallCase{"Format", "States.Format('{} of {}.', 1, $.n)", R"("1 of 7.")"},
        CallCase{"FormatWithoutPlaceholders", "States.Format('plain')", R"("plain")"},
        CallCase{"FormatByTemplateOfTheInput", "States.Format($.template, 'a', 'b')",
                 R"("a and b")"},
        CallCase{"FormatPrintsLikeJava",
                 "States.Format('{} {} {} {} {}', $.o, null, true, 1.50, $.huge)",
                 R"("{a=1, b=[true, null]} null true 1.5 1.0E300")"},
        CallCase{"FormatDoesNotReadItsValues", "States.Format('{}', '{}')", R"("{}")"},
        CallCase{"EscapedBracesAreNoPlaceholder", R"(States.Format('\{\}={}', 1))", R"("{}=1")"},
        CallCase{"LoneBraces", "States.Format('{a} } { {}', 1)", R"("{a} } { 1")"},
        CallCase{"Escapes", R"(States.Array('\'\\\{\}'))", R"(["'\\{}"])"},
        CallCase{"DoubleQuotesNeedNoEscape", R"(States.Format('"{}"', 1))", R"("\"1\"")"},
        CallCase{"Blanks", "States.Format( '{}' ,  $.n )   ", R"("7")"},
        CallCase{"PathWithCommasAndParentheses", "States.ArrayLength($.tags[?(@ == 'x,)')])", "1"}),
    case_name);

struct RefusedCase {
    const char* name;
    const char* call;
    const char* reason;
};
class IntrinsicFails : public testing::TestWithParam<RefusedCase> {};

TEST_P(IntrinsicFails, WithItsReason) {
    Data data(kInput);
    data.input["long"] = std::string(10'001, 'x');
    const auto call = Expression::compile(GetParam().call, Expression::Accept::path_or_intrinsic);
    ASSERT_TRUE(call) << call.error().message;
    const auto value = call->evaluate(data.scope());
    ASSERT_FALSE(value) << write_json(value->value());
    EXPECT_EQ(value.error().kind, EvaluationFailure::Kind::intrinsic);
    EXPECT_EQ(value.error().message, std::string("The function '") + GetParam().call +
                                         "' had the following error: " + GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, IntrinsicFails,
    testing::Values(
        RefusedCase{"PartitionOfNoArray", "States.ArrayPartition($.n, 1)",
                    "The array must be an array but was: 7"},
        RefusedCase{"PartitionBySomethingElse", "States.ArrayPartition($.items, 'x')",
                    "The chunk size must be a number but was: \"x\""},
        RefusedCase{"PartitionByZero", "States.ArrayPartition($.items, 0)",
                    "The chunk size must be a positive integer but was: 0"},
        RefusedCase{"ContainsInNoArray", "States.ArrayContains($.o, 1)",
                    "The array must be an array but was: {\"a\":1,\"b\":[true,null]}"},
        RefusedCase{"RangeWithoutAStep", "States.ArrayRange(0, 1, 0)",
                    "The increment must not be zero"},
        RefusedCase{"RangeTooLong", "States.ArrayRange(1, 1001, 1)",
                    "The range must have at most 1000 items"},
        RefusedCase{"RangeAcrossEverything",
                    "States.ArrayRange(-9223372036854775807, 9223372036854775807, 1)",
                    "The range must have at most 1000 items"},
        RefusedCase{"RangeOfHugeNumbers", "States.ArrayRange(0, 18446744073709551615, 1)",
                    "The last value must be a 64-bit integer but was: 18446744073709551615"},
        RefusedCase{"ItemBehindTheEnd", "States.ArrayGetItem($.items, 5)",
                    "The index 5 is out of bounds for an array of length 5"},
        RefusedCase{"ItemBeforeTheStart", "States.ArrayGetItem($.items, -1)",
                    "The index -1 is out of bounds for an array of length 5"},
        RefusedCase{"LengthOfText", "States.ArrayLength($.text)",
                    "The array must be an array but was: \"a,b;;c\""},
        RefusedCase{"UniqueOfNull", "States.ArrayUnique($.null)",
                    "The array must be an array but was: null"},
        RefusedCase{"EncodeANumber", "States.Base64Encode($.n)",
                    "The data must be a string but was: 7"},
        RefusedCase{"EncodeTooMuch", "States.Base64Encode($.long)",
                    "The data must have at most 10000 characters"},
        RefusedCase{"DecodeSomethingElse", "States.Base64Decode('!!!')",
                    "The data must be Base64 but was: !!!"},
        RefusedCase{"DecodeADigitTooFew", "States.Base64Decode('RGF0Y')",
                    "The data must be Base64 but was: RGF0Y"},
        RefusedCase{"DecodePaddingInTheMiddle", "States.Base64Decode('RG==RG==')",
                    "The data must be Base64 but was: RG==RG=="},
        RefusedCase{"HashOfAnObject", "States.Hash($.p, 'MD5')",
                    "The data must be a string but was: {\"b\":2,\"c\":3}"},
        RefusedCase{"HashTooMuch", "States.Hash($.long, 'MD5')",
                    "The data must have at most 10000 characters"},
        RefusedCase{
            "UnknownAlgorithm", "States.Hash('x', 'md5')",
            "The algorithm must be one of [MD5, SHA-1, SHA-256, SHA-384, SHA-512] but was: md5"},
        RefusedCase{"DeepMerge", "States.JsonMerge($.o, $.p, true)",
                    "Deep merging is not supported: the third argument must be false"},
        RefusedCase{"MergeWithoutABoolean", "States.JsonMerge($.o, $.p, 0)",
                    "The third argument must be a boolean"},
        RefusedCase{"MergeOfAnArray", "States.JsonMerge($.items, $.p, false)",
                    "The first argument must be a JSON object"},
        RefusedCase{"MergeWithText", "States.JsonMerge($.o, 'x', false)",
                    "The second argument must be a JSON object"},
        RefusedCase{"ParseANumber", "States.StringToJson($.n)",
                    "The argument must be a string but was: 7"},
        RefusedCase{"RandomOfNothing", "States.MathRandom(5, 5)",
                    "The start number must be less than the end number but they were: 5 and 5"},
        RefusedCase{"RandomOfText", "States.MathRandom('1', 5)",
                    "The start number must be a number but was: \"1\""},
        RefusedCase{"AddText", "States.MathAdd(1, '-1')",
                    "The second number must be a number but was: \"-1\""},
        RefusedCase{"AddTooMuch", "States.MathAdd(9223372036854775807, 1)",
                    "The sum of 9223372036854775807 and 1 is too large"},
        RefusedCase{"SplitAnArray", "States.StringSplit($.items, ',')",
                    "The string must be a string but was: [1,2,3,4,5]"},
        RefusedCase{"SplitByANumber", "States.StringSplit($.text, 1)",
                    "The splitter must be a string but was: 1"},
        RefusedCase{"FormatANumber", "States.Format($.n)",
                    "The template must be a string but was: 7"},
        RefusedCase{"FormatWithTooFew", "States.Format('{}{}', 1)",
                    "The template has 2 placeholders but 1 values were given"},
        RefusedCase{"FormatWithTooMany", "States.Format('{}', 1, 2)",
                    "The template has 1 placeholders but 2 values were given"}),
    case_name);

TEST(Intrinsic, QuotesAnInvalidJsonTextsProblem) {
    Data data("{}");
    const auto value =
        Expression::compile("States.StringToJson('{')", Expression::Accept::path_or_intrinsic)
            ->evaluate(data.scope());
    ASSERT_FALSE(value);
    EXPECT_THAT(value.error().message,
                testing::StartsWith("The function 'States.StringToJson('{')' had the following "
                                    "error: The argument is not a "
                                    "JSON text: "));
}

struct MalformedCase {
    const char* name;
    const char* call;
};
class IntrinsicRefuses : public testing::TestWithParam<MalformedCase> {};

TEST_P(IntrinsicRefuses, Syntax) {
    EXPECT_FALSE(Expression::compile(GetParam().call, Expression::Accept::path_or_intrinsic));
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, IntrinsicRefuses,
    testing::Values(
        MalformedCase{"UnknownFunction", "States.Xyz($.a)"},
        MalformedCase{"OtherCase", "States.uuid()"}, MalformedCase{"OtherPrefix", "states.UUID()"},
        MalformedCase{"NoArguments", "States.UUID"}, MalformedCase{"NotClosed", "States.Array(1"},
        MalformedCase{"SomethingBehind", "States.UUID() x"},
        MalformedCase{"IndexBehind", "States.StringSplit('a', 'b')[0]"},
        MalformedCase{"TrailingComma", "States.Array(1,)"},
        MalformedCase{"TwoCommas", "States.Array(1,,2)"},
        MalformedCase{"TooFew", "States.MathAdd(1)"}, MalformedCase{"TooMany", "States.UUID(1)"},
        MalformedCase{"NoTemplate", "States.Format()"},
        MalformedCase{"UnterminatedText", "States.Array('a)"},
        MalformedCase{"OnlyAQuote", "States.Array('"},
        MalformedCase{"BackslashAtTheEnd", R"(States.Array('a\)"},
        // Recorded: a backslash before a double quote is refused when the state machine is created.
        MalformedCase{"EscapedDoubleQuote",
                      R"(States.StringToJson('{"text":"An \"escaped\" quote"}'))"},
        MalformedCase{"EscapedLetter", R"(States.Format('a\nb'))"},
        MalformedCase{"DoubleQuotes", R"(States.Array("a"))"},
        MalformedCase{"Word", "States.Array(abc)"},
        MalformedCase{"ArrayLiteral", "States.Array([1])"},
        MalformedCase{"ObjectLiteral", "States.Array({})"},
        MalformedCase{"MalformedNumber", "States.Array(1.)"},
        MalformedCase{"MalformedPath", "States.Array($.a[)"},
        MalformedCase{"NoVariable", "States.Array($_name)"},
        MalformedCase{"MalformedInnerCall", "States.Array(States.Array(x))"}),
    case_name);

std::string nested_call(std::size_t depth) {
    std::string call;
    for (std::size_t i = 0; i < depth; ++i) call += "States.Array(";
    return call + "1" + std::string(depth, ')');
}

TEST(Intrinsic, NestsTenDeep) {
    EXPECT_TRUE(Expression::compile(nested_call(10), Expression::Accept::path_or_intrinsic));
    EXPECT_FALSE(Expression::compile(nested_call(11), Expression::Accept::path_or_intrinsic));
    EXPECT_FALSE(Expression::compile(nested_call(10'000), Expression::Accept::path_or_intrinsic));
}

TEST(Intrinsic, DoesNotMakeMoreThanAnybodyCanUse) {
    Data data("{}");
    data.input["text"] = std::string(200'000, 'x');
    std::string call = "States.Array($";
    for (int i = 0; i < 1'000; ++i) call += ",$";
    const auto value = Expression::compile(call + ")", Expression::Accept::path_or_intrinsic)
                           ->evaluate(data.scope());
    ASSERT_FALSE(value);
    EXPECT_THAT(value.error().message, testing::EndsWith("The arguments are too large"));
}

TEST(Intrinsic, UuidIsOfVersionFourAndComesFromTheScope) {
    const auto call = Expression::compile("States.UUID()", Expression::Accept::path_or_intrinsic);
    Data one("{}");
    Data other("{}");
    const std::string first = call->evaluate(one.scope())->value().get<std::string>();
    EXPECT_THAT(first, testing::MatchesRegex(
                           "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_EQ(call->evaluate(other.scope())->value(), first);
    EXPECT_NE(call->evaluate(one.scope())->value(), first);
}

TEST(Intrinsic, RandomNumbersStayInTheirRange) {
    Data data("{}");
    const auto call =
        Expression::compile("States.MathRandom(-2, 2)", Expression::Accept::path_or_intrinsic);
    for (int i = 0; i < 200; ++i) {
        const auto number = call->evaluate(data.scope())->value().get<std::int64_t>();
        EXPECT_GE(number, -2);
        EXPECT_LT(number, 2);
    }
}

TEST(Intrinsic, ASeedGivesTheSameRandomNumberEachTime) {
    const auto call = Expression::compile("States.MathRandom(0, 1000000, 3)",
                                          Expression::Accept::path_or_intrinsic);
    Data one("{}");
    Data other("{}");
    (void)other.random.next();
    EXPECT_EQ(call->evaluate(one.scope())->value(), call->evaluate(other.scope())->value());
}

TEST(Intrinsic, EveryFunctionOfTheGuideIsThere) {
    for (const char* name :
         {"Array", "ArrayPartition", "ArrayContains", "ArrayRange", "ArrayGetItem", "ArrayLength",
          "ArrayUnique", "Base64Encode", "Base64Decode", "Hash", "JsonMerge", "StringToJson",
          "JsonToString", "MathRandom", "MathAdd", "StringSplit", "UUID", "Format"}) {
        EXPECT_NE(intrinsics::find_function(name), nullptr) << name;
    }
}

}  // namespace
}  // namespace stepwell
