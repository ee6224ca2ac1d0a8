/* Claim 26: memory bounds what parallelism can gain.
 *
 * The same numbers, 32 MiB of them, are gone through with one, four, sixteen ... multiply-adds
 * each. While there are few, the time is that of moving the numbers, and more arithmetic costs
 * nothing: the slope of the roofline. From some intensity on arithmetic is what takes time: the
 * roof (Williams, Waterman and Patterson, Communications of the ACM 52, 2009). The same in a cache,
 * as the control: there no memory hides what arithmetic costs. */
#include "lab/work.h"

enum { FAR = 1 << 23, NEAR = 1 << 15, DEPTHS = 5, SMALL = 2, LARGE = 8 };
enum { NEAR_SMALL = DEPTHS, NEAR_LARGE, FAR_SMALL, FAR_LARGE, CONDITIONS };
enum { FREE, ROOF, NOT_FREE };

static double seconds(brg_lab *lab, const void *argument, double *more) {
    (void)lab, (void)more;
    return brg_lab_work_s(argument, NULL);
}

/* Flops of a piece of work, to turn its seconds into a rate. */
typedef struct rate {
    int32_t index;
    double flops;
} rate;

static double gflops(const double *values, const void *argument) {
    const rate *r = argument;
    return r->flops / values[r->index] / 1e9;
}

static double rise(const double *values, const void *argument) {
    const rate *rates = argument;
    return gflops(values, &rates[DEPTHS - 1]) / gflops(values, &rates[0]);
}

/* The model, from its own two ends: the bandwidth that the least intensity reached, the rate that
 * the greatest did. */
static void draw_roofline(brg_lab *lab, const brg_lab_work works[], const rate rates[DEPTHS]) {
    double bandwidth = brg_lab_estimate_of(lab, (brg_lab_quantity)BRG_LAB_VALUE(0)).value;
    double roof =
        brg_lab_estimate_of(lab, (brg_lab_quantity)BRG_LAB_DERIVED(gflops, &rates[DEPTHS - 1]))
            .value;
    bandwidth = works[0].bytes / bandwidth / 1e9;
    for (double intensity = 0.25; intensity <= 64; intensity *= 2)
        brg_lab_plot_model(lab, "min(bandwidth x intensity, peak)", intensity,
                           fmin(roof, bandwidth * intensity));
    brg_lab_figure_set(lab, "bandwidth", "GB/s", brg_lab_exact(bandwidth));
}

static brg_status measure(brg_lab *lab, const brg_lab_work works[CONDITIONS]) {
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[DEPTHS];
    rate rates[DEPTHS];
    for (int32_t i = 0; i < CONDITIONS; i++)
        conditions[i] =
            (brg_lab_condition){i < DEPTHS || i >= FAR_SMALL ? "in memory" : "in a cache",
                                works[i].flops / works[i].bytes, seconds, &works[i]};
    for (int32_t i = 0; i < DEPTHS; i++) {
        rates[i] = (rate){i, works[i].flops};
        marks[i] = (brg_lab_mark){"measured", works[i].flops / works[i].bytes,
                                  BRG_LAB_DERIVED(gflops, &rates[i]), NULL};
    }
    const brg_lab_reply replies[] = {{FREE, BRG_LAB_RATIO(FAR_LARGE, FAR_SMALL)},
                                     {ROOF, BRG_LAB_DERIVED(rise, rates)},
                                     {NOT_FREE, BRG_LAB_RATIO(NEAR_LARGE, NEAR_SMALL)}};
    brg_status status = brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                             .condition_count = CONDITIONS,
                                                             .replies = replies,
                                                             .reply_count = 3,
                                                             .marks = marks,
                                                             .mark_count = DEPTHS});
    if (status == BRG_OK)
        draw_roofline(lab, works, rates);
    return status;
}

static brg_status run(brg_lab *lab) {
    static const brg_lab_work_shape shapes[CONDITIONS] = {
        {.numbers = FAR, .depth = 1},
        {.numbers = FAR, .depth = 4},
        {.numbers = FAR, .depth = 16},
        {.numbers = FAR, .depth = 64},
        {.numbers = FAR, .depth = 256},
        [NEAR_SMALL] = {.numbers = NEAR, .depth = SMALL, .passes = FAR / NEAR},
        [NEAR_LARGE] = {.numbers = NEAR, .depth = LARGE, .passes = FAR / NEAR},
        [FAR_SMALL] = {.numbers = FAR, .depth = SMALL},
        [FAR_LARGE] = {.numbers = FAR, .depth = LARGE},
    };
    brg_lab_work works[CONDITIONS] = {0};
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < CONDITIONS && status == BRG_OK; i++)
        status = brg_lab_work_make(lab, &shapes[i], &works[i]);
    if (status == BRG_OK)
        status = measure(lab, works);
    for (int32_t i = 0; i < CONDITIONS; i++)
        brg_lab_work_release(&works[i]);
    return status;
}

const brg_experiment brg_claim_26 = {
    .claim =
        {.id = "26",
         .slug = "memory",
         .title = "Memory bounds what parallelism can gain",
         .articles = "A3",
         .claim = "Processors that wait for data do not get faster by being many: memory and "
                  "communication "
                  "bound the gain.",
         .hypothesis =
             "Few operations for each number cost as much as some more; only many reach the "
             "device's peak.",
         .metric = "time of 8 over that of 2 multiply-adds for each number, x; rate at 256 over "
                   "that at 1",
         .threshold =
             "Four times the arithmetic takes at most twice the time; the rate rises at least "
             "fivefold from 1 to 256.",
         .refuted_by = "Time that grows with arithmetic from the start.",
         .workload =
             "2^23 floats read and written once, with 1 to 256 multiply-adds each, on all units.",
         .method =
             "All intensities once a round. The model is the roofline of Williams, Waterman and "
             "Patterson (CACM 52, 2009), drawn from this run's own bandwidth and peak.",
         .control =
             "In a cache, 128 KiB gone through 256 times, four times the arithmetic takes clearly "
             "longer.",
         .questions = {{.what = "time of 8 multiply-adds over that of 2, in memory",
                        .unit = "x",
                        BRG_LAB_BELOW(2)},
                       {.what = "rate at 256 multiply-adds over that at 1",
                        .unit = "x",
                        BRG_LAB_ABOVE(5)},
                       {.what = "time of 8 multiply-adds over that of 2, in a cache",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.3),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_LINES, "operations for each byte", "rate, GFLOP/s", .log_x = true,
                  .log_y = true},
         .needs = BRG_LAB_NEEDS_DEVICE},
    .run = run};
