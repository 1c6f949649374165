// Thousands of random definitions on a hand-driven clock, each run twice: uncut, and thrown away
// and folded again from its stored journal after every Step. Output and history must be the same.
// Tasks answer late, twice and out of date. STEPWELL_SIMULATIONS=N runs N definitions,
// STEPWELL_SIMULATION_SEED=S begins with seed S.

#include <gtest/gtest.h>

#include <cstdlib>
#include <queue>

#include "tests/engine/machine/drive.hpp"
#include "tests/engine/machine/random_definition.hpp"

namespace stepwell::test {
namespace {

constexpr const char* kInput = R"({"items":[1,"two",null]})";

struct Outcome {
    std::vector<std::string> history;
    std::string end;
};

/// What a task does follows from the seed and from which attempt it is, not from the order of
/// events.
struct Fate {
    Milliseconds delay;
    bool fails;
    bool stays_silent;
};
Fate fate_of(std::uint64_t seed, const StartTask& call) {
    RandomBits random(seed ^ (std::uint64_t(call.scheduled) << 20U) ^ call.frame);
    return {Milliseconds{random.next_below(15'000)}, random.next_below(100) < 25,
            random.next_below(100) < 10};
}

class Simulation {
public:
    Simulation(std::uint64_t seed, const std::string& definition, Cut cut)
        : seed_(seed), random_(seed), drive_(definition, kInput, cut) {}

    Outcome run() {
        const TimePoint stop_at = drive_.now + Milliseconds{random_.next_below(200'000)};
        drive_.begin();
        accept_calls();
        for (int i = 0; i < 20'000 && !drive_.execution->closed(); ++i) {
            if (!step(stop_at)) break;
            accept_calls();
        }
        Outcome result;
        for (const Entry& entry : drive_.journal) {
            if (entry.event) result.history.push_back(encode_entries({entry}));
        }
        result.end = Drive::digest(*drive_.execution);
        return result;
    }
    const Drive& drive() const { return drive_; }

private:
    struct Event {
        TimePoint at;
        std::uint64_t order;
        std::function<void()> deliver;
        bool operator<(const Event& other) const {
            return std::tie(at, order) > std::tie(other.at, other.order);
        }
    };

    void accept_calls() {
        for (; seen_ < drive_.all_calls.size(); ++seen_) answer_later(drive_.all_calls[seen_]);
    }
    void answer_later(const StartTask& call) {
        const Fate fate = fate_of(seed_, call);
        if (fate.stays_silent) return;
        const TaskResult result =
            fate.fails ? TaskResult(StateError{"Broke", "by fate"})
                       : TaskResult(Payload::from_text(std::to_string(call.scheduled)));
        const auto end_call = [this, call, result] {
            drive_.deliver(TaskEnded{call.frame, call.scheduled, result});
        };
        const auto report = [this, call, result] {
            if (result)
                drive_.deliver(TokenCame{call.frame, call.scheduled, *result});
            else
                drive_.deliver(TokenCame{call.frame, call.scheduled, Failure{"Broke", "by fate"}});
        };
        at(fate.delay, end_call);
        if (!call.call.token.empty()) at(fate.delay * 2, report);
        // Again, late: no longer open, so nothing may change.
        at(fate.delay * 3 + Milliseconds{1}, end_call);
        at(fate.delay * 3 + Milliseconds{1}, report);
    }
    void at(Milliseconds delay, std::function<void()> deliver) {
        events_.push(Event{drive_.now + delay, ++order_, std::move(deliver)});
    }

    /// The next thing in time: a timer, an answer, or the stop.
    bool step(TimePoint stop_at) {
        const auto timer = drive_.execution->next_timer();
        const bool event_first = !events_.empty() && (!timer || events_.top().at < *timer);
        if (!timer && !event_first) return false;
        const TimePoint next = event_first ? events_.top().at : *timer;
        if (next >= stop_at) {
            drive_.now = std::max(drive_.now, stop_at);
            drive_.deliver(Stop{Failure{"Stopped", std::nullopt}});
            return true;
        }
        drive_.now = std::max(drive_.now, next);
        if (event_first) {
            const auto deliver = events_.top().deliver;
            events_.pop();
            deliver();
        } else {
            drive_.deliver(GoOn{});
        }
        return true;
    }

    std::uint64_t seed_;
    RandomBits random_;
    Drive drive_;
    std::priority_queue<Event> events_;
    std::uint64_t order_ = 0;
    std::size_t seen_ = 0;
};

/// Ids without gaps from 1, every `previous` an earlier event, times that never go back, one end.
void check_history(const Drive& drive) {
    EventId expected = 0;
    TimePoint last{};
    for (const Entry& entry : drive.journal) {
        if (!entry.event) continue;
        ASSERT_EQ(entry.event->id, ++expected);
        ASSERT_LT(entry.event->previous, entry.event->id);
        ASSERT_GE(entry.event->timestamp, last);
        last = entry.event->timestamp;
    }
}

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(Simulation, OfRandomDefinitionsIsTheSameCutOrUncut) {
    const std::uint64_t first = number_from("STEPWELL_SIMULATION_SEED", 1);
    const std::uint64_t count = number_from("STEPWELL_SIMULATIONS", 2'000);
    std::map<ExecutionStatus, int> ends;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const std::string definition = write_json(RandomDefinition(seed).make());
        SCOPED_TRACE("seed " + std::to_string(seed) + ": " + definition);
        Simulation uncut(seed, definition, Cut::never);
        Simulation cut(seed, definition, Cut::after_every_step);
        const Outcome a = uncut.run();
        const Outcome b = cut.run();
        ASSERT_EQ(a.history.size(), b.history.size());
        ASSERT_TRUE(a.history == b.history);
        ASSERT_EQ(a.end, b.end);
        check_history(uncut.drive());
        ++ends[uncut.drive().execution->status];
    }
    if (count >= 1'000) {
        // The generator reaches every way to end; a simulation of nothing but one would prove
        // little.
        EXPECT_GT(ends[ExecutionStatus::succeeded], 0);
        EXPECT_GT(ends[ExecutionStatus::failed], 0);
        EXPECT_GT(ends[ExecutionStatus::aborted], 0);
        EXPECT_GT(ends[ExecutionStatus::timed_out], 0);
    }
}

}  // namespace
}  // namespace stepwell::test
