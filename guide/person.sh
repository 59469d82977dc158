#!/bin/sh
# For the chapter on the client's side: the person at the browser. Opens the address of CalculatorOAuth, signs
# in as anshika, agrees, and prints the address to which the browser is sent.
#
#     guide/person.sh ADDRESS [PASSWORD]
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
step() { curl -sS --max-time 20 -b jar -c jar -o page -D head "$@"; }
hidden() { sed -n 's/.*name="'"$1"'" value="\([^"]*\)".*/\1/p' page | sed 's/&amp;/\&/g'; }

base=${1%%/authorize*}
step "$1"
step "$base/authorize" --data-urlencode "request=$(hidden request)" --data-urlencode "csrf=$(hidden csrf)" \
  -d username=anshika --data-urlencode "password=${2:-battery staple correct}"
step "$base/consent" --data-urlencode "request=$(hidden request)" --data-urlencode "csrf=$(hidden csrf)" \
  -d decision=allow
tr -d '\r' <head | sed -n 's/^Location: //p'
