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

execution="$(start "$machine" inputs/upload.json)"
echo "Started $execution, which waits ten seconds in one of its branches"

check "its status" "$(wait_until_closed "$execution")" SUCCEEDED
output="$(describe "$execution" output)"
check "the image's width" "$(json "it['metadata']['width']" <<< "$output")" 96
check "what it shows" "$(json "[label['name'] for label in it['labels']]" <<< "$output")" '["Sunset", "Sea"]'
check "what the table has" "$(item | json "[it[name] for name in ('width', 'height', 'label')]")" '["96", "64", "Sunset"]'

finish
