"""What the program is told, and how it answers beside the API: options, data files, health, reset, forged requests."""

import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time

from harness import (BINARY, PATIENCE, ApiError, Gate, ServerTest, clean_environment, functions_file, lambda_arn, wait_for,
                     wait_until)

PASS = {"StartAt": "Say", "States": {"Say": {"Type": "Pass", "Result": "said", "End": True}}}
HOUR = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}}
JSON = "application/x-amz-json-1.0"


class OptionTest(ServerTest):
    def stepwell(self, *arguments, **environment):
        """Runs the program to its end."""
        return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE,
                              cwd=self.folder, env=clean_environment(HOME=self.folder, **environment))

    def refuses_in_one_line(self, names, *arguments, status=None, **environment):
        """The program ends with an error of one line, which names what is wrong."""
        ended = self.stepwell(*arguments, **environment)
        lines = ended.stderr.splitlines()
        self.assertNotEqual(ended.returncode, 0)
        self.assertGreater(ended.returncode, 0, f"killed by a signal: {ended}")
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], r"^stepwell: .")
        self.assertIn(names, lines[0])
        self.assertEqual(ended.stdout, "")
        if status is not None:
            self.assertEqual(ended.returncode, status)


class CommandLine(OptionTest):
    def test_version_and_help_are_printed(self):
        version = self.stepwell("--version")
        self.assertEqual((version.returncode, version.stderr), (0, ""))
        self.assertRegex(version.stdout, r"^stepwell \d+\.\d+\.\d+\n$")
        for arguments in (["--help"], ["serve", "--help"]):
            text = self.stepwell(*arguments)
            self.assertEqual((text.returncode, text.stderr), (0, ""))
            for option in ("--port", "--address", "--data", "--config", "--function", "--lambda-endpoint", "--account",
                           "--region", "--wait-time-scale", "--log-level", "--durability", "HTTP_PROXY",
                           "AWS_DISABLE_HOST_PREFIX_INJECTION", "disableHostPrefix"):
                self.assertIn(option, text.stdout)

    def test_nonsense_is_refused_in_one_line(self):
        (self.folder / "app.py").write_text("def handler(event, context): pass\n")
        for names, arguments in {
            "--nonsense": ["--nonsense"],
            "everything": ["everything"],
            "65536": ["--port", "65536"],
            "-1": ["--port=-1"],
            "eighty": ["--port", "eighty"],
            "somewhere": ["--address", "somewhere"],
            "-2": ["--wait-time-scale=-2"],
            "slow": ["--wait-time-scale", "slow"],
            "nan": ["--wait-time-scale", "nan"],
            "loud": ["--log-level", "loud"],
            "careful": ["--durability", "careful"],
            "12345": ["--account", "12345"],
            "US EAST": ["--region", "US EAST"],
            "ftp://x": ["--lambda-endpoint", "ftp://x"],
            "missing.yaml": ["--config", "missing.yaml"],
            "no-equals": ["--function", "no-equals"],
            "f=app.py": ["--function", "f=app.py/"],
            "f=other.handler": ["--function", "f=other.handler"],
            "bad name": ["--function", "bad name=app.handler"],
        }.items():
            with self.subTest(" ".join(arguments)):
                self.refuses_in_one_line(names, "serve", "--data", ":memory:", *arguments, status=2)

    def test_nonsense_in_the_environment_is_refused_in_one_line(self):
        for name, value in {"STEPWELL_PORT": "eighty", "WAIT_TIME_SCALE": "slow", "AWS_ACCOUNT_ID": "me",
                            "LAMBDA_ENDPOINT": "nowhere at all", "STEPWELL_LOG_LEVEL": "loud"}.items():
            with self.subTest(f"{name}={value}"):
                self.refuses_in_one_line(name, "serve", "--data", ":memory:", status=2, **{name: value})

    def test_nonsense_in_the_configuration_is_refused_with_its_line(self):
        for place, text in {
            "bad.yaml:1": "prot: 1\n",
            "bad.yaml:2": "# comment\nport: eighty\n",
            "bad.yaml:3": "functions:\n  f:\n    foldr: .\n",
            "bad.yaml": "functions: [\n",
        }.items():
            with self.subTest(text):
                (self.folder / "bad.yaml").write_text(text)
                self.refuses_in_one_line(place, "serve", "--config", "bad.yaml", "--data", ":memory:", status=2)

    def test_a_port_that_is_taken_is_named(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            data = self.folder / "untouched.db"
            self.refuses_in_one_line(str(port), "serve", "--port", port, "--data", data, status=1)
            self.assertFalse(data.exists())

    def test_wait_time_scale_shortens_waits_and_retries(self):
        sfn = self.server("--wait-time-scale", "0.001")
        execution = sfn.run("hour", HOUR)
        self.assertEqual(sfn.closed(execution)["status"], "SUCCEEDED")
        events = sfn.history(execution)
        waited = events[2]["timestamp"] - events[1]["timestamp"]
        self.assertGreaterEqual(waited, 3.6 - 0.002)

    def test_account_and_region_are_taken_from_options_and_the_variables_of_awss_tool(self):
        for options, environment, account, region in (
                (["--account", "111122223333", "--region", "eu-west-1"], {}, "111122223333", "eu-west-1"),
                ([], {"AWS_ACCOUNT_ID": "444455556666", "AWS_DEFAULT_REGION": "ap-south-1"}, "444455556666", "ap-south-1"),
                (["--account", "111122223333"], {"STEPWELL_ACCOUNT": "444455556666"}, "111122223333", "us-east-1")):
            sfn = self.server(*options, environment=environment)
            self.assertEqual(sfn.create("mine", PASS), f"arn:aws:states:{region}:{account}:stateMachine:mine")

    def test_credentials_choose_account_and_region(self):
        sfn = self.server()
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=999988887777/20240101/eu-north-1/states/aws4_request, "
                                   "SignedHeaders=host, Signature=0"}
        arn = sfn.create("theirs", PASS, headers=signed)
        self.assertEqual(arn, "arn:aws:states:eu-north-1:999988887777:stateMachine:theirs")
        self.assertEqual(sfn.call("ListStateMachines")["stateMachines"], [])
        self.assertEqual(len(sfn.call("ListStateMachines", headers=signed)["stateMachines"]), 1)
        execution = sfn.call("StartExecution", stateMachineArn=arn)["executionArn"]  # the ARN says whose
        self.assertEqual(execution.split(":")[3:5], ["eu-north-1", "999988887777"])

    def test_the_file_of_this_folder_is_read_and_options_go_before_it(self):
        (self.folder / "stepwell.yaml").write_text("account: 111122223333\nregion: eu-west-1\n")
        sfn = self.server("--region", "eu-west-2")
        self.assertEqual(sfn.create("mine", PASS), "arn:aws:states:eu-west-2:111122223333:stateMachine:mine")

    def test_without_a_data_option_everything_is_kept_in_the_users_data_folder(self):
        home = self.folder / "home"
        environment = clean_environment(HOME=home, STEPWELL_PORT=0)
        environment.pop("XDG_DATA_HOME", None)
        process = subprocess.Popen([BINARY], env=environment, cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        try:
            self.assertIn("ready", process.stdout.readline())
            self.assertTrue((home / ".local/share/stepwell/stepwell.db").exists())
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


class Ends(OptionTest):
    def test_sigterm_and_sigint_end_it_cleanly(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how.name):
                sfn = self.server(data=self.folder / f"{how.name}.db")
                sfn.run("hour", HOUR)
                began = time.monotonic()
                self.assertEqual(sfn.end(how), 0)
                self.assertLess(time.monotonic() - began, 10)

    def test_a_synchronous_execution_does_not_hold_it_up(self):
        sfn = self.server()
        machine = sfn.create("express", HOUR | {"TimeoutSeconds": 200}, type="EXPRESS")
        outcome = []

        def start_sync():
            try:
                outcome.append(sfn.call("StartSyncExecution", stateMachineArn=machine))
            except (OSError, http.client.HTTPException, ApiError) as error:
                outcome.append(error)

        caller = threading.Thread(target=start_sync)
        caller.start()
        wait_for(lambda: sfn.call("ListStateMachines"), "an answer beside it")
        began = time.monotonic()
        self.assertEqual(sfn.terminate(), 0)
        self.assertLess(time.monotonic() - began, 20)
        caller.join(PATIENCE)
        self.assertIsInstance(outcome[0], Exception)


class DataFile(OptionTest):
    def refuses(self, path, *names):
        before = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else None
        for name in names:
            self.refuses_in_one_line(name, "serve", "--port", "0", "--data", path, "--log-level", "off", status=1)
        if before:
            self.assertEqual(hashlib.sha256(path.read_bytes()).digest(), before, "the file was changed")

    def test_one_that_another_server_has_open_is_refused(self):
        data = self.folder / "ours.db"
        sfn = self.server(data=data)
        sfn.create("mine", PASS)
        self.refuses(data, str(data))
        self.assertEqual(len(sfn.call("ListStateMachines")["stateMachines"]), 1)

    def test_one_that_is_not_a_database_is_refused(self):
        data = self.folder / "letter.txt"
        data.write_text("Dear Ada,\n" * 1000)
        self.refuses(data, str(data))

    def test_one_of_another_application_is_refused(self):
        data = self.folder / "other.db"
        with sqlite3.connect(data) as database:
            database.execute("CREATE TABLE recipes (name TEXT)")
        database.close()
        self.refuses(data, str(data))

    def ours(self):
        data = self.folder / "ours.db"
        sfn = self.server(data=data)
        sfn.closed(sfn.run("mine", PASS))
        sfn.terminate()
        return data

    def test_one_of_a_newer_version_is_refused(self):
        data = self.ours()
        with sqlite3.connect(data) as database:
            database.execute("PRAGMA user_version = 1000000")
        database.close()
        self.refuses(data, "newer")

    def test_one_that_is_damaged_is_refused(self):
        data = self.ours()
        with open(data, "r+b") as file:  # the pages, not the header that says what it is
            file.seek(100)
            file.write(b"\xff" * (os.path.getsize(data) - 100))
        self.refuses(data, str(data))

    def test_a_folder_that_cannot_be_made_is_named(self):
        (self.folder / "file").write_text("")
        self.refuses(self.folder / "file" / "below.db", "below.db")
        self.refuses(self.folder, str(self.folder))

    def test_it_can_be_copied_after_the_end(self):
        data = self.ours()
        copy = self.folder / "copy.db"
        shutil.copy(data, copy)
        sfn = self.server(data=copy)
        self.assertEqual(sfn.call("ListStateMachines")["stateMachines"][0]["name"], "mine")


class Http(ServerTest):
    def setUp(self):
        super().setUp()
        self.sfn = self.server()

    def post(self, target="AWSStepFunctions.ListStateMachines", body="{}", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.sfn.http("POST", "/", body, {"Content-Type": JSON, "X-Amz-Target": target, **headers})

    def test_health_is_ok(self):
        status, _, _ = self.sfn.http("GET", "/health")
        self.assertEqual(status, 200)

    def test_every_answer_has_a_request_id_and_aws_json(self):
        status, headers, body = self.post()
        self.assertEqual((status, json.loads(body)), (200, {"stateMachines": []}))
        self.assertEqual(headers["Content-Type"], JSON)
        other = self.post()[1]["x-amzn-RequestId"]
        self.assertRegex(other, r"^[0-9a-f]{8}-")
        self.assertNotEqual(other, headers["x-amzn-RequestId"])

    def test_what_the_protocol_refuses(self):
        for error_type, target, body in (
                ("UnknownOperationException", "AWSStepFunctions.MakeCoffee", "{}"),
                ("UnknownOperationException", "DynamoDB_20120810.ListTables", "{}"),
                ("SerializationException", "AWSStepFunctions.ListStateMachines", "{"),
                ("SerializationException", "AWSStepFunctions.ListStateMachines", "[]"),
                ("SerializationException", "AWSStepFunctions.ListStateMachines", '{"maxResults": "three"}'),
                ("ValidationException", "AWSStepFunctions.ListStateMachines", '{"maxResults": 1001}')):
            with self.subTest(f"{target} {body}"):
                status, headers, answer = self.post(target, body)
                self.assertEqual((status, json.loads(answer)["__type"].rpartition("#")[2]), (400, error_type))
                self.assertIn("x-amzn-RequestId", headers)

    def test_a_connection_serves_many_requests(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.sfn.port, timeout=PATIENCE)
        sockets = set()
        for _ in range(20):
            connection.request("POST", "/", "{}", {"Content-Type": JSON,
                                                   "X-Amz-Target": "AWSStepFunctions.ListStateMachines"})
            self.assertEqual(connection.getresponse().read(), b'{"stateMachines":[]}')
            sockets.add(connection.sock)
        self.assertEqual(len(sockets), 1)
        self.assertIsNotNone(connection.sock)
        connection.close()

    def test_any_host_and_a_target_in_absolute_form_are_served(self):
        self.assertEqual(self.post(Host=f"sync-127.0.0.1:{self.sfn.port}")[0], 200)
        status, _, body = self.sfn.http("POST", "http://sync-127.0.0.1:8083/", "{}", {
            "Host": "sync-127.0.0.1:8083", "Content-Type": JSON, "X-Amz-Target": "AWSStepFunctions.ListStateMachines"})
        self.assertEqual((status, json.loads(body)), (200, {"stateMachines": []}))

    def test_what_a_web_page_could_forge_is_refused(self):
        for headers in ({"Origin": "https://evil.example"},
                        {"Host": "evil.example", "Origin": "http://evil.example"},
                        {"Sec_Fetch_Site": "cross-site"},
                        {"Content_Type": "text/plain", "Origin": "null"}):
            with self.subTest(headers):
                status, _, _ = self.post(**headers)
                self.assertEqual(status, 403)
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"},
                        {"Content-Type": "text/plain"}):
            with self.subTest(f"reset {headers}"):
                status, _, _ = self.sfn.http("POST", "/_stepwell/reset", "", headers)
                self.assertEqual(status, 403)

    def test_a_request_that_is_too_large_is_refused_and_others_go_on(self):
        try:
            status, _, _ = self.post("AWSStepFunctions.CreateStateMachine", b" " * (64 << 20))
            self.assertEqual(status, 413)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It may hang up before it has been sent all of it.
        self.assertEqual(self.post()[0], 200)

    def test_json_that_is_nested_too_deep_is_refused_and_others_go_on(self):
        deep = "[" * 200_000 + "]" * 200_000
        machine = self.sfn.create("deep", PASS)
        with self.assertRaises(ApiError) as caught:
            self.sfn.call("StartExecution", stateMachineArn=machine, input=deep)
        self.assertEqual(caught.exception.status, 400)
        self.assertEqual(self.post(body='{"a":' + deep + "}")[0], 400)
        self.assertEqual(self.post()[0], 200)

    def test_it_listens_on_loopback_only(self):
        # 127.0.0.2 is this machine too, so only the address it was told answers.
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.2", self.sfn.port), timeout=5).close()


class Reset(ServerTest):
    def setUp(self):
        super().setUp()
        self.gate = Gate(self.folder / "gate")
        config = functions_file(self.folder, {"gate": "gate.handler", "park": "park.handler"})
        self.sfn = self.server("--config", config, data=self.folder / "stepwell.db")

    def reset(self):
        status, _, _ = self.sfn.http("POST", "/_stepwell/reset")
        self.assertEqual(status, 200)

    def test_it_forgets_everything_and_cuts_off_what_runs(self):
        token_file = self.folder / "token"
        soon = self.sfn.run("soon", {"StartAt": "Wait", "States": {
            "Wait": {"Type": "Wait", "Seconds": 2, "Next": "Call"},
            "Call": {"Type": "Task", "Resource": lambda_arn("gate"), "Parameters": {"gate": str(self.gate.folder)},
                     "End": True}}})
        entered = self.sfn.reached(soon, "WaitStateEntered")[1]["timestamp"]
        parked = self.sfn.run("parked", {"StartAt": "Park", "States": {"Park": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": True,
            "Parameters": {"FunctionName": "park",
                           "Payload": {"file": str(token_file), "token.$": "$$.Task.Token"}}}}})
        self.sfn.reached(parked, "TaskSubmitted")
        token = token_file.read_text()
        done = self.sfn.run("done", PASS)
        self.sfn.closed(done)

        self.reset()
        self.assertEqual(self.sfn.call("ListStateMachines"), {"stateMachines": []})
        for execution in (soon, parked, done):
            self.refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{execution}'", self.sfn.call,
                         "DescribeExecution", executionArn=execution)
        self.refused("InvalidToken", None, self.sfn.call, "SendTaskSuccess", taskToken=token, output="{}")

        wait_until(entered + 2.5)  # when the wait would have ended
        marker = self.sfn.run("marker", PASS)
        self.sfn.closed(marker)
        self.assertEqual(self.gate.calls(), [])

        self.sfn.kill()
        self.sfn.start()
        self.assertEqual([m["name"] for m in self.sfn.call("ListStateMachines")["stateMachines"]], ["marker"])

    def test_a_call_under_way_comes_to_nothing_and_the_names_are_free(self):
        call = {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": lambda_arn("gate"), "End": True}}}
        old = self.sfn.run("call", call, {"gate": str(self.gate.folder)}, name="same")
        self.gate.arrived()
        self.reset()
        new = self.sfn.run("call", HOUR, name="same")
        self.assertEqual(new, old)
        self.gate.open()
        other = self.sfn.run("other", call, {"gate": str(self.gate.folder)})
        self.assertEqual(self.sfn.closed(other)["status"], "SUCCEEDED")
        self.assertEqual([e["type"] for e in self.sfn.history(new)], ["ExecutionStarted", "WaitStateEntered"])

    def test_twice_is_as_good_as_once(self):
        self.reset()
        self.reset()
        self.assertEqual(self.sfn.closed(self.sfn.run("again", PASS))["status"], "SUCCEEDED")
