# For the chapter on identity providers; chapter.sh reads it.

. "$REPO/scripts/idp.sh"

# provide: starts an identity provider with settings in the folder idp. $issuer is its address, and
# $base the one that CalculatorOAuth gets.
provide() {
  if [ ! -x "$REPO/.venv/idp/bin/nanoidp" ]; then
    echo "The identity provider is not installed: cd \"\$REPO\" && make idp"
    return 1
  fi
  # Both are known before the start, because the URL of each side is a setting of the other.
  ports=$(python3 "$REPO/scripts/free_ports.py" 2)
  issuer=http://127.0.0.1:${ports#* } base=http://127.0.0.1:${ports% *}
  idp_configure "$PWD/idp" "$issuer" "$base/mcp" http://127.0.0.1:9/mcp
  { "$REPO/.venv/idp/bin/nanoidp" --config "$PWD/idp" --profile oauth21 >idp/log 2>&1 & } 2>/dev/null
  provider=$!
  echo "$provider nanoidp" >>~/workshop/.servers
  if ! idp_await "$issuer"; then
    echo "The identity provider did not start. Its log:"
    cat idp/log
    return 1
  fi
}

# dismiss: ends the identity provider.
dismiss() {
  if [ -z "${provider:-}" ]; then
    echo "No identity provider runs: start one with provide"
    return 1
  fi
  kill "$provider"
  wait "$provider" 2>/dev/null
  provider=''
}

# serve_oauth [OPTION...]: starts CalculatorOAuth at $base, as serve starts CalculatorHTTP.
serve_oauth() {
  program=CalculatorOAuth
  serve --port "${base##*:}" "$@"
  set -- $?
  program=CalculatorHTTP
  return "$1"
}

# base64url: its input in base64url (RFC 7515 §2).
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
