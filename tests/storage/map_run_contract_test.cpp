// Map Runs and their children: the same of every store.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/memory_store.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/storage/records.hpp"

namespace stepwell::storage_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kRun = "arn:aws:states:us-east-1:123456789012:mapRun:order/L:1";
constexpr ExecutionKey kParent = 10;

enum class Kind { sqlite, memory };

class MapRunContract : public testing::TestWithParam<Kind> {
protected:
    MapRunContract() {
        open();
        EXPECT_EQ(create(*store, machine()), Outcome::committed);
        JournalRow first = row(1, 1, 1, 1);
        auto changes = std::make_shared<MapRunChanges>();
        changes->begun.push_back(run());
        first.map_runs = std::move(changes);
        EXPECT_EQ(start(*store, execution(kParent, "parent"), std::move(first)).outcome,
                  Outcome::committed);
    }
    void open() {
        store.reset();
        if (GetParam() == Kind::memory) {
            store = std::make_unique<MemoryStore>();
        } else {
            store = open_sqlite_store(folder / "data.db");
        }
    }
    void reopen() {
        if (GetParam() == Kind::sqlite) open();
    }
    static MapRunRecord run(MapRunKey key = 5, const std::string& arn = kRun) {
        MapRunRecord record;
        record.key = key;
        record.arn = arn;
        record.label = "L";
        record.type = WorkflowType::standard;
        record.start_date = at(1);
        record.plan = R"({"plan":true})";
        record.progress.max_concurrency = 3;
        record.progress.tolerated_failure_count = 4;
        record.progress.tolerated_failure_percentage = 12.5;
        record.progress.items_known = 7;
        return record;
    }
    static ExecutionRecord child(ExecutionKey key, std::int64_t items = 1) {
        ExecutionRecord record = execution(key, "child" + std::to_string(key));
        record.arn =
            "arn:aws:states:us-east-1:123456789012:execution:order/L:child" + std::to_string(key);
        record.map_run = 5;
        record.item_count = items;
        record.input = "[" + std::to_string(key) + "]";
        record.wake_at = TimePoint{};
        record.last_sequence = 0;
        record.last_event = 0;
        return record;
    }
    Outcome start_children(std::int64_t after, std::vector<ExecutionRecord> children,
                           const std::string& cursor = "c", std::int64_t skip = 2) {
        ChildrenStart begun;
        begun.run = 5;
        begun.after = after;
        begun.cursor = cursor;
        begun.skip = skip;
        begun.read_to_end = true;
        begun.items_known = 9;
        begun.children = std::move(children);
        Waited<Outcome> waited;
        store->start_children(std::move(begun), waited.callback());
        return waited.get();
    }
    Outcome end_child(ExecutionKey key, ExecutionStatus status) {
        ExecutionUpdate update = succeeds(1, 1, "\"out" + std::to_string(key) + "\"");
        update.status = status;
        return append(*store, key, 0, row(1, 1, 1, 1), update);
    }
    Outcome end_run(MapRunStatus status = MapRunStatus::succeeded) {
        MapRunEnd end;
        end.status = status;
        end.stop_date = at(50);
        end.results_written = 2;
        end.item_results_written = 3;
        end.output = "[1]";
        Waited<Outcome> waited;
        store->end_map_run(5, std::move(end), waited.callback());
        return waited.get();
    }
    Outcome change_parent(std::vector<std::string> stopping, std::vector<std::string> settled) {
        JournalRow step = row(2, 1, 2, 1);
        auto changes = std::make_shared<MapRunChanges>();
        changes->stopping = std::move(stopping);
        changes->settled = std::move(settled);
        step.map_runs = std::move(changes);
        return append(*store, kParent, 1, std::move(step), goes_on(2, 2));
    }
    /// Another run begins, in a child of the first.
    Outcome start_inner_run(ExecutionKey in_child) {
        JournalRow step = row(1, 1, 1, 1);
        auto changes = std::make_shared<MapRunChanges>();
        changes->begun.push_back(run(6, "inner"));
        step.map_runs = std::move(changes);
        return append(*store, in_child, 0, std::move(step), goes_on(1, 1));
    }
    MapRunProgress progress() const { return store->map_run_progress(5).value(); }
    std::vector<ExecutionKey> listed(std::optional<ExecutionStatus> status = {},
                                     ExecutionKey before = 0, std::size_t limit = 10) const {
        std::vector<ExecutionKey> keys;
        for (const ExecutionRecord& one :
             store->list_children(5, {.status = status}, before, limit).executions)
            keys.push_back(one.key);
        return keys;
    }

