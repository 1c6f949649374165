#include "engine/items.hpp"

#include <utility>

#include "engine/machine/execution_status.hpp"

namespace stepwell {

namespace {

/// `2024-11-05T17:02:04.100Z`: always with milliseconds, where there are any.
std::string date_text(TimePoint time) {
    std::string text = to_iso8601(time);
    const std::size_t dot = text.find('.');
    if (dot == std::string::npos) return text;
    const std::size_t digits = text.size() - dot - 2;
    text.insert(text.size() - 1, 3 - digits, '0');
    return text;
}

Json included() {
    Json details = Json::object();
    details["Included"] = true;
    return details;
}

/// All there is to say of a child. Developer Guide, "ResultWriter (Map)", "Exporting to Amazon S3".
Json record_of(const ChildResult& child) {
    Json record = Json::object();
    if (child.cause) record["Cause"] = *child.cause;
    if (child.error) record["Error"] = *child.error;
    record["ExecutionArn"] = child.execution_arn;
    record["Input"] = child.input;
    record["InputDetails"] = included();
    record["Name"] = child.name;
    if (child.output) record["Output"] = *child.output;
    record["OutputDetails"] = included();
    record["RedriveCount"] = child.redrive_count;
    if (child.status == ExecutionStatus::succeeded) {
        record["RedriveStatus"] = "NOT_REDRIVABLE";
        record["RedriveStatusReason"] = "Execution is SUCCEEDED and cannot be redriven";
    } else {
        record["RedriveStatus"] = "REDRIVABLE_BY_MAP_RUN";
    }
    record["StartDate"] = date_text(child.start_date);
    record["StateMachineArn"] = child.state_machine_arn;
    record["Status"] = status_name(child.status);
    if (child.stop_date) record["StopDate"] = date_text(*child.stop_date);
    return record;
}

}  // namespace

/// Of one that was not started there is no more to say. Developer Guide, "ResultWriter (Map)".
/// DIFFERS: the members are not documented (docs/differences.md).
Json pending_record(std::string input) {
    Json record = Json::object();
    record["Input"] = std::move(input);
    record["InputDetails"] = included();
    record["Status"] = "PENDING";
    return record;
}

std::optional<Transformation> transformation_of(std::string_view name) {
    if (name == "NONE") return Transformation::none;
    if (name == "COMPACT") return Transformation::compact;
    if (name == "FLATTEN") return Transformation::flatten;
    return std::nullopt;
}

std::vector<Json> transformed(const ChildResult& child, Transformation transformation) {
    std::vector<Json> values;
    const bool whole = transformation == Transformation::none ||
                       child.status != ExecutionStatus::succeeded || !child.output;
    if (whole) {
        values.push_back(record_of(child));
        return values;
    }
    auto parsed = parse_json(*child.output);
    Json output = parsed ? std::move(*parsed) : Json(*child.output);
    if (transformation == Transformation::flatten && output.is_array()) {
        for (Json& element : output) values.push_back(std::move(element));
    } else {
        values.push_back(std::move(output));
    }
    return values;
}

}  // namespace stepwell
