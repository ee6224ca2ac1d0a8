/* Claim 3: concurrency and parallelism are two different things, so there are four ways to have
 * them.
 *
 *                        one compute unit      all compute units
 *     loop waits         neither               parallel
 *     engine works       concurrent            both
 *
 * Three dishes are cooked while a window's loop runs at 120 frames a second. Parallelism should
 * show in the makespan, concurrency in how long the loop is late, and neither in the other's
 * number. */
#include "lab/meal.h"

enum { NEITHER, CONCURRENT, PARALLEL, BOTH, IDLE, CONDITIONS };
enum { BY_CONCURRENCY, BY_PARALLELISM, NOT_BY_CONCURRENCY, BOTH_LATE, ALONE };

#define MAKESPAN(c) ((c)*BRG_LAB_MEAL_READINGS + BRG_LAB_MAKESPAN)
#define LATE(c) ((c)*BRG_LAB_MEAL_READINGS + BRG_LAB_LATEST_FRAME)

static brg_status measure(brg_lab *lab, const brg_lab_work *dish) {
    static const char *const names[CONDITIONS] = {"neither", "concurrent", "parallel", "both",
                                                  "no meal"};
    brg_lab_meal meals[CONDITIONS];
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[CONDITIONS];
    for (int32_t i = 0; i < CONDITIONS; i++) {
        meals[i] = (brg_lab_meal){.dish = dish,
                                  .concurrent = i == CONCURRENT || i == BOTH,
                                  .units = i == PARALLEL || i == BOTH ? 0 : 1,
                                  .nothing = i == IDLE,
                                  .picture = i == IDLE ? NULL : names[i]};
        conditions[i] = (brg_lab_condition){names[i], i, brg_lab_meal_cook, &meals[i]};
        marks[i] = (brg_lab_mark){"longest frame", i, BRG_LAB_VALUE(LATE(i)), names[i]};
    }
    const brg_lab_reply replies[] = {
        {BY_CONCURRENCY, BRG_LAB_RATIO(LATE(NEITHER), LATE(CONCURRENT))},
        {BY_PARALLELISM, BRG_LAB_RATIO(MAKESPAN(NEITHER), MAKESPAN(PARALLEL))},
        {NOT_BY_CONCURRENCY, BRG_LAB_RATIO(MAKESPAN(NEITHER), MAKESPAN(CONCURRENT))},
        {BOTH_LATE, BRG_LAB_RATIO(LATE(PARALLEL), LATE(BOTH))},
        {ALONE, BRG_LAB_VALUE(LATE(IDLE))},
    };
    const brg_lab_gauge gauges[] = {
        {"makespan, neither", "ms", BRG_LAB_VALUE_TIMES(MAKESPAN(NEITHER), 1e3)},
        {"makespan, concurrent", "ms", BRG_LAB_VALUE_TIMES(MAKESPAN(CONCURRENT), 1e3)},
        {"makespan, parallel", "ms", BRG_LAB_VALUE_TIMES(MAKESPAN(PARALLEL), 1e3)},
        {"makespan, both", "ms", BRG_LAB_VALUE_TIMES(MAKESPAN(BOTH), 1e3)},
    };
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .readings = BRG_LAB_MEAL_READINGS,
                                                .replies = replies,
                                                .reply_count = 5,
                                                .marks = marks,
                                                .mark_count = CONDITIONS,
                                                .gauges = gauges,
                                                .gauge_count = 4});
}

static brg_status run(brg_lab *lab) {
    return brg_lab_work_measure(lab, 20e-3, measure);
}

const brg_experiment brg_claim_3 = {
    .claim =
        {.id = "3",
         .slug = "quadrants",
         .title = "Concurrent, parallel, neither, both",
         .articles = "A1 A2",
         .claim = "A program can be concurrent, parallel, both or neither: the two are independent "
                  "of each "
                  "other.",
         .hypothesis = "Concurrency shortens the window's longest frame, parallelism the makespan.",
         .metric = "longest time between two frames, ms; time until the last dish is done, ms",
         .threshold =
             "Concurrency makes frames at least twice as prompt, on one unit and on all; "
             "parallelism makes the meal at least 1.3 times as fast; concurrency alone changes "
             "its time by at most a quarter.",
         .refuted_by = "One of the two giving what only the other should give.",
         .workload =
             "Three dishes of 20 ms on one compute unit; a loop of 120 frames a second that waits "
             "for each dish itself, or hands them to the engine.",
         .method = "All four ways and the loop alone once a round; ratios within a round.",
         .control = "With no meal at all the loop is on time.",
         .questions =
             {{.what = "longest frame of neither over concurrent", .unit = "x", BRG_LAB_ABOVE(2)},
              {.what = "makespan of neither over parallel", .unit = "x", BRG_LAB_ABOVE(1.3)},
              {.what = "makespan of neither over concurrent",
               .unit = "x",
               BRG_LAB_WITHIN(0.75, 1.25)},
              {.what = "longest frame of parallel over both", .unit = "x", BRG_LAB_ABOVE(1.3)},
              {.what = "longest frame without a meal",
               .unit = "ms",
               BRG_LAB_BELOW(13),
               .control = true}},
         .plot = {BRG_LAB_PLOT_BARS, "way", "longest frame, ms"},
         .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
    .run = run};
