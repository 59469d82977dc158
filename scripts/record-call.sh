#!/bin/sh
# Stands for another program in the tests: a link to this file records how it is called, then runs
# the file NAME.body beside the link. The tests write no program of their own: Linux does not start a
# file while a process has it open for writing, and a child that another test starts may have.
printf '%s\n' "$@" >> "$0.arguments"
env >> "$0.environment"
. "$0.body"
