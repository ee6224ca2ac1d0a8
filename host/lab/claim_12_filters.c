/* Claim 12: brightness, contrast, blur and resize, a thread each.
 *
 *     a filter for each unit     |brightness|contrast|resize|             |   unit 1 is done early
 *     (task-parallel)            |blurblurblurblurblurblurblurblurblurblur|   the slowest one decides
 *
 *     every filter on all units  |br|co|rs|blurblurblurblurblur|              all units work to the end
 *     (data-parallel)            |br|co|rs|blurblurblurblurblur|
 *
 * Filters of a real photograph, shared out in both ways. Each is a job on the device, so that kernel and compiler are
 * the same; only how the work is cut differs. */
#include <stdio.h>
#include <string.h>

#include "lab/photograph.h"
#include "lab/work.h"

enum { FILTERS = 4 };
enum { ONE_BY_ONE, TASKS, DATA, SLOWEST, EQUAL_TASKS, EQUAL_DATA, CONDITIONS };
enum { Q_BETTER, Q_BOUND, Q_FASTER, Q_EQUAL };

static const char *const filter_names[FILTERS] = {"brightness", "contrast", "blur", "resize"};

/* The filters, and the parts of the device that they are dealt out to. */
typedef struct studio {
    brg_lab *lab;
    brg_stage filters[FILTERS];
    double alone_s[FILTERS]; /* on one part */
    int32_t slowest;
    int32_t parts; /* each of `units` compute units */
    int32_t units;
    int32_t dealt[FILTERS]; /* to which part, for the task-parallel way */
    int32_t equal;          /* filters of the control */
} studio;

/* Jobs to be timed: filter[i] on part[i], or on all parts together. */
typedef struct batch {
    const studio *studio;
    const char *picture; /* NULL: none */
    int32_t count;
    int32_t filter[FILTERS], part[FILTERS];
    bool whole;
} batch;

/* ---- jobs -------------------------------------------------------------------------------------- */

/* The specification of a part, or of all of them. */
static const char *device_of(const studio *s, int32_t part, bool whole, char text[BRG_NAME]) {
    return brg_lab_part(s->lab, whole ? 0 : part * s->units, whole ? s->parts * s->units : s->units,
                        text);
}

static brg_status submit(const batch *b, int32_t i, brg_job *job) {
    const studio *s = b->studio;
    char device[BRG_NAME];
    const brg_job_desc desc = {.stages = &s->filters[b->filter[i]],
                               .stage_count = 1,
                               .label = filter_names[b->filter[i]],
                               .device = device_of(s, b->part[i], b->whole, device),
                               .verify = BRG_VERIFY_NONE};
    return brg_lab_job_submit(s->lab, &desc, job);
}

/* Draws a lane for each part: the kernels of the jobs that were on it. */
static void draw(const batch *b, const brg_job *jobs, uint64_t since_ns) {
    brg_span spans[256];
    brg_lab *lab = b->studio->lab;
    size_t count = brg_trace_copy(brg_engine_trace(brg_lab_engine(lab)), since_ns, spans, 256);
    brg_lab_spans_clear(lab, b->picture);
    for (size_t i = 0; i < count; i++)
        for (int32_t j = 0; spans[i].lane == BRG_LANE_KERNEL && j < b->count; j++) {
            if (memcmp(&spans[i].job, &jobs[j], sizeof *jobs) != 0)
                continue;
            for (int32_t part = b->whole ? 0 : b->part[j];
                 part < (b->whole ? b->studio->parts : b->part[j] + 1); part++) {
                char lane[32];
                snprintf(lane, sizeof lane, "part %d", (int)part + 1);
                brg_lab_span_add(lab, b->picture, lane, filter_names[b->filter[j]],
                                 1e-9 * (double)(spans[i].start_ns - since_ns),
                                 1e-9 * (double)(spans[i].end_ns - since_ns), false);
            }
        }
}

