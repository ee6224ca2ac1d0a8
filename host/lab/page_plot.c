/* Drawing a claim's plot.
 *
 *     y title
 *      tick |                       o one series
 *           |          o---o---o--- o another, beside its last point
 *      tick +------------------------
 *             tick     tick    tick
 *                    x title
 *
 * Measured values are solid, with a bar for their 95 % interval; computed ones are dashed. What is not
 * a number, or not positive on a logarithmic axis, is left out. */
#include "lab/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab/page_axis.h"

enum {
    WIDTH = 720,
    HEIGHT = 330,
    LEFT = 62,
    RIGHT = 178, /* room for the names of the series */
    TOP = 34,
    BOTTOM = 52,
    LABEL_CHARACTERS = 21,
    LABEL_LINE = 15,
    MOST_SERIES = 16,
    COLOURS = 6,
    BAR = 20,
    BAR_GAP = 8,
    BAR_LEFT = 210,
    BAR_RIGHT = 190
};

/* ---- pieces ------------------------------------------------------------------------------------ */

static void put_text(FILE *out, double x, double y, const char *classes, const char *text) {
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, classes);
    brg_markup_put(out, text);
    fputs("</text>\n", out);
}

static void put_line(FILE *out, const char *class, double x1, double y1, double x2, double y2) {
    fprintf(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class,
            x1, y1, x2, y2);
}

static void open_picture(FILE *out, double height, const char *title, const char *description) {
    fprintf(
        out,
        "<div class=\"wide\"><svg class=\"plot\" viewBox=\"0 0 %d %.0f\" role=\"img\">\n<title>",
        WIDTH, height);
    brg_markup_put(out, title);
    fputs("</title>\n<desc>", out);
    brg_markup_put(out, description);
    fputs("</desc>\n", out);
}

static void close_picture(FILE *out) {
    fputs("</svg></div>\n", out);
}

/* ---- axes -------------------------------------------------------------------------------------- */

/* The measured places themselves are the best ticks, if they are few: 1, 2, 4, 8 units. */
static void ticks_at_points(brg_page_axis *x, const brg_lab_result *result) {
    brg_page_axis own = *x;
    own.tick_count = 0;
    for (int32_t i = 0; i < result->series_count; i++)
        for (int32_t j = 0; j < result->series[i].point_count; j++) {
            const double value = result->series[i].points[j].x;
            bool apart = brg_page_axis_fits(x, value);
            for (int32_t k = 0; k < own.tick_count && apart; k++)
                apart = fabs(brg_page_axis_place(x, own.ticks[k]) - brg_page_axis_place(x, value)) >
                            30 ||
                        own.ticks[k] == value;
            bool known = false;
            for (int32_t k = 0; k < own.tick_count; k++)
                known = known || own.ticks[k] == value;
            if (!apart || (!known && own.tick_count == 9))
                return;
            if (!known)
                brg_page_axis_mark(&own, value);
        }
    if (own.tick_count >= 2)
        *x = own;
}

static void fit_axes(const brg_lab_result *result, brg_page_axis *x, brg_page_axis *y) {
    const brg_lab_plot *plot = &result->claim->plot;
    *x = brg_page_axis_empty(plot->log_x);
    *y = brg_page_axis_empty(plot->log_y);
    for (int32_t i = 0; i < result->series_count; i++)
        for (int32_t j = 0; j < result->series[i].point_count; j++) {
            const brg_lab_point *p = &result->series[i].points[j];
            brg_page_axis_include(x, p->x);
            brg_page_axis_include(y, p->y);
            brg_page_axis_include(y, p->low);
            brg_page_axis_include(y, p->high);
        }
    if (!y->logarithmic)
        brg_page_axis_include(y, 0);
    if (!x->logarithmic && x->low > 0 && x->low < 0.5 * x->high)
        brg_page_axis_include(x, 0);
}

/* Numbers below the axis, but those that would run into the one before. */
static void put_x_numbers(FILE *out, const brg_page_axis *x, double y) {
    const double width_of_character = 7, gap = 8;
    double free_from = -INFINITY;
    char text[64];
    for (int32_t i = 0; i < x->tick_count; i++) {
        const double at = brg_page_axis_place(x, x->ticks[i]);
        brg_page_axis_number(x->ticks[i], text, sizeof text);
        const double half = width_of_character * (double)strlen(text) / 2;
        put_line(out, "axis", at, y, at, y + 5);
        if (at - half < free_from)
            continue;
        put_text(out, at, y + 20, "soft mid", text);
        free_from = at + half + gap;
    }
}

