"""checkSpotsAvailability: is a spot free on every day that was asked for?"""

from daycare import accept, refuse

# A real daycare would look into its database.
FREE_SPOTS = {"Monday": 4, "Tuesday": 2, "Wednesday": 1, "Thursday": 6, "Friday": 0}


def lambda_handler(event, context):
    days = event["registration_info"]["daysOfWeek"]
    full = [day for day in days if FREE_SPOTS[day] == 0]
    if full:
        return refuse(f"There is no spot left on {', '.join(full)}.")
    return accept(days=days)
