"""Stands for the work on an image: here, it only says that it was done."""

from results import put_result


def lambda_handler(event, context):
    key = f"processed/{event['key']}.json"
    result = {"source": event["key"], "type": "image", "thumbnail": "128x128", "status": "PROCESSED"}
    location = put_result(event["bucket"], key, result)
    return {"status": "PROCESSED", "type": "image", "bucket": event["bucket"], "key": key, "location": location}
