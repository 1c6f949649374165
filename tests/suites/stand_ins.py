#!/usr/bin/env python3
"""Starts stand-ins of AWS's services for the conformance cases, and prints where they are: `dynamodb=http://127.0.0.1:8000,…`

DynamoDB is npm's dynalite and S3 is npm's s3rver (tests/e2e/node_modules; left out where they are not installed); SQS, SNS,
EventBridge and Secrets Manager are tests/e2e/stand_in.py. They end when standard input does.
"""
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

E2E = Path(__file__).resolve().parents[1] / "e2e"
sys.path.insert(0, str(E2E))
sys.dont_write_bytecode = True
from stand_in import StandIn  # noqa: E402


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(port, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def main():
    processes, places = [], {}
    with tempfile.TemporaryDirectory(prefix="stepwell-s3-") as folder:
        try:
            for service, package, command in (
                    ("dynamodb", "dynalite", [E2E / "node_modules/dynalite/cli.js", "--createTableMs", "0", "--deleteTableMs", "0"]),
                    ("s3", "s3rver", [E2E / "s3.cjs", "--directory", folder])):
                if not (E2E / "node_modules" / package).exists():
                    continue
                port = free_port()
                process = subprocess.Popen(["node", *map(str, command), "--port", str(port)], stdin=subprocess.DEVNULL,
                                           stdout=subprocess.DEVNULL)
                processes.append(process)
                if not answers(port, process):
                    raise SystemExit(f"stand_ins.py: {package} did not start")
                places[service] = f"http://127.0.0.1:{port}"
            own = StandIn().start()
            places.update(dict.fromkeys(["sqs", "sns", "events", "secretsmanager"], own.url))
            print(",".join(f"{service}={url}" for service, url in places.items()), flush=True)
            sys.stdin.read()
        finally:
            for process in processes:
                process.kill()
                process.wait()


if __name__ == "__main__":
    main()
