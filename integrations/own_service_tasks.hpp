#pragma once

#include <functional>
#include <memory>

#include "engine/own_service.hpp"
#include "engine/tasks.hpp"
#include "integrations/io_loop.hpp"

namespace stepwell {

/// Tasks that call the server's own service: `aws-sdk:sfn:<action>`, and `states:startExecution` in
/// all its patterns. Belongs to the loop's thread.
class OwnServiceTasks {
public:
    using Finished = std::function<void(TaskResult)>;
    using GiveUp = std::function<void(Job)>;

    /// Both must outlive it.
    OwnServiceTasks(IoLoop& loop, OwnService& service) : loop_(loop), service_(service) {}

    /// `aws-sdk:sfn:<action>`.
    GiveUp call_operation(TaskCall call, Finished finished);
    /// `states:startExecution`: starts the execution, or, where `call.submitted` says which, waits
    /// for its end (`.sync`, `.sync:2`). However often it is asked, it starts one: without a Name
    /// of the caller's the execution is named after the request.
    GiveUp start_execution(TaskCall call, Finished finished);

private:
    struct Ask;
    struct Start;
    struct Watch;
    using AskPtr = std::shared_ptr<Ask>;
    using Then = std::function<void(const OwnAnswer&, const std::string& request_id)>;

    AskPtr ask(const TaskCall& call, std::string operation, const Json& request, Then then);
    static void drop(const AskPtr& ask);

    GiveUp start(TaskCall call, Finished finished);
    void check_type(const std::shared_ptr<Start>& start);
    void begin(const std::shared_ptr<Start>& start);
    void look_whose(const std::shared_ptr<Start>& start, StateError refusal);
    void started(const std::shared_ptr<Start>& start, TaskResult result);
    GiveUp watch(TaskCall call, Finished finished);
    void look(const std::shared_ptr<Watch>& watch);
    void stop(const TaskCall& call, const std::string& execution_arn);

    IoLoop& loop_;
    OwnService& service_;
};

}  // namespace stepwell
