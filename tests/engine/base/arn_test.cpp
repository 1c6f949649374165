#include "engine/base/arn.hpp"

#include <gtest/gtest.h>

namespace stepwell {
namespace {

TEST(Arn, KeepsColonsAndSlashesOfTheResource) {
    const auto arn =
        Arn::parse("arn:aws-cn:states:cn-north-1:123456789012:execution:SM/LABEL:NAME");
    ASSERT_TRUE(arn);
    EXPECT_EQ(arn->partition, "aws-cn");
    EXPECT_EQ(arn->service, "states");
    EXPECT_EQ(arn->region, "cn-north-1");
    EXPECT_EQ(arn->account, "123456789012");
    EXPECT_EQ(arn->resource, "execution:SM/LABEL:NAME");
}

TEST(Arn, IsWrittenAsItWasRead) {
    for (const char* text :
         {"arn:aws:states:::lambda:invoke", "arn:aws:s3:::bucket/key", "arn:aws:x:::"}) {
        const auto arn = Arn::parse(text);
        ASSERT_TRUE(arn) << text;
        EXPECT_EQ(arn->text(), text);
    }
}

TEST(Arn, RefusesWhatHasFewerThanSixPartsOrAnotherPrefix) {
    for (const char* text : {"", "arn", "arn:aws:states:us-east-1:1",
                             "not:aws:states:us-east-1:1:x", "ARN:a:b:c:d:e", "::::", "foo:bar"}) {
        EXPECT_FALSE(Arn::parse(text)) << text;
    }
}

TEST(Arn, OfAMachineAndItsExecutions) {
    const Owner owner{.account = "123456789012", .region = "eu-west-1", .partition = "aws"};
    const std::string machine = state_machine_arn(owner, "M");
    EXPECT_EQ(machine, "arn:aws:states:eu-west-1:123456789012:stateMachine:M");
    const auto arn = Arn::parse(machine);
    ASSERT_TRUE(arn);
    EXPECT_EQ(execution_arn(*arn, "M", "run"),
              "arn:aws:states:eu-west-1:123456789012:execution:M:run");
    EXPECT_EQ(express_execution_arn(*arn, "M", "run", "u-1"),
              "arn:aws:states:eu-west-1:123456789012:express:M:run:u-1");
}

}  // namespace
}  // namespace stepwell
