#include "integrations/registry.hpp"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/base/overloaded.hpp"
#include "engine/base/state_errors.hpp"
#include "integrations/http_client.hpp"
#include "integrations/io_loop.hpp"
#include "integrations/lambda.hpp"

namespace stepwell {

namespace {

/// What an integration is reached by and how it starts a call.
struct Row {
    std::string_view resource_type;
    std::string_view action;
    std::function<CancelTask(TaskCall, Finished)> start;
};

StateError unknown_resource(const asl::ServiceResource& resource) {
    return StateError{std::string(state_errors::kRuntime),
                      "The resource provided arn:aws:states:::" + resource.resource_type + ":" +
                          resource.resource +
                          " is not recognized. The value is not a valid resource ARN, or the "
                          "resource is not available "
                          "in this region."};
}

}  // namespace

struct TaskRegistry::Impl {
    /// What lives on the loop's thread, and goes before the loop does.
    struct OnLoop {
        OnLoop(IoLoop& loop, const IntegrationOptions& options)
            : http(loop), lambda(loop, http, options.lambda) {}
        HttpClient http;
        LambdaIntegration lambda;
        std::unordered_map<TaskCallId, CancelTask> calls;

        const std::vector<Row> rows = {
            {"lambda", "invoke",
             [this](TaskCall call, Finished done) {
                 return lambda.invoke(std::move(call), std::move(done));
             }},
        };

        CancelTask dispatch(TaskCall call, Finished finished) {
            if (std::holds_alternative<asl::LambdaResource>(call.resource)) {
                return lambda.call_function(std::move(call), std::move(finished));
            }
            const auto resource = std::get<asl::ServiceResource>(call.resource);
            for (const Row& row : rows) {
                if (row.resource_type == resource.resource_type && row.action == resource.action) {
                    return row.start(std::move(call), std::move(finished));
                }
            }
            finished(unknown_resource(resource));
            return [] {};
        }

        void start(TaskCall call, TaskDone done) {
            const TaskCallId id = call.id;
            // Stands here before the call begins: it may end at once.
            calls[id] = [] {};
            CancelTask cancel =
                dispatch(std::move(call), [this, id, done = std::move(done)](TaskResult result) {
                    if (calls.erase(id) > 0) done(id, std::move(result));
                });
            if (const auto found = calls.find(id); found != calls.end())
                found->second = std::move(cancel);
        }

        void cancel(TaskCallId id) {
            const auto found = calls.find(id);
            if (found == calls.end()) return;
            const CancelTask cancel = std::move(found->second);
            calls.erase(found);
            cancel();
        }

        void cancel_all() {
            const auto given_up = std::exchange(calls, {});
            for (const auto& [id, cancel] : given_up) cancel();
            lambda.cancel_all();
        }
    };

    IoLoop loop;
    std::unique_ptr<OnLoop> on_loop;
};

TaskRegistry::TaskRegistry(const IntegrationOptions& options) : impl_(std::make_unique<Impl>()) {
    impl_->loop.run([&] { impl_->on_loop = std::make_unique<Impl::OnLoop>(impl_->loop, options); });
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

void TaskRegistry::cancel(TaskCallId id) {
    impl_->loop.post([impl = impl_.get(), id] {
        if (impl->on_loop) impl->on_loop->cancel(id);
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
