"""What the crash test runs: state machines whose end follows from their input, whatever happens to the server.

Tasks say which execution, state and attempt they are, so that the stub's log can be held against the histories. Nothing
here times out, so the shape of a history is the same every time.
"""

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"
INVOKE = "arn:aws:states:::lambda:invoke"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:"
WHO = {"execution.$": "$$.Execution.Name", "state.$": "$$.State.Name", "retry.$": "$$.State.RetryCount"}


def flow(start_at, **states):
    return {"StartAt": start_at, "States": states}


def add(count, **then):
    return {"Type": "Pass", "Parameters": {"n.$": f"States.MathAdd($.n, {count})"}, **then}


def double(**then):
    return {"Type": "Task", "Resource": LAMBDA + "double", "Parameters": {"n.$": "$.n", **WHO},
            "ResultSelector": {"n.$": "$.n"}, **then}


def flaky(failures, **then):
    return {"Type": "Task", "Resource": INVOKE,
            "Parameters": {"FunctionName": "flaky", "Payload": {"n.$": "$.n", "failures": failures, **WHO}},
            "ResultSelector": {"n.$": "$.Payload.n"},
            "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 5, "BackoffRate": 1}], **then}


def broken(**then):
    return {"Type": "Task", "Resource": LAMBDA + "broken", "Parameters": WHO, **then}


def healing(**then):
    return {"Type": "Task", "Resource": LAMBDA + "healing",
            "Parameters": {"n.$": "$.n", "redrive.$": "$$.Execution.RedriveCount", **WHO},
            "ResultSelector": {"n.$": "$.n"}, **then}


def wait(seconds, **then):
    return {"Type": "Wait", "Seconds": seconds, **then}


def parallel(*branches, **then):
    return {"Type": "Parallel", "Branches": list(branches), **then}


def for_each(processor, concurrency, **then):
    return {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": concurrency,
            "ItemSelector": {"n.$": "$$.Map.Item.Value"}, "ItemProcessor": processor, **then}


def for_each_apart(processor, kind, **then):
    """A distributed Map: its items are executions of their own."""
    return {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 3, "ItemSelector": {"n.$": "$$.Map.Item.Value"},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}, **processor}, **then}


def nested(machine, pattern, **then):
    """Starts an execution of one of CHILDREN and waits for its end."""
    return {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution" + pattern,
            "Parameters": {"StateMachineArn": MACHINE + machine,
                           "Input": {"n.$": "$.n", "parent.$": "$$.Execution.Name"}}, **then}


END = {"End": True}
FAILING = flow("F1", F1=wait(1, Next="F2"), F2={"Type": "Fail", "Error": "Enough"})


class Workload:
    """A state machine, and how an execution of it with input {"n": n, "items": […]} ends."""

    def __init__(self, name, definition, output=None, status="SUCCEEDED", error=None, weight=1):
        self.name, self.definition, self.weight = name, definition, weight
        self.status, self.error = status, error
        self.stopped = status == "ABORTED"  # by its client, as soon as it is started
        self.output = output or (lambda n: None)

    @staticmethod
    def input(n):
        return {"n": n, "items": [n, n + 1, n + 2, n + 3, n + 4]}


