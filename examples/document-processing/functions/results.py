"""Where the two processing functions put what they made: S3, or a folder that stands in for it."""

import json
import os
import tempfile
from pathlib import Path


def put_result(bucket, key, result):
    """Stores `result` as JSON under `key` and returns where it can be found."""
    text = json.dumps(result, indent=2)
    if "AWS_ENDPOINT_URL_S3" in os.environ:
        import boto3  # Only here: without an S3 to talk to, the example needs nothing but Python.

        s3 = boto3.client("s3")
        s3.put_object(Bucket=bucket, Key=key, Body=text, ContentType="application/json")
        return f"s3://{bucket}/{key}"

    root = Path(os.environ.get("DOCUMENTS_FOLDER") or Path(tempfile.gettempdir(), "stepwell-documents"))
    folder = (root / bucket).resolve()
    path = (folder / key).resolve()
    if not path.is_relative_to(folder):
        raise ValueError(f"the key {key!r} leads out of its bucket")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)
