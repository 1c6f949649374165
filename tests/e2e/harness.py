"""What the end-to-end tests share: real servers, a client, and a look at histories. Python 3 standard library only."""

import ctypes
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BINARY = Path(os.environ.get("STEPWELL_BIN", ROOT / "build/release/stepwell")).resolve()
FUNCTIONS = HERE / "functions"
ROLE = "arn:aws:iam::123456789012:role/e2e"

# How long a test waits for what must come. Long: it only counts when something is broken.
PATIENCE = float(os.environ.get("E2E_PATIENCE", "60"))


def wait_for(condition, what, seconds=None):
    """Waits until `condition` returns something true, and returns that."""
    deadline = time.monotonic() + (PATIENCE if seconds is None else seconds)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come to pass: {what}")
        time.sleep(0.01)


def wait_until(moment):
    """Waits for a time of the clock, in seconds since 1970."""
    while (left := moment - time.time()) > 0:
        time.sleep(left)


# What a test's own environment says of AWS, proxies or Stepwell must not reach the programs under test.
_FOREIGN = re.compile(r"^(AWS_|STEPWELL_|SFN_|LAMBDA_|WAIT_TIME_SCALE|E2E_|.*_ENDPOINT$|(https?|no|all)_proxy$)", re.I)


def clean_environment(**more):
    environment = {k: v for k, v in os.environ.items() if not _FOREIGN.match(k)}
    environment.update({k: str(v) for k, v in more.items()})
    return environment


def process_is_alive(pid):
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: a test that is killed leaves no server behind.


class ApiError(Exception):
    def __init__(self, status, error_type, message):
        super().__init__(f"{status} {error_type}: {message}")
        self.status, self.type, self.message = status, error_type, message


class Server:
    """A Stepwell of our own on a free port. `start` after `kill` or `terminate` is a restart on the same data."""

    def __init__(self, *options, data=":memory:", environment=None, folder=None):
        self.options, self.data = [str(o) for o in options], str(data)
        self.environment = clean_environment(**(environment or {}))
        self.folder = Path(folder or tempfile.gettempdir())
        self.process = self.url = None
        self.ended = False  # by the test
        self._log = tempfile.NamedTemporaryFile(prefix="stepwell-e2e-log-")

    def start(self, *more_options):
        self.launch(*more_options)
        self.url = wait_for(self._ready_url, "the ready line of the server")
        return self

    def launch(self, *more_options):
        """Starts it and does not wait until it is ready."""
        self._log_start = os.path.getsize(self._log.name)
        command = [BINARY, "serve", "--port", "0", "--data", self.data, *self.options, *more_options]
        with open(self._log.name, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, env=self.environment,
                preexec_fn=_die_with_parent)
        self.ended = False

    def _ready_url(self):
        for line in self.log(since_start=True).splitlines():
            if "ready" in line.lower() and (url := re.search(r"https?://[^\s\"',]+:\d+", line)):
                return url.group()
        if self.process.poll() is not None:
            self.ended = True
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log(since_start=True)}")
        return None

    def log(self, since_start=False):
        if self._log.file.closed:
            return ""
        with open(self._log.name, errors="replace") as log:
            log.seek(self._log_start if since_start else 0)
            return log.read()

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    def end(self, how):
        """Sends a signal and returns the exit status; as subprocess has it, negative for the signal that killed it."""
        if self.process.poll() is not None:
            self.ended = True
            raise AssertionError(f"the server had ended by itself, with {self.process.returncode}:\n{self.log()[-4000:]}")
        self.process.send_signal(how)
        self.ended = True
        return self.process.wait(timeout=PATIENCE)

    def kill(self):
        return self.end(signal.SIGKILL)

    def terminate(self):
        return self.end(signal.SIGTERM)

    def close(self):
        """Ends it; an error where it had ended by itself, or where a sanitizer had something to say."""
        try:
            if self.process and not self.ended:
                self.kill()
            if found := re.search(r".*(ERROR: \w+Sanitizer|runtime error: )(.*\n){1,30}", self.log()):
                raise AssertionError(found.group())
        finally:
            self._log.close()

    # --- HTTP ---------------------------------------------------------------------------------------------------------

    def http(self, method, path, body=None, headers=None):
        """(status, headers, body) of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def call(self, operation, *, headers=None, **parameters):
        """One operation of the API; ApiError where it is refused."""
        status, _, body = self.http("POST", "/", json.dumps(parameters), {
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AWSStepFunctions.{operation}",
            **(headers or {})})
        answer = json.loads(body) if body else {}
        if status != 200:
            raise ApiError(status, answer.get("__type", "").rpartition("#")[2], answer.get("message", ""))
        return answer

    # --- what most tests do -------------------------------------------------------------------------------------------

    def create(self, name, definition, **more):
        return self.call("CreateStateMachine", name=name, definition=json.dumps(definition), roleArn=ROLE,
                         **more)["stateMachineArn"]

    def run(self, machine_name, definition, input=None, **more):
        """Creates a machine, starts it and returns the execution's ARN."""
        machine = self.create(machine_name, definition)
        return self.call("StartExecution", stateMachineArn=machine, input=json.dumps(input or {}),
                         **more)["executionArn"]

    def status(self, execution):
        return self.call("DescribeExecution", executionArn=execution)["status"]

    def closed(self, execution):
        """The description of an execution once it is closed."""
        def description():
            answer = self.call("DescribeExecution", executionArn=execution)
            return answer if answer["status"] != "RUNNING" else None
        return wait_for(description, f"the end of {execution}")

    def history(self, execution):
        """All events, page by page."""
        events, token = [], {}
        while True:
            page = self.call("GetExecutionHistory", executionArn=execution, maxResults=1000, **token)
            events += page["events"]
            if "nextToken" not in page:
                return events
            token = {"nextToken": page["nextToken"]}

    def reached(self, execution, event_type, count=1):
        """The history once it has `count` events of a type."""
        def events():
            history = self.history(execution)
            return history if sum(e["type"] == event_type for e in history) >= count else None
        return wait_for(events, f"{count} {event_type} of {execution}")


