#include "storage/group_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/storage/records.hpp"

namespace stepwell::storage_test {
namespace {

using namespace storage;
using testing::ElementsAre;
using testing::IsEmpty;

/// Notes the keys of what is forgotten, group by group; fails or blocks as told.
class Notebook final : public WriteBackend {
public:
    void commit(std::span<QueuedWrite> group) override {
        std::vector<ExecutionKey> keys;
        for (QueuedWrite& queued : group) {
            if (const auto* write = std::get_if<ForgetExecution>(&queued.write))
                keys.push_back(write->key);
            queued.answer.outcome = std::holds_alternative<Refused>(queued.write)
                                        ? Outcome::overloaded
                                        : Outcome::committed;
        }
        std::unique_lock lock(mutex);
        attempts.push_back(keys);
        changed.notify_all();
        changed.wait(lock, [this] { return !blocked; });
        if (groups.size() >= fail_after && failures > 0) {
            --failures;
            throw StorageError("no disk");
        }
        for (const ExecutionKey key : keys) {
            if (broken.contains(key)) throw std::logic_error("broken write");
        }
        groups.push_back(keys);
    }
    bool tidy() override { return false; }

    void block() {
        const std::lock_guard lock(mutex);
        blocked = true;
    }
    void unblock() {
        const std::lock_guard lock(mutex);
        blocked = false;
        changed.notify_all();
    }
    void wait_for_attempts(std::size_t count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return attempts.size() >= count; });
    }

    std::mutex mutex;
    std::condition_variable changed;
    bool blocked = false;
    std::size_t fail_after = 0;  ///< groups that come through before
    int failures = 0;            ///< that are to come
    std::set<ExecutionKey> broken;
    std::vector<std::vector<ExecutionKey>> attempts;
    std::vector<std::vector<ExecutionKey>> groups;
};

class GroupWriting : public testing::Test {
protected:
    Notebook notebook;
    std::vector<std::string> warnings;
    GroupWriter::Options options;
    std::mutex mutex;
    std::vector<std::pair<ExecutionKey, Outcome>> answers;

    GroupWriting() {
        options.warn = [this](const std::string& line) { warnings.push_back(line); };
    }
    void forget(GroupWriter& writer, ExecutionKey key) {
        writer.submit(ForgetExecution{key}, [this, key](Outcome outcome) {
            const std::lock_guard lock(mutex);
            answers.emplace_back(key, outcome);
        });
    }
    /// The first write, held in the backend: what follows is queued behind it.
    void hold_first(GroupWriter& writer) {
        notebook.block();
        forget(writer, 0);
        notebook.wait_for_attempts(1);
    }
};

TEST_F(GroupWriting, TakesAllThatIsQueuedAsOneGroup) {
    GroupWriter writer(notebook, options);
    hold_first(writer);
    for (ExecutionKey key = 1; key <= 4; ++key) forget(writer, key);
    notebook.unblock();
    writer.close();
    EXPECT_THAT(notebook.groups, ElementsAre(ElementsAre(0), ElementsAre(1, 2, 3, 4)));
    EXPECT_EQ(answers.size(), 5U);
    EXPECT_EQ(writer.statistics().commits, 2U);
    EXPECT_EQ(writer.statistics().writes, 5U);
    EXPECT_EQ(writer.statistics().largest_group, 4U);
    EXPECT_EQ(writer.statistics().queued, 0U);
    EXPECT_EQ(writer.statistics().queued_bytes, 0U);
}

TEST_F(GroupWriting, AGroupIsBoundedInWritesAndBytes) {
    options.max_group_writes = 3;
    GroupWriter writer(notebook, options);
    hold_first(writer);
    for (ExecutionKey key = 1; key <= 7; ++key) forget(writer, key);
    notebook.unblock();
    writer.close();
    EXPECT_THAT(notebook.groups, ElementsAre(ElementsAre(0), ElementsAre(1, 2, 3),
                                             ElementsAre(4, 5, 6), ElementsAre(7)));

    Notebook second;
    options.max_group_bytes = 2 * sizeof(QueuedWrite);
    GroupWriter small(second, options);
    second.block();
    forget(small, 0);
    second.wait_for_attempts(1);
    for (ExecutionKey key = 1; key <= 3; ++key) forget(small, key);
    second.unblock();
    small.close();
    EXPECT_THAT(second.groups, ElementsAre(ElementsAre(0), ElementsAre(1, 2), ElementsAre(3)));
}

