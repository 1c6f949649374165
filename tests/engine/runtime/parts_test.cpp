#include <gtest/gtest.h>

#include "engine/runtime/definition_cache.hpp"
#include "engine/runtime/engine_clock.hpp"
#include "engine/runtime/execution_keys.hpp"
#include "tests/engine/runtime/harness.hpp"

namespace stepwell::testing {
namespace {

TEST(EngineClock, FollowsItsSource) {
    ManualClock source;
    const EngineClock clock(source);
    EXPECT_EQ(clock.now(), ManualClock::kStart);
    source.advance(Seconds{5});
    EXPECT_EQ(clock.now(), ManualClock::kStart + Seconds{5});
}

TEST(EngineClock, GoesOnWhereItsSourceIsSetBack) {
    ManualClock source;
    const EngineClock clock(source);
    clock.now();
    source.advance(-Seconds{3600});
    EXPECT_EQ(clock.now(), ManualClock::kStart);
    source.advance(Seconds{10});
    EXPECT_EQ(clock.now(), ManualClock::kStart + Seconds{10});
}

TEST(EngineClock, IsNeverBeforeWhatWasStored) {
    ManualClock source;
    EngineClock clock(source);
    clock.never_before(ManualClock::kStart + Seconds{60});
    EXPECT_EQ(clock.now(), ManualClock::kStart + Seconds{60});
    source.advance(Seconds{1});
    EXPECT_EQ(clock.now(), ManualClock::kStart + Seconds{61});
    clock.never_before(ManualClock::kStart);
    EXPECT_EQ(clock.now(), ManualClock::kStart + Seconds{61});
}

TEST(ExecutionKeys, GrowWithTimeAndWithinAMillisecond) {
    ExecutionKeys keys;
    const ExecutionKey first = keys.next(ManualClock::kStart);
    const ExecutionKey second = keys.next(ManualClock::kStart);
    const ExecutionKey third = keys.next(ManualClock::kStart + Milliseconds{1});
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_LT(third, keys.next(ManualClock::kStart));
}

TEST(ExecutionKeys, AreNotRepeatedAfterARestart) {
    ExecutionKeys before;
    ExecutionKey last = 0;
    for (int i = 0; i < 1000; ++i) last = before.next(ManualClock::kStart);
    ExecutionKeys keys;
    keys.after(ManualClock::kStart);
    EXPECT_GT(keys.next(ManualClock::kStart - Seconds{5}), last);
}

TEST(DefinitionCache, ParsesARevisionOnce) {
    DefinitionCache cache;
    RevisionRecord revision;
    revision.state_machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
    revision.revision_key = "1";
    revision.definition = kPass;
    const auto first = cache.get(revision, WorkflowType::standard);
    EXPECT_EQ(cache.get(revision, WorkflowType::standard), first);
    revision.revision_key = "2";
    EXPECT_NE(cache.get(revision, WorkflowType::standard), first);
    revision.revision_key = "3";
    revision.definition = "{}";
    EXPECT_THROW(cache.get(revision, WorkflowType::standard), std::runtime_error);
}

TEST(DefinitionCache, ForgetsWhatWasNotUsedForLong) {
    DefinitionCache cache;
    RevisionRecord revision;
    revision.definition = kPass;
    revision.revision_key = "0";
    const std::weak_ptr<const asl::StateMachine> first =
        cache.get(revision, WorkflowType::standard);
    for (int i = 1; i <= 300; ++i) {
        revision.revision_key = std::to_string(i);
        cache.get(revision, WorkflowType::standard);
    }
    EXPECT_TRUE(first.expired());
}

}  // namespace
}  // namespace stepwell::testing
