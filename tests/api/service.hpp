#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.hpp"
#include "engine/base/json.hpp"
#include "engine/runtime/runtime.hpp"
#include "engine/tasks.hpp"
#include "storage/memory_store.hpp"
#include "tests/api/troubled_store.hpp"

namespace stepwell::api {

/// The wall clock, which a test may set forward.
class SettableClock final : public Clock {
public:
    TimePoint now() const override {
        return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now()) +
               Milliseconds(forward_.load());
    }
    void set_forward(Milliseconds by) { forward_ += by.count(); }

private:
    std::atomic<std::int64_t> forward_{0};
};

/// Answers every call with its own input, and remembers it.
class EchoingTasks final : public TaskRunner {
public:
    void start(TaskCall call, TaskDone done) override;
    void cancel(TaskCallId) override {}
    void stop_job(TaskCall, std::function<void()> done) override { done(); }
    void cancel_all() override {}
    /// The token of the first call that had one; waits for it.
    std::string token();

private:
    std::mutex mutex_;
    std::condition_variable called_;
    std::string token_;
};

/// The whole API over a store in memory and a real runtime.
class Service {
public:
    Service();
    ~Service();

    Response call(std::string_view operation, std::string body);
    Response send(Request request);
    /// The body of an answer that must be a success.
    Json ask(std::string_view operation, std::string body);
    /// `Type: message` of an answer that must be a refusal with status 400.
    std::string refusal(std::string_view operation, std::string body);

    /// The ARN of a new machine.
    std::string create(std::string_view name, std::string_view definition,
                       std::string_view type = "STANDARD");
    std::string start(const std::string& machine_arn, std::string_view name = {});
    /// Waits until nothing is under way, and describes an execution that must have ended by then.
    Json await_end(const std::string& execution_arn);
    /// Starts an execution and waits for its end; its ARN.
    std::string run(const std::string& machine_arn, std::string_view name = {});

    MemoryStore memory;
    TroubledStore store{memory};
    EchoingTasks tasks;
    SettableClock clock;
    Runtime runtime;
    ReaderPool readers{2};
    Api api;
};

/// `{"a":"b"}` of names and texts.
std::string object(std::initializer_list<std::pair<std::string_view, std::string_view>> members);
/// The names of an object's members, sorted.
std::vector<std::string> names_of(const Json& object);

inline constexpr std::string_view kRole = "arn:aws:iam::123456789012:role/r";
inline constexpr std::string_view kArnPrefix = "arn:aws:states:us-east-1:123456789012:";
inline constexpr std::string_view kPass =
    R"({"StartAt":"P","States":{"P":{"Type":"Pass","Result":{"a":1},"End":true}}})";
inline constexpr std::string_view kWait =
    R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}})";
inline constexpr std::string_view kFail =
    R"({"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"because"}}})";

}  // namespace stepwell::api