TEST_F(GroupWriting, AfterAFailureWritesAreTriedAloneInTheirOrder) {
    GroupWriter writer(notebook, options);
    hold_first(writer);
    for (ExecutionKey key = 1; key <= 3; ++key) forget(writer, key);
    // The first group comes through; the second fails twice: whole, then its first write alone.
    notebook.fail_after = 1;
    notebook.failures = 2;
    notebook.unblock();
    writer.close();
    EXPECT_THAT(notebook.attempts, ElementsAre(ElementsAre(0), ElementsAre(1, 2, 3), ElementsAre(1),
                                               ElementsAre(1), ElementsAre(2), ElementsAre(3)));
    EXPECT_THAT(notebook.groups,
                ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2), ElementsAre(3)));
    EXPECT_THAT(answers,
                ElementsAre(std::pair(0, Outcome::committed), std::pair(1, Outcome::committed),
                            std::pair(2, Outcome::committed), std::pair(3, Outcome::committed)));
    EXPECT_THAT(warnings, ElementsAre("no disk (writes wait)", "the disk works again"));
    EXPECT_EQ(writer.statistics().failures, 2U);
}

TEST_F(GroupWriting, ABrokenWriteIsFoundAmongTheOthers) {
    notebook.broken = {2};
    GroupWriter writer(notebook, options);
    hold_first(writer);
    for (ExecutionKey key = 1; key <= 3; ++key) forget(writer, key);
    notebook.unblock();
    writer.close();
    EXPECT_THAT(notebook.groups, ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(3)));
    EXPECT_THAT(answers,
                ElementsAre(std::pair(0, Outcome::committed), std::pair(1, Outcome::committed),
                            std::pair(2, Outcome::overloaded), std::pair(3, Outcome::committed)));
    EXPECT_THAT(warnings, ElementsAre("a write cannot be stored: broken write"));
}

TEST_F(GroupWriting, WhatWaitedTooLongForAFailingDiskIsGivenUp) {
    options.give_up_after = 0ms;
    notebook.failures = 1'000'000;
    GroupWriter writer(notebook, options);
    hold_first(writer);
    forget(writer, 1);
    notebook.unblock();
    writer.close();
    EXPECT_THAT(answers,
                ElementsAre(std::pair(0, Outcome::overloaded), std::pair(1, Outcome::overloaded)));
    EXPECT_THAT(notebook.groups, IsEmpty());
    EXPECT_EQ(writer.statistics().overloaded, 2U);
    EXPECT_THAT(warnings, ElementsAre("no disk (writes wait)"));
}

TEST_F(GroupWriting, NothingIsGivenUpWhileTheDiskWorksHoweverSlow) {
    options.give_up_after = 0ms;
    GroupWriter writer(notebook, options);
    hold_first(writer);
    forget(writer, 1);
    notebook.unblock();
    writer.close();
    EXPECT_THAT(answers,
                ElementsAre(std::pair(0, Outcome::committed), std::pair(1, Outcome::committed)));
}

TEST_F(GroupWriting, AFullQueueTakesNoMoreButAlwaysAReset) {
    options.max_queued_writes = 2;
    GroupWriter writer(notebook, options);
    hold_first(writer);
    forget(writer, 1);
    forget(writer, 2);  // the first is not answered: it counts
    Waited<Outcome> reset;
    writer.submit(Reset{}, reset.callback());
    forget(writer, 3);
    notebook.unblock();
    EXPECT_EQ(reset.get(), Outcome::committed);
    writer.close();
    EXPECT_THAT(answers,
                ElementsAre(std::pair(0, Outcome::committed), std::pair(1, Outcome::discarded),
                            std::pair(2, Outcome::discarded), std::pair(3, Outcome::overloaded)));
}

TEST_F(GroupWriting, TheQueueIsBoundedInBytes) {
    options.max_queued_bytes = 10'000;
    GroupWriter writer(notebook, options);
    hold_first(writer);
    Waited<Outcome> large;
    writer.submit(AppendStep{1, 1, row(2, 1, 2, 1, std::string(20'000, 'x')), {}},
                  large.callback());
    Waited<Outcome> small;
    writer.submit(AppendStep{1, 1, row(2, 1, 2, 1, "x"), {}}, small.callback());
    notebook.unblock();
    EXPECT_EQ(large.get(), Outcome::overloaded);
    EXPECT_EQ(small.get(), Outcome::committed);
    // Alone even a large one is taken.
    EXPECT_EQ(writer.statistics().queued, 0U);
    Waited<Outcome> alone;
    writer.submit(AppendStep{1, 1, row(2, 1, 2, 1, std::string(20'000, 'x')), {}},
                  alone.callback());
    EXPECT_EQ(alone.get(), Outcome::committed);
}

}  // namespace
}  // namespace stepwell::storage_test
