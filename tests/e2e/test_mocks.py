"""Mocks: the file of AWS's local tool, test cases over HTTP, restarts, the skeleton."""

import json
import subprocess
import urllib.parse

from harness import BINARY, PATIENCE, ServerTest, clean_environment, shape

CHARGE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "charge"},
          "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 5}], "Next": "Notify"}
NOTIFY = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
          "Parameters": {"QueueUrl": "q", "MessageBody": {"Token.$": "$$.Task.Token"}}, "End": True}
ORDER = {"StartAt": "Charge", "States": {"Charge": CHARGE, "Notify": NOTIFY}}
MOCKS = {
    "StateMachines": {"order": {"TestCases": {"RetryPath": {"Charge": "BusyThenPaid", "Notify": "Sent"}}}},
    "MockedResponses": {
        "BusyThenPaid": {"0-1": {"Throw": {"Error": "Busy", "Cause": "try again"}},
                         "2": {"Return": {"StatusCode": 200, "Payload": {"paid": True}}}},
        "Sent": {"0": {"Return": {"sent": True}}}}}


class MockTest(ServerTest):
    def mock_file(self, mocks):
        path = self.folder / "mocks.json"
        path.write_text(json.dumps(mocks))
        return path

    def start(self, server, machine, test_case, **more):
        return server.call("StartExecution", stateMachineArn=f"{machine}#{test_case}", **more)["executionArn"]

    def requests(self, server, execution):
        status, _, body = server.http("GET", f"/_stepwell/executions/{urllib.parse.quote(execution)}/requests")
        self.assertEqual(status, 200)
        return json.loads(body)["requests"]

    def put(self, server, place, states):
        return server.http("PUT", f"/_stepwell/mocks/{place}", json.dumps(states))


class OfTheFile(MockTest):
    def test_are_played_as_by_awss_local_tool(self):
        server = self.server("--wait-time-scale", 0, environment={"SFN_MOCK_CONFIG": self.mock_file(MOCKS)})
        execution = self.start(server, server.create("order", ORDER), "RetryPath")
        self.assertEqual(json.loads(server.closed(execution)["output"]), {"sent": True})
        self.assertEqual([type for _, _, type in shape(server.history(execution))], [
            "ExecutionStarted", "TaskStateEntered", *["TaskScheduled", "TaskStarted", "TaskFailed"] * 2, "TaskScheduled",
            "TaskStarted", "TaskSucceeded", "TaskStateExited", "TaskStateEntered", "TaskScheduled", "TaskStarted",
            "TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"])
        seen = self.requests(server, execution)
        self.assertEqual([(r["state"], r["invocation"]) for r in seen],
                         [("Charge", 0), ("Charge", 1), ("Charge", 2), ("Notify", 0)])
        self.assertEqual(seen[0]["input"], {"FunctionName": "charge"})
        self.assertEqual(seen[0]["throw"], {"Error": "Busy", "Cause": "try again"})

    def test_answer_synchronous_executions(self):
        server = self.server("--mock-config", self.mock_file(MOCKS), "--wait-time-scale", 0)
        machine = server.create("order", {"StartAt": "Charge", "States": {"Charge": {
            **{k: v for k, v in CHARGE.items() if k != "Next"}, "End": True}}}, type="EXPRESS")
        answer = server.call("StartSyncExecution", stateMachineArn=f"{machine}#RetryPath")
        self.assertEqual(json.loads(answer["output"])["Payload"], {"paid": True})

    def test_are_read_again_when_the_file_changes(self):
        path = self.mock_file(MOCKS)
        server = self.server("--mock-config", path)
        machine = server.create("order", ORDER)
        self.refused("ValidationException", "The mock configuration has no test case 'New' of a state machine 'order'",
                     self.start, server, machine, "New")
        MOCKS_NOW = {"StateMachines": {"order": {"TestCases": {"New": {"Charge": {"*": {"Throw": {"Error": "E"}}}}}}}}
        path.write_text(json.dumps(MOCKS_NOW))
        self.assertEqual(server.closed(self.start(server, machine, "New"))["error"], "E")

    def test_that_are_wrong_are_told_in_one_line(self):
        path = self.mock_file({"MockedResponses": {"R": {"0": {}}}})
        ended = subprocess.run([BINARY, "--port", "0", "--data", ":memory:", "--mock-config", path], capture_output=True,
                               text=True, timeout=PATIENCE, env=clean_environment())
        self.assertEqual((ended.returncode, ended.stdout), (2, ""))
        self.assertEqual(ended.stderr, f"stepwell: mock configuration {path}: MockedResponses/R/0 needs either Return or "
                                       "Throw\n")

    def test_of_what_does_not_exist_are_reported(self):
        server = self.server("--mock-config", self.mock_file({"StateMachines": {
            "order": {"TestCases": {"C": {"Chrge": {"0": {"Return": 1}}}}}}}))
        self.assertIn("there is no state machine 'order' yet", server.log())
        server.create("order", ORDER)
        self.assertIn("the test case 'C' mocks a state 'Chrge', which the state machine 'order' does not have", server.log())


