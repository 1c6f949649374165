#include <algorithm>
#include <limits>

#include "engine/asl/assign.hpp"
#include "engine/asl/expressions.hpp"
#include "engine/asl/states.hpp"
#include "engine/base/state_errors.hpp"

namespace stepwell::asl {
namespace {

constexpr auto kBoth = FieldRule::In::both;
constexpr auto kPath = FieldRule::In::json_path;
constexpr auto kJsonata = FieldRule::In::jsonata;

constexpr FieldRule kRetrierFields[] = {{"ErrorEquals", kBoth},     {"IntervalSeconds", kBoth},
                                        {"MaxAttempts", kBoth},     {"BackoffRate", kBoth},
                                        {"MaxDelaySeconds", kBoth}, {"JitterStrategy", kBoth},
                                        {"Comment", kBoth}};
constexpr FieldRule kCatcherFields[] = {{"ErrorEquals", kBoth}, {"Next", kBoth},
                                        {"ResultPath", kPath},  {"Output", kJsonata},
                                        {"Assign", kBoth},      {"Comment", kBoth}};

// OBSERVED: IntervalSeconds 0 and MaxDelaySeconds 31622400 are taken (badmintoncryer/cdk-preflight,
// measured 2026-09-05), against the Developer Guide, "Handling errors in Step Functions workflows".
// docs/observed.md
constexpr IntegerRange kInterval{0, 99'999'999};
constexpr IntegerRange kAttempts{0, 99'999'999};
constexpr IntegerRange kMaxDelay{1, 31'622'400};
constexpr double kLeastBackoffRate = 1.0;

/// `last`: whether the retrier or catcher is the last of its list, where alone States.ALL may
/// stand.
std::vector<std::string> read_error_equals(const Fields& fields, bool last) {
    std::vector<std::string> out;
    const Json::array_t* names = fields.filled_array("ErrorEquals");
    if (names == nullptr) return out;
    for (std::size_t i = 0; i < names->size(); ++i) {
        const Location where(fields.where(), "ErrorEquals", i);
        const Json& name = (*names)[i];
        if (!name.is_string()) {
            fields.problems().schema("Expected value of type String", where);
            continue;
        }
        out.push_back(name.get<std::string>());
        if (out.back() == state_errors::kAll && (!last || names->size() > 1)) {
            fields.problems().schema("States.ALL must appear alone and at end of list", where);
        }
    }
    return out;
}

Retrier read_retrier(const Fields& fields, bool last) {
    fields.allow_only(kRetrierFields);
    fields.require({"ErrorEquals"});
    fields.string("Comment");
    Retrier out;
    out.error_equals = read_error_equals(fields, last);
    // ASL specification, "Retrying after error": numbers, of JSONata states, too; a `{% … %}` is a
    // text here.
    const Fields numbers(fields.members(), fields.where(), QueryLanguage::json_path,
                         fields.problems());
    if (const auto seconds = numbers.integer("IntervalSeconds", kInterval))
        out.interval = Seconds{*seconds};
    if (const auto attempts = numbers.integer("MaxAttempts", kAttempts))
        out.max_attempts = *attempts;
    if (const auto rate =
            numbers.number("BackoffRate", kLeastBackoffRate, std::numeric_limits<double>::max())) {
        out.backoff_rate = *rate;
    }
    if (const auto seconds = numbers.integer("MaxDelaySeconds", kMaxDelay))
        out.max_delay = Seconds{*seconds};
    const std::string* jitter = fields.one_of("JitterStrategy", {"NONE", "FULL"});
    if (jitter != nullptr && *jitter == "FULL") out.jitter = Jitter::full;
    return out;
}

Catcher read_catcher(const StateReader& state, const Fields& fields, std::size_t index, bool last) {
    fields.allow_only(kCatcherFields);
    fields.require({"ErrorEquals", "Next"});
    fields.string("Comment");
    Catcher out;
    out.error_equals = read_error_equals(fields, last);
    out.next = state.target(fields, "Next").value_or(0);
    out.result_path = result_path(fields);
    out.output = jsonata_value(fields, "Output", "Catch[" + std::to_string(index) + "]/Output",
                               StatesMembers::with_error_output);
    out.assign = read_assign(state, fields, "Catch[" + std::to_string(index) + "]/Assign",
                             StatesMembers::with_error_output);
    return out;
}

/// Calls `read(fields, index, last)` for each element of the array `name`, all of which must be
/// objects.
template <class Read>
void for_each_object(const StateReader& state, std::string_view name, Read read) {
    const Json::array_t* items = state.fields.array(name);
    if (items == nullptr) return;
    for (std::size_t i = 0; i < items->size(); ++i) {
        const Location where(state.fields.where(), name, i);
        const auto fields =
            Fields::of((*items)[i], where, state.fields.language(), state.problems());
        if (fields) read(*fields, i, i + 1 == items->size());
    }
}

}  // namespace

std::vector<Retrier> read_retry(const StateReader& state) {
    std::vector<Retrier> out;
    for_each_object(state, "Retry", [&](const Fields& fields, std::size_t, bool last) {
        out.push_back(read_retrier(fields, last));
    });
    return out;
}

std::vector<Catcher> read_catch(const StateReader& state) {
    std::vector<Catcher> out;
    for_each_object(state, "Catch", [&](const Fields& fields, std::size_t index, bool last) {
        out.push_back(read_catcher(state, fields, index, last));
    });
    return out;
}

}  // namespace stepwell::asl
