// Versions, aliases and tags: the same of every store.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "storage/memory_store.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/storage/records.hpp"

namespace stepwell::storage_test {
namespace {

using testing::ElementsAre;

using testing::IsEmpty;
using testing::Optional;
using testing::Pair;

enum class Kind { sqlite, memory };

class VersionContract : public testing::TestWithParam<Kind> {
protected:
    VersionContract() { open(); }
    void open() {
        store.reset();
        if (GetParam() == Kind::memory) {
            store = std::make_unique<MemoryStore>();
        } else {
            store = open_sqlite_store(folder / "data.db");
        }
    }

    PublishOutcome create_published(const std::string& name, std::string description = "") {
        Waited<PublishOutcome> waited;
        store->create_state_machine(machine(name), {}, Publication{std::move(description)},
                                    waited.callback());
        return waited.get();
    }
    PublishOutcome publish(std::string revision = "", std::string description = "") {
        Waited<PublishOutcome> waited;
        store->publish_version(kMachine, std::move(revision), {std::move(description)}, at(50),
                               waited.callback());
        return waited.get();
    }
    /// Gives the machine a revision and publishes it.
    PublishOutcome update_published(const std::string& from, const std::string& to) {
        StateMachineRecord record = machine();
        record.revision_id = to;
        record.definition = "definition of " + to;
        record.role_arn = "role of " + to;
        record.update_date = at(20);
        Waited<PublishOutcome> waited;
        store->update_state_machine(record, from, Publication{"described " + to},
                                    waited.callback());
        return waited.get();
    }
    Outcome remove_version(std::int64_t number) {
        Waited<Outcome> waited;
        store->delete_version(kMachine, number, waited.callback());
        return waited.get();
    }
    static AliasRecord alias(const std::string& name, std::vector<AliasRoute> routes = {{1, 100}}) {
        return {kMachine, name, "about " + name, std::move(routes), at(30), at(30)};
    }
    Outcome create_alias(AliasRecord record) {
        Waited<Outcome> waited;
        store->create_alias(std::move(record), waited.callback());
        return waited.get();
    }
    Outcome update_alias(const std::string& name, AliasChange change) {
        Waited<Outcome> waited;
        store->update_alias(kMachine, name, std::move(change), waited.callback());
        return waited.get();
    }
    Outcome remove_alias(const std::string& name) {
        Waited<Outcome> waited;
        store->delete_alias(kMachine, name, waited.callback());
        return waited.get();
    }
    Outcome tag(Tags tags, const std::string& arn = kMachine) {
        Waited<Outcome> waited;
        store->tag_resource(arn, std::move(tags), waited.callback());
        return waited.get();
    }
    Outcome untag(std::vector<std::string> keys, const std::string& arn = kMachine) {
        Waited<Outcome> waited;
        store->untag_resource(arn, std::move(keys), waited.callback());
        return waited.get();
    }
    std::vector<std::int64_t> numbers(std::int64_t before = 0, std::size_t limit = 10) {
        std::vector<std::int64_t> listed;
        for (const VersionItem& item : store->list_versions(kMachine, before, limit))
            listed.push_back(item.number);
        return listed;
    }
    std::vector<std::string> names(std::int64_t version = 0, const std::string& after = "",
                                   std::size_t limit = 10) {
        std::vector<std::string> listed;
        for (const AliasRecord& item : store->list_aliases(kMachine, version, after, limit))
            listed.push_back(item.name);
        return listed;
    }
    static ExecutionRecord on(std::int64_t version, ExecutionKey key, std::string alias_name = "") {
        ExecutionRecord record = execution(key, "e" + std::to_string(key));
        record.version = version;
        record.alias = std::move(alias_name);
        return record;
    }
    std::vector<ExecutionKey> listed(const ExecutionFilter& filter, ExecutionKey before = 0,
                                     std::size_t limit = 10) {
        std::vector<ExecutionKey> found;
        for (const ExecutionRecord& record :
             store->list_executions(kMachine, filter, before, limit).executions)
            found.push_back(record.key);
        return found;
    }

