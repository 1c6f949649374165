#!/usr/bin/env bash
# Runs the document processing example on a running Stepwell and checks what comes out. See README.md.
set -eu
cd "$(dirname "$0")"
. ../common.sh

# stored LOCATION MEMBER: a member of the object that a function stored, in the folder or in S3.
stored() {
    case "$1" in
        s3://*) "$AWS" s3 cp --endpoint-url "$AWS_ENDPOINT_URL_S3" "$1" - | json "it['$2']" ;;
        *) json "it['$2']" < "$1" ;;
    esac
}

machine="$(create_machine document-processing document-processing.asl.json)"
echo "Created $machine"

# All three run at the same time.
image="$(start "$machine" inputs/image.json)"
document="$(start "$machine" inputs/document.json)"
unknown="$(start "$machine" inputs/unknown.json)"

check "the image's status" "$(wait_until_closed "$image")" SUCCEEDED
output="$(describe "$image" output)"
check "the image went to" "$(json "it['type']" <<< "$output")" image
check "its result says" "$(stored "$(json "it['location']" <<< "$output")" source)" "holiday photo.jpg"

check "the document's status" "$(wait_until_closed "$document")" SUCCEEDED
output="$(describe "$document" output)"
check "the document went to" "$(json "it['type']" <<< "$output")" document
check "its result says" "$(stored "$(json "it['location']" <<< "$output")" source)" invoice-2024.pdf

# A type that no rule matches, in a Choice without a Default.
check "the archive's status" "$(wait_until_closed "$unknown")" FAILED
check "its error" "$(describe "$unknown" error)" States.NoChoiceMatched

finish
