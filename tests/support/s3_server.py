#!/usr/bin/env python3
"""A small S3 in memory, in path style, for tests of what talks to S3:   s3_server.py [PORT]

Prints `ready http://127.0.0.1:PORT` when it serves. It knows buckets, objects (whole and in ranges), copies, lists of both
versions and multipart uploads, and answers with the headers that AWS sends; it checks no signature. Errors are S3's.
Amazon S3 API Reference. Python 3 standard library only.
"""
import base64
import hashlib
import http.server
import re
import sys
import threading
import time
import urllib.parse
import uuid
import zlib
from email.utils import formatdate
from xml.etree import ElementTree
from xml.sax.saxutils import escape

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Refused(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code = status, code


class Object:
    def __init__(self, body, etag=None):
        self.body, self.modified = body, int(time.time())
        self.etag = etag or hashlib.md5(body).hexdigest()


def crc32(body):
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


def document(root, inner):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">{inner}</{root}>'.encode()


def element(name, value):
    return f"<{name}>{escape(str(value))}</{name}>"


def unchunked(body):
    """The bytes of an aws-chunked body: SIZE[;chunk-signature=…] CRLF BYTES CRLF …, and trailers."""
    out = b""
    while body:
        head, _, body = body.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        if size == 0:
            break
        out, body = out + body[:size], body[size + 2:]
    return out


class Buckets:
    """What is kept; every function holds the lock."""

    def __init__(self):
        self.lock, self.buckets, self.uploads = threading.RLock(), {}, {}

    def bucket(self, name):
        if name not in self.buckets:
            raise Refused(404, "NoSuchBucket", "The specified bucket does not exist")
        return self.buckets[name]

    def object(self, bucket, key):
        found = self.bucket(bucket).get(key)
        if found is None:
            raise Refused(404, "NoSuchKey", "The specified key does not exist.")
        return found


KEPT = Buckets()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        path, _, query = self.path.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        bucket, _, key = urllib.parse.unquote(path[1:]).partition("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" in self.headers.get("Content-Encoding", "") or self.headers.get("x-amz-decoded-content-length"):
            body = unchunked(body)
        try:
            with KEPT.lock:
                self.dispatch(bucket, key, body)
        except Refused as e:
            inner = element("Code", e.code) + element("Message", e) + element("RequestId", "R") + element("HostId", "H")
            self.answer(e.status, f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode())

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

    def dispatch(self, bucket, key, body):
        has, method = self.query.__contains__, self.command
        if not bucket:
            return self.list_buckets()
        if key:
            if method == "PUT":
                if has("uploadId"):
                    return self.upload_part(body)
                return self.copy(bucket, key) if "x-amz-copy-source" in self.headers else self.put(bucket, key, body)
            if method == "POST":
                return self.create_upload(bucket, key) if has("uploads") else self.complete_upload(bucket, key, body)
            if method == "DELETE":
                return self.abort_upload() if has("uploadId") else self.delete(bucket, key)
            return self.get(bucket, key)
        if method == "PUT":
            KEPT.buckets.setdefault(bucket, {})
            return self.answer(200, headers={"Location": f"/{bucket}"})
        if method == "DELETE":
            if KEPT.bucket(bucket):
                raise Refused(409, "BucketNotEmpty", "The bucket you tried to delete is not empty")
            del KEPT.buckets[bucket]
            return self.answer(204)
        if method == "POST":
            return self.delete_many(bucket, body)
        if method == "HEAD":
            KEPT.bucket(bucket)
            return self.answer(200)
        return self.list_objects(bucket)

    def answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in {"x-amz-request-id": uuid.uuid4().hex[:16].upper(), "x-amz-id-2": "extended/id=",
                            "Content-Length": len(body), **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    # --- objects ----------------------------------------------------------------------------------------------------

    def put(self, bucket, key, body):
        KEPT.bucket(bucket)[key] = stored = Object(body)
        headers = {"ETag": f'"{stored.etag}"', "x-amz-server-side-encryption": "AES256"}
        if any(name.lower().startswith(("x-amz-checksum", "x-amz-sdk-checksum", "x-amz-trailer")) for name in self.headers):
            headers.update({"x-amz-checksum-crc32": crc32(body), "x-amz-checksum-type": "FULL_OBJECT"})
        self.answer(200, headers=headers)

    def get(self, bucket, key):
        found = KEPT.object(bucket, key)
        headers = {"ETag": f'"{found.etag}"', "Last-Modified": formatdate(found.modified, usegmt=True),
                   "Accept-Ranges": "bytes", "Content-Type": "binary/octet-stream", "x-amz-server-side-encryption": "AES256"}
        body, status = found.body, 200
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(asked[1]), min(int(asked[2] or len(body)), len(body) - 1)
            if first >= len(body):
                raise Refused(416, "InvalidRange", "The requested range is not satisfiable")
            headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
            body, status = body[first:last + 1], 206
        self.answer(status, body, headers)

    def copy(self, bucket, key):
        source = urllib.parse.unquote(self.headers["x-amz-copy-source"]).lstrip("/").partition("?")[0]
        KEPT.bucket(bucket)[key] = stored = Object(KEPT.object(*source.split("/", 1)).body)
        inner = element("ETag", f'"{stored.etag}"') + element("LastModified", iso(stored.modified))
        self.answer(200, document("CopyObjectResult", inner), {"x-amz-server-side-encryption": "AES256"})

    def delete(self, bucket, key):
        KEPT.bucket(bucket).pop(key, None)
        self.answer(204)

    def delete_many(self, bucket, body):
        keys = [node.text for node in ElementTree.fromstring(body).iter() if node.tag.rpartition("}")[2] == "Key"]
        for key in keys:
            KEPT.bucket(bucket).pop(key, None)
        self.answer(200, document("DeleteResult", "".join(f"<Deleted>{element('Key', key)}</Deleted>" for key in keys)))

    # --- lists ------------------------------------------------------------------------------------------------------

    def list_buckets(self):
        inner = "".join(f"<Bucket>{element('Name', n)}{element('CreationDate', iso(0))}</Bucket>" for n in KEPT.buckets)
        self.answer(200, document("ListAllMyBucketsResult", f"<Buckets>{inner}</Buckets>"))

    def list_objects(self, bucket):
        objects, second = KEPT.bucket(bucket), self.query.get("list-type") == "2"
        prefix, delimiter = self.query.get("prefix", ""), self.query.get("delimiter", "")
        most = min(int(self.query.get("max-keys") or 1000), 1000)
        after = (self.query.get("continuation-token") or self.query.get("start-after") if second
                 else self.query.get("marker")) or ""
        contents, common, last, truncated = [], [], "", False
        for key in sorted(objects, key=lambda k: k.encode()):
            if not key.startswith(prefix) or key.encode() <= after.encode():
                continue
            cut = key.find(delimiter, len(prefix)) if delimiter else -1
            group = key[:cut + len(delimiter)] if cut >= 0 else None
            if group and (group in common or after.startswith(group)):
                continue
            if len(contents) + len(common) == most:
                truncated = True
                break
            last = group or key
            common.append(group) if group else contents.append(key)
        inner = element("Name", bucket) + element("Prefix", prefix) + element("MaxKeys", most)
        inner += element("IsTruncated", str(truncated).lower())
        if second:
            inner += element("KeyCount", len(contents) + len(common))
            inner += element("NextContinuationToken", last) if truncated else ""
        else:
            inner += element("Marker", after) + (element("NextMarker", last) if truncated and delimiter else "")
        for key in contents:
            found = objects[key]
            inner += "<Contents>" + element("Key", key) + element("LastModified", iso(found.modified)) + \
                element("ETag", f'"{found.etag}"') + element("Size", len(found.body)) + \
                element("StorageClass", "STANDARD") + "</Contents>"
        inner += "".join(f"<CommonPrefixes>{element('Prefix', group)}</CommonPrefixes>" for group in common)
        self.answer(200, document("ListBucketResult", inner), {"Content-Type": "application/xml"})

    # --- multipart uploads ------------------------------------------------------------------------------------------

    def parts(self):
        if self.query["uploadId"] not in KEPT.uploads:
            raise Refused(404, "NoSuchUpload", "The specified upload does not exist.")
        return KEPT.uploads[self.query["uploadId"]]

    def create_upload(self, bucket, key):
        KEPT.bucket(bucket)
        upload = uuid.uuid4().hex
        KEPT.uploads[upload] = {}
        inner = element("Bucket", bucket) + element("Key", key) + element("UploadId", upload)
        self.answer(200, document("InitiateMultipartUploadResult", inner))

    def upload_part(self, body):
        self.parts()[int(self.query["partNumber"])] = body
        self.answer(200, headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})

    def complete_upload(self, bucket, key, body):
        parts = self.parts()
        listed = [int(node.text) for node in ElementTree.fromstring(body).iter()
                  if node.tag.rpartition("}")[2] == "PartNumber"]
        if listed != sorted(parts):
            raise Refused(400, "InvalidPart", "One or more of the specified parts could not be found.")
        if any(len(parts[number]) < 5 << 20 for number in listed[:-1]):
            raise Refused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        digests = b"".join(hashlib.md5(parts[number]).digest() for number in listed)
        etag = f"{hashlib.md5(digests).hexdigest()}-{len(listed)}"
        KEPT.bucket(bucket)[key] = Object(b"".join(parts[number] for number in listed), etag)
        del KEPT.uploads[self.query["uploadId"]]
        inner = element("Bucket", bucket) + element("Key", key) + element("ETag", f'"{etag}"')
        self.answer(200, document("CompleteMultipartUploadResult", inner))

    def abort_upload(self):
        self.parts()
        del KEPT.uploads[self.query["uploadId"]]
        self.answer(204)


class S3Server(http.server.ThreadingHTTPServer):
    """In the process of a test: `with S3Server() as s3: s3.url`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


if __name__ == "__main__":
    server = S3Server(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(f"ready {server.url}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
