#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/scratch.hpp"
#include "tests/integrations/tasks_fixture.hpp"

namespace stepwell {
namespace {

using ::testing::HasSubstr;
using testing::LogLines;
using testing::ScratchFolder;
using testing::Tasks;

/// One local function, `f`, whose code is index.js or index.mjs.
class LocalNode : public ::testing::Test {
protected:
    Tasks& tasks() {
        if (!tasks_) {
            LocalFunction function;
            function.name = "f";
            function.runtime = LambdaRuntime::node;
            function.folder = code_.path();
            function.file = "index";
            function.handler = "handler";
            function.timeout = Milliseconds(60'000);
            LambdaOptions options;
            options.functions.push_back(function);
            options.init_timeout = Milliseconds(60'000);
            tasks_ = std::make_unique<Tasks>(std::move(options));
        }
        return *tasks_;
    }
    std::string call(const std::string& payload = "{}") {
        const TaskResult result = tasks().call("f", payload);
        return result ? result->text()
                      : "failed: " + result.error().error + ": " + result.error().cause;
    }
    std::pair<std::string, Json> failure() {
        const TaskResult result = tasks().call("f", "{}");
        if (result) return {"none", Json(result->text())};
        return {result.error().error, *parse_json(result.error().cause)};
    }
    void write_code(const std::string& text, const char* file = "index.js") {
        code_.write(file, text);
    }

    LogLines log_;
    ScratchFolder code_;
    std::unique_ptr<Tasks> tasks_;
};

TEST_F(LocalNode, AnAsyncHandlerReturnsItsResult) {
    write_code("exports.handler = async (event) => ({ got: event, said: 'é' });");
    EXPECT_EQ(call(R"({"a":[1,2]})"), R"({"got":{"a":[1,2]},"said":"é"})");
    EXPECT_EQ(call("7"), R"({"got":7,"said":"é"})");
}

TEST_F(LocalNode, AModuleOfTheNewKindIsImported) {
    write_code("import { value } from './part.mjs';\nexport const handler = async () => value;",
               "index.mjs");
    write_code("export const value = 'esm';", "part.mjs");
    EXPECT_EQ(call(), "\"esm\"");
}

TEST_F(LocalNode, AJsFileOfAnEsmPackageIsImported) {
    write_code(R"({"type":"module"})", "package.json");
    write_code("export const handler = async () => 'package';");
    EXPECT_EQ(call(), "\"package\"");
}

TEST_F(LocalNode, ACallbackGivesTheResult) {
    write_code(
        "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, { cb: "
        "event }), 5); };");
    EXPECT_EQ(call("1"), R"({"cb":1})");
    EXPECT_EQ(call("2"), R"({"cb":2})");
}

TEST_F(LocalNode, TheCallbackWaitsForTheEventLoopUnlessToldNotTo) {
    write_code(
        "let n = 0; exports.handler = (event, context, callback) => {\n"
        "  context.callbackWaitsForEmptyEventLoop = event; setTimeout(() => { n += 1; }, 30); "
        "callback(null, n); };");
    EXPECT_EQ(call("true"), "0");
    EXPECT_EQ(call("true"), "1");
}

TEST_F(LocalNode, WithoutAnAnswerTheResultIsNull) {
    write_code("exports.handler = () => {};");
    EXPECT_EQ(call(), "null");
    EXPECT_EQ(call(), "null");
}

TEST_F(LocalNode, AnUndefinedResultIsNull) {
    write_code("exports.handler = async () => {};");
    EXPECT_EQ(call(), "null");
}

TEST_F(LocalNode, AnErrorIsToldAsLambdaTellsIt) {
    write_code(
        "class Refused extends Error { constructor(m) { super(m); this.name = 'Refused'; } }\n"
        "exports.handler = async () => { throw new Refused('no'); };");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Refused");
    EXPECT_EQ(payload.at("errorMessage"), Json("no"));
    EXPECT_EQ(payload.at("trace")[0], Json("Refused: no"));
    EXPECT_THAT(payload.at("trace")[1].get<std::string>(), HasSubstr("index.js:2"));
    EXPECT_TRUE(log_.has("[f] ERROR\tInvoke Error"));
}

TEST_F(LocalNode, AnErrorOfTheCallbackAndASynchronousOneToo) {
    write_code(
        "exports.handler = (event, context, callback) => { if (event.x) throw new "
        "TypeError('sync'); callback(new RangeError('cb')); };");
    EXPECT_EQ(failure().first, "RangeError");
    EXPECT_EQ(tasks().call("f", R"({"x":1})").error().error, "TypeError");
}

TEST_F(LocalNode, AnUnhandledRejectionEndsTheProcess) {
    write_code(
        "exports.handler = async () => { Promise.reject(new Error('lost')); await new Promise((r) "
        "=> setTimeout(r, 1000)); };");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Runtime.UnhandledPromiseRejection");
    EXPECT_EQ(payload.at("errorMessage"), Json("Error: lost"));
    write_code("exports.handler = async () => 'next';");
    EXPECT_EQ(call(), "\"next\"");
}

TEST_F(LocalNode, AModuleThatCannotBeLoadedFailsTheCall) {
    write_code("require('no-such-package');");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Runtime.ImportModuleError");
    EXPECT_THAT(payload.at("errorMessage").get<std::string>(),
                HasSubstr("Cannot find module 'no-such-package'"));
}

TEST_F(LocalNode, AMissingHandlerFailsTheCall) {
    write_code("exports.other = async () => 1;");
    const auto [error, payload] = failure();
    EXPECT_EQ(error, "Runtime.HandlerNotFound");
    EXPECT_EQ(payload.at("errorMessage"), Json("index.handler is undefined or not exported"));
}

TEST_F(LocalNode, ASyntaxErrorFailsTheCall) {
    write_code("exports.handler = async () => {");
    EXPECT_EQ(failure().first, "Runtime.UserCodeSyntaxError");
}

TEST_F(LocalNode, KnowsItsContext) {
    write_code(
        "exports.handler = async (event, context) => ({ id: context.awsRequestId, arn: "
        "context.invokedFunctionArn,\n"
        "  name: context.functionName, left: context.getRemainingTimeInMillis() > 1000, cwd: "
        "process.cwd(),\n"
        "  memory: context.memoryLimitInMB });");
    EXPECT_EQ(
        json(call()),
        json(
            R"({"id":"00000000-0000-4000-8000-000000000001","arn":"arn:aws:lambda:us-east-1:123456789012:function:f",)"
            R"("name":"f","left":true,"cwd":")" +
            code_.path().string() + R"(","memory":"128"})"));
}

TEST_F(LocalNode, StaysWarmAndLogsWhatItSays) {
    write_code(
        "let n = 0; exports.handler = async () => { console.log('call', ++n); return process.pid; "
        "};");
    const std::string first = call();
    EXPECT_EQ(call(), first);
    EXPECT_TRUE(log_.has("[f] call 1"));
    EXPECT_TRUE(log_.has("[f] call 2"));
}

TEST_F(LocalNode, MayForkProcessesOfItsOwn) {
    write_code("process.send({ hello: process.argv[2] });", "child.js");
    write_code(
        "const { fork } = require('node:child_process'); const path = require('node:path');\n"
        "exports.handler = () => new Promise((resolve, reject) => {\n"
        "  const child = fork(path.join(__dirname, 'child.js'), ['there']);\n"
        "  child.on('message', resolve); child.on('exit', (code) => code && reject(new Error('exit "
        "' + code))); });");
    EXPECT_EQ(call(), R"({"hello":"there"})");
}

}  // namespace
}  // namespace stepwell
