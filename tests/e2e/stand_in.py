#!/usr/bin/env python3
"""A stand-in for Amazon SQS, SNS, EventBridge and Secrets Manager, as far as Stepwell's tests go. Python 3 standard library only.

    stand_in.py [--port N] [--address IP]

One port serves all four: a request says in its signature which service it means. Queues deliver each message once; topics
take what is published; events go to queues by rules that compare plain values. Prints `stand-in at URL` when it is ready.
"""

import argparse
import hashlib
import json
import re
import threading
import time
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

MAX_BODY = 4 << 20
ACCOUNT = "123456789012"


class Refused(Exception):
    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class Queues:
    def __init__(self):
        self.queues, self.lock = {}, threading.Condition()

    def find(self, url):
        queue = self.queues.get(urllib.parse.urlsplit(url).path.rpartition("/")[2])
        if queue is None:
            raise Refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
        return queue

    def deliver(self, name, body):
        with self.lock:
            if name in self.queues:
                message = {"MessageId": str(uuid.uuid4()), "ReceiptHandle": str(uuid.uuid4()), "Body": body, "MD5OfBody": md5(body)}
                self.queues[name]["messages"].append(message)
                self.lock.notify_all()
                return message
        return None

    def CreateQueue(self, given, about):
        with self.lock:
            self.queues.setdefault(given["QueueName"], {"name": given["QueueName"], "messages": [], "attributes": {}})
        return {"QueueUrl": f'{about["url"]}/{about["account"]}/{given["QueueName"]}'}

    def GetQueueUrl(self, given, about):
        self.find("/" + given["QueueName"])
        return {"QueueUrl": f'{about["url"]}/{about["account"]}/{given["QueueName"]}'}

    def GetQueueAttributes(self, given, about):
        queue = self.find(given["QueueUrl"])
        arn = f'arn:aws:sqs:{about["region"]}:{about["account"]}:{queue["name"]}'
        return {"Attributes": {"QueueArn": arn, **queue["attributes"]}}

    def SetQueueAttributes(self, given, about):
        self.find(given["QueueUrl"])["attributes"].update(given.get("Attributes", {}))
        return None

    def SendMessage(self, given, about):
        queue = self.find(given["QueueUrl"])
        if not given.get("MessageBody"):
            raise Refused("MissingParameter", "The request must contain the parameter MessageBody.")
        message = self.deliver(queue["name"], given["MessageBody"])
        return {"MD5OfMessageBody": message["MD5OfBody"], "MessageId": message["MessageId"]}

    def ReceiveMessage(self, given, about):
        queue = self.find(given["QueueUrl"])
        deadline = time.monotonic() + min(20, float(given.get("WaitTimeSeconds") or queue["attributes"].get("ReceiveMessageWaitTimeSeconds", 0)))
        most = int(given.get("MaxNumberOfMessages") or 1)
        with self.lock:
            while not queue["messages"] and (left := deadline - time.monotonic()) > 0:
                self.lock.wait(left)
            taken, queue["messages"] = queue["messages"][:most], queue["messages"][most:]
        return {"Messages": taken} if taken else {}

    def DeleteMessage(self, given, about):
        return None

    def DeleteQueue(self, given, about):
        with self.lock:
            self.queues.pop(self.find(given["QueueUrl"])["name"], None)
        return None


class Topics:
    def __init__(self):
        self.topics, self.published = {}, []

    def CreateTopic(self, given, about):
        arn = f'arn:aws:sns:{about["region"]}:{about["account"]}:{given["Name"]}'
        self.topics[arn] = given.get("Attributes", {})
        return {"TopicArn": arn}

    def DeleteTopic(self, given, about):
        self.topics.pop(given["TopicArn"], None)
        return None

    def Publish(self, given, about):
        topic = given.get("TopicArn", "")
        if topic not in self.topics:
            raise Refused("NotFound", "Topic does not exist", 404)
        if not given.get("Message"):
            raise Refused("InvalidParameter", "Invalid parameter: Empty message")
        if topic.endswith(".fifo") and not given.get("MessageGroupId"):
            raise Refused("InvalidParameter", "Invalid parameter: The MessageGroupId parameter is required for FIFO topics")
        self.published.append(given)
        answer = {"MessageId": str(uuid.uuid4())}
        return {**answer, "SequenceNumber": "1" + "0" * 19} if topic.endswith(".fifo") else answer


