#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/scratch.hpp"
#include "tests/integrations/tasks_fixture.hpp"

namespace stepwell {
namespace {

using testing::AwaitedResult;
using testing::eventually;
using ::testing::HasSubstr;
using testing::LogLines;
using testing::ScratchFolder;
using testing::Tasks;

/// A runtime of the user's own: an executable that speaks the Lambda Runtime API, well or badly.
class LocalProvided : public ::testing::Test {
protected:
    /// `body`: Python with `call(method, path, body, headers) -> (status, headers, bytes)`.
    Tasks& tasks(const std::string& body) {
        if (!tasks_) {
            code_.write_executable("bootstrap",
                                   "#!/usr/bin/env python3\n"
                                   "import os, sys, time, http.client, socket\n"
                                   "api = os.environ['AWS_LAMBDA_RUNTIME_API']\n"
                                   "def call(method, path, body=None, headers={}):\n"
                                   "    c = http.client.HTTPConnection(api)\n"
                                   "    c.request(method, path if path.startswith('/') else "
                                   "'/2018-06-01/runtime/' + path, body, headers)\n"
                                   "    r = c.getresponse()\n"
                                   "    return r.status, r.headers, r.read()\n"
                                   "def next():\n"
                                   "    status, headers, event = call('GET', 'invocation/next')\n"
                                   "    return headers['Lambda-Runtime-Aws-Request-Id'], event\n" +
                                       body);
            LocalFunction function;
            function.name = "f";
            function.runtime = LambdaRuntime::provided;
            function.folder = code_.path();
            function.file = "any";
            function.handler = "name";
            function.timeout = timeout_;
            function.max_concurrency = 1;
            LambdaOptions options;
            options.functions.push_back(function);
            options.init_timeout = init_timeout_;
            tasks_ = std::make_unique<Tasks>(std::move(options));
        }
        return *tasks_;
    }

    static std::string text_of(const TaskResult& result) {
        return result ? result->text()
                      : "failed: " + result.error().error + ": " + result.error().cause;
    }

    LogLines log_;
    ScratchFolder code_;
    Milliseconds timeout_{60'000};
    Milliseconds init_timeout_{60'000};
    std::unique_ptr<Tasks> tasks_;
};

TEST_F(LocalProvided, AnyExecutableThatSpeaksTheRuntimeApiServes) {
    Tasks& t = tasks(
        "while True:\n"
        "    id, event = next()\n"
        "    assert call('POST', 'invocation/' + id + '/response', b'[' + event + b', \"' + "
        "os.environ['_HANDLER'].encode() + b'\"]')[0] == 202\n");
    EXPECT_EQ(text_of(t.call("f", "1")), R"([1, "any.name"])");
    EXPECT_EQ(text_of(t.call("f", "2")), R"([2, "any.name"])");
}

TEST_F(LocalProvided, ItsErrorsArePassedOn) {
    const TaskResult result = tasks(
                                  "while True:\n"
                                  "    id, event = next()\n"
                                  "    call('POST', 'invocation/' + id + '/error', "
                                  "b'{\"errorType\":\"Mine\",\"errorMessage\":\"m\"}')\n")
                                  .call("f", "1");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), (StateError{"Mine", R"({"errorType":"Mine","errorMessage":"m"})"}));
}

TEST_F(LocalProvided, AnInitErrorFailsTheCallEvenIfTheProcessStays) {
    const TaskResult result =
        tasks(
            "call('POST', 'init/error', b'{\"errorType\":\"Init.Mine\",\"errorMessage\":\"m\"}')\n"
            "time.sleep(600)\n")
            .call("f", "1");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "Init.Mine");
}

TEST_F(LocalProvided, AnswersToOtherInvocationsAndPathsAreRefused) {
    Tasks& t = tasks(
        "id, event = next()\n"
        "seen = [call('POST', 'invocation/other/response', b'1')[0], call('POST', "
        "'invocation/other/error', b'1')[0],\n"
        "        call('GET', '/etc/passwd')[0], call('DELETE', 'invocation/next')[0], call('POST', "
        "'invocation//response', b'')[0]]\n"
        "call('POST', 'invocation/' + id + '/response', str(seen).encode())\n"
        "second = call('POST', 'invocation/' + id + '/response', b'\"twice\"')[0]\n"
        "print('second', second, flush=True)\n"
        "time.sleep(600)\n");
    EXPECT_EQ(text_of(t.call("f", "1")), "[400, 400, 404, 404, 404]");
    EXPECT_TRUE(eventually([&] { return log_.has("[f] second 400"); }));
}

TEST_F(LocalProvided, ABrowserGetsNothing) {
    Tasks& t = tasks(
        "id, event = next()\n"
        "path = 'invocation/' + id + '/response'\n"
        "refused = [call('POST', path, b'1', {'Origin': 'http://evil.example'})[0],\n"
        "           call('GET', 'invocation/next', None, {'Sec-Fetch-Site': 'cross-site'})[0]]\n"
        "call('POST', path, str(refused).encode())\n"
        "time.sleep(600)\n");
    EXPECT_EQ(text_of(t.call("f", "1")), "[403, 403]");
}

TEST_F(LocalProvided, AValueFromARequestCannotBecomeAHeader) {
    Tasks& t = tasks(
        "while True:\n"
        "    status, headers, event = call('GET', 'invocation/next')\n"
        "    id = headers['Lambda-Runtime-Aws-Request-Id']\n"
        "    call('POST', 'invocation/' + id + '/response', ('\"' + str(headers.get('Evil')) + "
        "'\"').encode())\n");
    TaskCall call = t.by_arn("f", "1");
    call.trace_header = "Root=1\r\nEvil: yes";
    EXPECT_EQ(text_of(t.start(std::move(call))->get()), "\"None\"");
}

TEST_F(LocalProvided, AProcessThatNeverAsksIsStopped) {
    timeout_ = Milliseconds(100);
    init_timeout_ = Milliseconds(100);
    const TaskResult result = tasks("time.sleep(600)\n").call("f", "1");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "Sandbox.Timedout");
    EXPECT_TRUE(eventually([&] { return tasks_->registry().function_pids().empty(); }));
}

