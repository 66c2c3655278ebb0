#!/usr/bin/env bash
# The check of directions finds what is planted, through headers in between as well, and nothing in a small clean tree.
set -euo pipefail
check=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/check_directions.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "$1"; exit 1; }

# write FILE LINE...: a source of the tree at hand.
write() {
  local file=$1
  shift
  mkdir -p "$(dirname "$file")"
  printf '%s\n' "$@" >"$file"
}

# A tree in which everything is as it should be.
plant_nothing() {
  cd "$folder"
  rm -rf tree
  mkdir tree
  cd tree
  mkdir -p cmake sut/{endpoint,run,server,service,store}
  for room in model sut properties scenarios reports cli; do write "$room/README.md" "$room"; done
  write model/include/closecheck/vocabulary/clause.h '#pragma once'
  write model/include/closecheck/vocabulary/request.h '#include <string>'
  write model/include/closecheck/model/judge.h '#include "closecheck/vocabulary/request.h"'
  write model/vocabulary/request.cpp '#include "closecheck/vocabulary/request.h"'
  write model/model/job_machine_engine.h '#include <boost/msm/back/state_machine.hpp>'
  write model/model/oracle.h '#include "closecheck/vocabulary/request.h"'
  write sut/include/closecheck/sut/system.h '#include "closecheck/vocabulary/request.h"'
  write sut/wire/codec.h '#include "closecheck/sut/system.h"' '#include <nlohmann/json.hpp>'
  write sut/in_process/core.cpp '#include "in_process/core.h"'
  write sut/in_process/core.h '#include "closecheck/vocabulary/request.h"'
  write properties/engine/runner.cpp '#include "closecheck/model/judge.h"' '#include "closecheck/sut/system.h"'
  write reports/json_report.cpp '#include "closecheck/vocabulary/request.h"'
  write cli/main.cpp '#include "closecheck/model/judge.h"'
}

# finds WHAT WAY: what was planted is found, with the way to it.
finds() {
  local said
  ! said=$("$check" 2>&1) || fail "not found: $1 ($2)"
  grep -qF -- "$1:" <<<"$said" || fail "another rule than '$1' speaks: $said"
  grep -qxF -- "$2" <<<"$said" || fail "the way '$2' is not told: $said"
}

plant_nothing
said=$("$check" 2>&1) || fail "a clean tree is accused: $said"

plant_nothing
write sut/wire/codec.h '#include "closecheck/model/judge.h"'
write sut/in_process/core.h '#include "wire/codec.h"'
finds "sut depends on the vocabulary only" \
  "sut/in_process/core.cpp -> sut/in_process/core.h -> sut/wire/codec.h -> model/include/closecheck/model/judge.h"

plant_nothing
write sut/in_process/core.h '#  include "../../model/model/oracle.h"'
finds "sut depends on the vocabulary only" "sut/in_process/core.h -> model/model/oracle.h"

plant_nothing
write model/include/closecheck/vocabulary/record.h '#pragma once'
write sut/wire/codec.h '#include "closecheck/vocabulary/record.h"'
write sut/in_process/core.h '#include "wire/codec.h"'
finds "the implementation must not know what is said of it" \
  "sut/in_process/core.h -> sut/wire/codec.h -> model/include/closecheck/vocabulary/record.h"

plant_nothing
write sut/include/closecheck/sut/system.h '#include "wire/codec.h"'
finds "public headers keep libraries to themselves" \
  "sut/include/closecheck/sut/system.h -> sut/wire/codec.h -> <nlohmann/json.hpp>"

plant_nothing
write model/model/oracle.h '#include "model/job_machine_engine.h"'
finds "only the machine knows Boost.MSM" \
  "model/model/oracle.h -> model/model/job_machine_engine.h -> <boost/msm/back/state_machine.hpp>"

plant_nothing
write model/vocabulary/request.cpp '#include "model/oracle.h"'
finds "the vocabulary depends on nothing" "model/vocabulary/request.cpp -> model/model/oracle.h"

plant_nothing
write reports/json_report.cpp '#include "closecheck/sut/system.h"'
finds "reports depend on the vocabulary only" "reports/json_report.cpp -> sut/include/closecheck/sut/system.h"

plant_nothing
write sut/run/executor.h '#pragma once'
write sut/include/closecheck/sut/system.h '#include "run/executor.h"'
finds "sut/wire includes a folder that does not stand below it" \
  "sut/wire/codec.h -> sut/include/closecheck/sut/system.h -> sut/run/executor.h"

plant_nothing
write sut/in_process/core.cpp 'const auto broken = Clause::job_reopens;'
finds "the implementation must not know clauses: only the table of deviations names them" \
  "sut/in_process/core.cpp:1:const auto broken = Clause::job_reopens;"

plant_nothing
write sut/wire/helper.h '#pragma once'
write sut/wire/codec_test.cpp '#include "wire/helper.h"'
finds "what only tests include ends in _for_test.h" "sut/wire/helper.h"

plant_nothing
write sut/wire/helper_for_test.h '#pragma once'
write sut/wire/codec.cpp '#include "wire/helper_for_test.h"'
finds "nothing but tests needs what helps tests" "sut/wire/codec.cpp -> sut/wire/helper_for_test.h"
