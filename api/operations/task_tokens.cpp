#include "api/executions.hpp"
#include "api/operations.hpp"

namespace stepwell::api::operations_of {
namespace {

/// OBSERVED: the service's words for a task that is over (public error reports).
constexpr std::string_view kTaskIsOver = "Provided task does not exist anymore";

void report(const CallPtr& call, TokenReport what) {
    std::string token = *call->input().take_text("taskToken");
    call->services().runtime.report(
        std::move(token), std::move(what), [call](TokenOutcome outcome) {
            call->guarded([&] {
                switch (outcome) {
                    case TokenOutcome::accepted:
                        return call->succeed("{}");
                    case TokenOutcome::invalid:
                        return call->refuse(error(ErrorKind::invalid_token));
                    case TokenOutcome::task_timed_out:
                        return call->refuse(error(ErrorKind::task_timed_out, kTaskIsOver));
                    case TokenOutcome::task_not_found:
                        return call->refuse(error(ErrorKind::task_does_not_exist, kTaskIsOver));
                    case TokenOutcome::overloaded:
                        return call->fail(Outcome::overloaded);
                }
            });
        });
}

}  // namespace

void send_task_success(const CallPtr& call) {
    // OBSERVED: a token that is none comes before an output that is none (conformance case
    // aws_sdk_task_service__sfn_send_task_outcome_with_no_such_token).
    if (!call->services().runtime.is_task_token(call->input().required_text("taskToken")))
        return call->refuse(error(ErrorKind::invalid_token));
    auto output = parse_payload(*call->input().take_text("output"), ErrorKind::invalid_output);
    if (!output) return call->refuse(output.error());
    report(call, TokenSucceeded{*std::move(output)});
}

void send_task_failure(const CallPtr& call) {
    Input& input = call->input();
    report(call, TokenFailed{input.take_text("error"), input.take_text("cause")});
}

void send_task_heartbeat(const CallPtr& call) { report(call, TokenHeartbeat{}); }

}  // namespace stepwell::api::operations_of
