#include "api/history_event.hpp"

#include "api/json_writer.hpp"
#include "engine/base/overloaded.hpp"

namespace stepwell::api {
namespace {

/// Never truncated in an answer: API Reference, HistoryEventExecutionDataDetails.
constexpr std::string_view kNotTruncated = R"({"truncated":false})";

/// Writes the details of one event, member by member, as its shape in the API model has them.
class DetailsWriter {
public:
    DetailsWriter(std::string& out, ExecutionData data) : object_(out), data_(data) {}

    void operator()(const NoDetails&) {}
    void operator()(const ExecutionStartedDetails& d) {
        input(d.input);
        object_.text("roleArn", d.role_arn);
        text_unless_empty("stateMachineAliasArn", d.state_machine_alias_arn);
        text_unless_empty("stateMachineVersionArn", d.state_machine_version_arn);
    }
    void operator()(const ExecutionRedrivenDetails& d) {
        object_.number("redriveCount", d.redrive_count);
    }
    void operator()(const OutputDetails& d) { output(d.output); }
    void operator()(const FailureDetails& d) { failure(d.error, d.cause); }
    void operator()(const StateEnteredDetails& d) {
        object_.text("name", d.name);
        input(d.input);
    }
    void operator()(const StateExitedDetails& d) {
        object_.text("name", d.name);
        output(d.output);
        assigned(d.assigned);
    }
    void operator()(const EvaluationFailedDetails& d) {
        object_.text("state", d.state);
        object_.text("error", d.error);
        object_.text("cause", d.cause);
        text_unless_empty("location", d.location);
    }
    void operator()(const LambdaScheduledDetails& d) {
        object_.text("resource", d.resource);
        input(d.input);
        seconds("timeoutInSeconds", d.timeout_in_seconds);
        credentials(d.credentials_role_arn);
    }
    void operator()(const TaskScheduledDetails& d) {
        resource(d.resource_type, d.resource);
        object_.text("region", d.region);
        if (data_ == ExecutionData::include) object_.text("parameters", d.parameters.text());
        seconds("timeoutInSeconds", d.timeout_in_seconds);
        seconds("heartbeatInSeconds", d.heartbeat_in_seconds);
        credentials(d.credentials_role_arn);
    }
    void operator()(const ActivityScheduledDetails& d) {
        object_.text("resource", d.resource);
        input(d.input);
        seconds("timeoutInSeconds", d.timeout_in_seconds);
        seconds("heartbeatInSeconds", d.heartbeat_in_seconds);
    }
    void operator()(const ActivityStartedDetails& d) {
        text_unless_empty("workerName", d.worker_name);
    }
    void operator()(const TaskDetails& d) { resource(d.resource_type, d.resource); }
    void operator()(const TaskOutputDetails& d) {
        resource(d.resource_type, d.resource);
        output(d.output);
    }
    void operator()(const TaskFailureDetails& d) {
        resource(d.resource_type, d.resource);
        failure(d.error, d.cause);
    }
    void operator()(const MapStartedDetails& d) { object_.number("length", d.length); }
    void operator()(const MapIterationDetails& d) {
        object_.text("name", d.name);
        object_.number("index", d.index);
    }
    void end() { object_.end(); }

private:
    void input(const Payload& payload) {
        if (data_ == ExecutionData::leave_out) return;
        object_.text("input", payload.text());
        object_.raw("inputDetails", kNotTruncated);
    }
    void output(const Payload& payload) {
        if (data_ == ExecutionData::leave_out) return;
        object_.text("output", payload.text());
        object_.raw("outputDetails", kNotTruncated);
    }
    void assigned(const std::vector<AssignedVariable>& variables) {
        if (variables.empty() || data_ == ExecutionData::leave_out) return;
        ObjectWriter object(object_.member("assignedVariables"));
        for (const AssignedVariable& variable : variables)
            object.text(variable.name, variable.value.text());
        object.end();
        object_.raw("assignedVariablesDetails", kNotTruncated);
    }
    void failure(const std::optional<std::string>& error, const std::optional<std::string>& cause) {
        if (error) object_.text("error", *error);
        if (cause) object_.text("cause", *cause);
    }
    void resource(std::string_view type, std::string_view name) {
        object_.text("resourceType", type);
        object_.text("resource", name);
    }
    void seconds(std::string_view name, const std::optional<std::int64_t>& value) {
        if (value) object_.number(name, *value);
    }
    void credentials(std::string_view role_arn) {
        if (role_arn.empty()) return;
        ObjectWriter object(object_.member("taskCredentials"));
        object.text("roleArn", role_arn);
        object.end();
    }
    void text_unless_empty(std::string_view name, std::string_view value) {
        if (!value.empty()) object_.text(name, value);
    }

    ObjectWriter object_;
    const ExecutionData data_;
};

}  // namespace

void append_history_event(std::string& out, const HistoryEvent& event, ExecutionData data) {
    ObjectWriter object(out);
    object.date("timestamp", event.timestamp);
    object.text("type", event_type_name(event.type));
    object.number("id", event.id);
    object.number("previousEventId", event.previous);
    const std::string_view member = event_details_member(event.type);
    if (!member.empty()) {
        DetailsWriter details(object.member(member), data);
        std::visit(details, event.details);
        details.end();
    }
    object.end();
}

}  // namespace stepwell::api
