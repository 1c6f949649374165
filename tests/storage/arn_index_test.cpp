#include "storage/arn_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>

#include "engine/base/random.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/storage/faulty_vfs.hpp"
#include "tests/storage/records.hpp"

namespace stepwell::storage_test {
namespace {

using storage::ArnEntry;
using storage::RecentArns;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(RecentArns, FindsAllThatCollide) {
    RecentArns arns;
    EXPECT_THAT(arns.find(1), IsEmpty());
    arns.add({.hash = 7, .key = 1});
    arns.add({.hash = 7, .key = 2});
    arns.add({.hash = 7 + 1024, .key = 3});  // of the same home
    EXPECT_THAT(arns.find(7), UnorderedElementsAre(1, 2));
    EXPECT_THAT(arns.find(7 + 1024), ElementsAre(3));
    const ArnEntry gone[] = {{.hash = 7, .key = 1}, {.hash = 8, .key = 9}};
    arns.remove(gone);
    EXPECT_THAT(arns.find(7), ElementsAre(2));
    EXPECT_THAT(arns.find(7 + 1024), ElementsAre(3));
    EXPECT_EQ(arns.size(), 2U);
}

TEST(RecentArns, AreWhatAMapIs) {
    RecentArns arns;
    std::multimap<std::int64_t, ExecutionKey> expected;
    RandomBits random(1);
    for (ExecutionKey key = 1; key <= 20'000; ++key) {
        // Few enough homes that many stand behind each other, around the end of the table too.
        const auto hash = static_cast<std::int64_t>(random.next_below(3'000)) - 1'500;
        if (random.next_below(3) > 0) {
            arns.add({hash, key});
            expected.emplace(hash, key);
        } else if (const auto found = expected.find(hash); found != expected.end()) {
            const ArnEntry gone[] = {{found->first, found->second}};
            arns.remove(gone);
            expected.erase(found);
        }
    }
    ASSERT_EQ(arns.size(), expected.size());
    for (std::int64_t hash = -1'500; hash < 1'500; ++hash) {
        const auto [begin, end] = expected.equal_range(hash);
        std::vector<ExecutionKey> keys;
        std::transform(begin, end, std::back_inserter(keys), [](auto& e) { return e.second; });
        EXPECT_THAT(arns.find(hash), testing::UnorderedElementsAreArray(keys));
    }
    const auto sorted = arns.sorted();
    EXPECT_EQ(sorted.size(), expected.size());
    EXPECT_TRUE(std::is_sorted(sorted.begin(), sorted.end()));
}

/// A store that moves ARNs to the file sixteen at a time.
class ArnsOfAStore : public testing::Test {
protected:
    Folder folder;
    std::unique_ptr<SqliteStore> open(const char* vfs = "") {
        SqliteOptions options;
        options.arn_batch = 16;
        options.vfs = vfs;
        return open_sqlite_store(folder / "data.db", std::move(options));
    }
    static std::string name(ExecutionKey key) { return "e" + std::to_string(key); }
    static void expect_found(const Store& store, ExecutionKey first, ExecutionKey last) {
        for (ExecutionKey key = first; key <= last; ++key) {
            const auto found = store.find_execution(execution_arn_of(name(key)));
            ASSERT_TRUE(found) << key;
            EXPECT_EQ(found->key, key);
        }
    }
};

TEST_F(ArnsOfAStore, AreFoundInMemoryOnTheirWayAndInTheFile) {
    {
        const auto store = open();
        create(*store, machine());
        for (ExecutionKey key = 1; key <= 100; ++key) {
            ASSERT_EQ(start(*store, execution(key, name(key))).outcome, Outcome::committed);
            expect_found(*store, std::max<ExecutionKey>(1, key - 40), key);
            EXPECT_EQ(start(*store, execution(1000 + key, name(key / 2 + 1))).outcome,
                      Outcome::conflict);
        }
    }
    const auto store = open();
    expect_found(*store, 1, 100);
    for (ExecutionKey key = 1; key <= 100; ++key) {
        const StartOutcome again = start(*store, execution(1000 + key, name(key)));
        EXPECT_EQ(again.outcome, Outcome::conflict);
        EXPECT_EQ(again.existing->key, key);
    }
    EXPECT_FALSE(store->find_execution(execution_arn_of("e101")));
}

TEST_F(ArnsOfAStore, OfOlderKeysThatComeLateAreFoundAfterARestart) {
    {
        const auto store = open();
        create(*store, machine());
        for (ExecutionKey key = 100; key <= 160; ++key) start(*store, execution(key, name(key)));
        for (ExecutionKey key = 1; key <= 30; ++key) start(*store, execution(key, name(key)));
        expect_found(*store, 1, 30);
    }
    const auto store = open();
    expect_found(*store, 1, 30);
    expect_found(*store, 100, 160);
}

TEST_F(ArnsOfAStore, OfForgottenExecutionsAreFreeWhereverTheyStood) {
    for (int life = 0; life < 2; ++life) {
        const auto store = open();
        create(*store, machine());
        const ExecutionKey base = 1000 * life;
        for (ExecutionKey key = base + 1; key <= base + 90; ++key) {
            ASSERT_EQ(start(*store, execution(key, name(key))).outcome, Outcome::committed);
            if (key % 3 == 0) {
                const ExecutionKey gone = key - 2 * (key % 20);
                if (gone > base) forget(*store, gone);
                EXPECT_FALSE(store->find_execution(execution_arn_of(name(gone))));
            }
        }
    }
}

TEST_F(ArnsOfAStore, AreNotThereAfterAReset) {
    const auto store = open();
    create(*store, machine());
    for (ExecutionKey key = 1; key <= 50; ++key) start(*store, execution(key, name(key)));
    reset(*store);
    EXPECT_FALSE(store->find_execution(execution_arn_of(name(50))));
    create(*store, machine());
    for (ExecutionKey key = 51; key <= 90; ++key)
        ASSERT_EQ(start(*store, execution(key, name(key - 50))).outcome, Outcome::committed);
    EXPECT_EQ(store->find_execution(execution_arn_of(name(1)))->key, 51);
}

TEST_F(ArnsOfAStore, OfAStartThatFailedOnItsWayToTheDiskAreFree) {
    FaultyDisk& disk = FaultyDisk::mended();
    const auto store = open(FaultyDisk::kName);
    create(*store, machine());
    for (ExecutionKey key = 1; key <= 60; ++key) {
        Waited<StartOutcome> waited;
        const int before = disk.failed;
        if (key % 4 == 0) disk.write_error = SQLITE_FULL;
        store->start_execution(execution(key, name(key)), row(1, 1, 1, 1), waited.callback());
        if (key % 4 == 0) {
            ASSERT_TRUE(eventually([&] { return disk.failed > before; }));
            EXPECT_FALSE(store->find_execution(execution_arn_of(name(key))));
        }
        disk.write_error = 0;
        EXPECT_EQ(waited.get().outcome, Outcome::committed);
    }
    expect_found(*store, 1, 60);
}

}  // namespace
}  // namespace stepwell::storage_test
