# For the chapters: . "$REPO/guide/call.sh"

# call TOOL ARGUMENTS [META]: the line that calls a tool.
call() {
  printf '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s","arguments":{%s},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}%s}}}\n' \
    "$1" "$2" "${3:+,$3}"
}

# start SERVER: keeps a server running for the `ask`s that follow. Its log goes to the file log.
start() {
  rm -f to from
  mkfifo to from
  "$1" <to >from 2>log &
  exec 3>to 4<from
}

# ask TOOL ARGUMENTS: calls a tool of the server that was started, and prints the answer.
ask() {
  call "$1" "$2" >&3
  IFS= read -r answer <&4
  printf '%s\n' "$answer"
}

# field NAME: the text that the last answer has under NAME.
field() {
  printf '%s\n' "$answer" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# stop: ends the server, as a client does: nothing more comes.
stop() {
  exec 3>&- 4<&-
  wait
  rm -f to from
}
