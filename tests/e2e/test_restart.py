"""A server that ends in the middle of things, by SIGKILL or SIGTERM, goes on where it was when it is started again.

Times are read from the history, not from a clock beside it, so that a slow machine cannot make a test fail: a wait that
began anew after the restart would end at least `Seconds` after it, however slow the machine is.
"""

import http.client
import itertools
import json
import os
import random
import signal
import threading
import time

from harness import (Gate, ServerTest, chain, check_history, find, functions_file, lambda_arn, name_of, shape,
                     types_up_to, wait_for, wait_until)

CALL = ["LambdaFunctionScheduled", "LambdaFunctionStarted"]
SUBMITTED_TASK = ["TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted"]


def machine(start_at, **states):
    return {"StartAt": start_at, "States": {name.replace("_", " "): state for name, state in states.items()}}


def call_function(name, **fields):
    return {"Type": "Task", "Resource": lambda_arn(name), "End": True, **fields}


def with_token(file=None, gate=None, **fields):
    """A task that hands its token to a function and waits for its return."""
    payload = {"token.$": "$$.Task.Token"}
    payload.update({"file": str(file)} if file else {"gate": str(gate)})
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": "park" if file else "gate", "Payload": payload}, "End": True, **fields}


class Scenarios:
    """Each runs once per way to end a server: the classes at the end of this file."""

    end_signal: signal.Signals

    def setUp(self):
        super().setUp()
        self.gate = Gate(self.folder / "gate")
        config = functions_file(self.folder, {"gate": "gate.handler", "flaky": "flaky.handler", "park": "park.handler"})
        self.sfn = self.server("--config", config, data=self.folder / "stepwell.db")

    def stop_server(self):
        status = self.sfn.end(self.end_signal)
        self.assertEqual(status, -signal.SIGKILL if self.end_signal == signal.SIGKILL else 0)

    def restart(self):
        self.stop_server()
        self.sfn.start()

    def ended(self, execution, status="SUCCEEDED"):
        """The description and the history of an execution that ended as it should."""
        description = self.sfn.closed(execution)
        self.assertEqual(description["status"], status, description)
        events = self.sfn.history(execution)
        check_history(self, events)
        return description, events

    def on_time(self, due, happened, otherwise):
        """What was due before the restart happened then; `otherwise`: the earliest time had it begun anew."""
        self.assertGreaterEqual(happened, due - 0.002)  # timestamps have milliseconds
        self.assertLess(happened, otherwise - 0.002)

    # --- Map Runs -----------------------------------------------------------------------------------------------------

    def map_run(self, name, state, items, concurrency):
        """An execution of a distributed Map of which so many children run: its ARN and its Map Run's."""
        execution = self.sfn.run(name, machine("Each", Each={
            "Type": "Map", "Label": "Each", "MaxConcurrency": concurrency, "End": True, "ItemsPath": "$.items",
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                              **machine("Item", Item={**state, "End": True})}}), {"items": items})
        run = wait_for(lambda: self.sfn.call("ListMapRuns", executionArn=execution)["mapRuns"], "a Map Run")[0]["mapRunArn"]
        wait_for(lambda: self.counts(run)["running"] == concurrency, "its children")
        return execution, run

    def counts(self, run):
        return self.sfn.call("DescribeMapRun", mapRunArn=run)["executionCounts"]

    def test_a_map_run_loses_no_item_and_starts_none_twice(self):
        execution, run = self.map_run("each", {"Type": "Wait", "Seconds": 1}, list(range(6)), 2)
        self.restart()
        wait_for(lambda: self.counts(run)["succeeded"] >= 2, "the first children")
        self.restart()
        description, events = self.ended(execution)
        self.assertEqual(json.loads(description["output"]), list(range(6)))
        self.assertEqual([e["type"] for e in events].count("MapRunStarted"), 1)
        counts = self.counts(run)
        self.assertEqual((counts["succeeded"], counts["total"]), (6, 6))
        children = self.sfn.call("ListExecutions", mapRunArn=run)["executions"]
        self.assertEqual(len(children), 6)
        for child in children:
            check_history(self, self.sfn.history(child["executionArn"]))

    def test_a_map_run_that_was_stopped_does_not_run_on(self):
        execution, run = self.map_run("stopped", {"Type": "Wait", "Seconds": 3600}, list(range(6)), 3)
        self.sfn.call("StopExecution", executionArn=execution)
        self.restart()
        wait_for(lambda: self.sfn.call("DescribeMapRun", mapRunArn=run)["status"] == "ABORTED", "the end of the Map Run")
        counts = self.counts(run)
        self.assertEqual((counts["running"], counts["aborted"], counts["pending"]), (0, 3, 3))
        self.assertEqual(self.sfn.call("ListExecutions", mapRunArn=run, statusFilter="RUNNING")["executions"], [])

    # --- Wait ---------------------------------------------------------------------------------------------------------

    def test_a_wait_ends_when_it_was_due(self):
        execution = self.sfn.run("wait", machine(
            "Wait", Wait={"Type": "Wait", "Seconds": 4, "Next": "Say"},
            Say={"Type": "Pass", "Result": "waited", "End": True}))
        entered = find(self.sfn.reached(execution, "WaitStateEntered"), "WaitStateEntered")["timestamp"]
        wait_until(entered + 1.5)
        self.stop_server()
        stopped = time.time()
        self.sfn.start()
        description, events = self.ended(execution)
        self.assertEqual(json.loads(description["output"]), "waited")
        self.assertEqual(shape(events), chain(
            "ExecutionStarted", "WaitStateEntered", "WaitStateExited", "PassStateEntered", "PassStateExited",
            "ExecutionSucceeded"))
        self.on_time(entered + 4, find(events, "WaitStateExited")["timestamp"], otherwise=stopped + 4)

    def test_a_wait_that_ran_out_meanwhile_ends_at_once(self):
        execution = self.sfn.run("short", machine("Wait", Wait={"Type": "Wait", "Seconds": 1, "End": True}))
        entered = find(self.sfn.reached(execution, "WaitStateEntered"), "WaitStateEntered")["timestamp"]
        self.stop_server()
        wait_until(entered + 1.5)
        restarted = time.time()
        self.sfn.start()
        _, events = self.ended(execution)
        exited = find(events, "WaitStateExited")["timestamp"]
        self.assertGreaterEqual(exited, restarted - 0.002)
        self.assertLess(exited, time.time())

    def test_a_wait_for_a_timestamp_survives_two_restarts(self):
        due = int(time.time()) + 4
        execution = self.sfn.run(
            "until", machine("Wait", Wait={"Type": "Wait", "TimestampPath": "$.at", "End": True}),
            {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(due))})
        self.sfn.reached(execution, "WaitStateEntered")
        self.restart()
        self.assertEqual(self.sfn.status(execution), "RUNNING")
        self.restart()
        _, events = self.ended(execution)
        self.assertEqual(len(events), 4)
        self.assertGreaterEqual(find(events, "WaitStateExited")["timestamp"], due - 0.002)

    # --- activities ---------------------------------------------------------------------------------------------------

    def activity_machine(self, **fields):
        arn = self.sfn.call("CreateActivity", name="assemble")["activityArn"]
        return arn, machine("Work", Work={"Type": "Task", "Resource": arn, "End": True, **fields})

    def poll(self, activity, worker="w"):
        return self.sfn.call("GetActivityTask", activityArn=activity, workerName=worker)

    def test_tasks_in_a_queue_keep_their_places(self):
        activity, definition = self.activity_machine()
        first = self.sfn.run("queue", definition, {"n": 0})
        arn = self.sfn.call("DescribeExecution", executionArn=first)["stateMachineArn"]
        executions = [first] + [
            self.sfn.call("StartExecution", stateMachineArn=arn, input=json.dumps({"n": n}))["executionArn"]
            for n in range(1, 20)]
        for execution in executions:
            self.sfn.reached(execution, "ActivityScheduled")
        self.restart()
        tasks = [self.poll(activity) for _ in executions]
        self.assertEqual([json.loads(task["input"])["n"] for task in tasks], list(range(20)))
        for n, task in enumerate(tasks):
            self.sfn.call("SendTaskSuccess", taskToken=task["taskToken"], output=str(n))
        for n, execution in enumerate(executions):
            description, events = self.ended(execution)
            self.assertEqual(description["output"], str(n))
            self.assertEqual(shape(events), chain(
                "ExecutionStarted", "TaskStateEntered", "ActivityScheduled", "ActivityStarted", "ActivitySucceeded",
                "TaskStateExited", "ExecutionSucceeded"))

    def test_a_task_at_a_worker_waits_for_that_worker(self):
        activity, definition = self.activity_machine(HeartbeatSeconds=30)
        execution = self.sfn.run("worker", definition)
        token = self.poll(activity, "Ada")["taskToken"]
        self.restart()
        self.sfn.call("SendTaskHeartbeat", taskToken=token)
        self.sfn.call("SendTaskSuccess", taskToken=token, output='"done"')
        description, events = self.ended(execution)
        self.assertEqual(description["output"], '"done"')
        self.assertEqual(sum(e["type"] == "ActivityStarted" for e in events), 1)
        self.refused("TaskTimedOut", None, self.sfn.call, "SendTaskSuccess", taskToken=token, output="1")

    def test_a_workers_time_runs_on(self):
        activity, definition = self.activity_machine(TimeoutSeconds=3)
        execution = self.sfn.run("timeout", definition)
        self.poll(activity)
        started = find(self.sfn.reached(execution, "ActivityStarted"), "ActivityStarted")["timestamp"]
        wait_until(started + 1)
        self.stop_server()
        stopped = time.time()
        self.sfn.start()
        _, events = self.ended(execution, "FAILED")
        self.on_time(started + 3, find(events, "ActivityTimedOut")["timestamp"], otherwise=stopped + 3)

    # --- nested executions ----------------------------------------------------------------------------------------------

    def nested(self, seconds, **parameters):
        """A parent that waits for a child of so many seconds: (machine of the child, definition of the parent)."""
        child = self.sfn.create("child", machine(
            "Wait", Wait={"Type": "Wait", "Seconds": seconds, "Next": "Say"},
            Say={"Type": "Pass", "Result": "grown", "End": True}))
        return child, machine("Nested", Nested={
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
            "Parameters": {"StateMachineArn": child, **parameters}})

    def children(self, child):
        return self.sfn.call("ListExecutions", stateMachineArn=child)["executions"]

    def test_a_nested_execution_is_waited_for_and_started_once(self):
        child, parent = self.nested(3)
        execution = self.sfn.run("parent", parent)
        self.sfn.reached(execution, "TaskSubmitted")
        self.restart()
        self.restart()
        description, events = self.ended(execution)
        self.assertEqual(json.loads(description["output"])["Output"], "grown")
        self.assertEqual(len(self.children(child)), 1)
        self.assertEqual(shape(events), chain(
            "ExecutionStarted", *SUBMITTED_TASK, "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"))

    def test_a_nested_execution_that_was_just_started_is_not_started_again(self):
        child, parent = self.nested(0)
        parents = self.sfn.create("parent", parent)
        executions = []
        for _ in range(5):  # Any moment will do: before the child's start, after it, before it is known.
            executions += [self.sfn.call("StartExecution", stateMachineArn=parents)["executionArn"] for _ in range(4)]
            time.sleep(random.uniform(0, 0.05))
            self.restart()
        for execution in executions:
            self.ended(execution)
        self.assertEqual(len(self.children(child)), len(executions))

    # --- Redrive ------------------------------------------------------------------------------------------------------

    def test_a_redriven_execution_goes_on(self):
        """Right behind the answer, and again later: it runs on where the redrive took it up, and its token is known."""
        failing = {"count": str(self.folder / "count"), "failures": 1}
        execution = self.sfn.run("redriven", machine(
            "First", First={"Type": "Wait", "Seconds": 0, "Next": "Call"},
            Call={**{k: v for k, v in call_function("flaky").items() if k != "End"}, "Next": "Rest"},
            Rest={"Type": "Wait", "Seconds": 3, "End": True}), failing)
        self.ended(execution, "FAILED")
        redriven = self.sfn.call("RedriveExecution", executionArn=execution, clientToken="once")
        self.restart()
        self.assertEqual(self.sfn.call("RedriveExecution", executionArn=execution, clientToken="once"), redriven)
        self.sfn.reached(execution, "WaitStateEntered", count=2)
        self.restart()
        description, events = self.ended(execution)
        self.assertEqual((description["redriveCount"], description["redriveDate"]), (1, redriven["redriveDate"]))
        types = [event["type"] for event in events]
        self.assertEqual(types.count("ExecutionRedriven"), 1)
        after = types[types.index("ExecutionRedriven"):]
        self.assertEqual(after, ["ExecutionRedriven", *CALL, "LambdaFunctionSucceeded", "TaskStateExited",
                                 "WaitStateEntered", "WaitStateExited", "ExecutionSucceeded"])

    def test_a_redriven_map_run_goes_on(self):
        """Only the children that failed run again, each once, though the server ends in the middle."""
        child = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(
            "Call", Call={**{k: v for k, v in call_function("flaky").items() if k != "End"}, "Next": "Rest"},
            Rest={"Type": "Wait", "Seconds": 2, "End": True})}
        items = [{"count": str(self.folder / f"count-{n}"), "failures": n % 2} for n in range(6)]
        execution = self.sfn.run("failing", machine("Map", Map={
            "Type": "Map", "ItemProcessor": child, "MaxConcurrency": 2, "ToleratedFailureCount": 2, "End": True}),
            items)
        self.ended(execution, "FAILED")
        run = self.sfn.call("ListMapRuns", executionArn=execution)["mapRuns"][0]["mapRunArn"]
        self.sfn.call("RedriveExecution", executionArn=execution)
        self.restart()
        time.sleep(0.5)
        self.restart()
        description, events = self.ended(execution)
        self.assertEqual([e["type"] for e in events[events.index(find(events, "ExecutionRedriven")):]], [
            "ExecutionRedriven", "MapRunRedriven", "MapRunSucceeded", "MapStateSucceeded", "MapStateExited",
            "ExecutionSucceeded"])
        self.assertEqual(len(json.loads(description["output"])), 6)
        described = self.sfn.call("DescribeMapRun", mapRunArn=run)
        self.assertEqual(described["redriveCount"], 1)
        counts = described["executionCounts"]
        self.assertEqual((counts["succeeded"], counts["total"], counts.get("pendingRedrive", 0)), (6, 6, 0))
        children = self.sfn.call("ListExecutions", mapRunArn=run)["executions"]
        self.assertEqual(len(children), 6)
        for one in children:
            history = self.sfn.history(one["executionArn"])
            check_history(self, history)
            self.assertEqual([e["type"] for e in history].count("TaskStateEntered"), 1)

    # --- Variables ----------------------------------------------------------------------------------------------------

    def test_variables_are_as_they_were(self):
        """Also those of inner scopes, and random ones: nothing is evaluated again."""
        inner = machine(
            "Name", Name={"Type": "Pass", "Assign": {"mine.$": "States.Format('{}-{}', $id, $)"}, "Next": "Rest"},
            Rest={"Type": "Wait", "Seconds": 3, "Next": "Tell"},
            Tell={"Type": "Pass", "Parameters": {"id.$": "$id", "mine.$": "$mine"}, "End": True})
        execution = self.sfn.run("variables", machine(
            "Set", Set={"Type": "Pass", "Assign": {"id.$": "States.UUID()", "list": [1, 2]}, "Next": "Each"},
            Each={"Type": "Map", "ItemsPath": "$list", "ItemProcessor": inner, "Next": "End"},
            End={"Type": "Pass", "Parameters": {"inner.$": "$", "id.$": "$id"}, "End": True}))
        assigned = find(self.sfn.reached(execution, "PassStateExited"), "PassStateExited")
        before = json.loads(assigned["stateExitedEventDetails"]["assignedVariables"]["id"])
        self.sfn.reached(execution, "WaitStateEntered")
        self.restart()
        description, _ = self.ended(execution)
        self.assertEqual(json.loads(description["output"]), {"id": before, "inner": [
            {"id": before, "mine": f"{before}-{item}"} for item in (1, 2)]})

    # --- Retry --------------------------------------------------------------------------------------------------------

    def test_what_chance_and_the_clock_gave_an_expression_stays(self):
        drawn = {name: f"{{% {call} %}}" for name, call in (
            ("number", "$random()"), ("id", "$uuid()"), ("time", "$now()"), ("order", "$shuffle([1..20])"))}
        execution = self.sfn.run("draw", {"QueryLanguage": "JSONata", **machine(
            "Draw", Draw={"Type": "Pass", "Assign": drawn, "Output": drawn, "Next": "Wait"},
            Wait={"Type": "Wait", "Seconds": 3, "Next": "Tell"},
            Tell={"Type": "Pass", "End": True, "Output": {
                "assigned": {name: f"{{% ${name} %}}" for name in drawn}, "output": "{% $states.input %}"}})})
        before = find(self.sfn.reached(execution, "WaitStateEntered"), "PassStateExited")["stateExitedEventDetails"]
        self.restart()
        description, events = self.ended(execution)
        told = json.loads(description["output"])
        self.assertEqual(told["output"], json.loads(before["output"]))
        self.assertEqual(told["assigned"], {name: json.loads(text) for name, text in before["assignedVariables"].items()})
        self.assertEqual(find(events, "PassStateExited")["stateExitedEventDetails"], before)

    def test_a_retry_comes_when_it_was_due(self):
        execution = self.sfn.run("retry", machine("Call", Call=call_function(
            "flaky", Retry=[{"ErrorEquals": ["Flaky"], "IntervalSeconds": 4, "MaxAttempts": 1}])),
            {"count": str(self.folder / "count"), "failures": 1})
        failed = find(self.sfn.reached(execution, "LambdaFunctionFailed"), "LambdaFunctionFailed")["timestamp"]
        wait_until(failed + 1.5)
        self.stop_server()
        stopped = time.time()
        self.sfn.start()
        description, events = self.ended(execution)
        self.assertEqual(json.loads(description["output"]), {"calls": 2})
        self.assertEqual(shape(events), chain(
            "ExecutionStarted", "TaskStateEntered", *CALL, "LambdaFunctionFailed", *CALL, "LambdaFunctionSucceeded",
            "TaskStateExited", "ExecutionSucceeded"))
        again = find(events, "LambdaFunctionScheduled", count=2)["timestamp"]
        self.on_time(failed + 4, again, otherwise=stopped + 4)

    def test_retries_before_and_after_count_together(self):
        execution = self.sfn.run("retries", machine("Call", Call=call_function(
            "flaky", Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2}])),
            {"count": str(self.folder / "count"), "failures": 100})
        self.sfn.reached(execution, "LambdaFunctionFailed", count=2)
        self.restart()
        description, events = self.ended(execution, "FAILED")
        self.assertEqual(description["error"], "Flaky")
        self.assertEqual(json.loads(description["cause"])["errorMessage"], "call 3")
        self.assertEqual(shape(events), chain(
            "ExecutionStarted", "TaskStateEntered", *(CALL + ["LambdaFunctionFailed"]) * 3, "ExecutionFailed"))
        second = find(events, "LambdaFunctionFailed", count=2)["timestamp"]
        self.assertGreaterEqual(find(events, "LambdaFunctionScheduled", count=3)["timestamp"], second + 2 - 0.002)

    def test_the_retry_of_a_whole_parallel_comes(self):
        flaky = {"StartAt": "Call", "States": {"Call": call_function("flaky")}}
        execution = self.sfn.run("again", machine("Both", Both={
            "Type": "Parallel", "Branches": [flaky], "End": True,
            "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 3, "MaxAttempts": 1}]}),
            {"count": str(self.folder / "count"), "failures": 1})
        failed = find(self.sfn.reached(execution, "LambdaFunctionFailed"), "LambdaFunctionFailed")
        self.restart()
        description, events = self.ended(execution)
        self.assertEqual(json.loads(description["output"]), [{"calls": 2}])
        again = find(events, "ParallelStateStarted", count=2)
        self.assertEqual(again["previousEventId"], failed["id"])
        self.assertGreaterEqual(again["timestamp"], failed["timestamp"] + 3 - 0.002)

    # --- task tokens --------------------------------------------------------------------------------------------------

    def parked_token(self, file):
        wait_for(file.exists, "the token's file")
        return file.read_text()

    def test_a_token_is_still_good(self):
        file = self.folder / "token"
        execution = self.sfn.run("token", machine("Park", Park=with_token(file)))
        token = self.parked_token(file)
        self.sfn.reached(execution, "TaskSubmitted")
        file.unlink()
        self.restart()
        self.sfn.call("SendTaskHeartbeat", taskToken=token)
        self.restart()
        self.sfn.call("SendTaskSuccess", taskToken=token, output='{"by": "hand"}')
        description, events = self.ended(execution)
        self.assertEqual(json.loads(description["output"]), {"by": "hand"})
        self.assertEqual(shape(events), chain(
            "ExecutionStarted", *SUBMITTED_TASK, "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"))
        self.assertFalse(file.exists(), "a task that was submitted is not submitted again")

        for _ in range(2):  # Now, and after another restart: it is over.
            self.refused("TaskTimedOut", None, self.sfn.call, "SendTaskSuccess", taskToken=token, output="{}")
            self.refused("TaskTimedOut", None, self.sfn.call, "SendTaskHeartbeat", taskToken=token)
            self.refused("InvalidToken", "Invalid Token: 'Invalid token'", self.sfn.call, "SendTaskFailure",
                         taskToken=token[:-8] + "AAAAAAAA")
            self.restart()

    def test_a_token_fails_its_task(self):
        file = self.folder / "token"
        execution = self.sfn.run("token", machine("Park", Park=with_token(file)))
        token = self.parked_token(file)
        self.sfn.reached(execution, "TaskSubmitted")
        self.restart()
        self.sfn.call("SendTaskFailure", taskToken=token, error="Refused", cause="no time")
        description, events = self.ended(execution, "FAILED")
        self.assertEqual((description["error"], description["cause"]), ("Refused", "no time"))
        self.assertEqual(shape(events), chain("ExecutionStarted", *SUBMITTED_TASK, "TaskFailed", "ExecutionFailed"))

    def test_before_it_was_submitted_a_task_is_sent_again_with_the_same_token(self):
        execution = self.sfn.run("token", machine("Hold", Hold=with_token(gate=self.gate.folder)))
        token = self.gate.arrived()[0]["event"]["token"]
        self.sfn.reached(execution, "TaskStarted")
        self.restart()
        first, second = self.gate.arrived(2)
        self.assertEqual(second["event"]["token"], token)
        self.assertEqual(second["request_id"], first["request_id"])
        self.gate.open()
        self.sfn.reached(execution, "TaskSubmitted")
        self.sfn.call("SendTaskSuccess", taskToken=token, output="1")
        description, events = self.ended(execution)
        self.assertEqual(description["output"], "1")
        self.assertEqual(shape(events), chain(
            "ExecutionStarted", *SUBMITTED_TASK, "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"))

    def test_a_time_out_counts_from_the_first_start(self):
        file = self.folder / "token"
        execution = self.sfn.run("late", machine("Park", Park=with_token(file, TimeoutSeconds=4)))
        token = self.parked_token(file)
        started = find(self.sfn.reached(execution, "TaskSubmitted"), "TaskStarted")["timestamp"]
        wait_until(started + 1.5)
        self.stop_server()
        stopped = time.time()
        self.sfn.start()
        description, events = self.ended(execution, "FAILED")
        self.assertEqual(description["error"], "States.Timeout")
        self.assertEqual(shape(events), chain("ExecutionStarted", *SUBMITTED_TASK, "TaskTimedOut", "ExecutionFailed"))
        self.on_time(started + 4, find(events, "TaskTimedOut")["timestamp"], otherwise=stopped + 4)
        self.refused("TaskTimedOut", None, self.sfn.call, "SendTaskSuccess", taskToken=token, output="{}")

    def test_the_time_out_of_the_machine_counts_from_the_start(self):
        definition = machine("Wait", Wait={"Type": "Wait", "Seconds": 3600, "End": True})
        execution = self.sfn.run("late", {**definition, "TimeoutSeconds": 4})
        started = self.sfn.reached(execution, "WaitStateEntered")[0]["timestamp"]
        wait_until(started + 1.5)
        self.stop_server()
        stopped = time.time()
        self.sfn.start()
        _, events = self.ended(execution, "TIMED_OUT")
        self.assertEqual(shape(events)[-1], (3, 0, "ExecutionTimedOut"))
        self.on_time(started + 4, events[-1]["timestamp"], otherwise=stopped + 4)

    def test_a_heartbeat_has_its_whole_interval_from_the_restart(self):
        file = self.folder / "token"
        execution = self.sfn.run("heart", machine("Park", Park=with_token(
            file, HeartbeatSeconds=3, TimeoutSeconds=600)))
        self.parked_token(file)
        submitted = find(self.sfn.reached(execution, "TaskSubmitted"), "TaskSubmitted")["timestamp"]
        self.stop_server()
        wait_until(submitted + 3.5)
        restarted = time.time()
        self.sfn.start()
        description, events = self.ended(execution, "FAILED")
        self.assertEqual(description["error"], "States.Timeout")
        self.assertGreaterEqual(find(events, "TaskTimedOut")["timestamp"], restarted + 3 - 0.002)

    # --- calls under way ----------------------------------------------------------------------------------------------

    def test_a_function_that_was_running_is_called_again(self):
        execution = self.sfn.run("call", machine("Call", Call=call_function("gate")), {"gate": str(self.gate.folder)})
        self.gate.arrived()
        self.sfn.reached(execution, "LambdaFunctionStarted")
        self.restart()
        first, second = self.gate.arrived(2)
        self.assertEqual(second, {**first, "pid": second["pid"]})
        self.assertNotEqual(second["pid"], first["pid"])
        self.gate.open()
        description, events = self.ended(execution)
        self.assertEqual(json.loads(description["output"]), "through")
        self.assertEqual(shape(events), chain(
            "ExecutionStarted", "TaskStateEntered", *CALL, "LambdaFunctionSucceeded", "TaskStateExited",
            "ExecutionSucceeded"))

    def test_a_call_past_its_time_out_is_not_repeated(self):
        execution = self.sfn.run("call", machine("Call", Call=call_function("gate", TimeoutSeconds=2)),
                                 {"gate": str(self.gate.folder)})
        self.gate.arrived()
        started = find(self.sfn.reached(execution, "LambdaFunctionStarted"), "LambdaFunctionStarted")["timestamp"]
        self.stop_server()
        wait_until(started + 2.5)
        self.sfn.start()
        _, events = self.ended(execution, "FAILED")
        self.assertEqual(shape(events), chain(
            "ExecutionStarted", "TaskStateEntered", *CALL, "LambdaFunctionTimedOut", "ExecutionFailed"))
        self.assertEqual(len(self.gate.calls()), 1)

    # --- Parallel and Map ---------------------------------------------------------------------------------------------

    def test_each_branch_of_a_parallel_goes_on_by_itself(self):
        file = self.folder / "token"
        branches = [
            machine("Wait", Wait={"Type": "Wait", "Seconds": 3, "Next": "After the wait"},
                    After_the_wait={"Type": "Pass", "Result": "waited", "End": True}),
            machine("Call", Call={**call_function("gate"), "Parameters": {"gate": str(self.gate.folder)}}),
            machine("Park", Park=with_token(file)),
            machine("Done", Done={"Type": "Pass", "Result": "done", "End": True}),
        ]
        execution = self.sfn.run("all", machine("All", All={
            "Type": "Parallel", "Branches": branches, "Next": "Gather"}, Gather={"Type": "Pass", "End": True}))
        token = self.parked_token(file)
        self.gate.arrived()
        before = self.sfn.reached(execution, "TaskSubmitted")
        self.assertEqual(name_of(find(before, "PassStateExited")), "Done")
        self.restart()
        self.gate.arrived(2)
        self.gate.open()
        self.sfn.call("SendTaskSuccess", taskToken=token, output='"token"')
        description, events = self.ended(execution)
        self.assertEqual(json.loads(description["output"]), ["waited", "through", "token", "done"])
        self.assertEqual(events[:len(before)], before)

        fork = ["ParallelStateEntered", "ParallelStateStarted"]
        self.assertEqual(types_up_to(events, find(events, "PassStateExited", "After the wait")), fork + [
            "WaitStateEntered", "WaitStateExited", "PassStateEntered", "PassStateExited"])
        self.assertEqual(types_up_to(events, find(events, "TaskStateExited", "Call")), fork + [
            "TaskStateEntered", *CALL, "LambdaFunctionSucceeded", "TaskStateExited"])
        self.assertEqual(types_up_to(events, find(events, "TaskStateExited", "Park")), fork + [
            *SUBMITTED_TASK, "TaskSucceeded", "TaskStateExited"])
        self.assertEqual([e["type"] for e in events[-5:]], [
            "ParallelStateSucceeded", "ParallelStateExited", "PassStateEntered", "PassStateExited",
            "ExecutionSucceeded"])
        self.assertEqual(sum(e["type"] == "ParallelStateStarted" for e in events), 1)

    def test_a_map_goes_on_with_the_items_that_are_left(self):
        items = [{"gate": str(self.folder / f"gate-{i}"), "answer": i * i} for i in range(6)]
        gates = [Gate(item["gate"]) for item in items]
        execution = self.sfn.run("map", machine("Each", Each={
            "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "End": True,
            "ItemProcessor": machine("Call", Call=call_function("gate"))}), {"items": items})
        gates[0].open()
        gates[1].open()
        self.sfn.reached(execution, "MapIterationSucceeded", count=2)
        gates[2].arrived()
        gates[3].arrived()
        self.restart()
        gates[2].arrived(2)
        gates[3].arrived(2)
        self.assertEqual(self.sfn.status(execution), "RUNNING")
        gates[3].open()  # The later one first: its end lets item 4 in.
        gates[4].arrived()
        self.restart()
        for gate in gates:
            gate.open()
        description, events = self.ended(execution)
        self.assertEqual(json.loads(description["output"]), [0, 1, 4, 9, 16, 25])
        self.assertEqual([len(gate.calls()) for gate in gates[:2]], [1, 1])  # what was done is not done again

        iterations = [e["mapIterationStartedEventDetails"]["index"] for e in events if e["type"] == "MapIterationStarted"]
        self.assertEqual(iterations, [0, 1, 2, 3, 4, 5])
        for exited in [e for e in events if e["type"] == "TaskStateExited"]:
            path = types_up_to(events, exited)
            begin = len(path) - 1 - path[::-1].index("MapIterationStarted")
            self.assertEqual(path[begin:], ["MapIterationStarted", "TaskStateEntered", *CALL,
                                            "LambdaFunctionSucceeded", "TaskStateExited"])
        running, most = 0, 0
        for event in events:
            running += {"MapIterationStarted": 1, "MapIterationSucceeded": -1}.get(event["type"], 0)
            most = max(most, running)
        self.assertEqual(most, 2)

    # --- what is over, and what the API promised ----------------------------------------------------------------------

    def test_what_is_over_stays_as_it_was(self):
        done = self.sfn.run("done", machine("Say", Say={"Type": "Pass", "Result": {"b": 1, "a": 2}, "End": True}))
        waiting = self.sfn.run("waiting", machine("Wait", Wait={"Type": "Wait", "Seconds": 3600, "End": True}))
        self.sfn.reached(waiting, "WaitStateEntered")
        self.sfn.call("StopExecution", executionArn=waiting, error="Enough", cause="of this")
        self.sfn.closed(done)

        def everything():
            return [self.sfn.call("ListStateMachines"),
                    *(self.sfn.call("DescribeExecution", executionArn=e) for e in (done, waiting)),
                    *(self.sfn.history(e) for e in (done, waiting))]

        before = everything()
        self.assertEqual(before[2]["status"], "ABORTED")
        self.restart()
        self.assertEqual(everything(), before)

    def test_a_name_is_still_taken(self):
        definition = machine("Wait", Wait={"Type": "Wait", "Seconds": 3600, "End": True})
        execution = self.sfn.run("named", definition, {"n": 1}, name="once")
        arn = self.sfn.call("DescribeExecution", executionArn=execution)["stateMachineArn"]
        self.restart()
        again = self.sfn.call("StartExecution", stateMachineArn=arn, name="once", input='{"n": 1}')
        self.assertEqual(again["executionArn"], execution)
        self.refused("ExecutionAlreadyExists", f"Execution Already Exists: '{execution}'", self.sfn.call,
                     "StartExecution", stateMachineArn=arn, name="once", input='{"n": 2}')
        self.assertEqual(self.sfn.create("named", definition), arn)
        self.assertEqual(len(self.sfn.call("ListExecutions", stateMachineArn=arn)["executions"]), 1)

    def test_a_stop_after_the_restart_works(self):
        execution = self.sfn.run("call", machine("Call", Call=call_function("gate")), {"gate": str(self.gate.folder)})
        self.gate.arrived()
        self.restart()
        self.gate.arrived(2)
        self.sfn.call("StopExecution", executionArn=execution)
        _, events = self.ended(execution, "ABORTED")
        self.assertEqual(shape(events)[-1], (5, 0, "ExecutionAborted"))
        self.gate.open()
        self.restart()
        self.assertEqual(self.sfn.history(execution), events)

    def test_what_was_acknowledged_is_there(self):
        """A few rounds of starts under way when the server ends: each that was answered runs to its end."""
        arn = self.sfn.create("many", machine(
            "One", One={"Type": "Pass", "Next": "Two"}, Two={"Type": "Wait", "Seconds": 1, "Next": "Three"},
            Three={"Type": "Pass", "End": True}))
        started = []
        for _ in range(3):
            for _ in range(40):
                started.append(self.sfn.call("StartExecution", stateMachineArn=arn, input=str(len(started))))
            self.restart()
        for number, answer in enumerate(started):
            description, events = self.ended(answer["executionArn"])
            self.assertEqual(description["output"], str(number))
            self.assertEqual(description["startDate"], answer["startDate"])
            self.assertEqual(len(events), 8)


class UnderLoad(ServerTest):
    """The server is killed at any moment, again and again, while clients start executions."""

    ROUNDS, CLIENTS = 8, 4
    MIXED = machine(
        "Mix",
        Mix={"Type": "Parallel", "Next": "Say", "Branches": [
            machine("Each", Each={"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "End": True,
                                  "ItemProcessor": machine("Square", Square={
                                      "Type": "Pass", "Parameters": {"n.$": "States.MathAdd($, 100)"}, "End": True})}),
            machine("Wait", Wait={"Type": "Wait", "Seconds": 1, "Next": "Waited"},
                    Waited={"Type": "Pass", "Result": "waited", "End": True}),
            machine("Call", Call=call_function("flaky", Retry=[
                {"ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 5, "BackoffRate": 1}]))]},
        Say={"Type": "Pass", "End": True})

    def test_no_acknowledged_start_is_lost_and_each_runs_to_its_end(self):
        seed = int.from_bytes(os.urandom(4), "big")
        chance = random.Random(seed)
        config = functions_file(self.folder, {"flaky": "flaky.handler"})
        sfn = self.server("--config", config, data=self.folder / "stepwell.db")
        arn = sfn.create("mixed", self.MIXED)
        acknowledged, stop, numbers = {}, threading.Event(), itertools.count()

        def client():
            while not stop.is_set():
                number = next(numbers)
                event = {"items": [number, number + 1, number + 2], "count": str(self.folder / f"count-{number}"),
                         "failures": number % 2}
                try:
                    answer = sfn.call("StartExecution", stateMachineArn=arn, name=f"n{number}", input=json.dumps(event))
                    acknowledged[answer["executionArn"]] = number
                except (OSError, http.client.HTTPException):
                    pass  # The server is away.
                stop.wait(0.02)

        clients = [threading.Thread(target=client) for _ in range(self.CLIENTS)]
        for thread in clients:
            thread.start()
        try:
            for _ in range(self.ROUNDS):
                enough = len(acknowledged) + 5
                wait_for(lambda: len(acknowledged) >= enough, "some starts")
                time.sleep(chance.uniform(0, 0.2))  # Any moment will do.
                sfn.kill()
                sfn.start()
        finally:
            stop.set()
            for thread in clients:
                thread.join()

        listed, token = [], {}
        while True:
            page = sfn.call("ListExecutions", stateMachineArn=arn, maxResults=50, **token)
            listed += [e["executionArn"] for e in page["executions"]]
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
        self.assertEqual(len(set(listed)), len(listed))
        self.assertEqual(set(acknowledged) - set(listed), set(), f"seed {seed}")
        for execution in listed:  # Those too whose start was not answered.
            with self.subTest(f"seed {seed}: {execution}"):
                self.check(sfn, execution, int(execution.rpartition(":n")[2]))

    def check(self, sfn, execution, number):
        description = sfn.closed(execution)
        self.assertEqual(description["status"], "SUCCEEDED", description)
        squares, waited, call = json.loads(description["output"])
        self.assertEqual(squares, [{"n": number + i + 100} for i in range(3)])
        self.assertEqual(waited, "waited")
        # A call that was cut off is made again, so the count may be higher than the failures ask for.
        self.assertGreaterEqual(call["calls"], 1 + number % 2)
        events = sfn.history(execution)
        check_history(self, events)
        fork = ["ParallelStateEntered", "ParallelStateStarted"]
        self.assertEqual(types_up_to(events, find(events, "PassStateExited", "Waited")), fork + [
            "WaitStateEntered", "WaitStateExited", "PassStateEntered", "PassStateExited"])
        path = types_up_to(events, find(events, "TaskStateExited", "Call"))
        failures = path.count("LambdaFunctionFailed")
        self.assertEqual(path, fork + ["TaskStateEntered", *(CALL + ["LambdaFunctionFailed"]) * failures, *CALL,
                                       "LambdaFunctionSucceeded", "TaskStateExited"])
        for event_type in ("MapIterationStarted", "MapIterationSucceeded"):
            self.assertEqual(sum(e["type"] == event_type for e in events), 3)


class AfterSigkill(Scenarios, ServerTest):
    end_signal = signal.SIGKILL


class AfterSigterm(Scenarios, ServerTest):
    end_signal = signal.SIGTERM
