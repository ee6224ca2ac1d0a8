#!/bin/sh
# Breaks each rule of the house in a copy of the sources, and checks that house.sh notices.
#
#     go_red.sh ROOT
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$1" && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
status=0

# breaks RULE FILE LINE: with LINE added to FILE the rule must be broken, and without it kept again.
breaks() {
    rule=$1 file=$copy/$2 line=$3
    cp "$file" "$copy/saved" 2>/dev/null || : >"$copy/saved"
    printf '%s\n' "$line" >>"$file"
    sh "$here/house.sh" "$copy" "$rule" >/dev/null 2>&1
    case $? in
    1) echo "noticed: $rule: $line" ;;
    77) echo "not checked here: $rule" ;;
    *) echo "NOT NOTICED: $rule: $line in $2"; status=1 ;;
    esac
    mv "$copy/saved" "$file"
}

(cd "$root" && cp -R CMakeLists.txt CMakePresets.json README.md cmake gui host kernels tests "$copy")

breaks engine_names_no_op host/engine/engine.c 'if (strcmp(op, "gemm") == 0)'
breaks engine_names_no_op host/engine/engine.c 'extern const brg_op brg_op_blur;'
breaks engine_names_no_op host/engine/engine.c '#include "brigade/ops.h"'
breaks clients_include_public_headers_only host/cli/main.c '#include "engine/record.h"'
breaks clients_include_public_headers_only gui/app.c '#include "../host/ops/ops.h"'
breaks window_knows_no_opencl gui/app.c '#include <CL/cl.h>'
breaks window_knows_no_opencl gui/app.c 'clFinish(queue);'
breaks host_knows_no_window host/io/image.c '#include <GLFW/glfw3.h>'
breaks host_knows_no_window host/cli/main.c '#  include <epoxy/gl.h>'
breaks reference_is_plain_c host/reference/gemm.c '#include <immintrin.h>'
breaks reference_is_plain_c host/reference/gemm.c '#include <threads.h>'
breaks reference_is_plain_c host/reference/gemm.c '#include "device/cl.h"'
breaks reference_is_plain_c host/reference/gemm.c '#pragma omp parallel for'
breaks opencl_stays_in_its_rooms host/io/image.c '#include <CL/cl.h>'
breaks opencl_stays_in_its_rooms host/ops/gemm.c 'clFinish(queue);'
breaks opencl_version_is_stated_once host/device/cl.c '#define CL_TARGET_OPENCL_VERSION 200'
breaks opencl_version_is_stated_once tests/CMakeLists.txt 'add_definitions(-DCL_TARGET_OPENCL_VERSION=120)'
breaks fault_layer_knows_every_call host/device/context.c 'clCreatePipe(context, 0, 0, 0, 0, 0);'
breaks kernels_stand_alone kernels/broken.cl '__kernel void broken(__global float *x) { *x = y; }'
breaks tests_use_brigade_test tests/unit/CMakeLists.txt 'target_link_libraries(x PkgConfig::CRITERION)'
breaks environment_is_documented host/io/data.c 'const char *more = getenv("BRIGADE_SECRET");'
exit $status