class OverHttp(MockTest):
    def test_are_set_read_and_deleted(self):
        server = self.server("--wait-time-scale", 0)
        machine = server.create("order", ORDER)
        states = {"Charge": {"*": {"Return": {"StatusCode": 200, "Payload": 1}}}, "Ship": {"0": {"Return": 1}}}
        status, _, body = self.put(server, "order/mine", states)
        self.assertEqual(status, 200)
        self.assertEqual(len(json.loads(body)["warnings"]), 1)
        self.assertEqual(json.loads(server.http("GET", "/_stepwell/mocks/order/mine")[2]), states)
        self.start(server, machine, "mine")
        self.assertEqual(server.http("DELETE", "/_stepwell/mocks/order/mine")[0], 200)
        self.assertEqual(server.http("GET", "/_stepwell/mocks/order/mine")[0], 404)
        self.refused("ValidationException", None, self.start, server, machine, "mine")
        self.assertEqual(self.put(server, "order/mine", {"Charge": {"0": {}}})[0], 400)
        self.assertEqual(self.put(server, "order", {})[0], 404)

    def test_are_forgotten_by_a_reset(self):
        server = self.server()
        self.put(server, "order/mine", {"Charge": {"0": {"Return": 1}}})
        server.http("POST", "/_stepwell/reset")
        self.assertEqual(server.http("GET", "/_stepwell/mocks/order/mine")[0], 404)

    def test_count_on_after_a_restart(self):
        server = self.server("--wait-time-scale", 1, data=self.folder / "data.db")
        machine = server.create("order", {"StartAt": "T", "States": {"T": {
            **{k: v for k, v in CHARGE.items() if k != "Next"}, "End": True,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 5, "BackoffRate": 1}]}}})
        self.put(server, "order/case", {"T": {"0": {"Throw": {"Error": "Busy"}},
                                              "1": {"Return": {"StatusCode": 200, "Payload": "second"}}}})
        execution = self.start(server, machine, "case")
        server.reached(execution, "TaskFailed")
        server.kill()
        server.start()
        self.assertEqual(json.loads(server.closed(execution)["output"])["Payload"], "second")
        self.assertEqual([r["invocation"] for r in self.requests(server, execution)], [1])

    def test_hold_back_a_delayed_answer_across_a_restart(self):
        server = self.server(data=self.folder / "data.db")
        machine = server.create("order", {"StartAt": "T", "States": {"T": {
            "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:none", "End": True}}})
        self.put(server, "order/case", {"T": {"0": {"Return": "late", "DelaySeconds": 1}}})
        execution = self.start(server, machine, "case")
        server.reached(execution, "ActivityStarted")
        server.kill()
        server.start()
        self.assertEqual(server.closed(execution)["output"], '"late"')

    def test_stand_for_a_map_and_its_items(self):
        server = self.server()
        item = {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
                                                 "Parameters": {"Bucket": "b", "Key.$": "$"}, "End": True}}}
        machine = server.create("all", {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": item, "End": True}}})
        self.put(server, "all/items", {"T": {"*": [
            {"When": {"MapIndex": 1}, "Return": "second"}, {"When": {"Input": {"Key": "c"}}, "Return": "is c"},
            {"Return": "other"}]}})
        self.put(server, "all/whole", {"M": {"0": {"Return": ["all"]}}})
        items = json.dumps(["a", "b", "c"])
        self.assertEqual(json.loads(server.closed(self.start(server, machine, "items", input=items))["output"]),
                         ["other", "second", "is c"])
        self.assertEqual(server.closed(self.start(server, machine, "whole", input=items))["output"], '["all"]')


    def test_answer_the_children_of_a_map_run(self):
        server = self.server()
        item = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "T", "States": {"T": {
            "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "End": True,
            "Parameters": {"Bucket": "b", "Key.$": "$"}}}}
        machine = server.create("all", {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": item, "End": True}}})
        self.put(server, "all/items", {"T": {"0": [{"When": {"Input": {"Key": "b"}}, "Return": "is b"}, {"Return": "other"}]}})
        self.put(server, "all/whole", {"M": {"0": {"Return": ["all"]}}})
        self.put(server, "all/numbers", {"T": {"*": [{"When": {"MapIndex": [1, 2]}, "Return": "late"}, {"Return": "first"}]}})
        items = json.dumps(["a", "b"])
        self.assertEqual(json.loads(server.closed(self.start(server, machine, "items", input=items))["output"]),
                         ["other", "is b"])
        self.assertEqual(server.closed(self.start(server, machine, "whole", input=items))["output"], '["all"]')
        self.assertEqual(json.loads(server.closed(self.start(server, machine, "numbers", input='["a","b","c"]'))["output"]),
                         ["first", "late", "late"])

    def test_know_the_item_of_an_express_child_and_none_of_a_batch(self):
        server = self.server()
        item = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "T", "States": {"T": {
            "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "End": True,
            "Parameters": {"Bucket": "b", "Key": "k"}}}}
        case = {"T": {"*": [{"When": {"MapIndex": [0, 1, 2]}, "Return": "an item"}, {"Return": "no item"}]}}
        for name, more, output in (("single", {}, ["an item"] * 2), ("batch", {"ItemBatcher": {"MaxItemsPerBatch": 2}},
                                                                     ["no item"])):
            machine = server.create(name, {"StartAt": "M", "States": {"M": {
                "Type": "Map", "ItemProcessor": item, "End": True, **more}}})
            self.put(server, f"{name}/case", case)
            self.assertEqual(json.loads(server.closed(self.start(server, machine, "case", input="[1,2]"))["output"]), output)


class Skeleton(MockTest):
    def test_answers_every_task(self):
        path = self.folder / "order.asl.json"
        path.write_text(json.dumps(ORDER))
        made = subprocess.run([BINARY, "mock", "init", path], capture_output=True, text=True, timeout=PATIENCE,
                              env=clean_environment(), check=True)
        mocks = json.loads(made.stdout)
        self.assertEqual(mocks["StateMachines"]["order"]["TestCases"]["HappyPath"], {"Charge": "Charge", "Notify": "Notify"})
        server = self.server("--mock-config", self.mock_file(mocks))
        execution = self.start(server, server.create("order", ORDER), "HappyPath")
        self.assertEqual(server.closed(execution)["status"], "SUCCEEDED")