WORKLOADS = {w.name: w for w in [
    Workload("pass", flow("A", A=add(1, Next="B"), B=add(1, Next="C"), C=add(1, **END)), lambda n: {"n": n + 3}, weight=3),
    Workload("wait", flow("A", A=wait(1, Next="B"), B=add(1, Next="C"), C=wait(2, **END)), lambda n: {"n": n + 1}),
    Workload("call", flow("A", A=double(Next="B"), B=double(**END)), lambda n: {"n": 4 * n}, weight=2),
    Workload("retry", flow("A", A=flaky(3, **END)), lambda n: {"n": n + 3}, weight=2),
    Workload("caught", flow(
        "A", A=broken(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}],
                      Catch=[{"ErrorEquals": ["Broken"], "ResultPath": "$.error", "Next": "B"}], Next="Never"),
        B={"Type": "Pass", "Parameters": {"caught.$": "$.n"}, **END}, Never={"Type": "Fail"}), lambda n: {"caught": n}),
    Workload("fail", flow("A", A=broken(**END)), status="FAILED", error="Broken"),
    Workload("token", flow(
        "A", A={"Type": "Task", "Resource": INVOKE + ".waitForTaskToken",
                "Parameters": {"FunctionName": "park",
                               "Payload": {"n.$": "$.n", "token.$": "$$.Task.Token", **WHO}}, "Next": "B"},
        B=add(1, **END)), lambda n: {"n": 3 * n + 1}, weight=2),
    Workload("parallel", flow("A", A=parallel(
        flow("P1", P1=double(Next="P2"), P2=wait(1, **END)),
        flow("P3", P3=flaky(1, **END)),
        flow("P4", P4=add(7, **END)), **END)), lambda n: [{"n": 2 * n}, {"n": n + 1}, {"n": n + 7}], weight=2),
    Workload("map", flow("A", A=for_each(flow("M1", M1=double(Next="M2"), M2=add(1, **END)), 2, **END)),
             lambda n: [{"n": 2 * i + 1} for i in range(n, n + 5)], weight=2),
    Workload("nested", flow("A", A=for_each(
        flow("N1", N1=parallel(flow("N2", N2=flaky(1, **END)), flow("N3", N3=wait(1, Next="N4"), N4=double(**END)), **END)),
        0, **END)), lambda n: [[{"n": i + 1}, {"n": 2 * i}] for i in range(n, n + 5)]),
    # Fails; whoever watches redrives it: tests/crash/run.
    Workload("redrive", flow(
        "A", A=parallel(flow("P1", P1=double(Next="P2"), P2=add(1, **END)), ResultPath="$.p", Next="B"),
        B=for_each(flow("M1", M1=double(Next="M2"), M2=healing(**END)), 1, **END)),
        lambda n: [{"n": 2 * i + 1} for i in range(n, n + 5)]),
    Workload("loop", flow(
        "A", A={"Type": "Pass", "Parameters": {"n.$": "$.n", "i": 0}, "Next": "B"},
        B={"Type": "Choice", "Choices": [{"Variable": "$.i", "NumericLessThan": 100, "Next": "C"}], "Default": "D"},
        C={"Type": "Pass", "Parameters": {"n.$": "$.n", "i.$": "States.MathAdd($.i, 1)"}, "Next": "B"},
        D=double(**END)), lambda n: {"n": 2 * n}),
    # Without tasks: a call would bear the name of a child, and that of an Express one may come again.
    Workload("apart", flow("A", A=for_each_apart(
        flow("D1", D1=wait(1, Next="D2"), D2=add(1, **END)), "STANDARD", **END)), lambda n: [{"n": i + 1} for i in range(n, n + 5)]),
    Workload("apart-express", flow("A", A=for_each_apart(
        flow("D1", D1=wait(1, Next="D2"), D2=add(1, **END)), "EXPRESS", **END)), lambda n: [{"n": i + 1} for i in range(n, n + 5)]),
    # Its last child fails, whatever the others do then; redriven, it and those that were stopped go on.
    Workload("apart-redrive", flow("A", A={
        **for_each_apart(flow(
            "D0", D0={"Type": "Choice", "Choices": [
                {"Variable": "$.i", "NumericLessThan": 4, "Next": "D1"},
                {"Variable": "$$.Execution.RedriveCount", "NumericGreaterThan": 0, "Next": "D1"}]},
            D1=wait(1, Next="D2"), D2=add(1, **END)), "STANDARD"),
        "ItemSelector": {"n.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index"}, **END}),
        lambda n: [{"n": i + 1} for i in range(n, n + 5)]),
    Workload("stop", flow("A", A=wait(100_000, **END)), status="ABORTED", error="Enough"),
    Workload("nests", flow("A", A=nested("child", ".sync:2", ResultSelector={"n.$": "$.Output.n"}, **END)),
             lambda n: {"n": n + 2}, weight=2),
    # What they wait for never ends by itself.
    Workload("stops-nested", flow("A", A=nested("endless", ".sync", **END)), status="ABORTED", error="Enough", weight=2),
    Workload("fails-nested", flow("A", A=parallel(flow("P1", P1=nested("endless", ".sync", **END)), FAILING, **END)),
             status="FAILED", error="Enough"),
    Workload("leaves-nested", flow(
        "A", A=parallel(flow("P1", P1=nested("endless", ".sync:2", **END)), FAILING,
                        Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B"}], **END),
        B={"Type": "Pass", "Parameters": {"left.$": "$.n"}, "Next": "C"}, C=wait(1, **END)), lambda n: {"left": n}),
]}

# What those above start themselves.
CHILDREN = {
    "child": flow("A", A=add(1, Next="B"), B=wait(1, Next="C"), C=add(1, **END)),
    "endless": flow("A", A=wait(100_000, **END)),
}

# These fail, and whoever watches redrives them.
REDRIVEN = ["redrive", "apart-redrive"]

# At least once, and not stored: all that can be said of one is that its task was called.
EXPRESS = flow("A", A=double(**END))
