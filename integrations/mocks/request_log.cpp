#include "integrations/mocks/request_log.hpp"

#include <utility>

#include "engine/base/overloaded.hpp"

namespace stepwell::mocks {
namespace {

std::string resource_of(const TaskCall& call) {
    if (call.mock->type == asl::StateType::map) return "Map";
    if (call.mock->type == asl::StateType::parallel) return "Parallel";
    return std::visit(
        Overloaded{[](const asl::LambdaResource& lambda) { return lambda.function_arn; },
                   [](const asl::ServiceResource& service) {
                       return "arn:aws:states:::" + service.resource_type + ":" + service.resource;
                   },
                   [](const asl::ActivityResource& activity) { return activity.activity_arn; }},
        call.resource);
}

std::string line_of(const TaskCall& call, const Evaluated<Answer>& answer) {
    Json line = Json::object();
    line["state"] = call.state_name;
    line["resource"] = resource_of(call);
    line["invocation"] = call.mock->invocation;
    if (call.mock->map_index) line["mapIndex"] = *call.mock->map_index;
    line["scheduledDate"] = to_iso8601(call.scheduled_time);
    line["input"] = call.input.value();
    if (!call.token.empty()) line["taskToken"] = call.token;
    if (answer && answer->result) {
        line["return"] = answer->result->value();
    } else {
        const StateError& error = answer ? answer->error : answer.error();
        Json thrown = Json::object();
        thrown["Error"] = error.error;
        thrown["Cause"] = error.cause;
        line["throw"] = std::move(thrown);
    }
    return write_json(line);
}

}  // namespace

void RequestLog::add(const TaskCall& call, const Evaluated<Answer>& answer) {
    std::string line = line_of(call, answer);
    const std::lock_guard lock(mutex_);
    auto [at, is_new] = by_arn_.try_emplace(call.execution_arn);
    if (is_new) {
        at->second = executions_.insert(executions_.end(), Execution{call.execution_arn, {}, 0, 0});
    }
    Execution& execution = *at->second;
    execution.bytes += line.size();
    bytes_ += line.size();
    execution.requests.push_back(std::move(line));
    if (execution.requests.size() > kMostRequests) {
        const std::size_t gone = execution.requests.front().size();
        execution.requests.pop_front();
        execution.bytes -= gone;
        bytes_ -= gone;
        ++execution.dropped;
    }
    while (executions_.size() > 1 && (executions_.size() > kMostExecutions || bytes_ > kMostBytes))
        drop_oldest();
}

void RequestLog::drop_oldest() {
    bytes_ -= executions_.front().bytes;
    by_arn_.erase(executions_.front().arn);
    executions_.pop_front();
}

void RequestLog::clear() {
    const std::lock_guard lock(mutex_);
    executions_.clear();
    by_arn_.clear();
    bytes_ = 0;
}

std::string RequestLog::of(const std::string& execution_arn) const {
    const std::lock_guard lock(mutex_);
    std::string text = R"({"requests":[)";
    std::size_t dropped = 0;
    if (const auto found = by_arn_.find(execution_arn); found != by_arn_.end()) {
        for (const std::string& line : found->second->requests) {
            if (text.back() == '}') text += ',';
            text += line;
        }
        dropped = found->second->dropped;
    }
    return text + R"(],"dropped":)" + std::to_string(dropped) + "}";
}

}  // namespace stepwell::mocks
