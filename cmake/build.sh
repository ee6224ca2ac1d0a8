#!/bin/sh
# Configures and builds one preset, with few words unless something goes wrong.
#
#     sh cmake/build.sh PRESET [-DOPTION=VALUE ...]
set -eu
cd "$(dirname "$0")/.."

preset=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT

echo "build: $preset"
if ! { cmake --preset "$preset" "$@" && cmake --build --preset "$preset"; } >"$log" 2>&1; then
    grep -v "^\[" "$log" | tail -n 60 >&2
    echo "build: the preset $preset does not build" >&2
    exit 1
fi
