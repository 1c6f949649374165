"""What the four functions share: how they answer, and how old a child is."""

import json
from datetime import date


def accept(**body):
    return {"statusCode": 200, "body": json.dumps(body)}


def refuse(message):
    return {"statusCode": 400, "body": json.dumps({"message": message})}


def age_in_years(date_of_birth, today):
    """Whole years from `date_of_birth` ("2021-03-31") to `today`."""
    born = date.fromisoformat(date_of_birth)
    birthday_is_ahead = (today.month, today.day) < (born.month, born.day)
    return today.year - born.year - birthday_is_ahead
