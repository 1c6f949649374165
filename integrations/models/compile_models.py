#!/usr/bin/env python3
"""Compiles AWS's API models, as botocore ships them, into one compact table that the program carries.

    compile_models.py DATA_DIR EXTRA_DIR OUT

DATA_DIR holds <service>/<api version>/service-2.json; of several versions the last is taken. EXTRA_DIR holds <name>.json of
the same form, for services that DATA_DIR lacks, and additions.json, members that others have had since. Documentation, patterns and
examples are left out; all that a request, its answer and the check of either need is kept. The format is read by
service_models.cpp, which names the same fields in the same order:

    "SWM2"
    u32 number of services, then for each, in the order of their keys: key, service id, u32 begin and u32 end of its section in
    the body; a text is its u32 length and its bytes
    u32 length of the body, then the body, deflated (zlib): so the program is smaller by 2.6 MB, and whoever only asks for names
    unpacks nothing

The body:

    u32 number of strings, then so many u32: where each ends in the bytes of all strings; then u32 their number, the bytes
    the sections: numbers as varints (LEB128); strings as their numbers, those used most first

Numbers in front of lists count their elements; "x+1, 0 for none" is written `opt`.
"""
import collections
import itertools
import json
import os
import struct
import sys
import zlib

PROTOCOLS = ["json", "rest-json", "query", "ec2", "rest-xml", "smithy-rpc-v2-cbor"]
KINDS = ["structure", "list", "map", "string", "integer", "long", "float", "double", "boolean", "blob", "timestamp"]
TIMESTAMPS = ["iso8601", "rfc822", "unixTimestamp"]
LOCATIONS = ["header", "headers", "uri", "querystring", "statusCode"]

# Flags of a shape.
EXCEPTION, FAULT, FLATTENED, UNION, DOCUMENT, EVENT_STREAM, STREAMING, WRAPPER, SENSITIVE = (1 << n for n in range(9))
# Flags of a member.
REQUIRED, IDEMPOTENCY, HOST_LABEL, JSON_VALUE, M_FLATTENED, XML_ATTRIBUTE, M_STREAMING, EVENT_PAYLOAD = (1 << n for n in range(8))
# What else of a member or shape is there at all.
PLACED, NAMED, QUERY_NAMED, NAMESPACE = (1 << n for n in range(8, 12))
ERROR, PAYLOAD = (1 << n for n in range(9, 11))
# Flags of an operation.
UNSIGNED, CHECKSUM_REQUIRED, UNSIGNED_PAYLOAD = (1 << n for n in range(3))


def sdk_name(service_id):
    """The service's name in `aws-sdk:<name>:<action>`: that of the SDK for Java's package (sdk_name.cpp does the same)."""
    name = "".join(c for c in service_id.lower() if c.isalnum())
    for prefix in ("amazon", "aws"):
        name = name.removeprefix(prefix)
    return name.removesuffix("service")


class Section:
    """Numbers and strings of one service; strings get their numbers when all services have been read."""

    def __init__(self):
        self.items = []  # int, or str

    def number(self, value):
        self.items.append(int(value))

    def opt(self, value):
        self.items.append(0 if value is None else value + 1)

    def text(self, value):
        self.items.append("" if value is None else str(value))

    def enum(self, value, values):
        self.opt(values.index(value) if value in values else None)


def flags(*pairs):
    return sum(bit for bit, on in pairs if on)


def namespace_of(trait):
    """xmlNamespace is a text, or {prefix, uri}."""
    if isinstance(trait, dict):
        return trait.get("prefix", ""), trait.get("uri", "")
    return "", trait or ""