    Folder folder;
    std::unique_ptr<Store> store;
};

INSTANTIATE_TEST_SUITE_P(Stores, MapRunContract, testing::Values(Kind::sqlite, Kind::memory),
                         [](const testing::TestParamInfo<Kind>& tested) {
                             return tested.param == Kind::sqlite ? "Sqlite" : "Memory";
                         });

TEST_P(MapRunContract, BeginsWithAStepOfItsParent) {
    reopen();
    const auto found = store->find_map_run(kRun);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->key, 5);
    EXPECT_EQ(found->execution, kParent);
    EXPECT_EQ(found->execution_arn, execution_arn_of("parent"));
    EXPECT_EQ(found->state_machine_arn, kMachine);
    EXPECT_EQ(found->label, "L");
    EXPECT_EQ(found->start_date, at(1));
    EXPECT_EQ(found->plan, R"({"plan":true})");
    EXPECT_EQ(found->progress.status, MapRunStatus::running);
    EXPECT_EQ(found->progress.max_concurrency, 3);
    EXPECT_EQ(found->progress.tolerated_failure_count, 4);
    EXPECT_EQ(found->progress.tolerated_failure_percentage, 12.5);
    EXPECT_EQ(found->progress.items_known, 7);
    EXPECT_EQ(store->find_map_run(5)->arn, kRun);
    EXPECT_EQ(store->find_map_run("other"), std::nullopt);
    EXPECT_EQ(store->map_run_progress(6), std::nullopt);
    EXPECT_THAT(store->open_map_runs(0, 10), ElementsAre(5));
    EXPECT_THAT(store->open_map_runs(5, 10), IsEmpty());
}

TEST_P(MapRunContract, StartsChildrenAndMovesTheReadingAsOne) {
    EXPECT_EQ(start_children(0, {child(20, 2), child(21)}), Outcome::committed);
    reopen();
    EXPECT_EQ(progress().executions.running, 2);
    EXPECT_EQ(progress().items.running, 3);
    EXPECT_EQ(progress().cursor, "c");
    EXPECT_EQ(progress().skip, 2);
    EXPECT_TRUE(progress().read_to_end);
    EXPECT_EQ(progress().items_known, 9);
    const auto found = store->find_execution(child(20).arn);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->map_run, 5);
    EXPECT_EQ(found->item_count, 2);
    EXPECT_EQ(found->input, "[20]");
    EXPECT_EQ(found->status, ExecutionStatus::running);
    EXPECT_EQ(found->state_machine_arn, kMachine);
    EXPECT_EQ(found->role_arn, machine().role_arn);
    // A restart looks at them at once.
    const auto wakes = store->wakes_after(std::nullopt, 10);
    ASSERT_THAT(wakes, SizeIs(3));
    EXPECT_EQ(wakes[0].key, 20);
    EXPECT_EQ(wakes[0].at, TimePoint{});
}

TEST_P(MapRunContract, StartsNoChildTwice) {
    EXPECT_EQ(start_children(0, {child(20)}), Outcome::committed);
    EXPECT_EQ(start_children(0, {child(21)}), Outcome::conflict);
    EXPECT_EQ(progress().executions.started(), 1);
    EXPECT_EQ(start_children(1, {child(21)}), Outcome::committed);
    EXPECT_THAT(listed(), ElementsAre(21, 20));
}

