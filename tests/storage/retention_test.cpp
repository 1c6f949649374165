#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "storage/memory_store.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/storage/records.hpp"

/// --keep-executions: what is over for long enough goes by itself, and nothing else.
namespace stepwell::storage_test {
namespace {

enum class Kind { sqlite, memory };

class KeepingExecutions : public testing::TestWithParam<Kind> {
protected:
    Folder folder;
    std::atomic<std::int64_t> now{0};  // seconds of records.hpp

    std::unique_ptr<Store> open(KeepExecutions keep) {
        keep.now = [this] { return at(now); };
        SqliteOptions options;
        options.keep = std::move(keep);
        options.writer.tidy_every = 1ms;
        return open_store(GetParam() == Kind::memory ? ":memory:" : (folder / "data.db").string(),
                          std::move(options));
    }
    static KeepExecutions newest(std::uint64_t count) {
        KeepExecutions keep;
        keep.newest = count;
        return keep;
    }
    static KeepExecutions younger_than(Milliseconds age) {
        KeepExecutions keep;
        keep.age = age;
        return keep;
    }
    /// Started at its key, over `seconds` later.
    static void start_and_end(Store& store, ExecutionKey key, std::int64_t seconds = 1) {
        ASSERT_EQ(start(store, execution(key, "e" + std::to_string(key))).outcome,
                  Outcome::committed);
        ASSERT_EQ(append(store, key, 1, row(2, 1, 2, 1), succeeds(2, 2, "{}", at(key + seconds))),
                  Outcome::committed);
    }
    static std::size_t listed(const Store& store) {
        return store.list_executions(kMachine, {}, 0, 1000).executions.size();
    }
};

TEST_P(KeepingExecutions, RemovesAllButTheNewestThatAreOver) {
    const auto store = open(newest(3));
    create(*store, machine());
    start(*store, execution(1, "runs"));
    for (ExecutionKey key = 2; key <= 40; ++key) start_and_end(*store, key);
    ASSERT_TRUE(eventually([&] { return listed(*store) == 4; }));
    EXPECT_TRUE(store->find_execution(1));
    for (ExecutionKey key = 38; key <= 40; ++key) EXPECT_TRUE(store->find_execution(key));
    EXPECT_FALSE(store->find_execution(execution_arn_of("e37")));
    EXPECT_TRUE(store->read_journal(37, 1, 10, 1000).empty());
    // The name is free again.
    EXPECT_EQ(start(*store, execution(50, "e2")).outcome, Outcome::committed);
    EXPECT_EQ(store->find_execution(execution_arn_of("e2"))->key, 50);
}

TEST_P(KeepingExecutions, CountsThoseThatEndedLastNotThoseThatStartedLast) {
    const auto store = open(newest(1));
    create(*store, machine());
    start(*store, execution(1, "slow"));
    start_and_end(*store, 2);
    append(*store, 1, 1, row(2, 1, 2, 1), succeeds(2, 2, "{}", at(100)));
    ASSERT_TRUE(eventually([&] { return listed(*store) == 1; }));
    EXPECT_TRUE(store->find_execution(1));
}

TEST_P(KeepingExecutions, RemovesWhatEndedTooLongAgoThoughNobodyWrites) {
    now = 100;
    const auto store = open(younger_than(60s));
    create(*store, machine());
    start(*store, execution(1, "runs"));
    for (ExecutionKey key = 50; key < 60; ++key) start_and_end(*store, key);
    EXPECT_EQ(listed(*store), 11U);
    now = 114;  // 50 … 53 ended at 51 … 54
    ASSERT_TRUE(eventually([&] { return listed(*store) == 7; }));
    now = 10'000;
    ASSERT_TRUE(eventually([&] { return listed(*store) == 1; }));
    EXPECT_TRUE(store->find_execution(1));
}

TEST_P(KeepingExecutions, KeepsEverythingUnlessAsked) {
    const auto store = open({});
    create(*store, machine());
    for (ExecutionKey key = 1; key <= 20; ++key) start_and_end(*store, key);
    now = 1'000'000'000;
    EXPECT_EQ(forget(*store, 999), Outcome::not_found);
    EXPECT_EQ(listed(*store), 20U);
}

TEST_P(KeepingExecutions, AnExecutionThatWasOpenedAgainIsNotOver) {
    const auto store = open(newest(0));
    create(*store, machine());
    // Redriven in the same group in which it failed, or it would be gone.
    start(*store, execution(1, "a"));
    Waited<Outcome> ended;
    Waited<Outcome> opened;
    store->append(1, 1, row(2, 1, 2, 1), succeeds(2, 2), ended.callback());
    store->append(1, 2, row(3, 1, 3, 1), goes_on(3, 3), opened.callback());
    if (ended.get() == Outcome::committed && opened.get() == Outcome::committed) {
        forget(*store, 999);
        EXPECT_EQ(store->find_execution(1)->status, ExecutionStatus::running);
    }
    start_and_end(*store, 2);
    EXPECT_TRUE(eventually([&] { return !store->find_execution(2); }));
}

TEST_P(KeepingExecutions, AnExecutionStaysUntilItsMapRunIsOver) {
    const auto store = open(newest(0));
    create(*store, machine());
    MapRunRecord run;
    run.key = 5;
    run.arn = "arn:aws:states:us-east-1:123456789012:mapRun:order/L:1";
    run.label = "L";
    run.start_date = at(1);
    run.plan = "{}";
    auto begun = std::make_shared<MapRunChanges>();
    begun->begun.push_back(run);
    JournalRow first = row(1, 1, 1, 1);
    first.map_runs = std::move(begun);
    start(*store, execution(1, "parent"), std::move(first));
    ExecutionRecord child = execution(2, "child");
    child.arn = "arn:aws:states:us-east-1:123456789012:execution:order/L:child";
    child.map_run = 5;
    child.item_count = 1;
    child.wake_at = TimePoint{};
    child.last_sequence = 0;
    child.last_event = 0;
    ChildrenStart children;
    children.run = 5;
    children.children.push_back(child);
    Waited<Outcome> started;
    store->start_children(std::move(children), started.callback());
    ASSERT_EQ(started.get(), Outcome::committed);
    ASSERT_EQ(append(*store, 1, 1, row(2, 1, 2, 1), succeeds(2, 2)), Outcome::committed);
    forget(*store, 999);  // the writer had time for it
    EXPECT_EQ(append(*store, 2, 0, row(1, 1, 1, 1), succeeds(1, 1)), Outcome::committed);
    EXPECT_TRUE(store->find_execution(1));
    MapRunEnd end;
    end.stop_date = at(3);
    Waited<Outcome> ended;
    store->end_map_run(5, std::move(end), ended.callback());
    EXPECT_EQ(ended.get(), Outcome::committed);
    EXPECT_TRUE(eventually([&] { return !store->find_execution(1); }));
    EXPECT_FALSE(store->find_execution(2));
}

INSTANTIATE_TEST_SUITE_P(Stores, KeepingExecutions, testing::Values(Kind::sqlite, Kind::memory),
                         [](const auto& tested) {
                             return tested.param == Kind::sqlite ? "Sqlite" : "Memory";
                         });

class RetentionOfAFile : public KeepingExecutions {};

TEST_P(RetentionOfAFile, TakesUpWhatWasStoredWithoutIt) {
    {
        const auto store = open({});
        create(*store, machine());
        for (ExecutionKey key = 1; key <= 30; ++key) start_and_end(*store, key);
    }
    {
        const auto store = open(newest(5));
        ASSERT_TRUE(eventually([&] { return listed(*store) == 5; }));
    }
    // Without it again nothing goes any more.
    const auto store = open({});
    start_and_end(*store, 31);
    EXPECT_EQ(listed(*store), 6U);
}

TEST_P(RetentionOfAFile, RemovesLongJournalsInBitesAndGivesTheSpaceBack) {
    const auto path = folder / "data.db";
    constexpr Sequence kRows = 600;
    {
        const auto store = open({});
        create(*store, machine());
        for (ExecutionKey key = 1; key <= 8; ++key) {
            start(*store, execution(key, "e" + std::to_string(key)));
            for (Sequence last = 1; last < kRows; ++last) {
                store->append(key, last, row(last + 1, 1, last + 1, 1, std::string(4000, 'x')),
                              goes_on(last + 1, last + 1), [](Outcome) {});
            }
            append(*store, key, kRows, row(kRows + 1, 1, kRows + 1, 1), succeeds(kRows + 1, 2));
        }
    }
    const auto before = std::filesystem::file_size(path);
    ASSERT_GT(before, 8U * kRows * 4000);
    {
        const auto store = open(newest(1));
        ASSERT_TRUE(eventually([&] { return listed(*store) == 1; }));
        EXPECT_TRUE(eventually([&] { return std::filesystem::file_size(path) < before / 2; }));
        EXPECT_EQ(store->read_history(8, 1, false, 1000, 1 << 30).size(), kRows + 1);
    }
}

INSTANTIATE_TEST_SUITE_P(, RetentionOfAFile, testing::Values(Kind::sqlite),
                         [](const auto&) { return "Sqlite"; });

}  // namespace
}  // namespace stepwell::storage_test
