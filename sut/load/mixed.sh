#!/usr/bin/env bash
# Mixed load of 64 connections on `closecheck serve`, in memory and then with a data folder; meant for the builds with
# sanitizers, which the server must end without a word:
#   sut/load/mixed.sh BUILD [SECONDS]      BUILD: a build folder, such as build/sanitize or build/tsan
# Needs wrk and curl. Exit 1 if a server says something, does not end with 0 when asked to, fails requests (5xx, broken
# connections) or answers nothing at all.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
build=$(readlink -f -- "${1:?"expected a build folder"}")
seconds=${2:-60}
program=$build/cli/closecheck
[[ -x $program ]] || { echo "there is no $program: build it first" >&2; exit 3; }
command -v wrk >/dev/null || { echo "wrk is needed: apt-get install wrk" >&2; exit 3; }

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
failed=0
complain() {
  echo "FAILED: $1" >&2
  failed=1
}

# load NAME OPTIONS...: a server with these options, under load until it is asked to end.
load() {
  local name=$1 url server status=0
  shift
  "$program" serve --profile xpack-6.3 --log-level off --housekeeping 1ms "$@" \
    >"$folder/$name.address" 2>"$folder/$name.said" &
  server=$!
  until url=$(grep -os 'http://.*' "$folder/$name.address"); do
    kill -0 "$server" 2>/dev/null || { cat "$folder/$name.said" >&2; complain "$name: no server"; return; }
    sleep 0.1
  done
  # The library makes some constants on the first request, and the thread sanitizer does not see how it guards them where
  # it is not instrumented itself. It refuses this method on its own: the service's first request is one of the load's.
  curl -sS -o /dev/null -X NONE "$url"
  echo "== $name"
  wrk -t2 -c64 -d "${seconds}s" --timeout 60s --latency -s "$here/mixed.lua" "$url" | tee "$folder/$name.figures"
  kill -TERM "$server"
  wait "$server" || status=$?
  ((status == 0)) || complain "$name: the server ended with $status"
  if [[ -s $folder/$name.said ]]; then
    head -200 "$folder/$name.said" >&2
    complain "$name: the server said something"
  fi
  grep -q '^answers 200: ' "$folder/$name.figures" || complain "$name: nothing was answered with 200"
  grep -q '^answers 202: ' "$folder/$name.figures" || complain "$name: no data was taken"
  ! grep -q '^answers 5' "$folder/$name.figures" || complain "$name: requests were answered with 5xx"
  grep -qx 'socket errors: 0' "$folder/$name.figures" || complain "$name: connections broke"
}

load memory
load durable --data "$folder/data"
exit "$failed"