class ServerTest(unittest.TestCase):
    """A test with a folder of its own; what it starts ends with it."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="stepwell-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.servers = []

    def server(self, *options, **more):
        """A started server."""
        server = Server(*options, folder=self.folder, **more)
        self.servers.append(server)
        self.addCleanup(server.close)
        return server.start()

    def refused(self, error_type, message, call, *arguments, **parameters):
        """Checks that the API refuses a call with this type and text (or pattern)."""
        with self.assertRaises(ApiError) as caught:
            call(*arguments, **parameters)
        self.assertEqual(caught.exception.type, error_type)
        if isinstance(message, re.Pattern):
            self.assertRegex(caught.exception.message, message)
        elif message is not None:
            self.assertEqual(caught.exception.message, message)


# --- functions ------------------------------------------------------------------------------------------------------------

def lambda_arn(name):
    return f"arn:aws:lambda:us-east-1:123456789012:function:{name}"


def functions_file(folder, functions):
    """Writes a stepwell.yaml: name → "file.handler" of tests/e2e/functions, or a dict of a function's keys."""
    lines = ["functions:"]
    for name, keys in functions.items():
        if isinstance(keys, str):
            keys = {"handler": keys}
        lines.append(f"  {name}:")
        for key, value in {"folder": FUNCTIONS, "timeout": 300, **keys}.items():
            lines.append(f"    {key}: {json.dumps(value if isinstance(value, (int, float, dict)) else str(value))}")
    path = Path(folder) / "functions.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


class Gate:
    """The test's side of functions/gate.py: what calls came in, and when they may go on."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def calls(self):
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def arrived(self, count=1):
        """The calls once there are so many."""
        return wait_for(lambda: len(self.calls()) >= count and self.calls(), f"{count} calls at the gate")

    def open(self):
        (self.folder / "open").touch()


# --- histories ------------------------------------------------------------------------------------------------------------

def chain(*types):
    """What a history without branches looks like: (id, previousEventId, type). The first state hangs on nothing."""
    return [(i, 0 if i <= 2 else i - 1, event_type) for i, event_type in enumerate(types, 1)]


def shape(events):
    return [(e["id"], e["previousEventId"], e["type"]) for e in events]


def check_history(test, events):
    """What holds for every history: ids without gaps, links that only point back, a time that never does."""
    test.assertEqual([e["id"] for e in events], list(range(1, len(events) + 1)))
    test.assertEqual(events[0]["type"], "ExecutionStarted")
    for earlier, event in zip(events, events[1:]):
        test.assertLess(event["previousEventId"], event["id"])
        test.assertLessEqual(earlier["timestamp"], event["timestamp"])
    # A redrive opens what had ended.
    ends = [e["id"] for e, after in zip(events, [*events[1:], None])
            if re.match(r"Execution(Succeeded|Failed|Aborted|TimedOut)$", e["type"])
            and (after is None or after["type"] != "ExecutionRedriven")]
    test.assertIn(ends, ([], [len(events)]))


def name_of(event):
    for key, details in event.items():
        if key.endswith("Details") and isinstance(details, dict) and "name" in details:
            return details["name"]
    return None


def find(events, event_type, name=None, count=1):
    """The `count`th event of a type (and state or iteration name)."""
    found = [e for e in events if e["type"] == event_type and (name is None or name_of(e) == name)]
    if len(found) < count:
        raise AssertionError(f"no {event_type} number {count}{f' of {name}' if name else ''} in {shape(events)}")
    return found[count - 1]


def types_up_to(events, last):
    """The types of the events that `last` hangs on, first to last: the path that its branch took."""
    by_id, path, event = {e["id"]: e for e in events}, [], last
    while event:
        path.append(event["type"])
        event = by_id.get(event["previousEventId"])
    return path[::-1]
