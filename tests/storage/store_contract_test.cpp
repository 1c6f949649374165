#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "storage/memory_store.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/storage/records.hpp"

/// What engine/store.hpp promises, asked of every store there is.
namespace stepwell::storage_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::Pair;
using testing::SizeIs;

struct StoreCase {
    const char* name;
    std::function<std::unique_ptr<GroupedStore>(const Folder&, std::int64_t max_open)> make_store;

    std::unique_ptr<GroupedStore> make(const Folder& folder) const {
        return make_store(folder, kMaxOpenExecutions);
    }
    std::unique_ptr<GroupedStore> make_with_two_open(const Folder& folder) const {
        return make_store(folder, 2);
    }
};

class StoreContract : public testing::TestWithParam<StoreCase> {
protected:
    Folder folder;
    std::unique_ptr<GroupedStore> store = GetParam().make(folder);
};

std::unique_ptr<GroupedStore> open(const Folder& folder, Durability durability,
                                   std::int64_t max_open) {
    SqliteOptions options;
    options.durability = durability;
    options.max_open_executions = max_open;
    return open_sqlite_store(folder / ("data-" + std::to_string(max_open) + ".db"),
                             std::move(options));
}

INSTANTIATE_TEST_SUITE_P(
    , StoreContract,
    testing::Values(StoreCase{"Sqlite",
                              [](const Folder& folder, std::int64_t max_open) {
                                  return open(folder, Durability::normal, max_open);
                              }},
                    StoreCase{"SqliteFull",
                              [](const Folder& folder, std::int64_t max_open) {
                                  return open(folder, Durability::full, max_open);
                              }},
                    StoreCase{"Memory",
                              [](const Folder&, std::int64_t max_open) {
                                  return std::make_unique<MemoryStore>(
                                      storage::GroupWriter::Options{}, KeepExecutions{}, max_open);
                              }}),
    [](const testing::TestParamInfo<StoreCase>& tested) { return std::string(tested.param.name); });

std::vector<ExecutionKey> keys(const ExecutionPage& page) {
    std::vector<ExecutionKey> keys;
    for (const ExecutionRecord& record : page.executions) keys.push_back(record.key);
    return keys;
}

std::vector<Sequence> sequences(const std::vector<JournalRow>& rows) {
    std::vector<Sequence> sequences;
    for (const JournalRow& r : rows) sequences.push_back(r.first_sequence);
    return sequences;
}

// --- state machines

TEST_P(StoreContract, GivesBackAStateMachineAsItWasCreated) {
    StateMachineRecord record = machine("order", WorkflowType::express);
    record.description = "first";
    record.encryption_configuration = R"({"type":"AWS_OWNED_KEY"})";
    ASSERT_EQ(create(*store, record, {{"team", "a"}, {"env", "test"}}), Outcome::committed);

    const auto found = store->find_state_machine(kMachine);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->arn, record.arn);
    EXPECT_EQ(found->name, "order");
    EXPECT_EQ(found->owner, record.owner);
    EXPECT_EQ(found->type, WorkflowType::express);
    EXPECT_EQ(found->status, MachineStatus::active);
    EXPECT_EQ(found->definition, record.definition);
    EXPECT_EQ(found->role_arn, record.role_arn);
    EXPECT_EQ(found->revision_id, "");
    EXPECT_EQ(found->creation_date, at(0));
    EXPECT_EQ(found->update_date, at(0));
    EXPECT_EQ(found->logging_configuration, record.logging_configuration);
    EXPECT_EQ(found->tracing_configuration, record.tracing_configuration);
    EXPECT_EQ(found->encryption_configuration, record.encryption_configuration);
    EXPECT_EQ(found->description, "first");
    EXPECT_THAT(store->tags_of(kMachine),
                Optional(ElementsAre(Pair("team", "a"), Pair("env", "test"))));
}

TEST_P(StoreContract, KnowsNoMachineThatWasNotCreated) {
    EXPECT_EQ(store->find_state_machine(kMachine), nullptr);
    EXPECT_FALSE(store->tags_of(kMachine));
    EXPECT_THAT(store->list_executions(kMachine, {}, 0, 10).executions, IsEmpty());
    EXPECT_THAT(store->running_executions(kMachine, 0, 10), IsEmpty());
}

TEST_P(StoreContract, RefusesASecondMachineOfOneArnAndKeepsTheFirst) {
    create(*store, machine());
    StateMachineRecord second = machine();
    second.definition = "other";
    EXPECT_EQ(create(*store, second, {{"a", "b"}}), Outcome::conflict);
    EXPECT_EQ(store->find_state_machine(kMachine)->definition, machine().definition);
    EXPECT_THAT(store->tags_of(kMachine), Optional(IsEmpty()));
}

TEST_P(StoreContract, UpdatesTheRevisionThatTheCallerExpects) {
    create(*store, machine());
    StateMachineRecord second = machine();
    second.definition = "second";
    second.role_arn = "role/second";
    second.revision_id = "r2";
    second.update_date = at(5);
    second.description = "of r2";
    ASSERT_EQ(update(*store, second, ""), Outcome::committed);
    const auto found = store->find_state_machine(kMachine);
    EXPECT_EQ(found->definition, "second");
    EXPECT_EQ(found->role_arn, "role/second");
    EXPECT_EQ(found->revision_id, "r2");
    EXPECT_EQ(found->update_date, at(5));
    EXPECT_EQ(found->description, "of r2");
    EXPECT_EQ(found->creation_date, at(0));

    second.definition = "third";
    EXPECT_EQ(update(*store, second, ""), Outcome::conflict);
    EXPECT_EQ(update(*store, second, "r1"), Outcome::conflict);
    EXPECT_EQ(store->find_state_machine(kMachine)->definition, "second");
    EXPECT_EQ(update(*store, machine("other"), ""), Outcome::not_found);
}

TEST_P(StoreContract, AnUpdateChangesNeitherNameNorOwnerNorTypeNorCreation) {
    create(*store, machine());
    StateMachineRecord changed = machine();
    changed.revision_id = "r2";
    changed.name = "else";
    changed.type = WorkflowType::express;
    changed.creation_date = at(99);
    ASSERT_EQ(update(*store, changed, ""), Outcome::committed);
    const auto found = store->find_state_machine(kMachine);
    EXPECT_EQ(found->name, "order");
    EXPECT_EQ(found->type, WorkflowType::standard);
    EXPECT_EQ(found->creation_date, at(0));
}

TEST_P(StoreContract, OfRacingUpdatesOneWins) {
    create(*store, machine());
    std::vector<Waited<PublishOutcome>> waited(20);
    std::vector<std::jthread> callers;
    for (std::size_t i = 0; i < waited.size(); ++i) {
        callers.emplace_back([&, i] {
            StateMachineRecord record = machine();
            record.revision_id = "r" + std::to_string(i);
            store->update_state_machine(record, "", {}, waited[i].callback());
        });
    }
    std::size_t winners = 0;
    for (std::size_t i = 0; i < waited.size(); ++i) {
        if (waited[i].get().outcome != Outcome::committed) continue;
        ++winners;
        EXPECT_EQ(store->find_state_machine(kMachine)->revision_id, "r" + std::to_string(i));
    }
    EXPECT_EQ(winners, 1U);
}

TEST_P(StoreContract, ListsTheMachinesOfOneOwnerByName) {
    for (const char* name : {"b", "d", "a", "c"}) create(*store, machine(name));
    StateMachineRecord elsewhere = machine("aa");
    elsewhere.owner.region = "eu-west-1";
    elsewhere.arn = state_machine_arn(elsewhere.owner, "aa");
    create(*store, elsewhere);

    const auto names = [&](const std::string& after, std::size_t limit) {
        std::vector<std::string> page;
        for (const auto& record : store->list_state_machines(machine().owner, after, limit)) {
            page.push_back(record.name);
        }
        return page;
    };
    EXPECT_THAT(names("", 10), ElementsAre("a", "b", "c", "d"));
    EXPECT_THAT(names("", 2), ElementsAre("a", "b"));
    EXPECT_THAT(names("b", 10), ElementsAre("c", "d"));
    EXPECT_THAT(names("d", 10), IsEmpty());

    const auto page = store->list_state_machines(elsewhere.owner, "", 10);
    ASSERT_THAT(page, SizeIs(1));
    EXPECT_EQ(page[0].arn, elsewhere.arn);
    EXPECT_EQ(page[0].type, WorkflowType::standard);
    EXPECT_EQ(page[0].creation_date, at(0));
}

