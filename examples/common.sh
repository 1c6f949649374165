# What the examples' run.sh share: where Stepwell is, and a few words to drive it with the AWS CLI.
# Nothing here is special to Stepwell but the --endpoint-url.

STEPWELL_ENDPOINT="${STEPWELL_ENDPOINT:-http://127.0.0.1:8083}"

# Stepwell accepts every signature unchecked, but the CLI insists on signing with something.
if [ -z "${AWS_PROFILE:-}" ]; then
    export AWS_ACCESS_KEY_ID="${AWS_ACCESS_KEY_ID:-stepwell}"
    export AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-stepwell}"
fi
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}"
export AWS_PAGER=""

AWS="$([ -x /usr/bin/aws ] && echo /usr/bin/aws || echo aws)"

# sfn ARGUMENTS...: the AWS CLI's `stepfunctions` command, sent to Stepwell, answering in plain text.
sfn() {
    "$AWS" stepfunctions --endpoint-url "$STEPWELL_ENDPOINT" --output text "$@"
}

# create_machine NAME DEFINITION_FILE: prints its ARN. A machine of that name from an earlier run gets the new definition.
# AWS would check the role; here any well-formed one will do.
create_machine() {
    local name="$1" file="$2" machines arn
    machines="$(sfn list-state-machines --output json --query "stateMachines[?name=='$name'].stateMachineArn")" || return 1
    arn="$(json "it[0] if it else ''" <<< "$machines")"
    if [ -z "$arn" ]; then
        sfn create-state-machine --name "$name" --definition "file://$file" \
            --role-arn arn:aws:iam::123456789012:role/stepwell-example --query stateMachineArn
    else
        sfn update-state-machine --state-machine-arn "$arn" --definition "file://$file" > /dev/null || return 1
        echo "$arn"
    fi
}

# start MACHINE_ARN INPUT_FILE: prints the execution's ARN.
start() {
    sfn start-execution --state-machine-arn "$1" --input "file://$2" --query executionArn
}

# describe EXECUTION_ARN MEMBER: one member of DescribeExecution, such as status or output.
describe() {
    sfn describe-execution --execution-arn "$1" --query "$2"
}

# wait_until_closed EXECUTION_ARN: prints the status with which it ended; gives up after a minute.
wait_until_closed() {
    local status deadline=$((SECONDS + 60))
    while status="$(describe "$1" status)" && [ "$status" = RUNNING ] && [ $SECONDS -lt $deadline ]; do
        sleep 0.2
    done
    echo "$status"
}

# events EXECUTION_ARN: the types of its history's events, separated by blanks.
events() {
    sfn get-execution-history --execution-arn "$1" --query 'events[].type' | tr '\n\t' '  ' | sed 's/ *$//'
}

# json EXPRESSION: a value out of the JSON document on standard input, which Python knows as `it`.
json() {
    python3 -c 'import json, sys; it = json.load(sys.stdin); value = eval(sys.argv[1])
print(value if isinstance(value, str) else json.dumps(value))' "$1"
}

# check WHAT ACTUAL EXPECTED: says whether they are equal. The example fails if one check does.
failed=0
check() {
    if [ "$2" = "$3" ]; then
        echo "ok    $1: $2"
    else
        echo "FAIL  $1: $2, expected: $3"
        failed=1
    fi
}

# finish: the last line, and the exit status.
finish() {
    [ $failed = 0 ] && echo "The example works." || echo "The example does not work."
    exit $failed
}
