#!/bin/sh
# Shows CalculatorHTTP: a call with each kind of credential, one with a wrong one, and one too many.
#
#   demo-http.sh PATH-OF-CalculatorHTTP PATH-OF-CalculatorJWT
set -eu
. "$(dirname "$0")/demo-lib.sh"

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

# A pipe, so that reading waits until the server has written its address.
mkfifo "$work/output"
CALCULATOR_API_KEY=$key CALCULATOR_BASIC_USER=anshika CALCULATOR_BASIC_PASSWORD=$password \
  CALCULATOR_RATE_LIMIT=1/minute "$server" --port 0 >"$work/output" 2>"$work/log" &
process=$!
exec 3<"$work/output"
read -r started <&3 || fail "$server did not start: $(cat "$work/log")"
url=$(printf '%s\n' "$started" | sed -n 's/.*\(http:[^ ]*\/mcp\).*/\1/p')
[ -n "$url" ] || fail "$server should print its address first, and printed: $started"

headline 'CalculatorHTTP: a credential in the head of every request'
echo "  at $url, one call a minute for each identity"
body=$(request add '"a":0.1,"b":0.2')

# show allowed|refused TITLE HEADER STATUS WANTED: the header reaches curl through its input, because
# every user of the machine may read its arguments.
show() {
  status=$(printf 'header = "%s"\n' "$3" |
    curl --silent --show-error --config - --max-time 10 "$url" \
      -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
      -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: add' \
      --data "$body" --dump-header "$work/head" --output "$work/body" --write-out '%{http_code}') ||
    fail "'$2' should be answered, and curl got no answer; the server's log: $(cat "$work/log")"
  answer=$(cat "$work/body")
  [ "$status" = "$4" ] || fail "'$2' should give status $4, and gave $status: $answer"
  cat "$work/head" "$work/body" | grep -qF -e "$5" ||
    fail "'$2' should give '$5', and gave: $answer"
  text=$(field text)
  "$1" "$2" "$status ${text:-$(field message)}"
}

token=$("$issuer" token issue --user anshika)
basic=$(printf '%s' "anshika:$password" | openssl base64 -A)
wrong=$(printf 'anshika:guess' | openssl base64 -A)
result='"structuredContent":{"result":0.3}'
show allowed 'add 0.1, 0.2 with a key' "X-API-Key: $key" 200 "$result"
show allowed 'with an access token' "Authorization: Bearer $token" 200 "$result"
show allowed 'with user and password' "Authorization: Basic $basic" 200 "$result"
show refused 'with a wrong password' "Authorization: Basic $wrong" 401 'WWW-Authenticate: '
show refused 'with the key, too soon' "X-API-Key: $key" 429 'Retry-After: '
