"""The programs that bench/run measures, and the load it puts on them. Python 3 standard library only."""
import ctypes
import http.client
import json
import os
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ.get("STEPWELL_BENCH_BUILD", ROOT / "build/release"))
ROLE = "arn:aws:iam::123456789012:role/bench"
TICKS = os.sysconf("SC_CLK_TCK")


def arn_of(name):
    return f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    busy = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores; load before the run {busy:.1f}; {time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime())}"


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Process:
    """A server on a free port that says its URL on its first line."""

    def __init__(self, command):
        self.process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                                        preexec_fn=_die_with_parent)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"bench: {command[0]} ended before it was ready")
        self.port = int(line.strip().rpartition(":")[2])
        self.url = f"http://127.0.0.1:{self.port}"
        self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.connection:
            self.connection.close()
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()

    def call(self, operation, parameters):
        if not self.connection:
            self.connection = self.connect(self.port)
        return self.ask(self.connection, operation, parameters)

    @staticmethod
    def connect(port):
        return http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    @staticmethod
    def ask(connection, operation, parameters):
        connection.request("POST", "/", json.dumps(parameters), {
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AWSStepFunctions." + operation})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"bench: {operation}: {answer.status} {body[:300]!r}")
        return json.loads(body)

    def first_answer(self):
        return self.call("ListStateMachines", {})

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_kib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))


class Echo(Process):
    """The floor: also the stub Lambda, as it answers any POST with the body it got."""

    def __init__(self):
        super().__init__([BIN / "bench/stepwell_echo"])


class Stepwell(Process):
    def __init__(self, data, *options, keep=False):
        self.data, self.keep = Path(data), keep
        super().__init__([BIN / "stepwell", "serve", "--port", "0", "--data", data, "--log-level", "warn", *options])

    def __exit__(self, *_):
        super().__exit__()
        if not self.keep:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self.data}{suffix}").unlink(missing_ok=True)

    def machine(self, name, definition, kind="STANDARD"):
        return self.call("CreateStateMachine", {
            "name": name, "definition": json.dumps(definition), "roleArn": ROLE, "type": kind})["stateMachineArn"]

    def start(self, arn, text):
        return self.call("StartExecution", {"stateMachineArn": arn, "input": text})["executionArn"]

    def wait_for(self, condition):
        while not condition():
            time.sleep(0.01)

    def wait_for_end(self, arn):
        self.wait_for(lambda: not self.call("ListExecutions", {
            "stateMachineArn": arn, "statusFilter": "RUNNING", "maxResults": 1})["executions"])

    def run_to_end(self, arn, text):
        execution = self.start(arn, text)
        self.wait_for(lambda: self.call("DescribeExecution", {"executionArn": execution})["status"] != "RUNNING")
        return self.call("DescribeExecution", {"executionArn": execution})

    def stop_dates(self, arn):
        token = None
        while True:
            page = self.call("ListExecutions", {"stateMachineArn": arn, "statusFilter": "SUCCEEDED", "maxResults": 1000,
                                                **({"nextToken": token} if token else {})})
            yield from (e["stopDate"] for e in page["executions"])
            token = page.get("nextToken")
            if not token:
                return

    def metric(self, name):
        """The sum of a counter over its labels, from /metrics."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        values = [float(line.rpartition(" ")[2]) for line in text.splitlines() if line.partition("{")[0].partition(" ")[0] == name]
        if not values:
            raise SystemExit(f"bench: /metrics has no {name}")
        return sum(values)


def load(process, operation, body, connections, seconds=None, requests=None):
    """Runs stepwell_load against a process. Adds the process's CPU time per request, in microseconds."""
    command = [BIN / "bench/stepwell_load", "--port", process.port, "--target", "AWSStepFunctions." + operation, "--connections",
               connections, "--body", body, "--seconds", seconds or 3600]
    if requests:
        command += ["--requests", requests]
    before = process.cpu_seconds()
    run = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"bench: {run.stderr.strip()}")
    result = json.loads(run.stdout)
    result["cpu_us"] = (process.cpu_seconds() - before) / max(1, result["requests"]) * 1e6
    return result