def matches(pattern, value):
    """Whether a value fits an event pattern, as far as plain values go."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(matches(part, value.get(key)) for key, part in pattern.items())
    return value in pattern


class Events:
    def __init__(self, queues):
        self.queues, self.rules, self.targets = queues, {}, {}

    def PutRule(self, given, about):
        self.rules[given["Name"]] = json.loads(given.get("EventPattern") or "{}")
        return {"RuleArn": f'arn:aws:events:{about["region"]}:{about["account"]}:rule/{given["Name"]}'}

    def PutTargets(self, given, about):
        self.targets.setdefault(given["Rule"], {}).update({t["Id"]: t for t in given["Targets"]})
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def ListTargetsByRule(self, given, about):
        return {"Targets": list(self.targets.get(given["Rule"], {}).values())}

    def RemoveTargets(self, given, about):
        for name in given["Ids"]:
            self.targets.get(given["Rule"], {}).pop(name, None)
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def DeleteRule(self, given, about):
        self.rules.pop(given["Name"], None)
        self.targets.pop(given["Name"], None)
        return None

    def PutEvents(self, given, about):
        entries = [self.put(entry, about) for entry in given["Entries"]]
        return {"Entries": entries, "FailedEntryCount": sum("ErrorCode" in e for e in entries)}

    def put(self, entry, about):
        for member in ("Source", "DetailType", "Detail"):
            if member not in entry:
                return {"ErrorCode": "InvalidArgument",
                        "ErrorMessage": f"Parameter {member} is not valid. Reason: {member} is a required argument."}
        try:
            detail = json.loads(entry["Detail"])
        except ValueError:
            detail = None
        if not isinstance(detail, dict):
            return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        event = {"version": "0", "id": str(uuid.uuid4()), "detail-type": entry["DetailType"], "source": entry["Source"],
                 "account": about["account"], "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                 "region": about["region"], "resources": entry.get("Resources", []), "detail": detail}
        for name, pattern in list(self.rules.items()):
            if matches(pattern, event):
                for target in list(self.targets.get(name, {}).values()):
                    self.queues.deliver(target["Arn"].rpartition(":")[2], json.dumps(event))
        return {"EventId": event["id"]}


class Secrets:
    def __init__(self):
        self.secrets = {}

    def CreateSecret(self, given, about):
        if not re.fullmatch(r"[A-Za-z0-9/_+=.@!-]+", given["Name"]):
            raise Refused("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, "
                                                 "or any of the following: -/_+=.@!")
        arn = f'arn:aws:secretsmanager:{about["region"]}:{about["account"]}:secret:{given["Name"]}-a1b2c3'
        self.secrets[given["Name"]] = {"ARN": arn, "Name": given["Name"], "VersionId": given["ClientRequestToken"],
                                       "SecretString": given.get("SecretString", "")}
        return {k: v for k, v in self.secrets[given["Name"]].items() if k != "SecretString"}

    def GetSecretValue(self, given, about):
        if given["SecretId"] not in self.secrets:
            raise Refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        return {**self.secrets[given["SecretId"]], "CreatedDate": 1_700_000_000.5}


def read_form(text):
    """Query's `A.1.Name=x` as values; lists and maps as SQS and SNS have them."""
    out = {}
    for name, value in urllib.parse.parse_qsl(text, keep_blank_values=True):
        here, steps = out, name.split(".")
        for step in steps[:-1]:
            here = here.setdefault(step, {})
        here[steps[-1]] = value
    if "Attribute" in out:
        out["Attributes"] = {e["Name"]: e["Value"] for e in out.pop("Attribute").values()}
    entries = out.get("Attributes", {}).get("entry")
    if entries:
        out["Attributes"] = {e["key"]: e["value"] for e in entries.values()}
    return out


def xml_members(value):
    out = []
    for name, item in value.items():
        if name == "Messages":
            out += [f"<Message>{xml_members(m)}</Message>" for m in item]
        elif name == "Attributes":
            out += [f"<Attribute><Name>{k}</Name><Value>{escape(v)}</Value></Attribute>" for k, v in item.items()]
        elif name == "MD5OfBody":
            out.append(f"<MD5OfBody>{item}</MD5OfBody>")
        else:
            out.append(f"<{name}>{escape(str(item))}</{name}>")
    return "".join(out)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    services = {}

    def log_message(self, *_):
        pass

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            return self.answer(413, "text/plain", "too large", "")
        text = self.rfile.read(length).decode()
        scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", self.headers.get("Authorization", ""))
        if not scope:
            return self.answer(403, "text/plain", "the request has no signature", "")
        key, region, service = scope.groups()
        about = {"account": key if re.fullmatch(r"\d{12}", key) else ACCOUNT, "region": region,
                 "url": "http://" + self.headers.get("Host", "")}
        request_id = str(uuid.uuid4())
        target = self.headers.get("X-Amz-Target")
        given = json.loads(text or "{}") if target else read_form(text)
        action = target.rpartition(".")[2] if target else given.pop("Action", "")
        try:
            act = getattr(self.services.get(service), action, None) if re.fullmatch("[A-Z][A-Za-z]+", action) else None
            if act is None:
                raise Refused("UnknownOperationException", f"{service} has no {action} here")
            shown = act(given, about)
        except Refused as refusal:
            if target:
                body = json.dumps({"__type": refusal.code, "message": refusal.message})
                return self.answer(refusal.status, "application/x-amz-json-1.1", body, request_id)
            body = (f"<ErrorResponse><Error><Type>Sender</Type><Code>{refusal.code}</Code><Message>{escape(refusal.message)}"
                    f"</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>")
            return self.answer(refusal.status, "text/xml", body, request_id)
        if target:
            return self.answer(200, "application/x-amz-json-1.1", "" if shown is None else json.dumps(shown), request_id)
        result = "" if shown is None else f"<{action}Result>{xml_members(shown)}</{action}Result>"
        self.answer(200, "text/xml", f"<{action}Response>{result}<ResponseMetadata><RequestId>{request_id}</RequestId>"
                                     f"</ResponseMetadata></{action}Response>", request_id)

    def answer(self, status, kind, body, request_id):
        data = body.encode()
        self.send_response(status)
        self.send_header("x-amzn-RequestId", request_id)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class StandIn:
    """All four, on a thread of this process."""

    def __init__(self, address="127.0.0.1", port=0):
        queues = Queues()
        self.services = {"sqs": queues, "sns": Topics(), "events": Events(queues), "secretsmanager": Secrets()}
        handler = type("BoundHandler", (Handler,), {"services": self.services})
        self.server = ThreadingHTTPServer((address, port), handler)
        self.server.daemon_threads = True
        self.url = f"http://{address}:{self.server.server_address[1]}"

    def start(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--address", default="127.0.0.1")
    options = parser.parse_args()
    stand_in = StandIn(options.address, options.port)
    print(f"stand-in at {stand_in.url}", flush=True)
    try:
        stand_in.server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
