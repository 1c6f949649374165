#include "integrations/registry.hpp"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/base/overloaded.hpp"
#include "engine/base/state_errors.hpp"
#include "integrations/http_client.hpp"
#include "integrations/io_loop.hpp"
#include "integrations/lambda.hpp"
#include "integrations/own_service_tasks.hpp"

namespace stepwell {

namespace {

/// How a call is given up, and what becomes of the job it has started.
using GiveUp = std::function<void(Job)>;

/// What an integration is reached by and how it starts a call. An empty action stands for all of
/// the service.
struct Row {
    std::string_view resource_type;
    std::string_view action;
    std::function<GiveUp(TaskCall, Finished)> start;
};

/// What AWS can call and we cannot: no retry and no catch is to hide it.
StateError no_endpoint(const TaskCall& call, const asl::ServiceResource& resource) {
    return StateError{std::string(state_errors::kRuntime),
                      "Stepwell cannot reach what the state '" + call.state_name +
                          "' calls (arn:aws:states:::" + resource.resource_type + ":" +
                          resource.resource + "): there is no endpoint for the service '" +
                          resource.resource_type +
                          "'. It reaches Lambda functions (lambda), Step Functions itself (states, "
                          "aws-sdk:sfn) and activities."};
}

GiveUp of_lambda(CancelTask cancel) {
    return [cancel = std::move(cancel)](Job) {
        if (cancel) cancel();
    };
}

}  // namespace

struct TaskRegistry::Impl {
    /// What lives on the loop's thread, and goes before the loop does.
    struct OnLoop {
        OnLoop(IoLoop& loop, const IntegrationOptions& options, OwnService& own_service)
            : http(loop), lambda(loop, http, options.lambda), own(loop, own_service) {}
        HttpClient http;
        LambdaIntegration lambda;
        OwnServiceTasks own;
        std::unordered_map<TaskCallId, GiveUp> calls;

        const std::vector<Row> rows = {
            {"lambda", "invoke",
             [this](TaskCall call, Finished done) {
                 return of_lambda(lambda.invoke(std::move(call), std::move(done)));
             }},
            {"states", "startExecution",
             [this](TaskCall call, Finished done) {
                 return own.start_execution(std::move(call), std::move(done));
             }},
            {"aws-sdk:sfn", "",
             [this](TaskCall call, Finished done) {
                 return own.call_operation(std::move(call), std::move(done));
             }},
        };

        GiveUp dispatch(TaskCall call, Finished finished) {
            if (std::holds_alternative<asl::LambdaResource>(call.resource)) {
                return of_lambda(lambda.call_function(std::move(call), std::move(finished)));
            }
            const auto resource = std::get<asl::ServiceResource>(call.resource);
            for (const Row& row : rows) {
                if (row.resource_type == resource.resource_type &&
                    (row.action.empty() || row.action == resource.action)) {
                    return row.start(std::move(call), std::move(finished));
                }
            }
            finished(no_endpoint(call, resource));
            return {};
        }

        void start(TaskCall call, TaskDone done) {
            const TaskCallId id = call.id;
            // Stands here before the call begins: it may end at once.
            calls[id] = nullptr;
            GiveUp cancel =
                dispatch(std::move(call), [this, id, done = std::move(done)](TaskResult result) {
                    if (calls.erase(id) > 0) done(id, std::move(result));
                });
            if (const auto found = calls.find(id); found != calls.end())
                found->second = std::move(cancel);
        }

        void cancel(TaskCallId id, Job job) {
            const auto found = calls.find(id);
            if (found == calls.end()) return;
            const GiveUp cancel = std::move(found->second);
            calls.erase(found);
            if (cancel) cancel(job);
        }

        void cancel_all() {
            const auto given_up = std::exchange(calls, {});
            for (const auto& [id, cancel] : given_up) {
                if (cancel) cancel(Job::keep);
            }
            lambda.cancel_all();
        }
    };

    IoLoop loop;
    std::unique_ptr<OnLoop> on_loop;
};

TaskRegistry::TaskRegistry(const IntegrationOptions& options, OwnService& own_service)
    : impl_(std::make_unique<Impl>()) {
    impl_->loop.run([&] {
        impl_->on_loop = std::make_unique<Impl::OnLoop>(impl_->loop, options, own_service);
    });
}

TaskRegistry::~TaskRegistry() {
    impl_->loop.run([&] { impl_->on_loop.reset(); });
    impl_->loop.stop();
}

void TaskRegistry::start(TaskCall call, TaskDone done) {
    impl_->loop.post(
        [impl = impl_.get(), call = std::move(call), done = std::move(done)]() mutable {
            if (impl->on_loop) impl->on_loop->start(std::move(call), std::move(done));
        });
}

void TaskRegistry::cancel(TaskCallId id, Job job) {
    impl_->loop.post([impl = impl_.get(), id, job] {
        if (impl->on_loop) impl->on_loop->cancel(id, job);
    });
}

void TaskRegistry::cancel_all() {
    impl_->loop.post([impl = impl_.get()] {
        if (impl->on_loop) impl->on_loop->cancel_all();
    });
}

std::vector<pid_t> TaskRegistry::function_pids() const {
    std::vector<pid_t> pids;
    impl_->loop.run([&] { pids = impl_->on_loop->lambda.local_functions().pids(); });
    return pids;
}

}  // namespace stepwell
