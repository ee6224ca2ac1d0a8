/* Lanes. See lanes.h. */
#include "timeline/lanes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "ui/parts.h"

enum { MAX_BINS = 2048, LEVELS = 6 };

static const float wide = 2.5f, label_from = 44;

/* ---- stretches of time ----------------------------------------------------------------------- */

uint64_t brg_stretch_start(const brg_stretch *stretch) {
    uint64_t length = (uint64_t)(stretch->seconds * 1e9);
    return stretch->end_ns > length ? stretch->end_ns - length : 0;
}

/* Differences are taken in whole nanoseconds: a double does not hold hours to the nanosecond. */
double brg_stretch_x(const brg_stretch *stretch, float w, uint64_t ns) {
    int64_t before_end = (int64_t)(stretch->end_ns - ns);
    return (double)w * (1 - (double)before_end / (stretch->seconds * 1e9));
}

uint64_t brg_stretch_ns(const brg_stretch *stretch, float w, double x) {
    int64_t before_end = (int64_t)((1 - x / (double)w) * stretch->seconds * 1e9);
    return stretch->end_ns - (uint64_t)before_end;
}

void brg_stretch_shift(brg_stretch *stretch, double seconds) {
    stretch->end_ns += (uint64_t)(int64_t)(seconds * 1e9);
}

void brg_stretch_zoom(brg_stretch *stretch, double factor, double about, double least,
                      double most) {
    double was = stretch->seconds;
    stretch->seconds = fmin(fmax(was * factor, least), most);
    brg_stretch_shift(stretch, (stretch->seconds - was) * (1 - about));
}

/* ---- lanes ----------------------------------------------------------------------------------- */

static const struct lane {
    const char *title;
    brg_colour colour;
} lanes[BRG_LANE_COUNT] = {
    [BRG_LANE_UI] = {"UI frames", BRG_VIOLET},
    [BRG_LANE_ENGINE] = {"engine", BRG_QUIET},
    [BRG_LANE_UPLOAD] = {"upload", BRG_TEAL},
    [BRG_LANE_KERNEL] = {"kernel", BRG_BLUE},
    [BRG_LANE_READBACK] = {"read back", BRG_TEAL},
    [BRG_LANE_REFERENCE] = {"reference", BRG_AMBER},
    [BRG_LANE_SUM] = {"sum", BRG_TEAL},
};

const char *brg_lane_title(brg_lane lane) {
    return (unsigned)lane < BRG_LANE_COUNT ? lanes[lane].title : "?";
}

