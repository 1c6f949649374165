#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "engine/store.hpp"

/// Records and answers for tests of the stores.
namespace stepwell::storage_test {

using namespace std::chrono_literals;

inline constexpr const char* kMachine = "arn:aws:states:us-east-1:123456789012:stateMachine:order";

inline TimePoint at(std::int64_t seconds) { return TimePoint{Seconds{1'700'000'000 + seconds}}; }

inline StateMachineRecord machine(const std::string& name = "order",
                                  WorkflowType type = WorkflowType::standard) {
    StateMachineRecord record;
    record.owner = {.account = "123456789012", .region = "us-east-1"};
    record.arn = state_machine_arn(record.owner, name);
    record.name = name;
    record.type = type;
    record.definition = R"({"StartAt":"A","States":{"A":{"Type":"Succeed"}}})";
    record.role_arn = "arn:aws:iam::123456789012:role/first";
    record.creation_date = at(0);
    record.update_date = at(0);
    record.logging_configuration = R"({"level":"OFF"})";
    record.tracing_configuration = R"({"enabled":false})";
    return record;
}

inline std::string execution_arn_of(const std::string& name,
                                    const std::string& machine_name = "order") {
    return "arn:aws:states:us-east-1:123456789012:execution:" + machine_name + ":" + name;
}

inline ExecutionRecord execution(ExecutionKey key, const std::string& name,
                                 const std::string& machine_arn = kMachine) {
    ExecutionRecord record;
    record.key = key;
    record.arn = execution_arn_of(name, machine_arn.substr(machine_arn.rfind(':') + 1));
    record.name = name;
    record.state_machine_arn = machine_arn;
    record.start_date = at(key);
    record.role_arn = "arn:aws:iam::123456789012:role/first";
    record.input = "{}";
    record.wake_at = at(key + 100);
    record.last_sequence = 1;
    record.last_event = 1;
    return record;
}

/// A row of `entries` entries, of which `events` are events.
inline JournalRow row(Sequence first, std::uint32_t entries, EventId first_event,
                      std::uint32_t events, std::string bytes = "bytes") {
    JournalRow made;
    made.first_sequence = first;
    made.entry_count = entries;
    made.first_event = first_event;
    made.event_count = events;
    made.bytes = std::move(bytes);
    return made;
}

inline ExecutionUpdate goes_on(Sequence last, EventId event,
                               std::optional<TimePoint> wake_at = std::nullopt) {
    ExecutionUpdate update;
    update.last_sequence = last;
    update.last_event = event;
    update.wake_at = wake_at;
    return update;
}

inline ExecutionUpdate succeeds(Sequence last, EventId event, std::string output = "{}",
                                TimePoint stop = at(1000)) {
    ExecutionUpdate update = goes_on(last, event);
    update.status = ExecutionStatus::succeeded;
    update.output = std::move(output);
    update.stop_date = stop;
    return update;
}

/// The answer of one write, waited for.
template <class Answer>
class Waited {
public:
    std::function<void(Answer)> callback() {
        return [promise = promise_](Answer answer) { promise->set_value(std::move(answer)); };
    }
    Answer get() {
        if (future_.wait_for(60s) != std::future_status::ready) {
            throw std::runtime_error("a write was not answered within a minute");
        }
        return future_.get();
    }
    bool ready() const { return future_.wait_for(0s) == std::future_status::ready; }

private:
    std::shared_ptr<std::promise<Answer>> promise_ = std::make_shared<std::promise<Answer>>();
    std::future<Answer> future_ = promise_->get_future();
};

inline Outcome create(Store& store, StateMachineRecord record, Tags tags = {}) {
    Waited<PublishOutcome> waited;
    store.create_state_machine(std::move(record), std::move(tags), {}, waited.callback());
    return waited.get().outcome;
}

inline Outcome update(Store& store, StateMachineRecord record, std::string expected) {
    Waited<PublishOutcome> waited;
    store.update_state_machine(std::move(record), std::move(expected), {}, waited.callback());
    return waited.get().outcome;
}

inline Outcome remove(Store& store, const std::string& arn) {
    Waited<Outcome> waited;
    store.delete_state_machine(arn, waited.callback());
    return waited.get();
}

inline ActivityRecord activity(const std::string& name = "assemble") {
    ActivityRecord record;
    record.owner = {.account = "123456789012", .region = "us-east-1"};
    record.arn = activity_arn(record.owner, name);
    record.name = name;
    record.creation_date = at(0);
    return record;
}

inline Outcome create(Store& store, ActivityRecord record,
                      std::vector<std::pair<std::string, std::string>> tags = {}) {
    Waited<Outcome> waited;
    store.create_activity(std::move(record), std::move(tags), waited.callback());
    return waited.get();
}

inline Outcome remove_activity(Store& store, const std::string& arn) {
    Waited<Outcome> waited;
    store.delete_activity(arn, waited.callback());
    return waited.get();
}

inline StartOutcome start(Store& store, ExecutionRecord record, JournalRow step = row(1, 1, 1, 1)) {
    Waited<StartOutcome> waited;
    store.start_execution(std::move(record), std::move(step), waited.callback());
    return waited.get();
}

inline Outcome append(Store& store, ExecutionKey key, Sequence after, JournalRow step,
                      ExecutionUpdate update) {
    Waited<Outcome> waited;
    store.append(key, after, std::move(step), std::move(update), waited.callback());
    return waited.get();
}

inline Outcome forget(Store& store, ExecutionKey key) {
    Waited<Outcome> waited;
    store.forget_execution(key, waited.callback());
    return waited.get();
}

inline Outcome reset(Store& store) {
    Waited<Outcome> waited;
    store.reset(waited.callback());
    return waited.get();
}

/// Waits for what the store does on its own, such as removing what belonged to a deleted machine.
inline bool eventually(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

/// A folder of its own that goes with the test.
class Folder {
public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "stepwell-storage-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace stepwell::storage_test