static void put_axes(FILE *out, const brg_lab_plot *plot, const brg_page_axis *x,
                     const brg_page_axis *y) {
    char text[64];
    for (int32_t i = 0; i < y->tick_count; i++) {
        const double at = brg_page_axis_place(y, y->ticks[i]);
        put_line(out, "grid", x->from, at, x->to, at);
        put_text(out, x->from - 8, at + 4, "soft end",
                 brg_page_axis_number(y->ticks[i], text, sizeof text));
    }
    put_x_numbers(out, x, y->from);
    put_line(out, "axis", x->from, y->from, x->to, y->from);
    snprintf(text, sizeof text, "%s", plot->log_x ? " (log scale)" : "");
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"mid\">", (x->from + x->to) / 2, y->from + 42);
    brg_markup_put(out, plot->x ? plot->x : "");
    fprintf(out, "%s</text>\n<text x=\"8\" y=\"%d\">", text, TOP - 16);
    brg_markup_put(out, plot->y ? plot->y : "");
    fprintf(out, "%s</text>\n", plot->log_y ? " (log scale)" : "");
}

/* ---- series ------------------------------------------------------------------------------------ */

static void put_point_title(FILE *out, const brg_lab_series *series, const brg_lab_point *p) {
    char y[64], low[64], high[64];
    fputs("<title>", out);
    brg_markup_put(out, p->label[0] ? p->label : series->name);
    fprintf(out, ": %s", brg_page_number(p->y, y, sizeof y));
    if (isfinite(p->low) && isfinite(p->high))
        fprintf(out, " (%s to %s)", brg_page_number(p->low, low, sizeof low),
                brg_page_number(p->high, high, sizeof high));
    fputs("</title>", out);
}

static void put_interval(FILE *out, const brg_lab_point *p, const brg_page_axis *x,
                         const brg_page_axis *y) {
    if (!isfinite(p->low) || !isfinite(p->high) || p->low == p->high)
        return;
    const double at = brg_page_axis_place(x, p->x);
    const double low = brg_page_axis_place_within(y, p->low),
                 high = brg_page_axis_place_within(y, p->high);
    put_line(out, "whisker", at, low, at, high);
    put_line(out, "whisker", at - 4, low, at + 4, low);
    put_line(out, "whisker", at - 4, high, at + 4, high);
}

static void put_path(FILE *out, const brg_lab_series *series, const brg_page_axis *x,
                     const brg_page_axis *y) {
    fputs("<polyline points=\"", out);
    for (int32_t i = 0; i < series->point_count; i++) {
        const brg_lab_point *p = &series->points[i];
        if (brg_page_axis_fits(x, p->x) && brg_page_axis_fits(y, p->y))
            fprintf(out, "%.1f,%.1f ", brg_page_axis_place(x, p->x), brg_page_axis_place(y, p->y));
    }
    fputs("\"/>\n", out);
}

static void open_series(FILE *out, int32_t index, bool model) {
    fprintf(out, "<g class=\"s s%d%s\">\n", (int)(index % COLOURS), model ? " model" : "");
}

static void put_series(FILE *out, const brg_lab_result *result, int32_t index,
                       const brg_page_axis *x, const brg_page_axis *y) {
    const brg_lab_series *series = &result->series[index];
    const bool joined = result->claim->plot.kind == BRG_LAB_PLOT_LINES;
    open_series(out, index, series->model);
    if (joined)
        put_path(out, series, x, y);
    for (int32_t i = 0; i < series->point_count && !(joined && series->model); i++) {
        const brg_lab_point *p = &series->points[i];
        if (!brg_page_axis_fits(x, p->x) || !brg_page_axis_fits(y, p->y))
            continue;
        put_interval(out, p, x, y);
        fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%s\">", brg_page_axis_place(x, p->x),
                brg_page_axis_place(y, p->y), joined ? "3.6" : "5");
        put_point_title(out, series, p);
        fputs("</circle>\n", out);
    }
    fputs("</g>\n", out);
}

/* ---- names beside the lines -------------------------------------------------------------------- */

typedef struct name_tag {
    int32_t series, lines;
    double y; /* of its middle */
} name_tag;

/* Bytes of the next line of a text: as many words as fit, at least one. */
static size_t line_length(const char *text) {
    const size_t all = strlen(text);
    size_t end = LABEL_CHARACTERS;
    if (all <= end)
        return all;
    while (end > 0 && text[end] != ' ')
        end--;
    return end ? end : strcspn(text, " ");
}

static int32_t line_count(const char *text) {
    int32_t lines = 0;
    for (; *text; lines++) {
        text += line_length(text);
        text += *text == ' ';
    }
    return lines;
}

static int by_height(const void *a, const void *b) {
    const double one = ((const name_tag *)a)->y, other = ((const name_tag *)b)->y;
    return (one > other) - (one < other);
}

