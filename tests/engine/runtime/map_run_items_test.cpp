#include "engine/runtime/map_run_items.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

// Where a restart goes on, whatever has been started of what was read.
namespace stepwell {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

MapRunPlan of_a_reader(std::int64_t max_items = 0) {
    MapRunPlan plan;
    plan.reader = Payload();
    plan.max_items = max_items;
    return plan;
}
MapRunPlan of_an_array(const std::string& items) {
    MapRunPlan plan;
    plan.items = Payload::from_text(items);
    return plan;
}
ItemPage page(std::vector<int> values, std::string next, bool end = false) {
    ItemPage out;
    for (const int value : values) out.items.push_back(Payload(Json(value)));
    out.cursor = std::move(next);
    out.end = end;
    out.source = "S3://b/k";
    return out;
}
std::vector<std::string> in_hand(const MapRunItems& items) {
    std::vector<std::string> texts;
    for (const auto& item : items.in_hand()) texts.push_back(item.value.text());
    return texts;
}
/// What a restart finds after `count` in hand have been started.
MapRunProgress started(const MapRunItems& items, std::size_t count) {
    MapRunProgress progress;
    const auto place = items.place_after(count);
    progress.cursor = place.cursor;
    progress.skip = place.skip;
    progress.read_to_end = items.at_end();
    progress.items_known = items.known();
    progress.items.succeeded = items.started() + std::int64_t(count);
    return progress;
}

TEST(MapRunItems, OfAnArrayAreTakenWithoutAReader) {
    const MapRunPlan plan = of_an_array("[1,2,3]");
    MapRunItems items(plan, {});
    EXPECT_TRUE(items.is_inline());
    EXPECT_TRUE(items.wants_page(1));
    items.take_inline();
    EXPECT_THAT(in_hand(items), ElementsAre("1", "2", "3"));
    EXPECT_TRUE(items.at_end());
    EXPECT_EQ(items.source_of(items.in_hand()[0]), "STATE_DATA");

    MapRunItems again(plan, started(items, 2));
    again.take_inline();
    EXPECT_THAT(in_hand(again), ElementsAre("3"));
    EXPECT_EQ(again.started(), 2);
    EXPECT_EQ(again.known(), 3);
}

TEST(MapRunItems, OfNoneAreAtTheirEnd) {
    const MapRunPlan plan = of_an_array("[]");
    const MapRunItems items(plan, {});
    EXPECT_TRUE(items.at_end());
    EXPECT_FALSE(items.wants_page(1));
}

TEST(MapRunItems, GoOnFromThePageAsItSaysItBegins) {
    const MapRunPlan plan = of_a_reader();
    MapRunItems items(plan, {});
    ItemPage first = page({0, 1, 2}, "a");
    first.begin = "begin, of version 1";
    items.add_page(std::move(first));
    EXPECT_EQ(items.place_after(0).cursor, "begin, of version 1");
    EXPECT_EQ(items.place_after(2).cursor, "begin, of version 1");
    EXPECT_EQ(items.place_after(2).skip, 2);
    EXPECT_EQ(items.place_after(3).cursor, "a");
}

TEST(MapRunItems, GoOnWithinAPage) {
    const MapRunPlan plan = of_a_reader();
    MapRunItems items(plan, {});
    EXPECT_EQ(items.next_cursor(), "");
    items.add_page(page({0, 1, 2}, "a"));
    items.add_page(page({3, 4}, "b"));
    items.consume(1);
    EXPECT_EQ(items.known(), 5);

    // Two more: the third of the first page is next.
    MapRunItems again(plan, started(items, 1));
    EXPECT_EQ(again.next_cursor(), "");
    again.add_page(page({0, 1, 2}, "a"));
    EXPECT_THAT(in_hand(again), ElementsAre("2"));
    EXPECT_EQ(again.started(), 2);

    // Three more: the second of the second page is.
    MapRunItems later(plan, started(items, 3));
    EXPECT_EQ(later.next_cursor(), "a");
    later.add_page(page({3, 4}, "b"));
    EXPECT_THAT(in_hand(later), ElementsAre("4"));
}

TEST(MapRunItems, GoOnWithTheNextPage) {
    const MapRunPlan plan = of_a_reader();
    MapRunItems items(plan, {});
    items.add_page(page({0, 1}, "a"));
    const MapRunItems again(plan, started(items, 2));
    EXPECT_EQ(again.next_cursor(), "a");
    EXPECT_FALSE(again.at_end());
}

TEST(MapRunItems, PassOverEmptyPages) {
    const MapRunPlan plan = of_a_reader();
    MapRunItems items(plan, {});
    items.add_page(page({}, "a"));
    items.add_page(page({}, "b"));
    items.add_page(page({7}, "c"));
    EXPECT_EQ(items.place_after(0).cursor, "b");
    items.consume(1);
    EXPECT_THAT(in_hand(items), IsEmpty());
    EXPECT_EQ(items.place_after(0).cursor, "c");
}

TEST(MapRunItems, ThatWereAllStartedAreNotReadAgain) {
    const MapRunPlan plan = of_a_reader();
    MapRunItems items(plan, {});
    items.add_page(page({0, 1}, "", true));
    EXPECT_TRUE(MapRunItems(plan, started(items, 2)).at_end());
    const MapRunItems with_one_left(plan, started(items, 1));
    EXPECT_FALSE(with_one_left.at_end());
    EXPECT_TRUE(with_one_left.wants_page(1));
}

TEST(MapRunItems, EndAtMaxItems) {
    const MapRunPlan plan = of_a_reader(3);
    MapRunItems items(plan, {});
    items.add_page(page({0, 1}, "a"));
    EXPECT_FALSE(items.at_end());
    items.add_page(page({2, 3}, "b"));
    EXPECT_TRUE(items.at_end());
    EXPECT_THAT(in_hand(items), ElementsAre("0", "1", "2"));
    EXPECT_EQ(items.known(), 3);

    MapRunItems again(plan, started(items, 2));
    EXPECT_FALSE(again.at_end());
    again.add_page(page({2, 3}, "b"));
    EXPECT_THAT(in_hand(again), ElementsAre("2"));
    EXPECT_TRUE(again.at_end());
}

}  // namespace
}  // namespace stepwell
