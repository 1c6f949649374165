#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

std::string task(const std::string& fields) {
    return R"({"StartAt":"S","States":{"S":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",)" +
           fields + R"(,"Next":"E"},"E":{"Type":"Succeed"}}})";
}

struct ListCase {
    const char* name;
    std::string field;
    std::vector<std::string> findings;
};
class RetryAndCatch : public testing::TestWithParam<ListCase> {};
TEST_P(RetryAndCatch, AreChecked) {
    EXPECT_EQ(findings(task(GetParam().field)), GetParam().findings);
}

std::string retry(const std::string& fields) {
    return R"("Retry":[{"ErrorEquals":["x"],)" + fields + "}]";
}

INSTANTIATE_TEST_SUITE_P(
    Lists, RetryAndCatch,
    testing::Values(
        ListCase{"Empty", R"("Retry":[],"Catch":[])", {}},
        ListCase{
            "RetryOfObject", R"("Retry":{})", {schema("Expected value of type Array", "/Retry")}},
        ListCase{"RetrierOfText",
                 R"("Retry":["x"])",
                 {schema("Expected value of type Object", "/Retry[0]")}},
        ListCase{"NoErrorEquals",
                 R"("Retry":[{}])",
                 {schema("These fields are required: [ErrorEquals]", "/Retry[0]")}},
        ListCase{"EmptyErrorEquals",
                 R"("Retry":[{"ErrorEquals":[]}])",
                 {schema("Value cannot be empty", "/Retry[0]/ErrorEquals")}},
        ListCase{"ErrorEqualsOfText",
                 R"("Retry":[{"ErrorEquals":"x"}])",
                 {schema("Expected value of type Array", "/Retry[0]/ErrorEquals")}},
        ListCase{"ErrorOfNumber",
                 R"("Retry":[{"ErrorEquals":["x",1]}])",
                 {schema("Expected value of type String", "/Retry[0]/ErrorEquals[1]")}},
        ListCase{"CatcherWithoutNext",
                 R"("Catch":[{"ErrorEquals":["x"]}])",
                 {schema("These fields are required: [Next]", "/Catch[0]")}},
        ListCase{"EmptyCatcher",
                 R"("Catch":[{}])",
                 {schema("These fields are required: [ErrorEquals, Next]", "/Catch[0]")}},
        ListCase{"CatcherWithMore",
                 R"("Catch":[{"ErrorEquals":["x"],"Next":"E","InputPath":"$"}])",
                 {schema("Field 'InputPath' is not supported", "/Catch[0]")}},
        ListCase{"CatcherWithOutput",
                 R"("Catch":[{"ErrorEquals":["x"],"Next":"E","Output":1}])",
                 {schema("The QueryLanguage is set to 'JSONPath', but field 'Output' is only "
                         "supported for the 'JSONata' "
                         "QueryLanguage",
                         "/Catch[0]")}},
        ListCase{"CatcherWithComment",
                 R"("Catch":[{"ErrorEquals":["x"],"Next":"E","Comment":"c","ResultPath":"$.e"}])",
                 {}},
        ListCase{"CatcherWithWrongPath",
                 R"("Catch":[{"ErrorEquals":["x"],"Next":"E","ResultPath":"e"}])",
                 {schema("Value must be a valid JSONPath.", "/Catch[0]/ResultPath")}}),
    name_of<ListCase>);

// aws/aws-cdk#10530 quotes AWS.
const std::string kAll = "States.ALL must appear alone and at end of list";
INSTANTIATE_TEST_SUITE_P(
    StatesAll, RetryAndCatch,
    testing::Values(
        ListCase{"Last", R"("Retry":[{"ErrorEquals":["x"]},{"ErrorEquals":["States.ALL"]}])", {}},
        ListCase{"NotLast",
                 R"("Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["x"]}])",
                 {schema(kAll, "/Retry[0]/ErrorEquals[0]")}},
        ListCase{"NotAlone",
                 R"("Catch":[{"ErrorEquals":["x","States.ALL"],"Next":"E"}])",
                 {schema(kAll, "/Catch[0]/ErrorEquals[1]")}},
        ListCase{
            "NotLastCatcher",
            R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"E"},{"ErrorEquals":["x"],"Next":"E"}])",
            {schema(kAll, "/Catch[0]/ErrorEquals[0]")}}),
    name_of<ListCase>);

