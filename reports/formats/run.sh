#!/usr/bin/env bash
# Writes every form of report and has the tools of others read it: `reports/formats/run.sh BUILD`. Installs exactly what the
# lock files name, from the registries, into BUILD/formats, and leaves the files and pictures there; all else stays on this
# machine.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
build=$(cd -- "${1:?"run.sh BUILD: the folder of the build"}" && pwd)
into=$build/formats
mkdir -p "$into"

echo "installing readers of the formats" >&2
cp "$here/package.json" "$here/package-lock.json" "$into"
(cd "$into" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null)
# The schema of JUnit files that Jenkins reads comes along with the sources of pytest, and nowhere by itself.
schema=$into/junit-10.xsd
if [[ ! -s $schema ]]; then
  python3 -m venv "$into/python"
  "$into/python/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary :all: --require-hashes \
    --dest "$into/python" -r "$here/junit-schema.txt"
  tar -xzOf "$into"/python/pytest-*.tar.gz --wildcards '*/junit-10.xsd' >"$schema"
fi
rm -rf "$into/written"
exec python3 "$here/check_formats.py" "$build/cli/closecheck" "$into/written" "$into/node_modules" "$schema"
