#include "tests/api/service.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

namespace stepwell::api {

using namespace std::chrono_literals;

void EchoingTasks::start(TaskCall call, TaskDone done) {
    if (!call.token.empty()) {
        const std::lock_guard lock(mutex_);
        if (token_.empty()) token_ = call.token;
        called_.notify_all();
    }
    done(call.id, call.input);
}

std::string EchoingTasks::token() {
    std::unique_lock lock(mutex_);
    if (!called_.wait_for(lock, 20s, [this] { return !token_.empty(); }))
        ADD_FAILURE() << "no call had a token";
    return token_;
}

Service::Service()
    : runtime(store, tasks, clock, RuntimeOptions{}, 1),
      api(store, runtime, readers, clock, Options{}) {
    runtime.recover();
}

Service::~Service() {
    runtime.shut_down();
    store.close();
}

Response Service::send(Request request) {
    // Shared: an answer that comes after the test has given up finds its place still there.
    auto answer = std::make_shared<std::promise<Response>>();
    auto answered = answer->get_future();
    const Api::Cancel cancel = api.handle(std::move(request), [answer](Response response) {
        answer->set_value(std::move(response));
    });
    if (answered.wait_for(20s) != std::future_status::ready) {
        ADD_FAILURE() << "no answer";
        return {0, "{}", {}};
    }
    return answered.get();
}

Response Service::call(std::string_view operation, std::string body) {
    return send({"AWSStepFunctions." + std::string(operation),
                 "application/x-amz-json-1.0",
                 {},
                 std::move(body),
                 "id"});
}

Json Service::ask(std::string_view operation, std::string body) {
    const Response response = call(operation, std::move(body));
    EXPECT_EQ(response.status, 200) << operation << ": " << response.body;
    EXPECT_EQ(response.error_type, "");
    return json(response.body);
}

std::string Service::refusal(std::string_view operation, std::string body) {
    const Response response = call(operation, std::move(body));
    EXPECT_EQ(response.status, 400) << operation << ": " << response.body;
    const Json error = json(response.body);
    const std::string type = error.value("__type", "no error");
    EXPECT_EQ(response.error_type, type);
    return type + ": " + error.value("message", "");
}

std::string object(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
    Json value = Json::object();
    for (const auto& [name, text] : members) value[std::string(name)] = std::string(text);
    return write_json(value);
}

std::vector<std::string> names_of(const Json& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object.get_ref<const Json::object_t&>()) names.push_back(name);
    std::ranges::sort(names);
    return names;
}

std::string Service::create(std::string_view name, std::string_view definition,
                            std::string_view type) {
    const Json created = ask(
        "CreateStateMachine",
        object({{"name", name}, {"definition", definition}, {"roleArn", kRole}, {"type", type}}));
    return created.value("stateMachineArn", "");
}

std::string Service::start(const std::string& machine_arn, std::string_view name) {
    const Json started =
        name.empty()
            ? ask("StartExecution", object({{"stateMachineArn", machine_arn}}))
            : ask("StartExecution", object({{"stateMachineArn", machine_arn}, {"name", name}}));
    return started.value("executionArn", "");
}

Json Service::await_end(const std::string& execution_arn) {
    runtime.settle();
    Json described = ask("DescribeExecution", object({{"executionArn", execution_arn}}));
    EXPECT_NE(described.value("status", ""), "RUNNING") << execution_arn;
    return described;
}

std::string Service::run(const std::string& machine_arn, std::string_view name) {
    std::string arn = start(machine_arn, name);
    await_end(arn);
    return arn;
}

}  // namespace stepwell::api
