# What the demos share. To source: . "$(dirname "$0")/demo-lib.sh"
# shellcheck shell=sh

# Colour only on a terminal that has it, and not where NO_COLOR is set (no-color.org).
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  escape=$(printf '\033')
  green="${escape}[32m" yellow="${escape}[33m" bold="${escape}[1m" plain="${escape}[0m"
else
  green='' yellow='' bold='' plain=''
fi

# headline TEXT
headline() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }

# allowed TITLE ANSWER, refused TITLE ANSWER: one line each.
allowed() { printf '  %s✓%s %-27s %s\n' "$green" "$plain" "$1" "$2"; }
refused() { printf '  %s✗%s %-27s %s\n' "$yellow" "$plain" "$1" "$2"; }

# fail SENTENCE
fail() {
  echo "demo: $*" >&2
  exit 1
}

# One line: the request to call a tool. request TOOL ARGUMENTS
request() {
  printf '%s' \
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"' "$1" '",' \
    '"arguments":{' "$2" '},' \
    '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' \
    '"io.modelcontextprotocol/clientCapabilities":{}}}}'
  echo
}

# field NAME: the string that $answer has under NAME.
field() { printf '%s\n' "$answer" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# ask TOOL ARGUMENTS: the answer of $server over stdio, in $answer. Each time it is a new process.
ask() {
  answer=$(request "$1" "$2" | "$server" 2>"$log") ||
    fail "$server ended with an error: $(cat "$log")"
}

# expect allowed|refused TITLE TEXT: shows the text of $answer and compares it with TEXT.
expect() {
  text=$(field text)
  case $answer in
    *'"isError":false'*) outcome=allowed ;;
    *) outcome=refused ;;
  esac
  [ "$outcome" = "$1" ] || fail "'$2' should be $1, and was $outcome: $answer"
  case $text in
    "$3"*) ;;
    *) fail "'$2' should give '$3', and gave '$text'" ;;
  esac
  case $text in
    eyJ*) text="eyJ... (${#text} characters)" ;;
  esac
  "$outcome" "$2" "$text"
}
