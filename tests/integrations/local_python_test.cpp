#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "integrations/base64.hpp"
#include "tests/integrations/processes.hpp"
#include "tests/integrations/scratch.hpp"
#include "tests/integrations/tasks_fixture.hpp"

namespace stepwell {
namespace {

using testing::AwaitedResult;
using testing::eventually;
using ::testing::HasSubstr;
using testing::is_running;
using testing::LogLines;
using ::testing::MatchesRegex;
using testing::ScratchFolder;
using testing::Tasks;

/// One local function, `f`, whose code is app.py; `gate` is a folder that it and the test meet in.
class LocalPython : public ::testing::Test {
protected:
    LocalPython() {
        function_.name = "f";
        function_.folder = code_.path();
        function_.file = "app";
        function_.handler = "handler";
        function_.timeout = Milliseconds(60'000);
        function_.environment["GATE"] = gate_.path().string();
    }
    void write_code(const std::string& text) {
        code_.write("app.py", "import os, sys, time, json\n" + text);
    }
    Tasks& tasks() {
        if (!tasks_) {
            LambdaOptions options;
            options.functions.push_back(function_);
            options.init_timeout = init_timeout_;
            tasks_ = std::make_unique<Tasks>(std::move(options));
        }
        return *tasks_;
    }
    std::string call(const std::string& payload = "{}") {
        const TaskResult result = tasks().call("f", payload);
        return result ? result->text()
                      : "failed: " + result.error().error + ": " + result.error().cause;
    }
    /// The error and the payload that came with it.
    std::pair<std::string, Json> failure(const std::string& payload = "{}") {
        const TaskResult result = tasks().call("f", payload);
        if (result) return {"none", Json(result->text())};
        return {result.error().error, *parse_json(result.error().cause)};
    }
    void open_gate() { gate_.write("open", ""); }

    /// Python: waits until the test opens the gate.
    static constexpr const char* kWaitForGate =
        "def wait_for_gate():\n"
        "    while not os.path.exists(os.environ['GATE'] + '/open'): time.sleep(0.002)\n";

    LogLines log_;
    ScratchFolder code_;
    ScratchFolder gate_;
    LocalFunction function_;
    Milliseconds init_timeout_{60'000};
    std::unique_ptr<Tasks> tasks_;
};

TEST_F(LocalPython, ReturnsWhatTheHandlerReturns) {
    write_code("def handler(event, context):\n    return event\n");
    for (const char* payload : {"{}", "[]", "null", "true", "0", "0.0", "1e+20", "\"HelloWorld\"",
                                R"({"a": [1, {"b": "\u00e9"}]})"}) {
        const TaskResult result = tasks().call("f", payload);
        ASSERT_TRUE(result) << payload << ": " << result.error().cause;
        EXPECT_EQ(result->value(), json(payload));
    }
}

TEST_F(LocalPython, BytesAreThePayloadItself) {
    write_code("def handler(event, context):\n    return b'\"HelloWorld!\"'\n");
    EXPECT_EQ(call(), "\"HelloWorld!\"");
}

TEST_F(LocalPython, TakesALargePayloadAndGivesOne) {
    write_code("def handler(event, context):\n    return event[::-1]\n");
    const std::string text = "\"" + std::string(200'000, 'a') + "b\"";
    EXPECT_EQ(call(text), "\"b" + std::string(200'000, 'a') + "\"");
}

TEST_F(LocalPython, KnowsItsContextAndEnvironment) {
    function_.timeout = Milliseconds(30'000);
    function_.memory_mb = 256;
    function_.environment["MINE"] = "mine";
    function_.environment["AWS_LAMBDA_FUNCTION_NAME"] = "a lie";
    ::setenv("STEPWELL_SECRET", "x", 1);
    ::setenv("OF_THE_SERVER", "y", 1);
    write_code(
        "def handler(event, context):\n"
        "    left = context.get_remaining_time_in_millis()\n"
        "    return {'id': context.aws_request_id, 'arn': context.invoked_function_arn, 'name': "
        "context.function_name,\n"
        "            'version': context.function_version, 'memory': context.memory_limit_in_mb,\n"
        "            'group': context.log_group_name, 'left': 20000 < left <= 30000, 'cwd': "
        "os.getcwd(),\n"
        "            'env': {k: os.environ.get(k) for k in ('AWS_LAMBDA_FUNCTION_NAME', "
        "'AWS_REGION', 'LAMBDA_TASK_ROOT',\n"
        "                    '_HANDLER', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'MINE', "
        "'STEPWELL_SECRET', 'OF_THE_SERVER',\n"
        "                    '_X_AMZN_TRACE_ID')}}\n");
    const TaskResult result = tasks().call("f:PROD", "{}");
    ASSERT_TRUE(result) << result.error().cause;
    const std::string folder = code_.path().string();
    EXPECT_EQ(
        result->value(),
        json(
            R"({"id":"00000000-0000-4000-8000-000000000001","arn":"arn:aws:lambda:us-east-1:123456789012:function:f:PROD",)"
            R"("name":"f","version":"$LATEST","memory":"256","group":"/aws/lambda/f","left":true,"cwd":")" +
            folder +
            R"(","env":{"AWS_LAMBDA_FUNCTION_NAME":"f","AWS_REGION":"us-east-1","LAMBDA_TASK_ROOT":")" +
            folder +
            R"(","_HANDLER":"app.handler","AWS_LAMBDA_FUNCTION_MEMORY_SIZE":"256","MINE":"mine",)"
            R"("STEPWELL_SECRET":null,"OF_THE_SERVER":"y","_X_AMZN_TRACE_ID":"Root=1-2-3"}})"));
}

TEST_F(LocalPython, AnExceptionIsToldAsLambdaTellsIt) {
    code_.write(
        "app.py",
        "def handler(event, context):\n    raise Exception(\"Some exception was raised.\")\n");
    const TaskResult result = tasks().call("f", "{}");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "Exception");
    EXPECT_EQ(
        result.error().cause,
        R"({"errorMessage": "Some exception was raised.", "errorType": "Exception", "requestId": )"
        R"("00000000-0000-4000-8000-000000000001", "stackTrace": ["  File \")" +
            code_.path().string() +
            R"(/app.py\", line 2, in handler\n    raise Exception(\"Some exception was raised.\")\n"]})");
    EXPECT_TRUE(log_.has("[f] [ERROR] Exception: Some exception was raised."));
    EXPECT_TRUE(log_.has("[f]     raise Exception(\"Some exception was raised.\")"));
}

TEST_F(LocalPython, InvokedByTheServiceItsErrorIsWrittenAnew) {
    write_code(
        "class CustomException(Exception):\n    def __init__(self): self.message = 'm'\n"
        "def handler(event, context):\n    raise CustomException()\n");
    const TaskResult result = tasks().invoke(R"({"FunctionName":"f"})");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "CustomException");
    EXPECT_THAT(
        result.error().cause,
        ::testing::StartsWith(R"({"errorMessage":"","errorType":"CustomException","requestId":")"));
}

TEST_F(LocalPython, AModuleThatCannotBeImportedFailsTheCall) {
    write_code("import no_such_module\n");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Runtime.ImportModuleError");
    EXPECT_EQ(payload.at("errorMessage"),
              Json("Unable to import module 'app': No module named 'no_such_module'"));
    EXPECT_EQ(payload.at("requestId"), Json("00000000-0000-4000-8000-000000000001"));
}

TEST_F(LocalPython, AMissingHandlerFailsTheCall) {
    write_code("def other(event, context): pass\n");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Runtime.HandlerNotFound");
    EXPECT_EQ(payload.at("errorMessage"), Json("Handler 'handler' missing on module 'app'"));
}

TEST_F(LocalPython, ASyntaxErrorFailsTheCall) {
    write_code("def handler(event, context)\n");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Runtime.UserCodeSyntaxError");
    EXPECT_THAT(payload.at("errorMessage").get<std::string>(),
                HasSubstr("Syntax error in module 'app'"));
}

TEST_F(LocalPython, AnErrorWhileLoadingFailsTheCall) {
    write_code("raise KeyError('table')\n");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "KeyError");
    EXPECT_EQ(payload.at("errorMessage"), Json("'table'"));
}

TEST_F(LocalPython, AResultThatIsNoJsonFailsTheCall) {
    write_code("def handler(event, context):\n    return {1, 2}\n");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Runtime.MarshalError");
    EXPECT_EQ(payload.at("errorMessage"),
              Json("Unable to marshal response: Object of type set is not JSON serializable"));
}

TEST_F(LocalPython, AFileNamedAsAStandardModuleDoesNotDisturb) {
    code_.write("http.py", "raise Exception('not this one')\n");
    code_.write("decimal.py", "raise Exception('not this one')\n");
    write_code("def handler(event, context):\n    return 'fine'\n");
    EXPECT_EQ(call(), "\"fine\"");
}

TEST_F(LocalPython, ImportsFromItsOwnFolder) {
    code_.write("lib/part.py", "value = 7\n");
    function_.file = "src/app";
    code_.write("src/app.py",
                "from lib.part import value\ndef handler(event, context):\n    return value\n");
    EXPECT_EQ(call(), "7");
}

TEST_F(LocalPython, IsStoppedAtItsTimeOut) {
    function_.timeout = Milliseconds(300);
    write_code(
        "def handler(event, context):\n    print('begun', os.getpid())\n    time.sleep(600)\n");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Sandbox.Timedout");
    EXPECT_EQ(
        write_json(payload),
        R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 00000000-0000-4000-8000-000000000001 Error: )"
        R"(Task timed out after 0.30 seconds"})");
    EXPECT_TRUE(eventually([&] { return tasks().registry().function_pids().empty(); }));
    // The next call gets a fresh process.
    write_code("def handler(event, context):\n    return 'again'\n");
    EXPECT_EQ(call(), "\"again\"");
}

TEST_F(LocalPython, ASlowStartIsBoundedToo) {
    function_.timeout = Milliseconds(100);
    init_timeout_ = Milliseconds(200);
    write_code("time.sleep(600)\n");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Sandbox.Timedout");
    EXPECT_EQ(payload.at("errorMessage"), Json("RequestId: 00000000-0000-4000-8000-000000000001 "
                                               "Error: Task timed out after 0.30 seconds"));
}

struct ExitCase {
    const char* name;
    const char* statement;
    const char* how;
};
class LocalPythonExit : public LocalPython, public ::testing::WithParamInterface<ExitCase> {};

TEST_P(LocalPythonExit, FailsTheCallUnderWay) {
    write_code(std::string("import signal\ndef handler(event, context):\n    ") +
               GetParam().statement + "\n");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Runtime.ExitError");
    EXPECT_EQ(payload.at("errorMessage"),
              Json(std::string("RequestId: 00000000-0000-4000-8000-000000000001 Error: ") +
                   GetParam().how));
}

INSTANTIATE_TEST_SUITE_P(
    Exits, LocalPythonExit,
    ::testing::Values(ExitCase{"Status", "os._exit(3)", "Runtime exited with error: exit status 3"},
                      ExitCase{"SysExit", "sys.exit(1)",
                               "Runtime exited with error: exit status 1"},
                      ExitCase{"Zero", "os._exit(0)", "Runtime exited without providing a reason"},
                      ExitCase{"Killed", "os.kill(os.getpid(), signal.SIGKILL)",
                               "Runtime exited with error: signal: killed"}),
    [](const auto& test) { return test.param.name; });

TEST_F(LocalPython, AnExitWhileLoadingFailsOneCallEach) {
    write_code("os._exit(4)\n");
    for (int i = 1; i <= 2; ++i) {
        const auto [error, payload] = failure();
        EXPECT_EQ(error, "Runtime.ExitError");
        EXPECT_THAT(payload.at("errorMessage").get<std::string>(),
                    HasSubstr("Runtime exited with error: exit status 4"));
    }
}

TEST_F(LocalPython, AProcessStaysWarm) {
    function_.max_concurrency = 1;
    write_code(
        "count = 0\ndef handler(event, context):\n    global count\n    count += 1\n    return "
        "[count, os.getpid()]\n");
    const Json first = json(call());
    EXPECT_EQ(first[0], Json(1));
    const Json second = json(call());
    EXPECT_EQ(second[0], Json(2));
    EXPECT_EQ(second[1], first[1]);
    EXPECT_EQ(tasks().registry().function_pids(), std::vector<pid_t>{first[1].get<pid_t>()});
}

TEST_F(LocalPython, ADeadProcessIsReplaced) {
    write_code("def handler(event, context):\n    return os.getpid()\n");
    const pid_t first = std::stoi(call());
    ::kill(first, SIGKILL);
    EXPECT_TRUE(eventually([&] { return tasks().registry().function_pids().empty(); }));
    EXPECT_NE(std::stoi(call()), first);
}

TEST_F(LocalPython, AnIdleProcessEndsAfterAWhile) {
    write_code("def handler(event, context):\n    return os.getpid()\n");
    LambdaOptions options;
    options.functions.push_back(function_);
    options.idle_timeout = Milliseconds(50);
    tasks_ = std::make_unique<Tasks>(std::move(options));
    const pid_t pid = std::stoi(call());
    EXPECT_TRUE(eventually([&] { return !is_running(pid); }));
}

TEST_F(LocalPython, AChangedFileIsTakenUpByTheNextCall) {
    write_code("def handler(event, context):\n    return 'old'\n");
    EXPECT_EQ(call(), "\"old\"");
    write_code("def handler(event, context):\n    return 'new'\n");
    EXPECT_EQ(call(), "\"new\"");
    code_.write("other.txt", "1");
    write_code("def handler(event, context):\n    return open('other.txt').read()\n");
    EXPECT_EQ(call(), "\"1\"");
    EXPECT_TRUE(log_.has("function f: its files have changed"));
}

TEST_F(LocalPython, ACallUnderWayEndsBeforeItsProcessIsReplaced) {
    write_code(std::string(kWaitForGate) +
               "def handler(event, context):\n    print('begun')\n    wait_for_gate()\n    return "
               "'old'\n");
    const AwaitedResult under_way = tasks().start(tasks().by_arn("f", "{}"));
    ASSERT_TRUE(eventually([&] { return log_.has("[f] begun"); }));
    write_code("def handler(event, context):\n    return 'new'\n");
    EXPECT_EQ(call(), "\"new\"");
    EXPECT_FALSE(under_way->has_value());
    open_gate();
    EXPECT_EQ(under_way->get()->text(), "\"old\"");
    EXPECT_EQ(call(), "\"new\"");
}

TEST_F(LocalPython, RunsAsManyAtOnceAsAllowedAndTheOthersAfterwards) {
    function_.max_concurrency = 3;
    write_code(std::string(kWaitForGate) +
               "def handler(event, context):\n    open(os.environ['GATE'] + '/in-' + str(event), "
               "'w').close()\n"
               "    wait_for_gate()\n    return os.getpid()\n");
    std::vector<AwaitedResult> results;
    for (int i = 0; i < 7; ++i)
        results.push_back(tasks().start(tasks().by_arn("f", std::to_string(i))));
    const auto inside = [&] {
        return std::distance(std::filesystem::directory_iterator(gate_.path()),
                             std::filesystem::directory_iterator());
    };
    ASSERT_TRUE(eventually([&] { return inside() == 3; }));
    EXPECT_EQ(tasks().registry().function_pids().size(), 3U);
    open_gate();
    std::set<std::string> pids;
    for (const auto& result : results) pids.insert(result->get()->text());
    EXPECT_LE(pids.size(), 3U);
    EXPECT_GE(pids.size(), 1U);
}

TEST_F(LocalPython, OutputIsLoggedWhileTheFunctionRuns) {
    write_code(std::string(kWaitForGate) +
               "def handler(event, context):\n    print('one')\n    print('two', "
               "file=sys.stderr)\n    wait_for_gate()\n"
               "    sys.stdout.write('without an end')\n");
    const AwaitedResult result = tasks().start(tasks().by_arn("f", "{}"));
    EXPECT_TRUE(eventually([&] { return log_.has("[f] one") && log_.has("[f] two"); }));
    EXPECT_FALSE(result->has_value());
    open_gate();
    EXPECT_EQ(result->get()->text(), "null");
    tasks().registry().cancel_all();
}

TEST_F(LocalPython, TheLogOfOneCallCanBeAskedFor) {
    write_code("def handler(event, context):\n    print('said', event)\n");
    call("1");
    const TaskResult result =
        tasks().invoke(R"({"FunctionName":"f","Payload":2,"LogType":"Tail"})");
    ASSERT_TRUE(result) << result.error().cause;
    const auto log = base64::decode(result->value().at("LogResult").get<std::string>());
    ASSERT_TRUE(log);
    EXPECT_THAT(
        *log,
        MatchesRegex(
            "START RequestId: ([-0-9]+) Version: \\$LATEST\nsaid 2\nEND RequestId: ([-0-9]+)\n"
            "REPORT RequestId: ([-0-9]+)\tDuration: [0-9.]+ ms\tBilled Duration: [0-9]+ ms\t"
            "Memory Size: 128 MB\tMax Memory Used: 128 MB\t\n"));
}

TEST_F(LocalPython, AnswersLambdaInvokeAsTheServiceDoes) {
    write_code("def handler(event, context):\n    return event\n");
    const TaskResult result = tasks().invoke(R"({"FunctionName":"f","Payload":null})");
    ASSERT_TRUE(result) << result.error().cause;
    const Json& output = result->value();
    EXPECT_EQ(output.at("Payload"), json("{}"));
    EXPECT_EQ(output.at("ExecutedVersion"), Json("$LATEST"));
    EXPECT_EQ(output.at("StatusCode"), Json(200));
    EXPECT_EQ(output.at("SdkResponseMetadata"),
              json(R"({"RequestId":"00000000-0000-4000-8000-000000000001"})"));
    std::vector<std::string> names;
    for (const auto& [name, value] : output.at("SdkHttpMetadata").at("AllHttpHeaders").items())
        names.push_back(name);
    EXPECT_THAT(names,
                ::testing::ElementsAre("X-Amz-Executed-Version", "x-amzn-Remapped-Content-Length",
                                       "Connection", "x-amzn-RequestId", "Content-Length", "Date",
                                       "X-Amzn-Trace-Id", "Content-Type"));
}

TEST_F(LocalPython, PassesTheClientContext) {
    write_code("def handler(event, context):\n    return context.client_context.custom\n");
    const std::string context = base64::encode(R"({"custom":{"a":1}})");
    const TaskResult result =
        tasks().invoke(R"({"FunctionName":"f","ClientContext":")" + context + "\"}");
    ASSERT_TRUE(result) << result.error().cause;
    EXPECT_EQ(result->value().at("Payload"), json(R"({"a":1})"));
}

