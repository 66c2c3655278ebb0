# Debian packages that the launcher and the test command need; sourced by both. Everything is said on standard error.

# To build and run the program.
closecheck_program_packages=(g++ cmake ninja-build pkg-config libboost1.81-dev librapidcheck-dev libcurl4-openssl-dev
  libcpp-httplib-dev libssl-dev zlib1g-dev libyaml-cpp-dev nlohmann-json3-dev libfmt-dev libsqlite3-dev libsimdjson-dev
  libspdlog-dev libmimalloc-dev libcli11-dev libpugixml-dev python3)
# To test it as well. Hooks of the tests call curl; ccache spares what was compiled before.
closecheck_test_packages=(ccache libgtest-dev libgmock-dev libbenchmark-dev clang-format curl)
# The official clients of the service run in Node.js, wherever that came from, and in Python.
closecheck_client_packages=(openssl python3-pip python3-venv)
# What reads the forms of reports: a browser, driven from Node.js, readers of XML, JSON, Graphviz and man pages, and shells.
closecheck_format_packages=(chromium fonts-dejavu-core graphviz libxml2-utils mandoc zsh fish python3-jsonschema python3-pip
  python3-venv)
if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  closecheck_client_packages+=(nodejs npm)
  closecheck_format_packages+=(nodejs npm)
fi
closecheck_tidy_packages=(clang-tidy-16)
# For the fuzzer of scenarios/ alone; nothing installs it unasked.
closecheck_fuzz_packages=(clang)

# install_missing PURPOSE PACKAGE...: installs those that are not there, after saying so. Fails with a message.
install_missing() {
  local purpose=$1
  shift
  # Other systems name their packages in other ways: there the build itself says what it lacks.
  command -v dpkg-query >/dev/null 2>&1 || return 0
  local missing=() package
  for package in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0

  local as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "closecheck: these Debian packages are needed to $purpose, and installing them takes root or sudo:" >&2
      echo "  apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "closecheck: to $purpose, installing Debian packages: ${missing[*]}" >&2
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600)
  # A stale list of packages is worth a try: only a failed installation is an error.
  "${apt[@]}" update -qq >&2 || echo "closecheck: the list of packages could not be brought up to date" >&2
  # Nothing that is there is ever removed for it.
  if ! "${apt[@]}" install -y -qq --no-install-recommends --no-remove "${missing[@]}" >&2; then
    echo "closecheck: the packages could not be installed; apt-get said why above" >&2
    return 1
  fi
}
