#!/usr/bin/env python3
"""Holds what Stepwell sends to AWS's services, and what it makes of their answers, against botocore.

    botocore_test.py AWS_WIRE [--seed N] [--per-service N] [--show N]

AWS_WIRE is the program of wire_main.cpp. Parameters and answers are made at random from the API models, for some actions
of every service: method, target, headers, body and signature must equal botocore's byte for byte, and what is read from an
answer must equal what botocore reads. One line for each difference; the last line says how many actions of how many
services over which protocols were held against each other.
"""
import argparse
import base64
import collections
import datetime
import hashlib
import io
import json
import random
import subprocess
import sys
import zlib
from pathlib import Path
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "integrations" / "models"))
sys.dont_write_bytecode = True
# Debian's, from which the program's models are: not one that someone has installed beside it.
sys.path.insert(0, "/usr/lib/python3/dist-packages")

import botocore.auth  # noqa: E402
import botocore.awsrequest  # noqa: E402
import botocore.credentials  # noqa: E402
import botocore.loaders  # noqa: E402
import botocore.model  # noqa: E402
import botocore.parsers  # noqa: E402
import botocore.serialize  # noqa: E402
import botocore.utils  # noqa: E402
from compile_models import sdk_name  # noqa: E402

ENDPOINT = "http://127.0.0.1:4566"
REGION = "eu-central-1"
NOW = datetime.datetime(2026, 11, 22, 9, 30, 0)
TIME = NOW.strftime("%Y%m%dT%H%M%SZ")
MAX_DEPTH = 4
# Asked of these services and actions in any case: what people use most, and each protocol's own ways.
ALWAYS = {
    "dynamodb": ["PutItem", "GetItem", "Query", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"],
    "s3": ["PutObject", "GetObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "DeleteObject",
           "DeleteObjects", "CopyObject", "PutObjectTagging", "PutBucketLifecycleConfiguration", "HeadObject",
           "PutObjectAcl", "GetBucketLocation"],
    "sqs": ["SendMessage", "SendMessageBatch", "ReceiveMessage", "CreateQueue"],
    "sns": ["Publish", "CreateTopic", "PublishBatch", "SetTopicAttributes"],
    "events": ["PutEvents", "PutRule", "PutTargets"],
    "ec2": ["RunInstances", "DescribeInstances", "CreateTags", "CreateSecurityGroup"],
    "lambda": ["Invoke", "CreateFunction", "ListFunctions", "GetFunction"],
    "ecs": ["RunTask", "DescribeTasks", "StopTask"],
    "batch": ["SubmitJob", "DescribeJobs", "TerminateJob"],
    "glue": ["StartJobRun", "GetJobRun", "BatchStopJobRun"],
    "stepfunctions": ["StartExecution", "StartSyncExecution", "DescribeExecution"],
    "cloudformation": ["CreateStack", "DescribeStacks"],
    "cloudwatch": ["PutMetricData", "GetMetricData"],
    "route53": ["ChangeResourceRecordSets", "ListResourceRecordSets"],
    "apigateway": ["CreateRestApi", "PutIntegration"],
    "kinesis": ["PutRecord", "PutRecords"],
    "iam": ["CreateRole", "ListUsers"],
    "glacier": ["UploadArchive", "DescribeVault"],
    "s3control": ["CreateJob", "GetAccessPoint"],
    "cloudfront": ["CreateInvalidation", "GetDistribution"],
    "lex-runtime": ["PostContent", "PostText"],
    "iot-data": ["Publish", "UpdateThingShadow"],
}
class Frozen(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return NOW


def header_value(self, shape, value, original=botocore.serialize.BaseRestSerializer._convert_header_value):
    """This botocore writes `True`; Smithy's specification, the SDK for Java and later ones write `true`."""
    return ("true" if value else "false") if shape.type_name == "boolean" else original(self, shape, value)


botocore.serialize.BaseRestSerializer._convert_header_value = header_value
botocore.auth.datetime = type("frozen", (), {"datetime": Frozen, "timedelta": datetime.timedelta})


# --- parameters


class Maker:
    """Values of a shape. `plain` is what JSON can say, as a Task's parameters have it."""

    safe_places = ("header", "headers", "hostLabel")

    def __init__(self, rng):
        self.rng = rng

    def text(self, shape, safe=False):
        if getattr(shape, "enum", None):
            return self.rng.choice(shape.enum)
        alphabet = "abcXYZ019-." if safe else "abcXYZ019 -_.~/:+&=<>\"'\\é☃\U0001F600\n\t%#?@!*(),;[]{}|$^`"
        least = max(1, int(shape.metadata.get("min", 1) or 1))
        return "".join(self.rng.choice(alphabet) for _ in range(self.rng.randint(least, max(least, 12))))

    def when(self):
        return datetime.datetime.utcfromtimestamp(self.rng.randint(0, 2_000_000_000)).replace(tzinfo=datetime.timezone.utc)

    def make(self, shape, depth=0, place="body", payload=False, json_value=False):
        kind = shape.type_name
        if getattr(shape, "is_document_type", False) or json_value:
            return {"a": [1, "x", None, {"b": True}]}
        if kind == "structure":
            return self.structure(shape, depth)
        if kind == "list":
            count = self.rng.randint(1, 3) if depth < MAX_DEPTH else 0
            return [self.make(shape.member, depth + 1, place) for _ in range(count)]
        if kind == "map":
            count = self.rng.randint(1, 2) if depth < MAX_DEPTH else 0
            return {self.text(shape.key, place == "headers"): self.make(shape.value, depth + 1, place) for _ in range(count)}
        if kind in ("integer", "long"):
            return self.rng.choice([0, 1, 42, 100000, -3 if place == "body" else 7])
        if kind in ("float", "double"):
            return self.rng.choice([0.5, 1.0, 12.25, 3, 1e-7, 1.5e20, 0.1])
        if kind == "boolean":
            return self.rng.random() < 0.5
        if kind == "blob":
            return bytes(self.rng.randrange(256) for _ in range(self.rng.randint(1, 20))) if not payload \
                else self.text(shape).encode()
        if kind == "timestamp":
            return self.when()
        return self.text(shape, safe=place in self.safe_places)

    def structure(self, shape, depth):
        out = {}
        names = list(shape.members)
        if getattr(shape, "is_tagged_union", False):
            names = [self.rng.choice(names)] if names else []
        payload = shape.serialization.get("payload")
        for name in names:
            member = shape.members[name]
            traits = member.serialization
            required = name in shape.required_members or name == payload or traits.get("hostLabel")
            if not required and (depth >= MAX_DEPTH or self.rng.random() < 0.4):
                continue
            if traits.get("eventstream") or member.type_name == "structure" and member.serialization.get("eventstream"):
                continue
            place = "hostLabel" if traits.get("hostLabel") else traits.get("location", "body")
            is_json = bool(traits.get("jsonvalue")) and place == "header"
            out[name] = self.make(member, depth + 1, place, name == payload, is_json)
        self.rng.shuffle(keys := list(out))
        return {key: out[key] for key in keys}


def plain(value):
    """As a Task's parameters have it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def asked_for(shape, parameters):
    """Parameters, and the bytes that are the body, where one member is."""
    payload = shape.serialization.get("payload") if shape else None
    if payload in parameters and isinstance(parameters[payload], bytes):
        rest = {k: v for k, v in parameters.items() if k != payload}
        return {"parameters": {**plain(rest), payload: ""}, "body": base64.b64encode(parameters[payload]).decode()}
    return {"parameters": plain(parameters)}


# --- what botocore sends


def customary(service, operation, request):
    """What botocore's handlers add for single services."""
    headers = request["headers"]
    if service.service_name == "glacier":
        headers["x-amz-glacier-version"] = service.metadata["apiVersion"]
    if service.service_name == "apigateway" and "Accept" not in headers:
        headers["Accept"] = "application/json"
    required = operation.http_checksum_required or operation.http_checksum.get("requestChecksumRequired")
    upload = service.service_name == "s3" and operation.name in ("PutObject", "UploadPart")
    has = any(k.lower() == "content-md5" or k.lower().startswith("x-amz-checksum-") for k in headers)
    if (required or upload) and not has:
        body = request["body"]
        if isinstance(body, dict):
            raise SystemExit("a checksum of a form")
        headers["Content-MD5"] = base64.b64encode(hashlib.md5(body or b"").digest()).decode()


def botocore_request(service, operation, parameters):
    serializer = botocore.serialize.create_serializer(service.metadata["protocol"], include_validation=False)
    wire = serializer.serialize_to_request(parameters, operation)
    prefix = wire.pop("host_prefix", "") or ""
    algorithm = operation.http_checksum.get("requestAlgorithmMember")
    if algorithm and algorithm in parameters:
        name = "x-amz-checksum-" + parameters[algorithm].lower()
        if name not in {k.lower() for k in wire["headers"]}:
            body = wire["body"] if isinstance(wire["body"], bytes) else (wire["body"] or "").encode()
            sums = {"crc32": lambda: zlib.crc32(body).to_bytes(4, "big"), "sha1": lambda: hashlib.sha1(body).digest(),
                    "sha256": lambda: hashlib.sha256(body).digest()}
            if parameters[algorithm].lower() in sums:
                wire["headers"][name] = base64.b64encode(sums[parameters[algorithm].lower()]()).decode()
            else:
                return None
    customary(service, operation, wire)
    botocore.awsrequest.prepare_request_dict(wire, ENDPOINT)
    request = botocore.awsrequest.create_request_object(wire)
    if operation.auth_type != "none":
        credentials = botocore.credentials.Credentials("AKID", "secret", "token")
        signing = service.metadata.get("signingName") or service.metadata["endpointPrefix"]
        kind = botocore.auth.S3SigV4Auth if signing == "s3" else botocore.auth.SigV4Auth
        if operation.auth_type == "v4-unsigned-body":
            request.context["payload_signing_enabled"] = False
        signer = kind(credentials, signing, REGION)
        if operation.auth_type == "v4-unsigned-body":
            signer._should_sha256_sign_payload = lambda _: False
        signer.add_auth(request)
    prepared = request.prepare()
    headers = {}
    for name, value in prepared.headers.items():
        headers[name.lower()] = value.decode() if isinstance(value, bytes) else value
    headers.pop("content-length", None)
    body = prepared.body or b""
    body = body.encode() if isinstance(body, str) else body
    return {"method": prepared.method, "target": prepared.url[len(ENDPOINT):], "headers": headers, "body": body,
            "host_prefix": prefix}


# --- answers


class Answers:
    """Writes an output as the service would."""

    def __init__(self, service):
        self.protocol = service.metadata["protocol"]

    def date(self, shape, value, otherwise):
        form = shape.serialization.get("timestampFormat", otherwise).lower()
        if form == "rfc822":
            return value.strftime("%a, %d %b %Y %H:%M:%S GMT")
        if form == "unixtimestamp":
            return int(value.timestamp())
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")

    def json(self, shape, value):
        if getattr(shape, "is_document_type", False):
            return value
        if shape.type_name == "structure":
            return {shape.members[k].serialization.get("name", k): self.json(shape.members[k], v) for k, v in value.items()
                    if "location" not in shape.members[k].serialization}
        if shape.type_name == "list":
            return [self.json(shape.member, item) for item in value]
        if shape.type_name == "map":
            return {k: self.json(shape.value, v) for k, v in value.items()}
        if shape.type_name == "blob":
            return base64.b64encode(value).decode()
        if shape.type_name == "timestamp":
            return self.date(shape, value, "unixTimestamp")
        return value

    def scalar(self, shape, value, dates):
        if shape.type_name == "boolean":
            return "true" if value else "false"
        if shape.type_name == "blob":
            return base64.b64encode(value).decode()
        if shape.type_name == "timestamp":
            return str(self.date(shape, value, dates))
        return str(value)

    def element(self, out, tag, shape, value):
        kind = shape.type_name
        if kind == "structure":
            attributes = "".join(
                f' {m.serialization["name"]}="{escape(str(value[k]))}"' for k, m in shape.members.items()
                if k in value and m.serialization.get("xmlAttribute"))
            spaces = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' if "xsi:" in attributes else ""
            out.write(f"<{tag}{spaces}{attributes}>")
            self.members(out, shape, value)
            out.write(f"</{tag}>\n")
        elif kind == "list":
            flat = shape.serialization.get("flattened")
            item_tag = shape.member.serialization.get("name")
            if flat:
                for item in value:
                    self.element(out, item_tag or tag, shape.member, item)
                return
            out.write(f"<{tag}>")
            for item in value:
                self.element(out, item_tag or ("item" if self.protocol == "ec2" else "member"), shape.member, item)
            out.write(f"</{tag}>")
        elif kind == "map":
            flat = shape.serialization.get("flattened")
            if not flat:
                out.write(f"<{tag}>")
            for key, item in value.items():
                out.write(f"<{tag if flat else 'entry'}>")
                self.element(out, shape.key.serialization.get("name") or "key", shape.key, key)
                self.element(out, shape.value.serialization.get("name") or "value", shape.value, item)
                out.write(f"</{tag if flat else 'entry'}>")
            if not flat:
                out.write(f"</{tag}>")
        else:
            out.write(f"<{tag}>{escape(self.scalar(shape, value, 'iso8601'))}</{tag}>")

    def members(self, out, shape, value):
        for name, item in value.items():
            member = shape.members[name]
            if "location" in member.serialization or member.serialization.get("xmlAttribute"):
                continue
            self.element(out, member.serialization.get("name", name), member, item)

    def write(self, operation, value):
        shape = operation.output_shape
        headers = [["x-amzn-RequestId", "request-1"]]
        rest = self.protocol.startswith("rest")
        if rest and shape:
            for name, item in value.items():
                member = shape.members[name]
                place = member.serialization.get("location")
                key = member.serialization.get("name", name)
                if place == "header" and member.serialization.get("jsonvalue"):
                    headers.append([key, base64.b64encode(json.dumps(item).encode()).decode()])
                elif place == "header" and member.type_name == "list":
                    headers.append([key, ",".join(self.scalar(member.member, i, "rfc822") for i in item)])
                elif place == "header":
                    headers.append([key, self.scalar(member, item, "rfc822")])
                elif place == "headers":
                    headers += [[key + k, str(v)] for k, v in item.items()]
        if shape is None:
            return headers, b"" if rest else b"<R><ResponseMetadata/></R>" if self.protocol in ("query", "ec2") else b"{}"
        payload = shape.serialization.get("payload") if rest else None
        if payload:
            if payload not in value:
                return headers, b""
            member, item = shape.members[payload], value[payload]
            if member.type_name == "blob":
                return headers, item
            if member.type_name == "string":
                return headers, item.encode()
            shape, value = member, item
        if self.protocol in ("json", "rest-json"):
            return headers, json.dumps(self.json(shape, value)).encode()
        out = io.StringIO()
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        wrapper = operation.output_shape.serialization.get("resultWrapper")
        out.write(f'<{operation.name}Response xmlns="urn:x">\n')
        if wrapper:
            out.write(f"  <{wrapper}>\n")
        self.members(out, shape, value)
        if wrapper:
            out.write(f"</{wrapper}><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>")
        out.write(f"</{operation.name}Response>")
        return headers, out.getvalue().encode()


def comparable(value):
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return int(value.timestamp() * 1000)
    if isinstance(value, dict):
        return {k: comparable(v) for k, v in value.items() if k != "ResponseMetadata"}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return value


def payload_as_bytes(shape, value):
    payload = shape.serialization.get("payload") if shape else None
    if payload and isinstance(value.get(payload), str) and shape.members[payload].type_name == "blob":
        value = dict(value)
        value[payload] = value[payload].encode()
    return value


def typed_headers(shape, value):
    """botocore's rest-json leaves booleans and fractions of headers as text."""
    out = dict(value)
    for name, member in (shape.members if shape else {}).items():
        if isinstance(out.get(name), str) and member.serialization.get("location") == "header":
            if member.type_name == "boolean":
                out[name] = out[name] == "true"
            elif member.type_name in ("float", "double"):
                out[name] = float(out[name])
    return out


# --- the comparison


class Wire:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask_all(self, questions):
        out, _ = self.process.communicate("".join(json.dumps(q) + "\n" for q in questions))
        if self.process.returncode != 0:
            raise SystemExit(f"the program ended with {self.process.returncode}")
        return [json.loads(line) for line in out.splitlines()]


def difference(expected, actual):
    for part in ("method", "target", "host_prefix"):
        if expected[part] != actual[part]:
            return f"{part}: botocore {expected[part]!r}, stepwell {actual[part]!r}"
    body = base64.b64decode(actual["body"])
    if expected["body"] != body:
        return f"body: botocore {expected['body']!r}, stepwell {body!r}"
    headers = {name.lower(): value for name, value in actual["headers"]}
    for name in sorted(expected["headers"].keys() | headers.keys()):
        # The signature last: it differs whenever anything else does.
        if name != "authorization" and expected["headers"].get(name) != headers.get(name):
            return f"{name}: botocore {expected['headers'].get(name)!r}, stepwell {headers.get(name)!r}"
    if expected["headers"].get("authorization") != headers.get("authorization"):
        return f"authorization: botocore {expected['headers'].get('authorization')}, stepwell {headers.get('authorization')}"
    return None


def services(loader):
    for name in loader.list_available_services("service-2"):
        # Signed as nothing else is any more; and the second model of one service id.
        if name in ("sdb", "importexport", "sms-voice"):
            continue
        yield botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name)


def actions_of(service, per_service, rng):
    names = list(service.operation_names)
    chosen = [n for n in ALWAYS.get(service.service_name, ()) if n in names]
    others = [n for n in names if n not in chosen]
    chosen += rng.sample(others, min(per_service, len(others)))
    return chosen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--per-service", type=int, default=3)
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    maker = Maker(rng)
    loader = botocore.loaders.Loader()
    questions, checks = [], []
    protocols = collections.Counter()
    names = set()
    for service in services(loader):
        if options.only and service.service_name != options.only:
            continue
        protocol = service.metadata["protocol"]
        # Route 53's ids lose what stands before their last slash: botocore does that elsewhere.
        maker.safe_places = Maker.safe_places + (("uri",) if service.service_name == "route53" else ())
        answers = Answers(service)
        for action in actions_of(service, options.per_service, rng):
            operation = service.operation_model(action)
            about = {"service": sdk_name(service.metadata["serviceId"]), "action": action}
            shape = operation.input_shape
            parameters = maker.structure(shape, 0) if shape else {}
            # A stream to the service; what is no part of the model; what the HTTP client says itself.
            if operation.has_event_stream_input:
                continue
            parameters.pop("SourceRegion" if "PreSignedUrl" in (shape.members if shape else ()) else "", None)
            if service.service_name == "s3":
                parameters.pop("ContentLength", None)
                if "Bucket" in parameters:
                    parameters["Bucket"] = "my-bucket"
            expected = botocore_request(service, operation, parameters)
            if expected is not None:
                questions.append({**about, **asked_for(shape, parameters), "endpoint": ENDPOINT, "region": REGION, "time": TIME})
                checks.append((service.service_name, action, "request", expected))
            protocols[protocol] += 1
            names.add(service.service_name)

            if operation.has_event_stream_output or action == "GetBucketLocation":  # read by a handler of botocore's
                continue
            output = maker.structure(operation.output_shape, 0) if operation.output_shape else {}
            headers, body = answers.write(operation, output)
            try:
                parsed = botocore.parsers.create_parser(protocol).parse(
                    {"status_code": 200, "headers": botocore.awsrequest.HeadersDict(headers), "body": body}, operation.output_shape)
            except (botocore.parsers.ResponseParserError, UnicodeDecodeError):
                continue
            parsed = typed_headers(operation.output_shape, payload_as_bytes(operation.output_shape, parsed))
            questions.append({**about, "status": 200, "headers": headers, "body": base64.b64encode(body).decode()})
            checks.append((service.service_name, action, "answer", comparable(parsed)))
    failed = 0
    replies = Wire(options.program).ask_all(questions)
    if len(replies) != len(checks):
        raise SystemExit(f"{len(checks)} questions, {len(replies)} answers")
    for (service, action, what, expected), reply, question in zip(checks, replies, questions):
        if what == "request":
            wrong = reply.get("refused") or ("unknown" if reply.get("unknown") else difference(expected, reply))
        else:
            wrong = None if reply.get("output") == expected else f"botocore {expected!r}, stepwell {reply!r}"
        if wrong:
            failed += 1
            if failed <= options.show:
                print(f"{service}.{action} {what}: {wrong}\n    {json.dumps(question)[:1500]}")
    print(f"{len(checks)} comparisons over {sum(protocols.values())} actions of {len(names)} services "
          f"({', '.join(f'{k} {v}' for k, v in sorted(protocols.items()))}): {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
