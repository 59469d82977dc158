# For the chapters on HTTP: . "$REPO/guide/call.sh"; . "$REPO/guide/http.sh"

# serve [OPTION...]: starts CalculatorHTTP at a free port. $url says where; its log goes to the file log.
serve() {
  rm -f address
  CalculatorHTTP --port 0 "$@" >address 2>log &
  server=$!
  until grep -qs '^Listening' address; do
    kill -0 $server 2>/dev/null || { cat log; return 1; }
    sleep 0.1
  done
  url=$(sed 's/^Listening at //' address)
}

# post TOOL ARGUMENTS [OPTION...]: calls a tool; the options are curl's.
post() {
  tool=$1 arguments=$2
  shift 2
  curl -sS "$url" -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' \
    -H 'Mcp-Method: tools/call' -H "Mcp-Name: $tool" -d "$(call "$tool" "$arguments")" "$@" && echo
}

# finish: ends the server, and waits until its log is whole.
finish() {
  kill $server
  wait $server
}

# free_port: a port of the loopback where nobody listens.
free_port() {
  python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
