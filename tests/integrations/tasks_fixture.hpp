#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "integrations/registry.hpp"
#include "tests/integrations/waiting.hpp"
#include "tests/support/scripted_service.hpp"

namespace stepwell::testing {

/// The lines that were logged since its construction.
class LogLines {
public:
    LogLines() : sink_(std::make_shared<Sink>()), before_(spdlog::default_logger()) {
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink_));
    }
    ~LogLines() { spdlog::set_default_logger(before_); }
    LogLines(const LogLines&) = delete;
    LogLines& operator=(const LogLines&) = delete;

    std::vector<std::string> all() const { return sink_->lines(); }
    bool has(const std::string& part) const {
        const auto lines = all();
        return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.find(part) != std::string::npos;
        });
    }

private:
    class Sink : public spdlog::sinks::base_sink<std::mutex> {
    public:
        std::vector<std::string> lines() {
            const std::lock_guard lock(mutex_);
            return lines_;
        }

    protected:
        void sink_it_(const spdlog::details::log_msg& message) override {
            lines_.emplace_back(message.payload.data(), message.payload.size());
        }
        void flush_() override {}

    private:
        std::vector<std::string> lines_;
    };
    std::shared_ptr<Sink> sink_;
    std::shared_ptr<spdlog::logger> before_;
};

using AwaitedResult = std::shared_ptr<Awaited<TaskResult>>;

/// A TaskRegistry as the runtime uses it, with calls that are easy to write.
class Tasks {
public:
    explicit Tasks(LambdaOptions lambda)
        : registry_(
              std::make_unique<TaskRegistry>(IntegrationOptions{std::move(lambda)}, service)) {}

    /// A Task whose Resource is the function's ARN.
    TaskCall by_arn(const std::string& name, std::string payload) {
        TaskCall call = base(std::move(payload));
        call.resource = asl::LambdaResource{name.starts_with("arn:") ? name : kArnPrefix + name};
        return call;
    }
    /// A Task of `lambda:invoke`.
    TaskCall by_invoke(std::string parameters,
                       asl::Pattern pattern = asl::Pattern::request_response) {
        TaskCall call = base(std::move(parameters));
        call.resource = asl::ServiceResource{"lambda", "invoke", "invoke", pattern};
        return call;
    }
    AwaitedResult start(TaskCall call) {
        auto result = std::make_shared<Awaited<TaskResult>>();
        registry_->start(std::move(call),
                         [result](TaskCallId, TaskResult r) { result->give(std::move(r)); });
        return result;
    }
    TaskResult call(const std::string& name, std::string payload) {
        return start(by_arn(name, std::move(payload)))->get();
    }
    TaskResult invoke(std::string parameters) {
        return start(by_invoke(std::move(parameters)))->get();
    }
    TaskCallId last_id() const { return last_id_; }
    TaskRegistry& registry() { return *registry_; }
    /// Ends everything, as a server's end does.
    void close() { registry_.reset(); }

    static constexpr const char* kArnPrefix = "arn:aws:lambda:us-east-1:123456789012:function:";

private:
    TaskCall base(std::string input) {
        TaskCall call;
        call.id = ++last_id_;
        call.input = Payload::from_text(std::move(input));
        call.request_id =
            "00000000-0000-4000-8000-" + std::string(11, '0') + std::to_string(last_id_ % 10);
        call.region = "us-east-1";
        call.account = "123456789012";
        call.trace_header = "Root=1-2-3";
        return call;
    }
    TaskCallId last_id_ = 0;

public:
    testing::ScriptedService service;  ///< the server's own API

private:
    std::unique_ptr<TaskRegistry> registry_;
};

}  // namespace stepwell::testing
