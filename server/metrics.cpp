#include "server/metrics.hpp"

#include <spdlog/fmt/fmt.h>

#include <iterator>

namespace stepwell::server {
namespace {

constexpr std::string_view kTypes[] = {"STANDARD", "EXPRESS"};
constexpr std::string_view kStatuses[] = {"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"};

void family(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

template <class Value>
void sample(std::string& out, std::string_view name, std::string_view labels, Value value) {
    fmt::format_to(std::back_inserter(out), "{}{}{}{} {}\n", name, labels.empty() ? "" : "{",
                   labels, labels.empty() ? "" : "}", value);
}

template <class Value>
void single(std::string& out, std::string_view name, std::string_view type, std::string_view help,
            Value value) {
    family(out, name, type, help);
    sample(out, name, "", value);
}

/// Prometheus' buckets hold what is below them, too.
void histogram(std::string& out, std::string_view name, const std::string& labels,
               const Histogram& measured) {
    const Histogram::Reading reading = measured.read();
    const std::string before = labels.empty() ? "" : labels + ",";
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < reading.counts.size(); ++i) {
        sum += reading.counts[i];
        const std::string bound = i < Histogram::kBounds.size()
                                      ? fmt::format("{}", Histogram::kBounds[i])
                                      : std::string("+Inf");
        sample(out, fmt::format("{}_bucket", name), fmt::format("{}le=\"{}\"", before, bound), sum);
    }
    sample(out, fmt::format("{}_sum", name), labels, reading.sum_seconds);
    sample(out, fmt::format("{}_count", name), labels, sum);
}

}  // namespace

void RequestMetrics::answered(std::string_view operation, std::string_view result,
                              std::chrono::nanoseconds latency) {
    auto found = operations_.find(operation);
    if (found == operations_.end()) found = operations_.try_emplace(std::string(operation)).first;
    PerOperation& counted = found->second;
    counted.latency.add(latency);
    auto of_result = counted.results.find(result);
    if (of_result == counted.results.end())
        of_result = counted.results.try_emplace(std::string(result)).first;
    ++of_result->second;
}

void RequestMetrics::write(std::string& out) const {
    family(out, "stepwell_requests_total", "counter",
           "Answered requests by operation and result: Success, or the error's type.");
    for (const auto& [operation, counted] : operations_) {
        for (const auto& [result, count] : counted.results) {
            sample(out, "stepwell_requests_total",
                   fmt::format("operation=\"{}\",result=\"{}\"", operation,
                               result.empty() ? "Success" : result),
                   count);
        }
    }
    family(out, "stepwell_request_seconds", "histogram",
           "Time from a whole request to its answer.");
    for (const auto& [operation, counted] : operations_) {
        histogram(out, "stepwell_request_seconds", fmt::format("operation=\"{}\"", operation),
                  counted.latency);
    }
}

void write_metrics(std::string& out, const Runtime::Statistics& runtime) {
    family(out, "stepwell_executions_started_total", "counter", "Executions started.");
    for (std::size_t type = 0; type < runtime.started.size(); ++type) {
        sample(out, "stepwell_executions_started_total", fmt::format("type=\"{}\"", kTypes[type]),
               runtime.started[type]);
    }
    single(out, "stepwell_executions_redriven_total", "counter", "Redrives of executions.",
           runtime.redriven);
    family(out, "stepwell_executions_ended_total", "counter", "Executions that ended, by status.");
    for (std::size_t type = 0; type < runtime.ended.size(); ++type) {
        for (std::size_t status = 1; status < runtime.ended[type].size(); ++status) {
            sample(out, "stepwell_executions_ended_total",
                   fmt::format("type=\"{}\",status=\"{}\"", kTypes[type], kStatuses[status]),
                   runtime.ended[type][status]);
        }
    }
    single(out, "stepwell_executions_in_memory", "gauge",
           "Executions in memory; those that only wait are not.", runtime.live_executions);
    single(out, "stepwell_transitions_total", "counter", "State transitions.", runtime.transitions);
    single(out, "stepwell_timers", "gauge", "Timers set.", runtime.timers);
    single(out, "stepwell_task_calls", "gauge", "Calls of tasks under way.", runtime.calls);
}

void write_metrics(std::string& out, const WriteStatistics& store) {
    single(out, "stepwell_executions_running", "gauge", "Stored executions that run.",
           store.running_executions);
    single(out, "stepwell_open_task_tokens", "gauge", "Task tokens that can still come back.",
           store.open_tokens);
    single(out, "stepwell_store_commits_total", "counter", "Groups of writes committed.",
           store.commits);
    single(out, "stepwell_store_writes_total", "counter", "Writes in them.", store.writes);
    single(out, "stepwell_store_failures_total", "counter", "Attempts that the disk refused.",
           store.failures);
    single(out, "stepwell_store_overloaded_total", "counter",
           "Writes given up: the queue was full, or the disk failed for too long.",
           store.overloaded);
    single(out, "stepwell_store_queued_writes", "gauge", "Writes that wait for the disk.",
           store.queued);
    single(out, "stepwell_store_queued_bytes", "gauge", "Their size, about.", store.queued_bytes);
    if (store.queue_time != nullptr) {
        family(out, "stepwell_store_queue_seconds", "histogram",
               "Time from a write to the beginning of its commit.");
        histogram(out, "stepwell_store_queue_seconds", "", *store.queue_time);
    }
    if (store.commit_time != nullptr) {
        family(out, "stepwell_store_commit_seconds", "histogram", "Time of a commit.");
        histogram(out, "stepwell_store_commit_seconds", "", *store.commit_time);
    }
}

}  // namespace stepwell::server
