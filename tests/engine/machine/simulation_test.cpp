// Thousands of random definitions on a hand-driven clock, each run twice: uncut, and thrown away
// and folded again from its stored journal after every Step. Output and history must be the same.
// Tasks answer late, twice and out of date; stops and time-outs race their answers; what did not
// succeed is redriven, now and then several times.
//
// A seed gives the same run every time. STEPWELL_SIMULATIONS=N runs N definitions,
// STEPWELL_SIMULATION_SEED=S begins with seed S: `./dev simulate` sets both.

#include <gtest/gtest.h>

#include <cstdlib>
#include <queue>
#include <set>

#include "engine/machine/redrive.hpp"
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
    bool gives_signs_of_life;
};
Fate fate_of(std::uint64_t seed, const StartTask& call, TimePoint now) {
    RandomBits random(seed ^ (std::uint64_t(call.scheduled) << 20U) ^ call.frame);
    Fate fate{Milliseconds{random.next_below(15'000)}, random.next_below(100) < 25,
              random.next_below(100) < 10, random.next_below(100) < 30};
    // Whole seconds meet Waits, retries and other tasks; the deadline's own millisecond, and those
    // around it, race the time-out.
    if (random.next_below(100) < 25) fate.delay = std::chrono::floor<Seconds>(fate.delay);
    if (random.next_below(100) < 15 && call.call.deadline) {
        fate.delay = *call.call.deadline - now + Milliseconds{int(random.next_below(3)) - 1};
    }
    return fate;
}

/// What comes from outside and is not a task's answer: at a moment of its own, or in the very
/// millisecond in which a call is answered, before or after the answer.
struct Interruption {
    InputBody body;
    Milliseconds after;
    std::optional<std::size_t> races_call;
    bool first = false;
};
Interruption interruption_of(std::uint64_t seed) {
    RandomBits random(~seed);
    Interruption interruption;
    if (random.next_below(100) < 15)
        interruption.body = MachineDeleted{};
    else
        interruption.body = Stop{Failure{"Stopped", std::nullopt}};
    interruption.after = Milliseconds{random.next_below(200'000)};
    if (random.next_below(100) < 30) interruption.races_call = random.next_below(6);
    interruption.first = random.next_below(2) == 0;
    return interruption;
}

class Simulation {
public:
    Simulation(std::uint64_t seed, const std::string& definition, Cut cut)
        : seed_(seed), interruption_(interruption_of(seed)), drive_(definition, kInput, cut) {}

    Outcome run() {
        if (!interruption_.races_call) at(interruption_.after, [this] { interrupt(); });
        drive_.begin();
        accept_calls();
        for (int i = 0; i < 20'000; ++i) {
            if (drive_.execution->closed() ? !redrive() : !step()) break;
            accept_calls();
        }
        come_too_late();
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
        for (; seen_ < drive_.all_calls.size(); ++seen_) {
            const bool raced = interruption_.races_call == seen_;
            const StartTask& call = drive_.all_calls[seen_];
            const Fate fate = fate_of(seed_, call, drive_.now);
            if (raced && interruption_.first) at(fate.delay, [this] { interrupt(); });
            answer_later(call, fate);
            if (raced && !interruption_.first) at(fate.delay, [this] { interrupt(); });
        }
    }
    void answer_later(const StartTask& call, const Fate& fate) {
        const FrameId frame = call.frame;
        const Sequence scheduled = call.scheduled;
        const bool has_token = !call.call.token.empty();
        if (has_token && fate.gives_signs_of_life) {
            for (int i = 1; i < 6; ++i)
                at(Seconds{2 * i}, [=, this] {
                    answer(frame, scheduled, TokenCame{frame, scheduled, {}});
                });
        }
        if (fate.stays_silent) return;
        const TaskResult result = fate.fails
                                      ? TaskResult(StateError{"Broke", "by fate"})
                                      : TaskResult(Payload::from_text(std::to_string(scheduled)));
        const auto end_call = [=, this] {
            answer(frame, scheduled, TaskEnded{frame, scheduled, result});
        };
        const auto report = [=, this] {
            TokenCame token{frame, scheduled, Failure{"Broke", "by fate"}};
            if (result) token.report = *result;
            answer(frame, scheduled, std::move(token));
        };
        at(fate.delay, end_call);
        at(fate.delay, end_call);  // a call that was made again after a restart has two answers
        if (has_token) {
            at(fate.delay * 2, report);
            at(fate.delay * 2, report);
        }
        // Again, late: no longer open, so nothing may change.
        at(fate.delay * 3 + Milliseconds{1}, end_call);
        at(fate.delay * 3 + Milliseconds{1}, report);
    }
    void at(Milliseconds delay, std::function<void()> deliver) {
        events_.push(
            Event{drive_.now + std::max(delay, Milliseconds{0}), ++order_, std::move(deliver)});
    }

    /// One for a task that is over is refused, and changes nothing but what time does.
    void answer(FrameId frame, Sequence scheduled, InputBody body) {
        const bool open = drive_.execution->find_task(frame, scheduled) != nullptr;
        const auto timer = drive_.execution->next_timer();
        const bool time_passes = timer && *timer <= drive_.now;
        const std::size_t entries = drive_.journal.size();
        drive_.deliver(std::move(body));
        if (open) return;
        EXPECT_FALSE(drive_.accepted);
        if (!time_passes) {
            EXPECT_EQ(drive_.journal.size(), entries);
        }
    }
    void interrupt() { drive_.deliver(interruption_.body); }
    /// After a while, in which late answers change nothing. False where it stays closed.
    bool redrive() {
        const std::uint32_t redrives = drive_.execution->redrive_count;
        RandomBits random(seed_ ^ (std::uint64_t(redrives) << 40U));
        if (redrives >= 3 || random.next_below(100) < 40) return false;
        const TimePoint when = drive_.now + Milliseconds{random.next_below(60'000)};
        while (!events_.empty() && events_.top().at <= when) take_event();
        drive_.now = std::max(drive_.now, when);
        // Each delivery may have put a folded execution in the place of this one.
        const RedriveFacts facts = redrive_facts(*drive_.execution);
        const bool redrivable = redrivability(facts, drive_.now) == Redrivability::redrivable;
        drive_.deliver(Redrive{"token"});
        EXPECT_EQ(drive_.accepted, redrivable);
        return redrivable;
    }
    /// Nothing that comes after the end changes anything.
    void come_too_late() {
        if (!drive_.execution->closed()) return;
        const std::size_t entries = drive_.journal.size();
        for (int i = 0; i < 8 && !events_.empty(); ++i) take_event();
        drive_.deliver(Stop{Failure{"Again", std::nullopt}});
        drive_.deliver(GoOn{});
        EXPECT_EQ(drive_.journal.size(), entries);
    }

    /// The next thing in time: a timer, an answer, or the interruption. False where nothing is
    /// left.
    bool step() {
        const auto timer = drive_.execution->next_timer();
        const bool event_first = !events_.empty() && (!timer || events_.top().at <= *timer);
        if (!timer && !event_first) return false;
        if (event_first) {
            take_event();
        } else {
            drive_.now = std::max(drive_.now, *timer);
            drive_.deliver(GoOn{});
        }
        return true;
    }
    void take_event() {
        const Event event = events_.top();
        events_.pop();
        drive_.now = std::max(drive_.now, event.at);
        event.deliver();
    }

    std::uint64_t seed_;
    Interruption interruption_;
    Drive drive_;
    std::priority_queue<Event> events_;
    std::uint64_t order_ = 0;
    std::size_t seen_ = 0;
};

bool ends_an_execution(EventType type) {
    return type == EventType::execution_succeeded || type == EventType::execution_failed ||
           type == EventType::execution_aborted || type == EventType::execution_timed_out;
}

/// Ids without gaps from 1, every `previous` an earlier event, times that never go back, one end,
/// or one behind each redrive.
void check_history(const Drive& drive) {
    EventId expected = 0;
    TimePoint last{};
    bool ended = false;
    for (const Entry& entry : drive.journal) {
        if (!entry.event) continue;
        const HistoryEvent& event = *entry.event;
        ASSERT_EQ(ended, event.type == EventType::execution_redriven) << "an event after the end";
        ASSERT_EQ(event.id, ++expected);
        ASSERT_LT(event.previous, event.id);
        // Only the first event and the first state hang on nothing, and an end that comes from
        // outside.
        const bool from_outside = event.type == EventType::execution_aborted ||
                                  event.type == EventType::execution_timed_out ||
                                  event.type == EventType::execution_failed;
        if (event.id > 2 && !from_outside) {
            ASSERT_GT(event.previous, 0);
        }
        ASSERT_GE(event.timestamp, last);
        last = event.timestamp;
        ended = ends_an_execution(event.type);
    }
    ASSERT_TRUE(ended);
}

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Several cases, so that several processors share them: case i takes every kShards-th seed.
constexpr std::uint64_t kShards = 8;
class SimulationShard : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SimulationShard, IsTheSameCutOrUncut) {
    const std::uint64_t first = number_from("STEPWELL_SIMULATION_SEED", 1);
    const std::uint64_t count = number_from("STEPWELL_SIMULATIONS", 10'000);
    std::map<ExecutionStatus, int> ends;
    int redriven_to_success = 0;
    for (std::uint64_t seed = first + GetParam(); seed < first + count; seed += kShards) {
        const std::string definition = write_json(RandomDefinition(seed).make());
        SCOPED_TRACE("./dev simulate 1 " + std::to_string(seed) + "\n" + definition);
        Simulation uncut(seed, definition, Cut::never);
        Simulation cut(seed, definition, Cut::after_every_step);
        const Outcome a = uncut.run();
        const Outcome b = cut.run();
        ASSERT_TRUE(uncut.drive().execution->closed());
        ASSERT_EQ(a.history.size(), b.history.size());
        ASSERT_TRUE(a.history == b.history);
        ASSERT_EQ(a.end, b.end);
        check_history(uncut.drive());
        ASSERT_FALSE(HasFailure());
        const Execution& execution = *uncut.drive().execution;
        ++ends[execution.status];
        if (execution.redrive_count > 0 && execution.status == ExecutionStatus::succeeded)
            ++redriven_to_success;
    }
    if (count >= 10'000) {
        // The generator reaches every way to end; a simulation of nothing but one would prove
        // little.
        EXPECT_GT(ends[ExecutionStatus::succeeded], 0);
        EXPECT_GT(ends[ExecutionStatus::failed], 0);
        EXPECT_GT(ends[ExecutionStatus::aborted], 0);
        EXPECT_GT(ends[ExecutionStatus::timed_out], 0);
        EXPECT_GT(redriven_to_success, 0);
    }
}
INSTANTIATE_TEST_SUITE_P(Simulation, SimulationShard, testing::Range<std::uint64_t>(0, kShards));

}  // namespace
}  // namespace stepwell::test