TEST_F(LocalPython, AnEventIsTakenAndRunBehind) {
    write_code("def handler(event, context):\n    print('ran', event)\n");
    const TaskResult taken =
        tasks().invoke(R"({"FunctionName":"f","Payload":5,"InvocationType":"Event"})");
    ASSERT_TRUE(taken) << taken.error().cause;
    EXPECT_EQ(taken->value().at("StatusCode"), Json(202));
    EXPECT_TRUE(eventually([&] { return log_.has("[f] ran 5"); }));
    EXPECT_EQ(tasks()
                  .invoke(R"({"FunctionName":"f","InvocationType":"DryRun"})")
                  ->value()
                  .at("StatusCode"),
              Json(204));
}

TEST_F(LocalPython, ACancelledCallIsNotAnsweredAndTheProcessServesTheNext) {
    function_.max_concurrency = 1;
    write_code(std::string(kWaitForGate) +
               "def handler(event, context):\n    print('begun', event)\n    wait_for_gate()\n    "
               "return event\n");
    const AwaitedResult running = tasks().start(tasks().by_arn("f", "1"));
    const TaskCallId running_id = tasks().last_id();
    ASSERT_TRUE(eventually([&] { return log_.has("[f] begun 1"); }));
    const AwaitedResult waiting = tasks().start(tasks().by_arn("f", "2"));
    const TaskCallId waiting_id = tasks().last_id();
    const AwaitedResult last = tasks().start(tasks().by_arn("f", "3"));
    tasks().registry().cancel(running_id);
    tasks().registry().cancel(waiting_id);
    tasks().registry().cancel(12'345);
    open_gate();
    EXPECT_EQ(last->get()->text(), "3");
    EXPECT_FALSE(running->has_value());
    EXPECT_FALSE(waiting->has_value());
    EXPECT_FALSE(log_.has("[f] begun 2"));
}

TEST_F(LocalPython, CancellingAllEndsWhatIsAtWork) {
    write_code(
        "def handler(event, context):\n    print('pid', os.getpid())\n    time.sleep(600)\n");
    const AwaitedResult result = tasks().start(tasks().by_arn("f", "{}"));
    ASSERT_TRUE(eventually([&] { return log_.has("[f] pid "); }));
    const pid_t pid = tasks().registry().function_pids().at(0);
    tasks().registry().cancel_all();
    EXPECT_TRUE(eventually([&] { return !is_running(pid); }));
    EXPECT_FALSE(result->has_value());
}

TEST_F(LocalPython, WritingWithoutEndHoldsNobodyUp) {
    code_.write("quiet.py", "def handler(event, context):\n    return 'served'\n");
    LocalFunction quiet = function_;
    quiet.name = "quiet";
    quiet.file = "quiet";
    LambdaOptions options;
    options.functions = {function_, quiet};
    write_code("def handler(event, context):\n    while True: sys.stdout.write('x' * 100000)\n");
    tasks_ = std::make_unique<Tasks>(std::move(options));
    tasks().start(tasks().by_arn("f", "{}"));
    ASSERT_TRUE(eventually([&] { return log_.has("[f] xxxxx"); }));
    const TaskResult served = tasks().call("quiet", "{}");
    ASSERT_TRUE(served);
    EXPECT_EQ(served->text(), "\"served\"");
}

TEST_F(LocalPython, AResultBeyondLambdasLimitFailsTheCall) {
    write_code("def handler(event, context):\n    return 'x' * 7000000\n");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Function.ResponseSizeTooLarge");
    EXPECT_EQ(payload.at("errorMessage"),
              Json("Response payload size exceeded maximum allowed payload size (6291556 bytes)."));
}

TEST_F(LocalPython, EndsWithTheRegistryAndSoDoesWhatItStarted) {
    write_code(
        "import subprocess\ndef handler(event, context):\n"
        "    return [os.getpid(), subprocess.Popen(['sleep', '600']).pid]\n");
    const Json pids = json(call());
    EXPECT_TRUE(is_running(pids[0].get<pid_t>()));
    EXPECT_TRUE(is_running(pids[1].get<pid_t>()));
    tasks().close();
    EXPECT_FALSE(is_running(pids[0].get<pid_t>()));
    EXPECT_TRUE(eventually([&] { return !is_running(pids[1].get<pid_t>()); }));
}

TEST_F(LocalPython, WhatADeadProcessStartedEndsToo) {
    write_code(
        "import subprocess\ndef handler(event, context):\n"
        "    if event: os._exit(1)\n    return subprocess.Popen(['sleep', '600']).pid\n");
    const pid_t grandchild = std::stoi(call("0"));
    EXPECT_EQ(failure("1").first, "Runtime.ExitError");
    EXPECT_TRUE(eventually([&] { return !is_running(grandchild); }));
}

}  // namespace
}  // namespace stepwell
