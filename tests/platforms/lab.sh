#!/bin/sh
# Runs the lab's claims about threads, locks, timers and sockets, a moment each, for ThreadSanitizer to watch: what is
# raced for on purpose is atomic, so that there is nothing it should say. Verdicts do not matter: it makes
# everything ten times as slow.
#
#     lab.sh BRIGADE CLAIM...
set -u
brigade=$1
shift
"$brigade" lab "$@" --quick --budget 0.5
code=$?
# 0 and 1 are verdicts; 4 that an experiment could not be carried out; TSAN_OPTIONS say what a race gives.
[ $code -le 1 ] || { echo "brigade lab ended with $code"; exit 1; }
