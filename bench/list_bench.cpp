// How long lists and describes take in a store with 100,000 executions, as many versions and as
// many activities:
//   list_bench [EXECUTIONS]
// Prints a line per question, and ends with status 1 where one takes more than 5 ms at p99. On a
// busy machine only the processor time of the whole process, in the last columns, says something.

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "api/api.hpp"
#include "engine/base/json.hpp"
#include "engine/base/random.hpp"
#include "engine/runtime/runtime.hpp"
#include "storage/sqlite_store.hpp"

namespace {

using namespace stepwell;

constexpr double kMostMilliseconds = 5.0;
constexpr int kQuestions = 300;  // of each kind
constexpr int kVersionsPerMachine = 1000;
constexpr int kActivitiesPerAccount = 10'000;  // as many as there may be
constexpr const char* kPrefix = "arn:aws:states:us-east-1:123456789012:";

class SystemClock final : public Clock {
public:
    TimePoint now() const override {
        return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
    }
};

/// Nothing here runs a task.
class NoTasks final : public TaskRunner {
public:
    void start(TaskCall, TaskDone) override {}
    void cancel(TaskCallId) override {}
    void stop_job(TaskCall, std::function<void()> done) override { done(); }
    void cancel_all() override {}
};

void must(Outcome outcome) {
    if (outcome == Outcome::committed) return;
    std::fprintf(stderr, "a write was not committed\n");
    std::exit(2);
}

StateMachineRecord machine(const std::string& name) {
    StateMachineRecord record;
    record.owner = {.account = "123456789012", .region = "us-east-1"};
    record.arn = state_machine_arn(record.owner, name);
    record.name = name;
    record.definition = R"({"StartAt":"S","States":{"S":{"Type":"Succeed"}}})";
    record.role_arn = "arn:aws:iam::123456789012:role/r";
    record.creation_date = record.update_date = SystemClock().now();
    record.logging_configuration = R"({"level":"OFF","includeExecutionData":false})";
    record.tracing_configuration = R"({"enabled":false})";
    return record;
}

/// Waits for the last of many writes: they are committed in order.
class Writes {
public:
    Published published() {
        return [this](const PublishOutcome& made) { done(made.outcome); };
    }
    Committed made() {
        return [this](Outcome outcome) { done(outcome); };
    }
    std::function<void(StartOutcome)> started() {
        return [this](const StartOutcome& made) { done(made.outcome); };
    }
    void add() {
        // The store's queue is bounded.
        while (++under_way_ > 10'000) {
            --under_way_;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    void wait() {
        while (under_way_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

private:
    void done(Outcome outcome) {
        must(outcome);
        --under_way_;
    }
    std::atomic<int> under_way_ = 0;
};

std::string machine_name(int i) { return "machine-" + std::to_string(i); }

/// Machines with a thousand versions each.
void fill_versions(Store& store, Writes& writes, int versions) {
    for (int m = 0; m < versions / kVersionsPerMachine; ++m) {
        StateMachineRecord record = machine(machine_name(m));
        writes.add();
        store.create_state_machine(record, {{"team", "bench"}}, Publication{"first"},
                                   writes.published());
        for (int v = 2; v <= kVersionsPerMachine; ++v) {
            std::string from = record.revision_id;
            record.revision_id = "revision-" + std::to_string(v);
            writes.add();
            store.update_state_machine(record, std::move(from), Publication{"next"},
                                       writes.published());
        }
        writes.wait();
        std::promise<Outcome> made;
        store.create_alias({.state_machine_arn = record.arn,
                            .name = "LIVE",
                            .description = "bench",
                            .routes = {{1, 50}, {2, 50}},
                            .creation_date = record.creation_date,
                            .update_date = record.creation_date},
                           [&](Outcome outcome) { made.set_value(outcome); });
        must(made.get_future().get());
    }
}

std::string execution_name(int i) { return "execution-" + std::to_string(i); }

/// Executions of the first machine, a third of them through its alias, in every status.
void fill_executions(Store& store, Writes& writes, int executions) {
    const std::string arn = std::string(kPrefix) + "stateMachine:" + machine_name(0);
    const TimePoint now = SystemClock().now();
    for (int i = 0; i < executions; ++i) {
        ExecutionRecord record;
        record.key = i + 1;
        record.name = execution_name(i);
        record.arn = std::string(kPrefix) + "execution:" + machine_name(0) + ":" + record.name;
        record.state_machine_arn = arn;
        record.version = i % 2 + 1;
        if (i % 3 == 0) record.alias = "LIVE";
        record.status = static_cast<ExecutionStatus>(1 + i % 4);
        record.start_date = now;
        record.stop_date = now;
        record.input = R"({"number":)" + std::to_string(i) + "}";
        record.output = record.input;
        record.last_sequence = 1;
        record.last_event = 1;
        writes.add();
        store.start_execution(std::move(record), {}, writes.started());
    }
    writes.wait();
}

/// In as many accounts as it takes; the first is the one whose activities are listed.
ActivityRecord activity(int i) {
    ActivityRecord record;
    record.owner = {.account = std::to_string(123456789012 + i / kActivitiesPerAccount),
                    .region = "us-east-1"};
    record.name = "activity-" + std::to_string(i);
    record.arn = activity_arn(record.owner, record.name);
    return record;
}

void fill_activities(Store& store, Writes& writes, int activities) {
    for (int i = 0; i < activities; ++i) {
        ActivityRecord record = activity(i);
        record.creation_date = SystemClock().now();
        writes.add();
        store.create_activity(std::move(record), {}, writes.made());
    }
    writes.wait();
}

class Bench {
public:
    Bench(Store& store, const Clock& clock)
        : runtime_(store, tasks_, clock, {}, 1), api_(store, runtime_, readers_, clock, {}) {}
    ~Bench() { runtime_.shut_down(); }

    /// Of one answer, in milliseconds.
    struct Took {
        double elapsed = 0;
        double processor = 0;
    };

    Json ask(const std::string& operation, const std::string& body, Took* took = nullptr) {
        std::promise<api::Response> promise;
        const auto begin = std::chrono::steady_clock::now();
        const double processor = processor_milliseconds();
        api_.handle({.target = "AWSStepFunctions." + operation,
                     .content_type = "application/x-amz-json-1.0",
                     .authorization = {},
                     .body = body,
                     .request_id = "bench"},
                    [&](api::Response response) { promise.set_value(std::move(response)); });
        const api::Response response = promise.get_future().get();
        if (took != nullptr) {
            const std::chrono::duration<double, std::milli> elapsed =
                std::chrono::steady_clock::now() - begin;
            *took = {elapsed.count(), processor_milliseconds() - processor};
        }
        if (response.status != 200) {
            std::fprintf(stderr, "%s %s: %s\n", operation.c_str(), body.c_str(),
                         response.body.c_str());
            std::exit(2);
        }
        return *parse_json(response.body);
    }

    /// Asks with bodies of one kind, and prints how long the answers took.
    void measure(const std::string& what, const std::string& operation,
                 const std::function<std::string()>& body) {
        std::vector<Took> took(kQuestions);
        for (Took& one : took) ask(operation, body(), &one);
        report(what, std::move(took));
    }
    /// Goes through a list page by page.
    void walk(const std::string& what, const std::string& operation, const std::string& members) {
        std::vector<Took> took;
        std::string body = "{" + members + "}";
        for (;;) {
            took.emplace_back();
            const Json answer = ask(operation, body, &took.back());
            if (took.size() >= kQuestions) break;
            if (!answer.contains("nextToken")) {
                body = "{" + members + "}";
                continue;
            }
            body = "{" + members + R"(,"nextToken":")" + answer["nextToken"].get<std::string>() +
                   "\"}";
        }
        report(what, std::move(took));
    }
    bool quick() const { return quick_; }

private:
    static double processor_milliseconds() {
        timespec used{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
    }
    void report(const std::string& what, std::vector<Took> took) {
        const std::size_t last = (took.size() - 1) * 99 / 100;
        std::ranges::sort(took, {}, &Took::processor);
        const double cpu50 = took[took.size() / 2].processor;
        const double cpu99 = took[last].processor;
        std::ranges::sort(took, {}, &Took::elapsed);
        const bool ok = took[last].elapsed < kMostMilliseconds;
        quick_ = quick_ && ok;
        std::printf("%-46s p50 %7.3f ms  p99 %7.3f ms  of %4zu   cpu %6.3f %6.3f ms%s\n",
                    what.c_str(), took[took.size() / 2].elapsed, took[last].elapsed, took.size(),
                    cpu50, cpu99, ok ? "" : "   TOO SLOW");
    }

    NoTasks tasks_;
    Runtime runtime_;
    api::ReaderPool readers_{2};
    api::Api api_;
    bool quick_ = true;
};

bool measure_all(Bench& bench, int machines, int executions) {
    RandomBits random(7);
    const auto machine_arn = [&] {
        return std::string(kPrefix) + "stateMachine:" +
               machine_name(
                   static_cast<int>(random.next_below(static_cast<std::uint64_t>(machines))));
    };
    const auto of = [](const std::string& member, const std::string& value) {
        return "\"" + member + "\":\"" + value + "\"";
    };
    const auto machine_body = [&](const std::string& suffix) {
        return [&, suffix] { return "{" + of("stateMachineArn", machine_arn() + suffix) + "}"; };
    };
    const auto execution_body = [&] {
        const auto i = static_cast<int>(random.next_below(static_cast<std::uint64_t>(executions)));
        return "{" +
               of("executionArn",
                  std::string(kPrefix) + "execution:" + machine_name(0) + ":" + execution_name(i)) +
               "}";
    };
    const std::string first = std::string(kPrefix) + "stateMachine:" + machine_name(0);

    bench.walk("ListStateMachines, 100 a page", "ListStateMachines", R"("maxResults":100)");
    bench.walk("ListExecutions, 100 a page", "ListExecutions", of("stateMachineArn", first));
    bench.walk("ListExecutions, FAILED", "ListExecutions",
               of("stateMachineArn", first) + "," + of("statusFilter", "FAILED"));
    bench.walk("ListExecutions of a version", "ListExecutions",
               of("stateMachineArn", first + ":1"));
    bench.walk("ListExecutions of an alias, SUCCEEDED", "ListExecutions",
               of("stateMachineArn", first + ":LIVE") + "," + of("statusFilter", "SUCCEEDED"));
    bench.walk("ListExecutions, 1,000 a page", "ListExecutions",
               of("stateMachineArn", first) + R"(,"maxResults":1000)");
    bench.walk("ListActivities, 100 a page", "ListActivities", R"("maxResults":100)");
    bench.walk("ListActivities, 1,000 a page", "ListActivities", R"("maxResults":1000)");
    bench.measure("ListStateMachineVersions, 100 of 1,000", "ListStateMachineVersions",
                  machine_body(""));
    bench.measure("ListStateMachineAliases", "ListStateMachineAliases", machine_body(""));
    bench.measure("DescribeStateMachine", "DescribeStateMachine", machine_body(""));
    bench.measure("DescribeStateMachine of a version", "DescribeStateMachine",
                  machine_body(":500"));
    bench.measure("DescribeStateMachineAlias", "DescribeStateMachineAlias",
                  [&] { return "{" + of("stateMachineAliasArn", machine_arn() + ":LIVE") + "}"; });
    bench.measure("ListTagsForResource", "ListTagsForResource",
                  [&] { return "{" + of("resourceArn", machine_arn()) + "}"; });
    bench.measure("DescribeExecution", "DescribeExecution", execution_body);
    bench.measure("DescribeActivity", "DescribeActivity", [&] {
        const auto i = static_cast<int>(random.next_below(static_cast<std::uint64_t>(executions)));
        return "{" + of("activityArn", activity(i).arn) + "}";
    });
    bench.measure("DescribeStateMachineForExecution", "DescribeStateMachineForExecution",
                  execution_body);
    return bench.quick();
}

}  // namespace

int main(int argc, char** argv) {
    const int count = argc > 1 ? std::atoi(argv[1]) : 100'000;
    std::string folder =
        (std::filesystem::temp_directory_path() / "stepwell-lists-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return 2;
    bool quick = false;
    {
        const auto store = open_sqlite_store(std::filesystem::path(folder) / "data.db");
        Writes writes;
        fill_versions(*store, writes, count);
        fill_executions(*store, writes, count);
        fill_activities(*store, writes, count);
        std::printf("a store with %d executions, %d versions of %d machines and %d activities\n",
                    count, count, count / kVersionsPerMachine, count);
        const SystemClock clock;
        {
            Bench bench(*store, clock);
            quick = measure_all(bench, count / kVersionsPerMachine, count);
        }
        store->close();
    }
    std::filesystem::remove_all(folder);
    return quick ? EXIT_SUCCESS : EXIT_FAILURE;
}