TEST_P(MapRunContract, StartsChildrenOnTheRevisionOfTheirParent) {
    StateMachineRecord later = machine();
    later.revision_id = "later";
    later.role_arn = "arn:aws:iam::123456789012:role/later";
    ASSERT_EQ(update(*store, later, ""), Outcome::committed);
    ASSERT_EQ(start_children(0, {child(20)}), Outcome::committed);
    EXPECT_EQ(store->find_execution(ExecutionKey{20})->role_arn, machine().role_arn);
    EXPECT_EQ(store->revision_of(20)->revision_id, "");
}

TEST_P(MapRunContract, CountsChildrenWithTheirLastStep) {
    ASSERT_EQ(start_children(0, {child(20, 2), child(21), child(22), child(23)}),
              Outcome::committed);
    EXPECT_EQ(end_child(20, ExecutionStatus::succeeded), Outcome::committed);
    EXPECT_EQ(end_child(21, ExecutionStatus::failed), Outcome::committed);
    EXPECT_EQ(end_child(22, ExecutionStatus::timed_out), Outcome::committed);
    EXPECT_EQ(end_child(22, ExecutionStatus::failed), Outcome::conflict);
    EXPECT_EQ(end_child(23, ExecutionStatus::aborted), Outcome::committed);
    reopen();
    const MapRunTally executions = progress().executions;
    EXPECT_EQ(executions.running, 0);
    EXPECT_EQ(executions.succeeded, 1);
    EXPECT_EQ(executions.failed, 1);
    EXPECT_EQ(executions.timed_out, 1);
    EXPECT_EQ(executions.aborted, 1);
    EXPECT_EQ(progress().items.succeeded, 2);
    EXPECT_EQ(progress().items.started(), 5);
}

TEST_P(MapRunContract, ListsChildrenApartFromTheirMachine) {
    ASSERT_EQ(start_children(0, {child(20), child(21), child(22)}), Outcome::committed);
    ASSERT_EQ(end_child(21, ExecutionStatus::succeeded), Outcome::committed);
    EXPECT_THAT(listed(), ElementsAre(22, 21, 20));
    EXPECT_THAT(listed(ExecutionStatus::running), ElementsAre(22, 20));
    EXPECT_THAT(listed({}, 22, 1), ElementsAre(21));
    EXPECT_TRUE(store->list_children(5, {}, 0, 2).more);
    EXPECT_FALSE(store->list_children(5, {}, 0, 3).more);
    const auto executions = store->list_executions(kMachine, {}, 0, 10).executions;
    ASSERT_THAT(executions, SizeIs(1));
    EXPECT_EQ(executions[0].key, kParent);
    EXPECT_THAT(store->running_executions(kMachine, 0, 10), ElementsAre(kParent));
}

TEST_P(MapRunContract, ReadsResultsInTheOrderOfTheStarts) {
    ASSERT_EQ(start_children(0, {child(20), child(21), child(22)}), Outcome::committed);
    ASSERT_EQ(end_child(22, ExecutionStatus::succeeded), Outcome::committed);
    ASSERT_EQ(end_child(20, ExecutionStatus::succeeded), Outcome::committed);
    ASSERT_EQ(end_child(21, ExecutionStatus::failed), Outcome::committed);
    const auto read = [&](std::vector<ExecutionStatus> statuses, ExecutionKey after,
                          std::size_t limit, std::size_t bytes) {
        std::vector<std::string> outputs;
        for (const ExecutionRecord& one : store->read_children(5, statuses, after, limit, bytes))
            outputs.push_back(one.input + *one.output);
        return outputs;
    };
    EXPECT_THAT(read({ExecutionStatus::succeeded}, 0, 10, 1000),
                ElementsAre("[20]\"out20\"", "[22]\"out22\""));
    EXPECT_THAT(read({ExecutionStatus::succeeded, ExecutionStatus::failed}, 20, 10, 1000),
                ElementsAre("[21]\"out21\"", "[22]\"out22\""));
    EXPECT_THAT(read({ExecutionStatus::succeeded, ExecutionStatus::failed}, 0, 1, 1000), SizeIs(1));
    EXPECT_THAT(read({ExecutionStatus::succeeded, ExecutionStatus::failed}, 0, 10, 1), SizeIs(1));
}

