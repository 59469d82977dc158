#!/bin/sh
# Fuzzes the parsers of JSON and HTTP, the MCP dispatcher, the token verifier, what an identity
# provider sends, what a client of an authorization server sends, pages of Confluence, and the event
# streams of a remote server, with libFuzzer and the address sanitizer.
#
#   fuzz.sh SECONDS [TARGET...]    for each; what was learnt stays in .build-fuzz/corpus
#   fuzz.sh SECONDS Differential   compares the parser of HTTP with NIOHTTP1 instead
set -eu

seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- FuzzJSON FuzzMCP FuzzJOSE FuzzHTTP FuzzResourceServer FuzzOAuth FuzzUpstream \
  FuzzEventStream
sanitizers=fuzzer,address
objects=.build-fuzz/debug
# The sanitizer reports a crash; Swift's own backtrace after it can keep the process from ending.
export SWIFT_BACKTRACE=enable=no

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

seed_json() { printf '%s' '{"a":[1,-0.5e3,true,null,"\u00e9\ud83d\ude00"]}' >"$1/value"; }

seed_mcp() {
  seed_json "$1"
  meta='"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}'
  printf '%s' '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$meta"'}}' >"$1/list"
  printf '%s' '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2,"auth_token":"x"},'"$meta"'}}' >"$1/call"
  printf '%s' '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}' >"$1/initialize"
}

# With the secret, issuer, audience and time of Fuzz/JOSE/FuzzJOSE.swift.
seed_jwt() {
  secret=the-secret-that-the-fuzzer-signs-with
  k=$(printf '%s' "$secret" | base64url)
  kid=$(printf '%s' '{"k":"'"$k"'","kty":"oct"}' | openssl dgst -sha256 -binary | base64url)
  printf '%s' '{"alg":"HS256","kid":"'"$kid"'","typ":"at+jwt"}' >"$1/header"
  for name in crit b64 jwk jku x5c x5u x; do
    printf '%s' '{"typ":"application/AT+JWT","alg":"HS256","kid":"'"$kid"'","'$name'":["b64"]}' >"$1/header-$name"
  done
  printf '%s' '{"iss":"fuzz","sub":"a","aud":"fuzz","iat":1799999000,"exp":1800003600,"jti":"1","permissions":["calculate:basic"]}' >"$1/payload"
  printf '%s' '{"iss":"fuzz","sub":"\u00e9","aud":["other","fuzz"],"iat":1.5,"nbf":1.7999E9,"exp":180000360012e-2,"jti":"1","permissions":[],"family":"f","x":{"y":null}}' >"$1/payload-full"
  for payload in payload payload-full; do
    input=$(base64url <"$1/header").$(base64url <"$1/$payload")
    printf '%s.%s' "$input" "$(printf '%s' "$input" |
      openssl dgst -sha256 -mac HMAC -macopt "key:$secret" -binary | base64url)" >"$1/token-$payload"
  done
}

seed_http() {
  printf 'GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST http://a/mcp?b HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}' >"$1/length"
  printf 'POST /mcp HTTP/1.1\r\nHost: [::1]:8080\r\nAuthorization: Bearer a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n1;a="b"\r\n{\r\n01\r\n}\r\n0\r\nTrailer: c\r\n\r\n' >"$1/chunked"
  printf 'POST /mcp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n' >"$1/smuggled"
}

# With the issuer, the audience and the time of Fuzz/ResourceServer/FuzzResourceServer.swift.
seed_provider() {
  printf '%s' '{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","use":"sig","alg":"EdDSA","x":"UsDyLBzHdZItZzLDzoZlbR9AEv_BtNfGQ1f4h2z3sBk"},{"kty":"EC","crv":"P-256","kid":"b","x":"u7lRc5U1gZV6cxoGkC-tCIb0KXmDDW8mAhVugeedvV0","y":"U7isC2mNFjDPRmTWKL56Uh3yVsS9gGcx1pqO-UYx2AQ"}]}' >"$1/keys"
  printf '%s' '{"issuer":"https://idp.example","jwks_uri":"https://idp.example/keys","introspection_endpoint":"https://idp.example/ask"}' >"$1/metadata"
  printf '%s' '{"scopes":{"a":["calculate:basic"]},"roles":{"b":"admin"},"groups":{},"subjects":{"c":[]},"claims":{"roles":"realm_access.roles","groups":["g","h"]}}' >"$1/permissions"
  printf '%s' '{"allow":[{"subject":"a","tool":"add"},{"subject":"b","tool":"*","object":"c"}]}' >"$1/authority"
  printf '%s' '{"iss":"https://idp.example","sub":"a","aud":["fuzz"],"iat":1799999000,"exp":1800003600,"client_id":"b","scope":"calculate:basic x","roles":["b"],"name":"c","typ":"Bearer","active":true}' >"$1/claims"
}

