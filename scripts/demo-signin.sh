#!/bin/sh
# Shows the sign-in of CalculatorOAuth: what a client and a browser send until there is a token, what the
# token is good for, and how it ends. Everything is in a temporary folder.
#
#   demo-signin.sh PATH-OF-CalculatorOAuth PATH-OF-CalculatorHTTP
set -eu
. "$(dirname "$0")/demo-lib.sh"
. "$(dirname "$0")/idp.sh" # for idp_ports

server=$1
maker=$2
work=$(mktemp -d)
process=
# shellcheck disable=SC2317 # the trap calls it
finish() {
  if [ -n "$process" ]; then
    kill "$process" 2>/dev/null || :
    wait "$process" 2>/dev/null || :
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# --- A user, a client and the server ---------------------------------------------------------------

password=$(openssl rand -hex 12)
user=$(printf '%s\n' "$password" | "$maker" hash-password --user anshika --role advanced 2>"$work/log") ||
  fail "$maker should make the line of a user, and did not: $(head -n 1 "$work/log")"
printf '{"users":[%s]}\n' "$user" >"$work/credentials.json"
chmod 600 "$work/credentials.json"

ports=$(idp_ports) || fail "python3 should name a free port, and did not"
base=http://127.0.0.1:${ports% *}
callback=http://127.0.0.1:9/callback
export CALCULATOR_BASE_URL="$base" CALCULATOR_OAUTH_PROVIDER=password \
  CALCULATOR_CREDENTIALS="$work/credentials.json" CALCULATOR_STATE="$work/state.db"

client=$("$server" clients add --name Terminal --redirect-uri "$callback" 2>"$work/log" |
  sed -n 's/^client_id  //p')
[ -n "$client" ] || fail "$server should add a client, and did not: $(head -n 1 "$work/log")"

# A pipe, so that reading waits until the server has written its address.
mkfifo "$work/output"
"$server" --port "${ports% *}" >"$work/output" 2>"$work/log" &
process=$!
exec 3<"$work/output"
read -r started <&3 || fail "$server did not start: $(cat "$work/log")"
case $started in
  *"$base/mcp"*) ;;
  *) fail "$server should print its address first, $base/mcp, and printed: $started" ;;
esac

headline 'CalculatorOAuth: its own sign-in, from no token to a token that has ended'
echo "  at $base/mcp; the user is anshika"
echo "  the client is $client"

# --- Requests --------------------------------------------------------------------------------------

# say SENTENCE: what happens next, and who does it.
say() { printf '\n  %s\n' "$1"; }

# send TITLE STATUS WANTED CURL-ARGUMENTS...: what is secret reaches curl through its input, because every
# user of the machine may read its arguments. The answer is in $answer and $work/head.
send() {
  title=$1 wanted=$2 text=$3
  shift 3
  status=$(curl --silent --show-error --config - --max-time 10 --dump-header "$work/head" \
    --output "$work/body" --write-out '%{http_code}' \
    --cookie "$work/cookies" --cookie-jar "$work/cookies" "$@") ||
    fail "'$title' should be answered, and curl got no answer; the log: $(cat "$work/log")"
  answer=$(cat "$work/body")
  [ "$status" = "$wanted" ] || fail "'$title' should give status $wanted, and gave $status: $answer"
  cat "$work/head" "$work/body" | grep -qF -e "$text" ||
    fail "'$title' should give '$text', and gave: $(cat "$work/head" "$work/body")"
}

# call allowed|refused TITLE TOOL TOKEN STATUS WANTED
call() {
  printf '%s' "${4:+header = \"Authorization: Bearer $4\"}" |
    send "$2" "$5" "$6" "$base/mcp" -H 'Content-Type: application/json' \
      -H 'Accept: application/json, text/event-stream' -H 'MCP-Protocol-Version: 2026-07-28' \
      -H 'Mcp-Method: tools/call' -H "Mcp-Name: $3" --data "$(request "$3" '"a":2,"b":10')"
  # `send` ran in a part of the pipe: what it has read is in the files.
  answer=$(cat "$work/body")
  reply=$(field text)
  reply=${reply:-$(field message)}
  "$1" "$2" "$5 ${reply#Permission denied: }"
}

# get TITLE STATUS WANTED CURL-ARGUMENTS...
get() { send "$@" </dev/null; }

# hidden NAME: a hidden field of the page, as the browser sends it back.
hidden() {
  sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" "$work/body" | sed 's/&amp;/\&/g' | head -n 1
}

# heading: the heading of the page.
heading() { sed -n 's/.*<h1>\(.*\)<\/h1>.*/\1/p' "$work/body" | sed 's/<[^>]*>//g'; }