TEST_P(MapRunContract, ChangesItsLimitsWhileItRuns) {
    const auto update_run = [&](const std::string& arn, MapRunLimits limits) {
        Waited<Outcome> waited;
        store->update_map_run(arn, limits, waited.callback());
        return waited.get();
    };
    MapRunLimits limits;
    limits.tolerated_failure_percentage = 99.5;
    EXPECT_EQ(update_run(kRun, limits), Outcome::committed);
    EXPECT_EQ(progress().tolerated_failure_percentage, 99.5);
    EXPECT_EQ(progress().max_concurrency, 3);
    limits.max_concurrency = 0;
    limits.tolerated_failure_count = 8;
    EXPECT_EQ(update_run(kRun, limits), Outcome::committed);
    EXPECT_EQ(progress().max_concurrency, 0);
    EXPECT_EQ(progress().tolerated_failure_count, 8);
    EXPECT_EQ(update_run("other", limits), Outcome::not_found);
    ASSERT_EQ(end_run(), Outcome::committed);
    EXPECT_EQ(update_run(kRun, limits), Outcome::conflict);
}

TEST_P(MapRunContract, EndsOnceAndNotWhileAChildRuns) {
    ASSERT_EQ(start_children(0, {child(20)}), Outcome::committed);
    EXPECT_EQ(end_run(), Outcome::conflict);
    ASSERT_EQ(end_child(20, ExecutionStatus::succeeded), Outcome::committed);
    EXPECT_EQ(end_run(), Outcome::committed);
    EXPECT_EQ(end_run(), Outcome::conflict);
    reopen();
    EXPECT_EQ(progress().status, MapRunStatus::succeeded);
    EXPECT_EQ(progress().stop_date, at(50));
    EXPECT_EQ(progress().executions.results_written, 2);
    EXPECT_EQ(progress().items.results_written, 3);
    EXPECT_EQ(progress().items_known, 9);
    EXPECT_FALSE(progress().settled);
    EXPECT_EQ(store->find_map_run(5)->output, "[1]");
    EXPECT_EQ(start_children(1, {child(21)}), Outcome::conflict);
}