def write_member(out, name, member, index, required):
    prefix, uri = namespace_of(member.get("xmlNamespace"))
    out.text(name)
    out.number(index[member["shape"]])
    out.number(flags(
        (PLACED, member.get("location") in LOCATIONS), (NAMED, member.get("locationName")),
        (QUERY_NAMED, member.get("queryName")), (NAMESPACE, prefix or uri),
        (REQUIRED, name in required), (IDEMPOTENCY, member.get("idempotencyToken")), (HOST_LABEL, member.get("hostLabel")),
        (JSON_VALUE, member.get("jsonvalue")), (M_FLATTENED, member.get("flattened")),
        (XML_ATTRIBUTE, member.get("xmlAttribute")), (M_STREAMING, member.get("streaming")),
        (EVENT_PAYLOAD, member.get("eventpayload"))))
    if member.get("location") in LOCATIONS:
        out.enum(member["location"], LOCATIONS)
    if member.get("locationName"):
        out.text(member["locationName"])
    if member.get("queryName"):
        out.text(member["queryName"])
    if prefix or uri:
        out.text(prefix)
        out.text(uri)


def write_shape(out, name, shape, index):
    out.text(name)
    kind = shape["type"] if shape["type"] in KINDS else "string"
    out.number(KINDS.index(kind))
    error = shape.get("error") or {}
    out.number(flags(
        (ERROR, error), (PAYLOAD, shape.get("payload")), (EXCEPTION, shape.get("exception")), (FAULT, shape.get("fault")), (FLATTENED, shape.get("flattened")),
        (UNION, shape.get("union")), (DOCUMENT, shape.get("document")), (EVENT_STREAM, shape.get("eventstream")),
        (STREAMING, shape.get("streaming")), (WRAPPER, shape.get("wrapper")), (SENSITIVE, shape.get("sensitive"))))
    if kind == "structure":
        if error:
            out.text(error.get("code"))
            out.number(error.get("httpStatusCode", 0))
        if shape.get("payload"):
            out.text(shape["payload"])
        required = set(shape.get("required") or ())
        out.number(len(shape["members"]))
        for member_name, member in shape["members"].items():
            write_member(out, member_name, member, index, required)
        return
    # Bounds of value or length; as text, since some are fractions.
    out.text(shape.get("min"))
    out.text(shape.get("max"))
    if kind == "list":
        write_member(out, "", shape["member"], index, ())
    elif kind == "map":
        write_member(out, "", shape["key"], index, ())
        write_member(out, "", shape["value"], index, ())
    elif kind == "string":
        out.number(len(shape.get("enum") or ()))
        for value in shape.get("enum") or ():
            out.text(value)
    elif kind == "timestamp":
        out.enum(shape.get("timestampFormat"), TIMESTAMPS)


def write_operation(out, name, operation, index):
    http = operation["http"]
    given, got = operation.get("input") or {}, operation.get("output") or {}
    checksum = operation.get("httpChecksum") or {}
    out.text(name)
    out.text(http["method"])
    out.text(http["requestUri"])
    out.number(http.get("responseCode", 200))
    out.opt(index.get(given.get("shape")))
    out.text(given.get("locationName"))
    prefix, uri = namespace_of(given.get("xmlNamespace"))
    out.text(prefix)
    out.text(uri)
    out.opt(index.get(got.get("shape")))
    out.text(got.get("resultWrapper"))
    out.text((operation.get("endpoint") or {}).get("hostPrefix"))
    out.text(checksum.get("requestAlgorithmMember"))
    out.number(flags(
        (UNSIGNED, operation.get("authtype") == "none"),
        (CHECKSUM_REQUIRED, operation.get("httpChecksumRequired") or checksum.get("requestChecksumRequired")),
        (UNSIGNED_PAYLOAD, operation.get("authtype") == "v4-unsigned-body")))
    errors = [index[e["shape"]] for e in operation.get("errors") or ()]
    out.number(len(errors))
    for error in errors:
        out.number(error)


def inherit_traits(shapes):
    """A reference without a name or namespace of its own has its shape's, if there is one."""
    for shape in shapes.values():
        for reference in [*shape.get("members", {}).values(), *(shape[part] for part in ("member", "key", "value") if part in shape)]:
            for trait in ("locationName", "xmlNamespace"):
                if trait in shapes[reference["shape"]]:
                    reference.setdefault(trait, shapes[reference["shape"]][trait])


