/* Claim 4: concurrency keeps a program responsive.
 *
 *     in the loop       |frame|kernelkernelkernelkernelkernel|key!|frame|     the window is frozen
 *     on the engine     |frame|   |frame|   |key!|   |frame|   |frame|        it is not, but what else the
 *                       ......kernelkernelkernelkernelkernel|answer           device is asked comes after
 *     sliced            ......kernel|kernel|answer|kernel|kernel|kernel       slices let it in between
 *     a unit kept free  ......kernelkernelkernelkernelkernelkernelkernel      a free unit has it to itself
 *                       ...................|answer
 *
 * A window's loop of 60 frames a second starts a kernel. A moment later a key is pressed whose answer the device has to
 * compute, too. How far apart are frames, when does the loop see the key, and when is the answer there? */
#include <stdio.h>
#include <stdlib.h>

#include "lab/frames.h"
#include "lab/work.h"

enum {
    IN_LOOP,
    ON_ENGINE,
    SLICED,
    SHORT,
    RESERVED,
    WAYS
}; /* the last where units can be kept free */
enum { LONGEST, KERNEL, SEEN, ANSWERED, READINGS };
enum { FROZEN, PROMPT, PROMPT_SLICED, GAIN, KEY_GAIN, SLICES, CONTROL };

static const double draw_s = 1e-3;   /* what a frame costs the processor */
static const double key_s = 4e-3;    /* after the kernel has begun */
static const double answer_s = 1e-3; /* of the device, as is the control's kernel */

/* A way to have the kernel computed. */
typedef struct way {
    const char *name;
    bool in_loop; /* the loop waits for the device */
    brg_lab_work kernel, answer;
    int32_t *passes; /* of the kernel, for all ways alike; NULL: as it is */
    char kernel_on[BRG_NAME], answer_on[BRG_NAME];
    brg_lab_tail *log; /* of all rounds */
} way;

/* One kernel and one key. Moments are 0 until they come. */
typedef struct session {
    const way *way;
    brg_job kernel, answer;
    double began_s, seen_s, answered_s, done_s;
    bool failed, over;
} session;

/* ---- the loop ---------------------------------------------------------------------------------- */

/* Hands work in and, where the loop computes, waits until it is done. */
static brg_job start(session *s, const brg_lab_work *work, const char *device, double *done_s) {
    brg_job job = {0};
    s->failed = s->failed || brg_lab_work_submit(work, device, &job) != BRG_OK;
    if (!s->failed && s->way->in_loop && brg_engine_wait(work->engine, job, -1) == BRG_OK)
        *done_s = brg_lab_now_s();
    return job;
}

/* Notes when a job was seen to be done. */
static void look(const session *s, brg_job job, double *done_s) {
    if (job.generation && !*done_s && brg_engine_wait(s->way->kernel.engine, job, 0) == BRG_OK)
        *done_s = brg_lab_now_s();
}

/* A frame: the loop reads the keys pressed since the last, and sees what the engine has done. */
static bool tick(brg_lab *lab, void *argument) {
    (void)lab;
    session *s = argument;
    const way *w = s->way;
    if (!s->began_s) {
        s->began_s = brg_lab_now_s();
        brg_lab_work kernel = w->kernel;
        kernel.shape.passes = w->passes ? *w->passes : kernel.shape.passes;
        s->kernel = start(s, &kernel, w->kernel_on, &s->done_s);
    } else if (!s->seen_s && brg_lab_now_s() >= s->began_s + key_s) {
        s->seen_s = brg_lab_now_s();
        s->answer = start(s, &w->answer, w->answer_on, &s->answered_s);
    }
    look(s, s->kernel, &s->done_s);
    look(s, s->answer, &s->answered_s);
    s->over = s->done_s && s->answered_s;
    return !s->failed && !s->over;
}

