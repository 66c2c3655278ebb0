#!/usr/bin/env bash
# Every path of a source file that a page of the root folder names is there.
set -euo pipefail
failed=0
rooms='cmake|model|sut|properties|scenarios|reports|cli|packaging'
for page in ARCHITECTURE.md CONTRIBUTING.md README.md; do
  # Words in capitals stand for a name, and a star for several.
  while read -r path; do
    compgen -G "$path" >/dev/null && continue
    echo "$page names $path, which is not there"
    failed=1
  done < <(grep -oE "\`($rooms)/[a-zA-Z0-9_./*-]*\`" "$page" | tr -d '`' | grep -vE '[/.](ID|NAME)([._*]|$|`)' | sort -u)
done
exit $failed