    const Folder folder;
    std::unique_ptr<Store> store;
};

INSTANTIATE_TEST_SUITE_P(, VersionContract, testing::Values(Kind::sqlite, Kind::memory),
                         [](const testing::TestParamInfo<Kind>& tested) {
                             return tested.param == Kind::sqlite ? "Sqlite" : "Memory";
                         });

// --- versions

TEST_P(VersionContract, PublishesTheFirstVersionWithTheMachine) {
    const PublishOutcome made = create_published("order", "the first");
    EXPECT_EQ(made.outcome, Outcome::committed);
    EXPECT_EQ(made.version.number, 1);
    EXPECT_EQ(made.version.creation_date, at(0));
    const auto version = store->find_version(kMachine, 1);
    ASSERT_TRUE(version);
    EXPECT_EQ(version->arn, kMachine);
    EXPECT_EQ(version->name, "order");
    EXPECT_EQ(version->version, 1);
    EXPECT_EQ(version->description, "the first");
    EXPECT_EQ(version->definition, machine().definition);
    EXPECT_EQ(version->creation_date, at(0));
    EXPECT_EQ(store->find_state_machine(kMachine)->version, 0);
    EXPECT_FALSE(store->find_version(kMachine, 2));
    EXPECT_FALSE(store->find_version("arn:aws:states:us-east-1:123456789012:stateMachine:x", 1));
}

TEST_P(VersionContract, ThatExistsIsNotPublishedAgain) {
    create(*store, machine());
    EXPECT_EQ(publish("", "first").version.number, 1);
    const PublishOutcome again = publish("", "again");
    EXPECT_EQ(again.outcome, Outcome::committed);
    EXPECT_EQ(again.version.number, 1);
    EXPECT_EQ(again.version.creation_date, at(50));
    EXPECT_EQ(store->find_version(kMachine, 1)->description, "first");
    EXPECT_THAT(numbers(), ElementsAre(1));
}

TEST_P(VersionContract, IsPublishedOnlyOfTheRevisionThatWasMeant) {
    create(*store, machine());
    EXPECT_EQ(publish("another").outcome, Outcome::conflict);
    EXPECT_THAT(numbers(), IsEmpty());
    remove(*store, kMachine);
    EXPECT_EQ(publish().outcome, Outcome::not_found);
}

TEST_P(VersionContract, KeepsItsRevisionWhenTheMachineGoesOn) {
    create_published("order");
    EXPECT_EQ(update_published("", "r2").version.number, 2);
    EXPECT_EQ(update_published("r2", "r3").version.number, 3);
    EXPECT_EQ(store->find_version(kMachine, 1)->definition, machine().definition);
    EXPECT_EQ(store->find_version(kMachine, 1)->revision_id, "");
    const auto second = store->find_version(kMachine, 2);
    EXPECT_EQ(second->definition, "definition of r2");
    EXPECT_EQ(second->role_arn, "role of r2");
    EXPECT_EQ(second->revision_id, "r2");
    EXPECT_EQ(second->description, "described r2");
    EXPECT_EQ(second->creation_date, at(20));
}

TEST_P(VersionContract, NumbersAreNeverUsedAgain) {
    create_published("order");
    update_published("", "r2");
    EXPECT_EQ(remove_version(2), Outcome::committed);
    EXPECT_EQ(publish("r2").version.number, 3);
    EXPECT_EQ(remove_version(3), Outcome::committed);
    EXPECT_EQ(remove_version(1), Outcome::committed);
    EXPECT_THAT(numbers(), IsEmpty());
    if (GetParam() == Kind::sqlite) open();
    EXPECT_EQ(publish("r2").version.number, 4);
}

TEST_P(VersionContract, ListsNewestFirst) {
    create_published("order");
    update_published("", "r2");
    update_published("r2", "r3");
    EXPECT_THAT(numbers(), ElementsAre(3, 2, 1));
    EXPECT_THAT(numbers(0, 2), ElementsAre(3, 2));
    EXPECT_THAT(numbers(2), ElementsAre(1));
    EXPECT_THAT(numbers(1), IsEmpty());
}

TEST_P(VersionContract, RefusesTheOneTooMany) {
    create_published("order");
    std::string revision;
    for (std::size_t i = 2; i <= kMaxVersions; ++i) {
        const std::string next = "r" + std::to_string(i);
        ASSERT_EQ(update_published(revision, next).outcome, Outcome::committed);
        revision = next;
    }
    EXPECT_EQ(update_published(revision, "one").outcome, Outcome::limit_reached);
    EXPECT_EQ(store->find_state_machine(kMachine)->revision_id, revision) << "nothing has changed";
    // The revision that stands has its version.
    EXPECT_EQ(publish(revision).outcome, Outcome::committed);
    EXPECT_EQ(remove_version(1), Outcome::committed);
    EXPECT_EQ(update_published(revision, "one").version.number,
              static_cast<std::int64_t>(kMaxVersions) + 1);
}

TEST_P(VersionContract, DeletedTakesItsRevisionAlongUnlessSomethingRanOnIt) {
    create_published("order");
    update_published("", "r2");
    update_published("r2", "r3");
    EXPECT_EQ(start(*store, on(1, 1)).outcome, Outcome::committed);
    EXPECT_EQ(remove_version(1), Outcome::committed);
    EXPECT_EQ(remove_version(2), Outcome::committed);
    EXPECT_EQ(remove_version(2), Outcome::not_found);
    EXPECT_EQ(store->revision_of(1)->definition, machine().definition);
    EXPECT_FALSE(store->find_version(kMachine, 2));
    EXPECT_EQ(start(*store, on(2, 2)).outcome, Outcome::conflict);
}

TEST_P(VersionContract, GoesWithItsMachine) {
    create_published("order");
    create_alias(alias("PROD"));
    remove(*store, kMachine);
    EXPECT_FALSE(store->find_version(kMachine, 1));
    EXPECT_FALSE(store->find_alias(kMachine, "PROD"));
    create(*store, machine());
    EXPECT_THAT(numbers(), IsEmpty());
    EXPECT_THAT(names(), IsEmpty());
    EXPECT_EQ(publish().version.number, 1) << "of a new machine";
}

TEST_P(VersionContract, IsForgottenByAReset) {
    create_published("order");
    create_alias(alias("PROD"));
    reset(*store);
    EXPECT_FALSE(store->find_version(kMachine, 1));
    create(*store, machine());
    EXPECT_THAT(names(), IsEmpty());
}

TEST_P(VersionContract, OfRacingPublicationsOneMakesIt) {
    create(*store, machine());
    std::vector<Waited<PublishOutcome>> waited(20);
    std::vector<std::jthread> callers;
    for (auto& one : waited) {
        callers.emplace_back(
            [&] { store->publish_version(kMachine, "", {}, at(1), one.callback()); });
    }
    for (auto& one : waited) EXPECT_EQ(one.get().version.number, 1);
    EXPECT_THAT(numbers(), ElementsAre(1));
}

// --- executions on versions

TEST_P(VersionContract, IsRememberedByItsExecutions) {
    create_published("order");
    update_published("", "r2");
    EXPECT_EQ(start(*store, on(1, 1, "PROD")).outcome, Outcome::committed);
    const auto found = store->find_execution(1);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->version, 1);
    EXPECT_EQ(found->alias, "PROD");
    EXPECT_EQ(found->revision_id, "");
    EXPECT_EQ(found->role_arn, machine().role_arn);
    const auto revision = store->revision_of(1);
    EXPECT_EQ(revision->definition, machine().definition);
    EXPECT_EQ(revision->revision_id, "");
    EXPECT_EQ(revision->logging_configuration, machine().logging_configuration);
    // Without a version the revision has to be the one that stands.
    EXPECT_EQ(start(*store, on(0, 2)).outcome, Outcome::conflict);
}

TEST_P(VersionContract, ListsItsExecutions) {
    create_published("order");
    update_published("", "r2");
    for (ExecutionKey key = 1; key <= 6; ++key) {
        start(*store, on(key % 2 == 0 ? 2 : 1, key, key > 4 ? "PROD" : ""));
    }
    append(*store, 2, 1, row(2, 1, 2, 1), succeeds(2, 2));
    append(*store, 5, 1, row(2, 1, 2, 1), succeeds(2, 2));
    EXPECT_THAT(listed({.version = 2}), ElementsAre(6, 4, 2));
    EXPECT_THAT(listed({.version = 1}, 5, 1), ElementsAre(3));
    EXPECT_THAT(listed({.status = ExecutionStatus::running, .version = 2}), ElementsAre(6, 4));
    EXPECT_THAT(listed({.status = ExecutionStatus::succeeded, .version = 2}), ElementsAre(2));
    EXPECT_THAT(listed({.alias = "PROD"}), ElementsAre(6, 5));
    EXPECT_THAT(listed({.status = ExecutionStatus::succeeded, .alias = "PROD"}), ElementsAre(5));
    EXPECT_THAT(listed({.alias = "OTHER"}), IsEmpty());
    EXPECT_THAT(listed({.version = 9}), IsEmpty());
    EXPECT_THAT(listed({}), ElementsAre(6, 5, 4, 3, 2, 1));
    EXPECT_TRUE(store->list_executions(kMachine, {.version = 2}, 0, 2).more);
}

// --- aliases

TEST_P(VersionContract, AliasIsKeptAsGiven) {
    create_published("order");
    update_published("", "r2");
    EXPECT_EQ(create_alias(alias("PROD", {{2, 30}, {1, 70}})), Outcome::committed);
    const auto found = store->find_alias(kMachine, "PROD");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state_machine_arn, kMachine);
    EXPECT_EQ(found->description, "about PROD");
    EXPECT_THAT(found->routes, ElementsAre(AliasRoute{2, 30}, AliasRoute{1, 70}));
    EXPECT_EQ(found->creation_date, at(30));
    EXPECT_EQ(found->update_date, at(30));
    EXPECT_FALSE(store->find_alias(kMachine, "prod"));
}