/* Waits for a job and lets go of it; returns the milliseconds of its kernels. */
static double settle(session *s, brg_job job) {
    brg_result result = {.median = {.kernel = (double)NAN}};
    if (job.generation && brg_lab_work_await(&s->way->kernel, job, &result) != BRG_OK)
        s->failed = true;
    double kernel_ms = result.median.kernel;
    brg_result_release(&result);
    return kernel_ms;
}

static void draw_key(brg_lab *lab, const session *s, double origin_s) {
    const double pressed_s = s->began_s + key_s;
    brg_lab_span_add(lab, s->way->name, "key", "pressed, not yet seen", pressed_s - origin_s,
                     s->seen_s - origin_s, true);
    brg_lab_span_add(lab, s->way->name, "key", "answer", s->seen_s - origin_s,
                     s->answered_s - origin_s, false);
}

/* A kernel made while the machine was busy turns out too short later: before the key's answer it would be over. */
static void lengthen(brg_lab *lab, const way *w, double kernel_ms) {
    const double asked_ms = brg_lab_dial_value(lab);
    const bool whole = w->passes && w->kernel.slice_ms > asked_ms;
    if (whole && kernel_ms > 0 && kernel_ms < 0.85 * asked_ms)
        *w->passes = (int32_t)fmin(*w->passes * fmin(asked_ms / kernel_ms, 4), 1e8);
}

/* The longest time between two frames, ms; then the kernel's, and how long after the key it was seen, and
 * answered. */
static double longest_frame(brg_lab *lab, const void *argument, double *more) {
    session s = {.way = argument};
    brg_lab_tail *log = brg_lab_warming_up(lab) ? NULL : s.way->log;
    brg_lab_spans_clear(lab, s.way->name);
    uint64_t origin_ns = brg_now_ns();
    double origin_s = brg_lab_now_s();
    brg_lab_frame_pace pace = brg_lab_frames_run(
        lab,
        &(brg_lab_frames){
            .draw_s = draw_s, .tick = tick, .argument = &s, .picture = s.way->name, .log = log});
    more[KERNEL - 1] = settle(&s, s.kernel);
    settle(&s, s.answer);
    if (s.failed || !s.over)
        return (double)NAN;
    brg_lab_spans_of_engine(lab, s.way->name, origin_ns);
    draw_key(lab, &s, origin_s);
    more[SEEN - 1] = 1e3 * (s.seen_s - s.began_s - key_s);
    more[ANSWERED - 1] = 1e3 * (s.answered_s - s.began_s - key_s);
    lengthen(lab, s.way, more[KERNEL - 1]);
    return pace.max;
}

/* ---- the experiment ---------------------------------------------------------------------------- */

#define READING(way, reading) ((way)*READINGS + (reading))

/* By how much the frozen frame outlasts the kernel. */
static double beyond_kernel(const double *values, const void *argument) {
    (void)argument;
    return values[READING(IN_LOOP, LONGEST)] - values[READING(IN_LOOP, KERNEL)];
}