// --- activities

TEST_P(StoreContract, GivesBackAnActivityAsItWasCreated) {
    ActivityRecord record = activity();
    record.encryption_configuration = R"({"type":"AWS_OWNED_KEY"})";
    ASSERT_EQ(create(*store, record, {{"team", "a"}, {"env", "test"}}), Outcome::committed);
    const auto found = store->find_activity(record.arn);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->arn, record.arn);
    EXPECT_EQ(found->name, "assemble");
    EXPECT_EQ(found->owner, record.owner);
    EXPECT_EQ(found->creation_date, at(0));
    EXPECT_EQ(found->encryption_configuration, record.encryption_configuration);
    EXPECT_THAT(store->tags_of(record.arn),
                Optional(ElementsAre(Pair("team", "a"), Pair("env", "test"))));
    EXPECT_TRUE(store->has_activity(record.arn));
}

TEST_P(StoreContract, RefusesASecondActivityOfOneArnAndKeepsTheFirst) {
    create(*store, activity());
    ActivityRecord second = activity();
    second.creation_date = at(9);
    EXPECT_EQ(create(*store, second, {{"a", "b"}}), Outcome::conflict);
    EXPECT_EQ(store->find_activity(second.arn)->creation_date, at(0));
    EXPECT_THAT(store->tags_of(second.arn), Optional(IsEmpty()));
}

TEST_P(StoreContract, ForgetsADeletedActivityWithItsTags) {
    const std::string arn = activity().arn;
    create(*store, activity(), {{"a", "b"}});
    EXPECT_EQ(remove_activity(*store, arn), Outcome::committed);
    EXPECT_FALSE(store->find_activity(arn));
    EXPECT_FALSE(store->has_activity(arn));
    EXPECT_FALSE(store->tags_of(arn));
    EXPECT_EQ(remove_activity(*store, arn), Outcome::not_found);
    EXPECT_EQ(create(*store, activity()), Outcome::committed);
    EXPECT_THAT(store->tags_of(arn), Optional(IsEmpty()));
}

TEST_P(StoreContract, ListsTheActivitiesOfAnOwnerByName) {
    for (const char* name : {"b", "c", "a"}) create(*store, activity(name));
    ActivityRecord other = activity("d");
    other.owner.region = "eu-west-1";
    other.arn = activity_arn(other.owner, "d");
    create(*store, other);
    const Owner owner = activity().owner;
    const auto names = [&](const std::string& after, std::size_t limit) {
        std::vector<std::string> found;
        for (const ActivityRecord& record : store->list_activities(owner, after, limit))
            found.push_back(record.name);
        return found;
    };
    EXPECT_THAT(names("", 10), ElementsAre("a", "b", "c"));
    EXPECT_THAT(names("a", 1), ElementsAre("b"));
    EXPECT_THAT(names("c", 10), IsEmpty());
}

TEST_P(StoreContract, ForgetsActivitiesInAReset) {
    create(*store, activity());
    ASSERT_EQ(reset(*store), Outcome::committed);
    EXPECT_FALSE(store->has_activity(activity().arn));
    EXPECT_FALSE(store->find_activity(activity().arn));
}

// --- deleting machines

TEST_P(StoreContract, AMachineWithoutExecutionsGoesAtOnceAndItsNameIsFree) {
    create(*store, machine(), {{"a", "b"}});
    EXPECT_EQ(remove(*store, kMachine), Outcome::committed);
    EXPECT_EQ(store->find_state_machine(kMachine), nullptr);
    EXPECT_FALSE(store->tags_of(kMachine));
    EXPECT_THAT(store->list_state_machines(machine().owner, "", 10), IsEmpty());
    EXPECT_EQ(remove(*store, kMachine), Outcome::not_found);
    EXPECT_EQ(create(*store, machine()), Outcome::committed);
}

TEST_P(StoreContract, AMachineWithRunningExecutionsIsDeletingUntilTheLastOfThemEnds) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    start(*store, execution(2, "b"));
    append(*store, 1, 1, row(2, 1, 2, 1), succeeds(2, 2));

    ASSERT_EQ(remove(*store, kMachine), Outcome::committed);
    ASSERT_TRUE(store->find_state_machine(kMachine));
    EXPECT_EQ(store->find_state_machine(kMachine)->status, MachineStatus::deleting);
    EXPECT_EQ(remove(*store, kMachine), Outcome::committed);  // again is no error
    EXPECT_EQ(start(*store, execution(3, "c")).outcome, Outcome::not_found);
    EXPECT_EQ(update(*store, machine(), ""), Outcome::not_found);
    EXPECT_EQ(create(*store, machine()), Outcome::conflict);
    EXPECT_THAT(store->running_executions(kMachine, 0, 10), ElementsAre(2));
    EXPECT_TRUE(store->find_execution(2));

    EXPECT_EQ(append(*store, 2, 1, row(2, 1, 2, 1), succeeds(2, 2)), Outcome::committed);
    EXPECT_TRUE(eventually([&] { return !store->find_state_machine(kMachine); }));
    EXPECT_FALSE(store->find_execution(1));
    EXPECT_FALSE(store->find_execution(execution_arn_of("b")));
    EXPECT_THAT(store->read_journal(2, 1, 10, 1000), IsEmpty());
    EXPECT_FALSE(store->revision_of(2));
}

TEST_P(StoreContract, ADeletedMachineWithMuchHistoryGoesInBites) {
    create(*store, machine());
    create(*store, machine("kept"));
    constexpr ExecutionKey kExecutions = 1000;
    std::vector<Waited<StartOutcome>> started(kExecutions);
    for (ExecutionKey key = 1; key <= kExecutions; ++key) {
        ExecutionRecord record = execution(key, "e" + std::to_string(key));
        record.status = ExecutionStatus::failed;
        store->start_execution(record, row(1, 1, 1, 1, std::string(4000, 'x')),
                               started[static_cast<std::size_t>(key) - 1].callback());
    }
    for (auto& s : started) ASSERT_EQ(s.get().outcome, Outcome::committed);
    // One of them with a long journal.
    start(*store, execution(2000, "long"));
    for (Sequence n = 1; n < 600; ++n) {
        store->append(2000, n, row(n + 1, 1, n + 1, 1), goes_on(n + 1, n + 1), [](Outcome) {});
    }
    ASSERT_EQ(append(*store, 2000, 600, row(601, 1, 601, 1), succeeds(601, 601)),
              Outcome::committed);
    start(*store, execution(5000, "other", state_machine_arn(machine().owner, "kept")));

    ASSERT_EQ(remove(*store, kMachine), Outcome::committed);
    // Others are served meanwhile.
    EXPECT_EQ(append(*store, 5000, 1, row(2, 1, 2, 1), succeeds(2, 2)), Outcome::committed);
    EXPECT_TRUE(eventually([&] { return !store->find_state_machine(kMachine); }));
    for (ExecutionKey key = 1; key <= kExecutions; ++key)
        ASSERT_FALSE(store->find_execution(key)) << key;
    EXPECT_FALSE(store->find_execution(2000));
    EXPECT_THAT(store->read_journal(2000, 1, 10, 1000), IsEmpty());
    EXPECT_THAT(store->read_journal(5000, 1, 10, 1000), SizeIs(2));
    EXPECT_EQ(create(*store, machine()), Outcome::committed);
    EXPECT_THAT(store->list_executions(kMachine, {}, 0, 10).executions, IsEmpty());
}

TEST_P(StoreContract, DeletingAMachineFreesTheNamesOfItsExecutions) {
    create(*store, machine());
    ExecutionRecord ended = execution(1, "a");
    ended.status = ExecutionStatus::succeeded;
    start(*store, ended);
    remove(*store, kMachine);
    create(*store, machine());
    EXPECT_EQ(start(*store, execution(2, "a")).outcome, Outcome::committed);
}

// --- documents

Outcome put(Store& store, Document document) {
    Waited<Outcome> waited;
    store.put_document(std::move(document), waited.callback());
    return waited.get();
}

