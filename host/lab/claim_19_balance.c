/* Claim 19: tasks that are too large leave workers idle.
 *
 * Rows of the Mandelbrot set cost very different amounts. Dealt out beforehand in equal blocks,
 * whoever has the cheap rows is done early and waits; taken row by row, all are done at nearly the
 * same time. Rows that all cost the same show that dealing out is no disadvantage in itself. */
#include <stdatomic.h>

#include "lab/lab.h"

enum { WIDTH = 256, ROWS = 192, ITERATIONS = 400, WORKERS = 64 };

/* The upper half of the set and what lies above it: expensive at the bottom, cheap at the top. */
static const double LEFT = -2.0, TOP = 1.6, PIXEL = 2.5 / WIDTH;

static int32_t iterations_of(double x, double y) {
    double re = 0, im = 0;
    int32_t i = 0;
    for (; i < ITERATIONS && re * re + im * im <= 4; i++) {
        double next = re * re - im * im + x;
        im = 2 * re * im + y;
        re = next;
    }
    return i;
}

static int64_t mandelbrot_row(int32_t row) {
    int64_t sum = 0;
    for (int32_t column = 0; column < WIDTH; column++)
        sum += iterations_of(LEFT + column * PIXEL, TOP - row * TOP / ROWS);
    return sum;
}

typedef struct setting {
    bool dynamic; /* rows are taken one by one */
    bool level;   /* all rows cost the same */
} setting;

typedef struct shop {
    const setting *how;
    int32_t workers;
    atomic_int next;
    uint64_t level_steps;
    atomic_llong sum; /* so that no compiler leaves the work out */
    double busy_s[WORKERS];
} shop;

static void do_row(shop *s, int32_t row) {
    int64_t result =
        s->how->level ? (int64_t)(brg_lab_spin(s->level_steps) & 1) : mandelbrot_row(row);
    atomic_fetch_add_explicit(&s->sum, result, memory_order_relaxed);
}

static void work(int32_t index, void *argument) {
    shop *s = argument;
    double began = brg_lab_now_s();
    if (s->how->dynamic)
        for (int32_t row; (row = atomic_fetch_add(&s->next, 1)) < ROWS;)
            do_row(s, row);
    else
        for (int32_t row = index * ROWS / s->workers; row < (index + 1) * ROWS / s->workers; row++)
            do_row(s, row);
    s->busy_s[index] = brg_lab_now_s() - began;
}

/* Seconds; more[0]: the part of the workers' time that they had nothing to do. */
static double seconds(brg_lab *lab, const void *argument, double *more) {
    shop s = {.how = argument, .level_steps = brg_lab_spin_steps(lab, 200e-6)};
    s.workers = brg_lab_cores(lab) < WORKERS ? brg_lab_cores(lab) : WORKERS;
    brg_lab_team team = {.count = s.workers, .work = work, .argument = &s};
    double wall = brg_lab_team_run(lab, &team).wall_s, busy = 0;
    for (int32_t i = 0; i < s.workers; i++)
        busy += s.busy_s[i];
    more[0] = fmax(0, 1 - busy / (wall * s.workers));
    return wall;
}

enum { STATIC, DYNAMIC, LEVEL_STATIC, LEVEL_DYNAMIC, CONDITIONS };
enum { READINGS = 2, IDLE = 1 };
enum { GAIN, IDLE_LESS, LEVEL };

static const setting settings[CONDITIONS] = {
    [STATIC] = {false, false},
    [DYNAMIC] = {true, false},
    [LEVEL_STATIC] = {false, true},
    [LEVEL_DYNAMIC] = {true, true},
};

static double idle_difference(const double *values, const void *argument) {
    (void)argument;
    return 100 * (values[STATIC * READINGS + IDLE] - values[DYNAMIC * READINGS + IDLE]);
}

static double idle_percent(const double *values, const void *argument) {
    return 100 * values[*(const int32_t *)argument * READINGS + IDLE];
}

static brg_status run(brg_lab *lab) {
    static const int32_t places[CONDITIONS] = {STATIC, DYNAMIC, LEVEL_STATIC, LEVEL_DYNAMIC};
    static const char *const names[CONDITIONS] = {"uneven rows, dealt out", "uneven rows, taken",
                                                  "even rows, dealt out", "even rows, taken"};
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[CONDITIONS];
    for (int32_t i = 0; i < CONDITIONS; i++) {
        conditions[i] = (brg_lab_condition){names[i], i, seconds, &settings[i]};
        marks[i] = (brg_lab_mark){"idle", i, BRG_LAB_DERIVED(idle_percent, &places[i]), names[i]};
    }
    const brg_lab_reply replies[] = {
        {GAIN, BRG_LAB_RATIO(STATIC * READINGS, DYNAMIC * READINGS)},
        {IDLE_LESS, BRG_LAB_DERIVED(idle_difference, NULL)},
        {LEVEL, BRG_LAB_RATIO(LEVEL_STATIC * READINGS, LEVEL_DYNAMIC * READINGS)},
    };
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .readings = READINGS,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = CONDITIONS});
}

const brg_experiment brg_claim_19 = {
    .claim =
        {.id = "19",
         .slug = "balance",
         .title = "Tasks that are too large leave workers idle",
         .articles = "A2",
         .claim = "When work is dealt out in few large pieces of unequal cost, some workers finish "
                  "early and wait; small pieces taken on demand keep all of them busy.",
         .hypothesis = "Taking rows one by one is faster than equal blocks, and idles less.",
         .metric =
             "wall time of blocks over that of single rows, x; idle part of the workers' time, %",
         .threshold = "At least a tenth faster, and at least 10 % of the time less idle.",
         .refuted_by = "Blocks being as fast, or workers as busy.",
         .workload =
             "The Mandelbrot set's upper half with the empty plane above it, 256 x 192 points, "
             "400 iterations; a thread for each processor.",
         .method = "Both ways of sharing once a round, in random order; ratios within a round.",
         .control = "Rows that all cost the same: blocks then are as fast as single rows.",
         .questions = {{.what = "time of equal blocks over that of rows taken one by one",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.1)},
                       {.what = "idle time saved", .unit = "%", BRG_LAB_ABOVE(10)},
                       {.what = "time of blocks over that of rows, of even cost",
                        .unit = "x",
                        BRG_LAB_WITHIN(0.9, 1.1),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_BARS, "how rows are shared", "idle part of the workers' time, %"},
         .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run};
