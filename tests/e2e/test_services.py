"""Tasks that call AWS's services: DynamoDB (npm's dynalite), S3 (npm's s3rver), and stand_in.py for SQS, SNS, EventBridge and
Secrets Manager."""

import json
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness import HERE, PATIENCE, ServerTest, _die_with_parent, find, wait_for
from stand_in import StandIn

MODULES = HERE / "node_modules"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def task(resource, parameters, **more):
    return {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": f"arn:aws:states:::{resource}",
                                                   "Parameters": parameters, "End": True, **more}}}


class NpmServer:
    """A server of an npm package on a free port."""

    def __init__(self, script, *options):
        self.port = free_port()
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(["node", script, *options, "--port", str(self.port)], stdout=self.log, stderr=self.log,
                                        preexec_fn=_die_with_parent)
        self.url = f"http://127.0.0.1:{self.port}"
        wait_for(self.is_ready, f"{script} to be ready")

    def is_ready(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise AssertionError(f"it ended with {self.process.returncode}:\n{self.log.read()}")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


class ServiceTest(ServerTest):
    def outcome(self, server, definition, input=None):
        """The output of an execution as JSON, or (error, cause)."""
        closed = server.closed(server.run(f"m{time.monotonic_ns()}", definition, input))
        if closed["status"] == "SUCCEEDED":
            return json.loads(closed["output"])
        return closed["error"], closed.get("cause")


@unittest.skipUnless((MODULES / "dynalite").exists(), "npm packages are not installed")
class DynamoDb(ServiceTest):
    def setUp(self):
        super().setUp()
        service = NpmServer(str(MODULES / "dynalite/cli.js"), "--createTableMs", "0")
        self.addCleanup(service.close)
        self.stepwell = self.server("--endpoint", f"dynamodb={service.url}")
        made = self.outcome(self.stepwell, task("aws-sdk:dynamodb:createTable", {
            "TableName": "orders", "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}))
        self.assertEqual(made["TableDescription"]["TableName"], "orders")
        wait_for(lambda: self.outcome(self.stepwell, task("aws-sdk:dynamodb:describeTable", {"TableName": "orders"}))
                 ["Table"]["TableStatus"] == "ACTIVE", "the table")

    def test_an_item_is_put_read_and_deleted(self):
        item = {"id": {"S": "1"}, "many": {"SS": ["a", "b"]}, "none": {"NULL": True}, "raw": {"B": "AQID"},
                "deep": {"M": {"list": {"L": [{"N": "1.5"}, {"BOOL": False}]}}}}
        put = self.outcome(self.stepwell, task("dynamodb:putItem", {"TableName": "orders", "Item": item}))
        self.assertEqual(put["SdkHttpMetadata"]["HttpStatusCode"], 200)
        self.assertRegex(put["SdkResponseMetadata"]["RequestId"], r"\w{10}")
        key = {"TableName": "orders", "Key": {"id": {"S": "1"}}}
        self.assertEqual(self.outcome(self.stepwell, task("dynamodb:getItem", key))["Item"], item)
        by_sdk = self.outcome(self.stepwell, task("aws-sdk:dynamodb:getItem", key))
        self.assertEqual(by_sdk["Item"]["many"], {"Ss": ["a", "b"]})
        self.assertEqual(by_sdk["Item"]["none"], {"Nul": True})
        self.assertEqual(by_sdk["Item"]["deep"]["M"]["list"]["L"][1], {"Bool": False})
        self.assertNotIn("SdkHttpMetadata", by_sdk)
        self.assertEqual(self.outcome(self.stepwell, task("aws-sdk:dynamodb:deleteItem", key)), {})
        self.assertNotIn("Item", self.outcome(self.stepwell, task("dynamodb:getItem", key)))

    def test_refusals_have_the_names_of_their_sdk(self):
        key = {"TableName": "nowhere", "Key": {"id": {"S": "1"}}}
        error, cause = self.outcome(self.stepwell, task("dynamodb:getItem", key))
        self.assertEqual(error, "DynamoDB.ResourceNotFoundException")
        self.assertRegex(cause, r"\(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ResourceNotFoundException; "
                                r"Request ID: \w+; Proxy: null\)$")
        error, cause = self.outcome(self.stepwell, task("aws-sdk:dynamodb:getItem", key))
        self.assertEqual(error, "DynamoDb.ResourceNotFoundException")
        self.assertRegex(cause, r"\(Service: DynamoDb, Status Code: 400, Request ID: \w+\) \(SDK Attempt Count: 1\)$")
        refused = task("dynamodb:putItem", {"TableName": "orders", "Item": {"id": {"S": "1"}},
                                            "ConditionExpression": "attribute_exists(id)"})
        self.assertEqual(self.outcome(self.stepwell, refused)[0], "DynamoDB.ConditionalCheckFailedException")


class S3InAFolder(ServiceTest):
    """`--s3-folder` answers Tasks as it does Distributed Maps."""

    def setUp(self):
        super().setUp()
        (self.folder / "s3/bucket").mkdir(parents=True)
        self.stepwell = self.server("--s3-folder", self.folder / "s3")

    def test_an_object_is_put_read_listed_copied_and_deleted(self):
        where = {"Bucket": "bucket", "Key": "folder/a b+c.json"}
        put = self.outcome(self.stepwell, task("aws-sdk:s3:putObject", {**where, "Body": {"a": [1, "é"]}}))
        self.assertEqual((self.folder / "s3/bucket/folder/a b+c.json").read_text(), '{"a":[1,"é"]}')
        got = self.outcome(self.stepwell, task("aws-sdk:s3:getObject", where))
        self.assertEqual((got["Body"], got["ETag"]), ('{"a":[1,"é"]}', put["ETag"]))
        self.outcome(self.stepwell, task("aws-sdk:s3:copyObject", {"Bucket": "bucket", "Key": "copy", "CopySource":
                                                                   "bucket/folder/a%20b%2Bc.json"}))
        listed = self.outcome(self.stepwell, task("aws-sdk:s3:listObjectsV2", {"Bucket": "bucket"}))
        self.assertEqual([o["Key"] for o in listed["Contents"]], ["copy", where["Key"]])
        self.outcome(self.stepwell, task("aws-sdk:s3:deleteObject", where))
        self.assertEqual(self.outcome(self.stepwell, task("aws-sdk:s3:getObject", where))[0], "S3.NoSuchKeyException")
        self.assertTrue((self.folder / "s3/bucket/copy").exists())

    def test_refusals_are_those_of_s3(self):
        for parameters, wanted in (({"Bucket": "none", "Key": "k"}, "S3.NoSuchBucketException"),
                                   ({"Bucket": "bucket", "Key": "k"}, "S3.NoSuchKeyException"),
                                   ({"Bucket": "bucket", "Key": "../bucket/k"}, "S3.NoSuchKeyException")):
            with self.subTest(parameters):
                self.assertEqual(self.outcome(self.stepwell, task("aws-sdk:s3:getObject", parameters))[0], wanted)
        (self.folder / "s3/bucket/large").write_bytes(b"x" * 300_000)
        self.assertEqual(self.outcome(self.stepwell, task("aws-sdk:s3:getObject", {"Bucket": "bucket", "Key": "large"}))[0],
                         "States.DataLimitExceeded")

    def test_an_action_that_a_folder_cannot_carry_out_is_named(self):
        error, cause = self.outcome(self.stepwell, task("aws-sdk:s3:getBucketPolicy", {"Bucket": "bucket"}))
        self.assertEqual(error, "States.Runtime")
        self.assertIn("getBucketPolicy", cause)

    def test_a_token_can_be_handed_to_an_object(self):
        definition = task("aws-sdk:s3:putObject.waitForTaskToken",
                          {"Bucket": "bucket", "Key": "token", "Body": {"Token.$": "$$.Task.Token"}})
        execution = self.stepwell.run("callback", definition)
        self.stepwell.reached(execution, "TaskSubmitted")
        token = json.loads((self.folder / "s3/bucket/token").read_text())["Token"]
        self.stepwell.call("SendTaskSuccess", taskToken=token, output='"done"')
        self.assertEqual(self.stepwell.closed(execution)["output"], '"done"')


class Cluster:
    """The Kubernetes API of a cluster, as far as jobs go: each is complete once it has been looked at twice."""

    def __init__(self):
        self.jobs, self.asked, self.looks = {}, [], {}
        self.hold = threading.Event()  # until then nothing is answered
        self.hold.set()
        cluster = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                cluster.asked.append(f"{self.command} {self.path}")
                status, answer = cluster.act(self.command, self.path, body)
                cluster.hold.wait()
                data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    self.close_connection = True  # the server was killed meanwhile

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def act(self, method, path, body):
        jobs = "/apis/batch/v1/namespaces/default/jobs"
        if (method, path) == ("POST", jobs):
            name = body["metadata"]["name"]
            if name in self.jobs:
                return 409, {"kind": "Status", "reason": "AlreadyExists", "code": 409}
            self.jobs[name] = {**body, "status": {}}
            return 201, self.jobs[name]
        if path.startswith("/api/v1/namespaces/default/pods?"):
            return 200, {"items": [{"metadata": {"name": "pod"}, "spec": {"containers": [{"name": "pi-20"}]}}]}
        if path.startswith("/api/v1/namespaces/default/pods/pod/log?"):
            return 200, '{ "pi": 3.14 }'
        name = path[len(jobs) + 1:].partition("?")[0]
        if name not in self.jobs:
            return 404, {"kind": "Status", "reason": "NotFound", "code": 404}
        if method == "DELETE":
            return 200, self.jobs.pop(name)
        self.looks[name] = self.looks.get(name, 0) + 1
        if self.looks[name] > 2 and not name.startswith("endless"):
            self.jobs[name]["status"] = {"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}
        return 200, self.jobs[name]

    def close(self):
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()


class Kubernetes(ServiceTest):
    def setUp(self):
        super().setUp()
        self.cluster = Cluster()
        self.addCleanup(self.cluster.close)
        self.where = {"ClusterName": "c", "CertificateAuthority": "LS0t", "Endpoint": self.cluster.url}

    def job(self, name, **more):
        return task("eks:runJob.sync", {**self.where, "Job": {"apiVersion": "batch/v1", "kind": "Job",
                                                              "metadata": {"name": name}}, **more})

    def test_a_job_runs_and_its_logs_are_read(self):
        # As in AWS's sample project "Manage an Amazon EKS cluster".
        definition = self.job("example-job", LogOptions={"RetrieveLogs": True})
        definition["States"]["Call"] |= {"ResultSelector": {"status.$": "$.status", "logs.$": "$.logs..pi"}}
        out = self.outcome(self.server(), definition)
        self.assertEqual((out["status"]["succeeded"], out["logs"]), (1, [3.14]))

    def test_the_api_is_called(self):
        server = self.server()
        self.cluster.jobs["example-job"] = {"status": {}}
        called = self.outcome(server, task("eks:call", {**self.where, "Method": "DELETE",
                                                        "Path": "/apis/batch/v1/namespaces/default/jobs/example-job",
                                                        "QueryParameters": {"propagationPolicy": ["Foreground"]}}))
        self.assertEqual((called["StatusCode"], self.cluster.jobs), (200, {}))
        error, cause = self.outcome(server, task("eks:call", {**self.where, "Method": "GET",
                                                              "Path": "/apis/batch/v1/namespaces/default/jobs/none"}))
        self.assertEqual((error, json.loads(cause)["ResponseBody"]["reason"]), ("EKS.404", "NotFound"))

    def test_an_execution_that_is_stopped_deletes_its_job(self):
        server = self.server()
        execution = server.run("endless", self.job("endless"))
        server.reached(execution, "TaskSubmitted")
        server.call("StopExecution", executionArn=execution)
        wait_for(lambda: not self.cluster.jobs, "the job to be deleted")

    def test_a_job_is_created_once_though_the_server_is_killed_before_the_answer(self):
        self.cluster.hold.clear()
        server = self.server(data=self.folder / "data.db")
        execution = server.run("once", self.job("once"))
        wait_for(lambda: self.cluster.jobs, "the job")
        server.kill()
        self.cluster.hold.set()
        server.start()
        self.assertEqual(server.closed(execution)["status"], "SUCCEEDED")
        self.assertEqual(list(self.cluster.jobs), ["once"])
        self.assertEqual(sum(asked.startswith("POST") for asked in self.cluster.asked), 2)


@unittest.skipUnless((MODULES / "s3rver").exists(), "npm packages are not installed")
class S3(ServiceTest):
    def setUp(self):
        super().setUp()
        folder = self.folder / "s3"
        folder.mkdir()
        service = NpmServer(str(HERE / "s3.cjs"), "--directory", str(folder), "--buckets", "bucket")
        self.addCleanup(service.close)
        # It knows its users by their access keys.
        self.stepwell = self.server("--endpoint", f"s3={service.url}",
                                    environment={"AWS_ACCESS_KEY_ID": "S3RVER", "AWS_SECRET_ACCESS_KEY": "S3RVER"})

    def test_an_object_is_put_read_listed_and_deleted(self):
        where = {"Bucket": "bucket", "Key": "folder/a b+c.json"}
        put = self.outcome(self.stepwell, task("aws-sdk:s3:putObject", {**where, "Body": {"a": [1, "é"]},
                                                                        "Metadata": {"kind": "test"}}))
        self.assertRegex(put["ETag"], r'^"[0-9a-f]{32}"$')
        got = self.outcome(self.stepwell, task("aws-sdk:s3:getObject", where))
        self.assertEqual((got["Body"], got["Metadata"], got["ETag"]), ('{"a":[1,"é"]}', {"kind": "test"}, put["ETag"]))
        self.assertRegex(got["LastModified"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        listed = self.outcome(self.stepwell, task("aws-sdk:s3:listObjectsV2", {"Bucket": "bucket", "Prefix": "folder/"}))
        self.assertEqual([o["Key"] for o in listed["Contents"]], [where["Key"]])
        self.assertEqual(listed["KeyCount"], 1)
        self.assertEqual(self.outcome(self.stepwell, task("aws-sdk:s3:deleteObject", where)), {})
        error, cause = self.outcome(self.stepwell, task("aws-sdk:s3:getObject", where))
        self.assertEqual(error, "S3.NoSuchKeyException")
        self.assertRegex(cause, r"^The specified key does not exist. \(Service: S3, Status Code: 404, Request ID: ")

    def test_what_is_too_large_for_a_state_fails(self):
        where = {"Bucket": "bucket", "Key": "large"}
        self.outcome(self.stepwell, task("aws-sdk:s3:putObject", {**where, "Body.$": "$.text"}), {"text": "x" * 200_000})
        self.outcome(self.stepwell, task("aws-sdk:s3:copyObject", {"Bucket": "bucket", "Key": "copy",
                                                                   "CopySource": "bucket/large"}))
        (self.folder / "s3/bucket/larger._S3rver_object").write_bytes(b"x" * 300_000)
        shutil.copy(self.folder / "s3/bucket/large._S3rver_metadata.json", self.folder / "s3/bucket/larger._S3rver_metadata.json")
        error, cause = self.outcome(self.stepwell, task("aws-sdk:s3:getObject", {"Bucket": "bucket", "Key": "larger"}))
        self.assertEqual(error, "States.DataLimitExceeded")


class Messages(ServiceTest):
    def setUp(self):
        super().setUp()
        self.services = StandIn().start()
        self.addCleanup(self.services.stop)
        self.stepwell = self.server("--endpoint-all", self.services.url)

    def queue(self, name):
        return self.outcome(self.stepwell, task("aws-sdk:sqs:createQueue", {"QueueName": name}))["QueueUrl"]

    def received(self, url):
        return self.outcome(self.stepwell, task("aws-sdk:sqs:receiveMessage", {"QueueUrl": url, "WaitTimeSeconds": 5}))["Messages"]

    def test_a_message_is_sent_and_received(self):
        url = self.queue("plain")
        sent = self.outcome(self.stepwell, task("sqs:sendMessage", {"QueueUrl": url, "MessageBody": {"a": [1]}}))
        self.assertEqual(sorted(sent), ["MD5OfMessageBody", "MessageId", "SdkHttpMetadata", "SdkResponseMetadata"])
        message = self.received(url)[0]
        self.assertEqual((message["Body"], message["MessageId"]), ('{"a":[1]}', sent["MessageId"]))
        error, cause = self.outcome(self.stepwell, task("sqs:sendMessage", {"QueueUrl": url + "x", "MessageBody": "b"}))
        self.assertEqual(error, "SQS.QueueDoesNotExistException")
        self.assertIn("Error Code: AWS.SimpleQueueService.NonExistentQueue", cause)

    def test_a_token_in_a_message_ends_the_task(self):
        url = self.queue("tokens")
        definition = task("sqs:sendMessage.waitForTaskToken", {
            "QueueUrl": url, "MessageBody": {"Token.$": "$$.Task.Token"}}, TimeoutSeconds=60)
        execution = self.stepwell.run("token", definition)
        submitted = find(self.stepwell.reached(execution, "TaskSubmitted"), "TaskSubmitted")
        self.assertIn("MessageId", json.loads(submitted["taskSubmittedEventDetails"]["output"]))
        token = json.loads(self.received(url)[0]["Body"])["Token"]
        self.stepwell.call("SendTaskSuccess", taskToken=token, output='"done"')
        self.assertEqual(self.stepwell.closed(execution)["output"], '"done"')

    def test_topics_take_what_is_published(self):
        topic = self.outcome(self.stepwell, task("aws-sdk:sns:createTopic", {"Name": "t.fifo"}))["TopicArn"]
        error, cause = self.outcome(self.stepwell, task("sns:publish", {"TopicArn": topic, "Message": {"a": 1}}))
        self.assertEqual(error, "SNS.InvalidParameterException")
        self.assertRegex(cause, r"FIFO topics \(Service: AmazonSNS; Status Code: 400; Error Code: InvalidParameter; Request ID: [-\w]+; Proxy: null\)$")
        sent = self.outcome(self.stepwell, task("sns:publish", {"TopicArn": topic, "Message": {"a": 1}, "MessageGroupId": "g"}))
        self.assertIn("SequenceNumber", sent)
        self.assertEqual(self.services.services["sns"].published[-1]["Message"], '{"a":1}')

    def test_events_reach_a_queue_by_a_rule(self):
        url = self.queue("events")
        self.outcome(self.stepwell, task("aws-sdk:eventbridge:putRule", {"Name": "r", "EventPattern": '{"source":["shop"]}'}))
        self.outcome(self.stepwell, task("aws-sdk:eventbridge:putTargets", {
            "Rule": "r", "Targets": [{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:events"}]}))
        entry = {"Source": "shop", "DetailType": "order", "Detail": {"id": 7}}
        sent = self.outcome(self.stepwell, task("events:putEvents", {"Entries": [entry]}))
        self.assertEqual((list(sent), sent["FailedEntryCount"]), (["Entries", "FailedEntryCount"], 0))
        event = json.loads(self.received(url)[0]["Body"])
        self.assertEqual(event["detail"], {"id": 7})
        self.assertEqual([re.sub(r"m\d+", "M", r.partition("012:")[2].rpartition(":")[0]) for r in event["resources"]],
                         ["stateMachine", "execution:M"])
        error, cause = self.outcome(self.stepwell, task("events:putEvents", {"Entries": [{**entry, "Detail": '"text"'}]}))
        self.assertEqual((error, json.loads(cause)["Entries"][0]["ErrorCode"]), ("EventBridge.FailedEntry", "MalformedDetail"))

    def test_secrets_are_kept(self):
        error, cause = self.outcome(self.stepwell, task("aws-sdk:secretsmanager:createSecret", {"Name": "not good", "SecretString": "s"}))
        self.assertEqual(error, "SecretsManager.SecretsManagerException")
        made = self.outcome(self.stepwell, task("aws-sdk:secretsmanager:createSecret", {"Name": "good", "SecretString": {"a": 1}}))
        self.assertEqual(sorted(made), ["Arn", "Name", "VersionId"])
        got = self.outcome(self.stepwell, task("aws-sdk:secretsmanager:getSecretValue", {"SecretId": "good"}))
        self.assertEqual((got["SecretString"], got["CreatedDate"]), ('{"a":1}', "2023-11-14T22:13:20.5Z"))


class Jobs(ServiceTest):
    """A job service that keeps what it was told, and is slow."""

    def setUp(self):
        super().setUp()
        jobs = self.jobs = {"started": [], "stopped": [], "state": "RUNNING", "hold": threading.Event()}
        jobs["hold"].set()

        class Glue(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                action = self.headers["X-Amz-Target"].rpartition(".")[2]
                if action == "StartJobRun":
                    jobs["started"].append({"Id": f"jr_{len(jobs['started'])}", "JobName": asked["JobName"], "StartedOn": time.time()})
                    jobs["hold"].wait(PATIENCE)
                    answer = {"JobRunId": jobs["started"][-1]["Id"]}
                elif action == "GetJobRun":
                    answer = {"JobRun": {**jobs["started"][-1], "JobRunState": jobs["state"]}}
                elif action == "GetJobRuns":
                    answer = {"JobRuns": jobs["started"]}
                else:
                    jobs["stopped"] += asked["JobRunIds"]
                    jobs["state"] = "STOPPED"
                    answer = {}
                body = json.dumps(answer).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the server was killed

        glue = ThreadingHTTPServer(("127.0.0.1", 0), Glue)
        glue.daemon_threads = True
        threading.Thread(target=glue.serve_forever, daemon=True).start()
        self.addCleanup(glue.shutdown)
        self.endpoint = f"glue=http://127.0.0.1:{glue.server_address[1]}"

    RUN = task("glue:startJobRun.sync", {"JobName": "etl"})

    def test_a_job_is_waited_for(self):
        server = self.server("--endpoint", self.endpoint)
        execution = server.run("job", self.RUN)
        server.reached(execution, "TaskSubmitted")
        self.jobs["state"] = "SUCCEEDED"
        self.assertEqual(json.loads(server.closed(execution)["output"])["JobRunState"], "SUCCEEDED")

    def test_a_stopped_execution_stops_its_job(self):
        server = self.server("--endpoint", self.endpoint)
        execution = server.run("job", self.RUN)
        server.reached(execution, "TaskSubmitted")
        server.call("StopExecution", executionArn=execution)
        wait_for(lambda: self.jobs["stopped"] == ["jr_0"], "the job's stop")

    def test_one_job_only_when_the_server_is_killed_before_the_answer(self):
        server = self.server("--endpoint", self.endpoint, data=self.folder / "data.db")
        self.jobs["hold"].clear()
        execution = server.run("job", self.RUN)
        wait_for(lambda: self.jobs["started"], "the start")
        server.kill()
        self.jobs["hold"].set()
        self.jobs["state"] = "SUCCEEDED"
        server.start()
        self.assertEqual(json.loads(server.closed(execution)["output"])["Id"], "jr_0")
        self.assertEqual(len(self.jobs["started"]), 1)


class BadService:
    """Does the same wrong thing to every connection: `reply` is given the request's number and says what is sent, or None."""

    def __init__(self, reply):
        self.reply, self.requests = reply, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            data = b""
            while not self.is_whole(data):
                if not (more := connection.recv(65536)):
                    return
                data += more
            self.requests += 1
            if (sent := self.reply(self.requests)) is None:
                connection.recv(1)  # until the other side has had enough
            else:
                connection.sendall(sent)

    @staticmethod
    def is_whole(request):
        """Whether all of it is there: what is left unread would cost the answer its delivery. TLS has no end to wait for."""
        head, found, body = request.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.I)
        return request.startswith(b"\x16") or bool(found) and len(body) >= int(length[1] if length else 0)

    def close(self):
        self.listener.close()


def answer(status, body, length=None):
    return (f"HTTP/1.1 {status} Some Text\r\nConnection: close\r\nContent-Length: {len(body) if length is None else length}"
            f"\r\n\r\n{body}").encode()


class BadServices(ServiceTest):
    """Whatever a service does to a Task, the Task fails with its service's error, and can be caught."""

    ITEM = {"TableName": "t", "Key": {"id": {"S": "1"}}}

    def failures(self, reply, scheme="http", **more):
        """What Tasks of each kind come to: the error's name behind its prefix, and the cause."""
        service = BadService(reply)
        self.addCleanup(service.close)
        server = self.server("--endpoint", f"dynamodb={scheme}://127.0.0.1:{service.port}")
        where = {"ClusterName": "c", "CertificateAuthority": "LS0t", "Endpoint": f"http://127.0.0.1:{service.port}"}
        kinds = {"DynamoDb": ("aws-sdk:dynamodb:getItem", self.ITEM), "DynamoDB": ("dynamodb:getItem", self.ITEM)}
        if scheme == "http":
            kinds |= {"ApiGateway": ("apigateway:invoke", {"ApiEndpoint": f"127.0.0.1:{service.port}", "Method": "GET"}),
                      "EKS": ("eks:call", {**where, "Method": "GET", "Path": "/api"})}
        return {prefix: self.outcome(server, task(*kind, **more)) for prefix, kind in kinds.items()}

    def test_half_an_answer(self):
        for prefix, (error, cause) in self.failures(lambda _: answer(200, "{", length=100)).items():
            self.assertEqual(error, f"{prefix}.SdkClientException")
            self.assertIn("Unable to execute HTTP request: Connection closed before the answer was complete", cause)

    def test_no_answer(self):
        for prefix, (error, cause) in self.failures(lambda _: b"").items():
            self.assertEqual(error, f"{prefix}.SdkClientException")
            self.assertIn("Unable to execute HTTP request: The target server failed to respond", cause)

    def test_what_is_not_http(self):
        for prefix, (error, cause) in self.failures(lambda _: b"SSH-2.0-OpenSSH_9.2\r\n").items():
            self.assertEqual(error, f"{prefix}.SdkClientException")
            self.assertIn("The answer is not HTTP", cause)

    def test_what_is_not_json(self):
        outcomes = self.failures(lambda _: answer(200, "<html>"))
        for prefix in ("DynamoDb", "DynamoDB"):
            error, cause = outcomes[prefix]
            self.assertEqual(error, f"{prefix}.SdkClientException")
            self.assertRegex(cause, "^Unable to unmarshall response: .*<html>")
        for prefix in ("ApiGateway", "EKS"):  # an API of one's own may answer text
            self.assertEqual(outcomes[prefix]["ResponseBody"], "<html>")

    def test_an_error_of_the_server(self):
        outcomes = self.failures(lambda _: answer(500, "{}"))
        self.assertEqual({prefix: error for prefix, (error, _) in outcomes.items()}, {
            "DynamoDb": "DynamoDb.DynamoDbException", "DynamoDB": "DynamoDB.AmazonDynamoDBException",
            "ApiGateway": "ApiGateway.500", "EKS": "EKS.500"})
        self.assertIn("Status Code: 500", outcomes["DynamoDb"][1])

    def test_throttling_is_waited_out(self):
        throttled = answer(400, json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}))
        service = BadService(lambda number: throttled if number < 3 else answer(200, '{"Item":{}}'))
        self.addCleanup(service.close)
        server = self.server("--endpoint", f"dynamodb=http://127.0.0.1:{service.port}")
        self.assertEqual(self.outcome(server, task("aws-sdk:dynamodb:getItem", self.ITEM)), {"Item": {}})
        self.assertEqual(service.requests, 3)
        for prefix, outcome in self.failures(lambda _: throttled).items():
            if prefix.lower() == "dynamodb":
                self.assertRegex(outcome[0], rf"^{prefix}\..*Exception$")
                self.assertIn("Rate exceeded", outcome[1])

    def test_a_slow_service_runs_into_the_tasks_time(self):
        for prefix, (error, _) in self.failures(lambda _: None, TimeoutSeconds=1).items():
            self.assertEqual((prefix, error), (prefix, "States.Timeout"))

    def test_what_does_not_speak_tls(self):
        for prefix, (error, cause) in self.failures(lambda _: b"this is no TLS\r\n\r\n", scheme="https").items():
            self.assertEqual(error, f"{prefix}.SdkClientException")
            self.assertIn("TLS with 127.0.0.1:", cause)


class Failures(ServiceTest):
    def test_a_service_without_endpoint_fails_the_task(self):
        server = self.server()
        error, cause = self.outcome(server, task("dynamodb:getItem", {"TableName": "t", "Key": {"id": {"S": "1"}}}))
        self.assertEqual(error, "States.Runtime")
        self.assertIn("say where it is with --endpoint dynamodb=URL", cause)

    def test_a_service_that_is_not_there_can_be_caught(self):
        server = self.server("--endpoint", f"dynamodb=http://127.0.0.1:{free_port()}")
        caught = task("dynamodb:getItem", {"TableName": "t", "Key": {"id": {"S": "1"}}},
                      Catch=[{"ErrorEquals": ["DynamoDB.SdkClientException"], "Next": "Caught"}])
        caught["States"]["Caught"] = {"Type": "Pass", "End": True}
        self.assertRegex(self.outcome(server, caught)["Cause"], r"^Unable to execute HTTP request: Connect to 127.0.0.1:\d+ failed: ")

    def test_the_endpoint_of_the_environment_is_used(self):
        services = StandIn().start()
        self.addCleanup(services.stop)
        server = self.server(environment={"AWS_ENDPOINT_URL_SECRETS_MANAGER": services.url})
        error, _ = self.outcome(server, task("aws-sdk:secretsmanager:getSecretValue", {"SecretId": "x"}))
        self.assertEqual(error, "SecretsManager.ResourceNotFoundException")
