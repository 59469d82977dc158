# A small identity provider on this machine, PyPI's nanoidp, for the demo and the guide.
# To source, in sh, bash or zsh: . scripts/idp.sh
# shellcheck shell=sh

# idp_configure FOLDER ISSUER RESOURCE OTHER: writes the settings of a provider with one user, anshika,
# and two clients: terminal, which may ask for tokens for RESOURCE and for OTHER, and calculator, which
# may ask about tokens (RFC 7662) and who has signed in (OpenID Connect).
idp_configure() {
  mkdir -p "$1"
  cat >"$1/settings.yaml" <<END
config_version: 1
server: {host: "127.0.0.1", port: ${2##*:}}
oauth:
  issuer: "$2"
  audience: "$3"
  token_expiry_minutes: 60
  require_pkce: true
  scopes_supported: ["calculate:basic", "calculate:advanced", "openid", "profile", "email"]
  clients:
    - client_id: "terminal"
      token_endpoint_auth_method: "none"
      redirect_uris: ["http://127.0.0.1/callback"]
      allowed_resources: ["$3", "$4"]
    - client_id: "calculator"
      client_secret: "for-this-machine-alone"
      token_endpoint_auth_method: "client_secret_basic"
      redirect_uris: ["${3%/mcp}/oidc/callback"]
jwt: {keys_dir: "$1/keys"}
END
  cat >"$1/users.yaml" <<END
config_version: 1
users:
  anshika: {password: "for-this-machine-alone", email: "anshika@example.org"}
END
}

# idp_await ISSUER: waits until the provider answers, half a minute at most.
idp_await() {
  curl --silent --fail --output /dev/null --retry 30 --retry-delay 1 --retry-connrefused \
    --retry-max-time 30 "$1/.well-known/oauth-authorization-server"
}

# sign_in ISSUER RESOURCE SCOPE: prints an access token, got by the authorization code flow with PKCE
# (RFC 7636, RFC 8707). It does what a client and a person in a browser do. If it gets no token, it
# prints one sentence on standard error and returns 1.
sign_in() {
  jar=$(mktemp)
  redirect=http://127.0.0.1:9/callback
  state=$(openssl rand -hex 16)
  verifier=$(openssl rand -hex 32)
  challenge=$(printf '%s' "$verifier" | openssl dgst -sha256 -binary | openssl base64 -A |
    tr '+/' '-_' | tr -d '=')
  transaction=$(curl --silent --max-time 10 --cookie-jar "$jar" --get "$1/authorize" \
    --data-urlencode response_type=code --data-urlencode client_id=terminal \
    --data-urlencode "redirect_uri=$redirect" --data-urlencode "state=$state" \
    --data-urlencode "code_challenge=$challenge" --data-urlencode code_challenge_method=S256 \
    --data-urlencode "scope=$3" --data-urlencode "resource=$2" |
    sed -n 's/.*name="transaction_id" value="\([^"]*\)".*/\1/p')
  callback=$(printf 'username=anshika&password=for-this-machine-alone&transaction_id=%s' \
    "$transaction" | curl --silent --max-time 10 --cookie "$jar" --data @- --output /dev/null \
      --write-out '%{redirect_url}' "$1/authorize")
  rm -f "$jar"
  case $callback in
    "$redirect"*"state=$state"*) ;;
    *)
      echo "sign_in: $1 gave no code: does the provider run there, and does it know $2?" >&2
      return 1
      ;;
  esac
  code=$(printf '%s' "$callback" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
  issued=$(curl --silent --max-time 10 "$1/token" --data grant_type=authorization_code \
    --data client_id=terminal --data "code=$code" --data-urlencode "redirect_uri=$redirect" \
    --data "code_verifier=$verifier" --data-urlencode "resource=$2" |
    sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p')
  if [ -z "$issued" ]; then
    echo "sign_in: $1 gave no token for $2" >&2
    return 1
  fi
  printf '%s\n' "$issued"
}

# expired_token ISSUER: a token of the provider that ended five minutes ago.
expired_token() {
  curl --silent --max-time 10 "$1/api/users/anshika/token" \
    -H 'Content-Type: application/json' --data '{"exp_minutes":-5}' |
    sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p'
}

# token_part NUMBER TOKEN: the header (1) or the claims (2) of a token, as JSON.
token_part() {
  part=$(printf '%s' "$2" | cut -d . -f "$1" | tr '_-' '/+')
  while [ $((${#part} % 4)) -ne 0 ]; do part=$part=; done
  printf '%s' "$part" | openssl base64 -d -A
  echo
}