/* Down from the top until none overlaps, then up again from the bottom edge. */
static void push_apart(name_tag *tags, int32_t count, double bottom) {
    qsort(tags, (size_t)count, sizeof *tags, by_height);
    double free_from = TOP - 10;
    for (int32_t i = 0; i < count; i++) {
        const double half = tags[i].lines * LABEL_LINE / 2.0;
        tags[i].y = fmax(tags[i].y, free_from + half);
        free_from = tags[i].y + half + 3;
    }
    double free_to = bottom;
    for (int32_t i = count - 1; i >= 0; i--) {
        const double half = tags[i].lines * LABEL_LINE / 2.0;
        tags[i].y = fmin(tags[i].y, free_to - half);
        free_to = tags[i].y - half - 3;
    }
}

static void put_tag(FILE *out, const brg_lab_series *series, const name_tag *tag, double x) {
    const char *text = series->name;
    double y = tag->y - (tag->lines - 1) * LABEL_LINE / 2.0 + 4;
    open_series(out, tag->series, series->model);
    put_line(out, "key", x, tag->y, x + 16, tag->y);
    fputs("</g>\n", out);
    for (; *text; y += LABEL_LINE) {
        char line[BRG_LAB_NAME];
        const size_t length = line_length(text);
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        put_text(out, x + 22, y, series->model ? "soft" : "", line);
        text += length;
        text += *text == ' ';
    }
}

/* A lone series needs no name beside it if the axis says the same, but a name does no harm. */
static void put_tags(FILE *out, const brg_lab_result *result, const brg_page_axis *x,
                     const brg_page_axis *y) {
    name_tag tags[MOST_SERIES];
    int32_t count = 0;
    for (int32_t i = 0; i < result->series_count && count < MOST_SERIES; i++) {
        const brg_lab_series *series = &result->series[i];
        const brg_lab_point *last = NULL;
        for (int32_t j = 0; j < series->point_count; j++)
            if (brg_page_axis_fits(x, series->points[j].x) &&
                brg_page_axis_fits(y, series->points[j].y))
                last = &series->points[j];
        if (last && series->name[0])
            tags[count++] =
                (name_tag){i, line_count(series->name), brg_page_axis_place(y, last->y)};
    }
    push_apart(tags, count, y->from + 10);
    for (int32_t i = 0; i < count; i++)
        put_tag(out, &result->series[tags[i].series], &tags[i], x->to + 10);
}

static void put_point_labels(FILE *out, const brg_lab_result *result, const brg_page_axis *x,
                             const brg_page_axis *y) {
    for (int32_t i = 0; i < result->series_count; i++)
        for (int32_t j = 0; j < result->series[i].point_count; j++) {
            const brg_lab_point *p = &result->series[i].points[j];
            if (brg_page_axis_fits(x, p->x) && brg_page_axis_fits(y, p->y) && p->label[0])
                put_text(out, brg_page_axis_place(x, p->x) + 9, brg_page_axis_place(y, p->y) - 7,
                         "", p->label);
        }
}

static void put_plane(FILE *out, const brg_lab_result *result) {
    const brg_lab_plot *plot = &result->claim->plot;
    brg_page_axis x, y;
    fit_axes(result, &x, &y);
    brg_page_axis_round(&y, 5);
    brg_page_axis_round(&x, 6);
    x.from = LEFT;
    x.to = WIDTH - RIGHT;
    y.from = HEIGHT - BOTTOM;
    y.to = TOP;
    ticks_at_points(&x, result);
    open_picture(out, HEIGHT, result->claim->title,
                 "Bars are 95 % intervals; dashed lines are computed, not measured.");
    put_axes(out, plot, &x, &y);
    for (int32_t i = result->series_count - 1; i >= 0; i--) /* the first on top */
        put_series(out, result, i, &x, &y);
    if (plot->kind == BRG_LAB_PLOT_POINTS)
        put_point_labels(out, result, &x, &y);
    if (plot->kind == BRG_LAB_PLOT_LINES || result->series_count > 1)
        put_tags(out, result, &x, &y);
    close_picture(out);
}

/* ---- bars -------------------------------------------------------------------------------------- */

static void put_bar_value(FILE *out, const brg_lab_result *result, int32_t index,
                          const brg_lab_point *p, double x, double y) {
    char number[64], text[160];
    snprintf(text, sizeof text, "%s%s%.64s", brg_page_number(p->y, number, sizeof number),
             result->series_count > 1 ? "  " : "",
             result->series_count > 1 ? result->series[index].name : "");
    put_text(out, x + 8, y + BAR / 2.0 + 4, "soft", text);
}

