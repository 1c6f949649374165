#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/items.hpp"

// Developer Guide, "ResultWriter (Map)", Transformation.
namespace stepwell {
namespace {

std::vector<std::string> texts(const ChildResult& child, Transformation transformation) {
    std::vector<std::string> texts;
    for (const Json& value : transformed(child, transformation)) texts.push_back(write_json(value));
    return texts;
}

ChildResult with_output(const char* output) {
    ChildResult child;
    child.output = output;
    return child;
}

TEST(Transformed, IsTheOutputWhenCompact) {
    EXPECT_THAT(texts(with_output("[1, 2]"), Transformation::compact),
                testing::ElementsAre("[1,2]"));
}

TEST(Transformed, IsTheElementsWhenFlat) {
    EXPECT_THAT(texts(with_output("[1, [2]]"), Transformation::flatten),
                testing::ElementsAre("1", "[2]"));
    EXPECT_THAT(texts(with_output("[]"), Transformation::flatten), testing::IsEmpty());
    EXPECT_THAT(texts(with_output("\"x\""), Transformation::flatten),
                testing::ElementsAre("\"x\""));
}

TEST(Transformed, IsTheRecordOfAChildThatFailed) {
    ChildResult child;
    child.status = ExecutionStatus::aborted;
    for (const auto each : {Transformation::none, Transformation::compact, Transformation::flatten})
        EXPECT_EQ(transformed(child, each).front().value("Status", ""), "ABORTED");
}

TEST(Transformation, HasAwsNames) {
    EXPECT_EQ(transformation_of("NONE"), Transformation::none);
    EXPECT_EQ(transformation_of("COMPACT"), Transformation::compact);
    EXPECT_EQ(transformation_of("FLATTEN"), Transformation::flatten);
    EXPECT_EQ(transformation_of("flatten"), std::nullopt);
}

}  // namespace
}  // namespace stepwell