brg_colour brg_lane_colour(brg_lane lane) {
    return (unsigned)lane < BRG_LANE_COUNT ? lanes[lane].colour : BRG_QUIET;
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* A lane being drawn: its place, and how busy each pixel is with narrow spans, of others' jobs and
 * of the selected one. */
typedef struct brush {
    brg_ui *ui;
    const brg_track *track;
    brg_rect place;
    const brg_stretch *stretch;
    brg_job selected;
    bool choosy; /* a job is selected */
    int bins;
    float bin_w;
    float busy[2][MAX_BINS];
} brush;

static bool is_called(const brg_span *span, const char *name) {
    return span->lane == BRG_LANE_UI && strcmp(span->name, name) == 0;
}

static bool is_selected(const brush *b, const brg_span *span) {
    return b->choosy && brg_job_same(span->job, b->selected);
}

static void add_narrow(brush *b, const brg_span *span, float x0, float x1) {
    float *busy = b->busy[is_selected(b, span)];
    int last = b->bins - 1, i = (int)(x0 / b->bin_w), j = (int)(x1 / b->bin_w);
    i = i < 0 ? 0 : i > last ? last : i;
    j = j < i ? i : j > last ? last : j;
    for (int k = i; k <= j; k++) {
        float from = fmaxf(x0, (float)k * b->bin_w), to = fminf(x1, (float)(k + 1) * b->bin_w);
        busy[k] += fmaxf(to - from, 0.02f * b->bin_w);
    }
}

static void draw_label(brush *b, brg_rect r, brg_colour colour, const char *text) {
    if (r.w >= label_from)
        brg_ui_text(b->ui, brg_rect_inset(r, 5, 0), BRG_FONT_SMALL, BRG_LEFT, colour, text);
}

static void draw_freeze(brush *b, brg_rect r, const brg_span *span) {
    char text[32];
    snprintf(text, sizeof text, "frozen %.0f ms", (double)(span->end_ns - span->start_ns) / 1e6);
    brg_ui_fill(b->ui, r, 2, BRG_RED_DIM);
    if (r.w > 90)
        brg_ui_text(b->ui, r, BRG_FONT_SMALL, BRG_CENTRE, BRG_RED, text);
}

/* Neighbours are kept apart by a pixel once there is room for it. */
static void draw_wide(brush *b, const brg_span *span, float x0, float x1) {
    float gap = x1 - x0 > 6 ? 1 : 0;
    brg_rect r = {b->place.x + x0, b->place.y, x1 - x0 - gap, b->place.h};
    if (is_called(span, BRG_FROZEN)) {
        draw_freeze(b, r, span);
    } else if (is_called(span, BRG_ASLEEP)) {
        brg_ui_fill(b->ui, (brg_rect){r.x, r.y + r.h / 2 - 1, r.w, 2}, 0, BRG_HAIRLINE);
    } else if (b->choosy && span->job.generation && !is_selected(b, span)) {
        brg_ui_blend(b->ui, r, lanes[span->lane].colour, 0.3f);
    } else {
        brg_ui_fill(b->ui, r, r.w > 12 ? 2 : 0, lanes[span->lane].colour);
        draw_label(b, r, BRG_ON_COLOUR, span->name);
    }
}

static void draw_span(brush *b, const brg_span *span) {
    double w = (double)b->place.w;
    double x0 = brg_stretch_x(b->stretch, b->place.w, span->start_ns);
    double x1 = brg_stretch_x(b->stretch, b->place.w, span->end_ns);
    bool is_rest = is_called(span, BRG_ASLEEP);
    x0 = fmax(x0, 0);
    x1 = fmin(x1, w);
    if (x1 - x0 >= (double)wide)
        draw_wide(b, span, (float)x0, (float)x1);
    else if (x1 >= 0 && x0 < w && !is_rest)
        add_narrow(b, span, (float)x0, (float)x1);
}

/* 0: nothing; else how strongly, in steps, so that neighbours can share a rectangle. */
static int level_of(const brush *b, int who, int bin) {
    float share = fminf(b->busy[who][bin] / b->bin_w, 1);
    return share > 0 ? (int)ceilf(share * LEVELS) : 0;
}

static void draw_narrow(brush *b, int who, float strength) {
    brg_colour colour = lanes[b->track->lane].colour;
    for (int i = 0, j; i < b->bins; i = j) {
        int level = level_of(b, who, i);
        for (j = i + 1; j < b->bins && level_of(b, who, j) == level; j++) {
        }
        if (level == 0)
            continue;
        brg_rect r = {b->place.x + (float)i * b->bin_w, b->place.y, (float)(j - i) * b->bin_w,
                      b->place.h};
        brg_ui_blend(b->ui, r, colour, strength * (0.25f + 0.75f * (float)level / LEVELS));
    }
}

/* Before the first span that a full track still holds, nobody knows. */
static void draw_forgotten(brush *b) {
    if (!b->track->forgot)
        return;
    double x = brg_stretch_x(b->stretch, b->place.w, brg_track_at(b->track, 0)->start_ns);
    float w = (float)fmin(fmax(x, 0), (double)b->place.w);
    if (w < 1)
        return;
    brg_rect r = {b->place.x, b->place.y, w, b->place.h};
    brg_ui_fill(b->ui, r, 0, BRG_HAIRLINE);
    draw_label(b, r, BRG_FAINT, "forgotten");
}

/* A red cap over the time in which a frame was due and none began. */
static void draw_dropped(brush *b, uint64_t period_ns) {
    brg_interval interval;
    size_t i = brg_track_since(b->track, brg_stretch_start(b->stretch));
    while (brg_frames_next(b->track, &i, &interval) && interval.start_ns < b->stretch->end_ns) {
        if (brg_interval_dropped(&interval, period_ns) == 0)
            continue;
        double from = brg_stretch_x(b->stretch, b->place.w, interval.start_ns + period_ns);
        double to = brg_stretch_x(b->stretch, b->place.w, interval.end_ns);
        from = fmin(fmax(from, 0), (double)b->place.w - 2);
        to = fmin(fmax(to, from + 2), (double)b->place.w);
        brg_ui_fill(b->ui,
                    (brg_rect){b->place.x + (float)from, b->place.y - 3, (float)(to - from), 3}, 0,
                    BRG_RED);
    }
}

void brg_lane_draw(brg_ui *ui, const brg_track *track, brg_rect place, const brg_stretch *stretch,
                   brg_job selected, uint64_t period_ns) {
    brush b = {.ui = ui, .track = track, .place = place, .stretch = stretch, .selected = selected};
    b.choosy = selected.generation != 0;
    b.bins = (int)fminf(fmaxf(place.w, 1), MAX_BINS);
    b.bin_w = place.w / (float)b.bins;
    draw_forgotten(&b);
    for (size_t i = brg_track_since(track, brg_stretch_start(stretch)); i < track->count; i++) {
        const brg_span *span = brg_track_at(track, i);
        if (span->start_ns >= stretch->end_ns)
            break;
        draw_span(&b, span);
    }
    bool dim = b.choosy && track->lane != BRG_LANE_UI;
    draw_narrow(&b, 0, dim ? 0.35f : 1);
    draw_narrow(&b, 1, 1);
    if (track->lane == BRG_LANE_UI && period_ns)
        draw_dropped(&b, period_ns);
}

/* ---- pointing -------------------------------------------------------------------------------- */

const brg_span *brg_lane_span_at(const brg_track *track, brg_rect place, const brg_stretch *stretch,
                                 float x) {
    const double reach = 2; /* pixels: narrow spans can be hit, too */
    const brg_span *found = NULL;
    uint64_t at = brg_stretch_ns(stretch, place.w, (double)(x - place.x));
    uint64_t slack = (uint64_t)(reach / (double)place.w * stretch->seconds * 1e9);
    for (size_t i = brg_track_since(track, at - slack); i < track->count; i++) {
        const brg_span *span = brg_track_at(track, i);
        if (span->start_ns > at + slack)
            break;
        if (span->end_ns + slack < at)
            continue;
        found = span;
        if (span->start_ns <= at && at < span->end_ns)
            break;
    }
    return found;
}

const char *brg_span_text(const brg_span *span, const char *job, char *text, size_t size) {
    char time[24];
    brg_part_time((double)(span->end_ns - span->start_ns) / 1e6, time, sizeof time);
    if (span->job.generation && job)
        snprintf(text, size, "%s: %s, of %s", span->name, time, job);
    else
        snprintf(text, size, "%s: %s", span->name, time);
    return text;
}
