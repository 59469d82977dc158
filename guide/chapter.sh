# The first line of a chapter, in bash or zsh: . "$REPO/guide/chapter.sh" NAME
#
# Ends the servers that an earlier chapter left running, unsets every variable of the servers (CALCULATOR_…,
# JWT_…, JIRA_…, CONFLUENCE_…, JENKINS_…), goes to the empty folder ~/workshop/NAME and defines the functions
# of call.sh, http.sh, provider.sh and services.sh. What an earlier visit left in that folder moves to
# ~/workshop/old.

if [ -z "${1:-}" ]; then
  echo "Name a chapter: . \"\$REPO/guide/chapter.sh\" 01-start"
  return 1
fi

{ exec 3>&- 4<&-; } 2>/dev/null
mkdir -p ~/workshop/old
[ -f ~/workshop/.servers ] || : >~/workshop/.servers
while read -r server name; do
  # The number may belong to another process by now.
  case $(ps -o comm= -p "$server" 2>/dev/null) in
    *"$name") kill "$server" 2>/dev/null ;;
  esac
done <~/workshop/.servers
rm -f ~/workshop/.servers
server='' url='' answer='' provider='' services=''

for name in $(env | awk -F= '/^(CALCULATOR|JWT|JIRA|CONFLUENCE|JENKINS)_[A-Z_]*=/ { print $1 }'); do unset "$name"; done
umask 022

[ ! -e ~/workshop/"$1" ] || mv ~/workshop/"$1" ~/workshop/old/"$1-$(date +%s)-$$"
mkdir ~/workshop/"$1"
cd ~/workshop/"$1" || echo "There is no folder ~/workshop/$1"

. "$REPO/guide/call.sh"
. "$REPO/guide/http.sh"
. "$REPO/guide/provider.sh"
. "$REPO/guide/services.sh"