std::vector<std::string> bodies(const Store& store, const std::string& collection) {
    std::vector<std::string> texts;
    for (const Document& document : store.documents(collection))
        texts.push_back(document.key + "=" + document.body);
    return texts;
}

TEST_P(StoreContract, KeepsDocumentsByCollectionAndKey) {
    EXPECT_EQ(put(*store, {"rules", "b", "1"}), Outcome::committed);
    EXPECT_EQ(put(*store, {"rules", "a", "2"}), Outcome::committed);
    EXPECT_EQ(put(*store, {"rulesX", "a", "3"}), Outcome::committed);
    EXPECT_EQ(put(*store, {"rules", "b", "4"}), Outcome::committed);
    EXPECT_THAT(bodies(*store, "rules"), ElementsAre("a=2", "b=4"));
    EXPECT_THAT(bodies(*store, "none"), IsEmpty());
}

TEST_P(StoreContract, ForgetsDocumentsThatAreDeletedOrReset) {
    put(*store, {"rules", "a", "1"});
    put(*store, {"rules", "b", "2"});
    Waited<Outcome> gone;
    store->delete_document("rules", "a", gone.callback());
    EXPECT_EQ(gone.get(), Outcome::committed);
    Waited<Outcome> again;
    store->delete_document("rules", "a", again.callback());
    EXPECT_EQ(again.get(), Outcome::not_found);
    EXPECT_THAT(bodies(*store, "rules"), ElementsAre("b=2"));
    ASSERT_EQ(reset(*store), Outcome::committed);
    EXPECT_THAT(bodies(*store, "rules"), IsEmpty());
}

// --- starting executions

TEST_P(StoreContract, GivesBackAnExecutionAsItWasStarted) {
    create(*store, machine());
    ExecutionRecord record = execution(7, "run");
    record.input = R"({"a":1})";
    record.trace_header = "Root=1";
    record.test_case = "HappyPath";
    ASSERT_EQ(start(*store, record).outcome, Outcome::committed);

    for (const auto& found : {store->find_execution(7), store->find_execution(record.arn)}) {
        ASSERT_TRUE(found);
        EXPECT_EQ(found->key, 7);
        EXPECT_EQ(found->arn, record.arn);
        EXPECT_EQ(found->name, "run");
        EXPECT_EQ(found->state_machine_arn, kMachine);
        EXPECT_EQ(found->revision_id, "");
        EXPECT_EQ(found->type, WorkflowType::standard);
        EXPECT_EQ(found->status, ExecutionStatus::running);
        EXPECT_EQ(found->start_date, record.start_date);
        EXPECT_EQ(found->stop_date, std::nullopt);
        EXPECT_EQ(found->role_arn, record.role_arn);
        EXPECT_EQ(found->input, record.input);
        EXPECT_EQ(found->output, std::nullopt);
        EXPECT_EQ(found->error, std::nullopt);
        EXPECT_EQ(found->cause, std::nullopt);
        EXPECT_EQ(found->trace_header, "Root=1");
        EXPECT_EQ(found->test_case, "HappyPath");
        EXPECT_EQ(found->wake_at, record.wake_at);
        EXPECT_EQ(found->last_sequence, 1);
        EXPECT_EQ(found->last_event, 1);
    }
    EXPECT_FALSE(store->find_execution(8));
    EXPECT_FALSE(store->find_execution(record.arn + "x"));
}

TEST_P(StoreContract, AStartMayBeTheWholeExecution) {
    create(*store, machine());
    ExecutionRecord record = execution(7, "run");
    record.status = ExecutionStatus::failed;
    record.stop_date = at(8);
    record.error = "Boom";
    record.cause = "";
    ASSERT_EQ(start(*store, record).outcome, Outcome::committed);
    const auto found = store->find_execution(7);
    EXPECT_EQ(found->status, ExecutionStatus::failed);
    EXPECT_EQ(found->stop_date, at(8));
    EXPECT_EQ(found->error, "Boom");
    EXPECT_EQ(found->cause, "");
    EXPECT_EQ(found->output, std::nullopt);
    EXPECT_EQ(found->wake_at, std::nullopt);  // nothing to look at in a closed one
    EXPECT_THAT(store->running_executions(kMachine, 0, 10), IsEmpty());
    EXPECT_THAT(store->wakes_after({}, 10), IsEmpty());
}

TEST_P(StoreContract, KeepsLongAndOddTexts) {
    create(*store, machine());
    ExecutionRecord record = execution(7, "run");
    record.input = "\"" + std::string(262'142, 'i') + "\"";
    start(*store, record, row(1, 1, 1, 1, std::string("\0\x01\xff", 3)));
    const std::string output = "\"" + std::string(200'000, 'o') + "\xF0\x9F\x98\x80\"";
    append(*store, 7, 1, row(2, 1, 2, 1, ""), succeeds(2, 2, output));
    const auto found = store->find_execution(7);
    EXPECT_EQ(found->input, record.input);
    EXPECT_EQ(found->output, output);
    EXPECT_EQ(store->find_execution(record.arn)->output, output);
    const auto journal = store->read_journal(7, 1, 10, 1000);
    ASSERT_THAT(journal, SizeIs(2));
    EXPECT_EQ(journal[0].bytes, std::string("\0\x01\xff", 3));
    EXPECT_EQ(journal[1].bytes, "");
}

TEST_P(StoreContract, AnExpressArnNamesTheExecutionToo) {
    create(*store, machine("quick", WorkflowType::express));
    ExecutionRecord record = execution(7, "run", state_machine_arn(machine().owner, "quick"));
    record.arn = "arn:aws:states:us-east-1:123456789012:express:quick:run:0f0e";
    record.type = WorkflowType::express;
    start(*store, record, JournalRow{});
    EXPECT_EQ(store->find_execution(7)->name, "run");
    EXPECT_EQ(store->find_execution(record.arn)->type, WorkflowType::express);
}

TEST_P(StoreContract, AStartOfATakenNameGetsTheExecutionThatHasIt) {
    create(*store, machine());
    ExecutionRecord first = execution(1, "same");
    first.input = "1";
    start(*store, first);
    ExecutionRecord second = execution(2, "same");
    second.input = "2";
    const StartOutcome outcome = start(*store, second);
    EXPECT_EQ(outcome.outcome, Outcome::conflict);
    ASSERT_TRUE(outcome.existing);
    EXPECT_EQ(outcome.existing->key, 1);
    EXPECT_EQ(outcome.existing->input, "1");
    EXPECT_FALSE(store->find_execution(2));
    EXPECT_THAT(store->read_journal(2, 1, 10, 1000), IsEmpty());
}

TEST_P(StoreContract, AStartNeedsAnActiveMachineOfTheRevisionThatItNames) {
    EXPECT_EQ(start(*store, execution(1, "a")).outcome, Outcome::not_found);
    create(*store, machine());
    ExecutionRecord record = execution(1, "a");
    record.revision_id = "r2";
    StartOutcome outcome = start(*store, record);
    EXPECT_EQ(outcome.outcome, Outcome::conflict);
    EXPECT_FALSE(outcome.existing);
    EXPECT_FALSE(store->find_execution(1));

    StateMachineRecord second = machine();
    second.revision_id = "r2";
    update(*store, second, "");
    EXPECT_EQ(start(*store, record).outcome, Outcome::committed);
    EXPECT_EQ(store->find_execution(1)->revision_id, "r2");
    EXPECT_EQ(start(*store, execution(2, "b")).outcome, Outcome::conflict);
}

TEST_P(StoreContract, AStartUnderATakenKeyIsAConflict) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    const StartOutcome outcome = start(*store, execution(1, "b"));
    EXPECT_EQ(outcome.outcome, Outcome::conflict);
    EXPECT_FALSE(outcome.existing);
    EXPECT_EQ(store->find_execution(1)->name, "a");
}

TEST_P(StoreContract, AHundredRacingStartsOfOneNameMakeOneExecution) {
    create(*store, machine());
    constexpr std::size_t kRacers = 100;
    std::vector<Waited<StartOutcome>> waited(kRacers);
    {
        std::vector<std::jthread> racers;
        for (std::size_t i = 0; i < kRacers; ++i) {
            racers.emplace_back([&, i] {
                store->start_execution(execution(static_cast<ExecutionKey>(i) + 1, "same"),
                                       row(1, 1, 1, 1), waited[i].callback());
            });
        }
    }
    ExecutionKey winner = 0;
    std::vector<ExecutionKey> seen;
    for (std::size_t i = 0; i < kRacers; ++i) {
        const StartOutcome outcome = waited[i].get();
        if (outcome.outcome == Outcome::committed) {
            EXPECT_EQ(winner, 0);
            winner = static_cast<ExecutionKey>(i) + 1;
        } else {
            ASSERT_EQ(outcome.outcome, Outcome::conflict);
            ASSERT_TRUE(outcome.existing);
            seen.push_back(outcome.existing->key);
        }
    }
    EXPECT_THAT(seen, SizeIs(kRacers - 1));
    EXPECT_THAT(seen, testing::Each(winner));
    EXPECT_THAT(keys(store->list_executions(kMachine, {}, 0, 1000)), ElementsAre(winner));
}

// --- appending

TEST_P(StoreContract, AnAppendChangesTheRowAndAddsToTheJournal) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    ASSERT_EQ(append(*store, 1, 1, row(2, 3, 2, 2, "second"), goes_on(4, 3, at(50))),
              Outcome::committed);
    auto found = store->find_execution(1);
    EXPECT_EQ(found->status, ExecutionStatus::running);
    EXPECT_EQ(found->wake_at, at(50));
    EXPECT_EQ(found->last_sequence, 4);
    EXPECT_EQ(found->last_event, 3);

    ASSERT_EQ(append(*store, 1, 4, row(5, 1, 4, 1), succeeds(5, 4, "[1]", at(60))),
              Outcome::committed);
    found = store->find_execution(1);
    EXPECT_EQ(found->status, ExecutionStatus::succeeded);
    EXPECT_EQ(found->output, "[1]");
    EXPECT_EQ(found->stop_date, at(60));
    EXPECT_EQ(found->wake_at, std::nullopt);
    EXPECT_EQ(found->input, "{}");

    const auto journal = store->read_journal(1, 1, 10, 1000);
    ASSERT_THAT(journal, SizeIs(3));
    EXPECT_EQ(journal[1].first_sequence, 2);
    EXPECT_EQ(journal[1].entry_count, 3U);
    EXPECT_EQ(journal[1].first_event, 2);
    EXPECT_EQ(journal[1].event_count, 2U);
    EXPECT_EQ(journal[1].bytes, "second");
}

