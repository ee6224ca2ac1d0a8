/* Buckets of a gradient: where they are cut; and how long their sums took, and how much of that was hidden. */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "train/buckets.h"
#include "train/sums.h"

/* ---- where a gradient is cut ----------------------------------------------------------------- */

/* Layers of so many floats each, 0 for those without weights; what is behind them has 512. */
static brg_buckets cut(const int32_t *sizes, int32_t count, int64_t bytes) {
    static brg_network network;
    brg_buckets buckets;
    memset(&network, 0, sizeof network);
    network.layer_count = count;
    for (int32_t i = 0; i < count; i++) {
        network.layers[i].weights = network.parameter_count;
        network.parameter_count += sizes[i];
    }
    brg_buckets_cut(&network, network.parameter_count + 512, bytes, &buckets);
    return buckets;
}

static void expect_cut(brg_buckets got, int32_t count, const int64_t *from) {
    cr_expect_eq(got.count, count, "%d buckets", (int)got.count);
    for (int32_t i = 0; i < count && i < got.count; i++)
        cr_expect_eq(got.from[i], from[i], "bucket %d from %lld", (int)i, (long long)got.from[i]);
}

Test(buckets, close_with_the_layer_that_fills_them) {
    const int32_t sizes[] = {1024, 0, 2048, 0, 256, 512};
    expect_cut(cut(sizes, 6, 0), 1, (int64_t[]){0});
    expect_cut(cut(sizes, 6, 1), 4, (int64_t[]){3328, 3072, 1024, 0});
    expect_cut(cut(sizes, 6, 4 * 1024), 3, (int64_t[]){3328, 1024, 0});     /* 512 + 512: just */
    expect_cut(cut(sizes, 6, 4 * 1024 + 1), 3, (int64_t[]){3072, 1024, 0}); /* not quite */
    expect_cut(cut(sizes, 6, 4 * 3328), 2, (int64_t[]){1024, 0});
    expect_cut(cut(sizes, 6, 4 * 3329), 1, (int64_t[]){0});
    expect_cut(cut(sizes, 6, INT64_C(1) << 40), 1, (int64_t[]){0});
}

Test(buckets, of_models_without_weights_or_layers_are_one) {
    const int32_t none[] = {0, 0};
    expect_cut(cut(none, 2, 1), 1, (int64_t[]){0});
    expect_cut(cut(none, 0, 1), 1, (int64_t[]){0});
}

/* The first layers share the last bucket there may be. */
Test(buckets, are_no_more_than_may_be) {
    int32_t sizes[40];
    for (int i = 0; i < 40; i++)
        sizes[i] = 256;
    brg_buckets got = cut(sizes, 40, 1);
    cr_expect_eq(got.count, BRG_MAX_BUCKETS);
    cr_expect_leq(got.count, BRG_MAX_SUMS);
    cr_expect_eq(got.from[0], 39 * 256);
    cr_expect_eq(got.from[BRG_MAX_BUCKETS - 2], (40 - BRG_MAX_BUCKETS + 1) * 256);
    cr_expect_eq(got.from[BRG_MAX_BUCKETS - 1], 0);
}

/* ---- how long sums took ---------------------------------------------------------------------- */

static void expect_times(const brg_sum_span *sums, int32_t count, uint64_t computed_ms, double ms,
                         double hidden_ms) {
    brg_sum_span spans[8] = {{0}};
    for (int32_t i = 0; i < count; i++)
        spans[i] = (brg_sum_span){sums[i].began_ns * 1000000, sums[i].ended_ns * 1000000};
    brg_sum_times got = brg_sums_time(spans, count, computed_ms * 1000000);
    cr_expect_float_eq(got.ms, ms, 1e-9, "%g ms", got.ms);
    cr_expect_float_eq(got.hidden_ms, hidden_ms, 1e-9, "%g ms hidden", got.hidden_ms);
}

Test(sums, count_once_what_was_under_way_at_once) {
    const brg_sum_span apart[] = {{10, 14}, {20, 23}}, at_once[] = {{10, 20}, {12, 17}, {15, 30}};
    expect_times(NULL, 0, 5, 0, 0);
    expect_times(apart, 2, 40, 7, 7);
    expect_times(apart, 2, 21, 7, 5);
    expect_times(apart, 2, 5, 7, 0);
    expect_times(at_once, 3, 25, 20, 15);
    expect_times(at_once, 3, 13, 20, 3);
}

Test(sums, are_drawn_one_after_the_other) {
    const brg_sum_span sums[] = {{10, 20}, {12, 17}, {15, 30}};
    brg_trace *trace;
    brg_span drawn[4];
    cr_assert_eq(brg_trace_create(16, &trace, NULL), BRG_OK);
    brg_sums_trace(sums, 3, trace);
    cr_assert_eq(brg_trace_copy(trace, 0, drawn, 4), 2); /* the second was there before the first */
    cr_expect_eq(drawn[0].end_ns, 20);
    cr_expect_eq(drawn[1].start_ns, 20);
    cr_expect_eq(drawn[1].end_ns, 30);
    cr_expect_eq(drawn[1].lane, BRG_LANE_SUM);
    cr_expect_str_eq(drawn[1].name, "sum 3 of 3");
    brg_trace_destroy(trace);
}