/* From the first filter handed in to the last image that is there. */
static double seconds(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    const batch *b = argument;
    brg_job jobs[FILTERS];
    int32_t submitted = 0;
    uint64_t began_ns = brg_now_ns();
    double began = brg_lab_now_s();
    while (submitted < b->count && submit(b, submitted, &jobs[submitted]) == BRG_OK)
        submitted++;
    bool good = submitted == b->count;
    for (int32_t i = 0; i < submitted; i++)
        good = brg_lab_job_await(lab, jobs[i], NULL) == BRG_OK && good;
    double took = brg_lab_now_s() - began;
    if (good && b->picture)
        draw(b, jobs, began_ns);
    return good ? took : (double)NAN;
}

/* ---- the studio -------------------------------------------------------------------------------- */

/* As many parts as divide evenly among four filters, or the units that there are: 4, 3 or 2. */
static void divide(studio *s) {
    const int32_t units = brg_lab_units(s->lab);
    s->parts = units % 4 == 0 || units > 4 ? 4 : units % 3 == 0 ? 3 : 2;
    s->units = units / s->parts;
    s->equal = s->parts == 3 ? 3 : 4;
}

/* Verifies every filter on a part, and measures how long it takes alone. */
static brg_status try_filters(studio *s) {
    for (int32_t i = 0; i < FILTERS; i++) {
        const brg_job_desc desc = {
            .stages = &s->filters[i], .stage_count = 1, .verify = BRG_VERIFY_SAMPLE, .repeats = 3};
        brg_result result;
        if (brg_lab_job(s->lab, &desc, s->units, &result) != BRG_OK)
            return brg_lab_status(s->lab);
        s->alone_s[i] = result.median.kernel * 1e-3;
        s->slowest = s->alone_s[i] > s->alone_s[s->slowest] ? i : s->slowest;
        brg_result_release(&result);
    }
    return BRG_OK;
}

/* The longest first, each to the part that has least to do: as even as whole filters can be dealt out. */
static void deal(studio *s) {
    double load[FILTERS] = {0};
    bool done[FILTERS] = {false};
    for (int32_t n = 0; n < FILTERS; n++) {
        int32_t longest = -1, least = 0;
        for (int32_t i = 0; i < FILTERS; i++)
            if (!done[i] && (longest < 0 || s->alone_s[i] > s->alone_s[longest]))
                longest = i;
        for (int32_t part = 1; part < s->parts; part++)
            least = load[part] < load[least] ? part : least;
        done[longest] = true;
        s->dealt[longest] = least;
        load[least] += s->alone_s[longest];
    }
}

static void describe(const studio *s, batch batches[CONDITIONS]) {
    for (int32_t i = 0; i < CONDITIONS; i++) {
        batch *b = &batches[i];
        const bool equal = i == EQUAL_TASKS || i == EQUAL_DATA;
        *b = (batch){.studio = s, .whole = i == DATA || i == EQUAL_DATA};
        b->count = i == SLOWEST ? 1 : equal ? s->equal : FILTERS;
        for (int32_t j = 0; j < b->count; j++) {
            b->filter[j] = equal || i == SLOWEST ? s->slowest : j;
            b->part[j] = i == TASKS ? s->dealt[j] : i == EQUAL_TASKS ? j % s->parts : 0;
        }
    }
    batches[ONE_BY_ONE].picture = "on one part";
    batches[TASKS].picture = "a filter for each part";
    batches[DATA].picture = "every filter on all parts";
}

static brg_status measure(brg_lab *lab, const studio *s) {
    static const char *const names[CONDITIONS] = {"on one part",         "a filter for each part",
                                                  "every filter on all", "the slowest alone",
                                                  "equal, one a part",   "equal, all on all"};
    batch batches[CONDITIONS];
    brg_lab_condition conditions[CONDITIONS];
    brg_lab_mark marks[CONDITIONS];
    describe(s, batches);
    for (int32_t i = 0; i < CONDITIONS; i++) {
        conditions[i] = (brg_lab_condition){names[i], i, seconds, &batches[i]};
        marks[i] = (brg_lab_mark){"time", i, BRG_LAB_VALUE_TIMES(i, 1e3), names[i]};
    }
    const brg_lab_reply replies[] = {{Q_BETTER, BRG_LAB_RATIO(TASKS, DATA)},
                                     {Q_BOUND, BRG_LAB_RATIO(TASKS, SLOWEST)},
                                     {Q_FASTER, BRG_LAB_RATIO(ONE_BY_ONE, DATA)},
                                     {Q_EQUAL, BRG_LAB_RATIO(EQUAL_TASKS, EQUAL_DATA)}};
    const brg_lab_gauge gauges[] = {
        {"gain, a filter for each part", "x", BRG_LAB_RATIO(ONE_BY_ONE, TASKS)},
        {"gain, every filter on all", "x", BRG_LAB_RATIO(ONE_BY_ONE, DATA)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = CONDITIONS,
                                                .replies = replies,
                                                .reply_count = 4,
                                                .marks = marks,
                                                .mark_count = CONDITIONS,
                                                .gauges = gauges,
                                                .gauge_count = 2});
}