TEST_P(StoreContract, AnAppendMustNameTheLastEntry) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    EXPECT_EQ(append(*store, 1, 0, row(1, 1, 1, 1), goes_on(1, 1)), Outcome::conflict);
    EXPECT_EQ(append(*store, 1, 2, row(3, 1, 3, 1), goes_on(3, 3)), Outcome::conflict);
    EXPECT_EQ(append(*store, 2, 1, row(2, 1, 2, 1), goes_on(2, 2)), Outcome::not_found);
    EXPECT_THAT(store->read_journal(1, 1, 10, 1000), SizeIs(1));
    EXPECT_EQ(store->find_execution(1)->last_sequence, 1);
}

TEST_P(StoreContract, AFailedPreconditionLeavesTheOthersOfItsGroupAlone) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    std::vector<Waited<Outcome>> waited(30);
    for (std::size_t i = 0; i < waited.size(); ++i) {
        const Sequence after = 1 + static_cast<Sequence>(i / 3);
        // Of three, one fits, one is stale then, and one names no execution.
        const ExecutionKey key = i % 3 == 2 ? 99 : 1;
        store->append(key, after, row(after + 1, 1, after + 1, 1), goes_on(after + 1, after + 1),
                      waited[i].callback());
    }
    for (std::size_t i = 0; i < waited.size(); ++i) {
        constexpr Outcome kWant[] = {Outcome::committed, Outcome::conflict, Outcome::not_found};
        EXPECT_EQ(waited[i].get(), kWant[i % 3]) << i;
    }
    EXPECT_THAT(store->read_journal(1, 1, 100, 1000), SizeIs(11));
    EXPECT_EQ(store->find_execution(1)->last_sequence, 11);
}

TEST_P(StoreContract, AnAppendWithoutEntriesChangesTheRowOnly) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    EXPECT_EQ(append(*store, 1, 1, row(2, 0, 2, 0), goes_on(1, 1, at(70))), Outcome::committed);
    EXPECT_EQ(append(*store, 1, 1, row(2, 1, 2, 1), goes_on(2, 2, at(80))), Outcome::committed);
    EXPECT_EQ(store->find_execution(1)->wake_at, at(80));
    EXPECT_THAT(store->read_journal(1, 1, 10, 1000), SizeIs(2));
}

TEST_P(StoreContract, KeepsNoMoreActivitiesOfAnOwnerThanTheQuotaAllows) {
    for (int i = 0; i < 9'999; ++i)
        store->create_activity(activity("a" + std::to_string(i)), {}, [](Outcome) {});
    EXPECT_EQ(create(*store, activity("last")), Outcome::committed);
    EXPECT_EQ(create(*store, activity("last")), Outcome::conflict);
    EXPECT_EQ(create(*store, activity("over")), Outcome::limit_reached);
    EXPECT_FALSE(store->has_activity(activity("over").arn));
    EXPECT_EQ(store->find_activity(activity("over").arn), std::nullopt);
    ActivityRecord elsewhere = activity("over");
    elsewhere.owner.region = "eu-west-1";
    elsewhere.arn = "arn:aws:states:eu-west-1:123456789012:activity:over";
    EXPECT_EQ(create(*store, elsewhere), Outcome::committed);
    EXPECT_EQ(remove_activity(*store, activity("a7").arn), Outcome::committed);
    EXPECT_EQ(create(*store, activity("over")), Outcome::committed);
    EXPECT_EQ(create(*store, activity("a7")), Outcome::limit_reached);
}

TEST_P(StoreContract, NoMoreExecutionsOfAnOwnerRunThanMay) {
    store = GetParam().make_with_two_open(folder);
    create(*store, machine());
    create(*store, machine("other"));
    create(*store, machine("express", WorkflowType::express));
    EXPECT_EQ(start(*store, execution(1, "a")).outcome, Outcome::committed);
    EXPECT_EQ(start(*store, execution(2, "b", machine("other").arn)).outcome, Outcome::committed);
    EXPECT_EQ(start(*store, execution(3, "c")).outcome, Outcome::limit_reached);
    EXPECT_EQ(store->find_execution(3), std::nullopt);
    // What is there is found, as ever; Express executions do not count.
    EXPECT_EQ(start(*store, execution(4, "a")).outcome, Outcome::conflict);
    ExecutionRecord express = execution(5, "e", machine("express").arn);
    express.type = WorkflowType::express;
    EXPECT_EQ(start(*store, express, {}).outcome, Outcome::committed);
    StateMachineRecord elsewhere = machine();
    elsewhere.owner.region = "eu-west-1";
    elsewhere.arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:order";
    create(*store, elsewhere);
    ExecutionRecord abroad = execution(6, "a");
    abroad.state_machine_arn = elsewhere.arn;
    abroad.arn = "arn:aws:states:eu-west-1:123456789012:execution:order:a";
    EXPECT_EQ(start(*store, abroad).outcome, Outcome::committed);

    EXPECT_EQ(append(*store, 1, 1, row(2, 1, 2, 1), succeeds(2, 2)), Outcome::committed);
    EXPECT_EQ(start(*store, execution(7, "c")).outcome, Outcome::committed);
    EXPECT_EQ(start(*store, execution(8, "d")).outcome, Outcome::limit_reached);
    // Nor is one opened again.
    EXPECT_EQ(append(*store, 1, 2, row(3, 1, 3, 1), goes_on(3, 3)), Outcome::limit_reached);
    EXPECT_EQ(append(*store, 1, 2, row(3, 1, 3, 1), succeeds(3, 3)), Outcome::limit_reached)
        << "also where it would be over at once";
    EXPECT_EQ(append(*store, 2, 1, row(2, 1, 2, 1), succeeds(2, 2)), Outcome::committed);
    EXPECT_EQ(append(*store, 1, 2, row(3, 1, 3, 1), goes_on(3, 3)), Outcome::committed);
}

TEST_P(StoreContract, AClosedExecutionCanBeOpenedAgain) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    ExecutionUpdate failed = succeeds(2, 2);
    failed.status = ExecutionStatus::failed;
    failed.output.reset();
    failed.cause = std::string(1000, 'c');
    append(*store, 1, 1, row(2, 1, 2, 1), failed);
    EXPECT_EQ(store->find_execution(1)->cause, failed.cause);
    append(*store, 1, 2, row(3, 1, 3, 1), goes_on(3, 3, at(90)));
    const auto found = store->find_execution(1);
    EXPECT_EQ(found->status, ExecutionStatus::running);
    EXPECT_EQ(found->stop_date, std::nullopt);
    EXPECT_EQ(found->cause, std::nullopt);
    EXPECT_THAT(store->running_executions(kMachine, 0, 10), ElementsAre(1));
    EXPECT_THAT(keys(store->list_executions(kMachine, {.status = ExecutionStatus::failed}, 0, 10)),
                IsEmpty());
}

