"""Events in and out, and signed requests, with the AWS CLI."""

import http.server
import json
import os
import shutil
import subprocess
import threading
import unittest

from harness import PATIENCE, ApiError, ServerTest, clean_environment, wait_for

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
UPLOADED = {"Source": "aws.s3", "DetailType": "Object Created",
            "Detail": json.dumps({"bucket": {"name": "uploads"}, "object": {"key": "a.mp4", "size": 7}})}
PATTERN = json.dumps({"source": ["aws.s3"], "detail": {"object": {"key": [{"suffix": ".mp4"}]}}})


class EventTest(ServerTest):
    def events(self, server, operation, **parameters):
        status, _, body = server.http("POST", "/", json.dumps(parameters), {
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"AWSEvents.{operation}"})
        answer = json.loads(body)
        if status != 200:
            raise ApiError(status, answer["__type"], answer["message"])
        return answer

    def executions(self, server, machine, count):
        def listed():
            found = server.call("ListExecutions", stateMachineArn=machine)["executions"]
            return found if len(found) >= count else None
        return wait_for(listed, f"{count} executions of {machine}")


class EventsIn(EventTest):
    def test_start_state_machines(self):
        server = self.server(data=self.folder / "data.db")
        machine = server.create("transcode", PASS)
        rule = self.events(server, "PutRule", Name="uploads", EventPattern=PATTERN)
        self.assertEqual(rule["RuleArn"], "arn:aws:events:us-east-1:123456789012:rule/uploads")
        put = self.events(server, "PutTargets", Rule="uploads", Targets=[{
            "Id": "1", "Arn": machine, "InputTransformer": {
                "InputPathsMap": {"b": "$.detail.bucket.name", "k": "$.detail.object.key"},
                "InputTemplate": '{"source": "s3://<b>/<k>"}'}}])
        self.assertEqual(put, {"FailedEntryCount": 0, "FailedEntries": []})
        server.kill()
        server.start()  # rules are kept
        other = dict(UPLOADED, Detail=json.dumps({"object": {"key": "a.txt"}}))
        sent = self.events(server, "PutEvents", Entries=[UPLOADED, other, {"Source": "x"}])
        self.assertEqual(sent["FailedEntryCount"], 1)
        self.assertEqual(sent["Entries"][2]["ErrorCode"], "InvalidArgument")
        [execution] = self.executions(server, machine, 1)
        self.assertEqual(json.loads(server.closed(execution["executionArn"])["input"]), {"source": "s3://uploads/a.mp4"})

    def test_rules_are_listed_switched_and_deleted(self):
        server = self.server()
        machine = server.create("m", PASS)
        for name in ("a1", "a2", "b1"):
            self.events(server, "PutRule", Name=name, EventPattern=PATTERN)
        self.events(server, "PutTargets", Rule="a1", Targets=[{"Id": "x", "Arn": machine}])
        page = self.events(server, "ListRules", NamePrefix="a", Limit=1)
        self.assertEqual([r["Name"] for r in page["Rules"]], ["a1"])
        page = self.events(server, "ListRules", NamePrefix="a", Limit=1, NextToken=page["NextToken"])
        self.assertEqual([r["Name"] for r in page["Rules"]], ["a2"])
        self.assertEqual(self.events(server, "ListRuleNamesByTarget", TargetArn=machine)["RuleNames"], ["a1"])
        self.events(server, "DisableRule", Name="a1")
        self.assertEqual(self.events(server, "DescribeRule", Name="a1")["State"], "DISABLED")
        self.events(server, "PutEvents", Entries=[UPLOADED])
        self.events(server, "EnableRule", Name="a1")
        self.assertEqual(server.call("ListExecutions", stateMachineArn=machine)["executions"], [])
        self.refused("ValidationException", "Rule can't be deleted since it has targets.", self.events, server, "DeleteRule",
                     Name="a1")
        self.assertEqual(self.events(server, "ListTargetsByRule", Rule="a1")["Targets"], [{"Id": "x", "Arn": machine}])
        self.events(server, "RemoveTargets", Rule="a1", Ids=["x"])
        self.events(server, "DeleteRule", Name="a1")
        self.refused("ResourceNotFoundException", "Rule a1 does not exist on EventBus default.", self.events, server,
                     "DescribeRule", Name="a1")

    def test_refuses_what_eventbridge_refuses(self):
        server = self.server()
        self.refused("InvalidEventPatternException", None, self.events, server, "PutRule", Name="r", EventPattern="{}")
        self.refused("ValidationException", None, self.events, server, "PutRule", Name="r")
        self.refused("ValidationException", None, self.events, server, "PutEvents", Entries=[])
        self.refused("UnknownOperationException", None, self.events, server, "CreateArchive")
        self.events(server, "PutRule", Name="r", EventPattern=PATTERN)
        put = self.events(server, "PutTargets", Rule="r", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:1:q"}])
        self.assertEqual(put["FailedEntries"][0]["ErrorCode"], "UnsupportedTarget")
        self.assertEqual(self.events(server, "TestEventPattern", EventPattern=PATTERN,
                                     Event=json.dumps({"source": "aws.s3", "detail": {"object": {"key": "x.mp4"}}})),
                         {"Result": True})


class EventsOut(EventTest):
    def test_go_to_a_file_and_to_rules(self):
        path = self.folder / "events.jsonl"
        server = self.server("--status-events", path)
        machine, after = server.create("m", PASS), server.create("after", PASS)
        self.events(server, "PutRule", Name="ended", EventPattern=json.dumps(
            {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"], "stateMachineArn": [machine]}}))
        self.events(server, "PutTargets", Rule="ended", Targets=[{"Id": "1", "Arn": after, "InputPath": "$.detail.name"}])
        execution = server.call("StartExecution", stateMachineArn=machine, name="n", input="{}")["executionArn"]
        [followed] = self.executions(server, after, 1)
        self.assertEqual(server.closed(followed["executionArn"])["input"], '"n"')
        events = wait_for(lambda: path.exists() and len(lines := path.read_text().splitlines()) >= 4 and
                          [json.loads(line) for line in lines], "the events of two executions")
        running, ended = [e for e in events if e["resources"] == [execution]]
        self.assertEqual((running["detail-type"], running["source"]),
                         ("Step Functions Execution Status Change", "aws.states"))
        self.assertEqual((running["detail"]["status"], running["detail"]["stopDate"]), ("RUNNING", None))
        self.assertEqual((ended["detail"]["status"], ended["detail"]["output"]), ("SUCCEEDED", "{}"))
        self.assertEqual(ended["detail"]["outputDetails"], {"included": True})

    def test_go_to_a_webhook(self):
        seen = []

        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(500 if len(seen) == 1 else 204)  # the first is sent again
                self.end_headers()

            def log_message(self, *_):
                pass

        hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=hook.serve_forever, daemon=True).start()
        self.addCleanup(hook.server_close)
        self.addCleanup(hook.shutdown)
        server = self.server("--status-events", f"http://127.0.0.1:{hook.server_port}/")
        server.run("m", PASS)
        wait_for(lambda: len(seen) >= 3, "two events, one of them twice")
        self.assertEqual({e["detail"]["status"] for e in seen}, {"RUNNING", "SUCCEEDED"})


    def test_go_to_an_event_bus(self):
        bus = self.server()  # another Stepwell, whose rule waits for them
        after = bus.create("after", PASS)
        self.events(bus, "PutRule", Name="r", EventBusName="mine", EventPattern=json.dumps(
            {"source": ["aws.states"], "detail": {"status": ["FAILED"]}}))
        self.events(bus, "PutTargets", Rule="r", EventBusName="mine", Targets=[
            {"Id": "1", "Arn": after, "InputPath": "$.detail.error"}])
        server = self.server("--status-events", "eventbridge:mine", "--endpoint", f"events={bus.url}")
        server.run("m", {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Broken"}}})
        [followed] = self.executions(bus, after, 1)
        self.assertEqual(bus.closed(followed["executionArn"])["input"], '"Broken"')


@unittest.skipUnless(shutil.which("aws"), "needs the AWS CLI")
class Signed(EventTest):
    def aws(self, server, *arguments, key="AKIDALICE", secret="her-secret"):
        return subprocess.run(["aws", *arguments, "--endpoint-url", server.url, "--region", "eu-west-1"],
                              capture_output=True, text=True, timeout=PATIENCE,
                              env=clean_environment(AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret,
                                                    PATH=os.environ["PATH"], HOME=self.folder))

    def test_requests_alone_are_let_in(self):
        (self.folder / "stepwell.yaml").write_text(
            'require-signature:\n  AKIDALICE: {secret: her-secret, account: "222233334444"}\n')
        server = self.server()
        made = self.aws(server, "stepfunctions", "create-activity", "--name", "a")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(json.loads(made.stdout)["activityArn"], "arn:aws:states:eu-west-1:222233334444:activity:a")
        rules = self.aws(server, "events", "list-rules")
        self.assertEqual(rules.returncode, 0, rules.stderr)
        self.assertIn("InvalidSignatureException",
                      self.aws(server, "stepfunctions", "list-activities", secret="wrong").stderr)
        self.assertIn("UnrecognizedClientException",
                      self.aws(server, "stepfunctions", "list-activities", key="AKIDMALLORY").stderr)
        self.refused("MissingAuthenticationTokenException", "Missing Authentication Token", server.call, "ListActivities")
        self.assertEqual(server.http("POST", "/_stepwell/reset")[0], 400)
        self.assertEqual(server.http("GET", "/health")[0], 200)