static void put_bar(FILE *out, const brg_lab_result *result, int32_t index, const brg_lab_point *p,
                    const brg_page_axis *value, double y) {
    const brg_lab_series *series = &result->series[index];
    const double zero = value->logarithmic ? value->from : brg_page_axis_place_within(value, 0);
    const double end = brg_page_axis_fits(value, p->y) ? brg_page_axis_place(value, p->y) : zero;
    double right = fmax(zero, end);
    open_series(out, index, series->model);
    fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\">",
            fmin(zero, end), y, fmax(fabs(end - zero), 1.5), BAR - 4);
    put_point_title(out, series, p);
    fputs("</rect>\n", out);
    if (isfinite(p->low) && isfinite(p->high) && p->low != p->high) {
        const double low = brg_page_axis_place_within(value, p->low),
                     high = brg_page_axis_place_within(value, p->high);
        const double middle = y + BAR / 2.0 - 2;
        put_line(out, "whisker on", low, middle, high, middle);
        put_line(out, "whisker on", low, middle - 4, low, middle + 4);
        put_line(out, "whisker on", high, middle - 4, high, middle + 4);
        right = fmax(right, high);
    }
    fputs("</g>\n", out);
    put_bar_value(out, result, index, p, right, y - 2);
}

static int32_t row_count(const brg_lab_result *result, int32_t *bars) {
    int32_t rows = 0;
    *bars = 0;
    for (int32_t i = 0; i < result->series_count; i++) {
        *bars += result->series[i].point_count;
        rows = result->series[i].point_count > rows ? result->series[i].point_count : rows;
    }
    return rows;
}

static double put_row(FILE *out, const brg_lab_result *result, int32_t row,
                      const brg_page_axis *value, double y) {
    const double first = y;
    char label[BRG_LAB_NAME] = "";
    for (int32_t i = 0; i < result->series_count; i++) {
        const brg_lab_series *series = &result->series[i];
        if (row >= series->point_count)
            continue;
        const brg_lab_point *p = &series->points[row];
        if (!label[0])
            snprintf(label, sizeof label, "%s", p->label[0] ? p->label : series->name);
        put_bar(out, result, i, p, value, y);
        y += BAR;
    }
    const int32_t lines = line_count(label);
    double at = (first + y) / 2 + 2 - (lines - 1) * LABEL_LINE / 2.0;
    for (const char *rest = label; *rest; at += LABEL_LINE) {
        char line[BRG_LAB_NAME];
        const size_t length = line_length(rest);
        snprintf(line, sizeof line, "%.*s", (int)length, rest);
        put_text(out, value->from - 12, at, "end", line);
        rest += length;
        rest += *rest == ' ';
    }
    return fmax(y, first + lines * LABEL_LINE) + BAR_GAP;
}

static void put_bars(FILE *out, const brg_lab_result *result) {
    const brg_lab_plot *plot = &result->claim->plot;
    char text[64];
    brg_page_axis x, value;
    int32_t bars;
    fit_axes(result, &x, &value);
    brg_page_axis_round(&value, 5);
    value.from = BAR_LEFT;
    value.to = WIDTH - BAR_RIGHT;
    const int32_t rows = row_count(result, &bars);
    /* names of two lines need more than a bar's height */
    const double bottom = TOP + bars * BAR + rows * (BAR_GAP + LABEL_LINE);
    char *drawn = NULL;
    size_t size = 0;
    FILE *inner = open_memstream(&drawn, &size);
    double y = TOP;
    for (int32_t i = 0; inner && i < rows; i++)
        y = put_row(inner, result, i, &value, y);
    if (!inner || fclose(inner) != 0 || !drawn)
        y = bottom;
    open_picture(out, y + 30, result->claim->title, "Whiskers are 95 % intervals.");
    put_text(out, value.from, TOP - 16, "", plot->y ? plot->y : "");
    for (int32_t i = 0; i < value.tick_count; i++) {
        const double at = brg_page_axis_place(&value, value.ticks[i]);
        put_line(out, "grid", at, TOP - 6, at, y);
        put_text(out, at, y + 16, "soft mid",
                 brg_page_axis_number(value.ticks[i], text, sizeof text));
    }
    if (drawn)
        fwrite(drawn, 1, size, out);
    put_line(out, "axis", value.from, TOP - 6, value.from, y);
    close_picture(out);
    free(drawn);
}

void brg_page_plot(FILE *out, const brg_lab_result *result) {
    int32_t points;
    row_count(result, &points);
    if (points == 0 || result->claim->plot.kind == BRG_LAB_PLOT_LANES)
        return;
    if (result->claim->plot.kind == BRG_LAB_PLOT_BARS)
        put_bars(out, result);
    else
        put_plane(out, result);
}