ExecutionUpdate redriven(Sequence last_sequence, EventId last_event, std::int64_t count,
                         TimePoint date) {
    ExecutionUpdate update = goes_on(last_sequence, last_event, at(90));
    update.redrive_count = count;
    update.redrive_date = date;
    return update;
}

TEST_P(StoreContract, KeepsHowOftenAndWhenAnExecutionWasRedriven) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    EXPECT_EQ(store->find_execution(1)->redrive_count, 0);
    EXPECT_EQ(store->find_execution(1)->redrive_date, std::nullopt);
    append(*store, 1, 1, row(2, 1, 2, 1), succeeds(2, 2));
    ASSERT_EQ(append(*store, 1, 2, row(3, 1, 3, 1), redriven(3, 3, 1, at(100))),
              Outcome::committed);
    EXPECT_EQ(store->find_execution(1)->redrive_count, 1);
    // An end that does not speak of it (one that our own failure brought) leaves it as it was.
    append(*store, 1, 3, row(4, 1, 4, 1), succeeds(4, 4));
    EXPECT_EQ(store->find_execution(1)->redrive_count, 1);
    EXPECT_EQ(store->find_execution(1)->redrive_date, at(100));
    append(*store, 1, 4, row(5, 1, 5, 1), redriven(5, 5, 2, at(200)));
    const auto listed = store->list_executions(kMachine, {}, 0, 10).executions;
    ASSERT_THAT(listed, SizeIs(1));
    EXPECT_EQ(listed[0].redrive_count, 2);
    EXPECT_EQ(listed[0].redrive_date, at(200));
    EXPECT_EQ(listed[0].status, ExecutionStatus::running);
    EXPECT_THAT(store->wakes_after(std::nullopt, 10), SizeIs(1));
}

TEST_P(StoreContract, OpensNothingAgainOfAMachineThatIsDeleting) {
    create(*store, machine());
    start(*store, execution(1, "closed"));
    start(*store, execution(2, "runs"));
    append(*store, 1, 1, row(2, 1, 2, 1), succeeds(2, 2));
    Waited<Outcome> deleted;
    store->delete_state_machine(kMachine, deleted.callback());
    ASSERT_EQ(deleted.get(), Outcome::committed);
    EXPECT_EQ(append(*store, 1, 2, row(3, 1, 3, 1), redriven(3, 3, 1, at(100))),
              Outcome::not_found);
    EXPECT_EQ(store->find_execution(1)->status, ExecutionStatus::succeeded);
    EXPECT_EQ(store->find_execution(1)->last_sequence, 2);
    // What runs goes on until it ends.
    EXPECT_EQ(append(*store, 2, 1, row(2, 1, 2, 1), goes_on(2, 2)), Outcome::committed);
}

TEST_P(StoreContract, AnswersInTheOrderOfTheWrites) {
    create(*store, machine());
    constexpr std::size_t kWrites = 3000;
    std::mutex mutex;
    std::vector<std::size_t> order;
    Waited<Outcome> last;
    for (std::size_t i = 0; i < kWrites; ++i) {
        const auto note = [&, i] {
            const std::lock_guard lock(mutex);
            order.push_back(i);
        };
        // Some succeed, some fail: that makes no difference.
        if (i % 2 == 0) {
            store->start_execution(
                execution(static_cast<ExecutionKey>(i) + 1, "e" + std::to_string(i % 500)),
                row(1, 1, 1, 1), [note](const StartOutcome&) { note(); });
        } else {
            store->append(static_cast<ExecutionKey>(i), 1, row(2, 1, 2, 1), goes_on(2, 2),
                          [note](Outcome) { note(); });
        }
    }
    store->forget_execution(999'999, last.callback());
    last.get();
    EXPECT_THAT(order, SizeIs(kWrites));
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_P(StoreContract, AnAnswerMayWriteAgain) {
    create(*store, machine());
    Waited<Outcome> waited;
    store->start_execution(execution(1, "a"), row(1, 1, 1, 1), [&](const StartOutcome&) {
        store->append(1, 1, row(2, 1, 2, 1), succeeds(2, 2), waited.callback());
    });
    EXPECT_EQ(waited.get(), Outcome::committed);
}

TEST_P(StoreContract, WhatWasAnsweredCanBeRead) {
    create(*store, machine());
    std::atomic<int> unread{0};
    std::vector<Waited<StartOutcome>> waited(200);
    for (std::size_t i = 0; i < waited.size(); ++i) {
        const auto key = static_cast<ExecutionKey>(i) + 1;
        store->start_execution(execution(key, "e" + std::to_string(key)), row(1, 1, 1, 1),
                               [&, key, done = waited[i].callback()](const StartOutcome& outcome) {
                                   if (!store->find_execution(key)) ++unread;
                                   done(outcome);
                               });
    }
    for (auto& w : waited) w.get();
    EXPECT_EQ(unread, 0);
}

// --- revisions, Express

TEST_P(StoreContract, AnExecutionKeepsTheRevisionItWasStartedOn) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    StateMachineRecord second = machine();
    second.revision_id = "r2";
    second.definition = "second";
    second.role_arn = "role/second";
    second.update_date = at(9);
    update(*store, second, "");
    ExecutionRecord later = execution(2, "b");
    later.revision_id = "r2";
    start(*store, later);

    const auto of_first = store->revision_of(1);
    const auto of_second = store->revision_of(2);
    ASSERT_TRUE(of_first && of_second);
    EXPECT_EQ(of_first->state_machine_arn, kMachine);
    EXPECT_EQ(of_first->definition, machine().definition);
    EXPECT_EQ(of_first->role_arn, machine().role_arn);
    EXPECT_EQ(of_first->update_date, at(0));
    EXPECT_EQ(of_second->definition, "second");
    EXPECT_EQ(of_second->role_arn, "role/second");
    EXPECT_EQ(of_second->update_date, at(9));
    EXPECT_NE(of_first->revision_key, of_second->revision_key);
    EXPECT_EQ(store->find_execution(1)->role_arn, machine().role_arn);
    EXPECT_FALSE(store->revision_of(3));
}

TEST_P(StoreContract, RevisionKeysAreNeverUsedAgain) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    const std::string first = store->revision_of(1)->revision_key;
    ASSERT_EQ(reset(*store), Outcome::committed);
    create(*store, machine());
    start(*store, execution(1, "a"));
    EXPECT_NE(store->revision_of(1)->revision_key, first);
}

TEST_P(StoreContract, AForgottenExecutionIsGone) {
    create(*store, machine("quick", WorkflowType::express));
    const std::string arn = state_machine_arn(machine().owner, "quick");
    ExecutionRecord record = execution(1, "a", arn);
    record.type = WorkflowType::express;
    record.input = std::string(1000, '1');
    start(*store, record, JournalRow{});
    EXPECT_THAT(store->wakes_after({}, 10), SizeIs(1));
    EXPECT_EQ(store->find_execution(1)->input, record.input);
    EXPECT_THAT(store->read_journal(1, 1, 10, 1000), IsEmpty());

    EXPECT_EQ(forget(*store, 1), Outcome::committed);
    EXPECT_FALSE(store->find_execution(1));
    EXPECT_THAT(store->wakes_after({}, 10), IsEmpty());
    EXPECT_EQ(forget(*store, 1), Outcome::not_found);
}

