#include "engine/asl/expressions.hpp"
#include "engine/asl/states.hpp"

/// Pass, Wait, Succeed and Fail.
namespace stepwell::asl {
namespace {

/// Developer Guide, "Wait workflow state".
constexpr IntegerRange kWaitSeconds{0, 99'999'999};

std::optional<TimePoint> read_timestamp(const Fields& fields) {
    const std::string* text = fields.string("Timestamp");
    if (text == nullptr) return std::nullopt;
    const auto time = parse_rfc3339(*text);
    if (!time)
        fields.problems().schema("String does not match RFC3339 timestamp", fields.at("Timestamp"));
    return time;
}

/// Error or Cause: a literal, or looked up by the field of the same name with Path.
FailState::Text read_text(const Fields& fields, std::string_view literal, std::string_view path) {
    const auto present = fields.at_most_one({literal, path});
    if (!present) return {};
    if (*present == path) {
        if (auto expression = text_expression(fields, path)) return *std::move(expression);
        return {};
    }
    warn_of_path(fields, literal);
    check_jsonata_strings(fields, literal);
    if (auto expression = jsonata_expression(fields, literal)) return *std::move(expression);
    const std::string* text = fields.string(literal);
    if (text == nullptr) return {};
    return *text;
}

}  // namespace

PassState read_pass(const StateReader& state) {
    PassState out;
    if (const Json* result = state.fields.find("Result"); result != nullptr && state.json_path()) {
        warn_of_static_result(state.fields);
        out.result = Payload(*result);
    }
    out.parameters = payload_template(state.fields, "Parameters");
    out.result_path = result_path(state.fields);
    out.then = state.transition();
    return out;
}

WaitState read_wait(const StateReader& state) {
    WaitState out;
    const Fields& fields = state.fields;
    const auto present =
        fields.exactly_one({"SecondsPath", "Seconds", "TimestampPath", "Timestamp"});
    if (present == "Seconds") {
        if (auto expression = jsonata_expression(fields, "Seconds"))
            out.until = SecondsExpression{*std::move(expression)};
        else if (const auto seconds = fields.integer("Seconds", kWaitSeconds))
            out.until = Seconds{*seconds};
    } else if (present == "SecondsPath") {
        if (auto path = reference_path(fields, "SecondsPath"))
            out.until = SecondsPath{*std::move(path)};
    } else if (present == "Timestamp") {
        if (auto expression = jsonata_expression(fields, "Timestamp"))
            out.until = TimestampExpression{*std::move(expression)};
        else if (const auto time = read_timestamp(fields))
            out.until = *time;
    } else if (present == "TimestampPath") {
        if (auto path = reference_path(fields, "TimestampPath"))
            out.until = TimestampPath{*std::move(path)};
    }
    out.then = state.transition();
    return out;
}

SucceedState read_succeed(const StateReader& state) {
    state.flow.ends(state.index);
    return {};
}

FailState read_fail(const StateReader& state) {
    state.flow.ends(state.index);
    FailState out;
    out.error = read_text(state.fields, "Error", "ErrorPath");
    out.cause = read_text(state.fields, "Cause", "CausePath");
    return out;
}

}  // namespace stepwell::asl
