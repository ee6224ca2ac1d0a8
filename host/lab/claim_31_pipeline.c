/* Claim 31: split mixed work into phases, and treat each for what it is.
 *
 * Frames are loaded (a wait), filtered (work for the device) and stored (a wait). With one frame in
 * flight the phases add up; with more, one frame waits while another is filtered, and the time for
 * each frame tends to that of the slowest phase. The same with phases that all compute, on one
 * processor: there is nothing to overlap, and more frames in flight gain nothing. */
#include <pthread.h>
#include <stdatomic.h>

#include "lab/work.h"

enum { FRAMES = 5, DEEPEST = 4, PHASES = 3 };

static const double LOAD_S = 6e-3, FILTER_S = 8e-3, STORE_S = 5e-3;

typedef struct setting {
    const brg_lab_work *filter;
    int32_t depth;      /* frames in flight */
    bool all_computing; /* every phase is work for one processor */
} setting;

typedef struct line {
    brg_lab *lab;
    const setting *s;
    uint64_t steps[PHASES];
    atomic_int next;
    pthread_mutex_t stations[PHASES]; /* one frame at a time in each phase */
} line;

static void do_phase(line *l, int32_t phase) {
    static const double waits[PHASES] = {LOAD_S, 0, STORE_S};
    if (l->s->all_computing)
        brg_lab_spin(l->steps[phase]);
    else if (phase == 1)
        (void)brg_lab_work_s(l->s->filter, NULL);
    else
        brg_lab_sleep(l->lab, waits[phase]);
}

/* A thread takes a frame through all phases, then the next one. */
static void carry(int32_t index, void *argument) {
    (void)index;
    line *l = argument;
    while (atomic_fetch_add(&l->next, 1) < FRAMES)
        for (int32_t phase = 0; phase < PHASES; phase++) {
            pthread_mutex_lock(&l->stations[phase]);
            do_phase(l, phase);
            pthread_mutex_unlock(&l->stations[phase]);
        }
}

/* Seconds for each frame. */
static double seconds(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    line l = {.lab = lab, .s = argument};
    const double lengths[PHASES] = {LOAD_S, FILTER_S, STORE_S};
    for (int32_t phase = 0; phase < PHASES; phase++) {
        l.steps[phase] = brg_lab_spin_steps(lab, lengths[phase] / 2);
        if (pthread_mutex_init(&l.stations[phase], NULL) != 0)
            return brg_lab_fail(lab, BRG_E_INTERNAL, "The system gives no mutex.");
    }
    double wall = brg_lab_team_run(lab, &(brg_lab_team){.count = l.s->depth,
                                                        .work = carry,
                                                        .argument = &l,
                                                        .one_core = l.s->all_computing})
                      .wall_s;
    for (int32_t phase = 0; phase < PHASES; phase++)
        pthread_mutex_destroy(&l.stations[phase]);
    return brg_lab_status(lab) == BRG_OK ? wall / FRAMES : (double)NAN;
}

static double filter_alone(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    double began = brg_lab_now_s();
    double kernel = brg_lab_work_s(((const setting *)argument)->filter, NULL);
    (void)lab;
    return isnan(kernel) ? kernel : fmax(brg_lab_now_s() - began, LOAD_S);
}

enum { DEEP = DEEPEST - 1, COMPUTING_1 = DEEPEST, COMPUTING_4, SLOWEST, CONDITIONS };
enum { GAIN, TENDS, NOTHING };

static brg_status measure(brg_lab *lab, const brg_lab_work *filter) {
    setting settings[CONDITIONS] = {[COMPUTING_1] = {filter, 1, true},
                                    [COMPUTING_4] = {filter, DEEPEST, true},
                                    [SLOWEST] = {filter, 1, false}};
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[DEEPEST];
    for (int32_t i = 0; i < CONDITIONS; i++) {
        if (i < DEEPEST)
            settings[i] = (setting){filter, i + 1, false};
        conditions[i] = (brg_lab_condition){i < DEEPEST    ? "phases as they are"
                                            : i == SLOWEST ? "the filter alone"
                                                           : "all phases compute",
                                            settings[i].depth,
                                            i == SLOWEST ? filter_alone : seconds, &settings[i]};
    }
    for (int32_t i = 0; i < DEEPEST; i++)
        marks[i] = (brg_lab_mark){"measured", i + 1, BRG_LAB_VALUE_TIMES(i, 1e3), NULL};
    const brg_lab_reply replies[] = {{GAIN, BRG_LAB_RATIO(0, DEEP)},
                                     {TENDS, BRG_LAB_RATIO(DEEP, SLOWEST)},
                                     {NOTHING, BRG_LAB_RATIO(COMPUTING_1, COMPUTING_4)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = DEEPEST});
}

static brg_status run(brg_lab *lab) {
    return brg_lab_work_measure(lab, FILTER_S * fmax(1, brg_lab_units(lab)), measure);
}

const brg_experiment brg_claim_31 = {
    .claim =
        {.id = "31",
         .slug = "pipeline",
         .title = "Split mixed work into phases",
         .articles = "A2",
         .claim = "Work that waits and computes by turns is best cut into phases that overlap: "
                  "then it takes "
                  "as long as its slowest phase, not as all of them.",
         .hypothesis =
             "With four frames in flight the time for a frame is close to that of the slowest "
             "phase.",
         .metric = "time for a frame with one in flight over that with four; that over the slowest "
                   "phase, x",
         .threshold = "At least 1.4 times as fast; at most 1.5 times the slowest phase.",
         .refuted_by = "Frames in flight that gain nothing.",
         .workload =
             "Five frames: a wait of 6 ms, a job of about 8 ms on the device, a wait of 5 ms; one "
             "frame at a time in each phase. The waits stand for a disk and a network.",
         .method = "All depths once a round; ratios within a round.",
         .control =
             "Where all three phases compute on one processor (half as long each), four frames in "
             "flight gain nothing.",
         .questions = {{.what = "time for a frame, one in flight over four",
                        .unit = "x",
                        BRG_LAB_ABOVE(1.4)},
                       {.what = "time for a frame with four in flight over the slowest phase",
                        .unit = "x",
                        BRG_LAB_WITHIN(0.8, 1.5)},
                       {.what = "the former where all phases compute on one processor",
                        .unit = "x",
                        BRG_LAB_WITHIN(0.85, 1.15),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_LINES, "frames in flight", "time for a frame, ms"},
         .needs = BRG_LAB_NEEDS_DEVICE},
    .run = run};
