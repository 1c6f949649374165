#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/time.hpp"
#include "integrations/child_process.hpp"
#include "integrations/config.hpp"
#include "integrations/function_log.hpp"
#include "integrations/io_loop.hpp"
#include "integrations/lambda_call.hpp"
#include "integrations/runtime_api.hpp"

namespace stepwell {

/// Whose functions these are, where an invocation does not say.
struct FunctionHome {
    std::string region;
    std::string account;
};

/// The command that runs a local function, but for the address of its runtime API.
ChildCommand function_command(const LocalFunction& function, const FunctionHome& home);

/// Why a process never came to wait for an invocation.
struct InitError {
    std::string type;       ///< `Runtime.ExitError`
    std::string message;    ///< without the request it failed
    std::string described;  ///< or what the runtime itself reported, as JSON

    /// As the answer of the invocation for which the process was started.
    std::string payload(const std::string& request_id) const;
};

/// A function's failure as Lambda itself reports it: `{"errorType": …, "errorMessage": …}`.
std::string function_error(std::string_view type, std::string_view message);

/// A failure as a runtime describes it, with the invocation's id where the runtime left it empty.
std::string with_request_id(const std::string& error, const std::string& request_id);

/// One process of a local function, Lambda's execution environment: it starts, takes one invocation
/// after another, and ends when it is retired, dies, or is late. Belongs to the loop's thread.
class LocalWorker {
public:
    struct Events {
        /// The process waits for an invocation.
        std::function<void(LocalWorker&)> ready;
        /// It has answered, but takes its time until it asks for more.
        std::function<void(LocalWorker&)> slow;
        /// It is gone. `init_error`: it never came to wait for one, though nobody had retired it.
        /// May destroy the worker.
        std::function<void(LocalWorker&, std::optional<InitError> init_error)> gone;
    };
    struct Limits {
        Milliseconds init;
        Milliseconds idle;
    };

    LocalWorker(IoLoop& loop, ProcessGuard& guard, LocalFunction function, const FunctionHome& home,
                Limits limits, Events events);
    ~LocalWorker();
    LocalWorker(const LocalWorker&) = delete;
    LocalWorker& operator=(const LocalWorker&) = delete;

    /// Starts the process. On an error nothing runs and no event comes.
    std::optional<StartError> start();

    bool is_starting() const { return state_ == State::starting; }
    /// It has just answered and will ask for more in a moment: not worth the start of another.
    bool is_about_to_be_ready() const { return state_ == State::finishing && !retired_ && !slow_; }
    bool is_ready() const { return state_ == State::ready && !retired_; }
    bool is_retired() const { return retired_; }
    pid_t pid() const { return process_ ? process_->pid() : -1; }

    /// Hands over an invocation; only while ready. `done` gets the function's result or failure.
    void invoke(LambdaInvocation invocation, LambdaDone done);
    /// The result of the invocation under way is wanted no more; the function runs on, as it does
    /// on AWS.
    void forget_result();
    /// Takes no more invocations: ends at once, or after the one under way.
    void retire();
    /// Ends now.
    void kill();

private:
    enum class State { starting, ready, busy, finishing, ended };

    RuntimeApi::Events runtime_events();
    void waiting();
    bool finish(const std::string& request_id, std::string payload, bool failed);
    void answer(std::string payload, bool failed);
    void between_calls();
    void late();
    void process_ended(int wait_status);

    IoLoop& loop_;
    ProcessGuard& guard_;
    LocalFunction function_;
    FunctionHome home_;
    Limits limits_;
    Events events_;
    FunctionLog log_;
    State state_ = State::starting;
    bool retired_ = false;
    bool slow_ = false;
    std::optional<InitError> init_error_;
    LambdaInvocation invocation_;
    LambdaDone done_;
    std::chrono::steady_clock::time_point invoked_at_;
    LoopTimer timer_;
    std::unique_ptr<RuntimeApi> api_;
    std::unique_ptr<ChildProcess> process_;
};

}  // namespace stepwell
