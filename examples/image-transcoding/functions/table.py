"""The table that both functions write to: DynamoDB, or a local file that stands in for it."""

import fcntl
import json
import os
import tempfile
from pathlib import Path

TABLE = "images"


def update_item(image, attribute, value):
    """Sets one attribute of the item with the key `image` and leaves its others as they are."""
    if "AWS_ENDPOINT_URL_DYNAMODB" in os.environ:
        import boto3  # Only here: without a DynamoDB to talk to, the example needs nothing but Python.

        boto3.resource("dynamodb").Table(TABLE).update_item(
            Key={"image": image},
            UpdateExpression="SET #attribute = :value",
            ExpressionAttributeNames={"#attribute": attribute},
            ExpressionAttributeValues={":value": value},
        )
        return

    path = Path(os.environ.get("IMAGES_TABLE_FILE") or Path(tempfile.gettempdir(), "stepwell-images.json"))
    path.parent.mkdir(parents=True, exist_ok=True)
    # Both functions may write at the same time: one waits for the other.
    with open(path, "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        items = json.loads(text) if text else {}
        items.setdefault(image, {"image": image})[attribute] = value
        file.truncate(0)
        json.dump(items, file, indent=2)
