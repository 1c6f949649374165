"""What must hold of executions, histories and calls, whatever happened to the server."""

import bisect
import collections
import json
import re
import threading

END = re.compile(r"Execution(Succeeded|Failed|Aborted|TimedOut)$")
# These hang on whichever branch or item ended last (or first), which differs from run to run.
ON_ANY_OF = {"MapIterationStarted", "MapStateSucceeded", "MapStateExited", "ParallelStateSucceeded",
             "ParallelStateExited"}
# Stands for the call of the one task that ended by its token, before or after its call did.
RETURNED = "token"
SCHEDULED = {"LambdaFunctionScheduled", "TaskScheduled"}


class Violations:
    def __init__(self):
        self.found, self.lock = [], threading.Lock()

    def add(self, text):
        with self.lock:
            self.found.append(text)

    def text(self):
        lines = [f"      | {text[:2000]}" for text in self.found[:20]]
        if len(self.found) > 20:
            lines.append(f"      | and {len(self.found) - 20} more")
        return "\n".join(lines)


def details_of(event):
    return next((value for key, value in event.items() if key.endswith("EventDetails")), {})


def label(event):
    details = details_of(event)
    return event["type"] + "".join(f" {details[key]}" for key in ("name", "index") if key in details)


def shape_of(events):
    """How often each path of events occurs: the same for every run of a workload."""
    paths, counted = {0: ""}, []
    for event in events:
        if event["type"] == "TaskSubmitted":  # missing where the token was faster
            paths[event["id"]] = paths[event["previousEventId"]]
            continue
        before = "" if event["type"] in ON_ANY_OF else paths[event["previousEventId"]]
        paths[event["id"]] = before + "/" + label(event)
        counted.append(paths[event["id"]])
    return collections.Counter(counted)


def check_chain(add, events):
    """Ids without gaps, links that point back to what they may hang on, a time that never does, one end."""
    if [e["id"] for e in events] != list(range(1, len(events) + 1)):
        return add(f"ids {[e['id'] for e in events]}")
    if not events or events[0]["type"] != "ExecutionStarted":
        return add("does not begin with ExecutionStarted")
    for earlier, event in zip(events, events[1:]):
        if event["previousEventId"] >= event["id"] or earlier["timestamp"] > event["timestamp"]:
            return add(f"event {event['id']} {event['type']} after {event['previousEventId']}, at {event['timestamp']}")
    # A redrive opens what had ended.
    ends = [e["id"] for e, after in zip(events, [*events[1:], None])
            if END.match(e["type"]) and (after is None or after["type"] != "ExecutionRedriven")]
    if ends != [len(events)]:
        return add(f"its ends: {ends} of {len(events)} events")
    return True


def check_execution(violations, name, workload, n, description, events, shape):
    def add(text):
        violations.add(f"{name}: {text}")

    if json.loads(description["input"]) != workload.input(n):
        add(f"its input became {description['input']}")
    if description["status"] != workload.status or description.get("error") != workload.error:
        return add(f"ended {description['status']} {description.get('error')} {description.get('cause', '')[:500]}")
    output = json.loads(description["output"]) if "output" in description else None
    if output != workload.output(n):
        add(f"its output is {output}, expected {workload.output(n)}")
    if not check_chain(add, events):
        return None
    # A stop comes at any moment.
    if workload.status != "ABORTED" and (here := shape_of(events)) != shape:
        add(f"its history has not the shape of an undisturbed one: more {dict(here - shape)}, less {dict(shape - here)}")
    return None


def recorded_ends(events):
    """Request id → when the history recorded how that task's call ended."""
    ends = {}
    for event in events:
        if event["type"] in ("LambdaFunctionSucceeded", "TaskSucceeded", "TaskSubmitted"):
            output = json.loads(details_of(event).get("output", "null"))
            output = output.get("Payload", output) if isinstance(output, dict) else None
            call = output.get("id") if isinstance(output, dict) else None
        elif event["type"] in ("LambdaFunctionFailed", "TaskFailed"):
            call = json.loads(details_of(event).get("cause", "{}")).get("errorMessage")
        else:
            continue
        if call:
            ends[call] = event["timestamp"]
        elif event["type"] == "TaskSucceeded":
            ends[RETURNED] = event["timestamp"]
    return ends


def check_calls(violations, calls, histories, lives, express):
    """Holds what the stub was asked for against what the histories say. `lives`: when each began, ascending."""
    functions = {}
    by_execution = collections.defaultdict(lambda: collections.defaultdict(list))
    for call in calls:
        by_execution[call["event"]["execution"]][call["id"]].append(call["life"])
        functions[call["id"]] = call["function"]
    for name in express:
        if name not in by_execution:
            violations.add(f"{name}: an Express execution was acknowledged and never ran")
    recorded = 0
    for name, events in histories.items():
        called = by_execution.pop(name, {})
        scheduled = sum(e["type"] in SCHEDULED and details_of(e).get("resourceType", "lambda") == "lambda"
                        for e in events)
        if len(called) != scheduled:
            violations.add(f"{name}: {scheduled} tasks were scheduled, {len(called)} called")
        ends = recorded_ends(events)
        recorded += len(ends)
        for request_id, in_lives in called.items():
            if len(set(in_lives)) < len(in_lives):
                violations.add(f"{name}: task {request_id} was called more than once in a life: {in_lives}")
            end = ends.get(request_id, ends.get(RETURNED) if functions[request_id] == "park" else None)
            if end is None:
                violations.add(f"{name}: how task {request_id} ended is not recorded")
            elif max(in_lives) > (recorded_in := bisect.bisect(lives, end) - 1):
                violations.add(f"{name}: task {request_id} ran again in life {max(in_lives)}, recorded as done in {recorded_in}")
    for name in by_execution:
        if not name.startswith("express-"):
            violations.add(f"{name}: tasks of it were called, and it is not there")
    if calls and not recorded:
        violations.add("no history says how a task ended: this check checks nothing")
