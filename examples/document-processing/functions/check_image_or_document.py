"""Says whether an uploaded object is an image or a document, by the extension of its key."""

import os.path
from urllib.parse import unquote_plus

KINDS = {
    "image": {".jpg", ".jpeg", ".png", ".gif"},
    "document": {".pdf", ".doc", ".docx", ".txt"},
}


def lambda_handler(event, context):
    s3 = event["Records"][0]["s3"]
    # S3 sends keys as they stand in a URL: a blank is a plus.
    key = unquote_plus(s3["object"]["key"])
    extension = os.path.splitext(key)[1].lower()
    kind = next((kind for kind, extensions in KINDS.items() if extension in extensions), "unknown")
    return {"type": kind, "bucket": s3["bucket"]["name"], "key": key}
