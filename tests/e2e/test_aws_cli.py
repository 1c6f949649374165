"""Debian's AWS CLI (2.9, without AWS_ENDPOINT_URL) against the server: every operation of it that Stepwell has."""

import json
import re
import shutil
import subprocess
import threading
import unittest

from harness import PATIENCE, ROLE, ROOT, ServerTest, clean_environment, functions_file, wait_for

AWS = next((path for path in ("/usr/bin/aws", shutil.which("aws")) if path and shutil.which(path)), None)
LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:runs:*"


def machine(**state):
    return json.dumps({"StartAt": "S", "States": {"S": state}})


PASS = machine(Type="Pass", Result="Hello from Step Functions!", End=True)
HOUR = machine(Type="Wait", Seconds=3600, End=True)
TOKEN = machine(Type="Task", Resource="arn:aws:states:::lambda:invoke.waitForTaskToken", End=True, Parameters={
    "FunctionName": "park", "Payload": {"file.$": "$.file", "token.$": "$$.Task.Token"}})


class CliError(Exception):
    def __init__(self, status, text):
        super().__init__(f"exit status {status}: {text}")
        self.status, self.text = status, text


@unittest.skipUnless(AWS, "there is no aws command")
class CliTest(ServerTest):
    options: tuple = ()

    def setUp(self):
        super().setUp()
        self.sfn = self.server("--config", functions_file(self.folder, {"park": "park.handler"}), *self.options)

    def aws(self, *arguments, output="json", **environment):
        """What one `aws stepfunctions` command answers."""
        ended = subprocess.run(
            [AWS, "stepfunctions", *arguments, "--endpoint-url", self.sfn.url, "--output", output],
            capture_output=True, text=True, timeout=PATIENCE, cwd=self.folder,
            env=clean_environment(HOME=self.folder, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test",
                                  AWS_DEFAULT_REGION="us-east-1", AWS_PAGER="", **environment))
        if ended.returncode:
            raise CliError(ended.returncode, ended.stderr.strip())
        return ended.stdout if output != "json" else json.loads(ended.stdout) if ended.stdout.strip() else None

    def says(self, text, *arguments, **environment):
        """Checks an error as the CLI prints it."""
        with self.assertRaises(CliError) as caught:
            self.aws(*arguments, **environment)
        self.assertEqual(caught.exception.text, text)

    def create(self, name, definition, *more):
        return self.aws("create-state-machine", "--name", name, "--definition", definition, "--role-arn", ROLE,
                        *more)["stateMachineArn"]

    def start(self, arn, *more):
        return self.aws("start-execution", "--state-machine-arn", arn, *more)["executionArn"]

    def describe_closed(self, execution):
        self.sfn.closed(execution)
        return self.aws("describe-execution", "--execution-arn", execution)


class StateMachines(CliTest):
    def test_create_describe_update_list_delete(self):
        arn = self.create("first", PASS, "--tags", "key=team,value=blue", "--tracing-configuration", "enabled=true",
                          "--logging-configuration", json.dumps({
                              "level": "ERROR", "includeExecutionData": True,
                              "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": LOG_GROUP}}]}))
        self.assertEqual(arn, "arn:aws:states:us-east-1:123456789012:stateMachine:first")
        self.assertEqual(self.create("second", PASS, "--type", "EXPRESS"), arn.replace("first", "second"))

        described = self.aws("describe-state-machine", "--state-machine-arn", arn)
        self.assertEqual((described["name"], described["status"], described["type"], described["roleArn"]),
                         ("first", "ACTIVE", "STANDARD", ROLE))
        self.assertEqual(described["definition"], PASS)
        self.assertEqual(described["tracingConfiguration"], {"enabled": True})
        self.assertEqual(described["loggingConfiguration"], {
            "level": "ERROR", "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": LOG_GROUP}}]})
        plain = self.aws("describe-state-machine", "--state-machine-arn", arn.replace("first", "second"))
        self.assertEqual(plain["type"], "EXPRESS")
        self.assertEqual(plain["loggingConfiguration"], {"level": "OFF", "includeExecutionData": False})
        self.assertEqual(plain["tracingConfiguration"], {"enabled": False})

        updated = self.aws("update-state-machine", "--state-machine-arn", arn, "--definition", HOUR)
        self.assertRegex(updated["updateDate"], r"^20\d\d-")
        self.assertEqual(self.aws("describe-state-machine", "--state-machine-arn", arn)["definition"], HOUR)

        listed = self.aws("list-state-machines")["stateMachines"]
        self.assertEqual(sorted((m["name"], m["type"]) for m in listed),
                         [("first", "STANDARD"), ("second", "EXPRESS")])
        self.assertIsNone(self.aws("delete-state-machine", "--state-machine-arn", arn))
        wait_for(lambda: [m["name"] for m in self.sfn.call("ListStateMachines")["stateMachines"]] == ["second"],
                 "the end of the deleted machine")
        self.assertIsNone(self.aws("delete-state-machine", "--state-machine-arn", arn))

    def test_lists_come_in_pages(self):
        names = [f"machine-{i}" for i in range(7)]
        for name in names:
            self.sfn.create(name, json.loads(PASS))
        listed = self.aws("list-state-machines", "--page-size", "2")["stateMachines"]
        self.assertEqual(sorted(m["name"] for m in listed), names)
        page = self.aws("list-state-machines", "--max-items", "3")
        rest = self.aws("list-state-machines", "--starting-token", page["NextToken"])
        self.assertEqual(sorted(m["name"] for m in page["stateMachines"] + rest["stateMachines"]), names)
        self.assertEqual(len(page["stateMachines"]), 3)

    def test_the_machine_of_an_execution_keeps_its_definition(self):
        arn = self.create("changing", HOUR)
        execution = self.start(arn)
        self.aws("update-state-machine", "--state-machine-arn", arn, "--definition", PASS)
        described = self.aws("describe-state-machine-for-execution", "--execution-arn", execution)
        self.assertEqual((described["stateMachineArn"], described["name"], described["definition"], described["roleArn"]),
                         (arn, "changing", HOUR, ROLE))


