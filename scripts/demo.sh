#!/bin/sh
# Shows CalculatorStdio: a call with the key, and calls that it refuses.
#
#   demo.sh PATH-OF-CalculatorStdio
set -eu
. "$(dirname "$0")/demo-lib.sh"

server=$1
CALCULATOR_API_KEY=$(openssl rand -hex 32)
export CALCULATOR_API_KEY
log=$(mktemp)
trap 'rm -f "$log"' EXIT

headline 'CalculatorStdio: an API key in every call'
numbers='"a":0.1,"b":0.2'
ask add "$numbers,\"auth_token\":\"$CALCULATOR_API_KEY\""
expect allowed 'add 0.1, 0.2 with the key' 0.3
ask add "$numbers,\"auth_token\":\"not-the-key\""
expect refused 'with a wrong key' 'Authentication failed'
ask add "$numbers"
expect refused 'without a key' 'Authentication failed'
