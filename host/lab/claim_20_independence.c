/* Claim 20: independence unlocks parallelism.
 *
 * Eight equal jobs form chains: in a chain each job waits for the one before. One chain of eight,
 * two of four, four of two, eight of one. The work is always the same; the span, the longest chain,
 * shrinks. No number of units can do better than work over span, and P units no better than P
 * (Brent, JACM 21, 1974). */
#include "lab/work.h"

enum { JOBS = 8, WAYS = 4 };

typedef struct setting {
    const brg_lab_work *work;
    int32_t chains;
    bool wandering; /* the one chain goes to another unit with each job */
} setting;

typedef struct graph {
    const setting *s;
    brg_lab *lab;
} graph;

/* A thread follows a chain: it hands in the next job when the one before is done. */
static void follow(int32_t index, void *argument) {
    const graph *g = argument;
    for (int32_t i = 0; i < JOBS / g->s->chains; i++) {
        char part[BRG_NAME];
        brg_job job;
        brg_lab_part(g->lab, g->s->wandering ? i : index, 1, part);
        if (brg_lab_work_submit(g->s->work, part, &job) == BRG_OK)
            brg_lab_work_await(g->s->work, job, NULL);
    }
}

static double seconds(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    graph g = {argument, lab};
    brg_lab_team team = {.count = g.s->chains, .work = follow, .argument = &g};
    double wall = brg_lab_team_run(lab, &team).wall_s;
    return brg_lab_status(lab) == BRG_OK ? wall : (double)NAN;
}

enum { WANDERING = WAYS, CONDITIONS };
enum { INDEPENDENT, TWO_CHAINS, EIGHT_CHAINS, CHAIN };

/* What a graph gains, over what work / span and the units allow. */
typedef struct limit {
    int32_t way;
    double most;
} limit;

static double part_of_limit(const double *values, const void *argument) {
    const limit *l = argument;
    return values[0] / values[l->way] / l->most;
}

static brg_status measure(brg_lab *lab, const brg_lab_work *work) {
    const int32_t units = brg_lab_units(lab);
    const limit limits[] = {{1, fmin(units, 2)}, {WAYS - 1, fmin(units, JOBS)}};
    setting settings[CONDITIONS];
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[WAYS];
    static const char *const names[CONDITIONS] = {"1 chain", "2 chains", "4 chains", "8 chains",
                                                  "1 chain, from unit to unit"};
    for (int32_t i = 0; i < CONDITIONS; i++) {
        settings[i] = (setting){work, i < WAYS ? 1 << i : 1, i == WANDERING};
        conditions[i] = (brg_lab_condition){names[i], settings[i].chains, seconds, &settings[i]};
    }
    for (int32_t i = 0; i < WAYS; i++) {
        marks[i] = (brg_lab_mark){"measured", 1 << i, BRG_LAB_RATIO(0, i), NULL};
        brg_lab_plot_model(lab, "min(P, work / span)", 1 << i, fmin(units, 1 << i));
    }
    const brg_lab_reply replies[] = {
        {INDEPENDENT, BRG_LAB_RATIO(0, WAYS - 1)},
        {TWO_CHAINS, BRG_LAB_DERIVED(part_of_limit, &limits[0])},
        {EIGHT_CHAINS, BRG_LAB_DERIVED(part_of_limit, &limits[1])},
        {CHAIN, BRG_LAB_RATIO(0, WANDERING)},
    };
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .replies = replies,
                                                .reply_count = 4,
                                                .marks = marks,
                                                .mark_count = WAYS});
}

static brg_status run(brg_lab *lab) {
    return brg_lab_work_measure(lab, 6e-3, measure);
}

const brg_experiment brg_claim_20 = {
    .claim =
        {.id = "20",
         .slug = "independence",
         .title = "Independence unlocks parallelism",
         .articles = "A2",
         .claim = "Work can be done in parallel as far as its parts do not wait for each other.",
         .hypothesis = "The speedup of a graph of jobs follows min(P, work / span).",
         .metric = "speedup over one chain, x; its part of what the model allows",
         .threshold =
             "Independent jobs at least 1.3 times as fast as a chain; nowhere further from the "
             "model than 1.35 times.",
         .refuted_by = "Independent jobs that gain nothing, or a speedup far from the model.",
         .workload =
             "Eight jobs of 6 ms in a cache, each for one compute unit, in 1, 2, 4 or 8 chains.",
         .method = "All graphs once a round; ratios within a round. The bound is Brent's (JACM 21, "
                   "1974).",
         .control = "One chain gains nothing from going to another unit with each job.",
         .questions = {{.what = "speedup of eight independent jobs over a chain of eight",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.3)},
                       {.what = "speedup of two chains over min(P, 2)",
                        .unit = "",
                        BRG_LAB_WITHIN(0.65, 1.05)},
                       {.what = "speedup of eight jobs over min(P, 8)",
                        .unit = "",
                        BRG_LAB_WITHIN(0.65, 1.05)},
                       {.what = "speedup of a chain that goes from unit to unit",
                        .unit = "x",
                        BRG_LAB_WITHIN(0.85, 1.15),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_LINES, "chains", "speedup, x", .log_x = true},
         .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
    .run = run};
