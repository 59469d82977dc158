# For the chapter on other services; chapter.sh reads it.

# serve_fakes: starts small fakes of Jira, Confluence and Jenkins. $fakes is their address, and $base the
# one that CalculatorOAuth gets.
serve_fakes() {
  base=http://127.0.0.1:$(free_port)
  rm -f fakes
  { python3 "$REPO/scripts/fake_services.py" >fakes 2>fakes.log & } 2>/dev/null
  services=$!
  echo "$services python3" >>~/workshop/.servers
  await fakes Listening || return 1
  fakes=$(sed -n 's/^Listening at //p' fakes)
}

# dismiss_fakes: ends the fakes.
dismiss_fakes() {
  if [ -z "${services:-}" ]; then
    echo "No fakes run: start them with serve_fakes"
    return 1
  fi
  kill "$services"
  wait "$services" 2>/dev/null
  services=''
}

# received [SERVICE]: what the fakes have got: the service, the path, the credential, and the status of the
# response.
received() {
  curl -sS "$fakes/_requests" | python3 -c '
import json, sys
for one in json.load(sys.stdin):
    if one["service"] in (sys.argv[1:] or [one["service"]]):
        place, _, query = one["path"].partition("?")
        fields = dict(one["fields"])
        print(one["method"], place, "|", fields.get("Authorization", "no credential"), "|", one["status"])
' "$@"
}

# agree USER PASSWORD SCOPE: signs in at $base, agrees, and prints an access token, as chapter 9 does by hand.
agree() {
  rm -f agree.jar
  verifier=$(openssl rand -hex 32)
  step() { curl -sS -b agree.jar -c agree.jar -D agree.head "$@" >agree.page; }
  of_page() { sed -n 's/.*name="'"$1"'" value="\([^"]*\)".*/\1/p' agree.page | sed 's/&amp;/\&/g'; }
  step -G "$base/authorize" -d response_type=code -d client_id=terminal -d code_challenge_method=S256 \
    -d "code_challenge=$(printf '%s' "$verifier" | openssl dgst -sha256 -binary | base64url)" \
    --data-urlencode redirect_uri=http://127.0.0.1:9/callback --data-urlencode "scope=$3" \
    --data-urlencode "resource=$base/mcp"
  step "$base/authorize" --data-urlencode "request=$(of_page request)" -d "csrf=$(of_page csrf)" \
    --data-urlencode "username=$1" --data-urlencode "password=$2"
  step "$base/consent" --data-urlencode "request=$(of_page request)" -d "csrf=$(of_page csrf)" -d decision=allow
  step "$base/token" -d grant_type=authorization_code -d client_id=terminal -d "code_verifier=$verifier" \
    --data-urlencode redirect_uri=http://127.0.0.1:9/callback --data-urlencode "resource=$base/mcp" \
    -d "code=$(tr -d '\r' <agree.head | sed -n 's/^Location: .*[?&]code=\([^&]*\).*/\1/p')"
  issued=$(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' agree.page)
  rm -f agree.jar agree.head
  if [ -z "$issued" ]; then
    echo "There is no token. The last page:" >&2
    cat agree.page >&2
    return 1
  fi
  rm -f agree.page
  printf '%s\n' "$issued"
}
