/* Claim 30: the kitchen.
 *
 *     one chef, one dish      |cc....cc....cc|cc....cc....cc|        he stands by the pot
 *     one chef, many dishes   |ccddeeccddeeccddee|                   while one simmers he cuts another
 *     two chefs, many dishes  |ccddccddccdd|
 *                             |eeffeeffeeff|                         and two cut at the same time
 *
 * Six dishes are cut three times each and simmer in between. Cutting computes, simmering waits.
 * Hiding the waits is concurrency, and its gain ends when the chef cuts all the time; from there on
 * only more chefs help. */
#include "lab/tasks.h"

enum { DISHES = 6, CUTS = 3 };
enum { ONE_BY_ONE, MANY_DISHES, TWO_CHEFS, RAW_ONE_BY_ONE, RAW_MANY_DISHES, KITCHENS };
enum { DONE, STARTED, READINGS };
enum { Q_HIDES, Q_STARTS, Q_CHEFS, Q_RAW };

static const double cut_s = 0.002, simmer_s = 0.004;
static const char *const dishes[DISHES] = {"soup", "stew", "beans", "rice", "sauce", "jam"};

typedef struct kitchen {
    const char *name;
    brg_lab_service service;
    bool raw; /* nothing has to simmer */
} kitchen;

typedef struct recipe {
    uint64_t steps;
    double wait_s;
} recipe;

static double cut(int32_t dish, int32_t step, void *argument) {
    const recipe *how = argument;
    (void)dish;
    brg_lab_spin(how->steps);
    return step + 1 < CUTS ? how->wait_s : -1;
}

/* Milliseconds until all dishes are done; more[0]: until the last of them was begun. */
static double cook(brg_lab *lab, const void *argument, double *more) {
    const kitchen *where = argument;
    recipe how = {brg_lab_spin_steps(lab, cut_s), where->raw ? 0 : simmer_s};
    brg_lab_log log;
    brg_lab_tasks_run(lab, DISHES, cut, &how, &where->service, &log);
    if (!where->raw)
        brg_lab_tasks_draw(lab, where->name, &log, false, dishes);
    more[STARTED - 1] = 0;
    for (int32_t i = 0; i < DISHES; i++)
        more[STARTED - 1] = fmax(more[STARTED - 1], 1e3 * brg_lab_task_began(&log, i));
    return 1e3 * log.effort.wall_s;
}

static brg_lab_quantity gain(int32_t from, int32_t to, int32_t reading) {
    return (brg_lab_quantity)BRG_LAB_RATIO(from * READINGS + reading, to * READINGS + reading);
}

static brg_status run(brg_lab *lab) {
    static const kitchen kitchens[KITCHENS] = {
        [ONE_BY_ONE] = {"one chef, one dish", {.workers = 1, .blocking = true}, false},
        [MANY_DISHES] = {"one chef, many dishes", {.workers = 1}, false},
        [TWO_CHEFS] = {"two chefs, many dishes", {.workers = 2}, false},
        [RAW_ONE_BY_ONE] = {"raw, one dish", {.workers = 1, .blocking = true}, true},
        [RAW_MANY_DISHES] = {"raw, many dishes", {.workers = 1}, true}};
    brg_lab_condition conditions[KITCHENS];
    brg_lab_mark marks[KITCHENS];
    for (int32_t i = 0; i < KITCHENS; i++) {
        conditions[i] = (brg_lab_condition){kitchens[i].name, i, cook, &kitchens[i]};
        marks[i] = (brg_lab_mark){"all done", i, BRG_LAB_VALUE(i * READINGS), kitchens[i].name};
    }
    const brg_lab_reply replies[] = {{Q_HIDES, gain(ONE_BY_ONE, MANY_DISHES, DONE)},
                                     {Q_STARTS, gain(ONE_BY_ONE, MANY_DISHES, STARTED)},
                                     {Q_CHEFS, gain(MANY_DISHES, TWO_CHEFS, DONE)},
                                     {Q_RAW, gain(RAW_ONE_BY_ONE, RAW_MANY_DISHES, DONE)}};
    const brg_lab_gauge gauges[] = {
        {"one chef, one dish at a time", "ms", BRG_LAB_VALUE(ONE_BY_ONE * READINGS)},
        {"one chef, many dishes", "ms", BRG_LAB_VALUE(MANY_DISHES * READINGS)},
        {"two chefs, many dishes", "ms", BRG_LAB_VALUE(TWO_CHEFS * READINGS)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = KITCHENS,
                                                .readings = READINGS,
                                                .replies = replies,
                                                .reply_count = 4,
                                                .marks = marks,
                                                .mark_count = KITCHENS,
                                                .gauges = gauges,
                                                .gauge_count = 3});
}

const brg_experiment brg_claim_30 = {
    .claim =
        {.id = "30",
         .slug = "kitchen",
         .title = "The kitchen: one chef, many dishes, many chefs",
         .articles = "A2 A3",
         .claim = "One chef who turns to another dish while the first simmers is concurrent; "
                  "several chefs at once are parallel. Both are done sooner.",
         .hypothesis = "One chef with many dishes under way beats one who stays with each dish, "
                       "and all dishes are begun early; two chefs beat one.",
         .metric = "time until all six dishes are done, and until the last is begun",
         .threshold = "Many dishes at once: at least 1.6 times as quick (theory: 84 ms over 36 ms, "
                      "2.33), all begun at least 3 times as early (70 ms over 10 ms, 7). Two "
                      "chefs: at least 1.4 times as quick as one (36 ms over 18 ms, 2).",
         .refuted_by = "One chef who gains less than 1.6 by turning to other dishes, or a second "
                       "chef who gains less than 1.4.",
         .workload = "Six dishes, each cut three times for 2 ms (computing) and simmering for 4 ms "
                     "in between (waiting).",
         .method = "A chef is a thread, and who has waited longest goes next. Timed from the "
                   "moment when all chefs are ready.",
         .control = "Raw dishes, which need no simmering: turning to another gains nothing.",
         .questions = {[Q_HIDES] = {.what = "gain of one chef by many dishes at once",
                                    .unit = "x",
                                    BRG_LAB_ABOVE(1.6)},
                       [Q_STARTS] = {.what = "how much earlier all dishes are begun",
                                     .unit = "x",
                                     BRG_LAB_ABOVE(3)},
                       [Q_CHEFS] = {.what = "gain of two chefs over one",
                                    .unit = "x",
                                    BRG_LAB_ABOVE(1.4)},
                       [Q_RAW] = {.what = "gain of one chef by many raw dishes at once",
                                  .unit = "x",
                                  BRG_LAB_WITHIN(0.9, 1.1),
                                  .control = true}},
         .plot = {.kind = BRG_LAB_PLOT_LANES, .x = "time, s", .y = "chef"},
         .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run};
