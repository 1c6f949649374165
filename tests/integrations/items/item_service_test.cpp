#include "integrations/items/item_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "tests/integrations/items/temporary_buckets.hpp"

namespace stepwell::items {
namespace {

std::optional<std::string> no_parquet(const std::string&, const std::string&) { return ""; }

ItemRead read_of(const char* key) {
    ItemRead read;
    read.reader = json(
        R"({"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSONL"},"Parameters":{"Bucket":"data"}})");
    read.reader["Parameters"]["Key"] = key;
    return read;
}

template <class Service>
Evaluated<ItemPage> wait_for(Service& service, ItemRead read) {
    std::promise<Evaluated<ItemPage>> answer;
    service.read(std::move(read),
                 [&](Evaluated<ItemPage> page) { answer.set_value(std::move(page)); });
    return answer.get_future().get();
}

TEST(ItemService, ReadsOnThreadsOfItsOwn) {
    TemporaryBuckets buckets;
    buckets.write("data/f", "1\n2\n");
    ItemService service(std::make_shared<FolderStore>(buckets.path()), no_parquet);
    const auto page = wait_for(service, read_of("f"));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->items.size(), 2U);
}

TEST(ItemService, AnswersManyAtOnce) {
    TemporaryBuckets buckets;
    for (int i = 0; i < 50; ++i) buckets.write("data/" + std::to_string(i), std::to_string(i));
    ItemService service(std::make_shared<FolderStore>(buckets.path()), no_parquet);
    std::vector<std::promise<std::string>> answers(50);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        service.read(read_of(std::to_string(i).c_str()), [&answers, i](Evaluated<ItemPage> page) {
            answers[i].set_value(page ? page->items.front().text() : page.error().cause);
        });
    }
    for (std::size_t i = 0; i < answers.size(); ++i)
        EXPECT_EQ(answers[i].get_future().get(), std::to_string(i));
}

TEST(ItemService, SaysHowToGiveAStore) {
    ItemService service(nullptr, no_parquet);
    const auto page = wait_for(service, read_of("f"));
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().error, "States.ItemReaderFailed");
    EXPECT_THAT(page.error().cause, testing::HasSubstr("--s3-folder DIR"));
}

TEST(ItemService, FailsTheWriteWhereTheResultsCannotBeRead) {
    TemporaryBuckets buckets;
    buckets.write("data/f", "");
    ItemService service(std::make_shared<FolderStore>(buckets.path()), no_parquet);
    ResultWrite write;
    write.writer = json(R"({"Parameters":{"Bucket":"data"}})");
    write.children = [](auto...) -> std::vector<ChildResult> {
        throw std::runtime_error("disk on fire");
    };
    std::promise<Evaluated<Json>> answer;
    service.write(std::move(write),
                  [&](Evaluated<Json> details) { answer.set_value(std::move(details)); });
    const auto details = answer.get_future().get();
    ASSERT_FALSE(details);
    EXPECT_EQ(details.error().error, "States.ResultWriterFailed");
    EXPECT_EQ(details.error().cause, "disk on fire");
}

TEST(ItemService, EndsWhileCallsWait) {
    TemporaryBuckets buckets;
    buckets.write("data/f", "1\n");
    for (int round = 0; round < 20; ++round) {
        ItemService service(std::make_shared<FolderStore>(buckets.path()), no_parquet);
        for (int i = 0; i < 20; ++i) service.read(read_of("f"), [](Evaluated<ItemPage>) {});
    }
}

}  // namespace
}  // namespace stepwell::items