static brg_status measure(brg_lab *lab, const way *ways, int32_t count) {
    brg_lab_condition conditions[WAYS];
    brg_lab_mark marks[2 * WAYS];
    for (int32_t i = 0; i < count; i++) {
        const char *name = ways[i].name;
        conditions[i] = (brg_lab_condition){name, i, longest_frame, &ways[i]};
        marks[2 * i] = (brg_lab_mark){"longest frame", i, BRG_LAB_VALUE(READING(i, LONGEST)), name};
        marks[2 * i + 1] =
            (brg_lab_mark){"key to answer", i, BRG_LAB_VALUE(READING(i, ANSWERED)), name};
    }
    const brg_lab_reply replies[] = {
        {FROZEN, BRG_LAB_DERIVED(beyond_kernel, NULL)},
        {PROMPT, BRG_LAB_VALUE(READING(ON_ENGINE, LONGEST))},
        {PROMPT_SLICED, BRG_LAB_VALUE(READING(SLICED, LONGEST))},
        {GAIN, BRG_LAB_RATIO(READING(IN_LOOP, LONGEST), READING(ON_ENGINE, LONGEST))},
        {KEY_GAIN, BRG_LAB_RATIO(READING(IN_LOOP, SEEN), READING(ON_ENGINE, SEEN))},
        {SLICES, BRG_LAB_RATIO(READING(ON_ENGINE, ANSWERED), READING(SLICED, ANSWERED))},
        {CONTROL, BRG_LAB_VALUE(READING(SHORT, LONGEST))},
    };
    const brg_lab_gauge gauges[] = {
        {"key seen, in the loop", "ms", BRG_LAB_VALUE(READING(IN_LOOP, SEEN))},
        {"key seen, on the engine", "ms", BRG_LAB_VALUE(READING(ON_ENGINE, SEEN))},
        {"kernel, in the loop", "ms", BRG_LAB_VALUE(READING(IN_LOOP, KERNEL))},
        {"kernel, on the engine", "ms", BRG_LAB_VALUE(READING(ON_ENGINE, KERNEL))},
        {"kernel, sliced", "ms", BRG_LAB_VALUE(READING(SLICED, KERNEL))},
        {"kernel, a unit kept free", "ms", BRG_LAB_VALUE(READING(RESERVED, KERNEL))}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = count,
                                                .readings = READINGS,
                                                .replies = replies,
                                                .reply_count = 7,
                                                .marks = marks,
                                                .mark_count = 2 * count,
                                                .gauges = gauges,
                                                .gauge_count = count > RESERVED ? 6 : 5});
}

/* What the tail looks like takes more frames than one round has. */
static void tell_tails(brg_lab *lab, const way *ways, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        char name[BRG_LAB_NAME];
        const brg_lab_estimate p50 = {1e3 * brg_lab_tail_quantile(ways[i].log, 0.5), (double)NAN,
                                      (double)NAN, ways[i].log->count};
        const brg_lab_estimate p99 = {1e3 * brg_lab_tail_quantile(ways[i].log, 0.99), (double)NAN,
                                      (double)NAN, ways[i].log->count};
        snprintf(name, sizeof name, "p50 of frames, %s", ways[i].name);
        brg_lab_figure_set(lab, name, "ms", p50);
        snprintf(name, sizeof name, "p99 of frames, %s", ways[i].name);
        brg_lab_figure_set(lab, name, "ms", p99);
    }
}

/* False where no unit of the device can be kept free. */
static bool can_reserve(brg_lab *lab) {
    const brg_device_info *device = brg_lab_device(lab);
    return brg_lab_units(lab) > 1 && (device->partitions_by_counts ||
                                      (device->partitions_equally && brg_lab_units(lab) == 2));
}

static void describe(brg_lab *lab, way *ways, const brg_lab_work *kernel,
                     const brg_lab_work *answer, int32_t *passes) {
    static const char *const names[WAYS] = {"in the loop", "on the engine", "sliced",
                                            "short, in the loop", "a unit kept free"};
    const int32_t units = brg_lab_units(lab);
    for (int32_t i = 0; i < WAYS; i++) {
        way *w = &ways[i];
        w->name = names[i];
        w->in_loop = i == IN_LOOP || i == SHORT;
        w->kernel = i == SHORT ? *answer : *kernel;
        w->kernel.slice_ms = i == SLICED ? 4 : 1e5;
        w->passes = i == SHORT ? NULL : passes;
        w->answer = *answer;
        w->answer.priority = 1;
        brg_lab_part(lab, 0, i == RESERVED ? units - 1 : 0, w->kernel_on);
        brg_lab_part(lab, units - 1, i == RESERVED ? 1 : 0, w->answer_on);
    }
}

