#!/bin/sh
# Installs the packages that Brigade needs and lacks, on Debian 12 or Ubuntu 24.04 and newer.
#
#     sh cmake/setup.sh [build] [gui] [test] [bench]        (default: build gui)
#
# What is there already is left alone and not mentioned; with nothing missing, nothing is run.
set -eu

# Recommended packages are not pulled in: whatever is needed is named here, with its reason.
build='gcc libc6-dev ninja-build pkg-config
       ocl-icd-opencl-dev opencl-c-headers pocl-opencl-icd
       libpng-dev libjpeg-dev zlib1g-dev libcjson-dev libexif-dev libmicrohttpd-dev'
gui='g++ libglfw3-dev libepoxy-dev libimgui-dev libstb-dev libgl1-mesa-dri fonts-roboto-unhinted'
test='libcriterion-dev xvfb xauth xdotool libxdamage-dev libxtst-dev oclgrind mesa-opencl-icd
      libopenmpi-dev openmpi-bin'
# What Brigade can be compared with; never needed.
bench='libopenblas-dev libdnnl-dev libclblast-dev libopencv-core-dev libopencv-imgproc-dev g++
       python3-torch'

fail() {
    echo "setup: $*" >&2
    exit 1
}

explain_and_fail() {
    cat >&2 <<END
setup: this script knows apt only. Please install with your system's own tools what follows, then
run it again with BRIGADE_SKIP_SETUP=1 in the environment:
  to build      a C11 compiler, CMake 3.25 or newer, Ninja, pkg-config, an OpenCL loader with headers
                (ocl-icd or Khronos), libpng, libjpeg, zlib, cJSON, libexif;
                libmicrohttpd, if you like, for a claim of the lab
  to compute    an OpenCL device; PoCL turns the processor into one
  for a window  a C++ compiler, GLFW 3.3 or newer, libepoxy, Dear ImGui with its GLFW and OpenGL 3
                back ends, stb; the Roboto font looks best
  for tests     Criterion, Xvfb, xauth, xdotool, libXdamage, libXtst; Oclgrind and Mesa's rusticl widen them
  for machines  Open MPI, to train by several processes; its tests are skipped without it
  to compare    any of OpenBLAS, oneDNN, CLBlast, OpenCV, PyTorch
END
    exit 1
}

installed() {
    case $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) in
    installed) return 0 ;;
    *) return 1 ;;
    esac
}

# Some needs are met by more than the package named above.
satisfied() {
    case $1 in
    ocl-icd-opencl-dev) installed "$1" || { [ -e /usr/include/CL/cl.h ] && pkg-config --exists OpenCL; } ;;
    opencl-c-headers) [ -e /usr/include/CL/cl_layer.h ] ;;
    gcc | g++ | pkg-config) command -v "$1" >/dev/null ;;
    ninja-build) command -v ninja >/dev/null ;;
    *) installed "$1" ;;
    esac 2>/dev/null
}

# Prints the version as one number: 3.25.1 becomes 325.
cmake_number() {
    sed -n 's/.*\b\([0-9][0-9]*\)\.\([0-9][0-9]*\)\.[0-9].*/\1 \2/p' | head -n 1 |
        { read -r major minor && echo $((major * 100 + minor)) || echo 0; }
}

cmake_is_new_enough() {
    command -v cmake >/dev/null && [ "$(cmake --version | cmake_number)" -ge 325 ]
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "administrator rights are needed; ask someone who has them to run: $*"
    fi
}

# apt-get's many words matter only when it fails.
apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" \
        >"$log" 2>&1 || { tail -n 20 "$log" >&2; return 1; }
}

missing_packages() {
    cmake_is_new_enough || printf 'cmake '
    for set in "$@"; do
        case $set in
        build) wanted=$build ;;
        gui) wanted=$gui ;;
        test) wanted=$test ;;
        bench) wanted=$bench ;;
        *) fail "no package set '$set'; there are build, gui, test and bench" ;;
        esac
        for package in $wanted; do
            satisfied "$package" || printf '%s ' "$package"
        done
    done
}

# OpenCL drivers ask the kernel about the machine; PoCL aborts when it cannot be asked.
[ -d /sys/devices/system ] ||
    fail "/sys is not there, as in some chroots: mount -t sysfs -o ro sysfs /sys"

[ -z "${BRIGADE_SKIP_SETUP:-}" ] || exit 0
command -v apt-get >/dev/null || explain_and_fail
[ $# -gt 0 ] || set -- build gui

missing=$(missing_packages "$@")
[ -n "$missing" ] || exit 0

echo "setup: installing $missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt update || fail "apt-get update failed; is there a network, and are the sources right?"
# shellcheck disable=SC2086 # a list of words
apt install -y --no-install-recommends $missing || fail "apt-get could not install: $missing"
cmake_is_new_enough || fail "CMake 3.25 or newer is needed, and this system offers" \
    "$(cmake --version | head -n 1). Ubuntu 22.04 is such a system: install a newer CMake" \
    "(pip install cmake, snap install cmake --classic, or apt.kitware.com) and run this again."
