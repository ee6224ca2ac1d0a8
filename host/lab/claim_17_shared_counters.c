/* Claim 17: counters that all share make them queue; local results, merged at the end, do not.
 *
 * A histogram of an image in two ways: every pixel adds to one table in global memory, atomically;
 * or every worker counts in a table of its own, and the tables are added up at the end. On an image
 * of one single colour everybody wants the same counter. Merged tables, for comparison, gain from
 * more units. */
#include "lab/call.h"

enum { SHARED_SPREAD, MERGED_SPREAD, SHARED_HOT, MERGED_HOT, MERGED_ONE_UNIT, CONDITIONS };
enum { SPREAD, HOT, SCALES };

static double hot_over_spread(const double *v, const void *argument) {
    (void)argument;
    return v[SHARED_HOT] / v[MERGED_HOT] / (v[SHARED_SPREAD] / v[MERGED_SPREAD]);
}

static brg_status measure(brg_lab *lab, const brg_lab_call calls[4]) {
    static const char *const names[CONDITIONS] = {
        "one table, many colours", "own tables, many colours", "one table, one colour",
        "own tables, one colour", "own tables, one unit"};
    brg_lab_use uses[CONDITIONS];
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[CONDITIONS];
    for (int32_t i = 0; i < CONDITIONS; i++) {
        uses[i] = (brg_lab_use){&calls[i < 4 ? i : MERGED_SPREAD], i == MERGED_ONE_UNIT ? 1 : 0};
        conditions[i] = (brg_lab_condition){names[i], i, brg_lab_use_s, &uses[i]};
        marks[i] = (brg_lab_mark){"time", i, BRG_LAB_VALUE_TIMES(i, 1e3), names[i]};
    }
    const brg_lab_reply replies[] = {
        {SPREAD, BRG_LAB_RATIO(SHARED_SPREAD, MERGED_SPREAD)},
        {HOT, BRG_LAB_RATIO(SHARED_HOT, MERGED_HOT)},
        {SCALES, BRG_LAB_RATIO(MERGED_ONE_UNIT, MERGED_SPREAD)},
    };
    const brg_lab_gauge gauges[] = {
        {"gain on one colour over gain on many", "x", BRG_LAB_DERIVED(hot_over_spread, NULL)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = CONDITIONS,
                                                .gauges = gauges,
                                                .gauge_count = 1});
}

static brg_status run(brg_lab *lab) {
    const brg_device_info *device = brg_lab_device(lab);
    const char *own = device && device->kind == BRG_DEVICE_CPU ? "private" : "local";
    brg_lab_call calls[4] = {0};
    brg_status status = brg_lab_status(lab);
    for (int32_t i = 0; i < 4 && status == BRG_OK; i++)
        status = brg_lab_call_make(
            lab, "histogram", i < SHARED_HOT ? "image=1080x1920x1" : "image=1080x1920x1 levels=1",
            i % 2 ? own : "naive", &calls[i]);
    if (status == BRG_OK)
        status = measure(lab, calls);
    for (int32_t i = 0; i < 4; i++)
        brg_lab_call_release(&calls[i]);
    return status;
}

const brg_experiment brg_claim_17 = {
    .claim =
        {.id = "17",
         .slug = "shared-counters",
         .title = "Shared counters queue up, merged ones do not",
         .articles = "A2",
         .claim =
             "Workers that update one shared result wait for each other; workers that keep results "
             "of their own and merge them at the end do not.",
         .hypothesis =
             "Counting in own tables is faster, whether everybody wants one counter or many.",
         .metric = "time of the kernels with one table over that with own tables, x",
         .threshold = "1.2 times on an image of many colours, and on one of a single colour.",
         .refuted_by = "One table being as fast.",
         .workload =
             "Histogram of 1920 x 1080 bytes, random or all alike; atomic additions to one table "
             "in global memory, or a table for each worker.",
         .method =
             "All once a round on all compute units; results verified; ratios within a round.",
         .control = "Own tables gain from more units: nothing in them makes workers queue.",
         .questions = {{.what = "time of one table over own tables, many colours",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.2)},
                       {.what = "time of one table over own tables, one colour",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.2)},
                       {.what = "time of own tables on one unit over that on all",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.2),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_BARS, "tables and image", "time, ms"},
         .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
    .run = run};