def write_service(model):
    out = Section()
    inherit_traits(model["shapes"])
    meta = model["metadata"]
    shapes = model["shapes"]
    index = {name: number for number, name in enumerate(shapes)}
    protocol = meta["protocol"] if meta["protocol"] in PROTOCOLS else "json"
    prefix, uri = namespace_of(meta.get("xmlNamespace"))
    out.text(meta["serviceId"])
    out.number(PROTOCOLS.index(protocol))
    out.text(meta["endpointPrefix"])
    out.text(meta.get("signingName") or meta["endpointPrefix"])
    out.text(meta.get("targetPrefix"))
    out.text(meta.get("jsonVersion"))
    out.text(meta["apiVersion"])
    out.text(meta.get("globalEndpoint"))
    out.text(meta.get("signatureVersion"))
    out.text(prefix)
    out.text(uri)
    out.number(len(shapes))
    for name, shape in shapes.items():
        write_shape(out, name, shape, index)
    out.number(len(model["operations"]))
    # CloudFront's have a version in the names that they call themselves: nobody else does.
    for name, operation in sorted(model["operations"].items(), key=lambda item: item[0].lower()):
        write_operation(out, name, operation, index)
    return out


def models(folder):
    for service in sorted(os.listdir(folder)):
        versions = sorted(
            version for version in (os.listdir(os.path.join(folder, service)) if os.path.isdir(os.path.join(folder, service)) else ())
            if os.path.exists(os.path.join(folder, service, version, "service-2.json")))
        if versions:
            with open(os.path.join(folder, service, versions[-1], "service-2.json"), encoding="utf-8") as file:
                yield json.load(file)


def u32(value):
    return struct.pack("<I", value)


def varint(out, value):
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def add_members(model, additions):
    """Members that a service has had since, of shapes that the model has: service id → shape → members."""
    for shape, members in additions.get(model["metadata"]["serviceId"], {}).items():
        for name, member in members.items():
            if shape in model["shapes"] and member["shape"] in model["shapes"]:
                model["shapes"][shape]["members"].setdefault(name, member)


def extra_models(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json") and name != "additions.json":
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield json.load(file)


def compile_models(folder, extra):
    with open(os.path.join(extra, "additions.json"), encoding="utf-8") as file:
        additions = json.load(file)
    sections, ids = {}, {}
    for model in itertools.chain(models(folder), extra_models(extra)):
        add_members(model, additions)
        service_id = model["metadata"]["serviceId"]
        ids.setdefault(sdk_name(service_id), service_id)
        sections.setdefault(sdk_name(service_id), write_service(model))
    if not sections:
        raise SystemExit(f"compile_models.py: there are no service models in {folder}")
    uses = collections.Counter(item for section in sections.values() for item in section.items if isinstance(item, str))
    strings = sorted(uses, key=lambda text: (-uses[text], text))
    number_of = {text: number for number, text in enumerate(strings)}
    encoded = [text.encode() for text in strings]

    ends = list(itertools.accumulate(len(text) for text in encoded))
    body = bytearray(u32(len(ends)) + b"".join(u32(end) for end in ends) + u32(ends[-1]) + b"".join(encoded))
    head = bytearray(b"SWM2" + u32(len(sections)))
    for key in sorted(sections):
        begin = len(body)
        for item in sections[key].items:
            varint(body, number_of[item] if isinstance(item, str) else item)
        for text in (key, ids[key]):
            head += u32(len(text.encode())) + text.encode()
        head += u32(begin) + u32(len(body))
    return bytes(head + u32(len(body)) + zlib.compress(body, 9))


def main():
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    table = compile_models(sys.argv[1], sys.argv[2])
    with open(sys.argv[3], "wb") as out:
        out.write(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
