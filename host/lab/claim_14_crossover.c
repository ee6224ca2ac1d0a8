/* Claim 14: small tasks are faster sequentially.
 *
 * Products of n x n matrices by the sequential loop and by the device, transfers included; and an
 * addition to each pixel and a convolution of n x n images. Below some n* handing the work over
 * takes longer than doing it. The engine's variant "auto" should know where that is: it is asked
 * too. Near n* both ways take as long, and either will do. */
#include <stdio.h>
#include <string.h>

#include "lab/call.h"

enum { KINDS = 3, SIZES = 8, WAYS = 2 };
enum { SMALL, LARGE, AUTO, LARGER_STILL };

/* An op at rising sizes: smallest, and how many times as large from one to the next. */
typedef struct ladder {
    const char *name, *op, *more; /* more words of the call, after its sizes */
    int32_t smallest, factor, sizes;
    int32_t first; /* of its conditions */
} ladder;

static const ladder ladders[KINDS] = {
    {"product of matrices", "gemm", "", 4, 2, SIZES, 0},
    {"addition to each pixel", "brightness", "", 8, 4, 5, SIZES *WAYS},
    {"convolution, 5 x 5", "conv2d", " kernel=5x5", 8, 4, 4, (SIZES + 5) * WAYS}};

enum { CONDITIONS = (SIZES + 5 + 4) * WAYS };

static int32_t size_of(const ladder *of, int32_t step) {
    int32_t n = of->smallest;
    while (step-- > 0)
        n *= of->factor;
    return n;
}

static int32_t host(const ladder *of, int32_t step) {
    return of->first + step * WAYS;
}

static int32_t device(const ladder *of, int32_t step) {
    return of->first + step * WAYS + 1;
}

/* Where the ratio crosses 1, on logarithmic axes; NaN if it does not. */
static double crossing(const double *values, const void *argument) {
    const ladder *of = argument;
    for (int32_t i = 1; i < of->sizes; i++) {
        double before = log(values[host(of, i - 1)] / values[device(of, i - 1)]);
        double after = log(values[host(of, i)] / values[device(of, i)]);
        if (before < 0 && after >= 0)
            return size_of(of, i - 1) * pow(of->factor, before / (before - after));
    }
    return (double)NAN;
}

/* What "auto" takes for products of each size. */
typedef struct choices {
    bool host[SIZES];
} choices;

/* Per cent of the sizes at which its way is the quicker one, or takes at most half as long
 * again. */
static double agreement(const double *values, const void *argument) {
    const choices *c = argument;
    int32_t good = 0;
    for (int32_t i = 0; i < SIZES; i++) {
        const double on_host = values[host(ladders, i)], on_device = values[device(ladders, i)];
        good += c->host[i] ? on_host <= 1.5 * on_device : on_device <= 1.5 * on_host;
    }
    return 100.0 * good / SIZES;
}

static brg_status measure(brg_lab *lab, const brg_lab_call calls[CONDITIONS],
                          const choices *chosen) {
    brg_lab_use uses[CONDITIONS];
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[CONDITIONS / WAYS];
    int32_t mark = 0;
    for (int32_t k = 0; k < KINDS; k++)
        for (int32_t i = 0; i < ladders[k].sizes; i++) {
            const ladder *of = &ladders[k];
            const int32_t n = size_of(of, i), ways[WAYS] = {host(of, i), device(of, i)};
            for (int32_t w = 0; w < WAYS; w++) {
                uses[ways[w]] = (brg_lab_use){&calls[ways[w]], 0};
                conditions[ways[w]] = (brg_lab_condition){w ? "device" : "sequential", n,
                                                          brg_lab_use_total_s, &uses[ways[w]]};
            }
            marks[mark++] = (brg_lab_mark){of->name, n, BRG_LAB_RATIO(ways[0], ways[1]), NULL};
        }
    const ladder *products = ladders;
    const brg_lab_reply replies[] = {
        {SMALL, BRG_LAB_RATIO(host(products, 0), device(products, 0))},
        {LARGE, BRG_LAB_RATIO(host(products, SIZES - 1), device(products, SIZES - 1))},
        {AUTO, BRG_LAB_DERIVED(agreement, chosen)},
        {LARGER_STILL, BRG_LAB_RATIO(host(products, SIZES - 1), host(products, SIZES - 2))},
    };
    const brg_lab_gauge gauges[] = {
        {"crossover n* of products", "", BRG_LAB_DERIVED(crossing, &ladders[0])},
        {"crossover n* of additions", "", BRG_LAB_DERIVED(crossing, &ladders[1])},
        {"crossover n* of convolutions", "", BRG_LAB_DERIVED(crossing, &ladders[2])}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .replies = replies,
                                                .reply_count = 4,
                                                .marks = marks,
                                                .mark_count = mark,
                                                .gauges = gauges,
                                                .gauge_count = 3});
}

