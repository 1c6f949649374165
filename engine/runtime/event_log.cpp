#include "engine/runtime/event_log.hpp"

#include "engine/base/json.hpp"
#include "engine/base/json_member.hpp"

namespace stepwell {
namespace {

/// `NAME` of `arn:…:logs:…:log-group:NAME:*`.
std::string group_name(const std::string& arn) {
    constexpr std::string_view kGroup = ":log-group:";
    const std::size_t at = arn.find(kGroup);
    if (at == std::string::npos) return {};
    std::string name = arn.substr(at + kGroup.size());
    if (name.ends_with(":*")) name.resize(name.size() - 2);
    return name;
}

std::string log_group_of(const Json& configuration) {
    const Json* destinations = member_of(configuration, "destinations");
    if (!destinations || !destinations->is_array() || destinations->empty()) return {};
    const Json* group = member_of(destinations->front(), "cloudWatchLogsLogGroup");
    const Json* arn = group ? member_of(*group, "logGroupArn") : nullptr;
    return arn && arn->is_string() ? group_name(arn->get<std::string>()) : std::string();
}

/// What the data of an event's details takes. Names are short and left out.
struct DetailBytes {
    template <class Failed>
    static std::size_t failure(const Failed& d) {
        return (d.error ? d.error->size() : 0) + (d.cause ? d.cause->size() : 0);
    }
    std::size_t operator()(const ExecutionStartedDetails& d) const { return d.input.size(); }
    std::size_t operator()(const OutputDetails& d) const { return d.output.size(); }
    std::size_t operator()(const FailureDetails& d) const { return failure(d); }
    std::size_t operator()(const StateEnteredDetails& d) const { return d.input.size(); }
    std::size_t operator()(const StateExitedDetails& d) const {
        std::size_t bytes = d.output.size();
        for (const AssignedVariable& variable : d.assigned)
            bytes += variable.name.size() + variable.value.size();
        return bytes;
    }
    std::size_t operator()(const LambdaScheduledDetails& d) const { return d.input.size(); }
    std::size_t operator()(const TaskScheduledDetails& d) const { return d.parameters.size(); }
    std::size_t operator()(const TaskOutputDetails& d) const { return d.output.size(); }
    std::size_t operator()(const TaskFailureDetails& d) const { return failure(d); }
    std::size_t operator()(const ActivityScheduledDetails& d) const { return d.input.size(); }
    std::size_t operator()(const EvaluationFailedDetails& d) const { return d.cause.size(); }
    // What holds a few words alone.
    template <class Small>
    std::size_t operator()(const Small&) const {
        return 0;
    }
};

}  // namespace

std::shared_ptr<const EventLogging> parse_event_logging(const std::string& configuration) {
    const auto parsed = parse_json(configuration);
    if (!parsed) return nullptr;
    const Json* level = member_of(*parsed, "level");
    if (!level || !level->is_string()) return nullptr;
    const std::string name = level->get<std::string>();
    EventLogging logging;
    if (name == "ALL") {
        logging.level = EventLogLevel::all;
    } else if (name == "ERROR") {
        logging.level = EventLogLevel::error;
    } else if (name == "FATAL") {
        logging.level = EventLogLevel::fatal;
    } else {
        return nullptr;  // OFF
    }
    const Json* data = member_of(*parsed, "includeExecutionData");
    logging.include_data = data && data->is_boolean() && data->get<bool>();
    logging.log_group = log_group_of(*parsed);
    if (logging.log_group.empty()) return nullptr;
    return std::make_shared<const EventLogging>(std::move(logging));
}

bool is_logged(EventType type, EventLogLevel level) {
    switch (type) {
        case EventType::execution_failed:
        case EventType::execution_aborted:
        case EventType::execution_timed_out:
            return true;
        default:
            break;
    }
    if (level == EventLogLevel::all) return true;
    if (level == EventLogLevel::fatal) return false;
    const std::string_view name = event_type_name(type);
    return type == EventType::fail_state_entered || name.ends_with("Failed") ||
           name.ends_with("TimedOut") || name.ends_with("Aborted");
}

std::size_t approximate_bytes(const LoggedEvents& logged) {
    std::size_t bytes = sizeof logged + logged.execution_arn.size();
    for (const HistoryEvent& event : logged.events)
        bytes += sizeof event + std::visit(DetailBytes(), event.details);
    return bytes;
}

std::vector<HistoryEvent> logged_events(const EventLogging* logging,
                                        const std::vector<Entry>& entries) {
    std::vector<HistoryEvent> events;
    if (logging == nullptr) return events;
    for (const Entry& entry : entries) {
        if (entry.event && is_logged(entry.event->type, logging->level))
            events.push_back(*entry.event);
    }
    return events;
}

}  // namespace stepwell
