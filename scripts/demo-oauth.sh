#!/bin/sh
# Shows CalculatorOAuth with an identity provider: where a client learns about the provider, a call
# with a token of it, and calls that the server refuses.
#
#   demo-oauth.sh PATH-OF-CalculatorOAuth PATH-OF-nanoidp
set -eu
. "$(dirname "$0")/demo-lib.sh"
. "$(dirname "$0")/idp.sh"

server=$1
provider=$2
work=$(mktemp -d)
processes=
end() {
  for process in $processes; do
    kill "$process" 2>/dev/null || :
    wait "$process" 2>/dev/null || :
  done
  processes=
}
# shellcheck disable=SC2317 # the trap calls it
finish() {
  end
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

ports=$(python3 "$(dirname "$0")/free_ports.py" 2) || fail "python3 should name two free ports, and did not"
issuer=http://127.0.0.1:${ports#* }
base=http://127.0.0.1:${ports% *}
other=http://127.0.0.1:9/mcp

idp_configure "$work/idp" "$issuer" "$base/mcp" "$other"
"$provider" --config "$work/idp" --profile oauth21 >"$work/idp/log" 2>&1 &
processes=$!
idp_await "$issuer" || fail "the provider should answer, and did not: $(tail -n 1 "$work/idp/log")"

# A pipe, so that reading waits until the server has written its address.
mkfifo "$work/output"
CALCULATOR_OAUTH_ISSUER=$issuer CALCULATOR_BASE_URL=$base CALCULATOR_OAUTH_TOKEN_TYPES=JWT \
  CALCULATOR_OAUTH_ALLOW_LOOPBACK=true \
  "$server" --port "${ports% *}" >"$work/output" 2>"$work/log" &
processes="$processes $!"
exec 3<"$work/output"
read -r started <&3 || fail "$server did not start: $(cat "$work/log")"
case $started in
  *"$base/mcp"*) ;;
  *) fail "$server should print its address first, $base/mcp, and printed: $started" ;;
esac

headline 'CalculatorOAuth: access tokens of an identity provider'
echo "  at $base/mcp; the identity provider at $issuer"

# show allowed|refused TITLE TOOL TOKEN STATUS WANTED: the token reaches curl through its input,
# because every user of the machine may read its arguments.
show() {
  status=$(printf '%s' "${4:+header = \"Authorization: Bearer $4\"}" |
    curl --silent --show-error --config - --max-time 10 "$base/mcp" \
      -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
      -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H "Mcp-Name: $3" \
      --data "$(request "$3" '"a":2,"b":10')" --dump-header "$work/head" --output "$work/body" \
      --write-out '%{http_code}') ||
    fail "'$2' should be answered, and curl got no answer; the server's log: $(cat "$work/log")"
  answer=$(cat "$work/body")
  [ "$status" = "$5" ] || fail "'$2' should give status $5, and gave $status: $answer"
  cat "$work/head" "$work/body" | grep -qF -e "$6" ||
    fail "'$2' should give '$6', and gave: $(cat "$work/head" "$work/body")"
  text=$(field text)
  text=${text:-$(field message)}
  "$1" "$2" "$status ${text#Permission denied: }"
}

# token RESOURCE SCOPE: a token of the provider, in $token.
token() {
  token=$(sign_in "$issuer" "$1" "$2") || token=
  [ -n "$token" ] ||
    fail "signing in should give a token, and did not: $(tail -n 1 "$work/idp/log")"
}

metadata=$base/.well-known/oauth-protected-resource/mcp
show refused 'add 2, 10 without a token' add '' 401 "resource_metadata=\"$metadata\""
answer=$(curl --silent --show-error --max-time 10 "$metadata") ||
  fail "the metadata should be at $metadata"
case $answer in
  *"\"authorization_servers\":[\"$issuer\"]"*) ;;
  *) fail "the metadata should name the provider, and was: $answer" ;;
esac
allowed 'the metadata of the server' "sign in at $issuer"

token "$base/mcp" calculate:basic
allowed 'signed in as anshika' "eyJ... (${#token} characters)"
show allowed 'add 2, 10 with the token' add "$token" 200 '"structuredContent":{"result":12}'
show refused 'power 2, 10 with it' power "$token" 403 \
  'error="insufficient_scope", error_description="The token has no scope for this operation", scope="calculate:advanced"'
token "$base/mcp" 'calculate:basic calculate:advanced'
show allowed 'with one for both scopes' power "$token" 200 '"structuredContent":{"result":1024}'
token "$other" calculate:basic
show refused 'one for another server' add "$token" 401 'error="invalid_token"'
token=$(expired_token "$issuer")
show refused 'one that has expired' add "$token" 401 'error="invalid_token"'

# Only the log has the reasons: a stranger does not see them. It is whole when the server has ended.
end
for reason in wrong_audience expired 'needs calculate:advanced'; do
  grep -qF "\"reason\":\"$reason\"" "$work/log" || fail "the log should have the reason $reason"
done
