#!/bin/sh
# Runs connectconformance, the program in $1, against the runtime's gRPC; $2 is the folder of its contracts.
set -eu
runner=$1
contracts=$2
cd "$(dirname "$0")/../.."
PATH="$PWD/node_modules/.bin:$PATH"
image=$(mktemp -d)/conformance.binpb
trap 'rm -r "$(dirname "$image")"' EXIT
buf build "$contracts" -o "$image"
failed=0
for mode in server client; do
  "$runner" --mode $mode --conf tests/conformance/$mode.yaml \
    --known-failing "@tests/conformance/known-failing-$mode.txt" \
    -- node --conditions=@ticketing/source "tests/conformance/$mode.ts" "$image" || failed=1
done
exit $failed
