#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <mutex>
#include <thread>

#include "storage/sqlite_store.hpp"
#include "tests/storage/faulty_vfs.hpp"
#include "tests/storage/records.hpp"

/// What happens when the disk fails while the store is open. design.md, "Order, commit, answer", 8.
namespace stepwell::storage_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class FailingDisk : public testing::Test {
protected:
    FaultyDisk& disk = FaultyDisk::mended();
    Folder folder;
    std::mutex mutex;
    std::vector<std::string> warnings;

    SqliteOptions options(std::chrono::milliseconds give_up_after) {
        SqliteOptions options;
        options.vfs = FaultyDisk::kName;
        options.writer.give_up_after = give_up_after;
        options.writer.warn = [this](const std::string& line) {
            const std::lock_guard lock(mutex);
            warnings.push_back(line);
        };
        return options;
    }
    std::unique_ptr<SqliteStore> open(std::chrono::milliseconds give_up_after = 60s) {
        auto store = open_sqlite_store(folder / "data.db", options(give_up_after));
        create(*store, machine());
        start(*store, execution(1, "a"));
        return store;
    }
    /// Until the disk has refused something.
    bool has_failed() {
        const int before = disk.failed;
        return eventually([&] { return disk.failed > before; });
    }
    ~FailingDisk() override { FaultyDisk::mended(); }
};