# With the URL of Fuzz/OAuth/FuzzOAuth.swift.
seed_client() {
  printf '%s' 'response_type=code&client_id=a+b&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb&state=%C3%A9' >"$1/form"
  printf 'http://127.0.0.1:1/cb?a=b\nhttp://127.0.0.1:2/cb?a=b' >"$1/loopback"
  printf 'https://client.example/a%%2e/b?c\nhttps://client.example:443/a%%2e/b?c' >"$1/redirect"
  printf '%s' '{"client_id":"https://client.example/metadata","client_name":"a\u202eb","redirect_uris":["http://localhost:1/cb","https://client.example/cb","cursor://a"],"grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none","scope":"calculate:basic x","application_type":"native","client_uri":"https://client.example/","jwks_uri":null}' >"$1/metadata"
}

# With the column of Fuzz/Upstream/FuzzUpstream.swift.
seed_page() {
  printf '%s' '<p>b&ndash;</p><table class="wrapped"><colgroup><col /></colgroup><tbody><tr><th><p><strong>a</strong></p></th><th>b</th></tr><tr><td colspan="1">&nbsp;1.5</td><td><table><tr><td>2</td></tr></table></td></tr></tbody></table>' >"$1/table"
  printf '%s' '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[<a>]]></ac:plain-text-body></ac:structured-macro><!-- b --><?c d?>&#x31;&lt;&unknown;' >"$1/macro"
  printf '%s' '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname"><!ENTITY c "&b;&b;">]><table><tr><th>a</th></tr><tr><td>&c;</td></tr></table>' >"$1/entities"
  printf '%s' '-12.50e3' >"$1/number"
}

# The first byte divides the others, as Fuzz/EventStream/FuzzEventStream.swift says.
seed_events() {
  printf '\003\357\273\277: comment\r\nid: 1\r\ndata:\r\n\r\nevent: message\ndata: {"a":\ndata:1}\n\n' >"$1/events"
  printf '\001retry: 3000\rid\rdata\rdata: x\r\rid: a\000b\ndata:  y\n\n' >"$1/fields"
}

# Not libFuzzer's: it needs no coverage, and its streams are the same for the same seed.
differential() {
  seeds=.build-fuzz/seeds/http
  mkdir -p "$seeds"
  seed_http "$seeds"
  echo "==> Building Differential"
  CALCULATOR_BENCHMARKS=1 swift build --product Differential
  echo "==> Comparing with NIOHTTP1 for $seconds seconds"
  .build/debug/Differential "$seconds" "$(date +%s)" "$seeds"
}

for target; do
  if [ "$target" = Differential ]; then
    differential
    continue
  fi
  echo "==> Building $target with -sanitize=$sanitizers"
  swift build --scratch-path .build-fuzz --target "$target" -Xswiftc "-sanitize=$sanitizers"
  # An executable without a main of its own: libFuzzer brings it. Its entry is in each Fuzz target.
  # shellcheck disable=SC2046 # what pkg-config prints is several words
  find "$objects"/*.build -name '*.o' ! -path '*/Argument*' \
    \( -path "*/$target.build/*" -o ! -path '*/Fuzz*.build/*' \) -print0 |
    xargs -0 swiftc "-sanitize=$sanitizers" -o ".build-fuzz/$target" \
      $(pkg-config --libs libcrypto libssl libcurl sqlite3 libxml-2.0)

  corpus=.build-fuzz/corpus/$target
  mkdir -p "$corpus"
  case $target in
    FuzzJSON) seed_json "$corpus" ;;
    FuzzMCP) seed_mcp "$corpus" ;;
    FuzzJOSE) seed_jwt "$corpus" ;;
    FuzzHTTP) seed_http "$corpus" ;;
    FuzzResourceServer) seed_provider "$corpus" ;;
    FuzzOAuth) seed_client "$corpus" ;;
    FuzzUpstream) seed_page "$corpus" ;;
    FuzzEventStream) seed_events "$corpus" ;;
  esac

  echo "==> Fuzzing $target for $seconds seconds"
  ".build-fuzz/$target" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 \
    -artifact_prefix=".build-fuzz/$target-" -verbosity=0 "$corpus"
  echo "==> $target: nothing found"
done
