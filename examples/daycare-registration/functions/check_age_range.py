"""checkAgeRange: the daycare takes children of 2 to 5 years."""

from datetime import date

from daycare import accept, age_in_years, refuse

YOUNGEST, OLDEST = 2, 5


def lambda_handler(event, context):
    age = age_in_years(event["registration_info"]["child"]["dateOfBirth"], date.today())
    if not YOUNGEST <= age <= OLDEST:
        return refuse(f"The child is {age} years old; we take children of {YOUNGEST} to {OLDEST} years.")
    return accept(age=age)
