#!/usr/bin/env bash
# Every public header compiles alone.
set -euo pipefail
compiler=${1:-c++}
includes=()
for room in model sut properties scenarios reports; do includes+=(-I "$room/include"); done
find model sut properties scenarios reports -path '*/include/*' -name '*.h' | sort |
  xargs -P "$(nproc)" -I{} "$compiler" -std=c++20 -Wall -Wextra -Werror -fsyntax-only "${includes[@]}" -include {} \
    -x c++ /dev/null
