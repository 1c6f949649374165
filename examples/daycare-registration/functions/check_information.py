"""checkInformation: is everything there that a registration needs?"""

from datetime import date

from daycare import accept, refuse

WEEKDAYS = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"}


def lambda_handler(event, context):
    info = event.get("registration_info", {})
    child = info.get("child", {})
    for field in ("firstName", "lastName", "dateOfBirth"):
        if not child.get(field):
            return refuse(f"The child's {field} is missing.")
    try:
        date.fromisoformat(child["dateOfBirth"])
    except ValueError:
        return refuse(f"{child['dateOfBirth']} is not a date of birth.")
    if not info.get("parents"):
        return refuse("A parent is missing.")
    days = info.get("daysOfWeek", [])
    if not days or not set(days) <= WEEKDAYS:
        return refuse("The days must be some of Monday to Friday.")
    return accept(message="The information is complete.")
