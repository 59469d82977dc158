#!/bin/sh
# Shows CalculatorJWT at work: a token, a calculation with it, one that its permissions forbid, and
# one with a token that somebody altered.
#
#   demo-jwt.sh PATH-OF-CalculatorJWT
set -eu

server=$1
JWT_SECRET=$(openssl rand -hex 32)
CALCULATOR_ISSUER_KEY=$(openssl rand -hex 32)
export JWT_SECRET CALCULATOR_ISSUER_KEY
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# One line: the request to call a tool. request TOOL ARGUMENTS
request() {
  printf '%s' \
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"' "$1" '",' \
    '"arguments":{' "$2" '},' \
    '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' \
    '"io.modelcontextprotocol/clientCapabilities":{}}}}'
  echo
}

# Leaves of a token the first four characters of its signature, and as many of the issuer key.
shorten() {
  first_four=${CALCULATOR_ISSUER_KEY%"${CALCULATOR_ISSUER_KEY#????}"}
  sed -e 's/eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.\([A-Za-z0-9_-]\{4\}\)[A-Za-z0-9_-]*/eyJ...\1.../g' \
    -e "s/$CALCULATOR_ISSUER_KEY/$first_four.../g"
}

# show TITLE TOOL ARGUMENTS WANTED: asks the server and fails where WANTED is not answered. Each time
# it is a new process: what it knows of a token is what the token says, and its own secret.
show() {
  answer=$(request "$2" "$3" | "$server" 2>"$log") || {
    cat "$log" >&2
    exit 1
  }
  printf '\n%s\n  request  %s\n  answer   %s\n  its log  %s\n' \
    "$1" "$(request "$2" "$3" | shorten)" "$(printf '%s\n' "$answer" | shorten)" "$(cat "$log")"
  case $answer in
    *"$4"*) ;;
    *)
      echo "demo: the answer should hold $4" >&2
      exit 1
      ;;
  esac
}

# The text of a field in the last answer. field NAME
field() {
  printf '%s\n' "$answer" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# The same token with another permission written into it, under the old signature (RFC 7515 §3).
alter() {
  header=${1%%.*}
  signature=${1##*.}
  payload=${1#*.}
  payload=$(printf '%s' "${payload%.*}" | tr '_-' '/+')
  while [ $((${#payload} % 4)) -ne 0 ]; do payload=$payload=; done
  payload=$(printf '%s' "$payload" | openssl base64 -d -A |
    sed 's/"calculate:basic"/"calculate:basic","calculate:advanced"/' |
    openssl base64 -A | tr '/+' '_-' | tr -d '=')
  printf '%s.%s.%s' "$header" "$payload" "$signature"
}

echo "==> Starting $server with a secret and an issuer key, each made by: openssl rand -hex 32"

issuer="\"auth_token\":\"$CALCULATOR_ISSUER_KEY\""
show 'A token for anshika:' generate_token "\"user_id\":\"anshika\",$issuer" '"token_type":"Bearer"'
token=$(field access_token)
printf '\nWhat it says, which everyone can read:\n'
printf '%s\n' "$token" | "$server" token inspect | sed 's/^/  /'

show 'A calculation with it:' power "\"a\":2,\"b\":10,\"jwt_token\":\"$token\"" '"result":1024'

show 'A token that permits less:' generate_token \
  "\"user_id\":\"anshika\",\"permissions\":[\"calculate:basic\"],$issuer" \
  '"permissions":["calculate:basic"]'
narrow=$(field access_token)
show 'What it does not permit:' power "\"a\":2,\"b\":10,\"jwt_token\":\"$narrow\"" 'permission_denied'

show 'The same token, with calculate:advanced written into it:' power \
  "\"a\":2,\"b\":10,\"jwt_token\":\"$(alter "$narrow")\"" 'authentication_failed'
