#include "integrations/aws/sdk_tasks.hpp"

#include <memory>
#include <utility>

#include "engine/base/arn.hpp"
#include "integrations/aws/errors.hpp"

namespace stepwell::aws {

Owner owner_of(const TaskCall& call) {
    Owner owner{call.account, call.region};
    if (auto arn = Arn::parse(call.execution_arn)) owner.partition = std::move(arn->partition);
    return owner;
}

Milliseconds longest_wait(std::string_view service) {
    const std::string key = endpoint_key(service);
    // A function may run for 15 minutes, and so may a model; the rest is for the way.
    if (key == "lambda" || key == "bedrockruntime") return Milliseconds{930'000};
    return Milliseconds{60'000};
}

SdkTasks::GiveUp SdkTasks::call_action(TaskCall call, Finished finished) {
    const auto& resource = std::get<asl::ServiceResource>(call.resource);
    Call request;
    request.service = resource.resource_type;
    request.action = resource.action;
    request.parameters = call.input.value();
    request.style = Style::sdk;
    request.owner = owner_of(call);
    request.client_token = call.request_id;
    request.timeout = longest_wait(resource.resource_type);
    const auto shared = std::make_shared<TaskCall>(std::move(call));
    const auto id = client_.call(
        std::move(request), [shared, finished = std::move(finished)](CallResult result) {
            if (!result) return finished(task_error(result.error(), *shared, sdk_error));
            finished(task_result(std::move(result->output),
                                 std::get<asl::ServiceResource>(shared->resource).resource_type));
        });
    return [&client = client_, id] { client.cancel(id); };
}

}  // namespace stepwell::aws
