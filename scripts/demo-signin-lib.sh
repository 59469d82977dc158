# What the demos of CalculatorOAuth share: a user, a client, the server, and the requests to it. To source
# after demo-lib.sh and idp.sh, with the paths of both programs in $server and $maker.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # what is set here is used there, and the other way round

work=$(mktemp -d)
process=
others= # the ids of other processes that the demo started
# shellcheck disable=SC2317 # the trap calls it
finish() {
  for each in $process $others; do
    kill "$each" 2>/dev/null || :
    wait "$each" 2>/dev/null || :
  done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# --- A user, a client and the server ---------------------------------------------------------------

# prepare ROLE: the settings of the server, with one user, anshika, and one client.
prepare() {
  password=$(openssl rand -hex 12)
  user=$(printf '%s\n' "$password" | "$maker" hash-password --user anshika --role "$1" 2>"$work/log") ||
    fail "$maker should make the line of a user, and did not: $(head -n 1 "$work/log")"
  printf '{"users":[%s]}\n' "$user" >"$work/credentials.json"
  chmod 600 "$work/credentials.json"

  base=http://127.0.0.1:$(python3 "$(dirname "$0")/free_ports.py") || fail "python3 should name a free port, and did not"
  callback=http://127.0.0.1:9/callback
  export CALCULATOR_BASE_URL="$base" CALCULATOR_OAUTH_PROVIDER=password \
    CALCULATOR_CREDENTIALS="$work/credentials.json" CALCULATOR_STATE="$work/state.db"

  client=$("$server" clients add --name Terminal --redirect-uri "$callback" 2>"$work/log" |
    sed -n 's/^client_id  //p')
  [ -n "$client" ] || fail "$server should add a client, and did not: $(head -n 1 "$work/log")"
}

# start: waits until the server listens.
start() {
  # A pipe, so that reading waits until the server has written its address.
  mkfifo "$work/output"
  "$server" --port "${base##*:}" >"$work/output" 2>"$work/log" &
  process=$!
  exec 3<"$work/output"
  read -r started <&3 || fail "$server did not start: $(cat "$work/log")"
  case $started in
    *"$base/mcp"*) ;;
    *) fail "$server should print its address first, $base/mcp, and printed: $started" ;;
  esac
}

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

# call allowed|refused TITLE TOOL TOKEN STATUS WANTED [ARGUMENTS [FIELD]]: FIELD is a header field with
# a credential for another service.
call() {
  printf '%s\n' "${4:+header = \"Authorization: Bearer $4\"}" "${8:+header = \"$8\"}" |
    send "$2" "$5" "$6" "$base/mcp" -H 'Content-Type: application/json' \
      -H 'Accept: application/json, text/event-stream' -H 'MCP-Protocol-Version: 2026-07-28' \
      -H 'Mcp-Method: tools/call' -H "Mcp-Name: $3" --data "$(request "$3" "${7-"\"a\":2,\"b\":10"}")"
  # `send` ran in a part of the pipe: what it has read is in the files.
  answer=$(cat "$work/body")
  reply=$(field text)
  reply=${reply:-$(field message)}
  reply="$5 ${reply#Permission denied: }"
  # The first sentence says what has happened. A line has 80 characters; the link has a random part.
  [ ${#reply} -le 48 ] ||
    reply=$(printf '%s.\n' "${reply%%. *}" | sed 's/\.\.$/./; s/\(\/connect\/\)[^ ]*/\1.../' |
      fold -s -w 48 | sed 's/ *$//; 2,$s/^/                                /')
  "$1" "$2" "$reply"
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

# authorize SCOPE: the first request of the browser. Its page is the form for the password.
authorize() {
  state=$(openssl rand -hex 16)
  verifier=$(openssl rand -hex 32)
  challenge=$(printf '%s' "$verifier" | openssl dgst -sha256 -binary | openssl base64 -A |
    tr '+/' '-_' | tr -d '=')
  get 'GET /authorize' 200 'name="password"' --get "$base/authorize" \
    --data-urlencode response_type=code --data-urlencode "client_id=$client" \
    --data-urlencode "redirect_uri=$callback" --data-urlencode "state=$state" \
    --data-urlencode "code_challenge=$challenge" --data-urlencode code_challenge_method=S256 \
    --data-urlencode "scope=$1" --data-urlencode "resource=$base/mcp"
}

# code_of_redirect: the URL of the last redirect is in $redirect, its code in $code.
code_of_redirect() {
  redirect=$(tr -d '\r' <"$work/head" | sed -n 's/^[Ll]ocation: //p')
  code=$(printf '%s' "$redirect" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
  [ -n "$code" ] || fail "'POST /consent' should send the browser on with a code, and sent: $redirect"
}
