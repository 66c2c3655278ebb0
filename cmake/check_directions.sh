#!/usr/bin/env bash
# Includes between rooms run in the directions of the plan, files stay readable, and nothing names a machine of ours.
set -euo pipefail
failed=0

# forbid WHAT PATTERN PATH...: no source under PATH has a line that matches PATTERN.
forbid() {
  local what=$1 pattern=$2 found
  shift 2
  if found=$(grep -rnE --include='*.cpp' --include='*.h' "$pattern" "$@"); then
    printf '%s:\n%s\n' "$what" "$found"
    failed=1
  fi
}

# An include of one of the rooms, by its public headers or by a path into it.
into() { printf '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<](closecheck/)?(%s)/' "$1"; }

forbid "model depends on no other room" "$(into 'sut|properties|scenarios|reports|cli')" model
forbid "sut depends on the vocabulary only" "$(into 'model|properties|scenarios|reports|cli')" sut
forbid "reports depend on the vocabulary only" "$(into 'model|sut|properties|scenarios|cli')" reports
forbid "properties depend on model and sut" "$(into 'scenarios|reports|cli')" properties
forbid "scenarios depend on model and sut" "$(into 'properties|reports|cli')" scenarios
forbid "the implementation must not know what the model accepts" \
  '#[[:space:]]*include[[:space:]]*["<].*(job_machine|reference_model|oracle|judge|cells|clause)\.h' \
  $(find sut/in_process -name '*.cpp' ! -name '*_test.cpp' -o -name '*.h')
forbid "public headers keep libraries to themselves" \
  '#[[:space:]]*include[[:space:]]*[<"](boost|httplib|nlohmann|yaml-cpp|rapidcheck|CLI|pugixml|fmt|sqlite3)' \
  $(find . -path ./build -prune -o -path '*/include/closecheck/*' -name '*.h' -print)
forbid "only the machine knows Boost.MSM" '#[[:space:]]*include[[:space:]]*<boost/msm' \
  $(find model sut properties scenarios reports cli \( -name '*.cpp' -o -name '*.h' \) ! -name 'job_machine*')

forbid "only the machine moves a job: nothing else writes its life or its feed" \
  '[])A-Za-z0-9_](\.|->)(life|feed)[[:space:]]*([-+|&^]?=[^=]|\+\+|--)' \
  $(find model properties scenarios \( -name '*.cpp' -o -name '*.h' \) ! -name '*_test.cpp' ! -name '*_for_test.h' \
    ! -name 'job_machine_engine.h')

while read -r file; do
  lines=$(wc -l <"$file")
  if ((lines > 500)); then
    echo "$file has $lines lines: a room that wants a wall"
    failed=1
  fi
done < <(find model sut properties scenarios reports cli cmake -name '*.cpp' -o -name '*.h' -o -name '*.cmake')

for room in model sut properties scenarios reports cli; do
  [[ -f $room/README.md ]] || { echo "$room has no README.md"; failed=1; }
done
exit $failed
