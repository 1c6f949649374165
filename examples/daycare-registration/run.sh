#!/usr/bin/env bash
# Runs the daycare registration example on a running Stepwell and checks what comes out. See README.md.
set -eu
cd "$(dirname "$0")"
. ../common.sh

# The functions look at today's date, so the child of three must be three whenever this runs.
inputs="$(mktemp -d)"
trap 'rm -rf "$inputs"' EXIT
three_years_ago="$(python3 -c 'from datetime import date, timedelta; print(date.today() - timedelta(days=3 * 365 + 100))')"
for file in inputs/*.json; do
    sed "s/@THREE_YEARS_AGO@/$three_years_ago/" "$file" > "$inputs/$(basename "$file")"
done

machine="$(create_machine daycare-registration daycare-registration.asl.json)"
echo "Created $machine"

# All four run at the same time.
child_of_three="$(start "$machine" "$inputs/child-of-three.json")"
too_old="$(start "$machine" "$inputs/too-old.json")"
fully_booked="$(start "$machine" "$inputs/fully-booked.json")"
no_last_name="$(start "$machine" "$inputs/no-last-name.json")"

check "the child of three" "$(wait_until_closed "$child_of_three")" SUCCEEDED
output="$(describe "$child_of_three" output)"
check "the fee for three days a week" "$(json "it['registration']['weeklyFee']" <<< "$output")" 240
check "days until it begins" \
    "$(json "(__import__('datetime').date.fromisoformat(it['registration']['startDate'])
              - __import__('datetime').date.today()).days" <<< "$output")" 14

check "the child that is too old" "$(wait_until_closed "$too_old")" FAILED
check "its error" "$(describe "$too_old" error)" AgeOutOfRange

check "the one who wants a full day" "$(wait_until_closed "$fully_booked")" FAILED
check "its error" "$(describe "$fully_booked" error)" NoSpotsAvailable
check "its cause" "$(describe "$fully_booked" cause)" '{"message": "There is no spot left on Friday."}'

check "the one without a last name" "$(wait_until_closed "$no_last_name")" FAILED
check "its error" "$(describe "$no_last_name" error)" InformationIncomplete

finish