# submit TITLE STATUS WANTED PATH NAME=VALUE...: the form of a page, with its hidden fields.
submit() {
  title=$1 wanted=$2 text=$3 path=$4
  shift 4
  {
    for field in "request=$(hidden request)" "csrf=$(hidden csrf)" "$@"; do
      printf 'data-urlencode = "%s"\n' "$field"
    done
  } >"$work/form"
  send "$title" "$wanted" "$text" "$base$path" -H "Origin: $base" <"$work/form"
}

# tokens TITLE NAME=VALUE...: a request to /token. The tokens are in $token and $refresh.
tokens() {
  title=$1
  shift
  printf 'data-urlencode = "%s"\n' "client_id=$client" "$@" >"$work/form"
  send "$title" 200 '"token_type":"Bearer"' "$base/token" <"$work/form"
  token=$(field access_token)
  refresh=$(field refresh_token)
  [ -n "$token" ] && [ -n "$refresh" ] || fail "'$title' should give two tokens"
  allowed "$title" "200 eyJ... for $(field scope)"
}

# --- The flow --------------------------------------------------------------------------------------

say '1. A client without a token is told where to look.'
metadata=$base/.well-known/oauth-protected-resource/mcp
call refused 'add 2, 10 without a token' add '' 401 "resource_metadata=\"$metadata\""
get 'metadata of /mcp' 200 "\"authorization_servers\":[\"$base\"]" "$metadata"
allowed 'metadata of /mcp' "200 sign in at $base"
get 'metadata of that server' 200 "\"authorization_endpoint\":\"$base/authorize\"" \
  "$base/.well-known/oauth-authorization-server"
allowed 'metadata of that server' '200 /authorize, /token and /revoke'

say '2. It opens the browser, with the digest of a secret that it keeps (PKCE).'
state=$(openssl rand -hex 16)
verifier=$(openssl rand -hex 32)
challenge=$(printf '%s' "$verifier" | openssl dgst -sha256 -binary | openssl base64 -A |
  tr '+/' '-_' | tr -d '=')
get 'GET /authorize' 200 'name="password"' --get "$base/authorize" \
  --data-urlencode response_type=code --data-urlencode "client_id=$client" \
  --data-urlencode "redirect_uri=$callback" --data-urlencode "state=$state" \
  --data-urlencode "code_challenge=$challenge" --data-urlencode code_challenge_method=S256 \
  --data-urlencode scope=calculate:basic --data-urlencode "resource=$base/mcp"
allowed 'GET /authorize' "200 $(heading)"

say '3. The person signs in, then decides what the client may do.'
submit 'POST /authorize' 200 'name="decision"' /authorize username=anshika "password=$password"
allowed 'POST /authorize' "200 $(heading)"
submit 'POST /consent' 303 "$callback?" /consent decision=allow
redirect=$(tr -d '\r' <"$work/head" | sed -n 's/^[Ll]ocation: //p')
code=$(printf '%s' "$redirect" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
[ -n "$code" ] || fail "'POST /consent' should send the browser on with a code, and sent: $redirect"
allowed 'POST /consent' '303 the browser goes back to the client:'
# A code is shown in part: the whole one would be good for a minute.
shown=$(printf '%s' "$code" | cut -c 1-6)
printf '%s\n' "$redirect" | sed "s/$code/$shown.../" | tr '?&' '\n\n' | sed 's/^/      /'

say '4. The client checks state and iss, and redeems the code with its secret.'
issuer=$(printf '%s' "$base" | sed 's/:/%3A/g; s/\//%2F/g')
case "$redirect&" in
  *"&state=$state&"*) ;;
  *) fail "the redirect should have the state of the request, and was: $redirect" ;;
esac
case "$redirect&" in
  *"&iss=$issuer&"*) ;; # RFC 9207
  *) fail "the redirect should have the issuer $base, and was: $redirect" ;;
esac
tokens 'POST /token: the code' grant_type=authorization_code "code=$code" \
  "redirect_uri=$callback" "code_verifier=$verifier" "resource=$base/mcp"

say '5. The token is good for what the person has allowed.'
call allowed 'add 2, 10 with the token' add "$token" 200 '"structuredContent":{"result":12}'
call refused 'power 2, 10 with it' power "$token" 403 'error="insufficient_scope"'

say '6. After ten minutes it has expired: a refresh token gets the next, once.'
tokens 'POST /token: a refresh' grant_type=refresh_token "refresh_token=$refresh"
call allowed 'add 2, 10 with the next one' add "$token" 200 '"structuredContent":{"result":12}'

say '7. The client signs out: all its tokens end, also those that have not expired.'
printf 'data-urlencode = "%s"\n' "client_id=$client" "token=$refresh" >"$work/form"
send 'POST /revoke' 200 '' "$base/revoke" <"$work/form"
allowed 'POST /revoke' '200 the grant has ended'
call refused 'add 2, 10 with the next one' add "$token" 401 'error="invalid_token"'
