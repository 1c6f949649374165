#include "integrations/items/json_elements.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepwell::items {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> pointer(std::string_view text) { return *parse_json_pointer(text); }

/// The elements of the array, or what is wrong.
std::vector<std::string> elements_of(std::string_view text, std::string_view where = "") {
    const auto start = find_json_array(text, pointer(where), Rest::none);
    if (!start) return {"error: " + start.error().message};
    std::vector<std::string> elements;
    if ((*start)->empty) return elements;
    text.remove_prefix((*start)->offset);
    for (;;) {
        const auto element = cut_json_element(text, Rest::none);
        if (!element) {
            elements.push_back("error: " + element.error().message);
            return elements;
        }
        elements.emplace_back((*element)->text);
        text.remove_prefix((*element)->bytes);
        if ((*element)->last_one) return elements;
    }
}

TEST(JsonElements, AreCutOneByOne) {
    EXPECT_THAT(elements_of(R"([1,"a,]",{"b":[2,{}]}, [3] ,null])"),
                ElementsAre("1", R"("a,]")", R"({"b":[2,{}]})", "[3]", "null"));
    EXPECT_THAT(elements_of(" \n[ ]"), IsEmpty());
    EXPECT_THAT(elements_of(R"(["\\","\""])"), ElementsAre(R"("\\")", R"("\"")"));
    EXPECT_THAT(elements_of("\xEF\xBB\xBF[1]"), ElementsAre("1"));
}

// Developer Guide, "ItemReader (Map)", ItemsPointer.
TEST(JsonElements, AreFoundByPointer) {
    const std::string_view text = R"({"x":[0],"a":{"b/c":[1,2],"":{"~":[3]}},"l":[[4],[5]]})";
    EXPECT_THAT(elements_of(text, "/x"), ElementsAre("0"));
    EXPECT_THAT(elements_of(text, "/a/b~1c"), ElementsAre("1", "2"));
    EXPECT_THAT(elements_of(text, "/a//~0"), ElementsAre("3"));
    EXPECT_THAT(elements_of(text, "/l/1"), ElementsAre("5"));
    EXPECT_THAT(elements_of(R"({"a":1})", "/b").front(), testing::StartsWith("error: Attempting"));
    EXPECT_THAT(elements_of(text, "/l/2").front(), testing::StartsWith("error: Attempting"));
    EXPECT_THAT(elements_of(text, "/l/01").front(), testing::StartsWith("error: Attempting"));
}

TEST(JsonElements, AreOfAnArrayOnly) {
    // OBSERVED, in a recorded case.
    for (const char* text : {R"({"Hello":"world"})", "1", R"("a")", "null"}) {
        EXPECT_THAT(elements_of(text),
                    ElementsAre("error: Attempting to map over non-iterable node."));
    }
}

TEST(JsonElements, SayWhatIsNoJson) {
    EXPECT_THAT(elements_of(""), ElementsAre("error: ends in the middle of a value"));
    EXPECT_THAT(elements_of("[1"), ElementsAre("error: ends in the middle of a value"));
    EXPECT_THAT(elements_of("[1 2]"), ElementsAre("error: has a '2' where ',' or ']' is expected"));
    EXPECT_THAT(elements_of("[1,]"),
                ElementsAre("1", "error: has a ']' where a value is expected"));
    EXPECT_THAT(elements_of("[" + std::string(600, '[')),
                ElementsAre("error: is nested too deeply"));
}

TEST(JsonElements, AreTheSameHoweverTheTextIsCut) {
    const std::string text = R"( {"k\"":"[","a":[{"b":"]\\"}, 12.5 ,"x,\"y"] } )";
    const auto where = pointer("/a");
    const auto whole = find_json_array(text, where, Rest::none);
    ASSERT_TRUE(whole && *whole);
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        const auto start =
            find_json_array(std::string_view(text).substr(0, cut), where, Rest::more);
        ASSERT_TRUE(start) << cut;
        if (*start) {
            EXPECT_EQ((*start)->offset, (*whole)->offset) << cut;
        }
    }
    const std::string_view array = std::string_view(text).substr((*whole)->offset);
    for (std::size_t cut = 0; cut < array.size(); ++cut) {
        const auto element = cut_json_element(array.substr(0, cut), Rest::more);
        ASSERT_TRUE(element) << cut;
        if (*element) {
            EXPECT_EQ((*element)->text, R"({"b":"]\\"})") << cut;
        }
    }
}

TEST(JsonPointer, IsRefusedWhereItIsNone) {
    EXPECT_FALSE(parse_json_pointer("a"));
    EXPECT_FALSE(parse_json_pointer("/a~"));
    EXPECT_FALSE(parse_json_pointer("/a~2"));
    EXPECT_THAT(pointer("/"), ElementsAre(""));
}

TEST(TextLines, EndAtLineFeeds) {
    EXPECT_EQ(cut_line("a\r\nb", Rest::more)->text, "a");
    EXPECT_EQ(cut_line("a\r\nb", Rest::more)->bytes, 3U);
    EXPECT_FALSE(cut_line("b", Rest::more));
    EXPECT_EQ(cut_line("b", Rest::none)->text, "b");
    EXPECT_FALSE(cut_line("", Rest::none));
}

}  // namespace
}  // namespace stepwell::items
