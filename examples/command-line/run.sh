#!/usr/bin/env bash
# Runs the command-line examples on a running Stepwell and checks what comes out. See README.md.
set -eu
cd "$(dirname "$0")"
. ../common.sh

# A Pass state that returns a text.
machine="$(create_machine hello hello.asl.json)"
execution="$(start "$machine" inputs/empty.json)"
check "hello" "$(wait_until_closed "$execution")" SUCCEEDED
check "its output" "$(describe "$execution" output)" '"Hello from Step Functions!"'

# A Task state that calls a Lambda function.
machine="$(create_machine hello-lambda lambda.asl.json)"
execution="$(start "$machine" inputs/ada.json)"
check "lambda" "$(wait_until_closed "$execution")" SUCCEEDED
check "its output" "$(describe "$execution" output | json it)" \
    '{"message": "Lambda executed", "input": {"name": "Ada"}}'

# Two branches at once.
machine="$(create_machine hello-parallel parallel.asl.json)"
execution="$(start "$machine" inputs/empty.json)"
check "parallel" "$(wait_until_closed "$execution")" SUCCEEDED
check "its output" "$(describe "$execution" output | json it)" '[{"branch": "left"}, {"branch": "right"}]'

# An execution that would run for ever: start, describe, stop. What it did is still there to read.
machine="$(create_machine hello-forever forever.asl.json)"
execution="$(start "$machine" inputs/empty.json)"
check "forever" "$(describe "$execution" status)" RUNNING
sfn stop-execution --execution-arn "$execution" --error Enough --cause "It would never end." > /dev/null
check "after the stop" "$(describe "$execution" status)" ABORTED
check "its error and cause" "$(describe "$execution" '[error, cause]' | tr '\t' ' ')" "Enough It would never end."
check "its history" "$(events "$execution")" "ExecutionStarted WaitStateEntered ExecutionAborted"

finish
