#pragma once

#include <functional>

#include "engine/tasks.hpp"
#include "integrations/aws/client.hpp"

namespace stepwell::aws {

/// Tasks that call any action of any service: `aws-sdk:<service>:<action>`, with
/// `.waitForTaskToken` too: the result is then what the token was handed to. Belongs to the loop's
/// thread.
class SdkTasks {
public:
    using Finished = std::function<void(TaskResult)>;
    using GiveUp = std::function<void()>;

    /// Must outlive it.
    explicit SdkTasks(AwsClient& client) : client_(client) {}

    GiveUp call_action(TaskCall call, Finished finished);

private:
    AwsClient& client_;
};

/// The account and region in whose name a Task calls.
Owner owner_of(const TaskCall& call);
/// How long an attempt may take: some services answer when the work is done.
Milliseconds longest_wait(std::string_view service);

}  // namespace stepwell::aws
