/* Claim 16: Amdahl's law.
 *
 *     one thread     |serial|######## the rest ########|
 *     four threads   |serial|##|
 *                           |##|
 *                           |##|
 *                           |##|          the serial part stays as long as it was
 *
 * With a part s of the work serial and the rest split over N threads the speedup is
 *
 *     S(N) = 1 / (s + (1 - s) / N)                       (Amdahl, AFIPS 1967)
 *
 * which for many threads tends to 1 / s. Here s is chosen (the dial), S is measured, and s is found
 * again from the measurements: 1/S - 1/N = s (1 - 1/N) is a line through the origin, fitted by
 * least squares over all N. With two threads only that is the metric of Karp and Flatt (CACM 33(5),
 * 1990). */
#include <stdio.h>

#include "lab/lab.h"

enum { MOST = 12 };
enum { Q_FIT, Q_PARALLEL, Q_SERIAL };

/* One piece of work: `serial` steps by one thread, then `parallel` steps split over `threads`. */
typedef struct work {
    uint64_t serial, parallel;
    int32_t threads;
    char name[BRG_LAB_NAME];
} work;

/* The conditions: the dial's work on 1, 2, 4 ... all cores, then work with nothing serial and with
 * nothing parallel on all of them. Condition 0 is one thread, the baseline of all: they do equally
 * much. */
typedef struct sweep {
    int32_t threads[MOST];
    int32_t steps;
    work works[MOST + 2];
} sweep;

static void spin_share(int32_t index, void *argument) {
    const work *what = argument;
    (void)index;
    brg_lab_spin(what->parallel / (uint64_t)what->threads);
}

static double seconds(brg_lab *lab, const void *argument, double *more) {
    work what = *(const work *)argument;
    double began = brg_lab_now_s();
    (void)more;
    brg_lab_spin(what.serial);
    double serial = brg_lab_now_s() - began;
    if (what.parallel == 0)
        return serial;
    const brg_lab_team team = {
        .count = what.threads, .work = spin_share, .argument = &what, .spread = true};
    return serial + brg_lab_team_run(lab, &team).wall_s;
}

/* The serial part that explains a round's speedups best. */
static double fitted_part(const double *values, const void *argument) {
    const sweep *all = argument;
    double xy = 0, xx = 0;
    for (int32_t i = 1; i < all->steps; i++) {
        double n = all->threads[i], x = 1 - 1 / n, y = values[i] / values[0] - 1 / n;
        xy += x * y;
        xx += x * x;
    }
    return xy / xx;
}

static double fit_error(const double *values, const void *argument) {
    const sweep *all = argument;
    double s =
        (double)all->works[0].serial / (double)(all->works[0].serial + all->works[0].parallel);
    return 100 * (fitted_part(values, argument) - s);
}

static work make_work(uint64_t steps, double serial_part, int32_t threads) {
    work made = {.serial = (uint64_t)((double)steps * serial_part), .threads = threads};
    made.parallel = steps - made.serial;
    snprintf(made.name, sizeof made.name, "%.0f %% serial, %d %s", serial_part * 100, (int)threads,
             threads == 1 ? "thread" : "threads");
    return made;
}

static double predicted(double serial_part, int32_t threads) {
    return 1 / (serial_part + (1 - serial_part) / threads);
}

static brg_status measure(brg_lab *lab, const sweep *all, double serial_part) {
    const int32_t count = all->steps + 2, none = all->steps, whole = all->steps + 1;
    const int32_t cores = all->threads[all->steps - 1];
    brg_lab_condition conditions[MOST + 2];
    brg_lab_mark marks[MOST];
    for (int32_t i = 0; i < count; i++)
        conditions[i] =
            (brg_lab_condition){all->works[i].name, all->works[i].threads, seconds, &all->works[i]};
    for (int32_t i = 0; i < all->steps; i++) {
        marks[i] = (brg_lab_mark){"measured", all->threads[i], BRG_LAB_RATIO(0, i), NULL};
        brg_lab_plot_model(lab, "Amdahl's law", all->threads[i],
                           predicted(serial_part, all->threads[i]));
    }
    const brg_lab_reply replies[] = {
        {Q_FIT, BRG_LAB_DERIVED(fit_error, all)},
        {Q_PARALLEL, BRG_LAB_RATIO_TIMES(0, none, 1.0 / cores)},
        {Q_SERIAL, BRG_LAB_RATIO(0, whole)},
    };
    const brg_lab_gauge gauges[] = {
        {"serial part found from the speedups", "", BRG_LAB_DERIVED(fitted_part, all)},
        {"speedup on all cores", "x", BRG_LAB_RATIO(0, all->steps - 1)},
        {"the same with nothing serial", "x", BRG_LAB_RATIO(0, none)},
    };
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = count,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = all->steps,
                                                .gauges = gauges,
                                                .gauge_count = 3,
                                                .precision = 0.05});
}

static brg_status run(brg_lab *lab) {
    const uint64_t steps = brg_lab_spin_steps(lab, 0.02);
    const double serial_part = brg_lab_dial_value(lab) / 100;
    sweep all;
    all.steps = brg_lab_doublings(brg_lab_cores(lab), all.threads, MOST);
    for (int32_t i = 0; i < all.steps; i++)
        all.works[i] = make_work(steps, serial_part, all.threads[i]);
    const int32_t cores = all.threads[all.steps - 1];
    all.works[all.steps] = make_work(steps, 0, cores);
    all.works[all.steps + 1] = make_work(steps, 1, cores);
    brg_lab_figure_set(lab, "speedup that the law predicts", "x",
                       brg_lab_exact(predicted(serial_part, cores)));
    return measure(lab, &all, serial_part);
}

const brg_experiment brg_claim_16 = {
    .claim = {.id = "16",
              .slug = "amdahl",
              .title = "Amdahl's law: the serial part limits the speedup",
              .articles = "A2 A3",
              .claim = "The part of a program that cannot be split limits how much faster it gets, "
                       "however many processors there are.",
              .hypothesis = "With a part s serial the speedup on N cores is 1 / (s + (1 - s) / N).",
              .metric = "The serial part found from measured speedups, less the one that was set, "
                        "in points of per cent.",
              .threshold = "Within 5 points of the dial.",
              .refuted_by = "Speedups that fit a serial part more than 5 points away.",
              .workload = "20 ms of integer steps, a part of them (the dial) by one thread, the "
                          "rest split over 1, 2, 4 ... all cores.",
              .method = "Least squares of 1/S - 1/N = s (1 - 1/N) over all N in each round; with "
                        "two threads the metric of Karp and Flatt (1990). Starting threads is "
                        "not counted, waiting for the last one is.",
              .control = "With nothing serial the speedup must be near the number of cores; with "
                         "nothing parallel there must be none.",
              .questions = {[Q_FIT] = {.what = "serial part found, less the one set",
                                       .unit = "points",
                                       BRG_LAB_WITHIN(-5, 5)},
                            [Q_PARALLEL] = {.what = "speedup for each core with nothing serial",
                                            .unit = "x",
                                            BRG_LAB_WITHIN(0.85, 1.1),
                                            .control = true},
                            [Q_SERIAL] = {.what = "speedup with nothing parallel",
                                          .unit = "x",
                                          BRG_LAB_WITHIN(0.9, 1.1),
                                          .control = true}},
              .plot = {.kind = BRG_LAB_PLOT_LINES, .x = "threads", .y = "speedup, x"},
              .dial = {"serial part, %", 0, 100, 25},
              .needs = BRG_LAB_NEEDS_TWO_CORES},
    .run = run,
};