INSTANTIATE_TEST_SUITE_P(
    Numbers, RetryAndCatch,
    testing::Values(
        ListCase{
            "All",
            retry(
                R"("IntervalSeconds":99999999,"MaxAttempts":99999999,"BackoffRate":1,"MaxDelaySeconds":31622400,
                                 "JitterStrategy":"FULL","Comment":"c")"),
            {}},
        ListCase{
            "Least",
            retry(
                R"("IntervalSeconds":0,"MaxAttempts":0,"BackoffRate":1.0,"MaxDelaySeconds":1,"JitterStrategy":"NONE")"),
            {}},
        ListCase{"NegativeInterval",
                 retry(R"("IntervalSeconds":-1)"),
                 {schema("Minimum value is 0", "/Retry[0]/IntervalSeconds")}},
        ListCase{"IntervalOfFraction",
                 retry(R"("IntervalSeconds":1.5)"),
                 {schema("Expected value of type Integer", "/Retry[0]/IntervalSeconds")}},
        ListCase{"NegativeAttempts",
                 retry(R"("MaxAttempts":-1)"),
                 {schema("Minimum value is 0", "/Retry[0]/MaxAttempts")}},
        ListCase{"TooManyAttempts",
                 retry(R"("MaxAttempts":100000000)"),
                 {schema("Maximum value is 99999999", "/Retry[0]/MaxAttempts")}},
        ListCase{"LowRate",
                 retry(R"("BackoffRate":0.5)"),
                 {schema("Minimum value is 1.0", "/Retry[0]/BackoffRate")}},
        ListCase{"RateAsText",
                 retry(R"("BackoffRate":"2")"),
                 {schema("Expected value of type Number", "/Retry[0]/BackoffRate")}},
        ListCase{"NoDelay",
                 retry(R"("MaxDelaySeconds":0)"),
                 {schema("Minimum value is 1", "/Retry[0]/MaxDelaySeconds")}},
        ListCase{"LongDelay",
                 retry(R"("MaxDelaySeconds":31622401)"),
                 {schema("Maximum value is 31622400", "/Retry[0]/MaxDelaySeconds")}},
        ListCase{"UnknownJitter",
                 retry(R"("JitterStrategy":"HALF")"),
                 {schema("Value should be one of the following: [NONE, FULL]",
                         "/Retry[0]/JitterStrategy")}},
        ListCase{"UnknownField",
                 retry(R"("MaxRetries":1)"),
                 {schema("Field 'MaxRetries' is not supported", "/Retry[0]")}}),
    name_of<ListCase>);

TEST(Retrier, HasDefaults) {
    const auto machine = accepted(task(R"("Retry":[{"ErrorEquals":["a","b"]}])"));
    const auto& retry = body_of<TaskState>(*machine).retry;
    ASSERT_EQ(retry.size(), 1U);
    EXPECT_THAT(retry[0].error_equals, ElementsAre("a", "b"));
    EXPECT_EQ(retry[0].interval, Seconds{1});
    EXPECT_EQ(retry[0].max_attempts, 3);
    EXPECT_EQ(retry[0].backoff_rate, 2.0);
    EXPECT_FALSE(retry[0].max_delay);
    EXPECT_EQ(retry[0].jitter, Jitter::none);
}

TEST(Retrier, KeepsWhatItWasGiven) {
    const auto machine = accepted(task(retry(
        R"("IntervalSeconds":5,"MaxAttempts":0,"BackoffRate":1.5,"MaxDelaySeconds":60,"JitterStrategy":"FULL")")));
    const Retrier& retrier = body_of<TaskState>(*machine).retry.at(0);
    EXPECT_EQ(retrier.interval, Seconds{5});
    EXPECT_EQ(retrier.max_attempts, 0);
    EXPECT_EQ(retrier.backoff_rate, 1.5);
    EXPECT_EQ(retrier.max_delay, Seconds{60});
    EXPECT_EQ(retrier.jitter, Jitter::full);
}

TEST(Catcher, KeepsWhereToGoAndWhatToKeep) {
    const auto machine =
        accepted(task(R"("Catch":[{"ErrorEquals":["a"],"Next":"E","ResultPath":"$.error"},
                                                   {"ErrorEquals":["b"],"Next":"E","ResultPath":null},
                                                   {"ErrorEquals":["States.ALL"],"Next":"E"}])"));
    const auto& catchers = body_of<TaskState>(*machine).catchers;
    ASSERT_EQ(catchers.size(), 3U);
    EXPECT_EQ(machine->states[catchers[0].next].name, "E");
    EXPECT_EQ(std::get<JsonPath>(catchers[0].result_path).text(), "$.error");
    EXPECT_TRUE(std::holds_alternative<DiscardResult>(catchers[1].result_path));
    EXPECT_TRUE(std::holds_alternative<ReplaceInput>(catchers[2].result_path));
}

}  // namespace
}  // namespace stepwell::asl
