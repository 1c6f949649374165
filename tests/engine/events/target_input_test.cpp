#include "engine/events/target_input.hpp"

#include <gtest/gtest.h>

namespace stepwell::events {
namespace {

const Json kEvent = json(R"({"id":"e1","time":"2026-01-01T00:00:00Z","detail":{
    "bucket":"b","key":"a \"b\".mp4","size":7,"list":[1,2]}})");
const RuleInEvent kRule{"arn:rule", "uploads", "2026-01-01T00:00:01Z"};

std::string input_of(const std::string& target) {
    if (const auto wrong = check_target_input(json(target)))
        throw std::invalid_argument(wrong->message);
    const auto made = target_input(json(target), kEvent, kRule);
    return made ? *made : "error: " + made.error().message;
}

TEST(TargetInput, IsTheEventUnlessTheTargetSaysOtherwise) {
    EXPECT_EQ(input_of("{}"), write_json(kEvent));
    EXPECT_EQ(input_of(R"({"Input":"{\"a\": 1}"})"), R"({"a": 1})");
    EXPECT_EQ(input_of(R"({"InputPath":"$.detail.list"})"), "[1,2]");
    EXPECT_EQ(input_of(R"({"InputPath":"$.detail.none"})"), "{}");
}

std::string transformed(const std::string& text) {
    Json target = json(R"({"InputTransformer":{"InputPathsMap":{"bucket":"$.detail.bucket",
        "key":"$.detail.key","size":"$.detail.size","list":"$.detail.list","none":"$.none"}}})");
    target["InputTransformer"]["InputTemplate"] = text;
    return input_of(write_json(target));
}

TEST(InputTransformer, FillsInValues) {
    EXPECT_EQ(transformed(R"({"b":<bucket>,"k":<key>,"s":<size>,"l":<list>})"),
              R"({"b":"b","k":"a \"b\".mp4","s":7,"l":[1,2]})");
}

TEST(InputTransformer, FillsTextIntoStrings) {
    EXPECT_EQ(transformed(R"x("s3://<bucket>/<key> (<size>, <list>)")x"),
              R"x("s3://b/a \"b\".mp4 (7, [1,2])")x");
}

TEST(InputTransformer, KnowsTheRuleAndTheEvent) {
    EXPECT_EQ(transformed(R"({"r":<aws.events.rule-arn>,"n":"<aws.events.rule-name>",
                              "t":<aws.events.event.ingestion-time>})"),
              R"({"r":"arn:rule","n":"uploads",
                              "t":"2026-01-01T00:00:01Z"})");
    EXPECT_EQ(transformed("<aws.events.event>"), write_json(kEvent));
}

TEST(InputTransformer, LeavesWhatIsNoVariable) {
    EXPECT_EQ(transformed(R"("a < b, <unknown>, \"<bucket>\"")"), R"("a < b, <unknown>, \"b\"")");
    EXPECT_EQ(transformed(R"({"x":<none>,"y":"<none>"})"), R"({"x":null,"y":""})");
}

TEST(InputTransformer, SaysSoWhereItGivesNoJson) {
    EXPECT_EQ(transformed("<bucket> uploaded").substr(0, 44),
              "error: The input template does not give JSON");
}

TEST(TargetInput, IsCheckedWhenTheTargetIsPut) {
    const auto wrong = [](const char* target) {
        return check_target_input(json(target)).has_value();
    };
    EXPECT_FALSE(wrong("{}"));
    EXPECT_TRUE(wrong(R"({"Input":"{"})"));
    EXPECT_TRUE(wrong(R"({"Input":"{}","InputPath":"$"})"));
    EXPECT_TRUE(wrong(R"({"InputPath":"detail"})"));
    EXPECT_TRUE(wrong(R"({"InputTransformer":{}})"));
    EXPECT_TRUE(wrong(R"({"InputTransformer":{"InputTemplate":"x","InputPathsMap":{"a":"x["}}})"));
}

}  // namespace
}  // namespace stepwell::events
