#include "integrations/registry.hpp"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/base/overloaded.hpp"
#include "integrations/aws/api_gateway.hpp"
#include "integrations/aws/client.hpp"
#include "integrations/aws/errors.hpp"
#include "integrations/aws/kubernetes.hpp"
#include "integrations/aws/model_tasks.hpp"
#include "integrations/aws/optimized_tasks.hpp"
#include "integrations/aws/sdk_tasks.hpp"
#include "integrations/http_client.hpp"
#include "integrations/http_task/http_tasks.hpp"
#include "integrations/io_loop.hpp"
#include "integrations/items/folder_tasks.hpp"
#include "integrations/lambda.hpp"
#include "integrations/mocks/mock_tasks.hpp"
#include "integrations/own_service_tasks.hpp"

namespace stepwell {

namespace {

/// How a call is given up.
using GiveUp = std::function<void()>;

/// What an integration is reached by and how it starts a call. An empty action stands for all of
/// the service.
struct Row {
    std::string_view resource_type;
    std::string_view action;
    std::function<GiveUp(TaskCall, Finished)> start;
};

/// What AWS can call and we cannot: no retry and no catch is to hide it.
StateError not_reached(const TaskCall& call, const asl::ServiceResource& resource) {
    return aws::cannot_call(
        call, "this version does not carry out " + resource.resource_type + ':' + resource.action);
}

const models::ServiceModels& models_of(const IntegrationOptions& options) {
    static const models::ServiceModels own;
    return options.models != nullptr ? *options.models : own;
}

HttpClientOptions http_options(const IntegrationOptions& options) {
    HttpClientOptions http;
    // A slow service must not hold up the calls of others.
    http.max_connections = 4'096;
    http.ca_file = options.aws.ca_bundle;
    return http;
}

std::unique_ptr<items::FolderTasks> folder_of(IoLoop& loop, const IntegrationOptions& options) {
    if (!options.items.s3_folder) return nullptr;
    return std::make_unique<items::FolderTasks>(loop, *options.items.s3_folder);
}

}  // namespace

struct TaskRegistry::Impl {
    /// What lives on the loop's thread, and goes before the loop does.
    struct OnLoop {
        OnLoop(IoLoop& loop, const IntegrationOptions& options, OwnService& own_service)
            : http(loop, http_options(options)),
              lambda(loop, http, options.lambda),
              own(loop, own_service),
              client(loop, http, models_of(options), options.aws),
              sdk(client),
              optimized(loop, client),
              s3_folder(folder_of(loop, options)),
              models(client, s3_folder.get()),
              api_gateway(http, options.aws),
              kubernetes(loop, http, options.aws),
              http_tasks(http, options.connections),
              mocked(loop, options.mocks, options.mocked_requests),
              own_is_elsewhere(options.aws.endpoint_of("sfn") != nullptr) {}
        HttpClient http;
        LambdaIntegration lambda;
        OwnServiceTasks own;
        aws::AwsClient client;
        aws::SdkTasks sdk;
        aws::OptimizedTasks optimized;
        /// S3, where it is a folder.
        std::unique_ptr<items::FolderTasks> s3_folder;
        aws::ModelTasks models;
        aws::ApiGatewayTasks api_gateway;
        aws::KubernetesTasks kubernetes;
        http_task::HttpTasks http_tasks;
        mocks::MockTasks mocked;
        /// Whether Step Functions is another server than this one.
        bool own_is_elsewhere;
        std::unordered_map<TaskCallId, GiveUp> calls;
        /// A job that is being started, and is to be stopped as soon as it has.
        struct Stop {
            TaskCall call;
            std::function<void()> done;
        };
        std::unordered_map<TaskCallId, Stop> stops;

