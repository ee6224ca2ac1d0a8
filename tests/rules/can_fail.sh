#!/bin/sh
# Checks that test programs can fail: each must end with 0 while its canary lives, and not when the
# canary is asked to die.
#
#     can_fail.sh PROGRAM...
status=0
for program in "$@"; do
    "$program" --filter 'canary/*' >/dev/null 2>&1 ||
        { echo "$program fails without being asked to"; status=1; }
    BRIGADE_TEST_FAIL=1 "$program" --filter 'canary/*' >/dev/null 2>&1 &&
        { echo "$program ends with 0 although a test in it failed"; status=1; }
done
exit $status
