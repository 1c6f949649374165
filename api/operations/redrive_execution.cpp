#include "api/arns.hpp"
#include "api/executions.hpp"
#include "api/json_writer.hpp"
#include "api/operations.hpp"

namespace stepwell::api::operations_of {
namespace {

ApiError not_redrivable(Redrivability why, ExecutionStatus status) {
    return error(ErrorKind::execution_not_redrivable, not_redrivable_reason(why, status));
}

/// Between the look at it and the redrive: it has gone, or its machine is DELETING.
void refuse_gone(const CallPtr& call, const std::string& arn) {
    call->on_reader([call, arn] {
        const auto execution = call->store().find_execution(arn);
        if (!execution) return call->refuse(error(ErrorKind::execution_does_not_exist, arn));
        call->refuse(not_redrivable(Redrivability::machine_deleting, execution->status));
    });
}

void answer(const CallPtr& call, const std::string& arn, const RedriveEnded& ended) {
    if (ended.outcome == Outcome::not_found) return refuse_gone(call, arn);
    if (ended.outcome == Outcome::limit_reached)
        return call->refuse(error(ErrorKind::execution_limit_exceeded, arn));
    if (ended.outcome != Outcome::committed) return call->fail(ended.outcome);
    if (ended.redrivability != Redrivability::redrivable) {
        // The two that name a status are of one status each.
        const auto status = ended.redrivability == Redrivability::running
                                ? ExecutionStatus::running
                                : ExecutionStatus::succeeded;
        return call->refuse(not_redrivable(ended.redrivability, status));
    }
    std::string body;
    ObjectWriter object(body);
    object.date("redriveDate", ended.redrive_date);
    object.end();
    call->succeed(std::move(body));
}

}  // namespace

void redrive_execution(const CallPtr& call) {
    auto arn = parse_execution_arn(call->input().required_text("executionArn"));
    if (!arn) return call->refuse(arn.error());
    call->on_reader([call, arn = *std::move(arn)] {
        const auto execution = call->store().find_execution(arn);
        if (!execution) return call->refuse(error(ErrorKind::execution_does_not_exist, arn));
        RedriveRequest request;
        if (auto token = call->input().take_text("clientToken"))
            request.client_token = *std::move(token);
        call->services().runtime.redrive(execution->key, std::move(request),
                                         [call, arn](const RedriveEnded& ended) {
                                             call->guarded([&] { answer(call, arn, ended); });
                                         });
    });
}

}  // namespace stepwell::api::operations_of
