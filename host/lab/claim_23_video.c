/* Claim 23: frames of a video in parallel help, concurrency alone does little.
 *
 * A stream of frames, each a job for one compute unit: one after the other; all handed in at once,
 * but to a single unit; dealt out to all units. And frames that each need the one before, dealt out
 * to all units: the order in time is a chain, and no number of units shortens it. */
#include "lab/work.h"

enum { FRAMES = 8 };

typedef struct setting {
    const brg_lab_work *frame;
    bool at_once; /* all frames are handed in before the first is done */
    bool all_units;
} setting;

static double seconds(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    const setting *s = argument;
    brg_job jobs[FRAMES];
    double began = brg_lab_now_s();
    for (int32_t i = 0; i < FRAMES; i++) {
        char part[BRG_NAME];
        brg_lab_part(lab, s->all_units ? i : 0, 1, part);
        if (brg_lab_work_submit(s->frame, part, &jobs[i]) != BRG_OK ||
            (!s->at_once && brg_lab_work_await(s->frame, jobs[i], NULL) != BRG_OK))
            return (double)NAN;
    }
    for (int32_t i = 0; s->at_once && i < FRAMES; i++)
        if (brg_lab_work_await(s->frame, jobs[i], NULL) != BRG_OK)
            return (double)NAN;
    return brg_lab_now_s() - began;
}

enum { ONE_BY_ONE, CONCURRENT, PARALLEL, DEPENDENT, CONDITIONS };
enum { GAIN, LITTLE, NONE };

static double frames_a_second(const double *values, const void *argument) {
    return FRAMES / values[*(const int32_t *)argument];
}

static brg_status measure(brg_lab *lab, const brg_lab_work *frame) {
    static const int32_t places[CONDITIONS] = {ONE_BY_ONE, CONCURRENT, PARALLEL, DEPENDENT};
    static const char *const names[CONDITIONS] = {"one by one", "concurrent, one unit",
                                                  "parallel, all units", "dependent, all units"};
    const setting settings[CONDITIONS] = {[ONE_BY_ONE] = {frame, false, false},
                                          [CONCURRENT] = {frame, true, false},
                                          [PARALLEL] = {frame, true, true},
                                          [DEPENDENT] = {frame, false, true}};
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[CONDITIONS];
    for (int32_t i = 0; i < CONDITIONS; i++) {
        conditions[i] = (brg_lab_condition){names[i], i, seconds, &settings[i]};
        marks[i] =
            (brg_lab_mark){"rate", i, BRG_LAB_DERIVED(frames_a_second, &places[i]), names[i]};
    }
    const brg_lab_reply replies[] = {{GAIN, BRG_LAB_RATIO(ONE_BY_ONE, PARALLEL)},
                                     {LITTLE, BRG_LAB_RATIO(ONE_BY_ONE, CONCURRENT)},
                                     {NONE, BRG_LAB_RATIO(ONE_BY_ONE, DEPENDENT)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .replies = replies,
                                                .reply_count = 3,
                                                .marks = marks,
                                                .mark_count = CONDITIONS});
}

static brg_status run(brg_lab *lab) {
    return brg_lab_work_measure(lab, 10e-3, measure);
}

const brg_experiment brg_claim_23 = {
    .claim =
        {.id = "23",
         .slug = "video",
         .title = "Frames in parallel help, concurrency little",
         .articles = "A2",
         .claim = "Video is encoded faster by working on frames in parallel; merely having many "
                  "under way "
                  "does little.",
         .hypothesis =
             "Independent frames gain from more units, concurrency on one unit gains next to "
             "nothing, frames that depend on each other gain nothing.",
         .metric = "time of frames one by one over that of the other ways, x",
         .threshold =
             "At least 1.3 times as fast in parallel; between 0.9 and 1.2 times concurrently.",
         .refuted_by = "No gain in parallel, or as much by concurrency alone.",
         .workload = "Eight frames of 10 ms, each a job for one compute unit.",
         .method = "All ways once a round; ratios within a round.",
         .control = "Frames that each need the one before gain nothing from more units.",
         .questions = {{.what = "speedup of frames in parallel", .unit = "x", BRG_LAB_ABOVE(1.3)},
                       {.what = "speedup of frames concurrent on one unit",
                        .unit = "x",
                        BRG_LAB_WITHIN(0.9, 1.2)},
                       {.what = "speedup of dependent frames on all units",
                        .unit = "x",
                        BRG_LAB_WITHIN(0.85, 1.15),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_BARS, "way", "frames a second"},
         .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
    .run = run};
