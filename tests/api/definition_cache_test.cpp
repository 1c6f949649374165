#include "api/definition_cache.hpp"

#include <gtest/gtest.h>

namespace stepwell::api {
namespace {

using Machine = std::shared_ptr<const StateMachineRecord>;

Machine machine(std::string arn, std::string revision, std::string definition) {
    StateMachineRecord record;
    record.arn = std::move(arn);
    record.revision_id = std::move(revision);
    record.definition = std::move(definition);
    return std::make_shared<const StateMachineRecord>(std::move(record));
}
DefinitionCache::Definition compiled() { return std::make_shared<const asl::StateMachine>(); }

TEST(DefinitionCache, FindsWhatWasPut) {
    DefinitionCache cache(8, 1000);
    const Machine a = machine("a", "1", "text");
    const auto definition = compiled();
    EXPECT_EQ(cache.find(a), nullptr);
    cache.put(a, definition);
    EXPECT_EQ(cache.find(a), definition);
    EXPECT_EQ(cache.find(machine("a", "1", "text")), definition);
}

TEST(DefinitionCache, TellsRevisionsApart) {
    DefinitionCache cache(8, 1000);
    cache.put(machine("a", "1", "text"), compiled());
    EXPECT_EQ(cache.find(machine("a", "2", "text")), nullptr);
    EXPECT_EQ(cache.find(machine("b", "1", "text")), nullptr);
}

TEST(DefinitionCache, ForgetsAMachineThatWasDeletedAndCreatedAnew) {
    DefinitionCache cache(8, 1000);
    cache.put(machine("a", "", "first"), compiled());
    EXPECT_EQ(cache.find(machine("a", "", "second")), nullptr);
}

TEST(DefinitionCache, ForgetsTheLeastRecentlyUsed) {
    DefinitionCache cache(2, 1000);
    const Machine a = machine("a", "", "x");
    const Machine b = machine("b", "", "x");
    const Machine c = machine("c", "", "x");
    cache.put(a, compiled());
    cache.put(b, compiled());
    EXPECT_NE(cache.find(a), nullptr);
    cache.put(c, compiled());
    EXPECT_NE(cache.find(a), nullptr);
    EXPECT_EQ(cache.find(b), nullptr);
    EXPECT_NE(cache.find(c), nullptr);
}

TEST(DefinitionCache, IsBoundedInBytesButKeepsTheLast) {
    DefinitionCache cache(100, 10);
    const Machine a = machine("a", "", std::string(6, 'x'));
    const Machine b = machine("b", "", std::string(6, 'x'));
    const Machine large = machine("large", "", std::string(100, 'x'));
    cache.put(a, compiled());
    cache.put(b, compiled());
    EXPECT_EQ(cache.find(a), nullptr);
    EXPECT_NE(cache.find(b), nullptr);
    cache.put(large, compiled());
    EXPECT_EQ(cache.find(b), nullptr);
    EXPECT_NE(cache.find(large), nullptr);
}

}  // namespace
}  // namespace stepwell::api