TEST_P(VersionContract, AliasNeedsItsMachineAndVersions) {
    EXPECT_EQ(create_alias(alias("PROD")), Outcome::not_found);
    create_published("order");
    EXPECT_EQ(create_alias(alias("PROD", {{1, 50}, {2, 50}})), Outcome::not_found);
    EXPECT_EQ(create_alias(alias("PROD")), Outcome::committed);
    EXPECT_EQ(create_alias(alias("PROD")), Outcome::conflict);
    EXPECT_EQ(update_alias("PROD", {.description = {}, .routes = {{{2, 100}}}, .update_date = {}}),
              Outcome::not_found);
    EXPECT_EQ(update_alias("OTHER", {.description = "d", .routes = {}, .update_date = {}}),
              Outcome::not_found);
}

TEST_P(VersionContract, AliasIsChangedInPart) {
    create_published("order");
    update_published("", "r2");
    create_alias(alias("PROD", {{1, 50}, {2, 50}}));
    EXPECT_EQ(update_alias("PROD", {.description = "new", .routes = {}, .update_date = at(40)}),
              Outcome::committed);
    auto found = store->find_alias(kMachine, "PROD");
    EXPECT_EQ(found->description, "new");
    EXPECT_THAT(found->routes, ElementsAre(AliasRoute{1, 50}, AliasRoute{2, 50}));
    EXPECT_EQ(found->update_date, at(40));
    EXPECT_EQ(found->creation_date, at(30));
    EXPECT_EQ(
        update_alias("PROD", {.description = {}, .routes = {{{2, 100}}}, .update_date = at(41)}),
        Outcome::committed);
    found = store->find_alias(kMachine, "PROD");
    EXPECT_EQ(found->description, "new");
    EXPECT_THAT(found->routes, ElementsAre(AliasRoute{2, 100}));
}

