#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/tasks.hpp"
#include "integrations/aws/client.hpp"
#include "integrations/aws/optimized_table.hpp"
#include "integrations/io_loop.hpp"

namespace stepwell::aws {

/// Tasks of the optimized integrations (optimized_table.hpp), in all their patterns. A `.sync` job
/// is looked at in growing intervals until it ends; however often its start is asked for, one is
/// started, as far as its service can tell. Belongs to the loop's thread.
class OptimizedTasks {
public:
    using Finished = std::function<void(TaskResult)>;
    using GiveUp = std::function<void()>;

    /// Both must outlive it.
    OptimizedTasks(IoLoop& loop, AwsClient& client) : loop_(loop), client_(client) {}

    /// Calls the action, or, where `call.submitted` says which job, waits for its end.
    GiveUp call_action(const OptimizedAction& action, TaskCall call, Finished finished);
    /// Stops the job of a `.sync` action: the one that `call.submitted` says, or what the call may
    /// have started, as far as its service can find it. `done` when it was asked to stop, is not
    /// there, or cannot be stopped: best effort, as AWS has it.
    void stop_job(const OptimizedAction& action, TaskCall call, std::function<void()> done);

private:
    struct Start;
    struct Watch;
    using StartPtr = std::shared_ptr<Start>;
    using WatchPtr = std::shared_ptr<Watch>;

    static std::optional<Json> done_before(const Start& start, const Error& error);
    GiveUp start(const OptimizedAction& action, TaskCall call, Finished finished);
    void search(const StartPtr& start);
    void search_ecs_tasks(const StartPtr& start, const std::string& status);
    void describe_ecs_tasks(const StartPtr& start, const Json& arns, const std::string& status);
    void ecs_tasks_searched(const StartPtr& start, const std::string& status);
    void nothing_found(const StartPtr& start);
    void resolve_name(const StartPtr& start);
    void begin(const StartPtr& start, Json parameters);

    GiveUp watch(const OptimizedAction& action, TaskCall call, Finished finished);
    void look(const WatchPtr& watch);
    void looked(const WatchPtr& watch, CallResult result);
    void look_later(const WatchPtr& watch);

    void stop(const OptimizedAction& action, const TaskCall& call, const Json& submitted,
              std::function<void()> done);

    IoLoop& loop_;
    AwsClient& client_;
};

}  // namespace stepwell::aws
