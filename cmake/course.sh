#!/bin/sh
# Renews the figures in kernels/README.md: runs the command that stands above each of them, on this
# machine, and puts what it prints in the place of what is there.
#
#     sh cmake/course.sh [build directory]        (default: build/release)
#
# A block to be renewed looks like this, and the command is run in the build directory:
#
#     <!-- begin: ./brigade bench gemm --ladder -->
#     ...
#     <!-- end -->
set -eu
cd "$(dirname "$0")/.."

course=$PWD/kernels/README.md
build=${1:-build/release}
[ -x "$build/brigade" ] || {
    echo "course: there is no program $build/brigade; build it first" >&2
    exit 1
}
new=$(mktemp)
trap 'rm -f "$new"' EXIT
cd "$build"

copying=yes
while IFS= read -r line; do
    case $line in
    '<!-- begin: '*' -->')
        command=${line#'<!-- begin: '}
        command=${command%' -->'}
        echo "course: $command" >&2
        printf '%s\n\n```text\n$ %s\n' "$line" "$command"
        # The device is named on stderr, and so is progress.
        NO_COLOR=1 sh -c "$command" 2>/dev/null </dev/null || echo "(this failed)"
        printf '```\n\n'
        copying=no
        ;;
    '<!-- end -->')
        copying=yes
        printf '%s\n' "$line"
        ;;
    *)
        [ $copying = no ] || printf '%s\n' "$line"
        ;;
    esac
done <"$course" >"$new"

if grep -q '^(this failed)$' "$new"; then
    echo "course: a command failed; $course stays as it is" >&2
    exit 1
fi
cat "$new" >"$course"
