#!/usr/bin/env bash
# Runs the image transcoding example on a running Stepwell and checks what comes out. See README.md.
set -eu
cd "$(dirname "$0")"
. ../common.sh

image="holiday-images/pictures/sunset.png"

# item: what the table says about the image, as plain JSON.
item() {
    if [ -n "${AWS_ENDPOINT_URL_DYNAMODB:-}" ]; then
        "$AWS" dynamodb get-item --endpoint-url "$AWS_ENDPOINT_URL_DYNAMODB" --output json --table-name images \
            --key "{\"image\":{\"S\":\"$image\"}}" --query \
            'Item.{width: metadata.M.width.N, height: metadata.M.height.N, label: labels.L[0].M.name.S}'
    else
        json "{'width': str(it['$image']['metadata']['width']), 'height': str(it['$image']['metadata']['height']),
               'label': it['$image']['labels'][0]['name']}" \
            < "${IMAGES_TABLE_FILE:-${TMPDIR:-/tmp}/stepwell-images.json}"
    fi
}

machine="$(create_machine image-transcoding image-transcoding.asl.json)"
echo "Created $machine"

# The upload starts it, as on AWS: a rule waits for the event, and the state machine is the rule's target.
eventbridge() {
    "$AWS" events --endpoint-url "$STEPWELL_ENDPOINT" --output text "$@"
}
eventbridge put-rule --name image-uploaded --query RuleArn --event-pattern \
    '{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"], "requestParameters": {"key": [{"suffix": ".png"}]}}}'
eventbridge put-targets --rule image-uploaded --targets "Id=transcode,Arn=$machine" > /dev/null
upload="$(json "[{'Source': it['source'], 'DetailType': it['detail-type'], 'Detail': json.dumps(it['detail'])}]" < inputs/upload.json)"
event="$(eventbridge put-events --entries "$upload" --query 'Entries[0].EventId')"
echo "Sent the event $event"

# started_by EVENT: the ARN of the execution that has this event as its input; empty where there is none yet.
started_by() {
    local newest
    newest="$(sfn list-executions --state-machine-arn "$machine" --max-results 1 --query 'executions[0].executionArn')" || return 1
    if [ "$newest" != None ] && [ "$(describe "$newest" input | json "it['id']")" = "$1" ]; then
        echo "$newest"
    fi
}
deadline=$((SECONDS + 60))
until execution="$(started_by "$event")" && [ -n "$execution" ] || [ $SECONDS -ge $deadline ]; do
    sleep 0.2
done
echo "It started $execution, which waits ten seconds in one of its branches"

check "its status" "$(wait_until_closed "$execution")" SUCCEEDED
output="$(describe "$execution" output)"
check "the image's width" "$(json "it['metadata']['width']" <<< "$output")" 96
check "what it shows" "$(json "[label['name'] for label in it['labels']]" <<< "$output")" '["Sunset", "Sea"]'
check "what the table has" "$(item | json "[it[name] for name in ('width', 'height', 'label')]")" '["96", "64", "Sunset"]'

finish
