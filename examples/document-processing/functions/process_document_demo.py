"""Stands for the work on a document: here, it only says that it was done."""

from results import put_result


def lambda_handler(event, context):
    key = f"processed/{event['key']}.json"
    result = {"source": event["key"], "type": "document", "pages": 1, "status": "PROCESSED"}
    location = put_result(event["bucket"], key, result)
    return {"status": "PROCESSED", "type": "document", "bucket": event["bucket"], "key": key, "location": location}
