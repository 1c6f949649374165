#pragma once

#include <functional>
#include <memory>
#include <set>

#include "engine/own_service.hpp"
#include "engine/tasks.hpp"
#include "integrations/io_loop.hpp"

namespace stepwell {

/// Tasks that call the server's own service: `aws-sdk:sfn:<action>`, and `states:startExecution` in
/// all its patterns. Belongs to the loop's thread.
class OwnServiceTasks {
public:
    using Finished = std::function<void(TaskResult)>;
    using GiveUp = std::function<void()>;

    /// Both must outlive it.
    OwnServiceTasks(IoLoop& loop, OwnService& service) : loop_(loop), service_(service) {}

    /// `aws-sdk:sfn:<action>`.
    GiveUp call_operation(TaskCall call, Finished finished);
    /// `states:startExecution`: starts the execution, or, where `call.submitted` says which, waits
    /// for its end (`.sync`, `.sync:2`). However often it is asked, it starts one: without a Name
    /// of the caller's the execution is named after the request.
    GiveUp start_execution(TaskCall call, Finished finished);
    /// Stops the execution that `states:startExecution` has started (`call.submitted` says which),
    /// or may have: then it is looked for. `done` when it was asked to stop, or is not there. Tries
    /// again as long as the server cannot answer.
    void stop_execution(TaskCall call, std::function<void()> done);
    /// Those that are still to be stopped are not any more, and nobody is told.
    void forget_stops() { stops_.clear(); }

private:
    struct Ask;
    struct Start;
    struct Watch;
    struct Stop;
    using StopPtr = std::shared_ptr<Stop>;
    using AskPtr = std::shared_ptr<Ask>;
    using Then = std::function<void(const OwnAnswer&, const std::string& request_id)>;

    AskPtr ask(const TaskCall& call, std::string operation, const Json& request, Then then);
    static void drop(const AskPtr& ask);

    GiveUp start(TaskCall call, Finished finished);
    void check_type(const std::shared_ptr<Start>& start);
    void begin(const std::shared_ptr<Start>& start);
    void look_whose(const std::shared_ptr<Start>& start, StateError refusal);
    GiveUp watch(TaskCall call, Finished finished);
    void look(const std::shared_ptr<Watch>& watch);
    void find_started(const StopPtr& stop);
    void ask_to_stop(const StopPtr& stop);
    void try_again(const StopPtr& stop, void (OwnServiceTasks::*what)(const StopPtr&));
    void stopped(const StopPtr& stop);

    IoLoop& loop_;
    OwnService& service_;
    std::set<StopPtr> stops_;  ///< under way
};

}  // namespace stepwell