TEST_P(StoreContract, TheLastForgottenExecutionFreesADeletedMachine) {
    create(*store, machine("quick", WorkflowType::express));
    const std::string arn = state_machine_arn(machine().owner, "quick");
    start(*store, execution(1, "a", arn), JournalRow{});
    remove(*store, arn);
    EXPECT_TRUE(store->find_state_machine(arn));
    forget(*store, 1);
    EXPECT_TRUE(eventually([&] { return !store->find_state_machine(arn); }));
}

// --- lists

TEST_P(StoreContract, ListsExecutionsNewestFirstInPages) {
    create(*store, machine());
    create(*store, machine("other"));
    for (ExecutionKey key = 1; key <= 7; ++key)
        start(*store, execution(key, "e" + std::to_string(key)));
    start(*store, execution(100, "x", state_machine_arn(machine().owner, "other")));
    append(*store, 2, 1, row(2, 1, 2, 1), succeeds(2, 2));
    append(*store, 5, 1, row(2, 1, 2, 1), succeeds(2, 2));

    ExecutionPage page = store->list_executions(kMachine, {}, 0, 3);
    EXPECT_THAT(keys(page), ElementsAre(7, 6, 5));
    EXPECT_TRUE(page.more);
    page = store->list_executions(kMachine, {}, 5, 3);
    EXPECT_THAT(keys(page), ElementsAre(4, 3, 2));
    EXPECT_TRUE(page.more);
    page = store->list_executions(kMachine, {}, 2, 3);
    EXPECT_THAT(keys(page), ElementsAre(1));
    EXPECT_FALSE(page.more);
    EXPECT_FALSE(store->list_executions(kMachine, {}, 0, 7).more);

    page = store->list_executions(kMachine, {.status = ExecutionStatus::succeeded}, 0, 10);
    EXPECT_THAT(keys(page), ElementsAre(5, 2));
    page = store->list_executions(kMachine, {.status = ExecutionStatus::running}, 6, 2);
    EXPECT_THAT(keys(page), ElementsAre(4, 3));
    EXPECT_TRUE(page.more);
    EXPECT_THAT(keys(store->list_executions(kMachine, {.status = ExecutionStatus::aborted}, 0, 10)),
                IsEmpty());
}

TEST_P(StoreContract, AListShowsNoPayloads) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    append(*store, 1, 1, row(2, 1, 2, 1), succeeds(2, 2, "[1]", at(77)));
    const ExecutionPage page = store->list_executions(kMachine, {}, 0, 10);
    ASSERT_THAT(page.executions, SizeIs(1));
    const ExecutionRecord& record = page.executions[0];
    EXPECT_EQ(record.name, "a");
    EXPECT_EQ(record.arn, execution_arn_of("a"));
    EXPECT_EQ(record.state_machine_arn, kMachine);
    EXPECT_EQ(record.status, ExecutionStatus::succeeded);
    EXPECT_EQ(record.start_date, at(1));
    EXPECT_EQ(record.stop_date, at(77));
    EXPECT_EQ(record.input, "");
    EXPECT_EQ(record.output, std::nullopt);
}

TEST_P(StoreContract, WalksThroughWakesInOrderOfTimeThenKey) {
    create(*store, machine());
    const std::int64_t times[] = {50, 10, 50, 30, 10};
    for (ExecutionKey key = 1; key <= 5; ++key) {
        ExecutionRecord record = execution(key, "e" + std::to_string(key));
        record.wake_at = at(times[key - 1]);
        start(*store, record);
    }
    ExecutionRecord without = execution(6, "e6");
    without.wake_at.reset();
    start(*store, without);

    const auto walk = [&](std::size_t limit) {
        std::vector<ExecutionKey> walked;
        std::optional<Store::Wake> after;
        for (;;) {
            const auto page = store->wakes_after(after, limit);
            if (page.empty()) return walked;
            EXPECT_LE(page.size(), limit);
            for (const auto& wake : page) walked.push_back(wake.key);
            after = page.back();
        }
    };
    EXPECT_THAT(walk(2), ElementsAre(2, 5, 4, 1, 3));
    append(*store, 5, 1, row(2, 1, 2, 1), goes_on(2, 2, at(40)));  // later
    append(*store, 4, 1, row(2, 1, 2, 1), goes_on(2, 2));          // no more
    append(*store, 2, 1, row(2, 1, 2, 1), succeeds(2, 2));
    append(*store, 6, 1, row(2, 1, 2, 1), goes_on(2, 2, at(5)));
    EXPECT_THAT(walk(1), ElementsAre(6, 5, 1, 3));
    EXPECT_EQ(store->wakes_after({}, 1).at(0).at, at(5));
}

TEST_P(StoreContract, ListsWhatRunsOfAMachineInOrderOfKey) {
    create(*store, machine());
    for (ExecutionKey key = 1; key <= 6; ++key)
        start(*store, execution(key, "e" + std::to_string(key)));
    append(*store, 3, 1, row(2, 1, 2, 1), succeeds(2, 2));
    EXPECT_THAT(store->running_executions(kMachine, 0, 3), ElementsAre(1, 2, 4));
    EXPECT_THAT(store->running_executions(kMachine, 4, 3), ElementsAre(5, 6));
}

// --- journals

class JournalContract : public StoreContract {
protected:
    void SetUp() override {
        create(*store, machine());
        start(*store, execution(1, "before"), row(1, 1, 1, 1, "other"));
        // Entries and events: a row without events stands between rows with several of each.
        ExecutionRecord record = execution(2, "a");
        record.last_sequence = 2;
        record.last_event = 2;
        start(*store, record, row(1, 2, 1, 2, "r1"));                 // events 1-2
        append(*store, 2, 2, row(3, 5, 3, 3, "r3"), goes_on(7, 5));   // events 3-5
        append(*store, 2, 7, row(8, 4, 6, 0, "r8"), goes_on(11, 5));  // none
        append(*store, 2, 11, row(12, 1, 6, 1, std::string(100, 'x')), goes_on(12, 6));  // event 6
        append(*store, 2, 12, row(13, 3, 7, 2, "r13"), goes_on(15, 8));  // events 7-8
        append(*store, 2, 15, row(16, 2, 9, 0, "r16"), goes_on(17, 8));  // none
        start(*store, execution(3, "behind"), row(1, 1, 1, 1, "other"));
    }
};
INSTANTIATE_TEST_SUITE_P(, JournalContract,
                         testing::Values(StoreCase{"Sqlite",
                                                   [](const Folder& f, std::int64_t) {
                                                       return open_sqlite_store(f / "data.db");
                                                   }},
                                         StoreCase{"Memory",
                                                   [](const Folder&, std::int64_t) {
                                                       return std::make_unique<MemoryStore>();
                                                   }}),
                         [](const testing::TestParamInfo<StoreCase>& tested) {
                             return std::string(tested.param.name);
                         });

TEST_P(JournalContract, IsReadFromTheRowThatHoldsAnEntry) {
    EXPECT_THAT(sequences(store->read_journal(2, 1, 100, 1000)), ElementsAre(1, 3, 8, 12, 13, 16));
    EXPECT_THAT(sequences(store->read_journal(2, 0, 100, 1000)), ElementsAre(1, 3, 8, 12, 13, 16));
    EXPECT_THAT(sequences(store->read_journal(2, 2, 2, 1000)), ElementsAre(1, 3));
    EXPECT_THAT(sequences(store->read_journal(2, 7, 2, 1000)), ElementsAre(3, 8));
    EXPECT_THAT(sequences(store->read_journal(2, 8, 2, 1000)), ElementsAre(8, 12));
    EXPECT_THAT(sequences(store->read_journal(2, 17, 9, 1000)), ElementsAre(16));
    EXPECT_THAT(sequences(store->read_journal(2, 18, 9, 1000)), IsEmpty());
    EXPECT_THAT(sequences(store->read_journal(9, 1, 9, 1000)), IsEmpty());
    EXPECT_THAT(sequences(store->read_journal(2, 1, 0, 1000)), IsEmpty());
}

