"""A function that a test holds: it notes each of its calls, and returns when the test has opened the gate."""

import json
import os
import time
from pathlib import Path


def handler(event, context):
    folder = Path(event["gate"])
    note = json.dumps({"request_id": context.aws_request_id, "pid": os.getpid(), "event": event}) + "\n"
    with open(folder / "calls", "ab", buffering=0) as calls:
        calls.write(note.encode())  # One write: calls that come at the same time do not mix.
    while not (folder / "open").exists():
        time.sleep(0.01)
    return event.get("answer", "through")
