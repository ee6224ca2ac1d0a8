/* Claim 14: small tasks are faster sequentially.
 *
 * Products of n x n matrices, from 4 to 512, by the sequential loop and by the device, transfers included. Below
 * some n* handing the work over takes longer than doing it. The engine's `auto` should know where that is. */
#include <stdio.h>

#include "lab/call.h"

enum { SIZES = 8, WAYS = 2, SMALLEST = 4 };
enum { SMALL, LARGE, LARGER_STILL };

static int32_t host(int32_t size) {
    return size * WAYS;
}

static int32_t device(int32_t size) {
    return size * WAYS + 1;
}

/* Where the ratio crosses 1, on logarithmic axes; NaN if it does not. */
static double crossing(const double *values, const void *argument) {
    (void)argument;
    for (int32_t i = 1; i < SIZES; i++) {
        double before = log(values[host(i - 1)] / values[device(i - 1)]);
        double after = log(values[host(i)] / values[device(i)]);
        if (before < 0 && after >= 0)
            return SMALLEST * exp2(i - 1 + before / (before - after));
    }
    return (double)NAN;
}

static brg_status measure(brg_lab *lab, const brg_lab_call calls[SIZES * WAYS]) {
    brg_lab_use uses[SIZES * WAYS];
    brg_lab_condition conditions[SIZES * WAYS];
    brg_lab_mark marks[SIZES];
    for (int32_t i = 0; i < SIZES * WAYS; i++) {
        uses[i] = (brg_lab_use){&calls[i], 0};
        conditions[i] = (brg_lab_condition){i % WAYS ? "device" : "sequential",
                                            SMALLEST << i / WAYS, brg_lab_use_total_s, &uses[i]};
    }
    for (int32_t i = 0; i < SIZES; i++)
        marks[i] =
            (brg_lab_mark){"measured", SMALLEST << i, BRG_LAB_RATIO(host(i), device(i)), NULL};
    const brg_lab_reply replies[] = {
        {SMALL, BRG_LAB_RATIO(host(0), device(0))},
        {LARGE, BRG_LAB_RATIO(host(SIZES - 1), device(SIZES - 1))},
        {LARGER_STILL, BRG_LAB_RATIO(host(SIZES - 1), host(SIZES - 2))},
    };
    const brg_lab_gauge gauges[] = {{"crossover n*", "", BRG_LAB_DERIVED(crossing, NULL)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = SIZES * WAYS,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = SIZES,
                                                .gauges = gauges,
                                                .gauge_count = 1});
}

static brg_status run(brg_lab *lab) {
    brg_lab_call calls[SIZES * WAYS] = {0};
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < SIZES * WAYS && status == BRG_OK; i++) {
        char words[64];
        int n = SMALLEST << i / WAYS;
        snprintf(words, sizeof words, "m=%d n=%d k=%d", n, n, n);
        status = brg_lab_call_make(lab, "gemm", words, i % WAYS ? NULL : "host", &calls[i]);
    }
    if (status == BRG_OK)
        status = measure(lab, calls);
    for (int32_t i = 0; i < SIZES * WAYS; i++)
        brg_lab_call_release(&calls[i]);
    return status;
}

const brg_experiment brg_claim_14 = {
    .claim =
        {.id = "14",
         .slug = "crossover",
         .title = "Small tasks are faster sequentially",
         .articles = "A2",
         .claim = "Parallel execution costs something before it gains anything: below a certain "
                  "size the "
                  "sequential program is faster.",
         .hypothesis = "The device loses on matrices of 4 x 4 and wins on 512 x 512.",
         .metric = "time of sequential C over that of the device, with transfers, x",
         .threshold = "Below 1 for the smallest, at least 2 for the largest.",
         .refuted_by = "The device being faster throughout, or never.",
         .workload = "Products of n x n matrices, n = 4, 8 ... 512.",
         .method =
             "All sizes both ways once a round, in random order; results verified. n* is where the "
             "ratio crosses 1, interpolated on logarithmic axes.",
         .control = "Sequential time does grow with the work: eightfold from 256 to 512, between 5 "
                    "and 14.",
         .questions =
             {{.what = "sequential over device time at n = 4", .unit = "x", BRG_LAB_BELOW(1)},
              {.what = "sequential over device time at n = 512", .unit = "x", BRG_LAB_ABOVE(2)},
              {.what = "sequential time at n = 512 over that at 256",
               .unit = "x",
               BRG_LAB_WITHIN(5, 14),
               .control = true}},
         .plot = {BRG_LAB_PLOT_LINES, "n", "sequential over device time, x", .log_x = true,
                  .log_y = true},
         .needs = BRG_LAB_NEEDS_DEVICE},
    .run = run};
