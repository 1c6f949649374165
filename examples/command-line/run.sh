#!/usr/bin/env bash
# Runs the command-line examples on a running Stepwell and checks what comes out. See README.md.
set -eu
cd "$(dirname "$0")"
. ../common.sh

# A Pass state that returns a text.
hello="$(start "$(create_machine hello hello.asl.json)" inputs/empty.json)"
check "hello" "$(wait_until_closed "$hello")" SUCCEEDED
check "its output" "$(describe "$hello" output)" '"Hello from Step Functions!"'

# A Task state that calls a Lambda function.
lambda="$(start "$(create_machine hello-lambda lambda.asl.json)" inputs/ada.json)"
check "lambda" "$(wait_until_closed "$lambda")" SUCCEEDED
check "its output" "$(describe "$lambda" output)" '{"message":"Lambda executed","input":{"name":"Ada"}}'

# Two branches at once.
parallel="$(start "$(create_machine hello-parallel parallel.asl.json)" inputs/empty.json)"
check "parallel" "$(wait_until_closed "$parallel")" SUCCEEDED
check "its output" "$(describe "$parallel" output)" '[{"branch":"left"},{"branch":"right"}]'

# An execution that would run for ever: start, describe, stop. What it did is still there to read.
forever="$(start "$(create_machine hello-forever forever.asl.json)" inputs/empty.json)"
check "forever" "$(describe "$forever" status)" RUNNING
sfn stop-execution --execution-arn "$forever" --error Enough --cause "It would never end." > /dev/null
check "after the stop" "$(describe "$forever" status)" ABORTED
check "its error and cause" "$(describe "$forever" '[error, cause]' | tr '\t' ' ')" "Enough It would never end."
check "its history" "$(events "$forever")" "ExecutionStarted WaitStateEntered ExecutionAborted"

finish