TEST_P(JournalContract, APageEndsBeforeItsBytesExceedTheBound) {
    EXPECT_THAT(sequences(store->read_journal(2, 1, 100, 4)), ElementsAre(1, 3));
    EXPECT_THAT(sequences(store->read_journal(2, 1, 100, 5)), ElementsAre(1, 3));
    EXPECT_THAT(sequences(store->read_journal(2, 1, 100, 1)), ElementsAre(1));  // at least one
    EXPECT_THAT(sequences(store->read_journal(2, 12, 100, 7)), ElementsAre(12));
    EXPECT_THAT(sequences(store->read_history(2, 1, false, 100, 4)), ElementsAre(1, 3));
    EXPECT_THAT(sequences(store->read_history(2, 8, true, 100, 102)), ElementsAre(13));
    EXPECT_THAT(sequences(store->read_history(2, 8, true, 100, 103)), ElementsAre(13, 12));
}

TEST_P(JournalContract, TheHistoryIsReadFromTheRowThatHoldsAnEventUpwards) {
    const auto from = [&](EventId event) {
        return sequences(store->read_history(2, event, false, 100, 1000));
    };
    EXPECT_THAT(from(1), ElementsAre(1, 3, 12, 13));
    EXPECT_THAT(from(0), ElementsAre(1, 3, 12, 13));
    EXPECT_THAT(from(2), ElementsAre(1, 3, 12, 13));
    EXPECT_THAT(from(3), ElementsAre(3, 12, 13));
    EXPECT_THAT(from(5), ElementsAre(3, 12, 13));
    EXPECT_THAT(from(6), ElementsAre(12, 13));
    EXPECT_THAT(from(7), ElementsAre(13));
    EXPECT_THAT(from(8), ElementsAre(13));
    EXPECT_THAT(from(9), IsEmpty());
    EXPECT_THAT(from(25'001), IsEmpty());
    EXPECT_THAT(sequences(store->read_history(2, 1, false, 3, 1000)), ElementsAre(1, 3, 12));
}

TEST_P(JournalContract, TheHistoryIsReadFromTheRowThatHoldsAnEventDownwards) {
    const auto from = [&](EventId event) {
        return sequences(store->read_history(2, event, true, 100, 1000));
    };
    EXPECT_THAT(from(25'000), ElementsAre(13, 12, 3, 1));
    EXPECT_THAT(from(8), ElementsAre(13, 12, 3, 1));
    EXPECT_THAT(from(7), ElementsAre(13, 12, 3, 1));
    EXPECT_THAT(from(6), ElementsAre(12, 3, 1));
    EXPECT_THAT(from(5), ElementsAre(3, 1));
    EXPECT_THAT(from(1), ElementsAre(1));
    EXPECT_THAT(from(0), IsEmpty());
    EXPECT_THAT(sequences(store->read_history(2, 8, true, 2, 1000)), ElementsAre(13, 12));
}

TEST_P(JournalContract, EveryEventOfALongHistoryIsFound) {
    // Rows of changing length, with ever more entries that are no events.
    start(*store, execution(4, "long"), row(1, 1, 1, 1));
    Sequence last = 1;
    EventId event = 1;
    std::vector<std::pair<EventId, Sequence>> rows = {{1, 1}};
    std::vector<Waited<Outcome>> waited(400);
    for (std::size_t i = 0; i < waited.size(); ++i) {
        const auto events = static_cast<std::uint32_t>(i % 4);
        const auto entries = events + static_cast<std::uint32_t>(i % 7) + (events == 0 ? 1U : 0U);
        store->append(4, last, row(last + 1, entries, event + 1, events),
                      goes_on(last + entries, event + events), waited[i].callback());
        if (events > 0) rows.emplace_back(event + 1, last + 1);
        last += entries;
        event += events;
    }
    for (auto& w : waited) ASSERT_EQ(w.get(), Outcome::committed);
    for (EventId wanted = 1; wanted <= event; ++wanted) {
        const auto holds = std::prev(
            std::upper_bound(rows.begin(), rows.end(), std::pair{wanted, Sequence{1} << 40}));
        ASSERT_THAT(sequences(store->read_history(4, wanted, false, 1, 1000)),
                    ElementsAre(holds->second))
            << wanted;
        ASSERT_THAT(sequences(store->read_history(4, wanted, true, 1, 1000)),
                    ElementsAre(holds->second))
            << wanted;
    }
}

TEST_P(JournalContract, PagesOfALongJournalJoinWithoutGapUpAndDown) {
    start(*store, execution(4, "long"), row(1, 1, 1, 1));
    // Between them rows of another execution, and some without events.
    start(*store, execution(5, "other"), row(1, 1, 1, 1));
    constexpr Sequence kRows = 200;
    std::vector<Sequence> all = {1};
    std::vector<Sequence> with_events = {1};
    EventId event = 1;
    for (Sequence n = 1; n < kRows; ++n) {
        const std::uint32_t events = n % 5 == 0 ? 0 : 1;
        append(*store, 4, n, row(n + 1, 1, event + 1, events), goes_on(n + 1, event + events));
        if (n % 3 == 0)
            append(*store, 5, n / 3, row(n / 3 + 1, 1, n / 3 + 1, 1),
                   goes_on(n / 3 + 1, n / 3 + 1));
        all.push_back(n + 1);
        if (events > 0) with_events.push_back(n + 1);
        event += events;
    }
    for (const std::size_t page_rows : {1U, 7U, 16U, 17U, 1000U}) {
        std::vector<Sequence> journal;
        for (Sequence from = 1;;) {
            const auto page = store->read_journal(4, from, page_rows, 1 << 20);
            if (page.empty()) break;
            for (const auto& r : page) journal.push_back(r.first_sequence);
            from = page.back().first_sequence + page.back().entry_count;
        }
        EXPECT_EQ(journal, all) << page_rows;
        std::vector<Sequence> up;
        for (EventId from = 1;;) {
            const auto page = store->read_history(4, from, false, page_rows, 1 << 20);
            if (page.empty()) break;
            for (const auto& r : page) up.push_back(r.first_sequence);
            from = page.back().first_event + page.back().event_count;
        }
        EXPECT_EQ(up, with_events) << page_rows;
        std::vector<Sequence> down;
        for (EventId from = event; from > 0;) {
            const auto page = store->read_history(4, from, true, page_rows, 1 << 20);
            if (page.empty()) break;
            for (const auto& r : page) down.push_back(r.first_sequence);
            from = page.back().first_event - 1;
        }
        std::reverse(down.begin(), down.end());
        EXPECT_EQ(down, with_events) << page_rows;
    }
}

// --- the whole

// --- what Steps bring beside their execution

JournalRow stopping(JournalRow row, std::vector<JobStop> stops) {
    row.job_stops = std::make_shared<const std::vector<JobStop>>(std::move(stops));
    return row;
}

std::vector<std::string> calls(const std::vector<JobStop>& stops) {
    std::vector<std::string> calls;
    for (const JobStop& stop : stops) calls.push_back(stop.call);
    return calls;
}

TEST_P(StoreContract, AJobIsToBeStoppedUntilThatIsDone) {
    create(*store, machine());
    start(*store, execution(1, "a"), stopping(row(1, 1, 1, 1), {{7, "first"}}));
    append(*store, 1, 1, stopping(row(2, 1, 2, 1), {{9, "third"}, {8, "second"}}), goes_on(2, 2));
    EXPECT_THAT(calls(store->jobs_to_stop(0, 10)), ElementsAre("first", "second", "third"));
    EXPECT_THAT(calls(store->jobs_to_stop(7, 1)), ElementsAre("second"));
    const auto stopped = [this](JobStopKey key) {
        Waited<Outcome> waited;
        store->job_stopped(key, waited.callback());
        return waited.get();
    };
    EXPECT_EQ(stopped(8), Outcome::committed);
    EXPECT_EQ(stopped(8), Outcome::not_found);
    EXPECT_THAT(calls(store->jobs_to_stop(0, 10)), ElementsAre("first", "third"));
    // Written, not read back.
    EXPECT_EQ(store->read_journal(1, 1, 10, 1 << 20).at(1).job_stops, nullptr);
}

TEST_P(StoreContract, AStepThatIsRefusedHasNoJobStopped) {
    create(*store, machine());
    start(*store, execution(1, "a"));
    EXPECT_EQ(append(*store, 1, 5, stopping(row(6, 1, 6, 1), {{7, "x"}}), goes_on(6, 6)),
              Outcome::conflict);
    EXPECT_THAT(store->jobs_to_stop(0, 10), IsEmpty());
}

TEST_P(StoreContract, OpenTokensAreThoseOfTheLastStepOfEach) {
    create(*store, machine());
    const auto open_tokens = [this] { return store->write_statistics().open_tokens; };
    ExecutionRecord first = execution(1, "a");
    first.open_tokens = 2;
    start(*store, first);
    start(*store, execution(2, "b"));
    EXPECT_EQ(open_tokens(), 2);
    ExecutionUpdate update = goes_on(2, 2);
    update.open_tokens = 3;
    append(*store, 2, 1, row(2, 1, 2, 1), update);
    EXPECT_EQ(open_tokens(), 5);
    // Only what is stored counts.
    EXPECT_EQ(append(*store, 2, 1, row(2, 1, 2, 1), goes_on(2, 2)), Outcome::conflict);
    update.last_sequence = 3;
    update.open_tokens = 1;
    append(*store, 2, 2, row(3, 1, 3, 1), update);
    EXPECT_EQ(open_tokens(), 3);
    append(*store, 1, 1, row(2, 1, 2, 1), succeeds(2, 2));
    EXPECT_EQ(open_tokens(), 1);
}

TEST_P(StoreContract, AResetForgetsJobsAndTokens) {
    create(*store, machine());
    ExecutionRecord record = execution(1, "a");
    record.open_tokens = 2;
    start(*store, record, stopping(row(1, 1, 1, 1), {{7, "x"}}));
    Waited<Outcome> waited;
    store->reset(waited.callback());
    EXPECT_EQ(waited.get(), Outcome::committed);
    EXPECT_THAT(store->jobs_to_stop(0, 10), IsEmpty());
    EXPECT_EQ(store->write_statistics().open_tokens, 0);
}

TEST_P(StoreContract, TheLatestTimeIsTheLatestThatWasStored) {
    EXPECT_EQ(store->latest_time(), std::nullopt);
    create(*store, machine());
    EXPECT_EQ(store->latest_time(), at(0));
    JournalRow first = row(1, 1, 1, 1);
    first.latest_time = at(20);
    ExecutionRecord record = execution(1, "a");
    record.wake_at = at(9999);  // to come: no entry bears it
    start(*store, record, first);
    EXPECT_EQ(store->latest_time(), at(20));
    JournalRow second = row(2, 1, 2, 1);
    second.latest_time = at(15);
    append(*store, 1, 1, second, goes_on(2, 2));
    EXPECT_EQ(store->latest_time(), at(20));
    append(*store, 1, 2, row(3, 1, 3, 1), succeeds(3, 3, "{}", at(30)));
    EXPECT_EQ(store->latest_time(), at(30));
}

TEST_P(StoreContract, AResetForgetsEverything) {
    create(*store, machine(), {{"a", "b"}});
    start(*store, execution(1, "a"));
    const std::string key = store->token_key();
    EXPECT_EQ(key.size(), 32U);

    ASSERT_EQ(reset(*store), Outcome::committed);
    EXPECT_FALSE(store->find_state_machine(kMachine));
    EXPECT_FALSE(store->find_execution(1));
    EXPECT_FALSE(store->find_execution(execution_arn_of("a")));
    EXPECT_THAT(store->wakes_after({}, 10), IsEmpty());
    EXPECT_FALSE(store->tags_of(kMachine));
    EXPECT_THAT(store->list_state_machines(machine().owner, "", 10), IsEmpty());
    EXPECT_THAT(store->read_journal(1, 1, 10, 1000), IsEmpty());
    EXPECT_EQ(store->latest_time(), std::nullopt);
    EXPECT_EQ(store->token_key().size(), 32U);
    EXPECT_NE(store->token_key(), key);

    EXPECT_EQ(append(*store, 1, 1, row(2, 1, 2, 1), goes_on(2, 2)), Outcome::not_found);
    EXPECT_EQ(create(*store, machine()), Outcome::committed);
    EXPECT_EQ(start(*store, execution(1, "a")).outcome, Outcome::committed);
    EXPECT_THAT(store->read_journal(1, 1, 10, 1000), SizeIs(1));
}

TEST_P(StoreContract, AResetDiscardsWhatIsQueuedAndWhatWasCommittedIsGone) {
    create(*store, machine());
    // The writer is held in an answer, so all that follows is still queued when the reset comes.
    std::promise<void> held;
    std::promise<void> go_on;
    store->forget_execution(999, [&](Outcome) {
        held.set_value();
        go_on.get_future().wait();
    });
    held.get_future().wait();
    Waited<StartOutcome> before;
    Waited<Outcome> deletion;
    Waited<Outcome> first_reset;
    Waited<PublishOutcome> between;
    Waited<Outcome> second_reset;
    Waited<PublishOutcome> after;
    store->start_execution(execution(1, "a"), row(1, 1, 1, 1), before.callback());
    store->delete_state_machine(kMachine, deletion.callback());
    store->reset(first_reset.callback());
    store->create_state_machine(machine("lost"), {}, {}, between.callback());
    store->reset(second_reset.callback());
    store->create_state_machine(machine("kept"), {}, {}, after.callback());
    go_on.set_value();

    EXPECT_EQ(before.get().outcome, Outcome::discarded);
    EXPECT_EQ(deletion.get(), Outcome::discarded);
    EXPECT_EQ(between.get().outcome, Outcome::discarded);
    EXPECT_EQ(first_reset.get(), Outcome::committed);
    EXPECT_EQ(second_reset.get(), Outcome::committed);
    EXPECT_EQ(after.get().outcome, Outcome::committed);
    const auto machines = store->list_state_machines(machine().owner, "", 10);
    ASSERT_THAT(machines, SizeIs(1));
    EXPECT_EQ(machines[0].name, "kept");
}

TEST_P(StoreContract, AClosedStoreHasCommittedWhatWasQueuedAndDiscardsTheRest) {
    create(*store, machine());
    std::vector<Waited<StartOutcome>> waited(500);
    for (std::size_t i = 0; i < waited.size(); ++i) {
        store->start_execution(execution(static_cast<ExecutionKey>(i) + 1, "e" + std::to_string(i)),
                               row(1, 1, 1, 1), waited[i].callback());
    }
    store->close();
    for (auto& w : waited) {
        ASSERT_TRUE(w.ready());
        EXPECT_EQ(w.get().outcome, Outcome::committed);
    }
    EXPECT_EQ(create(*store, machine("late")), Outcome::discarded);
    EXPECT_EQ(start(*store, execution(9999, "late")).outcome, Outcome::discarded);
    store->close();  // again is no error
}

TEST_P(StoreContract, IsWrittenAndReadByManyThreadsAtOnce) {
    create(*store, machine());
    constexpr ExecutionKey kThreads = 4;
    constexpr Sequence kSteps = 60;
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> readers;
        for (int i = 0; i < 3; ++i) {
            readers.emplace_back([&] {
                while (!stop) {
                    for (ExecutionKey key = 1; key <= kThreads; ++key) {
                        const auto record = store->find_execution(key);
                        // A Step is seen as a whole: the row, read first, is never ahead of the
                        // journal.
                        const auto journal = store->read_journal(key, 1, 1000, 1 << 20);
                        if (record && static_cast<Sequence>(journal.size()) < record->last_sequence)
                            ++wrong;
                    }
                    if (!store->find_state_machine(kMachine)) ++wrong;
                    store->list_executions(kMachine, {}, 0, 10);
                }
            });
        }
        std::vector<std::jthread> writers;
        for (ExecutionKey key = 1; key <= kThreads; ++key) {
            writers.emplace_back([&, key] {
                start(*store, execution(key, "e" + std::to_string(key)));
                for (Sequence n = 1; n < kSteps; ++n) {
                    if (append(*store, key, n, row(n + 1, 1, n + 1, 1),
                               goes_on(n + 1, n + 1, at(n))) != Outcome::committed) {
                        ++wrong;
                    }
                }
            });
        }
        writers.clear();
        stop = true;
    }
    EXPECT_EQ(wrong, 0);
    for (ExecutionKey key = 1; key <= kThreads; ++key) {
        EXPECT_THAT(store->read_journal(key, 1, 1000, 1 << 20), SizeIs(kSteps));
    }
}

}  // namespace
}  // namespace stepwell::storage_test
