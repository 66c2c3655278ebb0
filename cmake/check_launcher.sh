#!/usr/bin/env bash
# The launcher works from any folder, keeps the program's output and exit code, and builds once for many callers.
set -euo pipefail
root=$PWD
fail() { echo "$1"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Two at once: one builds, the other waits for it.
"$root/closecheck" --version >first 2>first_said &
other=$!
"$root/closecheck" --version >second 2>second_said || fail "the launcher failed: $(cat second_said)"
wait "$other" || fail "the launcher failed: $(cat first_said)"
grep -qx 'closecheck [0-9]*\.[0-9]*\.[0-9]*' first || fail "no version on standard output: $(cat first)"
cmp -s first second || fail "two callers got different answers"

# Up to date: nothing is said, nothing is built.
[[ -z $("$root/closecheck" --version 2>&1 >/dev/null) ]] || fail "a program that is up to date is built again"

# Through a link, and with the exit code of the program.
ln -s "$root/closecheck" linked
./linked --version >/dev/null || fail "a link to the launcher does not work"
code=0
"$root/closecheck" no-such-command 2>/dev/null || code=$?
[[ $code == 3 ]] || fail "an unknown command ends with $code instead of 3"

# A newer source is built.
touch "$root/cli/main.cpp"
"$root/closecheck" --version 2>said >/dev/null
grep -q building said || fail "a newer source is not built"
