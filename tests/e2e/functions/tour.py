"""What a Python handler can see and do, for the tests of local functions."""

import os
import subprocess
import sys
import time
from pathlib import Path

calls = 0


class OutOfCheese(Exception):
    pass


def echo(event, context):
    return event


def count(event, context):
    """How often this process was called: more than once where it is kept warm."""
    global calls
    calls += 1
    return {"pid": os.getpid(), "calls": calls}


def surroundings(event, context):
    names = ["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_REGION",
             "AWS_DEFAULT_REGION", "LAMBDA_TASK_ROOT", "_HANDLER", "GREETING", "FROM_THE_SERVER"]
    return {
        "environment": {name: os.environ.get(name) for name in names},
        "folder": os.getcwd(),
        "function_name": context.function_name,
        "function_version": context.function_version,
        "invoked_function_arn": context.invoked_function_arn,
        "memory": str(context.memory_limit_in_mb),
        "request_id": context.aws_request_id,
        "remaining": context.get_remaining_time_in_millis(),
    }


def fails(event, context):
    raise OutOfCheese("the shop is closed")


def not_json(event, context):
    return {1, 2, 3}


def dies(event, context):
    print("last words")
    sys.stdout.flush()
    os._exit(3)


def sleeps(event, context):
    time.sleep(event["seconds"])
    return "slept"


def says(event, context):
    print("a line from", context.function_name)
    print("and one to standard error", file=sys.stderr)
    return None


def meets(event, context):
    """Returns when as many calls as the event says are here at the same time."""
    folder = Path(event["folder"])
    (folder / context.aws_request_id).touch()
    while len(list(folder.iterdir())) < event["calls"]:
        time.sleep(0.01)
    return os.getpid()


def starts_a_process(event, context):
    """Leaves the ids of itself and of a child of its own, and stays."""
    child = subprocess.Popen(["sleep", "3600"])
    part = Path(event["file"] + ".part")
    part.write_text(f"{os.getpid()} {child.pid}")
    part.rename(event["file"])
    child.wait()
