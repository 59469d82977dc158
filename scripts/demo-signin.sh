#!/bin/sh
# Shows the sign-in of CalculatorOAuth: what a client and a browser send until there is a token, what the
# token is good for, and how it ends. Everything is in a temporary folder.
#
#   demo-signin.sh PATH-OF-CalculatorOAuth PATH-OF-CalculatorHTTP
set -eu
. "$(dirname "$0")/demo-lib.sh"

server=$1
maker=$2
. "$(dirname "$0")/demo-signin-lib.sh"
prepare advanced
start

headline 'CalculatorOAuth: its own sign-in, from no token to a token that has ended'
echo "  at $base/mcp; the user is anshika"
echo "  the client is $client"

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
authorize calculate:basic
allowed 'GET /authorize' "200 $(heading)"

say '3. The person signs in, then decides what the client may do.'
submit 'POST /authorize' 200 'name="decision"' /authorize username=anshika "password=$password"
allowed 'POST /authorize' "200 $(heading)"
submit 'POST /consent' 303 "$callback?" /consent decision=allow
code_of_redirect
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
