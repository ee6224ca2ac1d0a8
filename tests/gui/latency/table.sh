#!/bin/sh
# Prints how responsive the window is, as the tables in gui/README.md: seen from outside, at rest and
# while both processors are busy.
#
#     sh tests/gui/latency/table.sh BUILD modes|measures        (BUILD: for example build/release)
#
# PREFIX in the environment stands before every command, to run each by itself on a shared machine.
set -eu
build=$1
probe="${PREFIX:-} $build/tests/gui/window-latency --row"

# What the window runs: without pause, long enough in one round for a steady figure.
gemm='--view workbench --size 2048 --auto-run --continuous --repeats 50'
conv='--view workbench --workload conv2d --auto-run --continuous'
head() {
    echo '| | own clock: p50 / p99 / max | outside: p50 / p99 / max | pointer to screen: p50 / p99 / max |' \
        'Escape to acknowledged | Escape to over | logged | GFLOP/s | window CPU | display CPU | Mpixel/s |'
    echo '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |'
}

row() {
    label=$1
    shift
    $probe --label "$label" "$@"
}

# The same product without a window, in between: the difference is what the window costs.
alone() {
    ${PREFIX:-} "$build/brigade" run gemm -m 2048 -n 2048 -k 2048 --verify none --repeats 30 --json 2>/dev/null |
        sed -n 's/.*"gflops":[[:space:]]*\([0-9.]*\).*/gemm 2048 without a window: \1 GFLOP\/s/p'
}

modes() {
    head
    row 'the probe alone' --reference
    row 'idle, animated' -- --view workbench --frames 1000000
    row 'asleep' --asleep --inputs 0 -- --view workbench
    row 'engine, gemm 2048' --seconds 10 --cancels 60 -- $gemm
    row 'engine, conv2d' -- $conv
    for m in lenet mlp; do
        row "training $m" --seconds 10 --inputs 60 --widget train_stop --set training.model=$m \
            --set training.epochs=1000 -- --view training --auto-run
    done
    row 'UI thread, gemm 2048' --seconds 10 --inputs 12 -- $gemm --repeats 5 --ui-thread
    echo
    for i in 1 2 3; do
        alone
        row "engine, gemm 2048, untouched ($i)" --seconds 10 --inputs 0 -- $gemm
    done
    alone
}

measures() {
    head
    row 'as it is' --inputs 40 -- $gemm
    for n in 0 10 19; do row "niceness $n" --inputs 40 --set niceness=$n -- $gemm; done
    for s in 2 4 16; do row "slices of $s ms" --inputs 40 --cancels 15 --set slice_ms=$s -- $gemm; done
    row 'a reserved compute unit' --inputs 40 -- $gemm --device cpu/cu=1
    for f in 30 10; do row "$f frames a second" --inputs 40 --set frames_per_s=$f -- $gemm; done
    row 'as it is, again' --inputs 40 -- $gemm
}

$2
