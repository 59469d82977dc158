#!/bin/sh
# Says before a test run which tests it will skip, why, and which command changes that. Where the
# test vectors or the identity provider are missing, it first tries to fetch them.
set -eu
cd "$(dirname "$0")/.."

# suites CONDITION: the files whose tests run only under it.
suites() { grep -rlE "enabled\(if: $1" Tests --include='*.swift' | xargs -n 1 basename | sed 's/\.swift$//' |
  LC_ALL=C sort | paste -s -d ' ' - | sed 's/ /, /g'; }

if [ -z "${CALCULATOR_VECTORS:-}" ] && [ ! -d .vectors ] && [ ! -d ../shared/vectors ]; then
  scripts/vectors.sh || true
fi
if [ ! -d "${CALCULATOR_VECTORS:-.vectors}" ] &&
  { [ -n "${CALCULATOR_VECTORS:-}" ] || [ ! -d ../shared/vectors ]; }; then
  echo "==> Skipped, because there are no test vectors: $(suites 'Vectors\.are(There|Complete)')"
  echo "    Fetch them with: make vectors"
else
  vectors=${CALCULATOR_VECTORS:-.vectors}
  [ -d "$vectors" ] || vectors=../shared/vectors
  scripts/vectors.sh check "$vectors" 2>/dev/null || {
    echo "==> Skipped, because some test vectors are missing: $(suites 'Vectors\.areComplete')"
    echo "    Fetch them with: make vectors"
  }
fi

missing=
for program in nginx caddy haproxy; do
  (PATH=$PATH:/usr/sbin:/usr/local/sbin && command -v $program >/dev/null 2>&1) ||
    missing="$missing${missing:+, }$program"
done
if [ -n "$missing" ]; then
  echo "==> Skipped, because of missing programs ($missing): $(suites Proxy.areThere)"
  echo "    Install what is missing with: scripts/setup.sh proxies"
fi

if scripts/setup.sh has-browser; then :; else
  echo "==> Skipped, because there is no Chromium: $(suites Browser.isThere)"
  echo "    Install it with: scripts/setup.sh browser"
fi

if reason=$(python3 scripts/glewlwyd.py fetch 2>&1); then :; else
  echo "==> Skipped, because there is no identity provider to fetch: $(suites Glewlwyd.isThere)"
  echo "    $(printf '%s' "$reason" | tail -n 1)"
fi

if [ ! -r "${CALCULATOR_CONFORMANCE:-}" ] || ! command -v node >/dev/null 2>&1; then
  echo "==> Skipped, because CALCULATOR_CONFORMANCE does not name the index.js of the MCP conformance" \
    "suite, or there is no node: $(suites Conformance.isThere)"
fi

# LibreSSL calls its command openssl too.
if ! openssl version 2>/dev/null | grep -q '^OpenSSL ' || ! command -v curl >/dev/null; then
  echo "==> Skipped, because OpenSSL's openssl and curl are not both on PATH:" \
    "$(suites '(TLSFixture\.)?areToolsThere')"
  echo "    Install them; on macOS: brew install openssl@3, and its bin folder first in PATH"
fi
if [ ! -x /usr/bin/flock ]; then
  echo "==> Skipped, because there is no /usr/bin/flock: one of $(suites FlockProgram.isThere)"
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "==> Skipped, because only root can give a file away: one of $(suites geteuid)"
fi
if [ "$(uname -s)" = Darwin ]; then
  echo "==> Skipped, because the tests of macOS do not stand beside the executables:" \
    "one of $(suites 'BuiltServer\.isThere')"
  echo "==> Skipped, because macOS has no /proc: one of $(suites 'ProcFolder\.isThere')"
fi
