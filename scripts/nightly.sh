#!/bin/sh
# Runs what is too long for each commit, goes on after a failure, and lists at the end what failed.
#
#   nightly.sh FUZZ-SECONDS SOAK-MINUTES PAUSE-SECONDS TEST-RUNS
set -u
cd "$(dirname "$0")/.." || exit

seconds=$1 minutes=$2 pause=$3 runs=$4
failed=

# step TITLE COMMAND...
step() {
  title=$1
  shift
  echo "==> Nightly: $title"
  "$@" || failed="$failed
    $title"
}

# In one shell, with a pause before each block: a reader who keeps one terminal open.
guide_as_one_shell() {
  command -v "$1" >/dev/null || {
    echo "nightly: $1 is needed and missing" >&2
    return 1
  }
  python3 guide/tools/run.py --bin .build/dist --one-shell "$1" --pause "$pause"
}

# All tests from a clean clone; every second run beside a busy process of low priority on each core.
clean_run() {
  folder=$(mktemp -d) busy=
  if [ $((run % 2)) -eq 0 ]; then
    for _ in $(seq "$(getconf _NPROCESSORS_ONLN)"); do
      nice -n 19 sh -c 'while :; do :; done' &
      busy="$busy $!"
    done
  fi
  git clone --quiet . "$folder/clone" && make -C "$folder/clone" test
  status=$?
  [ -z "$busy" ] || kill $busy
  rm -rf "$folder"
  return "$status"
}

step 'address and thread sanitizer' make sanitize
step "fuzz targets, $seconds s each" make fuzz SECONDS="$seconds"
step "HTTP compared with NIOHTTP1, $seconds s" make differential SECONDS="$seconds"
step 'mutants' make mutate
step "soak, $minutes min" make soak MINUTES="$minutes"
step 'the guide in one bash' guide_as_one_shell bash
step 'the guide in one zsh' guide_as_one_shell zsh
step 'the guide as a site' make site
run=1
while [ "$run" -le "$runs" ]; do
  step "all tests from a clean clone, run $run of $runs" clean_run
  run=$((run + 1))
done

if [ -n "$failed" ]; then
  echo "nightly: these failed:$failed" >&2
  exit 1
fi
echo "==> Nightly: everything passed"
