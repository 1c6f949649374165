#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/tasks.hpp"
#include "integrations/registry.hpp"
#include "tests/integrations/test_server.hpp"
#include "tests/integrations/waiting.hpp"
#include "tests/support/scripted_service.hpp"

namespace stepwell::aws {

/// A service of the JSON protocols that gives each action its answers in turn, the last one for
/// ever.
class Service {
public:
    Service()
        : server_([this](testing::ServedConnection& c) {
              while (auto request = c.read_request()) {
                  const auto [status, body] = next(*request);
                  c.answer(status, body, "x-amzn-RequestId: R\r\n");
              }
          }) {}
    void answers(const std::string& action, std::vector<std::string> bodies, int status = 200) {
        const std::lock_guard lock(mutex_);
        answers_[action] = {status, std::move(bodies)};
    }
    std::string url() const { return server_.url(); }
    std::vector<std::string> asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }
    std::string last_body(const std::string& action) const {
        const std::lock_guard lock(mutex_);
        const auto found = bodies_.find(action);
        return found == bodies_.end() ? std::string() : found->second;
    }

private:
    struct Answers {
        int status = 200;
        std::vector<std::string> bodies;
    };
    static std::string action_of(const testing::ServedRequest& request) {
        const auto target = request.headers.find("x-amz-target");
        if (target != request.headers.end())
            return target->second.substr(target->second.rfind('.') + 1);
        return request.method + " " + request.target;
    }
    std::pair<int, std::string> next(const testing::ServedRequest& request) {
        const std::lock_guard lock(mutex_);
        const std::string action = action_of(request);
        asked_.push_back(action);
        bodies_[action] = request.body;
        auto& [status, bodies] = answers_[action];
        if (bodies.empty()) return {404, R"({"__type":"ResourceNotFoundException"})"};
        const std::string body = bodies.front();
        if (bodies.size() > 1) bodies.erase(bodies.begin());
        return {status, body};
    }

    mutable std::mutex mutex_;
    std::map<std::string, Answers> answers_;
    std::map<std::string, std::string> bodies_;
    std::vector<std::string> asked_;
    testing::TestServer server_;
};

class OptimizedTest : public ::testing::Test {
protected:
    using Result = std::shared_ptr<testing::Awaited<TaskResult>>;

    void use(const AwsOptions& options) {
        IntegrationOptions all;
        all.aws = options;
        registry_ = std::make_unique<TaskRegistry>(all, own_);
    }
    TaskCall call(const std::string& service, const std::string& action, std::string parameters,
                  asl::Pattern pattern = asl::Pattern::request_response) {
        TaskCall out;
        out.id = ++last_id_;
        const std::string suffix = pattern == asl::Pattern::sync ? ".sync" : "";
        out.resource = asl::ServiceResource{service, action + suffix, action, pattern};
        out.input = Payload::from_text(std::move(parameters));
        out.request_id = "11111111-2222-4333-8444-555555555555";
        out.region = "us-east-1";
        out.account = "123456789012";
        out.execution_arn = "arn:aws:states:us-east-1:123456789012:execution:machine:run";
        out.state_name = "Call";
        return out;
    }
    void use_service() {
        if (registry_) return;
        AwsOptions options;
        options.endpoint_all = service_.url();
        use(options);
    }
    /// Returns when there is nothing more to do about it.
    void stop(TaskCall task) {
        use_service();
        const auto stopped = std::make_shared<testing::Awaited<bool>>();
        registry_->stop_job(std::move(task), [stopped] { stopped->give(true); });
        stopped->get();
    }
    Result start(TaskCall task) {
        use_service();
        auto result = std::make_shared<testing::Awaited<TaskResult>>();
        registry_->start(std::move(task),
                         [result](TaskCallId, TaskResult r) { result->give(std::move(r)); });
        return result;
    }
    TaskResult run(TaskCall task) { return start(std::move(task))->get(); }
    /// The end of a job that has been started with this answer.
    Result watch(TaskCall task, const std::string& submitted) {
        task.submitted = Payload::from_text(submitted);
        return start(std::move(task));
    }

    Service service_;
    testing::ScriptedService own_;
    std::unique_ptr<TaskRegistry> registry_;
    TaskCallId last_id_ = 0;
};

}  // namespace stepwell::aws
