"""Lambda functions that Stepwell runs as processes of this machine."""

import json
import re
import time

from harness import FUNCTIONS, ServerTest, functions_file, lambda_arn, process_is_alive, wait_for


def call(resource_or_name, **fields):
    resource = resource_or_name if resource_or_name.startswith("arn:") else lambda_arn(resource_or_name)
    return {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": resource, "End": True, **fields}}}


class FunctionTest(ServerTest):
    functions: dict = {}

    def setUp(self):
        super().setUp()
        self.runs = 0
        config = functions_file(self.folder, self.functions)
        self.sfn = self.server("--config", config, environment={"FROM_THE_SERVER": "yes"})

    def start(self, function, event=None, **fields):
        self.runs += 1
        return self.sfn.run(f"call-{self.runs}", call(function, **fields), event)

    def output(self, function, event=None, **fields):
        description = self.sfn.closed(self.start(function, event, **fields))
        self.assertEqual(description["status"], "SUCCEEDED", description)
        return json.loads(description["output"])

    def failure(self, function, event=None, **fields):
        """(error, cause as JSON)"""
        description = self.sfn.closed(self.start(function, event, **fields))
        self.assertEqual(description["status"], "FAILED", description)
        return description["error"], json.loads(description["cause"])


class Python(FunctionTest):
    functions = {
        **{name: f"tour.{name}" for name in (
            "echo", "count", "fails", "not_json", "dies", "sleeps", "says", "meets", "starts_a_process")},
        "surroundings": {"handler": "tour.surroundings", "timeout": 25, "memory": 256,
                         "environment": {"GREETING": "good day"}},
        "impatient": {"handler": "tour.sleeps", "timeout": 1},
        "no_function": "tour.nothing_of_that_name",
    }

    def test_the_event_comes_and_the_result_goes_as_it_is(self):
        event = {"text": "Zoë \u2603 \U0001f600", "numbers": [0, -1, 1.5, 12345678901234], "none": None, "z": 1, "a": {}}
        self.assertEqual(self.output("echo", event), event)
        self.assertEqual(list(self.output("echo", event)), list(event))

    def test_its_context_and_environment_are_those_of_lambda(self):
        seen = self.output("surroundings", {})
        self.assertEqual(seen["environment"], {
            "AWS_LAMBDA_FUNCTION_NAME": "surroundings", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
            "LAMBDA_TASK_ROOT": str(FUNCTIONS), "_HANDLER": "tour.surroundings", "GREETING": "good day",
            "FROM_THE_SERVER": "yes"})
        self.assertEqual(seen["folder"], str(FUNCTIONS))
        self.assertEqual((seen["function_name"], seen["function_version"]), ("surroundings", "$LATEST"))
        self.assertEqual(seen["invoked_function_arn"], lambda_arn("surroundings"))
        self.assertEqual(seen["memory"], "256")
        self.assertRegex(seen["request_id"], r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertTrue(0 < seen["remaining"] <= 25_000, seen)

    def test_an_exception_is_the_error_of_the_task(self):
        error, cause = self.failure("fails")
        self.assertEqual(error, "OutOfCheese")
        self.assertEqual((cause["errorType"], cause["errorMessage"]), ("OutOfCheese", "the shop is closed"))
        self.assertEqual(len(cause["stackTrace"]), 1)
        self.assertRegex(cause["stackTrace"][0], r'^  File ".*/tour\.py", line \d+, in fails\n    raise OutOfCheese')

    def test_an_exception_can_be_caught_by_its_name(self):
        definition = call("fails", Catch=[{"ErrorEquals": ["OutOfCheese"], "Next": "Else", "ResultPath": "$.problem"}])
        definition["States"]["Else"] = {"Type": "Pass", "End": True}
        output = json.loads(self.sfn.closed(self.sfn.run("caught", definition, {"a": 1}))["output"])
        self.assertEqual((output["a"], output["problem"]["Error"]), (1, "OutOfCheese"))

    def test_a_result_that_is_not_json_is_a_marshal_error(self):
        error, cause = self.failure("not_json")
        self.assertEqual(error, "Runtime.MarshalError")
        self.assertIn("not JSON serializable", cause["errorMessage"])

    def test_a_process_that_dies_is_an_exit_error_and_is_replaced(self):
        error, cause = self.failure("dies")
        self.assertEqual(error, "Runtime.ExitError")
        self.assertRegex(cause["errorMessage"], r"^RequestId: \S+ Error: Runtime exited with error: exit status 3$")
        self.assertEqual(self.failure("dies")[0], "Runtime.ExitError")
        wait_for(lambda: "last words" in self.sfn.log(), "the function's last words in the log")

    def test_a_call_beyond_its_time_out_ends(self):
        began = time.monotonic()
        error, cause = self.failure("impatient", {"seconds": 3600})
        self.assertEqual(error, "Sandbox.Timedout")
        self.assertRegex(cause["errorMessage"], r"^RequestId: \S+ Error: Task timed out after 1\.00 seconds$")
        self.assertGreaterEqual(time.monotonic() - began, 1)
        self.assertEqual(self.output("impatient", {"seconds": 0}), "slept")

    def test_a_handler_that_is_not_there_is_told(self):
        error, cause = self.failure("no_function")
        self.assertEqual(error, "Runtime.HandlerNotFound")
        self.assertEqual(cause["errorMessage"], "Handler 'nothing_of_that_name' missing on module 'tour'")

    def test_a_process_is_kept_warm(self):
        first, second = self.output("count"), self.output("count")
        self.assertEqual(second, {"pid": first["pid"], "calls": first["calls"] + 1})

    def test_as_many_run_at_once_as_are_called(self):
        meeting = self.folder / "meeting"
        meeting.mkdir()
        item = {"folder": str(meeting), "calls": 4}
        definition = {"StartAt": "Each", "States": {"Each": {
            "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": call("meets"), "End": True}}}
        description = self.sfn.closed(self.sfn.run("meeting", definition, {"items": [item] * 4}))
        self.assertEqual(len(set(json.loads(description["output"]))), 4, description)

    def test_what_it_prints_is_in_the_log_under_its_name(self):
        self.output("says")
        for text in ("a line from says", "and one to standard error"):
            line = wait_for(lambda: [x for x in self.sfn.log().splitlines() if x.endswith(text)], f"{text!r} in the log")
            self.assertRegex(line[0].removesuffix(text), r"\bsays\b")

    def test_all_names_of_a_function_reach_it(self):
        for name in ("echo", "echo:$LATEST", "echo:PROD", "echo:7"):
            with self.subTest(name):
                self.assertEqual(self.output(name, {"by": name}), {"by": name})
        for name in ("echo", "echo:$LATEST", lambda_arn("echo"), lambda_arn("echo") + ":PROD",
                     "123456789012:function:echo"):
            with self.subTest(f"lambda:invoke of {name}"):
                answer = self.output("arn:aws:states:::lambda:invoke", {"by": name},
                                     Parameters={"FunctionName": name, "Payload.$": "$"})
                self.assertEqual((answer["Payload"], answer["StatusCode"]), ({"by": name}, 200))

    def test_a_function_that_is_nowhere_fails_as_on_aws_and_the_log_says_what_was_sought(self):
        description = self.sfn.closed(self.start("nobody-knows"))
        self.assertEqual((description["status"], description["error"]), ("FAILED", "Lambda.ResourceNotFoundException"))
        self.assertRegex(description["cause"], r"^Functions? not found: " + re.escape(lambda_arn("nobody-knows")))
        lines = [x for x in self.sfn.log().splitlines() if "nobody-knows" in x and "execution" not in x]
        self.assertEqual(len(lines), 1, self.sfn.log())

    def test_nothing_stays_when_the_server_is_killed(self):
        self.left_nothing(self.sfn.kill)

    def test_nothing_stays_when_the_server_ends(self):
        self.left_nothing(self.sfn.terminate)

    def left_nothing(self, end):
        file = self.folder / "pids"
        warm = self.output("count")["pid"]
        self.start("starts_a_process", {"file": str(file)})
        wait_for(file.exists, "the function's process")
        function, child = map(int, file.read_text().split())
        self.assertTrue(process_is_alive(function) and process_is_alive(warm))
        end()
        for pid in (function, warm, child):
            wait_for(lambda: not process_is_alive(pid), f"the end of process {pid}")

    def test_a_stopped_execution_leaves_the_function_usable(self):
        execution = self.start("sleeps", {"seconds": 0.5})
        self.sfn.reached(execution, "LambdaFunctionStarted")
        self.sfn.call("StopExecution", executionArn=execution)
        self.assertEqual(self.output("sleeps", {"seconds": 0}), "slept")
        self.assertEqual(self.sfn.history(execution)[-1]["type"], "ExecutionAborted")


class Node(FunctionTest):
    functions = {
        **{name: f"tour_node.{name}" for name in ("echo", "count", "fails", "says")},
        "surroundings": {"handler": "tour_node.surroundings", "timeout": 25, "environment": {"GREETING": "bonjour"}},
        "impatient": {"handler": "tour_node.sleeps", "timeout": 1},
        "callback": "callback.handler",
    }

    def test_the_event_comes_and_the_result_goes_as_it_is(self):
        event = {"text": "Zoë \u2603 \U0001f600", "numbers": [0, -1, 1.5, 12345678901234], "none": None, "z": 1, "a": {}}
        self.assertEqual(self.output("echo", event), event)

    def test_its_context_and_environment_are_those_of_lambda(self):
        seen = self.output("surroundings")
        self.assertEqual(seen["environment"], {"AWS_REGION": "us-east-1", "GREETING": "bonjour"})
        self.assertEqual(seen["functionName"], "surroundings")
        self.assertEqual(seen["invokedFunctionArn"], lambda_arn("surroundings"))
        self.assertRegex(seen["requestId"], r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertTrue(0 < seen["remaining"] <= 25_000, seen)

    def test_a_thrown_error_is_the_error_of_the_task(self):
        error, cause = self.failure("fails")
        self.assertEqual(error, "RangeError")
        self.assertEqual((cause["errorType"], cause["errorMessage"]), ("RangeError", "the shelf is too short"))
        self.assertEqual(cause["trace"][0], "RangeError: the shelf is too short")

    def test_a_call_beyond_its_time_out_ends(self):
        error, cause = self.failure("impatient", {"seconds": 3600})
        self.assertEqual(error, "Sandbox.Timedout")
        self.assertRegex(cause["errorMessage"], r"^RequestId: \S+ Error: Task timed out after 1\.00 seconds$")

    def test_a_process_is_kept_warm(self):
        first, second = self.output("count"), self.output("count")
        self.assertEqual(second, {"pid": first["pid"], "calls": 2})

    def test_the_older_form_with_a_callback_works(self):
        self.assertEqual(self.output("callback", {"n": 1}), {"got": {"n": 1}})
        error, cause = self.failure("callback", {"fail": "on request"})
        self.assertEqual((error, cause["errorMessage"]), ("Error", "on request"))

    def test_what_it_prints_is_in_the_log(self):
        self.output("says")
        wait_for(lambda: "a line from says" in self.sfn.log(), "the function's line in the log")


class Provided(FunctionTest):
    functions = {"custom": {"folder": FUNCTIONS / "provided", "handler": "bootstrap", "runtime": "provided"}}

    def test_an_executable_that_speaks_the_runtime_api_is_a_function(self):
        self.assertEqual(self.output("custom", {"n": 1})["custom"], {"n": 1})

    def test_its_errors_are_the_errors_of_the_task(self):
        error, cause = self.failure("arn:aws:states:::lambda:invoke",
                                    Parameters={"FunctionName": "custom", "Payload": "fail"})
        self.assertEqual((error, cause["errorMessage"]), ("Custom", "as asked"))


class Changes(ServerTest):
    """A function whose files change while the server runs."""

    def setUp(self):
        super().setUp()
        self.code = self.folder / "code"
        self.code.mkdir()
        self.write("return 1")
        self.sfn = self.server("--function", f"changing={self.code}/app.handler")
        self.machine = self.sfn.create("changing", call("changing"))

    def write(self, body, ahead="", name="app.py"):
        (self.code / name).write_text(f"{ahead}\ndef handler(event, context):\n    {body}\n")

    def run_once(self):
        execution = self.sfn.call("StartExecution", stateMachineArn=self.machine)["executionArn"]
        return self.sfn.closed(execution)

    def test_the_next_call_runs_the_new_code(self):
        for number in range(1, 4):
            self.write(f"return {number}")
            self.assertEqual(self.run_once()["output"], str(number))

    def test_a_change_of_a_module_beside_it_counts(self):
        (self.code / "helper.py").write_text("VALUE = 1\n")
        self.write("return helper.VALUE", ahead="import helper")
        self.assertEqual(self.run_once()["output"], "1")
        (self.code / "helper.py").write_text("VALUE = 2 + 2  # another length, another time stamp\n")
        self.assertEqual(self.run_once()["output"], "4")

    def test_a_call_under_way_ends_with_the_old_code(self):
        arrived, go = self.folder / "arrived", self.folder / "go"
        self.write(f"pathlib.Path({str(arrived)!r}).touch()\n"
                   f"    while not os.path.exists({str(go)!r}): time.sleep(0.01)\n"
                   f"    return 'old'", ahead="import os, pathlib, time")
        execution = self.sfn.call("StartExecution", stateMachineArn=self.machine)["executionArn"]
        wait_for(arrived.exists, "the call")
        self.write("return 'new'")
        self.assertEqual(self.run_once()["output"], '"new"')
        go.touch()
        self.assertEqual(self.sfn.closed(execution).get("output"), '"old"')

    def test_broken_code_fails_and_mended_code_works(self):
        self.write("return (")
        description = self.run_once()
        self.assertEqual(description["error"], "Runtime.UserCodeSyntaxError")
        self.write("return 1", ahead="import no_module_of_this_name")
        description = self.run_once()
        self.assertEqual(description["error"], "Runtime.ImportModuleError")
        self.assertIn("No module named 'no_module_of_this_name'", json.loads(description["cause"])["errorMessage"])
        self.write("return 'mended'")
        self.assertEqual(self.run_once()["output"], '"mended"')


class Bounded(FunctionTest):
    functions = {"alone": {"handler": "tour.count", "concurrency": 1}}

    def test_calls_beyond_the_bound_wait_their_turn(self):
        definition = {"StartAt": "Each", "States": {"Each": {
            "Type": "Map", "ItemProcessor": call("alone"), "End": True}}}
        results = json.loads(self.sfn.closed(self.sfn.run("bounded", definition, [{}] * 5))["output"])
        self.assertEqual(len({r["pid"] for r in results}), 1)
        self.assertEqual(sorted(r["calls"] for r in results), [1, 2, 3, 4, 5])

