#include <algorithm>
#include <optional>

#include "api/arns.hpp"
#include "api/executions.hpp"
#include "api/json_writer.hpp"
#include "api/machines.hpp"
#include "api/mock_checks.hpp"
#include "api/operations.hpp"

namespace stepwell::api::operations_of {
namespace {

/// A machine may be updated between our look and the write of the start; then we look again, so
/// often.
constexpr int kMaxAttempts = 8;

/// What a caller asked for, checked but for the machine.
struct Wanted {
    StateMachineArn machine;
    std::string name;
    Payload input;
    std::string trace_header;
    std::string test_case;  ///< of the mock configuration; empty: none
};

/// API Reference, DescribeExecution, `traceHeader`: "If both sources are provided, Step Functions
/// will use the header value". One that is not fit for the field is not ours to keep.
std::string trace_header_of(Call& call) {
    const auto is_fit = [](const std::string& text) {
        return !text.empty() && text.size() <= 256 &&
               std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
    };
    if (is_fit(call.trace_id())) return call.trace_id();
    return call.input().take_text("traceHeader").value_or("");
}

/// `stateMachineArn#TestCase`. Developer Guide, "Using mocked service integrations for testing in
/// Step Functions Local".
struct NamedTarget {
    std::string arn;
    std::string test_case;  ///< empty: none is named
};

NamedTarget named_target(const Call& call) {
    std::string text = call.input().required_text("stateMachineArn");
    if (call.services().options.mocks == nullptr) return {std::move(text), {}};
    const std::size_t hash = text.find('#');
    if (hash == std::string::npos) return {std::move(text), {}};
    return {text.substr(0, hash), text.substr(hash + 1)};
}

Checked<void> check_test_case(const Call& call, const std::string& machine,
                              const std::string& test_case) {
    if (test_case.empty() || call.services().options.mocks->has_test_case(machine, test_case))
        return {};
    return error(ErrorKind::validation, "The mock configuration has no test case '" + test_case +
                                            "' of a state machine '" + machine + "'");
}

Checked<Wanted> read_wanted(Call& call, StateMachineArn machine, std::string test_case) {
    Input& input = call.input();
    Wanted wanted{std::move(machine), {}, {}, {}, std::move(test_case)};
    const std::string* name = input.text("name");
    wanted.name = name ? TRY(parse_name(*name)) : new_uuid();
    if (auto text = input.take_text("input")) {
        wanted.input = TRY(parse_payload(*std::move(text), ErrorKind::invalid_execution_input));
    }
    wanted.trace_header = trace_header_of(call);
    return wanted;
}

std::string arn_of(const Wanted& wanted, WorkflowType type) {
    return type == WorkflowType::express
               ? express_execution_arn(wanted.machine.arn, wanted.machine.name, wanted.name,
                                       new_uuid())
               : execution_arn(wanted.machine.arn, wanted.machine.name, wanted.name);
}

std::string started(std::string_view execution_arn, TimePoint start_date) {
    std::string body;
    ObjectWriter object(body);
    object.text("executionArn", execution_arn);
    object.date("startDate", start_date);
    object.end();
    return body;
}

void start(const CallPtr& call, const std::shared_ptr<const Wanted>& wanted, const Target& target,
           int attempt);

/// The machine is not as it was when the start was made: looks again.
void start_again(const CallPtr& call, const std::shared_ptr<const Wanted>& wanted, int attempt) {
    const auto target = find_active_target(*call, wanted->machine);
    if (!target) return call->refuse(target.error());
    if (attempt >= kMaxAttempts) {
        return call->refuse(
            error(ErrorKind::conflict, "The state machine is being updated by other requests: '" +
                                           wanted->machine.text + "'"));
    }
    start(call, wanted, *target, attempt + 1);
}

/// On some thread of the runtime or the store: must be quick.
void answer_started(const CallPtr& call, const std::shared_ptr<const Wanted>& wanted,
                    const std::string& arn, const Started& how, int attempt) {
    switch (how.outcome) {
        case Outcome::committed:
            return call->succeed(started(arn, how.start_date));
        case Outcome::conflict:
            if (!how.existing) break;
            // The same name with the same input while it runs is the same start. API Reference,
            // StartExecution.
            if (how.existing->status == ExecutionStatus::running &&
                how.existing->input == wanted->input.text() &&
                how.existing->test_case == wanted->test_case) {
                return call->succeed(started(arn, how.existing->start_date));
            }
            return call->refuse(error(ErrorKind::execution_already_exists, arn));
        case Outcome::limit_reached:
            return call->refuse(error(ErrorKind::execution_limit_exceeded, arn));
        case Outcome::not_found:
        case Outcome::in_use:
            break;
        case Outcome::overloaded:
        case Outcome::discarded:
            return call->fail(how.outcome);
    }
    call->on_reader([call, wanted, attempt] { start_again(call, wanted, attempt); });
}

StartRequest request_of(const Call& call, const Wanted& wanted, const Target& target,
                        DefinitionCache::Definition definition, std::string arn) {
    if (!wanted.test_case.empty())
        report_unknown_mocks(call.services().options.mocks, wanted.machine.name, *definition);
    return {target.machine,      std::move(definition), std::move(arn),   wanted.name, wanted.input,
            wanted.trace_header, target.alias,          wanted.test_case, nullptr};
}

void start(const CallPtr& call, const std::shared_ptr<const Wanted>& wanted, const Target& target,
           int attempt) {
    with_definition(
        call, target.machine,
        [call, wanted, target, attempt](DefinitionCache::Definition definition) {
            std::string arn = arn_of(*wanted, target.machine->type);
            call->services().runtime.start(
                request_of(*call, *wanted, target, std::move(definition), arn),
                [call, wanted, arn, attempt](const Started& how) {
                    call->guarded([&] { answer_started(call, wanted, arn, how, attempt); });
                });
        });
}

std::string_view sync_status_text(ExecutionStatus status) {
    // API Reference, StartSyncExecution, `status`: SUCCEEDED, FAILED or TIMED_OUT.
    return status_text(status == ExecutionStatus::aborted ? ExecutionStatus::failed : status);
}

/// Express workflows are billed by 100 ms and 64 MB, rounded up.
void write_billing(ObjectWriter& object, const SyncEnded& ended) {
    constexpr std::int64_t kUnit = 100;
    const std::int64_t took =
        std::max<std::int64_t>((ended.stop_date - ended.start_date).count(), 1);
    ObjectWriter billing(object.member("billingDetails"));
    billing.number("billedMemoryUsedInMB", 64);
    billing.number("billedDurationInMilliseconds", (took + kUnit - 1) / kUnit * kUnit);
    billing.end();
}

std::string ended_body(const Call& call, const Wanted& wanted, const std::string& arn,
                       const SyncEnded& ended) {
    const bool data = !metadata_only(call.input());
    const std::string_view details = data ? R"({"included":true})" : R"({"included":false})";
    std::string body;
    ObjectWriter object(body);
    object.text("executionArn", arn);
    object.text("stateMachineArn", wanted.machine.unqualified());
    object.text("name", wanted.name);
    object.date("startDate", ended.start_date);
    object.date("stopDate", ended.stop_date);
    object.text("status", sync_status_text(ended.status));
    if (ended.error && data) object.text("error", *ended.error);
    if (ended.cause && data) object.text("cause", *ended.cause);
    if (data) object.text("input", wanted.input.text());
    object.raw("inputDetails", details);
    if (ended.output && data) object.text("output", *ended.output);
    // OBSERVED: there also where an execution failed and has no output (conformance case
    // express_sync__base__BASE_RAISE_FAILURE).
    object.raw("outputDetails", details);
    if (!wanted.trace_header.empty()) object.text("traceHeader", wanted.trace_header);
    write_billing(object, ended);
    object.end();
    return body;
}

void start_sync(const CallPtr& call, const std::shared_ptr<const Wanted>& wanted,
                const Target& target) {
    with_definition(call, target.machine,
                    [call, wanted, target](DefinitionCache::Definition definition) {
                        std::string arn = arn_of(*wanted, target.machine->type);
                        call->on_cancel(call->services().runtime.start_sync(
                            request_of(*call, *wanted, target, std::move(definition), arn),
                            [call, wanted, arn](const SyncEnded& ended) {
                                call->guarded([&] {
                                    if (ended.outcome != Outcome::committed)
                                        return call->fail(ended.outcome);
                                    call->succeed(ended_body(*call, *wanted, arn, ended));
                                });
                            }));
                    });
}

/// Reads the input and finds what is to run, here and now for a machine, on a reader thread for a
/// version or an alias: `next` starts it.
template <class Next>
void with_target(const CallPtr& call, Next next) {
    NamedTarget named = named_target(*call);
    auto arn = parse_unlabeled_state_machine_arn(named.arn);
    if (!arn) return call->refuse(arn.error());
    const bool qualified = arn->qualified();
    const auto look = [call, next, arn = *std::move(arn), test_case = std::move(named.test_case)] {
        const auto target = find_active_target(*call, arn);
        if (!target) return call->refuse(target.error());
        if (const auto error = next.refuses(*target)) return call->refuse(*error);
        if (const auto known = check_test_case(*call, arn.name, test_case); !known)
            return call->refuse(known.error());
        auto wanted = read_wanted(*call, arn, test_case);
        if (!wanted) return call->refuse(wanted.error());
        next.start(call, std::make_shared<const Wanted>(*std::move(wanted)), *target);
    };
    if (qualified) {
        call->on_reader(look);
    } else {
        look();
    }
}

struct StartIt {
    static std::optional<ApiError> refuses(const Target&) { return std::nullopt; }
    static void start(const CallPtr& call, const std::shared_ptr<const Wanted>& wanted,
                      const Target& target) {
        operations_of::start(call, wanted, target, 1);
    }
};

struct StartAndWait {
    static std::optional<ApiError> refuses(const Target& target) {
        if (target.machine->type == WorkflowType::express) return std::nullopt;
        return error(ErrorKind::state_machine_type_not_supported);
    }
    static void start(const CallPtr& call, const std::shared_ptr<const Wanted>& wanted,
                      const Target& target) {
        start_sync(call, wanted, target);
    }
};

}  // namespace

void start_execution(const CallPtr& call) { with_target(call, StartIt{}); }

void start_sync_execution(const CallPtr& call) { with_target(call, StartAndWait{}); }

}  // namespace stepwell::api::operations_of
