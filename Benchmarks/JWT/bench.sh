#!/bin/sh
# Prints one Markdown table: verifying and issuing a token, the bare HMAC under it, and PyJWT.
#
#   bench.sh BENCHMARK PYTHON     JWTBenchmark of a release build, and a Python that has PyJWT
set -eu

here=$(dirname "$0")
benchmark=$1
python=$2

# One after the other: neither shares a core with the other one.
table=$("$benchmark")
printf '%s\n' "$table" | "$python" "$here/pyjwt.py" "$("$benchmark" --print-token)"
