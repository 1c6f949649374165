#include "storage/machine_cache.hpp"

#include <gtest/gtest.h>

#include "tests/storage/records.hpp"

namespace stepwell::storage_test {
namespace {

using storage::MachineCache;

MachineCache::Machine shared(const std::string& name, std::size_t definition_bytes = 10) {
    StateMachineRecord record = machine(name);
    record.definition = std::string(definition_bytes, 'd');
    return std::make_shared<const StateMachineRecord>(std::move(record));
}

TEST(MachineCache, KeepsWhatWasReadIfNoCommitCameBetween) {
    MachineCache cache(1 << 20);
    const auto read = shared("order");
    const auto generation = cache.generation();
    EXPECT_EQ(cache.find(kMachine), nullptr);
    cache.keep(read, generation);
    EXPECT_EQ(cache.find(kMachine), read);
}

TEST(MachineCache, DropsWhatWasReadBeforeACommit) {
    MachineCache cache(1 << 20);
    const auto generation = cache.generation();
    const auto old = shared("order");
    const auto current = shared("order");
    cache.committed(kMachine, current);
    cache.keep(old, generation);
    EXPECT_EQ(cache.find(kMachine), current);

    const auto before_removal = cache.generation();
    cache.committed(kMachine, nullptr);
    EXPECT_EQ(cache.find(kMachine), nullptr);
    cache.keep(current, before_removal);
    EXPECT_EQ(cache.find(kMachine), nullptr);
}

TEST(MachineCache, IsEmptyAfterAReset) {
    MachineCache cache(1 << 20);
    const auto generation = cache.generation();
    cache.committed(kMachine, shared("order"));
    cache.clear();
    EXPECT_EQ(cache.find(kMachine), nullptr);
    cache.keep(shared("order"), generation);
    EXPECT_EQ(cache.find(kMachine), nullptr);
}

TEST(MachineCache, ForgetsTheLongestUnusedWhenItIsFull) {
    MachineCache cache(40'000);
    const auto arn = [](const char* name) { return machine(name).arn; };
    cache.committed(arn("a"), shared("a", 10'000));
    cache.committed(arn("b"), shared("b", 10'000));
    cache.committed(arn("c"), shared("c", 10'000));
    EXPECT_TRUE(cache.find(arn("a")));
    cache.committed(arn("d"), shared("d", 10'000));
    EXPECT_TRUE(cache.find(arn("a")));
    EXPECT_FALSE(cache.find(arn("b")));
    EXPECT_TRUE(cache.find(arn("c")));
    EXPECT_TRUE(cache.find(arn("d")));
    // One that is larger than all is kept alone, so that its executions need not read it each time.
    cache.committed(arn("e"), shared("e", 100'000));
    EXPECT_TRUE(cache.find(arn("e")));
    EXPECT_FALSE(cache.find(arn("d")));
}

}  // namespace
}  // namespace stepwell::storage_test
