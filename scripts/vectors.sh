#!/bin/sh
# Fetches the test vectors that a clone does not contain, each from one commit of its public
# repository, and compares every file with scripts/vectors.sha256.
#
#   vectors.sh [FOLDER]           fetch them into FOLDER (.vectors), all or none
#   vectors.sh check [FOLDER]     only compare FOLDER with the checksums
#
# VECTORS_URL replaces https://github.com, for a mirror or a test.
set -eu

cd "$(dirname "$0")/.."
table=$PWD/scripts/vectors.sha256
from=${VECTORS_URL:-https://github.com}

# Folder here, repository and commit. JSONTestSuite comes as one archive, the others file by file.
wycheproof=C2SP/wycheproof/raw/dac1dd4729fd1f8dd9e1e9f3dce51d783da6c166/testvectors_v1
schemas=modelcontextprotocol/modelcontextprotocol/raw/b0f60ba5409db7a6582440a7b473cc0398890f15/schema
suite=nst/JSONTestSuite/archive/1ef36fa01286573e846ac449e8683f8833c5b26a.tar.gz

fail() {
  echo "vectors: $*" >&2
  exit 1
}

get() {
  curl --silent --show-error --fail --location --connect-timeout 10 --max-time 300 \
    --output "$2" "$from/$1" 2>"$work/error" ||
    fail "could not fetch $from/$1 ($(head -n 1 "$work/error")); without the vectors some tests are skipped"
}

# Compares every file of the table; openssl is there wherever this project builds.
check() {
  [ -d "$1" ] || fail "there is no folder $1; fetch the vectors with: make vectors"
  wrong=$( (cd "$1" && cut -d' ' -f2 "$table" | xargs openssl dgst -sha256 -r 2>/dev/null) |
    sed 's/ \*/ /' | diff "$table" - | sed -n 's/^< [0-9a-f]* //p' | head -n 1)
  [ -z "$wrong" ] || fail "$1/$wrong is missing or is not the file that scripts/vectors.sha256 names"
}

if [ "${1:-}" = check ]; then
  check "${2:-.vectors}"
  exit 0
fi

folder=${1:-.vectors}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
new=$work/vectors
mkdir -p "$new/json" "$new/wycheproof" "$new/mcp-schema"
echo "==> Fetching the test vectors from $from"

while read -r _ file; do
  name=${file#*/}
  case $file in
    wycheproof/*) get "$wycheproof/$name" "$new/$file" ;;
    mcp-schema/*) get "$schemas/${name%.json}/schema.json" "$new/$file" ;;
  esac
done <"$table"
get "$suite" "$work/suite.tar.gz"
# Only the cases, without the folder that the archive names after its commit.
tar -xzf "$work/suite.tar.gz" -C "$work" 2>"$work/error" ||
  fail "could not unpack $suite ($(head -n 1 "$work/error"))"
cp "$work"/JSONTestSuite-*/test_parsing/*.json "$new/json/" 2>"$work/error" ||
  fail "$suite has no test_parsing"

check "$new"
mkdir -p "$(dirname "$folder")"
rm -rf "$folder.new"
cp -R "$new" "$folder.new"
rm -rf "$folder"
mv "$folder.new" "$folder"
echo "==> Fetched $(wc -l <"$table" | tr -d ' ') files into $folder"
