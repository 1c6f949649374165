"""What loggingConfiguration asks for: execution events in the log group's file, in one file for all, or on standard output."""

import json
import re

from harness import ROLE, ServerTest, shape, wait_for

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
FAILS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "F"},
                                    "F": {"Type": "Fail", "Error": "E", "Cause": "c"}}}
WAITS = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}}


def to_group(name, level="ALL", data=True):
    return {"level": level, "includeExecutionData": data, "destinations": [{"cloudWatchLogsLogGroup": {
        "logGroupArn": f"arn:aws:logs:us-east-1:123456789012:log-group:{name}:*"}}]}


def records_in(path):
    """The whole lines of a file."""
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(True) if line.endswith("\n")]


def ended(records):
    return any(re.match(r"Execution(Succeeded|Failed|Aborted|TimedOut)$", r["type"]) for r in records)


class LogGroups(ServerTest):
    def setUp(self):
        super().setUp()
        self.logs = self.folder / "logs"

    def file(self, group):
        return self.logs / (group.lstrip("/") + ".log")

    def records(self, group):
        return wait_for(lambda: ended(found := records_in(self.file(group))) and found, f"the end in {group}")

    def start(self, server, name, definition, logging, type="STANDARD", **more):
        machine = server.create(name, definition, type=type, loggingConfiguration=logging)
        return server.call("StartExecution", stateMachineArn=machine, **more)["executionArn"]

    def test_a_standard_execution_logs_its_history_in_the_form_of_CloudWatch_Logs(self):
        server = self.server("--log-folder", self.logs)
        execution = self.start(server, "m", PASS, to_group("/aws/vendedlogs/states/m"), input='{"a":1}')
        records = self.records("/aws/vendedlogs/states/m")
        history = server.history(execution)
        self.assertEqual([(int(r["id"]), int(r["previous_event_id"]), r["type"]) for r in records], shape(history))
        self.assertEqual([int(r["event_timestamp"]) for r in records], [round(e["timestamp"] * 1000) for e in history])
        self.assertEqual({(r["execution_arn"], r["redrive_count"]) for r in records}, {(execution, "0")})
        self.assertEqual(records[0]["details"], {
            "input": '{"a":1}', "inputDetails": {"truncated": False}, "roleArn": ROLE})
        self.assertEqual(list(records[0]), ["id", "type", "details", "previous_event_id", "event_timestamp",
                                            "execution_arn", "redrive_count"])

    def test_levels_choose_among_the_events(self):
        server = self.server("--log-folder", self.logs)
        for level, data in [("ALL", False), ("ERROR", True), ("FATAL", True)]:
            self.start(server, f"m-{level}", FAILS, to_group(level, level, data))
        everything = self.records("ALL")
        self.assertEqual([r["type"] for r in everything], [
            "ExecutionStarted", "PassStateEntered", "PassStateExited", "FailStateEntered", "ExecutionFailed"])
        self.assertFalse([r for r in everything if {"input", "output"} & set(r["details"])])
        self.assertEqual([r["type"] for r in self.records("ERROR")], ["FailStateEntered", "ExecutionFailed"])
        fatal = self.records("FATAL")
        self.assertEqual([(r["type"], r["details"]) for r in fatal], [
            ("ExecutionFailed", {"error": "E", "cause": "c"})])

    def test_express_executions_are_logged_asynchronous_and_synchronous(self):
        server = self.server("--log-folder", self.logs)
        started = self.start(server, "m", PASS, to_group("g"), type="EXPRESS")
        machine = started.replace(":express:", ":stateMachine:").rsplit(":", 2)[0]
        answer = server.call("StartSyncExecution", stateMachineArn=machine)
        wait_for(lambda: sum(r["type"] == "ExecutionSucceeded" for r in records_in(self.file("g"))) == 2, "both ends")
        records = records_in(self.file("g"))
        for execution in (started, answer["executionArn"]):
            self.assertEqual([r["type"] for r in records if r["execution_arn"] == execution], [
                "ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"])

    def test_an_execution_goes_on_logging_after_a_kill(self):
        server = self.server("--log-folder", self.logs, data=self.folder / "data.db")
        execution = self.start(server, "m", WAITS, to_group("g"))
        wait_for(lambda: len(records_in(self.file("g"))) == 2, "the first events")
        server.kill()
        server.start()
        server.call("StopExecution", executionArn=execution, error="E")
        self.assertEqual([r["type"] for r in self.records("g")], [
            "ExecutionStarted", "WaitStateEntered", "ExecutionAborted"])

    def test_a_redrive_is_logged_with_its_number(self):
        server = self.server("--log-folder", self.logs)
        execution = self.start(server, "m", FAILS, to_group("g"))
        self.records("g")
        server.call("RedriveExecution", executionArn=execution)
        wait_for(lambda: sum(r["type"] == "ExecutionFailed" for r in records_in(self.file("g"))) == 2, "the second end")
        records = records_in(self.file("g"))
        after = [r["type"] for r in records].index("ExecutionRedriven")
        self.assertEqual({r["redrive_count"] for r in records[:after]}, {"0"})
        self.assertEqual({r["redrive_count"] for r in records[after:]}, {"1"})
        self.assertEqual([int(r["id"]) for r in records], list(range(1, len(records) + 1)))

    def test_an_update_of_the_configuration_counts_for_the_next_execution(self):
        server = self.server("--log-folder", self.logs)
        machine = server.create("m", PASS)
        server.closed(server.call("StartExecution", stateMachineArn=machine)["executionArn"])
        server.call("UpdateStateMachine", stateMachineArn=machine, loggingConfiguration=to_group("g"))
        execution = server.call("StartExecution", stateMachineArn=machine)["executionArn"]
        self.assertEqual({r["execution_arn"] for r in self.records("g")}, {execution})


class OnePlaceForAll(ServerTest):
    def run_one(self, server):
        machine = server.create("m", PASS, loggingConfiguration=to_group("g"))
        return server.closed(server.call("StartExecution", stateMachineArn=machine)["executionArn"])

    def test_a_file(self):
        path = self.folder / "events.jsonl"
        server = self.server("--log-events", path)
        self.run_one(server)
        wait_for(lambda: ended(records_in(path)), "the events")
        self.assertFalse((self.folder / "g.log").exists())

    def test_standard_output_behind_the_ready_line(self):
        server = self.server("--log-events", "stdout")
        self.run_one(server)
        wait_for(lambda: '"type":"ExecutionSucceeded"' in server.log(), "the events")
        self.assertLess(server.log().index("is ready at"), server.log().index('"type":"ExecutionStarted"'))

    def test_a_full_disk_is_said_once_and_ends_nothing(self):
        server = self.server("--log-events", "/dev/full")
        self.run_one(server)
        wait_for(lambda: "events are lost" in server.log(), "the warning")
        machine = server.call("ListStateMachines")["stateMachines"][0]["stateMachineArn"]
        for _ in range(20):
            server.closed(server.call("StartExecution", stateMachineArn=machine)["executionArn"])
        self.assertEqual(server.terminate(), 0)
        lines = [line for line in server.log().splitlines() if "/dev/full" in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("No space left on device", lines[0])

    def test_what_cannot_be_written_is_said_at_the_start(self):
        for option in ("--log-events", "--log-folder"):
            with self.assertRaisesRegex(AssertionError, rf'stepwell: {option} "/dev/null/f" cannot be written'):
                self.server(option, "/dev/null/f")
