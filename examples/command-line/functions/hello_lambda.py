def lambda_handler(event, context):
    return {"message": "Lambda executed", "input": event}