TEST_F(FailingDisk, WritesWaitUntilTheDiskWorksAndAreThenStoredInOrder) {
    const auto store = open();
    for (const int error : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
        const Sequence last = store->find_execution(1)->last_sequence;
        disk.write_error = error;
        std::vector<Waited<Outcome>> waited(20);
        for (std::size_t i = 0; i < waited.size(); ++i) {
            const Sequence after = last + static_cast<Sequence>(i);
            store->append(1, after, row(after + 1, 1, after + 1, 1), goes_on(after + 1, after + 1),
                          waited[i].callback());
        }
        ASSERT_TRUE(has_failed());
        for (const auto& w : waited) EXPECT_FALSE(w.ready());
        // Reads go on, and see nothing of what waits.
        EXPECT_EQ(store->find_execution(1)->last_sequence, last);
        EXPECT_THAT(store->read_journal(1, 1, 100, 10'000), SizeIs(last));
        EXPECT_TRUE(store->find_state_machine(kMachine));

        disk.write_error = 0;
        for (auto& w : waited) EXPECT_EQ(w.get(), Outcome::committed);
        EXPECT_EQ(store->find_execution(1)->last_sequence, last + 20);
    }
    EXPECT_GT(store->write_statistics().failures, 0U);
    const std::lock_guard lock(mutex);
    ASSERT_THAT(warnings, SizeIs(4));
    EXPECT_THAT(warnings[0], HasSubstr("data.db\" is full: make room on it"));
    EXPECT_EQ(warnings[1], "the disk works again");
    EXPECT_THAT(warnings[2], HasSubstr("cannot be read or written"));
}

TEST_F(FailingDisk, AWriteThatWaitedTooLongIsGivenUpAndSoIsWhatDependsOnIt) {
    const auto store = open(50ms);
    disk.write_error = SQLITE_FULL;
    EXPECT_EQ(append(*store, 1, 1, row(2, 1, 2, 1), goes_on(2, 2)), Outcome::overloaded);
    EXPECT_EQ(create(*store, machine("other")), Outcome::overloaded);
    EXPECT_EQ(start(*store, execution(5, "b")).outcome, Outcome::overloaded);
    EXPECT_EQ(reset(*store), Outcome::overloaded);
    disk.write_error = 0;

    EXPECT_EQ(append(*store, 1, 2, row(3, 1, 3, 1), goes_on(3, 3)), Outcome::conflict);
    EXPECT_EQ(store->find_execution(1)->last_sequence, 1);
    EXPECT_FALSE(store->find_state_machine(state_machine_arn(machine().owner, "other")));
    EXPECT_FALSE(store->find_execution(5));
    EXPECT_EQ(append(*store, 1, 1, row(2, 1, 2, 1), goes_on(2, 2)), Outcome::committed);
    EXPECT_EQ(start(*store, execution(5, "b")).outcome, Outcome::committed);
    EXPECT_EQ(store->write_statistics().overloaded, 4U);
}

TEST_F(FailingDisk, WhatTheCacheOfMachinesShowsIsCommitted) {
    const auto store = open(50ms);
    disk.write_error = SQLITE_FULL;
    StateMachineRecord second = machine();
    second.revision_id = "r2";
    EXPECT_EQ(update(*store, second, ""), Outcome::overloaded);
    EXPECT_EQ(remove(*store, kMachine), Outcome::overloaded);
    EXPECT_EQ(store->find_state_machine(kMachine)->revision_id, "");
    EXPECT_EQ(store->find_state_machine(kMachine)->status, MachineStatus::active);
    disk.write_error = 0;
    // Nor does the writer believe what was rolled back.
    EXPECT_EQ(start(*store, execution(2, "b")).outcome, Outcome::committed);
    EXPECT_EQ(update(*store, second, ""), Outcome::committed);
    EXPECT_EQ(store->find_state_machine(kMachine)->revision_id, "r2");
}

TEST_F(FailingDisk, AResetEndsTheWaiting) {
    const auto store = open();
    disk.write_error = SQLITE_FULL;
    Waited<Outcome> waiting;
    store->append(1, 1, row(2, 1, 2, 1), goes_on(2, 2), waiting.callback());
    ASSERT_TRUE(has_failed());
    Waited<Outcome> resetting;
    store->reset(resetting.callback());
    EXPECT_EQ(waiting.get(), Outcome::discarded);
    EXPECT_FALSE(resetting.ready());
    EXPECT_TRUE(store->find_execution(1));
    disk.write_error = 0;
    EXPECT_EQ(resetting.get(), Outcome::committed);
    EXPECT_FALSE(store->find_execution(1));
}

TEST_F(FailingDisk, ClosingEndsEvenThen) {
    auto store = open(50ms);
    disk.write_error = SQLITE_FULL;
    Waited<Outcome> waiting;
    store->append(1, 1, row(2, 1, 2, 1), goes_on(2, 2), waiting.callback());
    store->close();
    EXPECT_EQ(waiting.get(), Outcome::overloaded);
    disk.write_error = 0;
    store.reset();
    store = open_sqlite_store(folder / "data.db");
    EXPECT_EQ(store->find_execution(1)->last_sequence, 1);
}

TEST_F(FailingDisk, AFailedSyncIsAFailedCommitUnderDurabilityFull) {
    SqliteOptions full = options(50ms);
    full.durability = Durability::full;
    const auto store = open_sqlite_store(folder / "full.db", std::move(full));
    create(*store, machine());
    disk.sync_error = SQLITE_IOERR_FSYNC;
    EXPECT_EQ(start(*store, execution(1, "a")).outcome, Outcome::overloaded);
    EXPECT_FALSE(store->find_execution(1));
    disk.sync_error = 0;
    EXPECT_EQ(start(*store, execution(1, "a")).outcome, Outcome::committed);
}

TEST_F(FailingDisk, DurabilityFullSyncsBeforeEveryAnswerAndNormalDoesNot) {
    for (const Durability durability : {Durability::full, Durability::normal}) {
        SqliteOptions chosen = options(60s);
        chosen.durability = durability;
        const auto store = open_sqlite_store(
            folder / (durability == Durability::full ? "full.db" : "normal.db"), std::move(chosen));
        create(*store, machine());
        for (ExecutionKey key = 1; key <= 10; ++key) {
            const int before = disk.syncs;
            int at_answer = 0;
            Waited<StartOutcome> waited;
            store->start_execution(execution(key, "e" + std::to_string(key)), row(1, 1, 1, 1),
                                   [&, done = waited.callback()](const StartOutcome& outcome) {
                                       at_answer = disk.syncs;
                                       done(outcome);
                                   });
            ASSERT_EQ(waited.get().outcome, Outcome::committed);
            EXPECT_EQ(at_answer > before, durability == Durability::full);
        }
    }
}

TEST_F(FailingDisk, AReadThatFailsThrowsAndTheNextOneWorks) {
    auto store = open();
    store.reset();
    store = open_sqlite_store(folder / "data.db", options(60s));
    disk.read_error = SQLITE_IOERR_READ;
    EXPECT_THROW(store->find_execution(1), StorageError);
    EXPECT_THROW(store->find_state_machine(kMachine), StorageError);
    EXPECT_THROW(store->read_journal(1, 1, 10, 1000), StorageError);
    disk.read_error = 0;
    EXPECT_THAT(store->read_journal(1, 1, 10, 1000), SizeIs(1));
    EXPECT_TRUE(store->find_execution(1));
    EXPECT_TRUE(store->find_state_machine(kMachine));
}

TEST_F(FailingDisk, ABrokenWriteDoesNotHarmTheOthersOfItsGroup) {
    const auto store = open();
    std::promise<void> held;
    std::promise<void> go_on;
    store->forget_execution(999, [&](Outcome) {
        held.set_value();
        go_on.get_future().wait();
    });
    held.get_future().wait();
    Waited<Outcome> before;
    Waited<Outcome> broken;
    Waited<Outcome> after;
    store->append(1, 1, row(2, 1, 2, 1), goes_on(2, 2), before.callback());
    store->append(1, 2, row(Sequence{1} << 50, 1, 3, 1), goes_on(3, 3), broken.callback());
    store->append(1, 2, row(3, 1, 3, 1), goes_on(3, 3), after.callback());
    go_on.set_value();
    EXPECT_EQ(before.get(), Outcome::committed);
    EXPECT_EQ(broken.get(), Outcome::overloaded);
    EXPECT_EQ(after.get(), Outcome::committed);
    EXPECT_EQ(store->find_execution(1)->last_sequence, 3);
}

TEST_F(FailingDisk, AFullQueueRefusesAndAnswersInOrder) {
    SqliteOptions small = options(60s);
    small.writer.max_queued_writes = 5;
    const auto store = open_sqlite_store(folder / "small.db", std::move(small));
    create(*store, machine());
    start(*store, execution(1, "a"));
    disk.write_error = SQLITE_FULL;
    std::mutex order_mutex;
    std::vector<std::pair<int, Outcome>> answers;
    Waited<Outcome> last;
    for (int i = 0; i < 7; ++i) {
        const Sequence after = 1 + i;
        store->append(1, after, row(after + 1, 1, after + 1, 1), goes_on(after + 1, after + 1),
                      [&, i, done = last.callback()](Outcome outcome) {
                          {
                              const std::lock_guard lock(order_mutex);
                              answers.emplace_back(i, outcome);
                          }
                          if (i == 6) done(outcome);
                      });
    }
    ASSERT_TRUE(has_failed());
    EXPECT_EQ(store->write_statistics().queued, 7U);
    disk.write_error = 0;
    EXPECT_EQ(last.get(), Outcome::overloaded);
    const std::lock_guard lock(order_mutex);
    ASSERT_THAT(answers, SizeIs(7));
    for (int i = 0; i < 7; ++i) {
        EXPECT_EQ(answers[static_cast<std::size_t>(i)],
                  std::pair(i, i < 5 ? Outcome::committed : Outcome::overloaded));
    }
    // The next one named the refused one's entry.
    EXPECT_EQ(append(*store, 1, 8, row(9, 1, 9, 1), goes_on(9, 9)), Outcome::conflict);
    EXPECT_EQ(store->find_execution(1)->last_sequence, 6);
}

TEST_F(FailingDisk, AFullDiskAtTheFirstStartIsOneClearLine) {
    disk.write_error = SQLITE_FULL;
    try {
        open_sqlite_store(folder / "new.db", options(60s));
        FAIL() << "opened";
    } catch (const StorageError& error) {
        EXPECT_THAT(error.what(), HasSubstr("new.db\" is full: make room on it"));
    }
    disk.write_error = 0;
    EXPECT_NO_THROW(open_sqlite_store(folder / "new.db", options(60s)));
}

}  // namespace
}  // namespace stepwell::storage_test