TEST_P(MapRunContract, MayLearnAtItsEndHowManyItemsThereAre) {
    MapRunEnd end;
    end.status = MapRunStatus::aborted;
    end.stop_date = at(50);
    end.items_known = 1'000;
    Waited<Outcome> waited;
    store->end_map_run(5, std::move(end), waited.callback());
    ASSERT_EQ(waited.get(), Outcome::committed);
    reopen();
    EXPECT_EQ(progress().items_known, 1'000);
}

TEST_P(MapRunContract, IsOpenUntilItsParentHasTakenItsEnd) {
    EXPECT_EQ(change_parent({}, {kRun}), Outcome::committed);
    EXPECT_FALSE(progress().settled) << "it runs";
    ASSERT_EQ(end_run(), Outcome::committed);
    EXPECT_THAT(store->open_map_runs(0, 10), ElementsAre(5));
    Waited<Outcome> waited;
    store->settle_map_run(kRun, waited.callback());
    EXPECT_EQ(waited.get(), Outcome::committed);
    EXPECT_TRUE(progress().settled);
    EXPECT_THAT(store->open_map_runs(0, 10), IsEmpty());
}

TEST_P(MapRunContract, StartsNothingOnceItIsToStop) {
    ASSERT_EQ(start_children(0, {child(20)}), Outcome::committed);
    EXPECT_EQ(change_parent({kRun}, {}), Outcome::committed);
    reopen();
    EXPECT_TRUE(progress().stopping);
    EXPECT_THAT(store->open_map_runs(0, 10), ElementsAre(5));
    EXPECT_EQ(start_children(1, {child(21)}), Outcome::conflict);
    ASSERT_EQ(end_child(20, ExecutionStatus::aborted), Outcome::committed);
    ASSERT_EQ(end_run(MapRunStatus::aborted), Outcome::committed);
    EXPECT_TRUE(progress().settled) << "nobody waits for it";
    EXPECT_THAT(store->open_map_runs(0, 10), IsEmpty());
}

TEST_P(MapRunContract, IsUnwantedWhereARunAroundItIsToStop) {
    ASSERT_EQ(start_children(0, {child(20), child(21)}), Outcome::committed);
    ASSERT_EQ(start_inner_run(20), Outcome::committed);
    EXPECT_FALSE(store->map_run_unwanted(5));
    EXPECT_FALSE(store->map_run_unwanted(6));
    EXPECT_TRUE(store->map_run_unwanted(7)) << "there is none";
    ASSERT_EQ(change_parent({kRun}, {}), Outcome::committed);
    EXPECT_TRUE(store->map_run_unwanted(5));
    EXPECT_TRUE(store->map_run_unwanted(6));
}

TEST_P(MapRunContract, IsUnwantedOnceAnExecutionAroundItIsOver) {
    ASSERT_EQ(start_children(0, {child(20)}), Outcome::committed);
    ASSERT_EQ(start_inner_run(20), Outcome::committed);
    ASSERT_EQ(append(*store, kParent, 1, row(2, 1, 2, 1), succeeds(2, 2, "1")), Outcome::committed);
    EXPECT_TRUE(store->map_run_unwanted(5));
    EXPECT_TRUE(store->map_run_unwanted(6));
}

TEST_P(MapRunContract, ListsTheRunsOfAnExecution) {
    JournalRow step = row(2, 1, 2, 1);
    auto changes = std::make_shared<MapRunChanges>();
    changes->begun.push_back(run(6, "second"));
    step.map_runs = std::move(changes);
    ASSERT_EQ(append(*store, kParent, 1, std::move(step), goes_on(2, 2)), Outcome::committed);
    const auto keys = [&](MapRunKey before, std::size_t limit) {
        std::vector<MapRunKey> listed;
        for (const MapRunRecord& one : store->list_map_runs(kParent, before, limit))
            listed.push_back(one.key);
        return listed;
    };
    EXPECT_THAT(keys(0, 10), ElementsAre(6, 5));
    EXPECT_THAT(keys(6, 10), ElementsAre(5));
    EXPECT_THAT(keys(0, 1), ElementsAre(6));
    EXPECT_THAT(store->list_map_runs(99, 0, 10), IsEmpty());
    EXPECT_EQ(store->list_map_runs(kParent, 0, 1)[0].execution_arn, execution_arn_of("parent"));
}

TEST_P(MapRunContract, GoesWithItsMachine) {
    std::vector<ExecutionRecord> children;
    for (ExecutionKey key = 100; key < 700; ++key) children.push_back(child(key));
    ASSERT_EQ(start_children(0, children), Outcome::committed);
    for (ExecutionKey key = 100; key < 700; ++key)
        ASSERT_EQ(end_child(key, ExecutionStatus::succeeded), Outcome::committed);
    ASSERT_EQ(end_run(), Outcome::committed);
    ASSERT_EQ(append(*store, kParent, 1, row(2, 1, 2, 1), succeeds(2, 2)), Outcome::committed);
    ASSERT_EQ(remove(*store, kMachine), Outcome::committed);
    EXPECT_TRUE(eventually([&] { return !store->find_execution(kParent); }));
    EXPECT_TRUE(eventually([&] { return !store->find_state_machine(kMachine); }));
    EXPECT_EQ(store->find_map_run(kRun), std::nullopt);
    EXPECT_EQ(store->find_execution(ExecutionKey{100}), std::nullopt);
    EXPECT_EQ(store->find_execution(child(699).arn), std::nullopt);
}

TEST_P(MapRunContract, GoesWithItsMachineOnceItIsOver) {
    ASSERT_EQ(start_children(0, {child(20)}), Outcome::committed);
    ASSERT_EQ(remove(*store, kMachine), Outcome::committed);
    JournalRow last = row(2, 1, 2, 1);
    auto changes = std::make_shared<MapRunChanges>();
    changes->stopping.push_back(kRun);
    last.map_runs = std::move(changes);
    ExecutionUpdate stopped = succeeds(2, 2);
    stopped.status = ExecutionStatus::aborted;
    ASSERT_EQ(append(*store, kParent, 1, std::move(last), stopped), Outcome::committed);
    reopen();
    // What it says of its child, such as a job to be stopped, must find the child there.
    EXPECT_EQ(end_child(20, ExecutionStatus::aborted), Outcome::committed);
    EXPECT_EQ(end_run(MapRunStatus::aborted), Outcome::committed);
    EXPECT_TRUE(eventually([&] { return !store->find_state_machine(kMachine); }));
    EXPECT_EQ(store->find_map_run(kRun), std::nullopt);
    EXPECT_EQ(store->find_execution(ExecutionKey{20}), std::nullopt);
}

TEST_P(MapRunContract, GoesWithAReset) {
    ASSERT_EQ(start_children(0, {child(20)}), Outcome::committed);
    ASSERT_EQ(reset(*store), Outcome::committed);
    EXPECT_EQ(store->find_map_run(kRun), std::nullopt);
    EXPECT_EQ(store->find_execution(ExecutionKey{20}), std::nullopt);
    EXPECT_THAT(store->open_map_runs(0, 10), IsEmpty());
    EXPECT_EQ(start_children(0, {child(20)}), Outcome::not_found);
}

TEST_P(MapRunContract, StartsNothingInAMachineThatGoes) {
    ASSERT_EQ(remove(*store, kMachine), Outcome::committed);
    EXPECT_EQ(start_children(0, {child(20)}), Outcome::not_found);
}

// --- redrives

class MapRunRedrives : public MapRunContract {
protected:
    /// A Step of the parent: it runs, ends, or is redriven with its run.
    Outcome step_parent(ExecutionStatus status, std::shared_ptr<MapRunChanges> changes) {
        const Sequence next = ++last_;
        JournalRow step = row(next, 1, next, 1);
        step.map_runs = std::move(changes);
        ExecutionUpdate update = goes_on(next, next);
        update.status = status;
        if (status != ExecutionStatus::running) update.stop_date = at(60);
        return append(*store, kParent, next - 1, std::move(step), update);
    }
    void redrive_run() {
        ASSERT_EQ(step_parent(ExecutionStatus::failed, nullptr), Outcome::committed);
        auto changes = std::make_shared<MapRunChanges>();
        changes->redriven.push_back({kRun, at(70)});
        ASSERT_EQ(step_parent(ExecutionStatus::running, std::move(changes)), Outcome::committed);
    }
    Outcome reopen_child(ExecutionKey key, Sequence after = 1) {
        ExecutionUpdate update = goes_on(after + 1, after + 1);
        update.redrive_count = 1;
        update.redrive_date = at(71);
        return append(*store, key, after, row(after + 1, 1, after + 1, 1), update);
    }
    Outcome redrive_child(ExecutionKey key, ChildRedrive how) {
        Waited<Outcome> waited;
        store->redrive_child(5, key, how, waited.callback());
        return waited.get();
    }
    std::vector<ExecutionKey> pending(ExecutionKey after = 0, std::size_t limit = 10) const {
        std::vector<ExecutionKey> keys;
        for (const ExecutionRecord& one : store->pending_redrives(5, after, limit))
            keys.push_back(one.key);
        return keys;
    }
    Sequence last_ = 1;
};

INSTANTIATE_TEST_SUITE_P(Stores, MapRunRedrives, testing::Values(Kind::sqlite, Kind::memory),
                         [](const testing::TestParamInfo<Kind>& tested) {
                             return tested.param == Kind::sqlite ? "Sqlite" : "Memory";
                         });

TEST_P(MapRunRedrives, LetWhatDidNotSucceedWaitUntilItIsSeenTo) {
    ASSERT_EQ(start_children(0, {child(20, 2), child(21, 3), child(22), child(23)}),
              Outcome::committed);
    end_child(20, ExecutionStatus::succeeded);
    end_child(21, ExecutionStatus::failed);
    end_child(22, ExecutionStatus::timed_out);
    end_child(23, ExecutionStatus::aborted);
    EXPECT_EQ(end_run(MapRunStatus::failed), Outcome::committed);
    EXPECT_THAT(pending(), IsEmpty());
    redrive_run();
    reopen();
    EXPECT_EQ(progress().status, MapRunStatus::running);
    EXPECT_FALSE(progress().settled);
    EXPECT_EQ(progress().stop_date, std::nullopt);
    EXPECT_EQ(progress().redrive_count, 1);
    EXPECT_EQ(progress().redrive_date, at(70));
    EXPECT_EQ(progress().executions.pending_redrive, 3);
    EXPECT_EQ(progress().executions.unsuccessful(), 0);
    EXPECT_EQ(progress().executions.started(), 4);
    EXPECT_EQ(progress().items.pending_redrive, 5);
    EXPECT_THAT(pending(), ElementsAre(21, 22, 23));
    EXPECT_THAT(pending(21, 1), ElementsAre(22));

    EXPECT_EQ(reopen_child(21), Outcome::committed);
    EXPECT_EQ(redrive_child(22, ChildRedrive::not_redrivable), Outcome::committed);
    EXPECT_EQ(redrive_child(22, ChildRedrive::not_redrivable), Outcome::conflict);
    EXPECT_EQ(redrive_child(20, ChildRedrive::not_redrivable), Outcome::conflict);
    EXPECT_THAT(pending(), ElementsAre(23));
    EXPECT_EQ(progress().executions.running, 1);
    EXPECT_EQ(progress().items.running, 3);
    EXPECT_EQ(progress().executions.timed_out, 1);
    EXPECT_EQ(progress().executions.not_redrivable, 1);
    EXPECT_EQ(progress().executions.pending_redrive, 1);
    EXPECT_EQ(store->find_execution(21)->redrive_count, 1);
    EXPECT_THAT(listed(ExecutionStatus::running), ElementsAre(21));
    // It fails again: it waits no more.
    EXPECT_EQ(append(*store, 21, 2, row(3, 1, 3, 1),
                     [] {
                         ExecutionUpdate failed = succeeds(3, 3);
                         failed.status = ExecutionStatus::failed;
                         return failed;
                     }()),
              Outcome::committed);
    EXPECT_THAT(pending(), ElementsAre(23));
    EXPECT_EQ(reopen_child(21, 3), Outcome::conflict);
    // With the end of the run nothing waits.
    EXPECT_EQ(end_run(MapRunStatus::failed), Outcome::committed);
    EXPECT_EQ(progress().executions.pending_redrive, 0);
    EXPECT_EQ(progress().executions.failed, 1);
    EXPECT_EQ(progress().executions.aborted, 1);
    EXPECT_EQ(progress().items.started(), 7);
    EXPECT_EQ(reopen_child(23), Outcome::conflict);
}

TEST_P(MapRunRedrives, DoNotConcernAChildThatBeginsInOne) {
    ASSERT_EQ(start_children(0, {child(20)}), Outcome::committed);
    end_child(20, ExecutionStatus::failed);
    EXPECT_EQ(end_run(MapRunStatus::failed), Outcome::committed);
    redrive_run();
    EXPECT_EQ(reopen_child(20), Outcome::committed);
    ASSERT_EQ(start_children(1, {child(21)}), Outcome::committed);
    end_child(21, ExecutionStatus::failed);
    EXPECT_EQ(store->find_execution(21)->run_redrive, 1);
    EXPECT_THAT(pending(), IsEmpty());
    EXPECT_EQ(progress().executions.failed, 1);
    EXPECT_EQ(reopen_child(21), Outcome::conflict);
}

TEST_P(MapRunRedrives, ForgetWhatTheRunFailedWith) {
    const auto fail_run = [this](const std::string& error) {
        Waited<Outcome> waited;
        store->fail_map_run(5, error, "why", waited.callback());
        return waited.get();
    };
    ASSERT_EQ(start_children(0, {child(20)}), Outcome::committed);
    EXPECT_EQ(fail_run("Odd"), Outcome::committed);
    EXPECT_EQ(fail_run("Later"), Outcome::conflict);
    reopen();
    EXPECT_EQ(store->find_map_run(kRun)->error, "Odd");
    EXPECT_EQ(store->find_map_run(kRun)->cause, "why");
    EXPECT_EQ(progress().status, MapRunStatus::running);
    end_child(20, ExecutionStatus::aborted);
    EXPECT_EQ(end_run(MapRunStatus::failed), Outcome::committed);
    EXPECT_EQ(fail_run("Late"), Outcome::conflict);
    redrive_run();
    EXPECT_EQ(store->find_map_run(kRun)->error, std::nullopt);
    EXPECT_EQ(fail_run("Again"), Outcome::committed);
}

TEST_P(MapRunRedrives, OfOneThatIsComingToItsEndComeThen) {
    ASSERT_EQ(start_children(0, {child(20)}), Outcome::committed);
    auto changes = std::make_shared<MapRunChanges>();
    changes->stopping.push_back(kRun);
    ASSERT_EQ(step_parent(ExecutionStatus::aborted, std::move(changes)), Outcome::committed);
    changes = std::make_shared<MapRunChanges>();
    changes->redriven.push_back({kRun, at(70)});
    ASSERT_EQ(step_parent(ExecutionStatus::running, std::move(changes)), Outcome::committed);
    EXPECT_TRUE(progress().stopping);
    EXPECT_EQ(progress().redrive_count, 0);
    end_child(20, ExecutionStatus::aborted);
    EXPECT_EQ(end_run(MapRunStatus::aborted), Outcome::committed);
    EXPECT_EQ(progress().status, MapRunStatus::running);
    EXPECT_FALSE(progress().stopping);
    EXPECT_EQ(progress().redrive_count, 1);
    EXPECT_THAT(pending(), ElementsAre(20));
}

TEST_P(MapRunRedrives, AreOffWhereTheExecutionEndsBeforeThey) {
    ASSERT_EQ(start_children(0, {child(20)}), Outcome::committed);
    auto stop = std::make_shared<MapRunChanges>();
    stop->stopping.push_back(kRun);
    auto again = std::make_shared<MapRunChanges>();
    again->redriven.push_back({kRun, at(70)});
    ASSERT_EQ(step_parent(ExecutionStatus::aborted, stop), Outcome::committed);
    ASSERT_EQ(step_parent(ExecutionStatus::running, again), Outcome::committed);
    ASSERT_EQ(step_parent(ExecutionStatus::aborted, stop), Outcome::committed);
    end_child(20, ExecutionStatus::aborted);
    EXPECT_EQ(end_run(MapRunStatus::aborted), Outcome::committed);
    EXPECT_EQ(progress().status, MapRunStatus::aborted);
    EXPECT_TRUE(progress().settled);
}

TEST_P(MapRunRedrives, LetAnExpressChildBeginAnew) {
    ExecutionRecord express = child(20);
    express.type = WorkflowType::express;
    ASSERT_EQ(start_children(0, {express}), Outcome::committed);
    end_child(20, ExecutionStatus::failed);
    end_run(MapRunStatus::failed);
    redrive_run();
    EXPECT_EQ(redrive_child(20, ChildRedrive::begins_anew), Outcome::committed);
    const auto found = store->find_execution(20);
    EXPECT_EQ(found->status, ExecutionStatus::running);
    EXPECT_EQ(found->output, std::nullopt);
    EXPECT_EQ(found->stop_date, std::nullopt);
    EXPECT_EQ(found->wake_at, TimePoint{});
    EXPECT_EQ(progress().executions.running, 1);
    EXPECT_EQ(append(*store, 20, 0, row(1, 0, 1, 0), succeeds(1, 0)), Outcome::committed);
    EXPECT_EQ(progress().executions.succeeded, 1);
    EXPECT_THAT(pending(), IsEmpty());
}

}  // namespace
}  // namespace stepwell::storage_test
