#!/bin/sh
# Tells the server to read its certificate again whenever a file of TLS_DIR has changed, and once at the beginning, when
# nobody knows which one it has read.
set -u
seen=
while sleep "${INTERVAL:-10}"; do
  now=$(cat "$TLS_DIR"/* | sha256sum)
  if [ "$now" != "$seen" ] && nats-server --signal "reload=$PID_FILE"; then
    seen=$now
  fi
done
