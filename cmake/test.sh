#!/bin/sh
# From a bare machine to a tested Brigade: installs what is missing, builds three times, and runs
# the tests of the plain build and of the sanitizers' builds in one go, with one summary at the end.
#
#     sh cmake/test.sh [arguments of ctest]
set -eu
cd "$(dirname "$0")/.."

sh cmake/setup.sh build gui test
# A warning that only some compiler knows must not keep anyone from testing; .ci/run is stricter.
warnings=-DBRIGADE_WERROR=${BRIGADE_WERROR:-OFF}
sh cmake/build.sh dev "$warnings"
sh cmake/build.sh asan "$warnings" -DBRIGADE_BUILD_GUI=OFF
sh cmake/build.sh tsan "$warnings" -DBRIGADE_BUILD_GUI=OFF

# One ctest over the three builds.
mkdir -p build/all
echo 'subdirs(../dev ../asan ../tsan)' >build/all/CTestTestfile.cmake

# GCC 12's ThreadSanitizer finds no room where the kernel randomises addresses by more than 28 bits.
random_bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)
plain_addresses=
if [ "$random_bits" -gt 28 ] && setarch -R true 2>/dev/null; then
    plain_addresses='setarch -R'
fi
# shellcheck disable=SC2086 # two words or none
exec $plain_addresses ctest --test-dir build/all --output-on-failure --parallel 2 "$@"
