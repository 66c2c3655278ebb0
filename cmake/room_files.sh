#!/usr/bin/env bash
# Every source file is named in the README of its room, in the words that it begins with.
#   cmake/room_files.sh [--write]      compares, or writes these lists anew
set -euo pipefail
cmake=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
failed=0
heading='## Files'

# list ROOM: the README's last section.
list() {
  printf '%s\n\nBy `cmake/room_files.sh --write`, from the comment that each file begins with.\n\n' "$heading"
  printf '| file | parts | holds |\n| --- | --- | --- |\n'
  # shellcheck disable=SC2046
  (cd "$1" && awk -f "$cmake/room_files.awk" $(find ./* -name '*.h' -o -name '*.cpp' | sed 's|^\./||' | sort)) |
    LC_ALL=C sort
}

for room in model sut properties scenarios reports cli; do
  readme=$room/README.md
  files=$(list "$room") || failed=1
  if [[ ${1:-} == --write ]]; then
    words=$(sed "/^$heading\$/,\$d" "$readme")
    printf '%s\n\n%s\n' "$words" "$files" >"$readme"
  elif ! difference=$(diff <(sed -n "/^$heading\$/,\$p" "$readme") <(printf '%s\n' "$files")); then
    printf '%s does not name the files as they are (cmake/room_files.sh --write mends it):\n%s\n' "$readme" "$difference"
    failed=1
  fi
done
exit $failed
