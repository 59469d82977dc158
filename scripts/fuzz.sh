#!/bin/sh
# Fuzzes the JSON parser and the MCP dispatcher with libFuzzer and the address sanitizer.
#
#   fuzz.sh SECONDS      for each of the two; what was learnt stays in .build-fuzz/corpus
set -eu

seconds=${1:-60}
sanitizers=fuzzer,address
objects=.build-fuzz/debug

for target in FuzzJSON FuzzMCP; do
  echo "==> Building $target with -sanitize=$sanitizers"
  swift build --scratch-path .build-fuzz --target "$target" -Xswiftc "-sanitize=$sanitizers"
  # An executable without a main of its own: libFuzzer brings it.
  others=FuzzJSON
  [ "$target" = FuzzMCP ] || others=FuzzMCP
  # shellcheck disable=SC2046 # the names of object files have no spaces
  swiftc "-sanitize=$sanitizers" -o ".build-fuzz/$target" \
    $(find "$objects"/*.build -name '*.o' ! -path "*/$others.build/*" ! -path '*/Argument*') \
    $(pkg-config --libs libcrypto)

  corpus=.build-fuzz/corpus/$target
  mkdir -p "$corpus"
  printf '%s' '{"a":[1,-0.5e3,true,null,"\u00e9\ud83d\ude00"]}' >"$corpus/value"
  meta='"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}'
  printf '%s' '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$meta"'}}' >"$corpus/list"
  printf '%s' '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2,"auth_token":"x"},'"$meta"'}}' >"$corpus/call"
  printf '%s' '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}' >"$corpus/initialize"

  echo "==> Fuzzing $target for $seconds seconds"
  ".build-fuzz/$target" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 \
    -artifact_prefix=".build-fuzz/$target-" -verbosity=0 "$corpus"
  echo "==> $target: nothing found"
done