class Executions(CliTest):
    def test_start_describe_list_stop(self):
        arn = self.create("hello", PASS)
        execution = self.start(arn, "--name", "one", "--input", '{ "who": "Ada" }')
        self.assertEqual(execution, "arn:aws:states:us-east-1:123456789012:execution:hello:one")
        described = self.describe_closed(execution)
        self.assertEqual(
            {k: described[k] for k in ("executionArn", "stateMachineArn", "name", "status", "input", "output",
                                       "inputDetails", "outputDetails")},
            {"executionArn": execution, "stateMachineArn": arn, "name": "one", "status": "SUCCEEDED",
             "input": '{ "who": "Ada" }', "output": '"Hello from Step Functions!"',
             "inputDetails": {"included": True}, "outputDetails": {"included": True}})
        self.assertLessEqual(described["startDate"], described["stopDate"])

        unnamed = self.start(arn)
        self.assertRegex(unnamed, r":hello:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
        self.assertEqual(self.describe_closed(unnamed)["input"], "{}")

        hour = self.create("hour", HOUR)
        waiting = self.start(hour, "--name", "long")
        self.assertEqual(self.aws("describe-execution", "--execution-arn", waiting)["status"], "RUNNING")
        stopped = self.aws("stop-execution", "--execution-arn", waiting, "--error", "Enough", "--cause", "too long")
        described = self.aws("describe-execution", "--execution-arn", waiting)
        self.assertEqual((described["status"], described["error"], described["cause"], described["stopDate"]),
                         ("ABORTED", "Enough", "too long", stopped["stopDate"]))
        self.assertNotIn("output", described)

        self.assertEqual([e["executionArn"] for e in self.aws(
            "list-executions", "--state-machine-arn", arn)["executions"]], [unnamed, execution])  # newest first
        self.assertEqual(self.aws("list-executions", "--state-machine-arn", hour, "--status-filter", "RUNNING")
                         ["executions"], [])
        aborted = self.aws("list-executions", "--state-machine-arn", hour, "--status-filter", "ABORTED")["executions"]
        self.assertEqual([(e["name"], e["status"]) for e in aborted], [("long", "ABORTED")])
        paged = self.aws("list-executions", "--state-machine-arn", arn, "--page-size", "1")["executions"]
        self.assertEqual([e["executionArn"] for e in paged], [unnamed, execution])

    def test_histories(self):
        execution = self.start(self.create("hello", PASS), "--input", '{"who": "Ada"}')
        self.sfn.closed(execution)
        events = self.aws("get-execution-history", "--execution-arn", execution)["events"]
        self.assertEqual([(e["id"], e["previousEventId"], e["type"]) for e in events], [
            (1, 0, "ExecutionStarted"), (2, 0, "PassStateEntered"), (3, 2, "PassStateExited"),
            (4, 3, "ExecutionSucceeded")])
        self.assertEqual(events[0]["executionStartedEventDetails"], {
            "input": '{"who": "Ada"}', "inputDetails": {"truncated": False}, "roleArn": ROLE})
        self.assertEqual(events[1]["stateEnteredEventDetails"], {
            "name": "S", "input": '{"who": "Ada"}', "inputDetails": {"truncated": False}})
        self.assertEqual(events[3]["executionSucceededEventDetails"], {
            "output": '"Hello from Step Functions!"', "outputDetails": {"truncated": False}})

        paged = self.aws("get-execution-history", "--execution-arn", execution, "--page-size", "1")["events"]
        self.assertEqual(paged, events)
        backwards = self.aws("get-execution-history", "--execution-arn", execution, "--reverse-order")["events"]
        self.assertEqual(backwards, events[::-1])
        bare = self.aws("get-execution-history", "--execution-arn", execution, "--no-include-execution-data")["events"]
        self.assertEqual([e["type"] for e in bare], [e["type"] for e in events])
        self.assertEqual(bare[1]["stateEnteredEventDetails"], {"name": "S"})

    def test_a_synchronous_execution_is_reached_through_http_proxy(self):
        arn = self.create("express", PASS, "--type", "EXPRESS")
        answer = self.aws("start-sync-execution", "--state-machine-arn", arn, "--name", "now", "--input", "[1]",
                          HTTP_PROXY=self.sfn.url)
        self.assertEqual((answer["status"], answer["name"], answer["input"], answer["output"]),
                         ("SUCCEEDED", "now", "[1]", '"Hello from Step Functions!"'))
        self.assertRegex(answer["executionArn"], r":express:express:now:[0-9a-f-]{36}$")
        self.assertEqual(answer["billingDetails"]["billedMemoryUsedInMB"], 64)
        self.assertEqual(answer["billingDetails"]["billedDurationInMilliseconds"] % 100, 0)

        fails = self.create("fails", machine(Type="Fail", Error="Broken", Cause="on purpose"), "--type", "EXPRESS")
        answer = self.aws("start-sync-execution", "--state-machine-arn", fails, HTTP_PROXY=self.sfn.url)
        self.assertEqual((answer["status"], answer["error"], answer["cause"]), ("FAILED", "Broken", "on purpose"))
        self.assertNotIn("output", answer)

        self.assertRegex(self.start(arn), r":express:express:")  # asynchronously

    def token_of(self, execution, file):
        wait_for(file.exists, "the token")
        self.sfn.reached(execution, "TaskSubmitted")
        return file.read_text()

    def test_task_tokens(self):
        arn = self.create("token", TOKEN)
        for name in ("success", "failure"):
            with self.subTest(name):
                file = self.folder / name
                execution = self.start(arn, "--input", json.dumps({"file": str(file)}))
                token = self.token_of(execution, file)
                self.assertIsNone(self.aws("send-task-heartbeat", "--task-token", token))
                if name == "success":
                    self.aws("send-task-success", "--task-token", token, "--task-output", '{"n": 1}')
                    self.assertEqual(json.loads(self.describe_closed(execution)["output"]), {"n": 1})
                else:
                    self.aws("send-task-failure", "--task-token", token, "--error", "Bad", "--cause", "luck")
                    described = self.describe_closed(execution)
                    self.assertEqual((described["status"], described["error"], described["cause"]),
                                     ("FAILED", "Bad", "luck"))
                with self.assertRaises(CliError) as caught:
                    self.aws("send-task-heartbeat", "--task-token", token)
                self.assertRegex(caught.exception.text, r"^An error occurred \(TaskTimedOut\) when calling the "
                                                        r"SendTaskHeartbeat operation: Task Timed Out: '")


class Errors(CliTest):
    """The names and texts of AWS, as the CLI prints them."""

    ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:none"
    EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:none:none"

    def test_names_and_arns(self):
        self.says("An error occurred (InvalidName) when calling the CreateStateMachine operation: "
                  "Invalid Name: 'no blanks'", "create-state-machine", "--name", "no blanks", "--definition", PASS,
                  "--role-arn", ROLE)
        self.says("An error occurred (InvalidArn) when calling the DescribeStateMachine operation: "
                  "Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'",
                  "describe-state-machine", "--state-machine-arn", "not_a_valid_arn")
        for operation, command in (("DescribeStateMachine", ["describe-state-machine"]),
                                   ("UpdateStateMachine", ["update-state-machine", "--definition", PASS]),
                                   ("StartExecution", ["start-execution"]), ("ListExecutions", ["list-executions"])):
            self.says(f"An error occurred (StateMachineDoesNotExist) when calling the {operation} operation: "
                      f"State Machine Does Not Exist: '{self.ARN}'", *command, "--state-machine-arn", self.ARN)
        for operation, command in (("DescribeExecution", "describe-execution"), ("StopExecution", "stop-execution"),
                                   ("GetExecutionHistory", "get-execution-history"),
                                   ("DescribeStateMachineForExecution", "describe-state-machine-for-execution")):
            self.says(f"An error occurred (ExecutionDoesNotExist) when calling the {operation} operation: "
                      f"Execution Does Not Exist: '{self.EXECUTION}'", command, "--execution-arn", self.EXECUTION)

    def test_definitions(self):
        for problem, definition in (
                ("SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, "
                 "Fail, Choice, Parallel, Map] at /States/S/Type", machine(Type="Sleep", End=True)),
                ("MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere at /States/S/Default",
                 json.dumps({"StartAt": "S", "States": {"End": {"Type": "Succeed"}, "S": {
                     "Type": "Choice", "Default": "Nowhere",
                     "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "End"}]}}}))):
            for operation, command in (
                    ("CreateStateMachine", ["create-state-machine", "--name", "bad", "--role-arn", ROLE]),
                    ("UpdateStateMachine", ["update-state-machine", "--state-machine-arn", self.good()])):
                self.says(f"An error occurred (InvalidDefinition) when calling the {operation} operation: "
                          f"Invalid State Machine Definition: '{problem}'", *command, "--definition", definition)

    def good(self):
        return self.sfn.create("good", json.loads(PASS))

    def test_a_name_that_is_taken(self):
        arn = self.create("mine", PASS)
        self.assertEqual(self.create("mine", PASS), arn)
        self.says("An error occurred (StateMachineAlreadyExists) when calling the CreateStateMachine operation: "
                  f"State Machine Already Exists: '{arn}'", "create-state-machine", "--name", "mine", "--definition", HOUR,
                  "--role-arn", ROLE)
        execution = self.start(arn, "--name", "once")
        self.sfn.closed(execution)
        self.says("An error occurred (ExecutionAlreadyExists) when calling the StartExecution operation: "
                  f"Execution Already Exists: '{execution}'", "start-execution", "--state-machine-arn", arn, "--name",
                  "once")

    def test_input_and_parameters(self):
        arn = self.create("mine", PASS)
        self.says("An error occurred (InvalidExecutionInput) when calling the StartExecution operation: Invalid State "
                  "Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object "
                  "or token 'null', 'true' or 'false')'",
                  "start-execution", "--state-machine-arn", arn, "--input", "not json")
        self.says("An error occurred (MissingRequiredParameter) when calling the UpdateStateMachine operation: Either the "
                  "definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
                  "update-state-machine", "--state-machine-arn", arn)
        self.says("An error occurred (ValidationException) when calling the ListStateMachines operation: 1 validation "
                  "error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less "
                  "than or equal to 1000", "list-state-machines", "--max-results", "1001")
        self.says("An error occurred (InvalidLoggingConfiguration) when calling the CreateStateMachine operation: Invalid "
                  "Logging Configuration: Must specify exactly one Log Destination.", "create-state-machine", "--name",
                  "logs", "--definition", PASS, "--role-arn", ROLE, "--logging-configuration", "level=ALL")

    def test_tokens(self):
        for operation, command in (("SendTaskSuccess", ["send-task-success", "--task-output", "{}"]),
                                   ("SendTaskFailure", ["send-task-failure"]),
                                   ("SendTaskHeartbeat", ["send-task-heartbeat"])):
            self.says(f"An error occurred (InvalidToken) when calling the {operation} operation: "
                      "Invalid Token: 'Invalid token'", *command, "--task-token", "made-up")

    def test_types_of_machines(self):
        standard, express = self.create("standard", PASS), self.create("express", PASS, "--type", "EXPRESS")
        with self.assertRaises(CliError) as caught:
            self.aws("start-sync-execution", "--state-machine-arn", standard, HTTP_PROXY=self.sfn.url)
        self.assertIn("(StateMachineTypeNotSupported) when calling the StartSyncExecution", caught.exception.text)
        with self.assertRaises(CliError) as caught:
            self.aws("list-executions", "--state-machine-arn", express)
        self.assertIn("(StateMachineTypeNotSupported) when calling the ListExecutions", caught.exception.text)
        execution = self.start(express)
        self.says("An error occurred (InvalidArn) when calling the DescribeExecution operation: Invalid Arn: "
                  "'Resource type not valid in this context: express'", "describe-execution", "--execution-arn", execution)


class Readme(CliTest):
    """README.md's first page, done as it says: its shell blocks with `aws`."""

    # Its execution waits for five seconds; here for minutes, so that it still runs when it is stopped.
    options = ("--wait-time-scale", "1000")

    def test_its_first_page_works_as_written(self):
        readme = (ROOT / "README.md").read_text()
        blocks = [b for b in re.findall(r"```(?:sh|bash|shell)\n(.*?)```", readme, re.S) if re.search(r"\baws\b", b)]
        self.assertTrue(blocks, "README.md has no shell block with aws")
        script = "\n".join(blocks).replace("http://127.0.0.1:8083", self.sfn.url)
        script = script.replace("127.0.0.1:8083", self.sfn.url.removeprefix("http://"))
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f'aws() {{ {AWS} "$@"; }}\n{script}'], capture_output=True, text=True,
            timeout=5 * PATIENCE, cwd=self.folder,
            env=clean_environment(HOME=self.folder, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test",
                                  AWS_DEFAULT_REGION="us-east-1", AWS_PAGER=""))
        self.assertEqual(ended.returncode, 0, f"{script}\n{ended.stdout}{ended.stderr}")

        statuses = [e["status"] for m in self.sfn.call("ListStateMachines")["stateMachines"]
                    for e in self.sfn.call("ListExecutions", stateMachineArn=m["stateMachineArn"])["executions"]]
        self.assertEqual(sorted(statuses), ["ABORTED", "RUNNING"])


class AtOnce(CliTest):
    def test_a_hundred_racing_starts_of_one_name_make_one_execution(self):
        arn = self.create("hour", HOUR)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.sfn.call(
            "StartExecution", stateMachineArn=arn, name="one", input="{}"))) for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(len(answers), 100)
        self.assertEqual(len({(a["executionArn"], a["startDate"]) for a in answers}), 1)
        self.assertEqual(len(self.aws("list-executions", "--state-machine-arn", arn)["executions"]), 1)


class Activities(CliTest):
    def test_create_describe_list_delete(self):
        arn = self.aws("create-activity", "--name", "assemble", "--tags", "key=team,value=blue")["activityArn"]
        self.assertEqual(arn, "arn:aws:states:us-east-1:123456789012:activity:assemble")
        self.assertEqual(self.aws("create-activity", "--name", "assemble")["activityArn"], arn)
        described = self.aws("describe-activity", "--activity-arn", arn)
        self.assertEqual((described["activityArn"], described["name"]), (arn, "assemble"))
        self.assertRegex(described["creationDate"], r"^20\d\d-")
        listed = self.aws("list-activities")["activities"]
        self.assertEqual([a["name"] for a in listed], ["assemble"])
        self.assertIsNone(self.aws("delete-activity", "--activity-arn", arn))
        self.says("An error occurred (ActivityDoesNotExist) when calling the DescribeActivity operation: "
                  f"Activity Does Not Exist: '{arn}'", "describe-activity", "--activity-arn", arn)

    def test_a_worker_gets_a_task_and_reports_it(self):
        arn = self.aws("create-activity", "--name", "assemble")["activityArn"]
        execution = self.start(self.create("work", machine(Type="Task", Resource=arn, HeartbeatSeconds=30, End=True)),
                               "--input", '{"n": 1}')
        task = self.aws("get-activity-task", "--activity-arn", arn, "--worker-name", "Ada")
        self.assertEqual(task["input"], '{"n": 1}')
        self.assertIsNone(self.aws("send-task-heartbeat", "--task-token", task["taskToken"]))
        self.assertIsNone(self.aws("send-task-success", "--task-token", task["taskToken"], "--task-output", '"done"'))
        self.assertEqual(self.describe_closed(execution)["output"], '"done"')
        history = self.aws("get-execution-history", "--execution-arn", execution)["events"]
        started = next(e for e in history if e["type"] == "ActivityStarted")
        self.assertEqual(started["activityStartedEventDetails"], {"workerName": "Ada"})

    def test_a_worker_that_dies_is_noticed_by_its_heartbeats(self):
        arn = self.aws("create-activity", "--name", "assemble")["activityArn"]
        execution = self.start(self.create("work", machine(Type="Task", Resource=arn, HeartbeatSeconds=1, End=True)))
        token = self.aws("get-activity-task", "--activity-arn", arn)["taskToken"]
        self.assertEqual(self.describe_closed(execution)["status"], "FAILED")
        self.says("An error occurred (TaskTimedOut) when calling the SendTaskSuccess operation: "
                  "Task Timed Out: 'Provided task does not exist anymore'",
                  "send-task-success", "--task-token", token, "--task-output", "1")