TEST_P(VersionContract, ThatAnAliasRoutesToStays) {
    create_published("order");
    update_published("", "r2");
    create_alias(alias("PROD", {{1, 50}, {2, 50}}));
    EXPECT_EQ(remove_version(2), Outcome::in_use);
    EXPECT_EQ(remove_version(1), Outcome::in_use);
    update_alias("PROD", {.description = {}, .routes = {{{2, 100}}}, .update_date = at(41)});
    EXPECT_EQ(remove_version(1), Outcome::committed);
    EXPECT_EQ(remove_alias("PROD"), Outcome::committed);
    EXPECT_EQ(remove_alias("PROD"), Outcome::not_found);
    EXPECT_EQ(remove_version(2), Outcome::committed);
}

TEST_P(VersionContract, AliasesAreListedByName) {
    create_published("order");
    update_published("", "r2");
    create_alias(alias("b", {{1, 50}, {2, 50}}));
    create_alias(alias("a"));
    create_alias(alias("c", {{2, 100}}));
    EXPECT_THAT(names(), ElementsAre("a", "b", "c"));
    EXPECT_THAT(names(0, "a", 1), ElementsAre("b"));
    EXPECT_THAT(names(2), ElementsAre("b", "c"));
    EXPECT_THAT(names(1, "a"), ElementsAre("b"));
    EXPECT_THAT(store->list_aliases("no machine", 0, "", 10), IsEmpty());
}

