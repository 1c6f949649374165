#include "api/history_event.hpp"

#include "api/json_writer.hpp"
#include "engine/base/overloaded.hpp"

namespace stepwell::api {
namespace {

/// API Reference, HistoryEventExecutionDataDetails. Answers never truncate.
constexpr std::string_view kNotTruncated = R"({"truncated":false})";
constexpr std::string_view kTruncated = R"({"truncated":true})";

/// As much of a UTF-8 text, whole characters, as takes so many bytes in a JSON string.
std::string_view cut_escaped(std::string_view text, std::size_t most_escaped_bytes) {
    constexpr std::size_t kLongestEscape = 6;  // \u001f
    if (text.size() <= most_escaped_bytes / kLongestEscape) return text;
    std::size_t escaped = 0;
    std::size_t character = 0;  // where the last one began
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if ((byte & 0xC0U) != 0x80U) character = at;
        const bool control = byte < 0x20;
        const bool short_escape = byte == '"' || byte == '\\' || byte == '\n' || byte == '\r' ||
                                  byte == '\t' || byte == '\b' || byte == '\f';
        escaped += short_escape ? 2 : control ? kLongestEscape : 1;
        if (escaped > most_escaped_bytes) return text.substr(0, character);
    }
    return text;
}

/// Writes the details of one event, member by member, as its shape in the API model has them.
class DetailsWriter {
public:
    DetailsWriter(std::string& out, ExecutionData data, std::size_t most_escaped_bytes)
        : object_(out), data_(data), most_escaped_bytes_(most_escaped_bytes) {}

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
    void operator()(const MapRunStartedDetails& d) { object_.text("mapRunArn", d.map_run_arn); }
    void operator()(const MapRunRedrivenDetails& d) {
        object_.text("mapRunArn", d.map_run_arn);
        object_.number("redriveCount", d.redrive_count);
    }
    void end() { object_.end(); }

private:
    void input(const Payload& payload) { text_and_whether_cut("input", "inputDetails", payload); }
    void output(const Payload& payload) {
        text_and_whether_cut("output", "outputDetails", payload);
    }
    void text_and_whether_cut(std::string_view name, std::string_view details,
                              const Payload& payload) {
        if (data_ == ExecutionData::leave_out) return;
        const std::string_view whole = payload.text();
        const std::string_view kept = cut_escaped(whole, most_escaped_bytes_);
        object_.text(name, kept);
        object_.raw(details, kept.size() == whole.size() ? kNotTruncated : kTruncated);
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
    const std::size_t most_escaped_bytes_;
};

}  // namespace

void append_event_details(std::string& out, const HistoryEvent& event, ExecutionData data,
                          std::size_t most_escaped_bytes) {
    DetailsWriter details(out, data, most_escaped_bytes);
    if (!event_details_member(event.type).empty()) std::visit(details, event.details);
    details.end();
}

void append_history_event(std::string& out, const HistoryEvent& event, ExecutionData data) {
    ObjectWriter object(out);
    object.date("timestamp", event.timestamp);
    object.text("type", event_type_name(event.type));
    object.number("id", event.id);
    object.number("previousEventId", event.previous);
    const std::string_view member = event_details_member(event.type);
    if (!member.empty()) append_event_details(object.member(member), event, data);
    object.end();
}

}  // namespace stepwell::api