TEST_F(LocalProvided, AskingForTheNextWithoutAnAnswerFailsTheCall) {
    const TaskResult result = tasks("while True: next()\n").call("f", "1");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "Runtime.ExitError");
}

TEST_F(LocalProvided, WhatIsNotHttpIsIgnored) {
    Tasks& t = tasks(
        "host, port = api.split(':')\n"
        "for i in range(50):\n"
        "    s = socket.create_connection((host, int(port)))\n"
        "    s.sendall(b'\\x00\\x01garbage\\r\\n\\r\\n')\n"
        "    s.close()\n"
        "held = [socket.create_connection((host, int(port))) for i in range(8)]\n"
        "while True:\n"
        "    id, event = next()\n"
        "    call('POST', 'invocation/' + id + '/response', event)\n");
    EXPECT_EQ(text_of(t.call("f", "1")), "1");
}

TEST_F(LocalProvided, AnInvocationIsNotGivenToOneWhoHasLeft) {
    Tasks& t = tasks(
        "host, port = api.split(':')\n"
        "s = socket.create_connection((host, int(port)))\n"
        "s.sendall(b'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')\n"
        "received = s.recv(65536)\n"  // The first invocation, which starts the process.
        "id = received.split(b'Lambda-Runtime-Aws-Request-Id: ')[1].split(b'\\r')[0].decode()\n"
        "s.sendall(b'POST /2018-06-01/runtime/invocation/' + id.encode() + b'/response "
        "HTTP/1.1\\r\\nHost: x\\r\\n"
        "Content-Length: 1\\r\\n\\r\\n1')\n"
        "s.recv(65536)\n"
        "s.sendall(b'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')\n"
        "s.close()\n"
        "print('left', flush=True)\n"
        "while True:\n"
        "    id, event = next()\n"
        "    call('POST', 'invocation/' + id + '/response', event)\n");
    EXPECT_EQ(text_of(t.call("f", "1")), "1");
    ASSERT_TRUE(eventually([&] { return log_.has("[f] left"); }));
    EXPECT_EQ(text_of(t.call("f", "2")), "2");
}

TEST_F(LocalProvided, AResultThatIsNoJsonIsToldSo) {
    Tasks& t = tasks(
        "while True:\n"
        "    id, event = next()\n"
        "    call('POST', 'invocation/' + id + '/response', b'plain text')\n");
    const TaskResult by_arn = t.call("f", "1");
    ASSERT_FALSE(by_arn);
    EXPECT_EQ(by_arn.error().error, "States.Runtime");
    EXPECT_THAT(by_arn.error().cause, HasSubstr("returned a result that is not JSON"));
    EXPECT_EQ(t.invoke(R"({"FunctionName":"f"})")->value().at("Payload"), Json("plain text"));
}

TEST_F(LocalProvided, AFileThatCannotBeRunFailsTheCall) {
    code_.write_executable("tool", "#!/no/such/interpreter\n");
    LocalFunction function;
    function.name = "f";
    function.runtime = LambdaRuntime::provided;
    function.folder = code_.path();
    function.file = "tool";
    function.handler = "x";
    LambdaOptions options;
    options.functions.push_back(function);
    Tasks t(std::move(options));
    const TaskResult result = t.call("f", "1");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "Runtime.InvalidEntrypoint");
    EXPECT_THAT(result.error().cause, HasSubstr("No such file or directory"));
    EXPECT_TRUE(log_.has("function f: "));
}

}  // namespace
}  // namespace stepwell
