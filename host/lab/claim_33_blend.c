/* Claim 33: the best systems blend both.
 *
 * The four ways of claim 3, seen by the two numbers a user cares about: meals a second, and how
 * late the window is at worst. A way dominates another if it is better in one number and not
 * clearly worse in the other. */
#include "lab/meal.h"

enum { NEITHER, CONCURRENT, PARALLEL, BOTH, BOTH_AGAIN, CONDITIONS };
enum { THAN_NEITHER_FAST, THAN_NEITHER_PROMPT, THAN_CONCURRENT, THAN_PARALLEL, SAME };

#define MAKESPAN(c) ((c)*BRG_LAB_MEAL_READINGS + BRG_LAB_MAKESPAN)
#define LATE(c) ((c)*BRG_LAB_MEAL_READINGS + BRG_LAB_LATEST_FRAME)

static double meals_a_second(const double *values, const void *argument) {
    return 1 / values[MAKESPAN(*(const int32_t *)argument)];
}

/* The points lie where the window's worst frame is; known when all rounds are over. */
static void draw(brg_lab *lab, const char *const *names) {
    static const int32_t places[CONDITIONS] = {NEITHER, CONCURRENT, PARALLEL, BOTH, BOTH_AGAIN};
    for (int32_t i = 0; i < BOTH_AGAIN; i++) {
        double late = brg_lab_estimate_of(lab, (brg_lab_quantity)BRG_LAB_VALUE(LATE(i))).value;
        brg_lab_plot_point(
            lab, "ways", late,
            brg_lab_estimate_of(lab, (brg_lab_quantity)BRG_LAB_DERIVED(meals_a_second, &places[i])),
            names[i]);
    }
}

static brg_status measure(brg_lab *lab, const brg_lab_work *dish) {
    static const char *const names[CONDITIONS] = {"neither", "concurrent", "parallel", "both",
                                                  "both again"};
    brg_lab_meal meals[CONDITIONS];
    brg_lab_condition conditions[CONDITIONS];
    for (int32_t i = 0; i < CONDITIONS; i++) {
        meals[i] = (brg_lab_meal){.dish = dish,
                                  .concurrent = i != NEITHER && i != PARALLEL,
                                  .units = i == NEITHER || i == CONCURRENT ? 1 : 0};
        conditions[i] = (brg_lab_condition){names[i], i, brg_lab_meal_cook, &meals[i]};
    }
    const brg_lab_reply replies[] = {
        {THAN_NEITHER_FAST, BRG_LAB_RATIO(MAKESPAN(NEITHER), MAKESPAN(BOTH))},
        {THAN_NEITHER_PROMPT, BRG_LAB_RATIO(LATE(NEITHER), LATE(BOTH))},
        {THAN_CONCURRENT, BRG_LAB_RATIO(MAKESPAN(CONCURRENT), MAKESPAN(BOTH))},
        {THAN_PARALLEL, BRG_LAB_RATIO(LATE(PARALLEL), LATE(BOTH))},
        {SAME, BRG_LAB_RATIO(MAKESPAN(BOTH_AGAIN), MAKESPAN(BOTH))},
    };
    brg_status status = brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                             .condition_count = CONDITIONS,
                                                             .readings = BRG_LAB_MEAL_READINGS,
                                                             .replies = replies,
                                                             .reply_count = 5});
    if (status == BRG_OK)
        draw(lab, names);
    return status;
}

static brg_status run(brg_lab *lab) {
    return brg_lab_work_measure(lab, 20e-3, measure);
}

const brg_experiment brg_claim_33 = {
    .claim = {.id = "33",
              .slug = "blend",
              .title = "The best systems blend both",
              .articles = "A0 A1",
              .claim = "A program that is concurrent and parallel is both prompt and fast; one "
                       "that is only one "
                       "of them is only that.",
              .hypothesis =
                  "Both together beat neither in either number, concurrency alone in speed, and "
                  "parallelism alone in promptness.",
              .metric = "makespan and longest frame of the others over those of both, x",
              .threshold = "1.2 times as fast as without parallelism; 1.3 times as prompt as "
                           "without concurrency.",
              .refuted_by =
                  "One of the other three ways being as good in the number that it lacks.",
              .workload = "Three dishes of 20 ms on one compute unit, cooked beside a loop of 120 "
                          "frames a second.",
              .method = "All ways once a round; ratios within a round.",
              .control = "The same way twice takes the same time, within a quarter.",
              .questions =
                  {{.what = "makespan of neither over both", .unit = "x", BRG_LAB_ABOVE(1.2)},
                   {.what = "longest frame of neither over both", .unit = "x", BRG_LAB_ABOVE(1.3)},
                   {.what = "makespan of concurrent over both", .unit = "x", BRG_LAB_ABOVE(1.2)},
                   {.what = "longest frame of parallel over both", .unit = "x", BRG_LAB_ABOVE(1.3)},
                   {.what = "makespan of both over itself",
                    .unit = "x",
                    BRG_LAB_WITHIN(0.75, 1.25),
                    .control = true}},
              .plot = {BRG_LAB_PLOT_POINTS, "longest frame, ms", "meals a second"},
              .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
    .run = run};
