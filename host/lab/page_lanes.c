/* Timelines: a row for each lane, a box for each span; waiting is drawn lightly. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab/page.h"

enum { WIDTH = 720, LEFT = 118, RIGHT = 14, TOP = 30, ROW = 30, FOOT = 34, COLOURS = 6 };
enum { MOST_LANES = 32, MOST_NAMES = 64, MOST_PICTURES = 16 };

/* One timeline: the spans of its name. */
typedef struct picture {
    const brg_lab_result *result;
    const char *name;
    const char *lanes[MOST_LANES];
    int32_t lane_count;
    double length_s;
} picture;

static int32_t find_name(const char *const *names, int32_t count, const char *name) {
    for (int32_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static bool belongs(const picture *of, const brg_lab_span *span) {
    return strcmp(span->picture, of->name) == 0 && span->start_s >= 0 &&
           span->end_s >= span->start_s && isfinite(span->end_s);
}

/* "worker 1" comes before "worker 2"; others are in the order in which they appear. */
static bool is_before(const char *lane, const char *other) {
    static const char digits[] = "0123456789";
    const size_t stem = strcspn(lane, digits);
    return lane[stem] && stem == strcspn(other, digits) && strncmp(lane, other, stem) == 0 &&
           atoi(lane + stem) < atoi(other + stem);
}

static void add_lane(picture *of, const char *lane) {
    if (of->lane_count == MOST_LANES || find_name(of->lanes, of->lane_count, lane) >= 0)
        return;
    int32_t at = of->lane_count++;
    for (; at > 0 && is_before(lane, of->lanes[at - 1]); at--)
        of->lanes[at] = of->lanes[at - 1];
    of->lanes[at] = lane;
}

static picture picture_of(const brg_lab_result *result, const char *name) {
    picture of = {.result = result, .name = name};
    for (int32_t i = 0; i < result->span_count; i++) {
        const brg_lab_span *span = &result->spans[i];
        if (!belongs(&of, span))
            continue;
        of.length_s = fmax(of.length_s, span->end_s);
        add_lane(&of, span->lane);
    }
    return of;
}

/* What is done has the same colour in all pictures of a claim: that of its last word's first span. */
static int32_t colour_of(const brg_lab_result *result, const brg_lab_span *span) {
    const char *names[MOST_NAMES];
    int32_t count = 0;
    for (int32_t i = 0; i < result->span_count && count < MOST_NAMES; i++) {
        const char *name = result->spans[i].name;
        if (result->spans[i].waiting || find_name(names, count, name) >= 0)
            continue;
        if (strcmp(name, span->name) == 0)
            return count % COLOURS;
        names[count++] = name;
    }
    return 0;
}

static double scale_of(double length_s, const char **unit) {
    *unit = length_s >= 1 ? "s" : length_s >= 1e-3 ? "ms" : "us";
    return length_s >= 1 ? 1 : length_s >= 1e-3 ? 1e3 : 1e6;
}

static void put_span(FILE *out, const picture *of, const brg_lab_span *span) {
    const char *unit;
    const double scale = scale_of(of->length_s, &unit);
    const double per_second = (WIDTH - LEFT - RIGHT) / of->length_s;
    const double x = LEFT + span->start_s * per_second;
    const double width = fmax((span->end_s - span->start_s) * per_second, 0.8);
    const int32_t lane = find_name(of->lanes, of->lane_count, span->lane);
    if (lane < 0)
        return;
    const double y = TOP + lane * ROW;
    fprintf(out, "<g class=\"s s%d%s\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\">",
            (int)colour_of(of->result, span), span->waiting ? " waits" : "", x, y, width, ROW - 8);
    fputs("<title>", out);
    brg_markup_put(out, span->name);
    fprintf(out, ", %.3g to %.3g %s</title></rect>", span->start_s * scale, span->end_s * scale,
            unit);
    if ((double)strlen(span->name) * 6.6 + 8 < width) {
        fprintf(out, "<text class=\"inside\" x=\"%.1f\" y=\"%.1f\">", x + 5, y + ROW / 2.0);
        brg_markup_put(out, span->name);
        fputs("</text>", out);
    }
    fputs("</g>\n", out);
}

/* Five marks of a round step. */
static void put_time_axis(FILE *out, const picture *of, double bottom) {
    const char *unit;
    const double scale = scale_of(of->length_s, &unit), length = of->length_s * scale;
    const double decade = pow(10, floor(log10(length / 5))), rest = length / 5 / decade;
    const double step = decade * (rest > 5 ? 10 : rest > 2 ? 5 : rest > 1 ? 2 : 1);
    for (int32_t i = 0; i * step <= length * (1 + 1e-9); i++) {
        const double x = LEFT + i * step / length * (WIDTH - LEFT - RIGHT);
        fprintf(out, "<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%.1f\"/>", x,
                TOP - 5, x, bottom);
        fprintf(out, "<text class=\"soft mid\" x=\"%.1f\" y=\"%.1f\">%.4g %s</text>\n", x,
                bottom + 18, i * step, unit);
    }
}

static void put_picture(FILE *out, const picture *of) {
    const double bottom = TOP + of->lane_count * ROW;
    if (!(of->length_s > 0))
        return;
    fprintf(out,
            "<div class=\"wide\"><svg class=\"plot\" viewBox=\"0 0 %d %.0f\" role=\"img\"><title>",
            WIDTH, bottom + FOOT);
    brg_markup_put(out, of->name[0] ? of->name : of->result->claim->title);
    fputs("</title><desc>Who did what when; pale boxes are waiting.</desc>\n", out);
    fputs("<text class=\"strong\" x=\"8\" y=\"15\">", out);
    brg_markup_put(out, of->name);
    fputs("</text>\n", out);
    put_time_axis(out, of, bottom);
    for (int32_t i = 0; i < of->lane_count; i++) {
        fprintf(out, "<text class=\"end\" x=\"%d\" y=\"%.1f\">", LEFT - 10, TOP + i * ROW + 15.0);
        brg_markup_put(out, of->lanes[i]);
        fputs("</text>\n", out);
    }
    for (int32_t i = 0; i < of->result->span_count; i++)
        if (belongs(of, &of->result->spans[i]))
            put_span(out, of, &of->result->spans[i]);
    fputs("</svg></div>\n", out);
}

/* Pictures in the order of the conditions that they show, whichever was drawn last; others after them. */
static int32_t rank_of(const brg_lab_result *result, const char *name) {
    int32_t rank = 0;
    while (rank < result->setting_count && strcmp(result->settings[rank].name, name) != 0)
        rank++;
    return rank;
}

static int32_t gather_names(const brg_lab_result *result, const char **names) {
    int32_t count = 0;
    for (int32_t i = 0; i < result->span_count && count < MOST_PICTURES; i++) {
        const char *name = result->spans[i].picture;
        if (find_name(names, count, name) >= 0)
            continue;
        int32_t at = count++;
        for (; at > 0 && rank_of(result, name) < rank_of(result, names[at - 1]); at--)
            names[at] = names[at - 1];
        names[at] = name;
    }
    return count;
}

void brg_page_lanes(FILE *out, const brg_lab_result *result) {
    const char *names[MOST_PICTURES];
    const int32_t count = gather_names(result, names);
    for (int32_t i = 0; i < count; i++) {
        const picture of = picture_of(result, names[i]);
        put_picture(out, &of);
    }
}