static brg_status make(brg_lab *lab, const ladder *of, int32_t step, const char *variant,
                       brg_lab_call *call) {
    char words[96];
    const int n = size_of(of, step);
    if (of == ladders)
        snprintf(words, sizeof words, "m=%d n=%d k=%d", n, n, n);
    else
        snprintf(words, sizeof words, "image=%dx%dx1 dtype=f32%s", n, n, of->more);
    return brg_lab_call_make(lab, of->op, words, variant, call);
}

/* Asks "auto" for its way with products of each size. *from: the first that it gives to the device,
 * or 0. */
static brg_status ask(brg_lab *lab, choices *chosen, int32_t *from) {
    *from = 0;
    for (int32_t i = 0; i < SIZES; i++) {
        brg_lab_call call;
        brg_result result = {0};
        brg_status status = make(lab, ladders, i, "auto", &call);
        if (status == BRG_OK)
            status = brg_lab_job(lab, &call.desc, 0, &result);
        if (status == BRG_OK)
            chosen->host[i] = strcmp(result.variant[0], "host") == 0;
        if (!chosen->host[i] && *from == 0)
            *from = size_of(ladders, i);
        brg_result_release(&result);
        brg_lab_call_release(&call);
        if (status != BRG_OK)
            return status;
    }
    return BRG_OK;
}

static brg_status run(brg_lab *lab) {
    brg_lab_call calls[CONDITIONS] = {0};
    choices chosen = {0};
    int32_t from;
    brg_status status = ask(lab, &chosen, &from);
    for (int32_t k = 0; k < KINDS; k++)
        for (int32_t i = 0; i < ladders[k].sizes && status == BRG_OK; i++) {
            const ladder *of = &ladders[k];
            status = make(lab, of, i, "host", &calls[host(of, i)]);
            if (status == BRG_OK)
                status = make(lab, of, i, NULL, &calls[device(of, i)]);
        }
    if (status == BRG_OK)
        brg_lab_figure_set(lab, "auto gives products to the device from n", "",
                           brg_lab_exact(from ? from : (double)NAN));
    if (status == BRG_OK)
        status = measure(lab, calls, &chosen);
    for (int32_t i = 0; i < CONDITIONS; i++)
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
         .hypothesis =
             "The device loses on matrices of 4 x 4 and wins on 512 x 512, and the variant "
             "\"auto\" knows where that changes.",
         .metric =
             "time of sequential C over that of the device, with transfers, x; part of the sizes "
             "at which auto takes the quicker way, %",
         .threshold =
             "Below 1 for the smallest, at least 2 for the largest; auto takes the quicker "
             "way, or one that takes at most half as long again, at seven of the eight "
             "sizes or more.",
         .refuted_by = "The device being faster throughout, or never; an auto that is wrong at "
                       "two sizes.",
         .workload =
             "Products of n x n matrices, n = 4, 8 ... 512; for the plot, an addition to each "
             "pixel of n x n images up to 2048, and convolutions up to 512.",
         .method =
             "All sizes both ways once a round, in random order; results verified. n* is where the "
             "ratio crosses 1, interpolated on logarithmic axes. The variant \"auto\" is asked "
             "which way "
             "it takes, and that is compared with what was measured.",
         .control = "Sequential time does grow with the work: eightfold from 256 to 512, between 5 "
                    "and 14.",
         .questions =
             {{.what = "sequential over device time at n = 4", .unit = "x", BRG_LAB_BELOW(1)},
              {.what = "sequential over device time at n = 512", .unit = "x", BRG_LAB_ABOVE(2)},
              {.what = "sizes at which auto takes a good way", .unit = "%", BRG_LAB_ABOVE(87.5)},
              {.what = "sequential time at n = 512 over that at 256",
               .unit = "x",
               BRG_LAB_WITHIN(5, 14),
               .control = true}},
         .plot = {BRG_LAB_PLOT_LINES, "n", "sequential over device time, x", .log_x = true,
                  .log_y = true},
         .needs = BRG_LAB_NEEDS_DEVICE},
    .run = run};
