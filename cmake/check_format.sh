#!/usr/bin/env bash
# Every source stands as clang-format would write it.
set -euo pipefail
command -v clang-format >/dev/null 2>&1 || { echo "clang-format is not installed"; exit 77; }
find model sut properties scenarios reports cli -name '*.cpp' -o -name '*.h' | sort |
  xargs clang-format --dry-run -Werror
