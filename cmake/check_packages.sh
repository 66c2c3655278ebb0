#!/usr/bin/env bash
# Missing packages are named before they are installed, nothing is ever removed for them, and a failure is told. The
# package manager is a stand-in here.
set -euo pipefail
root=$PWD
fail() { echo "$1"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
stub() { printf '#!/bin/sh\n%s\n' "$2" >"$folder/$1" && chmod +x "$folder/$1"; }
stub dpkg-query 'for last; do :; done; [ "$last" = present ] && echo installed'
stub sudo 'exec "$@"'
stub apt-get "echo \"\$@\" >>$folder/calls; [ ! -e $folder/broken ]"
export PATH=$folder:$PATH
# shellcheck source=cmake/packages.sh
source "$root/cmake/packages.sh"

install_missing "test this" present 2>"$folder/said" || fail "nothing is missing and yet it fails"
[[ ! -s $folder/said && ! -e $folder/calls ]] || fail "nothing is missing and yet something is said or done"

install_missing "test this" present absent other >"$folder/out" 2>"$folder/said" || fail "it fails: $(cat "$folder/said")"
head -1 "$folder/said" | grep -qx 'closecheck: to test this, installing Debian packages: absent other' ||
  fail "it does not say first what it will install: $(cat "$folder/said")"
[[ ! -s $folder/out ]] || fail "it writes to standard output"
grep -q 'install .*--no-remove absent other$' "$folder/calls" || fail "wrong call: $(cat "$folder/calls")"

touch "$folder/broken"
! install_missing "test this" absent 2>"$folder/said" || fail "an installation that failed is taken for done"
grep -q 'could not be installed' "$folder/said" || fail "a failure is not told: $(cat "$folder/said")"
