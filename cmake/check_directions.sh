#!/usr/bin/env bash
# Includes between rooms run in the directions of the plan, files stay readable, and nothing names a machine of ours.
set -euo pipefail
failed=0
rooms=(model sut properties scenarios reports cli)
cmake=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")

# forbid WHAT PATTERN PATH...: no source under PATH has a line that matches PATTERN.
forbid() {
  local what=$1 pattern=$2 found
  shift 2
  if found=$(grep -rnE --include='*.cpp' --include='*.h' "$pattern" "$@"); then
    printf '%s:\n%s\n' "$what" "$found"
    failed=1
  fi
}

# sources FOLDER...: all that is compiled there; the second leaves out what only tests and benchmarks use.
sources() { find "$@" -name '*.cpp' -o -name '*.h' | sort; }
sources_without_tests() { sources "$@" | grep -vE '_(test|benchmark)\.cpp$|_for_test\.(cpp|h)$'; }

edges=$(mktemp)
trap 'rm -f "$edges"' EXIT
# shellcheck disable=SC2046
awk -f "$cmake/include_edges.awk" $(sources "${rooms[@]}") >"$edges"

# forbid_reach WHAT PATTERN FILE...: no FILE includes, directly or through any others, one whose path matches PATTERN.
# Headers of libraries are written `<name>`. Says the shortest way to it.
forbid_reach() {
  local what=$1 pattern=$2 found
  shift 2
  found=$(printf '%s\n' "$@" | awk -F '\t' -v pattern="$pattern" -f "$cmake/include_ways.awk" "$edges" -)
  [[ -n $found ]] || return 0
  printf '%s:\n%s\n' "$what" "$found"
  failed=1
}

beyond_vocabulary='model/(model|rules|judge|include/closecheck/model)'
# shellcheck disable=SC2046
{
  forbid_reach "the vocabulary depends on nothing" "^($beyond_vocabulary|sut|properties|scenarios|reports|cli)/" \
    $(sources model/vocabulary model/include/closecheck/vocabulary)
  forbid_reach "model depends on no other room" '^(sut|properties|scenarios|reports|cli)/' $(sources model)
  forbid_reach "sut depends on the vocabulary only" "^($beyond_vocabulary|properties|scenarios|reports|cli)/" \
    $(sources sut)
  forbid_reach "reports depend on the vocabulary only" "^($beyond_vocabulary|sut|properties|scenarios|cli)/" \
    $(sources reports)
  forbid_reach "properties depend on model and sut" '^(scenarios|reports|cli)/' $(sources properties)
  forbid_reach "scenarios depend on model and sut" '^(properties|reports|cli)/' $(sources scenarios)
  forbid_reach "the implementation must not know what is said of it" '/(finding|record)[.]h$' \
    $(sources_without_tests sut/in_process)
  forbid "the implementation must not know clauses: only the table of deviations names them" \
    '[/"]clause\.h"|\<Clause::' $(sources_without_tests sut/in_process | grep -v '/deviations\.cpp$')
  forbid_reach "public headers keep libraries to themselves" \
    '^<(boost|curl|httplib|nlohmann|yaml-cpp|rapidcheck|CLI|pugixml|fmt|sqlite3)' $(sources */include/closecheck)
  forbid_reach "only the machine knows Boost.MSM" '^<boost/msm' $(sources "${rooms[@]}" | grep -v '/job_machine')
  forbid_reach "nothing but tests needs what helps tests" '_for_test[.]h$' $(sources_without_tests "${rooms[@]}")
}

if found=$(awk -F '\t' '
  $2 ~ /^<|\/include\/|_for_test[.]h$/ { next }
  { header[$2] }
  $1 !~ /_(test|benchmark)[.]cpp$|_for_test[.](cpp|h)$/ { needed[$2] }
  END { for (name in header) if (!(name in needed)) print name }' "$edges" | sort | grep .); then
  printf 'what only tests include ends in _for_test.h:\n%s\n' "$found"
  failed=1
fi

forbid "only the machine moves a job: nothing else writes its life or its feed" \
  '[])A-Za-z0-9_](\.|->)(life|feed)[[:space:]]*([-+|&^]?=[^=]|\+\+|--)' \
  $(sources_without_tests model properties scenarios | grep -v '/job_machine_engine.h$')

# Folders of sut stand in one order: each with those that it may not include. Tests may look up.
while read -r folder others; do
  # shellcheck disable=SC2046
  forbid_reach "sut/$folder includes a folder that does not stand below it" "^sut/($others)/" \
    $(sources_without_tests "sut/$folder")
done <<'ORDER'
store wire|in_process|service|server|run|endpoint
run store|wire|in_process|service|server|endpoint
wire store|in_process|service|server|run|endpoint
in_process service|server|run|endpoint
service store|server|run|endpoint
server run|endpoint
endpoint store|in_process|service|server
ORDER

# shellcheck disable=SC2046
forbid "only the dialects know profiles and their paths: ask a dialect for what it has" \
  '[!=]= *(closecheck::)?Profile::|Profile::[a-z0-9_]+ *[!=]=|by_profile|"/?_(xpack|ml)[/"]' \
  $(sources_without_tests "${rooms[@]}" | grep -v '/vocabulary/dialect')

while read -r file; do
  lines=$(wc -l <"$file")
  if ((lines > 500)); then
    echo "$file has $lines lines: a room that wants a wall"
    failed=1
  fi
done < <(find "${rooms[@]}" cmake -name '*.cpp' -o -name '*.h' -o -name '*.cmake')

for room in "${rooms[@]}"; do
  [[ -f $room/README.md ]] || { echo "$room has no README.md"; failed=1; }
done
exit $failed
