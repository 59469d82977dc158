# For the chapters on HTTP; chapter.sh reads it.

program=CalculatorHTTP

# serve [OPTION...]: starts CalculatorHTTP at a free port. $url says where; its log goes to the file log.
serve() {
  url=''
  rm -f address
  { "$program" --port 0 "$@" >address 2>log & } 2>/dev/null
  server=$!
  echo "$server $program" >>~/workshop/.servers
  tenths=0
  until grep -qs '^Listening' address; do
    if ! kill -0 "$server" 2>/dev/null || [ $((tenths += 1)) -gt 600 ]; then
      echo "The server did not start. Its log:"
      cat log
      return 1
    fi
    sleep 0.1
  done
  url=$(sed -n 's/^Listening at \([^;]*\).*/\1/p' address | head -n 1)
}

# post TOOL ARGUMENTS [OPTION...]: calls a tool; the options are curl's.
post() {
  if [ $# -lt 2 ]; then
    echo "Name a tool and its arguments: post add '\"a\":1,\"b\":2'"
    return 1
  fi
  tool=$1 arguments=$2
  shift 2
  if [ -z "$url" ]; then
    echo "No server runs: start one with serve"
    return 1
  fi
  curl -sS "$url" -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' \
    -H 'Mcp-Method: tools/call' -H "Mcp-Name: $tool" -d "$(call "$tool" "$arguments")" "$@" && echo
}

# finish: ends the server, and waits until its log is whole.
finish() {
  if [ -z "$server" ]; then
    echo "No server runs: start one with serve"
    return 1
  fi
  kill "$server"
  wait "$server"
  server=''
}

# free_port: a port of the loopback where nobody listens.
free_port() { python3 "$REPO/scripts/free_ports.py"; }
