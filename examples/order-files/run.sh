#!/usr/bin/env bash
# Runs the order files example on a running Stepwell and checks what comes out. See README.md.
set -eu
cd "$(dirname "$0")"
. ../common.sh

machine="$(create_machine order-files order-files.asl.json)"
echo "Created $machine"

execution="$(start "$machine" inputs/2024.json)"
echo "Started $execution"

check "its status" "$(wait_until_closed "$execution")" SUCCEEDED
manifest="$(describe "$execution" output | json "it['ResultWriterDetails']['Key']")"
echo "The results are in s3/reports/$manifest"
results="$(json "it['ResultFiles']['SUCCEEDED'][0]['Key']" < "s3/reports/$manifest")"

check "what failed" "$(json "it['ResultFiles']['FAILED']" < "s3/reports/$manifest")" '[]'
check "orders" "$(python3 -c 'import json, sys; print(sum(json.loads(line)["orders"] for line in sys.stdin))' < "s3/reports/$results")" 72
check "their sum" "$(python3 -c 'import json, sys; print(sum(json.loads(line)["cents"] for line in sys.stdin) / 100)' < "s3/reports/$results")" 6658.35

finish
