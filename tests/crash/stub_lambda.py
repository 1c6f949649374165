#!/usr/bin/env python3
"""A Lambda Invoke API of its own process, which outlives the server under test and remembers every call.

    stub_lambda.py LOG [SEED]      prints its port; one line of JSON per call in LOG, written before the call is answered

The path of the endpoint begins with the number of the server's life, so that a call that lay about in a socket while its
sender was killed is not taken for one of the next life. A call's id is what the server sends as `amz-sdk-invocation-id`: the same for every call of one scheduled task. Answers
carry it, so that the history tells which call gave it.
"""

import http.server
import json
import random
import sys
import threading
import time

LONGEST_CALL = 0.12  # seconds


def double(event, call):
    return {"n": 2 * event["n"], "id": call}


def flaky(event, call):
    """Fails as often as it is told; which attempt this is comes with the call."""
    if event["retry"] < event["failures"]:
        raise Failed("Flaky", call)
    return {"n": event["n"] + event["retry"], "id": call}


def broken(event, call):
    raise Failed("Broken", call)


def healing(event, call):
    """Fails until the execution is redriven."""
    if event["redrive"] == 0:
        raise Failed("Ill", call)
    return {"n": event["n"] + event["redrive"], "id": call}


def park(event, call):
    """The token is in the log: whoever reads that sends it back."""
    return {"id": call}


FUNCTIONS = {f.__name__: f for f in (double, flaky, broken, healing, park)}


class Failed(Exception):
    pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log_file = None
    lock = threading.Lock()
    random = random.Random()

    def do_POST(self):
        _, life, _, _, function, _ = self.path.split("/")
        name = function.rpartition("%3A")[2]
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        call = self.headers.get("amz-sdk-invocation-id", "")
        with self.lock:
            self.log_file.write(json.dumps({"life": int(life), "function": name, "id": call, "event": event}) + "\n")
            self.log_file.flush()
            pause = self.random.random() ** 2 * LONGEST_CALL
        time.sleep(pause)
        headers = {"Content-Type": "application/json", "x-amzn-RequestId": call}
        try:
            answer = FUNCTIONS[name](event, call)
        except Failed as failure:
            headers["X-Amz-Function-Error"] = "Unhandled"
            answer = {"errorType": failure.args[0], "errorMessage": failure.args[1]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        for key, value in {**headers, "Content-Length": len(body)}.items():
            self.send_header(key, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        pass  # the server was killed while it waited for us


if __name__ == "__main__":
    Handler.log_file = open(sys.argv[1], "a", encoding="utf-8")
    Handler.random = random.Random(sys.argv[2] if len(sys.argv) > 2 else None)
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
