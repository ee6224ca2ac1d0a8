#!/bin/sh
# The rules of the house, checked on the sources. A rule prints the lines that break it.
#
#     house.sh ROOT RULE...    exit code 0: kept, 1: broken, 2: no such rule, 77: not checked here
set -u

# Include lines of files below the given folders, as "path:line:#include ...".
includes() {
    grep -rnE --include='*.[ch]' --include='*.cpp' --include='*.hpp' '^[[:space:]]*#[[:space:]]*include' "$@"
}

# The same for all lines of C and C++.
lines() {
    pattern=$1
    shift
    grep -rnE --include='*.[ch]' --include='*.cpp' --include='*.hpp' -e "$pattern" "$@"
}

# Prints what it reads; true if that is nothing.
nothing() {
    ! grep .
}

rooms='base|device|engine|io|ops|reference|verify'

# The engine knows ops by table: it holds no op's name, parameters, row or reference.
engine_names_no_op() {
    names=$(grep -hoE '^[[:space:]]*\.name = "[a-z0-9_]+"' host/ops/*.c | cut -d '"' -f 2 |
        paste -sd '|' -)
    [ -n "$names" ] || { echo "found no op in host/ops"; return 1; }
    {
        lines "\"($names)\"|brg_op_($names)(_|\\b)|brg_($names)_" host/engine
        includes host/engine | grep -E '[<"](brigade/ops\.h|reference/)'
    } | nothing
}

# The window and the command line are clients: of the library they see the public headers only.
clients_include_public_headers_only() {
    includes gui host/cli | grep -E "[<\"](\.\./|host/|($rooms)/)" | nothing
}

# The window computes nothing: no OpenCL.
window_knows_no_opencl() {
    { includes gui | grep 'CL/'; lines '\b(cl_[a-z]|cl[A-Z][a-zA-Z]+\()' gui; } | nothing
}

# The host draws nothing: no window, no OpenGL.
host_knows_no_window() {
    includes host | grep -E '[<"](GLFW|epoxy|GL|GLES[23]?|EGL|imgui|backends|gui)[/.]' | nothing
}

# The reference is sequential, portable C: nothing but the standard library and plain data.
reference_is_plain_c() {
    {
        includes host/reference |
            grep -vE '<(assert|errno|float|limits|math|stdbool|stddef|stdint|stdlib|string)\.h>' |
            grep -vE '"((reference|base)/[a-z0-9_]+|train/(network|step)|brigade/(export|op|ops|status|tensor))\.h"'
        lines '_mm(256|512)?_|__m(128|256|512)|__builtin_ia32|vector_size|#pragma omp|pthread|_Atomic' \
            host/reference
    } | nothing
}

# OpenCL is called where devices are kept and by the engine's thread, and comes in through one header.
opencl_stays_in_its_rooms() {
    {
        includes host | grep 'CL/' | grep -v '^host/device/cl\.h:'
        lines '\bcl[A-Z][a-zA-Z]+\(' host | grep -vE '^host/(device|engine)/'
    } | nothing
}

# One version of OpenCL, stated once.
opencl_version_is_stated_once() {
    found=$(grep -rnE --include=CMakeLists.txt --include='*.cmake' --include='*.[ch]' --include='*.cpp' --include='*.hpp' \
        --include=CMakePresets.json 'CL_TARGET_OPENCL_VERSION[ =]+[0-9]' \
        CMakeLists.txt CMakePresets.json cmake host gui tests)
    [ "$(echo "$found" | grep -c .)" -eq 1 ] || { echo "$found"; return 1; }
}

# The sweep that fails every OpenCL call in turn knows every call there is.
fault_layer_knows_every_call() {
    grep -rhoE --include='*.[ch]' '\bcl[A-Z][a-zA-Z]+\(' host | tr -d '(' | sort -u |
        while read -r call; do
            grep -qw "$call" tests/fault/calls.h tests/fault/layer.c ||
                echo "tests/fault/calls.h lacks $call"
        done | nothing
}

# Kernels are OpenCL C 1.2 and compile as they are, without warnings.
kernels_stand_alone() {
    for name in clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14; do
        clang=$(command -v $name) && break
    done
    [ -n "$clang" ] || { echo "no clang here"; return 77; }
    for kernel in kernels/*.cl; do
        "$clang" -x cl -cl-std=CL1.2 -Xclang -finclude-default-header -Wall -Werror -fsyntax-only \
            "$kernel" 2>&1
    done | nothing
}

# Every program of Criterion tests goes through brigade_test, which makes sure that it can fail.
tests_use_brigade_test() {
    grep -rn --include=CMakeLists.txt 'PkgConfig::CRITERION' tests |
        grep -v '^tests/CMakeLists.txt:' | nothing
}

# What is read from the environment is in the README's table, but for where a user is at home and what other
# programs set.
environment_is_documented() {
    grep -rhoE --include='*.[ch]' '(getenv|variable)\("[A-Z_]+"' host gui | grep -oE '[A-Z_]{3,}' | sort -u |
        grep -vxE 'HOME|PATH|DISPLAY|WAYLAND_DISPLAY|(OPENCL|OCL_ICD|RUSTICL|POCL)_[A-Z_]+' |
        while read -r name; do
            grep -q "^| .*\`${name}[\`=]" README.md || echo "README.md does not say what $name does"
        done | nothing
}

all='engine_names_no_op clients_include_public_headers_only window_knows_no_opencl host_knows_no_window
reference_is_plain_c opencl_stays_in_its_rooms opencl_version_is_stated_once
fault_layer_knows_every_call kernels_stand_alone tests_use_brigade_test environment_is_documented'

cd "$1" || exit 2
shift
[ "${1:-}" != list ] || { echo "$all"; exit 0; }
for rule in "$@"; do
    echo "$all" | grep -qw "$rule" || { echo "no rule '$rule'"; exit 2; }
    "$rule"
    kept=$?
    [ $kept -eq 0 ] || { [ $kept -eq 77 ] || echo "broken: $rule"; exit $kept; }
done
