#!/usr/bin/env python3
"""Chooses the conformance cases that this version of Stepwell is to pass, and links them into a folder.

    conformance_select.py CASES_DIR OUT_DIR [SERVICE,...]

A case is chosen if it needs no service but Lambda and those named, calls only operations that exist here, and its definitions
reach nothing that is not there. The folder is given to the runner with --cases. Prints how many cases were chosen and, for each reason,
how many were not.
"""
import collections
import json
import os
import re
import sys

OPERATIONS = {
    "CreateStateMachine", "DescribeStateMachine", "UpdateStateMachine", "DeleteStateMachine", "ListStateMachines",
    "DescribeStateMachineForExecution", "StartExecution", "StartSyncExecution", "DescribeExecution", "ListExecutions",
    "CreateActivity", "DescribeActivity", "ListActivities", "DeleteActivity", "GetActivityTask",
    "StopExecution", "RedriveExecution", "GetExecutionHistory", "SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat",
    "TestState", "ValidateStateMachineDefinition",
    "PublishStateMachineVersion", "ListStateMachineVersions", "DeleteStateMachineVersion", "CreateStateMachineAlias",
    "UpdateStateMachineAlias", "DescribeStateMachineAlias", "ListStateMachineAliases", "DeleteStateMachineAlias",
    "TagResource", "UntagResource", "ListTagsForResource", "ListMapRuns", "DescribeMapRun", "UpdateMapRun",
}
FAMILIES = {"execution", "api", "teststate", "mocked"}
# What the runner is told to be there: Lambda, which it serves itself, log groups, of which any ARN is accepted, and the
# mock configuration, with which tests/suites/run starts the server. Of API Gateway only mocks are asked.
PROVIDED = {"lambda", "logs", "apigateway", "mock-config", "second-account", "other-region-client"}
# A queue's URL whose host is nowhere: messages go to the endpoint of SQS here, whatever host the URL names (docs/differences.md).
NO_HOST = re.compile(r"^https?://no-such-queue")
# A function by its ARN (of the case: "@{fn1.arn}"), or the optimised integration; an activity; Step Functions itself.
# Any action of AWS's services, and the optimised integrations.
REACHED = re.compile(r"^(@\{fn\d+\.arn\}.*|arn:aws[a-z-]*:lambda:.*|arn:aws[a-z-]*:states:::.*"
                     r"|@\{c\d+\.activityArn\}|arn:aws[a-z-]*:states:[^:]+:\d+:activity:.*)$")
# What Express workflows refuse is refused by name, whether the integration is there or not; and what a mock stands for
# need not be there.
NO_MATTER = {"api": {"other integrations"}, "teststate": {"other integrations"}, "mocked": {"other integrations"}}


def definitions(case):
    """Every definition that the case sends, as JSON values."""
    texts = [part["definition"] for part in (case, case.get("params", {})) if "definition" in part]
    texts += [s["params"]["definition"] for s in case.get("steps", ()) if "definition" in s.get("params", {})]
    for text in texts:
        if isinstance(text, str):
            try:
                text = json.loads(text)
            except ValueError:
                continue  # what is not JSON is refused by every version
        # TestState also takes a state that stands alone.
        yield {"States": {"StateName": text}} if isinstance(text, dict) and "Type" in text else text


def states(definition):
    """Every state of a definition, also those within Parallel and Map."""
    if not isinstance(definition, dict):
        return
    for state in (definition.get("States") or {}).values() if isinstance(definition.get("States"), dict) else ():
        if not isinstance(state, dict):
            continue
        yield state
        branches = state.get("Branches") if isinstance(state.get("Branches"), list) else []
        for nested in [*branches, state.get("Iterator"), state.get("ItemProcessor")]:
            yield from states(nested)


def beyond(definition):
    """Why a definition is beyond this version, or None."""
    if not isinstance(definition, dict):
        return None
    for state in states(definition):
        resource = state.get("Resource")
        if isinstance(resource, str):
            if not REACHED.match(resource):
                return "other integrations"
    return None


def reason_against(case, provided):
    if case["family"] not in FAMILIES:
        return "family " + case["family"]
    if not set(case["requires"]) <= provided:
        return "needs " + ", ".join(sorted(set(case["requires"]) - provided))
    if any(NO_HOST.match(str(value)) for value in (case["input"] if isinstance(case.get("input"), dict) else {}).values()):
        return "a queue's URL that leads nowhere"
    for step in case.get("steps", ()):
        if "external" in step and step["external"] not in provided:
            return "calls another service"
        if "external" not in step and "operation" in step and step["operation"] not in OPERATIONS:
            return "operations of later versions"
    for definition in definitions(case):
        reason = beyond(definition)
        if reason and reason not in NO_MATTER.get(case["family"], ()):
            return reason
    return None


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    source, target = (os.path.abspath(p) for p in sys.argv[1:3])
    provided = PROVIDED | set(filter(None, sys.argv[3].split(","))) if len(sys.argv) > 3 else PROVIDED
    chosen, against = collections.Counter(), collections.Counter()
    for folder, _, files in os.walk(source):
        for name in sorted(files):
            if not name.endswith(".json"):
                continue
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as file:
                case = json.load(file)
            if "family" not in case:
                continue
            reason = reason_against(case, provided)
            if reason:
                against[case["family"], reason] += 1
                continue
            chosen[case["family"]] += 1
            link = os.path.join(target, os.path.relpath(path, source))
            os.makedirs(os.path.dirname(link), exist_ok=True)
            os.symlink(path, link)
    print("selected: " + ", ".join(f"{n} {family}" for family, n in sorted(chosen.items())))
    for (family, reason), n in sorted(against.items()):
        print(f"  left out: {n} {family}: {reason}")
    return 0 if chosen else 1


if __name__ == "__main__":
    sys.exit(main())