static void tell_filters(brg_lab *lab, const studio *s) {
    for (int32_t i = 0; i < FILTERS; i++) {
        const brg_lab_estimate alone = {s->alone_s[i] * 1e3, (double)NAN, (double)NAN, 3};
        char name[BRG_LAB_NAME];
        snprintf(name, sizeof name, "%s on one part", filter_names[i]);
        brg_lab_figure_set(lab, name, "ms", alone);
    }
}

static brg_status run(brg_lab *lab) {
    static const brg_brightness_params brightness = {0.1f};
    static const brg_contrast_params contrast = {1.2f};
    static const brg_blur_params blur = {.radius = 20};
    static const brg_resize_params resize = {.width = 500, .mode = BRG_RESIZE_AREA};
    const void *const params[FILTERS] = {&brightness, &contrast, &blur, &resize};
    studio s = {.lab = lab};
    brg_tensor *photograph = brg_lab_photograph(lab, 0, 0);
    brg_status status = brg_lab_status(lab);
    for (int32_t i = 0; i < FILTERS; i++)
        s.filters[i] = (brg_stage){
            .op = filter_names[i], .params = params[i], .inputs = {photograph}, .input_count = 1};
    divide(&s);
    if (status == BRG_OK)
        status = try_filters(&s);
    if (status == BRG_OK) {
        deal(&s);
        tell_filters(lab, &s);
        status = measure(lab, &s);
    }
    brg_tensor_release(photograph);
    return status;
}

const brg_experiment brg_claim_12 =
    {.claim =
         {.id = "12",
          .slug = "filters",
          .title = "Four filters, a thread each",
          .articles = "A0",
          .claim = "An image is edited faster with a thread for each filter: one for brightness, "
                   "one for contrast, one for blur, one for resize.",
          .hypothesis =
              "That gains, but no more than until the slowest filter is done; every filter cut up "
              "among all units gains more.",
          .metric = "time until all four images are there, x",
          .threshold =
              "A filter for each part of the device takes at least 1.2 times as long as every "
              "filter on all of it, and 0.9 to 1.4 times as long as the slowest filter alone. The "
              "latter way is at least 1.3 times as fast as one part.",
          .refuted_by = "Whole filters shared out as fast as filters cut up, or done before the "
                        "slowest could be.",
          .workload =
              "A photograph of 1000 x 872 pixels (the Hubble eXtreme Deep Field): brightness, "
              "contrast, a blur of radius 20, and half the size. The device is divided into two to "
              "four equal parts.",
          .method =
              "The filters are verified jobs of the engine. Whole filters are dealt out the "
              "longest "
              "first, each to the part with least to do. All ways once a round; ratios within a "
              "round.",
          .control = "With filters that all take the same time both ways are as fast.",
          .questions = {[Q_BETTER] = {.what = "a filter for each part over every filter on all",
                                      .unit = "x",
                                      BRG_LAB_ABOVE(1.2)},
                        [Q_BOUND] = {.what = "a filter for each part over the slowest alone",
                                     .unit = "x",
                                     BRG_LAB_WITHIN(0.9, 1.4)},
                        [Q_FASTER] = {.what = "one part over every filter on all",
                                      .unit = "x",
                                      BRG_LAB_ABOVE(1.3)},
                        [Q_EQUAL] = {.what = "the same with filters of equal length",
                                     .unit = "x",
                                     BRG_LAB_WITHIN(0.75, 1.2),
                                     .control = true}},
          .plot = {BRG_LAB_PLOT_BARS, "way", "time, ms"},
          .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
     .run = run};
