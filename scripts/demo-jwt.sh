#!/bin/sh
# Shows CalculatorJWT: a token, a calculation with it, one that its permissions forbid, and one with
# a token that somebody altered.
#
#   demo-jwt.sh PATH-OF-CalculatorJWT
set -eu
. "$(dirname "$0")/demo-lib.sh"

server=$1
JWT_SECRET=$(openssl rand -hex 32)
CALCULATOR_ISSUER_KEY=$(openssl rand -hex 32)
export JWT_SECRET CALCULATOR_ISSUER_KEY
log=$(mktemp)
trap 'rm -f "$log"' EXIT

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

headline 'CalculatorJWT: tokens that expire and carry permissions'
issuer="\"auth_token\":\"$CALCULATOR_ISSUER_KEY\""
ask generate_token "\"user_id\":\"anshika\",$issuer"
expect allowed 'a token for anshika' eyJ
token=$(field access_token)
ask power "\"a\":2,\"b\":10,\"jwt_token\":\"$token\""
expect allowed 'power 2, 10 with it' 1024
ask generate_token "\"user_id\":\"anshika\",\"permissions\":[\"calculate:basic\"],$issuer"
expect allowed 'a token for basic tools' eyJ
narrow=$(field access_token)
ask power "\"a\":2,\"b\":10,\"jwt_token\":\"$narrow\""
expect refused 'power 2, 10 with that one' 'Permission denied'
ask power "\"a\":2,\"b\":10,\"jwt_token\":\"$(alter "$narrow")\""
expect refused 'that one, altered' 'Invalid or expired JWT token'
