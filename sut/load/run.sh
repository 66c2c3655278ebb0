#!/usr/bin/env bash
# Figures of load with wrk, the service beside a server of cpp-httplib that does nothing, in one run:
#   sut/load/run.sh BUILD [SECONDS]      BUILD: a build folder with benchmarks, such as build/release
# Needs wrk and curl. Says what it measures; asserts nothing.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
build=$(readlink -f -- "${1:?"expected a build folder"}")
seconds=${2:-5}
program=$build/cli/closecheck
empty=$build/sut/empty_server
for needed in "$program" "$empty"; do
  [[ -x $needed ]] || { echo "there is no $needed: build it first" >&2; exit 3; }
done
command -v wrk >/dev/null || { echo "wrk is needed: apt-get install wrk" >&2; exit 3; }

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
job='{"analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}]},
  "data_description":{"time_field":"time","time_format":"epoch_ms"}}'

# serve NAME OPTIONS...: starts a server and waits for its address, which is `url` then.
serve() {
  local name=$1
  shift
  "$program" serve --profile xpack-6.3 --log-level off --housekeeping 1ms "$@" >"$folder/$name" &
  until url=$(grep -os 'http://.*' "$folder/$name"); do sleep 0.1; done
}
send() { curl -fsS -o /dev/null -H 'Content-Type: application/json' -X "$@"; }
prepare() {
  local base=$url/_xpack/ml/anomaly_detectors name
  for name in load load-ordered load-cycle-0 load-cycle-1; do send PUT "$base/$name" -d "$job"; done
  for name in load load-ordered; do send POST "$base/$name/_open"; done
}
# measure TEXT OPTIONS-OF-WRK...: one line of what wrk says.
measure() {
  local text=$1
  shift
  wrk --latency -d "${seconds}s" "$@" | awk -v text="$text" '
    $1 == "50%" { p50 = $2 } $1 == "99%" { p99 = $2 } /^Requests\/sec/ { rate = $2 }
    /Non-2xx/ { bad = ", " $NF " not 2xx" }
    END { printf "%-42s %10.0f/s   p50 %8s   p99 %8s%s\n", text, rate, p50, p99, bad }'
}

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$empty" "$port" &
until curl -s -o /dev/null "http://127.0.0.1:$port/"; do sleep 0.1; done
# kind URL TEXT THREADS CONNECTIONS KIND
kind() { measure "$2" "-t$3" "-c$4" -s "$here/one_kind.lua" "$1" -- "$5"; }

serve memory
prepare
kind "http://127.0.0.1:$port" "empty handler, GET" 2 16 stats
kind "$url" "stats" 2 16 stats
kind "http://127.0.0.1:$port" "empty handler, POST of 100 records" 2 16 post
kind "$url" "post of 100 records into one job" 2 16 post
kind "$url" "the same in order of time" 1 1 ordered
kind "$url" "open and close in turn" 2 2 cycle
serve durable --data "$folder/data"
prepare
kind "$url" "post of 100 records, durable" 2 16 post
kind "$url" "the same in order of time, durable" 1 1 ordered
kind "$url" "open and close in turn, durable" 2 2 cycle

serve waiting --test-hooks
prepare
base=$url/_xpack/ml/anomaly_detectors
send POST "$url/_test/jobs/load/_hang"
wrk -t1 -c1000 -d "$((seconds + 5))s" --timeout 600s -s <(
  echo 'wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"') "$base/load/_close?timeout=1h" \
  >/dev/null 2>&1 &
sleep 2
kind "$url" "stats while 1,000 closes wait" 2 4 stats
