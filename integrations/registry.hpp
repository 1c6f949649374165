#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <vector>

#include "engine/own_service.hpp"
#include "engine/tasks.hpp"
#include "integrations/aws/options.hpp"
#include "integrations/config.hpp"
#include "integrations/http_task/connection.hpp"
#include "integrations/items/options.hpp"
#include "integrations/mocks/mock_book.hpp"
#include "integrations/mocks/request_log.hpp"
#include "integrations/models/service_models.hpp"

namespace stepwell {

/// All that integrations can be told.
struct IntegrationOptions {
    LambdaOptions lambda = {};
    aws::AwsOptions aws{};
    items::ItemOptions items{};
    /// Of the services that Tasks call; must outlive the registry. Null: those of the program.
    const models::ServiceModels* models = nullptr;
    http_task::Connections connections = {};  ///< of HTTP Tasks
    /// What answers the calls of test cases, and where that is noted. Null: nobody, nowhere. Both
    /// must outlive the registry.
    const mocks::MockBook* mocks = nullptr;
    mocks::RequestLog* mocked_requests = nullptr;
};

/// Carries out the work of Task states: picks the integration that a call's resource names, one row
/// each. Has a thread of its own, on which every `done` is called. The destructor ends all calls
/// without calling `done`, and all processes of local functions.
class TaskRegistry : public TaskRunner {
public:
    /// Throws std::invalid_argument where check_lambda_options has an objection. `own_service`,
    /// which must outlive it, carries out what Tasks ask of Step Functions itself.
    TaskRegistry(const IntegrationOptions& options, OwnService& own_service);
    ~TaskRegistry() override;
    TaskRegistry(const TaskRegistry&) = delete;
    TaskRegistry& operator=(const TaskRegistry&) = delete;

    void start(TaskCall call, TaskDone done) override;
    void cancel(TaskCallId id) override;
    void stop_job(TaskCall call, std::function<void()> done) override;
    void cancel_all() override;

    /// The processes of local functions that run now.
    std::vector<pid_t> function_pids() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell
