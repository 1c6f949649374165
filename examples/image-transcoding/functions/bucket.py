"""Where images come from: S3, or a folder that stands in for it."""

import os
from pathlib import Path

DEFAULT_FOLDER = Path(__file__).parent.parent / "buckets"


def read_object(bucket, key):
    if "AWS_ENDPOINT_URL_S3" in os.environ:
        import boto3  # Only here: without an S3 to talk to, the example needs nothing but Python.

        return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()

    folder = Path(os.environ.get("IMAGES_FOLDER") or DEFAULT_FOLDER, bucket).resolve()
    path = (folder / key).resolve()
    if not path.is_relative_to(folder):
        raise ValueError(f"the key {key!r} leads out of its bucket")
    return path.read_bytes()
