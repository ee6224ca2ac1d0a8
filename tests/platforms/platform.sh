#!/bin/sh
# Verifies every op on one OpenCL implementation, on cases small enough for a slow one.
#
#     platform.sh BRIGADE pocl|rusticl|oclgrind WORK       exit code 77: it is not installed
set -eu
brigade=$1 platform=$2 work=$3
mkdir -p "$work"

# The default one; the tests' environment shows no other. Under ThreadSanitizer its compiler takes ten times
# as long, so that a sample of the cases has to do there.
verify_on_pocl() {
    "$brigade" verify --small --every 8
}

# Mesa's rusticl on llvmpipe: a second compiler, and a second opinion of the standard. It compiles so
# slowly that each op runs in the variant it chooses there; `brigade verify -d llvmpipe` tries all.
verify_on_rusticl() {
    unset OCL_ICD_VENDORS
    export RUSTICL_ENABLE=llvmpipe
    "$brigade" devices | grep -q llvmpipe || { echo "rusticl is not installed"; exit 77; }
    "$brigade" verify --small --variant auto --device llvmpipe
}

# Oclgrind simulates a device and watches every access to memory. It ends with 0 whatever it finds, so
# its log has to be there and to be empty. It takes a second for what a device does in a millisecond: a
# sample of the cases has to do, another one for each variant; without --every it runs them all.
verify_on_oclgrind() {
    runtime=$(find /usr/lib /usr/local/lib -name liboclgrind-rt-icd.so 2>/dev/null | head -n 1)
    [ -n "$runtime" ] || { echo "Oclgrind is not installed"; exit 77; }
    export OCL_ICD_VENDORS="$runtime" OCLGRIND_LOG="$work/log" OCLGRIND_DATA_RACES=1
    rm -f "$OCLGRIND_LOG"
    "$brigade" verify --small --every 24
    [ -e "$OCLGRIND_LOG" ] || { echo "Oclgrind left no log"; exit 1; }
    [ ! -s "$OCLGRIND_LOG" ] || { head -n 40 "$OCLGRIND_LOG"; exit 1; }
    echo "Oclgrind found no access out of bounds and no data race"
}

verify_on_"$platform"
