# For the chapters; chapter.sh reads it.

# call TOOL ARGUMENTS [META]: the line that calls a tool.
call() {
  if [ $# -lt 2 ]; then
    echo "Name a tool and its arguments: call add '\"a\":1,\"b\":2'" >&2
    return 1
  fi
  printf '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s","arguments":{%s},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}%s}}}\n' \
    "$1" "$2" "${3:+,$3}"
}

# start SERVER: keeps a server running for the `ask`s that follow. Its log goes to the file log.
start() {
  if [ $# -eq 0 ]; then
    echo "Name a server: start CalculatorStdio"
    return 1
  fi
  rm -f to from
  mkfifo to from
  { "$1" <to >from 2>log & } 2>/dev/null
  server=$!
  echo "$server $1" >>~/workshop/.servers
  # For reading too: a write to a server that has ended then fails nobody.
  exec 3<>to 4<from
}

# ask TOOL ARGUMENTS: calls a tool of the server that was started, and prints the answer.
ask() {
  answer=''
  if [ $# -lt 2 ]; then
    echo "Name a tool and its arguments: ask add '\"a\":1,\"b\":2'"
    return 1
  fi
  if [ -z "$server" ]; then
    echo "No server runs: start one with start"
    return 1
  fi
  if kill -0 "$server" 2>/dev/null; then
    call "$1" "$2" >&3
    IFS= read -r answer <&4
  fi
  if [ -z "$answer" ]; then
    echo "There is no answer: the server does not run. Its log:"
    cat log
    return 1
  fi
  printf '%s\n' "$answer"
}

# field NAME: the text that the last answer has under NAME.
field() {
  printf '%s\n' "$answer" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# stop: ends the server, as a client does: nothing more comes.
stop() {
  if [ -z "$server" ]; then
    echo "No server runs: start one with start"
    return 1
  fi
  exec 3>&- 4<&-
  wait "$server"
  server=''
  rm -f to from
}

# await FILE TEXT [COUNT]: waits until COUNT lines (1) of FILE have TEXT. After a minute it prints the
# file and gives up.
await() {
  tenths=0
  # A file that is not there yet has no line: grep then prints nothing, and no 0.
  while lines=$(grep -cs -e "$2" "$1"); [ "${lines:-0}" -lt "${3:-1}" ]; do
    if [ $((tenths += 1)) -gt 600 ]; then
      echo "$1 does not say: $2"
      cat "$1"
      return 1
    fi
    sleep 0.1
  done
}

# reload: tells the server to read its files again, and waits until its log says that it has.
reload() {
  before=$(grep -c SIGHUP log)
  kill -HUP "$server"
  await log SIGHUP $((before + 1))
}
