"""confirmRegistration: what it costs, and when it begins."""

from datetime import date, timedelta

from daycare import accept, age_in_years, refuse

# Per day in dollars: the younger the child, the more hands are needed.
FEES_BY_AGE = {2: 90, 3: 80, 4: 70, 5: 65}


def lambda_handler(event, context):
    info = event["registration_info"]
    today = date.today()
    age = age_in_years(info["child"]["dateOfBirth"], today)
    if age not in FEES_BY_AGE:
        return refuse(f"There is no fee for a child of {age} years.")
    return accept(
        weeklyFee=FEES_BY_AGE[age] * len(info["daysOfWeek"]),
        startDate=str(today + timedelta(weeks=2)),
        message=f"{info['child']['firstName']} is registered.",
    )
