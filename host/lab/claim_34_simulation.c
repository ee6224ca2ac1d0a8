/* Claim 34: simulation and rendering gain from parallelism.
 *
 * Gravity between all pairs of bodies, a chemical reaction on a grid, the Mandelbrot set: on one
 * compute unit and on all. The control is one unit against itself. */
#include "lab/call.h"

enum { BODIES, REACTION, FRACTAL, SAME, KINDS }; /* SAME: one unit twice */

static const struct {
    const char *name, *op, *words;
} kinds[KINDS] = {
    [BODIES] = {"n-body", "nbody", "n=2048"},
    [REACTION] = {"reaction", "reaction_diffusion", "h=1024 w=1024 steps=10"},
    [FRACTAL] = {"Mandelbrot", "mandelbrot", "w=512 h=384"},
    [SAME] = {"one unit twice", "mandelbrot", "w=512 h=384"},
};

static brg_status measure(brg_lab *lab, const brg_lab_call calls[KINDS]) {
    brg_lab_use uses[2 * KINDS];
    brg_lab_condition conditions[2 * KINDS];
    brg_lab_mark marks[KINDS];
    brg_lab_reply replies[KINDS];
    for (int32_t i = 0; i < 2 * KINDS; i++) {
        uses[i] = (brg_lab_use){&calls[i / 2], i % 2 == 0 || i / 2 == SAME ? 1 : 0};
        conditions[i] = (brg_lab_condition){kinds[i / 2].name, i % 2 == 0 ? 1 : brg_lab_units(lab),
                                            brg_lab_use_total_s, &uses[i]};
    }
    for (int32_t k = 0; k < KINDS; k++) {
        marks[k] = (brg_lab_mark){"speedup", k, BRG_LAB_RATIO(2 * k, 2 * k + 1), kinds[k].name};
        replies[k] = (brg_lab_reply){k, BRG_LAB_RATIO(2 * k, 2 * k + 1)};
    }
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = 2 * KINDS,
                                                .replies = replies,
                                                .reply_count = KINDS,
                                                .marks = marks,
                                                .mark_count = KINDS});
}

static brg_status run(brg_lab *lab) {
    brg_lab_call calls[KINDS] = {0};
    brg_status status = brg_lab_status(lab);
    for (int32_t k = 0; k < KINDS && status == BRG_OK; k++)
        status = brg_lab_call_make(lab, kinds[k].op, kinds[k].words, NULL, &calls[k]);
    if (status == BRG_OK)
        status = measure(lab, calls);
    for (int32_t k = 0; k < KINDS; k++)
        brg_lab_call_release(&calls[k]);
    return status;
}

const brg_experiment brg_claim_34 = {
    .claim =
        {.id = "34",
         .slug = "simulation",
         .title = "Simulation and rendering gain",
         .articles = "A0 A3",
         .claim = "Simulations and rendering are made of many equal, independent pieces, and so "
                  "gain from "
                  "processors that work in parallel.",
         .hypothesis = "Each of three such programs is faster on all compute units than on one.",
         .metric = "time on one compute unit over that on all, with transfers, x",
         .threshold = "At least 1.3 times as fast, each of them.",
         .refuted_by = "One of them gaining less than that.",
         .workload =
             "2048 bodies; 1024 x 1024 cells for 10 steps; 512 x 384 points of the Mandelbrot set.",
         .method = "All once a round; results verified; ratios within a round.",
         .control = "One unit against one unit is as fast, within 10 %.",
         .questions = {{.what = "speedup of n-body", .unit = "x", BRG_LAB_ABOVE(1.3)},
                       {.what = "speedup of a reaction", .unit = "x", BRG_LAB_ABOVE(1.3)},
                       {.what = "speedup of the Mandelbrot set", .unit = "x", BRG_LAB_ABOVE(1.3)},
                       {.what = "speedup of one unit over itself",
                        .unit = "x",
                        BRG_LAB_WITHIN(0.9, 1.1),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_BARS, "simulation", "speedup of all units, x"},
         .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
    .run = run};
