#!/bin/sh
# From a bare machine to Brigade at work: installs what is missing, builds, and opens the window;
# without a display it runs the headless demonstration instead.
#
#     sh cmake/run.sh [arguments of brigade-gui]
set -eu
cd "$(dirname "$0")/.."

sh cmake/setup.sh build gui
sh cmake/build.sh release -DBRIGADE_BUILD_TESTS=OFF # they would need Criterion
build=build/release

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$build/brigade-gui" "$@"
fi

# Shows a command, then runs it.
show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

echo "There is no display, so no window: here is Brigade on the command line."
show "$build/brigade" devices
show "$build/brigade" run gemm -m 1024 -n 1024 -k 1024
show "$build/brigade" filter blur=3,contrast=1.2,resize=50% gui/assets/chelsea.png "$build/demo.png"