        const std::vector<Row> rows = {
            {"apigateway", "invoke",
             [this](TaskCall call, Finished done) {
                 return api_gateway.invoke(std::move(call), std::move(done));
             }},
            {"bedrock", "invokeModel",
             [this](TaskCall call, Finished done) {
                 return models.invoke(std::move(call), std::move(done));
             }},
            {"eks", "call",
             [this](TaskCall call, Finished done) {
                 return kubernetes.call(std::move(call), std::move(done));
             }},
            {"eks", "runJob",
             [this](TaskCall call, Finished done) {
                 return kubernetes.run_job(std::move(call), std::move(done));
             }},
            {"lambda", "invoke",
             [this](TaskCall call, Finished done) {
                 return lambda.invoke(std::move(call), std::move(done));
             }},
            {"http", "invoke",
             [this](TaskCall call, Finished done) {
                 return http_tasks.start(std::move(call), std::move(done));
             }},
            {"states", "startExecution",
             [this](TaskCall call, Finished done) {
                 if (own_is_elsewhere)
                     return optimized.call_action(*aws::find_optimized("states", "startExecution"),
                                                  std::move(call), std::move(done));
                 return own.start_execution(std::move(call), std::move(done));
             }},
            {"aws-sdk:s3", "",
             [this](TaskCall call, Finished done) {
                 return s3_folder ? s3_folder->call_action(std::move(call), std::move(done))
                                  : sdk.call_action(std::move(call), std::move(done));
             }},
            {"aws-sdk:sfn", "",
             [this](TaskCall call, Finished done) {
                 return own_is_elsewhere ? sdk.call_action(std::move(call), std::move(done))
                                         : own.call_operation(std::move(call), std::move(done));
             }},
        };

        GiveUp dispatch(TaskCall call, Finished finished) {
            // A mock stands before all of them.
            if (call.mock) return mocked.start(std::move(call), std::move(finished));
            if (std::holds_alternative<asl::LambdaResource>(call.resource)) {
                return lambda.call_function(std::move(call), std::move(finished));
            }
            const auto resource = std::get<asl::ServiceResource>(call.resource);
            for (const Row& row : rows) {
                if (row.resource_type == resource.resource_type &&
                    (row.action.empty() || row.action == resource.action)) {
                    return row.start(std::move(call), std::move(finished));
                }
            }
            if (resource.resource_type.starts_with("aws-sdk:"))
                return sdk.call_action(std::move(call), std::move(finished));
            if (const auto* action = aws::find_optimized(resource.resource_type, resource.action))
                return optimized.call_action(*action, std::move(call), std::move(finished));
            finished(not_reached(call, resource));
            return {};
        }

        void start(TaskCall call, TaskDone done) {
            const TaskCallId id = call.id;
            // Stands here before the call begins: it may end at once.
            calls[id] = nullptr;
            GiveUp cancel =
                dispatch(std::move(call), [this, id, done = std::move(done)](TaskResult result) {
                    if (calls.erase(id) == 0) return;
                    if (auto stop = stops.extract(id)) {
                        stop_begun(std::move(stop.mapped()), std::move(result));
                    } else {
                        done(id, std::move(result));
                    }
                });
            if (const auto found = calls.find(id); found != calls.end())
                found->second = std::move(cancel);
        }

        void cancel(TaskCallId id) {
            const auto found = calls.find(id);
            if (found == calls.end()) return;
            const GiveUp cancel = std::move(found->second);
            calls.erase(found);
            if (cancel) cancel();
        }

        void stop_job(TaskCall call, std::function<void()> done) {
            // What is being started cannot be stopped before it has.
            const TaskCallId id = call.id;
            if (!call.submitted && calls.contains(id)) {
                stops.emplace(id, Stop{std::move(call), std::move(done)});
                return;
            }
            cancel(id);
            const auto& resource = std::get<asl::ServiceResource>(call.resource);
            const auto* action = aws::find_optimized(resource.resource_type, resource.action);
            if (resource.resource_type == "states" && !own_is_elsewhere) {
                own.stop_execution(std::move(call), std::move(done));
            } else if (resource.resource_type == "eks" && resource.action == "runJob") {
                kubernetes.stop_job(call, std::move(done));
            } else if (action != nullptr && action->job != nullptr) {
                optimized.stop_job(*action, std::move(call), std::move(done));
            } else {
                done();
            }
        }

        void stop_begun(Stop stop, TaskResult started) {
            if (!started) return stop.done();
            stop.call.submitted = *std::move(started);
            stop_job(std::move(stop.call), std::move(stop.done));
        }

        void cancel_all() {
            const auto given_up = std::exchange(calls, {});
            stops.clear();
            for (const auto& [id, cancel] : given_up) {
                if (cancel) cancel();
            }
            own.forget_stops();
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
    impl_->loop.run([&] {
        // So what a worker has posted meanwhile finds itself given up.
        impl_->on_loop->cancel_all();
        impl_->on_loop.reset();
    });
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

void TaskRegistry::stop_job(TaskCall call, std::function<void()> done) {
    impl_->loop.post(
        [impl = impl_.get(), call = std::move(call), done = std::move(done)]() mutable {
            if (impl->on_loop) impl->on_loop->stop_job(std::move(call), std::move(done));
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
