#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/runtime.hpp"
#include "storage/memory_store.hpp"
#include "tests/support/answer.hpp"
#include "tests/support/held_store.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_tasks.hpp"

namespace stepwell::testing {

/// A runtime over a store in memory whose disk, clock and tasks obey the test.
class Harness {
public:
    explicit Harness(RuntimeOptions options = {.shards = 2});
    ~Harness();

    /// Creates a machine and gives what a start of it needs.
    StartRequest machine(const std::string& name, const std::string& definition,
                         WorkflowType type = WorkflowType::standard,
                         const std::string& logging = "{}");
    /// Starts an execution of a machine and waits for the answer.
    Started start(StartRequest request, const std::string& name, const std::string& input = "{}");
    /// The same without waiting.
    Answer<Started> start_later(StartRequest request, const std::string& name,
                                const std::string& input = "{}");
    static std::string arn_of(const StartRequest& request, const std::string& name);

    Stopped stop(ExecutionKey key, StopRequest request = {});
    TokenOutcome report(const std::string& token, TokenReport report);
    Outcome reset();
    void delete_machine(const std::string& name);

    /// Lets time go by; everything that is due by then has happened.
    void advance(Milliseconds by);
    void settle() { runtime->settle(); }
    /// The server ends and starts again, `down` later. What ran goes on.
    void restart(Milliseconds down = Milliseconds{0});
    /// The same, but the process died at the cut: nothing was written after `disk.cut_off()`.
    void restart_after_cut();

    ExecutionRecord execution(const std::string& execution_arn) const;
    ExecutionKey key(const std::string& execution_arn) const {
        return execution(execution_arn).key;
    }
    /// "PassStateEntered" and so on.
    std::vector<std::string> history(const std::string& execution_arn) const;
    /// The states that were left, in order.
    std::vector<std::string> exits(const std::string& execution_arn) const;
    /// How many events of a type the history has.
    std::size_t count(const std::string& execution_arn, const std::string& event_type) const;
    /// Checks that event ids have no gap and times never go back; the text of what is wrong, or "".
    std::string faults(const std::string& execution_arn) const;

    ManualClock clock;
    MemoryStore memory;
    std::unique_ptr<HeldStore> disk;
    std::unique_ptr<ScriptedTasks> tasks;
    std::unique_ptr<Runtime> runtime;

private:
    std::vector<HistoryEvent> events(const std::string& execution_arn) const;
    void begin();
    RuntimeOptions options_;
};

/// The value of a JSON text as a payload.
Payload payload(const std::string& text);

// Definitions that many tests use.
extern const char* const kPass;      ///< one Pass
extern const char* const kWaitHour;  ///< Wait 3600 s, then Pass
extern const char* const kTask;      ///< Task "Work": a Lambda function
extern const char* const kRetry;     ///< the same with Retry: 10 s, twice
extern const char* const kToken;     ///< Task "Ask": lambda:invoke.waitForTaskToken
extern const char* const kEndless;   ///< Pass A, Choice B, A …

}  // namespace stepwell::testing
