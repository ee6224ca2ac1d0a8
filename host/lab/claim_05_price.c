/* Claim 5, the converse of 4: responsiveness has a price.
 *
 * A job on all compute units, while a loop draws 0, 30 or 60 frames a second, each of which takes
 * the processor for 8 ms. On a device that is the processor, what the window draws with is lost to
 * the job. Frames that draw nothing are the control: asking 60 times a second is not what costs. */
#include "lab/frames.h"
#include "lab/work.h"

typedef struct setting {
    const brg_lab_work *work;
    double rate, draw_s;
} setting;

typedef struct errand {
    const brg_lab_work *work;
    brg_job job;
    bool begun, failed;
} errand;

static bool tick(brg_lab *lab, void *argument) {
    errand *e = argument;
    char all[BRG_NAME];
    if (!e->begun)
        e->failed = brg_lab_work_submit(e->work, brg_lab_part(lab, 0, 0, all), &e->job) != BRG_OK;
    e->begun = true;
    return !e->failed && brg_engine_wait(e->work->engine, e->job, 0) == BRG_E_TIMEOUT;
}

/* Seconds of the kernels. */
static double seconds(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    const setting *s = argument;
    if (s->rate <= 0) {
        char all[BRG_NAME];
        return brg_lab_work_s(s->work, brg_lab_part(lab, 0, 0, all));
    }
    errand e = {.work = s->work};
    brg_result result = {0};
    brg_lab_frames_run(
        lab, &(brg_lab_frames){.rate = s->rate, .draw_s = s->draw_s, .tick = tick, .argument = &e});
    if (!e.begun || e.failed || brg_lab_work_await(s->work, e.job, &result) != BRG_OK)
        return (double)NAN;
    double kernel = result.median.kernel / 1e3;
    brg_result_release(&result);
    return kernel;
}

enum { NO_FRAMES, THIRTY, SIXTY, SIXTY_EMPTY, CONDITIONS };
enum { PRICE, CONTROL };

static double lost(const double *values, const void *argument) {
    return 100 * (1 - values[NO_FRAMES] / values[*(const int32_t *)argument]);
}

static brg_status measure(brg_lab *lab, const brg_lab_work *work) {
    static const int32_t places[CONDITIONS] = {NO_FRAMES, THIRTY, SIXTY, SIXTY_EMPTY};
    static const char *const names[CONDITIONS] = {"no frames", "30 a second", "60 a second",
                                                  "60 empty ones"};
    const setting settings[CONDITIONS] = {
        {work, 0, 0}, {work, 30, 8e-3}, {work, 60, 8e-3}, {work, 60, 0}};
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[CONDITIONS];
    for (int32_t i = 0; i < CONDITIONS; i++) {
        conditions[i] = (brg_lab_condition){names[i], settings[i].rate, seconds, &settings[i]};
        marks[i] = (brg_lab_mark){"lost", i, BRG_LAB_DERIVED(lost, &places[i]), names[i]};
    }
    const brg_lab_reply replies[] = {{PRICE, BRG_LAB_DERIVED(lost, &places[SIXTY])},
                                     {CONTROL, BRG_LAB_DERIVED(lost, &places[SIXTY_EMPTY])}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .replies = replies,
                                                .reply_count = 2,
                                                .marks = marks,
                                                .mark_count = CONDITIONS});
}

static brg_status run(brg_lab *lab) {
    brg_lab_work work;
    brg_status status = brg_lab_work_lasting_on_all(lab, 34e-3, &work);
    work.slice_ms = 1000; /* whole: what slices cost is not the question */
    if (status == BRG_OK && brg_lab_device(lab)->kind != BRG_DEVICE_CPU)
        status = brg_lab_not_applicable(lab, "The device is not the processor that draws.");
    else if (status == BRG_OK)
        status = measure(lab, &work);
    brg_lab_work_release(&work);
    return status;
}

const brg_experiment brg_claim_5 = {
    .claim =
        {.id = "5",
         .slug = "price",
         .title = "Responsiveness has a price",
         .articles = "A0 A2 A3 A4",
         .claim = "Keeping a program responsive is not free where the device that computes is the "
                  "processor "
                  "that draws.",
         .hypothesis =
             "A job on all units loses part of its speed to a loop that draws 60 frames a second.",
         .metric = "part of the job's speed that is lost, %",
         .threshold = "At least 5 % at 60 frames a second that draw for 8 ms each.",
         .refuted_by = "No loss.",
         .workload = "A job of 34 ms on all units, two frames long, in one piece; frames that "
                     "keep a processor busy for 8 ms.",
         .method = "All rates once a round; times of kernels from the device's clock; ratios "
                   "within a round.",
         .control = "60 frames a second that draw nothing cost at most 5 %.",
         .questions = {{.what = "speed lost to 60 frames a second", .unit = "%", BRG_LAB_ABOVE(5)},
                       {.what = "speed lost to 60 empty frames a second",
                        .unit = "%",
                        BRG_LAB_WITHIN(-5, 5),
                        .control = true}},
         .plot = {BRG_LAB_PLOT_BARS, "frames", "speed lost, %"},
         .needs = BRG_LAB_NEEDS_DEVICE},
    .run = run};
