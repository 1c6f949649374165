#include "engine/base/json_object.hpp"

#include <gtest/gtest.h>

#include <string>

#include "engine/base/json.hpp"

namespace stepwell {
namespace {

std::string name(int i) { return "key" + std::to_string(i); }

/// Keys on both sides of the size from which a table is kept.
class JsonObjectOfSize : public testing::TestWithParam<int> {};

TEST_P(JsonObjectOfSize, FindsEveryKeyAndNoOther) {
    Json::object_t object;
    for (int i = 0; i < GetParam(); ++i) object.emplace(name(i), i);
    EXPECT_EQ(object.size(), static_cast<std::size_t>(GetParam()));
    for (int i = 0; i < GetParam(); ++i) {
        ASSERT_NE(object.find(name(i)), object.end()) << i;
        EXPECT_EQ(object.at(name(i)), Json(i));
    }
    EXPECT_EQ(object.find(name(GetParam())), object.end());
    EXPECT_EQ(object.count("absent"), 0U);
}

TEST_P(JsonObjectOfSize, KeepsTheOrderOfInsertion) {
    Json::object_t object;
    for (int i = GetParam(); i > 0; --i) object[name(i)] = i;
    int expected = GetParam();
    for (const auto& [key, value] : object) {
        EXPECT_EQ(key, name(expected));
        EXPECT_EQ(value, Json(expected));
        --expected;
    }
    EXPECT_EQ(expected, 0);
}

TEST_P(JsonObjectOfSize, FindsTheRestAfterErasure) {
    Json::object_t object;
    for (int i = 0; i < GetParam(); ++i) object.emplace(name(i), i);
    for (int i = 0; i < GetParam(); i += 2) EXPECT_EQ(object.erase(name(i)), 1U);
    for (int i = 0; i < GetParam(); ++i)
        EXPECT_EQ(object.count(name(i)), i % 2 == 0 ? 0U : 1U) << i;
    EXPECT_EQ(object.erase("absent"), 0U);
}

INSTANTIATE_TEST_SUITE_P(Sizes, JsonObjectOfSize, testing::Values(0, 1, 8, 9, 10, 33, 5000));

TEST(JsonObject, EmplaceLeavesAnExistingMemberAlone) {
    Json::object_t object;
    EXPECT_TRUE(object.emplace("a", 1).second);
    EXPECT_FALSE(object.emplace("a", 2).second);
    EXPECT_EQ(object.at("a"), Json(1));
}

TEST(JsonObject, AssignmentByKeyReplacesInPlace) {
    Json object = Json::object();
    object["a"] = 1;
    object["b"] = 2;
    object["a"] = 3;
    EXPECT_EQ(write_json(object), R"({"a":3,"b":2})");
}

TEST(JsonObject, EqualityIgnoresTheOrderOfMembers) {
    EXPECT_EQ(json(R"({"a":1,"b":{"c":2,"d":3}})"), json(R"({"b":{"d":3,"c":2},"a":1})"));
    EXPECT_NE(json(R"({"a":1})"), json(R"({"a":1,"b":2})"));
    EXPECT_NE(json(R"({"a":1,"b":2})"), json(R"({"a":1,"c":2})"));
    EXPECT_NE(json(R"({"a":1})"), json(R"({"a":2})"));
}

TEST(JsonObject, ClearForgetsItsTable) {
    Json::object_t object;
    for (int i = 0; i < 20; ++i) object.emplace(name(i), i);
    object.clear();
    EXPECT_TRUE(object.empty());
    EXPECT_EQ(object.find(name(3)), object.end());
    object.emplace(name(3), true);
    EXPECT_EQ(object.at(name(3)), Json(true));
}

TEST(JsonObject, AtThrowsForAKeyThatIsNotThere) {
    EXPECT_THROW(Json::object_t().at("a"), std::out_of_range);
}

}  // namespace
}  // namespace stepwell
