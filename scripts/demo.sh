#!/bin/sh
# Shows CalculatorStdio at work: a call with the key, and one without it.
#
#   demo.sh PATH-OF-CalculatorStdio
set -eu

server=$1
key=$(openssl rand -hex 32)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# One line: the request to add 0.1 and 0.2, with a token.
request() {
  printf '%s' \
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add",' \
    '"arguments":{"a":0.1,"b":0.2,"auth_token":"' "$1" '"},' \
    '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' \
    '"io.modelcontextprotocol/clientCapabilities":{}}}}'
  echo
}

# show TITLE TOKEN TOKEN-AS-SHOWN WANTED: asks the server and fails where WANTED is not answered.
show() {
  answer=$(request "$2" | CALCULATOR_API_KEY=$key "$server" 2>"$log") || {
    cat "$log" >&2
    exit 1
  }
  printf '\n%s\n  request  %s\n  answer   %s\n  its log  %s\n' \
    "$1" "$(request "$3")" "$answer" "$(cat "$log")"
  case $answer in
    *"$4"*) ;;
    *)
      echo "demo: the answer should hold $4" >&2
      exit 1
      ;;
  esac
}

first_four=${key%"${key#????}"}
echo "==> Starting $server with a key made by: openssl rand -hex 32"
show 'With the key:' "$key" "$first_four..." '"result":0.3'
show 'With a wrong one:' 'not-the-key' 'not-the-key' 'authentication_failed'
