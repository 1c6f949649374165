"""HTTP Tasks against a server of the test's own."""

import http.server
import json
import threading

from harness import ApiError, ServerTest

ARN = "arn:aws:events:us-east-1:123456789012:connection/api/0"
ROLE = "arn:aws:iam::123456789012:role/e2e"


class HttpTask(ServerTest):
    def setUp(self):
        super().setUp()
        self.seen = seen = []

        class Api(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                seen.append((self.command, self.path, dict(self.headers), body))
                text = json.dumps({"token": "never"}).encode()
                self.send_response(int(self.path.rpartition("/")[2].partition("?")[0]))
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        self.api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
        threading.Thread(target=self.api.serve_forever, daemon=True).start()
        self.addCleanup(self.api.server_close)
        self.addCleanup(self.api.shutdown)
        (self.folder / "stepwell.yaml").write_text(
            "connections:\n  api:\n    api-key: {name: X-Api-Key, value: s3cret}\n    query: {team: billing}\n")

    def state(self, status, **more):
        return {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": True, "Parameters": {
            "ApiEndpoint": f"http://127.0.0.1:{self.api.server_port}/v1/{status}", "Method": "POST",
            "InvocationConfig": {"ConnectionArn": ARN}, "RequestBody": {"a": 1}, **more}}

    def run_task(self, server, state):
        return server.run(f"m{len(self.seen)}", {"StartAt": "Call", "States": {"Call": state}})

    def test_is_called_with_what_its_connection_adds(self):
        server = self.server()
        execution = self.run_task(server, self.state(200, QueryParameters={"x": "y z"}))
        output = json.loads(server.closed(execution)["output"])
        self.assertEqual((output["StatusCode"], output["StatusText"], output["ResponseBody"]), (200, "OK", {"token": "never"}))
        method, path, headers, body = self.seen[0]
        self.assertEqual((method, path, body), ("POST", "/v1/200?x=y%20z&team=billing", '{"a":1}'))
        self.assertEqual(headers["X-Api-Key"], "s3cret")
        self.assertEqual(headers["User-Agent"], "Amazon|StepFunctions|HttpInvoke|us-east-1")
        self.assertNotIn("s3cret", json.dumps(server.history(execution)) + server.log())

    def test_fails_by_its_status(self):
        server = self.server()
        closed = server.closed(self.run_task(server, self.state(429)))
        self.assertEqual((closed["error"], closed["cause"]), ("States.Http.StatusCode.429", "Too Many Requests"))

    def test_refuses_headers_that_it_may_not_set(self):
        server = self.server()
        with self.assertRaisesRegex(ApiError, r"contains unsupported values: \[x-amz-date\]"):
            self.run_task(server, self.state(200, Headers={"X-Amz-Date": "x"}))
        late = self.state(200, **{"Headers.$": """States.StringToJson('{"X-Amz-Date":"x"}')"""})
        closed = server.closed(self.run_task(server, late))
        self.assertEqual(closed["error"], "States.Runtime")
        self.assertIn("contains unsupported values: [x-amz-date]", closed["cause"])
        self.assertEqual(self.seen, [])

    def test_shows_its_messages_to_test_state(self):
        server = self.server()

        def trace(**more):
            return server.call("TestState", definition=json.dumps(self.state(200)), roleArn=ROLE, inspectionLevel="TRACE",
                               **more)["inspectionData"]
        hidden = trace()
        self.assertEqual((hidden["request"]["method"], hidden["response"]["statusCode"]), ("POST", "200"))
        self.assertNotIn("s3cret", json.dumps(hidden))
        self.assertIn("X-Api-Key: s3cret", trace(revealSecrets=True)["request"]["headers"])