static brg_status run(brg_lab *lab) {
    way ways[WAYS] = {0};
    brg_lab_work kernel = {0}, answer = {0};
    brg_lab_tail *logs = calloc(WAYS, sizeof *logs);
    if (!logs)
        brg_lab_fail(lab, BRG_E_MEMORY, "There is no memory for the times of frames.");
    brg_status status = brg_lab_status(lab);
    if (status == BRG_OK)
        status = brg_lab_work_lasting_on_all(lab, brg_lab_dial_value(lab) / 1e3, &kernel);
    if (status == BRG_OK)
        status = brg_lab_work_lasting_on_all(lab, answer_s, &answer);
    if (status == BRG_OK) {
        int32_t count = can_reserve(lab) ? WAYS : RESERVED;
        int32_t passes = kernel.shape.passes;
        describe(lab, ways, &kernel, &answer, &passes);
        for (int32_t i = 0; i < WAYS; i++)
            ways[i].log = &logs[i];
        status = measure(lab, ways, count);
        tell_tails(lab, ways, count);
        if (count < WAYS)
            brg_lab_remark(lab, "No unit was kept free: this device cannot be divided.");
    }
    brg_lab_work_release(&answer);
    brg_lab_work_release(&kernel);
    free(logs);
    return status;
}

const brg_experiment brg_claim_4 =
    {.claim =
         {.id = "4",
          .slug = "responsive",
          .title = "Concurrency keeps a program responsive",
          .articles = "A0 A2 A3 A4",
          .claim = "A program that hands long work to someone else goes on answering its user; one "
                   "that does the work itself freezes until it is done.",
          .hypothesis =
              "Where the loop waits for the kernel, a frame lasts as long as the kernel. Where the "
              "engine does, frames come on time, and cut into slices the kernel lets other "
              "work through, too.",
          .metric =
              "longest time between two frames, time from a key to the frame that sees it and "
              "to its answer, ms",
          .threshold =
              "In the loop, a frame outlasts the kernel by at most a frame. On the engine, no "
              "frame "
              "takes longer than a frame and a half, and both the longest frame and a key "
              "seen are at least 1.5 times as prompt. Slices bring the answer at least 1.2 "
              "times as soon.",
          .refuted_by = "Frames on time although the loop computes, or late although it does not.",
          .workload =
              "A kernel of 45 ms (the dial) on all compute units; 4 ms after it has begun a "
              "key, which needs 1 ms of the device; 60 frames a second that draw for 1 ms.",
          .method =
              "All ways once a round; ratios within a round. p50 and p99 are over the frames of "
              "all rounds, disturbed ones too. Where a unit is kept free the kernel has the "
              "others; "
              "a device that cannot be divided goes without. A kernel that turns out shorter than "
              "asked is made longer for the rounds to come.",
          .control = "A short kernel in the loop does no harm: it is the length that freezes.",
          .questions =
              {[FROZEN] = {.what = "longest frame in the loop less the kernel",
                           .unit = "ms",
                           BRG_LAB_WITHIN(-1, 18)},
               [PROMPT] = {.what = "longest frame on the engine", .unit = "ms", BRG_LAB_BELOW(25)},
               [PROMPT_SLICED] = {.what = "longest frame, sliced", .unit = "ms", BRG_LAB_BELOW(25)},
               [GAIN] = {.what = "longest frame in the loop over on the engine",
                         .unit = "x",
                         BRG_LAB_ABOVE(1.5)},
               [KEY_GAIN] = {.what = "key until seen, in the loop over on the engine",
                             .unit = "x",
                             BRG_LAB_ABOVE(1.5)},
               [SLICES] = {.what = "key until answered, unsliced over sliced",
                           .unit = "x",
                           BRG_LAB_ABOVE(1.2)},
               [CONTROL] = {.what = "longest frame with a short kernel in the loop",
                            .unit = "ms",
                            BRG_LAB_BELOW(25),
                            .control = true}},
          .plot = {BRG_LAB_PLOT_BARS, "way", "ms"},
          .dial = {"kernel, ms", 45, 400, 45},
          .needs = BRG_LAB_NEEDS_DEVICE},
     .run = run};
