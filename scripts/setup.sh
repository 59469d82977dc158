#!/bin/sh
# Installs what is missing, and only that.
#
#   setup.sh WHAT...           of build: Swift, OpenSSL 3, libcurl, SQLite, libxml2; run: curl;
#                              test: Python;
#                              proxies: nginx, Caddy and HAProxy, which the tests pass over without;
#                              browser: Chromium, likewise;
#                              bench: wrk and nginx; nightly: zsh
#   setup.sh venv DIR FILE     a Python environment in DIR with the packages that FILE lists
set -eu

# The client scripts under Tests/ need this one.
python_minor=11

fail() {
  echo "setup: $*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# --- What there is ---------------------------------------------------------------------------

check_swift() {
  url=https://www.swift.org/install/
  has swift || fail "Swift 6.2 or later is needed and there is no swift on PATH; get it from $url"
  version=$(swift --version 2>/dev/null |
    sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1)
  major=${version% *}
  minor=${version#* }
  [ "${major:-0}" -gt 6 ] || { [ "${major:-0}" -eq 6 ] && [ "${minor:-0}" -ge 2 ]; } ||
    fail "Swift 6.2 or later is needed and this one is ${major:-?}.${minor:-?}; get it from $url"
}

has_openssl() {
  if [ "$(uname -s)" = Darwin ] && has brew; then
    PKG_CONFIG_PATH="$(brew --prefix)/opt/openssl@3/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
    export PKG_CONFIG_PATH
  fi
  has pkg-config && pkg-config --exists 'libcrypto >= 3'
}

has_libcurl() {
  if [ "$(uname -s)" = Darwin ] && has brew; then
    PKG_CONFIG_PATH="$(brew --prefix)/opt/curl/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
    export PKG_CONFIG_PATH
  fi
  has pkg-config && pkg-config --exists libcurl
}

has_sqlite() {
  if [ "$(uname -s)" = Darwin ] && has brew; then
    PKG_CONFIG_PATH="$(brew --prefix)/opt/sqlite/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
    export PKG_CONFIG_PATH
  fi
  has pkg-config && pkg-config --exists 'sqlite3 >= 3.37'
}

has_libxml2() {
  if [ "$(uname -s)" = Darwin ] && has brew; then
    PKG_CONFIG_PATH="$(brew --prefix)/opt/libxml2/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
    export PKG_CONFIG_PATH
  fi
  has pkg-config && pkg-config --exists libxml-2.0
}

# The first Python on PATH that is new enough and can make environments; the system's own last.
# Debian splits ensurepip off: without it `python3 -m venv` fails though python3 is there.
find_python() {
  for python in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
    has "$python" || continue
    "$python" -c "import ensurepip, sys; sys.exit(sys.version_info < (3, $python_minor))" \
      >/dev/null 2>&1 || continue
    echo "$python"
    return
  done
  return 1
}

# --- What is missing -------------------------------------------------------------------------

# One package a line, by the names of apt, of brew, or of nobody in particular.
missing_for_build() {
  if ! has_openssl; then
    case $1 in
      apt) echo libssl-dev ;;
      brew) echo openssl@3 ;;
      *) echo 'the OpenSSL 3 headers' ;;
    esac
  fi
  # Needed by every build, since SwiftPM builds all modules; only the executables for OAuth link it.
  if ! has_libcurl; then
    case $1 in
      apt) echo libcurl4-openssl-dev ;;
      brew) echo curl ;;
      *) echo 'the libcurl headers' ;;
    esac
  fi
  if ! has_sqlite; then
    case $1 in
      apt) echo libsqlite3-dev ;;
      brew) echo sqlite ;;
      *) echo 'the headers of SQLite 3.37 or later' ;;
    esac
  fi
  if ! has_libxml2; then
    case $1 in
      apt) echo libxml2-dev ;;
      brew) echo libxml2 ;;
      *) echo 'the libxml2 headers' ;;
    esac
  fi
  has pkg-config || echo pkg-config
  has openssl || echo openssl
  has git || case $1 in
    apt) printf '%s\n' git ca-certificates ;;
    *) echo git ;;
  esac
}

