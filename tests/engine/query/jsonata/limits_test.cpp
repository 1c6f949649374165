#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/engine/query/jsonata/evaluate.hpp"

namespace stepwell::jsonata {
namespace {

constexpr const char* kTooMuchMemory =
    "Expression evaluation memory limit exceeded: Check for excessive memory usage";
constexpr const char* kTooDeep =
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as "
    "tail-recursive";

std::string aws(std::string_view text) { return outcome_of(text, "null", Dialect::aws); }

std::string sum_of_ones(int terms) {
    std::string text = "1";
    for (int i = 1; i < terms; ++i) text += "+1";
    return text;
}

TEST(JsonataLimits, MemoryIsAwsToTheElement) {
    EXPECT_EQ(aws("[1..873782] ~> $count()"), "873782");
    EXPECT_EQ(aws("[1..873783] ~> $count()"), kTooMuchMemory);
}

TEST(JsonataLimits, MemoryHoldsTextsOfFourMillionCharacters) {
    const std::string doubling =
        "($p := function($s, $n) { $n = 0 ? $s : $p($s & $s, $n - 1) }; $length($p('x', ";
    EXPECT_EQ(aws(doubling + "22)))"), "4194304");
    EXPECT_EQ(aws(doubling + "23)))"), kTooMuchMemory);
}

TEST(JsonataLimits, MemoryIsGivenBack) {
    EXPECT_EQ(aws("($f := function($n) { $n = 0 ? 'done' : ($x := [1..1000]; $f($n - 1)) };"
                  " $f(2000))"),
              R"("done")");
}

/// With 64 KiB, by the measure that limits are stated in.
std::string in_little_memory(std::string_view text, const Json& input) {
    Environment environment;
    environment.input = &input;
    environment.limits.memory = 64U << 10U;
    environment.limits.time = std::chrono::milliseconds(30'000);
    return outcome_of(text, environment, Dialect::standard);
}

/// `{"items":[{"id":0,"more":[0,1,2,3]},…]}`
Json many_items(int count) {
    Json items = Json::array();
    for (int i = 0; i < count; ++i) {
        Json item = Json::object();
        item["id"] = i;
        item["more"] = json("[0,1,2,3]");
        items.push_back(std::move(item));
    }
    Json document = Json::object();
    document["items"] = std::move(items);
    return document;
}

TEST(JsonataLimits, TransformsTakeMemoryForWhatTheyChange) {
    EXPECT_EQ(in_little_memory("($ ~> |items[id = 7]|{'id': -7}|).items[7].id", many_items(5'000)),
              "-7");
}

TEST(JsonataLimits, JoinsTakeMemoryForWhatTheyKeep) {
    EXPECT_EQ(in_little_memory("$count(items@$a.$$.items@$b[$a.id = $b.id].$b)", many_items(300)),
              "300");
}

TEST(JsonataLimits, HugeTextsAreRefusedBeforeTheyAreMade) {
    EXPECT_EQ(aws("$pad('x', 1000000000000)"), kTooMuchMemory);
    EXPECT_EQ(aws("$join([1..100000].('0123456789012345678901234567890123456789012345678901234567"
                  "8901234567890123456789'))"),
              kTooMuchMemory);
}

TEST(JsonataLimits, SharedPartsDoNotMultiplyBeyondTheLimit) {
    Environment environment;
    environment.limits.time =
        std::chrono::milliseconds(30'000);  // with sanitizers, on a busy machine
    EXPECT_EQ(outcome_of("($f := function($x, $n) { $n = 0 ? $x : $f({'a': $x, 'b': $x}, $n - 1) };"
                         " $f('0123456789', 40))",
                         environment, Dialect::aws),
              kTooMuchMemory);
}

TEST(JsonataLimits, DepthIsAwsToTheTerm) {
    EXPECT_EQ(aws(sum_of_ones(100)), "100");
    EXPECT_EQ(aws(sum_of_ones(101)), kTooDeep);
    EXPECT_EQ(aws(sum_of_ones(200)), kTooDeep);
}

TEST(JsonataLimits, EndlessRecursionIsAStackOverflow) {
    EXPECT_EQ(aws("($f := function($x) { 1 + $f($x) }; $f(1))"), kTooDeep);
}

TEST(JsonataLimits, TheStackHoldsWhateverDepthIsAllowed) {
    Environment environment;
    environment.limits.depth = 100'000'000;
    EXPECT_EQ(
        outcome_of("($f := function($x) { 1 + $f($x) }; $f(1))", environment, Dialect::standard),
        std::string("U1001: ") + kTooDeep);
}

TEST(JsonataLimits, TailCallsTakeNoDepth) {
    EXPECT_EQ(aws("($f := function($n) { $n = 0 ? 'end' : $f($n - 1) }; $f(20000))"), R"("end")");
}

TEST(JsonataLimits, AnEndlessLoopEndsInTime) {
    Environment environment;
    environment.limits.time = std::chrono::milliseconds(50);
    EXPECT_EQ(outcome_of("($f := function($n) { $f($n + 1) }; $f(0))", environment, Dialect::aws),
              "Expression evaluation timeout: Check for infinite loop");
}

TEST(JsonataLimits, TheSoftLimitDefers) {
    const auto expression =
        Expression::compile("($f := function($n) { $f($n + 1) }; $f(0))", Dialect::aws);
    RandomBits random(1);
    Environment environment;
    environment.random = &random;
    environment.limits.soft_time = std::chrono::milliseconds(5);
    const auto value = expression->evaluate(environment);
    ASSERT_FALSE(value);
    EXPECT_TRUE(value.error().deferred);
}

TEST(JsonataLimits, DeepNestingIsASyntaxError) {
    EXPECT_THAT(aws(std::string(100'000, '[')), testing::StartsWith("S0500"));
    EXPECT_THAT(aws(std::string(100'000, '(') + "1"), testing::StartsWith("S0500"));
    EXPECT_THAT(aws(sum_of_ones(100'000)), testing::StartsWith("S0500"));
    std::string path = "a";
    for (int i = 0; i < 100'000; ++i) path += ".a";
    EXPECT_THAT(aws(path), testing::StartsWith("S0500"));
}

TEST(JsonataLimits, DeepValuesAreRefusedNotFollowed) {
    EXPECT_EQ(aws("($f := function($x, $n) { $n = 0 ? $x : $f([[$x]], $n - 1) }; $f(1, 20000))"),
              kTooDeep);
    EXPECT_EQ(aws("($f := function($x, $n) { $n = 0 ? $x : $f([[$x]], $n - 1) };"
                  " $f(1, 20000) = $f(1, 20000))"),
              kTooDeep);
}

TEST(JsonataLimits, AnObjectWithinItselfIsRefused) {
    EXPECT_EQ(outcome_of("$ ~> |$|{'self': $}|", "{}"), std::string("U1001: ") + kTooDeep);
}

}  // namespace
}  // namespace stepwell::jsonata
