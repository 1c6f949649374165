#include "integrations/local_worker.hpp"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <ctime>
#include <map>
#include <system_error>
#include <utility>

#include "engine/base/json.hpp"
#include "engine/base/random.hpp"
#include "integrations/base64.hpp"
#include "integrations/bootstrap/bootstrap.hpp"

extern char** environ;

namespace stepwell {

namespace {

constexpr std::string_view kLatest = "$LATEST";
// From an answer to the request for the next invocation: well under a millisecond, unless the
// machine is busy.
constexpr Milliseconds kMomentBetweenCalls{200};
// For a runtime that has told why it cannot start.
constexpr Milliseconds kTimeToLeave{1'000};

std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[16];
    std::strftime(text, sizeof text, "%Y/%m/%d", &parts);
    return text;
}

/// The server's own environment, under what the function is given. Our own settings are nobody
/// else's business.
std::map<std::string, std::string> inherited_environment() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals == std::string_view::npos || text.starts_with("STEPWELL_")) continue;
        variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

std::string_view bare_name(std::string_view name) { return name.substr(0, name.find(':')); }

/// Lambda Developer Guide, "Using Lambda environment variables", Defined runtime environment
/// variables.
void set_lambda_variables(std::map<std::string, std::string>& variables,
                          const LocalFunction& function, const FunctionHome& home) {
    const std::string name(bare_name(function.name));
    RandomBits random(system_seed());
    std::string stream = make_uuid(random);
    std::erase(stream, '-');
    variables["_HANDLER"] = function.file + "." + function.handler;
    variables["AWS_LAMBDA_FUNCTION_NAME"] = name;
    variables["AWS_LAMBDA_FUNCTION_VERSION"] = kLatest;
    variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(function.memory_mb);
    variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
    variables["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/" + name;
    variables["AWS_LAMBDA_LOG_STREAM_NAME"] = today() + "/[$LATEST]" + stream;
    variables["LAMBDA_TASK_ROOT"] = function.folder.string();
    variables["LAMBDA_RUNTIME_DIR"] = "/var/runtime";
    variables["AWS_REGION"] = home.region;
    variables["AWS_DEFAULT_REGION"] = home.region;
    variables["TZ"] = ":UTC";
    switch (function.runtime) {
        case LambdaRuntime::python:
            variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_python3";
            break;
        case LambdaRuntime::node:
            variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_nodejs";
            break;
        case LambdaRuntime::provided:
            variables.erase("AWS_EXECUTION_ENV");
            break;
    }
    // An SDK without credentials makes no call, not even to a stand-in that checks none. AWS's come
    // from the role.
    if (!variables.contains("AWS_ACCESS_KEY_ID") && !variables.contains("AWS_PROFILE")) {
        variables["AWS_ACCESS_KEY_ID"] = home.account;
        variables["AWS_SECRET_ACCESS_KEY"] = "local";
    }
}

}  // namespace

std::string function_error(std::string_view type, std::string_view message) {
    Json error = Json::object();
    error["errorType"] = type;
    error["errorMessage"] = message;
    return write_json(error);
}

std::string InitError::payload(const std::string& request_id) const {
    return described.empty() ? function_error(type, "RequestId: " + request_id + " " + message)
                             : with_request_id(described, request_id);
}

std::string with_request_id(const std::string& error, const std::string& request_id) {
    const auto parsed = parse_json(error);
    if (!parsed || !parsed->is_object())
        return function_error("Runtime.UnknownError", error.substr(0, 1'024));
    const auto id = parsed->find("requestId");
    if (id == parsed->end() || !id->is_string() || !id->get_ref<const std::string&>().empty())
        return error;
    Json completed = *parsed;
    completed["requestId"] = request_id;
    return write_json(completed);
}

ChildCommand function_command(const LocalFunction& function, const FunctionHome& home) {
    ChildCommand command;
    command.folder = function.folder;
    switch (function.runtime) {
        case LambdaRuntime::python:
            command.executable = find_program("python3");
            // -B: bytecode that Python keeps is told from a newer source by whole seconds and size
            // alone, so two edits within a second would run the first. The last word is for people
            // who look at `ps`.
            command.arguments = {"python3", "-u", "-B", "-", "stepwell:" + function.name};
            command.standard_input = kPythonBootstrap;
            command.folder = "/";
            break;
        case LambdaRuntime::node:
            command.executable = find_program("node");
            command.arguments = {"node", "-", "stepwell:" + function.name};
            command.standard_input = kNodeBootstrap;
            break;
        case LambdaRuntime::provided: {
            command.executable = function.folder / function.file;
            std::error_code ignored;  // What cannot be looked at is not there for us.
            if (!std::filesystem::is_regular_file(command.executable, ignored)) {
                command.executable = function.folder / "bootstrap";
            }
            command.arguments = {command.executable.string()};
            break;
        }
    }
    auto variables = inherited_environment();
    for (const auto& [name, value] : function.environment) variables[name] = value;
    set_lambda_variables(variables, function, home);
    for (const auto& [name, value] : variables) command.environment.push_back(name + "=" + value);
    return command;
}

LocalWorker::LocalWorker(IoLoop& loop, ProcessGuard& guard, LocalFunction function,
                         const FunctionHome& home, Limits limits, Events events)
    : loop_(loop),
      guard_(guard),
      function_(std::move(function)),
      home_(home),
      limits_(limits),
      events_(std::move(events)),
      log_(function_.name),
      timer_(loop) {}

LocalWorker::~LocalWorker() = default;

std::optional<StartError> LocalWorker::start() {
    ChildCommand command = function_command(function_, home_);
    if (command.executable.empty()) {
        return StartError{command.arguments.front() + " is not in PATH: function " +
                          function_.name + " needs it"};
    }
    try {
        api_ = std::make_unique<RuntimeApi>(loop_, runtime_events());
    } catch (const std::system_error& error) {
        return StartError{error.what()};
    }
    command.environment.push_back("AWS_LAMBDA_RUNTIME_API=" + api_->address());
    ChildProcess::Events process_events;
    process_events.output = [this](std::string_view chunk) { log_.write(chunk); };
    process_events.ended = [this](int status) { process_ended(status); };
    auto process = ChildProcess::start(loop_, guard_, command, std::move(process_events));
    if (!process) return std::move(process).error();
    process_ = std::move(*process);
    // Lambda gives a slow start a second chance, under the function's own time-out; one of both is
    // as long.
    timer_.start(limits_.init + function_.timeout, [this] { late(); });
    return std::nullopt;
}

RuntimeApi::Events LocalWorker::runtime_events() {
    RuntimeApi::Events events;
    events.waiting = [this] { waiting(); };
    events.left = [this] {
        if (state_ == State::ready)
            state_ = State::finishing;  // It may ask again; till then it takes no work.
    };
    events.responded = [this](const std::string& id, std::string payload) {
        return finish(id, std::move(payload), false);
    };
    events.failed = [this](const std::string& id, std::string error) {
        return finish(id, std::move(error), true);
    };
    events.too_large = [this](const std::string& id) {
        finish(id,
               function_error(
                   "Function.ResponseSizeTooLarge",
                   "Response payload size exceeded maximum allowed payload size (6291556 bytes)."),
               true);
    };
    events.init_failed = [this](std::string error) {
        if (state_ != State::starting) return;
        init_error_ = InitError{.type = {}, .message = {}, .described = std::move(error)};
        timer_.start(kTimeToLeave, [this] { kill(); });
    };
    return events;
}

void LocalWorker::waiting() {
    if (state_ == State::busy) {
        // It asks for the next before it has answered this one: nobody will answer it any more.
        answer(
            function_error("Runtime.ExitError",
                           "RequestId: " + invocation_.request_id +
                               " Error: Runtime asked for the next invocation without an answer"),
            true);
    }
    if (retired_) return kill();
    state_ = State::ready;
    timer_.start(limits_.idle, [this] { kill(); });
    const auto ready = events_.ready;
    ready(*this);
}

void LocalWorker::invoke(LambdaInvocation invocation, LambdaDone done) {
    state_ = State::busy;
    invocation_ = std::move(invocation);
    done_ = std::move(done);
    invoked_at_ = std::chrono::steady_clock::now();
    log_.begin_invocation(invocation_.request_id, std::string(kLatest));
    timer_.start(function_.timeout, [this] { late(); });

    RuntimeInvocation next;
    next.request_id = invocation_.request_id;
    next.payload = invocation_.payload.empty() ? "{}" : std::move(invocation_.payload);
    next.deadline = std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now()) +
                    function_.timeout;
    next.function_arn = invocation_.function.arn();
    next.trace_id = invocation_.trace_id;
    next.client_context = base64::decode(invocation_.client_context).value_or("");
    api_->deliver(std::move(next));
}

void LocalWorker::forget_result() { done_ = nullptr; }

void LocalWorker::retire() {
    retired_ = true;
    if (state_ != State::busy) kill();
}

void LocalWorker::kill() {
    retired_ = true;
    if (process_) process_->kill();
}

bool LocalWorker::finish(const std::string& request_id, std::string payload, bool failed) {
    if (state_ != State::busy || request_id != invocation_.request_id) return false;
    answer(failed ? with_request_id(payload, request_id) : std::move(payload), failed);
    return true;
}

void LocalWorker::answer(std::string payload, bool failed) {
    state_ = State::finishing;
    // What it wrote before it answered belongs to this invocation.
    if (process_) process_->read_output();
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - invoked_at_;
    LambdaAnswer result;
    result.payload = std::move(payload);
    result.function_failed = failed;
    const std::string log =
        log_.end_invocation(invocation_.request_id, took.count(), function_.memory_mb);
    if (invocation_.tail_log) result.headers.push_back({"X-Amz-Log-Result", log});
    result.headers.push_back({"X-Amz-Executed-Version", std::string(kLatest)});
    result.headers.push_back({"x-amzn-RequestId", invocation_.request_id});
    if (!invocation_.trace_id.empty())
        result.headers.push_back({"X-Amzn-Trace-Id", invocation_.trace_id});
    result.headers.push_back({"Content-Type", "application/json"});
    slow_ = false;
    timer_.start(kMomentBetweenCalls, [this] { between_calls(); });
    if (const auto done = std::exchange(done_, nullptr)) done(std::move(result));
}

void LocalWorker::between_calls() {
    slow_ = true;
    // A process that never asks for more is stopped.
    timer_.start(function_.timeout, [this] { late(); });
    const auto slow = events_.slow;
    slow(*this);
}

void LocalWorker::late() {
    if (state_ == State::starting) {
        const std::chrono::duration<double> limit = limits_.init + function_.timeout;
        init_error_ = InitError{
            .type = "Sandbox.Timedout",
            .message = fmt::format("Error: Task timed out after {:.2f} seconds", limit.count()),
            .described = {}};
    } else if (state_ == State::busy) {
        const std::chrono::duration<double> limit = function_.timeout;
        answer(
            function_error("Sandbox.Timedout",
                           fmt::format("RequestId: {} Error: Task timed out after {:.2f} seconds",
                                       invocation_.request_id, limit.count())),
            true);
    }
    kill();
}

void LocalWorker::process_ended(int wait_status) {
    log_.flush();
    timer_.cancel();
    const std::string how = describe_exit(wait_status);
    const std::string message = how.empty() ? "Error: Runtime exited without providing a reason"
                                            : "Error: Runtime exited with error: " + how;
    if (state_ == State::busy) {
        answer(function_error("Runtime.ExitError",
                              "RequestId: " + invocation_.request_id + " " + message),
               true);
    }
    std::optional<InitError> init_error;
    if (state_ == State::starting) init_error = std::move(init_error_);
    if (state_ == State::starting && !retired_ && !init_error) {
        init_error = InitError{.type = "Runtime.ExitError", .message = message, .described = {}};
    }
    state_ = State::ended;
    retired_ = true;
    api_.reset();
    const auto gone = events_.gone;
    gone(*this, std::move(init_error));
}

}  // namespace stepwell