missing_for_run() { has curl || echo curl; }

missing_for_test() {
  if find_python >/dev/null; then return; fi
  case $1 in
    apt) printf '%s\n' python3 python3-venv ;;
    brew) echo python3 ;;
    *) echo "Python 3.$python_minor or later with its venv module, as python3 on PATH" ;;
  esac
}

# Apart from the rest, because Debian's packages also start them as services of the machine.
missing_for_proxies() {
  for program in nginx caddy haproxy; do
    (PATH=$PATH:/usr/sbin && has $program) || case $1/$program in
      apt/nginx) echo nginx-light ;;
      *) echo $program ;;
    esac
  done
}

missing_for_browser() {
  for program in chromium chromium-browser google-chrome; do
    if has $program; then return; fi
  done
  for app in Chromium 'Google Chrome'; do
    if [ -x "/Applications/$app.app/Contents/MacOS/$app" ]; then return; fi
  done
  echo chromium
}

has_browser() { [ -z "$(missing_for_browser)" ]; }

missing_for_bench() {
  has wrk || echo wrk
  (PATH=$PATH:/usr/sbin && has nginx) || case $1 in
    apt) echo nginx-light ;;
    *) echo nginx ;;
  esac
}

missing_for_nightly() { has zsh || echo zsh; }

# missing NAMES SEPARATOR build|run|test|proxies|browser|bench|nightly...
missing() {
  names=$1
  separator=$2
  shift 2
  for what in "$@"; do "missing_for_$what" "$names"; done | paste -s -d "$separator" - |
    sed "s/;/; /g"
}

# --- Installing it ---------------------------------------------------------------------------

install_with_apt() {
  root=
  if [ "$(id -u)" -ne 0 ]; then
    has sudo || fail "these packages are missing; run as root: apt-get install $1"
    root=sudo
  fi
  echo "==> Installing $1 with apt-get${root:+, as root through sudo}"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  # shellcheck disable=SC2086 # $root and the packages are words
  if ! { $root apt-get update -qq &&
    $root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -qq -y --no-install-recommends $1; } >"$log" 2>&1; then
    cat "$log" >&2
    fail "apt-get could not install $1; its words stand above"
  fi
}

install_with_brew() {
  echo "==> Installing $1 with brew"
  # shellcheck disable=SC2086 # the packages are words
  brew install --quiet $1 || fail "brew could not install $1; its words stand above"
}

set_up() {
  for what in "$@"; do
    case $what in
      build | run | test | proxies | browser | bench | nightly) ;;
      *) fail "unknown: $what" ;;
    esac
  done
  check_swift
  if has apt-get; then
    packages=$(missing apt ' ' "$@")
    [ -z "$packages" ] || install_with_apt "$packages"
  elif has brew; then
    packages=$(missing brew ' ' "$@")
    [ -z "$packages" ] || install_with_brew "$packages"
  fi
  packages=$(missing anyone ';' "$@")
  [ -z "$packages" ] || fail "this is needed and missing: $packages"
}

# --- Python environments ---------------------------------------------------------------------

make_venv() {
  directory=$1
  requirements=$2
  python=$(find_python) || fail "this is needed and missing: $(missing_for_test anyone)"
  echo "==> Making $directory from $requirements"
  rm -rf "$directory"
  "$python" -m venv "$directory"
  "$directory/bin/python" -m pip install --quiet --disable-pip-version-check \
    --requirement "$requirements" ||
    fail "pip could not install what $requirements lists; its words stand above"
  touch "$directory/.ready"
}

case ${1:-} in
  has-browser) has_browser ;;
  venv)
    [ $# -eq 3 ] || fail "usage: setup.sh venv DIR FILE"
    make_venv "$2" "$3"
    ;;
  '') fail "usage: setup.sh build|run|test|proxies|browser|bench|nightly... | venv DIR FILE" ;;
  *) set_up "$@" ;;
esac
