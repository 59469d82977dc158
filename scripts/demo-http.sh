#!/bin/sh
# Shows CalculatorHTTP at work: a call with each kind of credential, one with a wrong one, and one
# too many.
#
#   demo-http.sh PATH-OF-CalculatorHTTP PATH-OF-CalculatorJWT
set -eu

server=$1
issuer=$2
key=$(openssl rand -hex 32)
password=$(openssl rand -hex 12)
JWT_SECRET=$(openssl rand -hex 32)
export JWT_SECRET
work=$(mktemp -d)
process=
# shellcheck disable=SC2317 # the trap calls it
finish() {
  [ -z "$process" ] || kill "$process" 2>/dev/null || :
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# Two pipes, so that reading waits until the server has written.
mkfifo "$work/output" "$work/log"
CALCULATOR_API_KEY=$key CALCULATOR_BASIC_USER=anshika CALCULATOR_BASIC_PASSWORD=$password \
  CALCULATOR_RATE_LIMIT=1/minute "$server" --port 0 >"$work/output" 2>"$work/log" &
process=$!
exec 3<"$work/output" 4<"$work/log"
read -r started <&3 || {
  cat <&4 >&2
  exit 1
}
echo "==> $started, to each one call a minute"
url=${started##* }

arguments='{"a":0.1,"b":0.2}'
body='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":'$arguments',
  "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",
  "io.modelcontextprotocol/clientCapabilities":{}}}}'

# show TITLE HEADER HEADER-AS-SHOWN STATUS WANTED: asks the server and fails where STATUS and WANTED
# are not answered. The header reaches curl through its input: everyone may read its arguments.
show() {
  status=$(printf 'header = "%s"\n' "$2" |
    curl --silent --show-error --config - --max-time 10 "$url" \
      -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
      -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: add' \
      --data "$body" --dump-header "$work/head" --output "$work/body" --write-out '%{http_code}')
  read -r line <&4
  printf '\n%s\n  request  POST /mcp, %s, add %s\n  answer   %s %s\n' \
    "$1" "$3" "$arguments" "$status" "$(cat "$work/body")"
  # What a client must know beside the answer itself.
  tr -d '\r' <"$work/head" | sed -n \
    -e 's/^WWW-Authenticate: /           &/p' -e 's/^Retry-After: /           &/p'
  printf '  its log  %s\n' "$line"
  if [ "$status" != "$4" ] || ! cat "$work/head" "$work/body" | grep -qF -e "$5"; then
    echo "demo: the answer should be $4 and hold $5" >&2
    exit 1
  fi
}

first_four() { printf '%s...' "${1%"${1#????}"}"; }

token=$("$issuer" token issue --user anshika)
basic=$(printf '%s' "anshika:$password" | openssl base64 -A)
result='"structuredContent":{"result":0.3}'
show 'With a key:' "X-API-Key: $key" "X-API-Key: $(first_four "$key")" 200 "$result"
show "With an access token, made by: $(basename "$issuer") token issue --user anshika" \
  "Authorization: Bearer $token" "Authorization: Bearer $(first_four "$token")" 200 "$result"
show 'With a user and a password:' \
  "Authorization: Basic $basic" "Authorization: Basic $(first_four "$basic")" 200 "$result"
show 'With a wrong password:' "Authorization: Basic $(printf 'anshika:guess' | openssl base64 -A)" \
  'Authorization: Basic, anshika:guess' 401 'WWW-Authenticate: Basic realm='
show 'With the key, a second time within the minute:' \
  "X-API-Key: $key" "X-API-Key: $(first_four "$key")" 429 'Retry-After: '
