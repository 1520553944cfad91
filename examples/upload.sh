#!/bin/sh
# Sends a file in chunks, one after the other, by curl (7.76 or newer). curl repeats time-outs, refused
# connections, 408, 429, 500, 502, 503 and 504; not 507 and not a connection that broke:
#
#   BASE=https://uploads.example.com TOKEN=... sh upload.sh FILE MAIN_SERVICE_FILE_ID
set -eu
FILE=$1
FILE_ID=$2
CHUNK_BYTES=8388608

call() {
    curl -sS --fail-with-body --retry 8 --retry-connrefused -H "Authorization: Bearer $TOKEN" "$@"
}

member() {
    python3 -c 'import json, sys; print(json.load(sys.stdin)["data"][sys.argv[1]])' "$1"
}

SIZE=$(wc -c < "$FILE" | tr -d ' ')
NAME=$(python3 -c 'import json, os, sys; print(json.dumps(os.path.basename(sys.argv[1])))' "$FILE")
UPLOAD=$(call "$BASE/upload/init" -H 'Content-Type: application/json' \
    -d '{"main_service_file_id": '"$FILE_ID"', "original_file_name": '"$NAME"',
         "total_size": '"$SIZE"', "chunk_size": '"$CHUNK_BYTES"'}' | member upload_session_id)

COUNT=$(((SIZE + CHUNK_BYTES - 1) / CHUNK_BYTES))
[ "$COUNT" -gt 0 ] || COUNT=1
CHUNK=$(mktemp)
trap 'rm -f "$CHUNK"' EXIT
INDEX=0
while [ "$INDEX" -lt "$COUNT" ]; do
    dd if="$FILE" of="$CHUNK" bs="$CHUNK_BYTES" skip="$INDEX" count=1 2> /dev/null
    call -X PUT "$BASE/upload/$UPLOAD/chunks/$INDEX" -H 'Content-Type: application/octet-stream' \
        --data-binary "@$CHUNK" > /dev/null
    INDEX=$((INDEX + 1))
done

call "$BASE/upload/complete" -H 'Content-Type: application/json' \
    -d '{"upload_session_id": "'"$UPLOAD"'", "total_chunks": '"$COUNT"',
         "main_service_file_id": '"$FILE_ID"'}' | member key
