#include "engine/asl/text_positions.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace stepwell::asl {

void PrintTo(const TextPosition& position, std::ostream* out) {
    *out << position.line << ":" << position.column;
}

namespace {

constexpr const char* kText = R"({
  "StartAt": "Größe",
  "States": {
    "Größe": {"Type": "Choice", "Choices": [{"Next": "x"},
      {"Next": "y"}], "a/b": [1, {"Q\"": true}], "": {"": 5}}
  }
})";

struct PlaceCase {
    const char* name;
    const char* location;
    TextPosition want;
};
class FindLocation : public testing::TestWithParam<PlaceCase> {};

TEST_P(FindLocation, IsWhereTheKeyStands) {
    EXPECT_EQ(find_location(place_json(kText), GetParam().location), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Places, FindLocation,
    testing::Values(PlaceCase{"Top", "/", {1, 1}}, PlaceCase{"None", "", {1, 1}},
                    PlaceCase{"Member", "/StartAt", {2, 3}},
                    PlaceCase{"Nested", "/States/Größe", {4, 5}},
                    PlaceCase{"ColumnsAreCharacters", "/States/Größe/Type", {4, 15}},
                    PlaceCase{"Element", "/States/Größe/Choices[1]", {5, 7}},
                    PlaceCase{"BelowAnElement", "/States/Größe/Choices[1]/Next", {5, 8}},
                    PlaceCase{"WhatIsMissingIsItsParent", "/States/Größe/Default", {4, 5}},
                    PlaceCase{"AnIndexTooFar", "/States/Größe/Choices[2]/Next", {4, 33}},
                    PlaceCase{"ASlashInAKey", "/States/Größe/a/b[1]/Q\"", {5, 35}},
                    PlaceCase{"EmptyKeys", "/States/Größe//", {5, 55}},
                    PlaceCase{"TheParsersOwn",
                              "[Source: (String)\"; line: 9, column: 9\"; line: 12, column: 34]",
                              {12, 34}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PlaceJson, SurvivesWhatIsNotJson) {
    for (const char* text : {"", " ", "{", "[", "{\"a", "{\"a\":", "[1,,", "{]}", "\"\\", "}{",
                             "[[[[1", "{\"a\":[}"}) {
        const PlacedValue document = place_json(text);
        EXPECT_EQ(find_location(document, "/").line, 1U) << text;
    }
    const std::string deep(100'000, '[');
    EXPECT_EQ(find_location(place_json(deep), "/"), (TextPosition{1, 1}));
}

}  // namespace
}  // namespace stepwell::asl
