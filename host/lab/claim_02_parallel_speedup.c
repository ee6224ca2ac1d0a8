/* Claim 2: parallelism shortens elapsed time.
 *
 *     1 unit    |########################|
 *     2 units   |############|
 *               |############|            the same work in about half the time
 *
 * One product of matrices is computed on one compute unit of the device, on two, on four ... and on
 * all of them: sub-devices, which the specification "/cu=N" names. Speedup is the time on one unit
 * over the time on N in the same round; from the first upload to the last byte read back, as a user
 * waits for it. The product takes ten milliseconds and more, beside which waking workers is nothing. */
#include <stdio.h>

#include "lab/lab.h"

enum { SIDE = 1024, MOST = 16 };
enum { Q_SPEEDUP, Q_EFFICIENCY, Q_SAME };

typedef struct job {
    const brg_job_desc *desc;
    int32_t units;
    char name[BRG_LAB_NAME];
} job;

static double seconds(brg_lab *lab, const void *argument, double *more) {
    const job *what = argument;
    (void)more;
    return brg_lab_job_total_s(lab, what->desc, what->units);
}

/* Conditions: 1, 2, 4 ... all units, and at the end one unit again as the control. */
static brg_status measure(brg_lab *lab, const brg_job_desc *desc) {
    int32_t units[MOST + 1];
    const int32_t steps = brg_lab_doublings(brg_lab_units(lab), units, MOST);
    const int32_t one = 0, all = steps - 1, again = steps;
    job jobs[MOST + 1];
    brg_lab_condition conditions[MOST + 1];
    brg_lab_mark marks[MOST];
    units[again] = 1;
    for (int32_t i = 0; i <= again; i++) {
        jobs[i] = (job){.desc = desc, .units = units[i]};
        snprintf(jobs[i].name, sizeof jobs[i].name, "%d %s%s", (int)units[i],
                 units[i] == 1 ? "unit" : "units", i == again ? " again" : "");
        conditions[i] = (brg_lab_condition){jobs[i].name, units[i], seconds, &jobs[i]};
    }
    for (int32_t i = 0; i <= all; i++) {
        marks[i] = (brg_lab_mark){"measured", units[i], BRG_LAB_RATIO(one, i), NULL};
        brg_lab_plot_model(lab, "as many times as units", units[i], units[i]);
    }
    const brg_lab_reply replies[] = {
        {Q_SPEEDUP, BRG_LAB_RATIO(one, all)},
        {Q_EFFICIENCY, BRG_LAB_RATIO_TIMES(one, all, 1.0 / units[all])},
        {Q_SAME, BRG_LAB_RATIO(one, again)},
    };
    const brg_lab_gauge gauges[] = {
        {"time on one unit", "ms", BRG_LAB_VALUE_TIMES(one, 1e3)},
        {"time on all units", "ms", BRG_LAB_VALUE_TIMES(all, 1e3)},
    };
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = steps + 1,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = steps,
                                                .gauges = gauges,
                                                .gauge_count = 2});
}

/* Before anything is timed, the product is checked against the reference, on one unit and on
 * all. */
static void check(brg_lab *lab, brg_job_desc desc) {
    brg_result result;
    desc.verify = BRG_VERIFY_FREIVALDS;
    for (int32_t units = 0; units <= 1; units++)
        if (brg_lab_job(lab, &desc, units, &result) == BRG_OK)
            brg_result_release(&result);
}

static brg_status run(brg_lab *lab) {
    const brg_shape shape = brg_shape_2d(BRG_F32, SIDE, SIDE);
    brg_tensor *a = brg_lab_noise(lab, &shape, 1), *b = brg_lab_noise(lab, &shape, 2);
    const brg_stage stage = {.op = "gemm", .inputs = {a, b}, .input_count = 2};
    const brg_job_desc desc = {
        .stages = &stage, .stage_count = 1, .verify = BRG_VERIFY_NONE, .repeats = 1};
    if (a && b)
        check(lab, desc);
    if (brg_lab_status(lab) == BRG_OK)
        measure(lab, &desc);
    brg_tensor_release(a);
    brg_tensor_release(b);
    return brg_lab_status(lab);
}

const brg_experiment brg_claim_2 = {
    .claim = {.id = "2",
              .slug = "parallel-speedup",
              .title = "Parallelism shortens elapsed time",
              .articles = "A0 A2 A3",
              .claim = "Work that is split over several processors is done sooner.",
              .hypothesis = "A product of matrices takes less time on all compute units of the "
                            "device than on one, and at best as many times less as there are "
                            "units.",
              .metric = "Speedup: time on one unit over time on N units, both in the same round.",
              .threshold = "At least 1.2 times as fast on all units; at most 1.1 times per unit.",
              .refuted_by = "A speedup below 1.2.",
              .workload = "C = A B, matrices of 1024 x 1024 floats, on sub-devices of 1, 2, 4 ... "
                          "compute units.",
              .method = "Times are from upload to read-back. The "
                        "product is checked against the sequential reference first.",
              .control = "One unit against one unit again must give a speedup of 1.",
              .questions = {[Q_SPEEDUP] = {.what = "speedup of all units over one",
                                           .unit = "x",
                                           BRG_LAB_ABOVE(1.2)},
                            [Q_EFFICIENCY] = {.what = "speedup for each unit",
                                              .unit = "x",
                                              BRG_LAB_BELOW(1.1)},
                            [Q_SAME] = {.what = "speedup of one unit over one unit",
                                        .unit = "x",
                                        BRG_LAB_WITHIN(0.9, 1.1),
                                        .control = true}},
              .plot = {.kind = BRG_LAB_PLOT_LINES, .x = "compute units", .y = "speedup, x"},
              .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
    .run = run,
};
