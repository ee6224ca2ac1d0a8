#!/bin/sh
# Installs a build into a prefix of its own, moves that prefix elsewhere, and uses it as a stranger would:
# through find_package, shared and static, and through pkg-config.
#
#     consume.sh BUILD PROJECT WORK CMAKE
set -eu
build=$1 project=$2 work=$3 cmake=$4

rm -rf "$work"
"$cmake" --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"
prefix=$work/prefix

library=$(find "$prefix" -name 'libbrigade.so.*.*.*')
soname=$(basename "$library" | sed 's/\.[0-9]*$//')
echo "shared library: $(basename "$library"), SONAME $soname"
objdump -p "$library" | grep -q "SONAME *$soname\$"
foreign=$(nm -D --defined-only "$library" | awk '{print $3}' | sed 's/@.*//' | grep -v '^brg_' || true)
[ -z "$foreign" ] || { echo "exported, though not brg_*: $foreign"; exit 1; }

"$prefix/bin/brigade" --version | head -n 1
data=$(find "$prefix" -path '*/share/brigade/mnist/*.gz' | wc -l)
[ "$data" -eq 4 ] || { echo "$data files of MNIST are installed, not 4"; exit 1; }

echo "find_package:"
"$cmake" -G Ninja -S "$project" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
"$cmake" --build "$work/build" >/dev/null
"$work/build/consumer"
echo "find_package, static:"
"$work/build/consumer-static"
if readelf -d "$work/build/consumer-static" | grep -q libbrigade; then
    echo "consumer-static needs the shared library"
    exit 1
fi

echo "pkg-config:"
pc=$(dirname "$(find "$prefix" -name brigade.pc)")
# shellcheck disable=SC2046 # a list of flags
cc -std=c11 "$project/main.c" -o "$work/by-pkg-config" \
    $(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs brigade) -lm
LD_LIBRARY_PATH=$(dirname "$library") "$work/by-pkg-config"

if command -v c++ >/dev/null; then
    echo "the headers, read by a C++ compiler:"
    echo '#include <brigade/brigade.h>' | c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -x c++ \
        -I "$prefix/include" - && echo ok
fi
