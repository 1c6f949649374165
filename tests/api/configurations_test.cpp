#include "api/configurations.hpp"

#include <gtest/gtest.h>

namespace stepwell::api {
namespace {

Checked<std::string> logging(std::string_view text) {
    const Json given = json(text);
    return parse_logging_configuration(&given);
}
const std::string kGroup =
    R"({"cloudWatchLogsLogGroup":{"logGroupArn":"arn:aws:logs:us-east-1:1:log-group:g:*"}})";

TEST(LoggingConfiguration, IsOffWhereNoneIsGiven) {
    EXPECT_EQ(*parse_logging_configuration(nullptr),
              R"({"level":"OFF","includeExecutionData":false})");
    EXPECT_EQ(*logging("{}"), R"({"level":"OFF","includeExecutionData":false})");
}

TEST(LoggingConfiguration, KeepsAnEmptyListOfDestinations) {
    EXPECT_EQ(*logging(R"({"destinations":[]})"),
              R"({"level":"OFF","includeExecutionData":false,"destinations":[]})");
}

TEST(LoggingConfiguration, IsKeptWithItsDestination) {
    EXPECT_EQ(*logging(R"({"destinations":[)" + kGroup +
                       R"(],"level":"ALL","includeExecutionData":true})"),
              R"({"level":"ALL","includeExecutionData":true,"destinations":[)" + kGroup + "]}");
}

TEST(LoggingConfiguration, NeedsExactlyOneDestination) {
    for (const std::string& text :
         {std::string(R"({"level":"ALL"})"), std::string(R"({"level":"FATAL"})"),
          std::string(R"({"level":"ERROR","destinations":[]})"),
          R"({"level":"OFF","destinations":[)" + kGroup + "," + kGroup + "]}"}) {
        const auto parsed = logging(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(row_of(parsed.error().kind).type, "InvalidLoggingConfiguration");
        EXPECT_EQ(parsed.error().message,
                  "Invalid Logging Configuration: Must specify exactly one Log Destination.");
    }
}

TEST(LoggingConfiguration, NeedsALogGroupWithItsQualifier) {
    const auto with = [](std::string_view arn) {
        return logging(
            R"({"level":"ALL","destinations":[{"cloudWatchLogsLogGroup":{"logGroupArn":")" +
            std::string(arn) + R"("}}]})");
    };
    EXPECT_EQ(with("arn:aws:logs:us-east-1:1:log-group:g").error().message,
              "Invalid Logging Configuration: Log Group ARN must be provided with '*' qualifier.");
    for (const char* no_group : {"arn:aws:s3:::bucket", "g"}) {
        EXPECT_EQ(
            with(no_group).error().message,
            "Invalid Logging Configuration: Provided ARN is not CloudWatch Logs Log Group ARN.");
    }
    EXPECT_EQ(logging(R"({"level":"ALL","destinations":[{}]})").error().message,
              "Invalid Logging Configuration: Must set valid CloudWatch Log Group ARN.");
}

TEST(TracingConfiguration, IsOffUnlessEnabled) {
    const Json on = json(R"({"enabled":true})");
    const Json empty = json("{}");
    EXPECT_EQ(parse_tracing_configuration(&on), R"({"enabled":true})");
    EXPECT_EQ(parse_tracing_configuration(&empty), R"({"enabled":false})");
    EXPECT_EQ(parse_tracing_configuration(nullptr), R"({"enabled":false})");
}

Checked<std::string> encryption(std::string_view text) {
    const Json given = json(text);
    return parse_encryption_configuration(&given);
}

TEST(EncryptionConfiguration, IsKeptAsGiven) {
    EXPECT_EQ(*parse_encryption_configuration(nullptr), "");
    EXPECT_EQ(*encryption(R"({"type":"AWS_OWNED_KEY"})"), R"({"type":"AWS_OWNED_KEY"})");
    EXPECT_EQ(
        *encryption(
            R"({"type":"CUSTOMER_MANAGED_KMS_KEY","kmsKeyId":"k","kmsDataKeyReusePeriodSeconds":60})"),
        R"({"kmsKeyId":"k","kmsDataKeyReusePeriodSeconds":60,"type":"CUSTOMER_MANAGED_KMS_KEY"})");
}

TEST(EncryptionConfiguration, MustFitItsType) {
    const std::pair<const char*, const char*> refused[] = {
        {R"({"type":"CUSTOMER_MANAGED_KMS_KEY"})", "Must set a valid kmsKeyId."},
        {R"({"type":"AWS_OWNED_KEY","kmsKeyId":"k"})",
         "Custom kmsKeyId is not allowed when selecting AWS_OWNED_KEY."},
        {R"({"type":"AWS_OWNED_KEY","kmsDataKeyReusePeriodSeconds":60})",
         "Custom kmsDataKeyReusePeriodSeconds is not allowed when selecting AWS_OWNED_KEY."}};
    for (const auto& [text, why] : refused) {
        const auto parsed = encryption(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(row_of(parsed.error().kind).type, "InvalidEncryptionConfiguration");
        EXPECT_EQ(parsed.error().message, std::string("Invalid Encryption Configuration: ") + why);
    }
}

TEST(Tags, AreKeptInTheirOrder) {
    const Json given = json(R"([{"key":"b","value":"1"},{"key":"a","value":""},{"key":"ä/c"}])");
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(*parse_tags(&given), (Pairs{{"b", "1"}, {"a", ""}, {"ä/c", ""}}));
    EXPECT_EQ(*parse_tags(nullptr), Pairs{});
}

TEST(Tags, OfOneKeyHaveTheLastValue) {
    const Json given = json(R"([{"key":"k","value":"1"},{"key":"l"},{"key":"k","value":"2"}])");
    EXPECT_EQ(*parse_tags(&given), (Tags{{"k", "2"}, {"l", ""}}));
}

TEST(Tags, AreAtMostFifty) {
    Json given = Json::array();
    for (std::size_t i = 0; i < kMaxTags; ++i)
        given.push_back(json(R"({"key":"k)" + std::to_string(i) + "\"}"));
    EXPECT_TRUE(parse_tags(&given));
    given.push_back(json(R"({"key":"one too many"})"));
    EXPECT_EQ(row_of(parse_tags(&given).error().kind).type, "TooManyTags");
}

TEST(Tags, WithUnfitKeysAreRefused) {
    for (const char* text : {R"([{"value":"v"}])", R"([{"key":"aws:k"}])", R"([{"key":"k!"}])",
                             R"([{"key":"k","value":"{}"}])"}) {
        const Json given = json(text);
        const auto parsed = parse_tags(&given);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(row_of(parsed.error().kind).type, "ValidationException");
    }
}

}  // namespace
}  // namespace stepwell::api