TEST_P(VersionContract, RefusesTheAliasTooMany) {
    create_published("order");
    for (std::size_t i = 0; i < kMaxAliases; ++i)
        ASSERT_EQ(create_alias(alias("a" + std::to_string(i))), Outcome::committed);
    EXPECT_EQ(create_alias(alias("one-more")), Outcome::limit_reached);
    remove_alias("a0");
    EXPECT_EQ(create_alias(alias("one-more")), Outcome::committed);
}

// --- tags

TEST_P(VersionContract, TagsAreAddedAndReplaced) {
    create(*store, machine(), {{"a", "1"}, {"b", "2"}});
    EXPECT_EQ(tag({{"c", "3"}, {"a", "4"}}), Outcome::committed);
    EXPECT_THAT(store->tags_of(kMachine),
                Optional(ElementsAre(Pair("a", "4"), Pair("b", "2"), Pair("c", "3"))));
    EXPECT_EQ(untag({"b", "b", "none"}), Outcome::committed);
    EXPECT_THAT(store->tags_of(kMachine), Optional(ElementsAre(Pair("a", "4"), Pair("c", "3"))));
}

TEST_P(VersionContract, TagsAreAtMostFifty) {
    create(*store, machine());
    Tags tags;
    for (std::size_t i = 0; i < kMaxTags; ++i) tags.emplace_back("k" + std::to_string(i), "");
    EXPECT_EQ(tag(tags), Outcome::committed);
    EXPECT_EQ(tag({{"k1", "x"}, {"one more", ""}}), Outcome::limit_reached);
    EXPECT_EQ(store->tags_of(kMachine)->at(1).second, "") << "nothing has changed";
    EXPECT_EQ(tag({{"k1", "x"}}), Outcome::committed);
}

TEST_P(VersionContract, TagsAreAlsoOfActivities) {
    ActivityRecord record;
    record.owner = machine().owner;
    record.name = "assemble";
    record.arn = "arn:aws:states:us-east-1:123456789012:activity:assemble";
    record.creation_date = at(0);
    Waited<Outcome> created;
    store->create_activity(record, {{"a", "1"}}, created.callback());
    EXPECT_EQ(created.get(), Outcome::committed);
    EXPECT_EQ(tag({{"b", "2"}}, record.arn), Outcome::committed);
    EXPECT_EQ(untag({"a"}, record.arn), Outcome::committed);
    EXPECT_THAT(store->tags_of(record.arn), Optional(ElementsAre(Pair("b", "2"))));
}

TEST_P(VersionContract, TagsNeedAResource) {
    EXPECT_EQ(tag({{"a", "1"}}), Outcome::not_found);
    EXPECT_EQ(untag({"a"}), Outcome::not_found);
    EXPECT_FALSE(store->tags_of(kMachine));
    create(*store, machine());
    start(*store, execution(1, "runs"));
    remove(*store, kMachine);
    EXPECT_EQ(tag({{"a", "1"}}), Outcome::not_found) << "it is DELETING";
}

}  // namespace
}  // namespace stepwell::storage_test
