/* Drawing charts.
 *
 *     +------------------------------------------------+
 *     | title                                          |   HEAD
 *     | subtitle                                       |
 *     | panel title             legend: o ours  # peer |   each panel: TOP
 *     |      |                                         |
 *     | tick |  plot                                   |   HEIGHT, or a row for each case
 *     |      +---------------------------------------  |
 *     |          tick      tick      tick              |   BOTTOM
 *     +------------------------------------------------+
 *
 * Colours are classes that a style sheet inside the file sets, once for light and once for dark. */
#include "svg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 880,
    HEAD = 74,
    LEFT = 76,
    RIGHT = 36,
    TOP = 62,
    HEIGHT = 320,
    BOTTOM = 60,
    BAR = 13,
    BAR_GAP = 16,
    BAR_LEFT = 300,
    COLOURS = 6
};

static const char style[] =
    "<style>\n"
    "svg{--bg:#ffffff;--ink:#1c2330;--soft:#5b6678;--grid:#e4e8ee;--axis:#aab3c0;"
    "--c0:#1f5fe0;--c1:#d9650b;--c2:#12805c;--c3:#8a4fd0;--c4:#c42f55;--c5:#6b7280}\n"
    "@media(prefers-color-scheme:dark){svg{--bg:#12161d;--ink:#e8ecf2;--soft:#9aa6b8;"
    "--grid:#262d38;--axis:#556070;--c0:#6f9dff;--c1:#ff9f4d;--c2:#3fcf9b;--c3:#b98cff;"
    "--c4:#ff7d9c;--c5:#a0a9b8}}\n"
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;"
    "font-size:12.5px;fill:var(--ink)}\n"
    ".bg{fill:var(--bg)}.h1{font-size:20px;font-weight:600}.h2{font-size:15px;font-weight:600}"
    ".soft{fill:var(--soft)}.grid{stroke:var(--grid)}.axis{stroke:var(--axis)}"
    ".end{text-anchor:end}.mid{text-anchor:middle}.num{font-variant-numeric:tabular-nums}\n"
    "polyline{fill:none;stroke-width:1.8;stroke-linejoin:round}.lead polyline{stroke-width:3}\n"
    ".s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}"
    ".s5{--c:var(--c5)}\n"
    ".s polyline,.s line{stroke:var(--c)}.s path,.s rect{fill:var(--c)}"
    ".s path{stroke:var(--bg);stroke-width:1.2}.s rect{opacity:.82}.lead rect{opacity:1}"
    ".s line{opacity:.55;stroke-width:1.6}\n"
    "</style>\n";

/* ---- text ------------------------------------------------------------------------------------ */

static void put_text(FILE *out, double x, double y, const char *classes, const char *text) {
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, classes);
    brg_markup_put(out, text);
    fputs("</text>\n", out);
}

static void put_line(FILE *out, const char *class, double x1, double y1, double x2, double y2) {
    fprintf(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class,
            x1, y1, x2, y2);
}

/* "64", "1.5 k", "200 M": sizes and rates at the ticks. */
static void tick_text(double value, char *text, size_t size) {
    static const char *const units[] = {"", " k", " M", " G", " T", " P"};
    int32_t unit = 0;
    for (; value >= 9999.5 && unit < 5; unit++)
        value /= 1000;
    snprintf(text, size, "%.4g%s", value, units[unit]);
}

/* ---- scales ---------------------------------------------------------------------------------- */

typedef struct scale {
    double x_lo, x_hi; /* logarithms */
    double y_hi, y_step;
    double left, top, width, height; /* of the plot */
} scale;

static double x_of(const scale *s, double x) {
    return s->left + (log2(x) - s->x_lo) / (s->x_hi - s->x_lo) * s->width;
}

static double y_of(const scale *s, double y) {
    return s->top + s->height * (1 - y / s->y_hi);
}

/* 1, 2 or 5 times a power of ten, so that there are four to eight steps. */
static double nice_step(double most) {
    double power = pow(10, floor(log10(most / 4))), digit = most / 4 / power;
    return power * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1);
}

static void fit_rates(const cli_panel *panel, scale *s) {
    double most = 0;
    for (int32_t i = 0; i < panel->series_count; i++)
        for (int32_t j = 0; j < panel->series[i].count; j++)
            most = fmax(most, fmax(panel->series[i].points[j].y, panel->series[i].points[j].high));
    most = most > 0 ? most : 1;
    s->y_step = nice_step(most);
    s->y_hi = s->y_step * ceil(most * 1.02 / s->y_step);
}

static void fit_sizes(const cli_panel *panel, scale *s) {
    double lo = INFINITY, hi = -INFINITY;
    for (int32_t i = 0; i < panel->series_count; i++)
        for (int32_t j = 0; j < panel->series[i].count; j++) {
            lo = fmin(lo, log2(panel->series[i].points[j].x));
            hi = fmax(hi, log2(panel->series[i].points[j].x));
        }
    double margin = fmax(0.04 * (hi - lo), 0.1);
    s->x_lo = lo - margin;
    s->x_hi = hi + margin;
}

/* ---- axes ------------------------------------------------------------------------------------ */

static void put_y_axis(FILE *out, const cli_panel *panel, const scale *s) {
    char text[32];
    for (double y = 0; y <= s->y_hi * 1.0001; y += s->y_step) {
        double at = y_of(s, y);
        put_line(out, y > 0 ? "grid" : "axis", s->left, at, s->left + s->width, at);
        tick_text(y, text, sizeof text);
        put_text(out, s->left - 10, at + 4, "soft end num", text);
    }
    fprintf(out, "<text class=\"soft mid\" transform=\"translate(30 %.1f) rotate(-90)\">",
            s->top + s->height / 2);
    brg_markup_put(out, panel->y_title);
    fputs("</text>\n", out);
}

static void put_x_tick(FILE *out, const scale *s, double value) {
    char text[32];
    double at = x_of(s, value), foot = s->top + s->height;
    if (at < s->left || at > s->left + s->width)
        return;
    put_line(out, "grid", at, s->top, at, foot);
    put_line(out, "axis", at, foot, at, foot + 5);
    tick_text(value, text, sizeof text);
    put_text(out, at, foot + 20, "soft mid num", text);
}

/* Powers of two or of ten, so many apart that there are at most about twelve. */
static void put_x_axis(FILE *out, const cli_panel *panel, const scale *s) {
    double base = panel->binary ? 1 : log2(10), span = s->x_hi - s->x_lo;
    double step = base * ceil(span / base / 12);
    for (double x = ceil(s->x_lo / step) * step; x <= s->x_hi; x += step)
        put_x_tick(out, s, exp2(x));
    bool bare = floor(s->x_hi / step) < ceil(s->x_lo / step) + 1; /* less than two of those */
    for (int32_t digit = 2; bare && !panel->binary && digit <= 5; digit += 3)
        for (double x = floor(s->x_lo / step) * step; x <= s->x_hi; x += step)
            put_x_tick(out, s, digit * exp2(x));
    put_text(out, s->left + s->width / 2, s->top + s->height + 44, "soft mid", panel->x_title);
}

/* ---- marks ----------------------------------------------------------------------------------- */

/* A shape of its own for each series: colour alone is not for everybody. */
static void put_mark(FILE *out, int32_t series, double x, double y, const char *tip) {
    static const char *const shapes[] = {"M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
                                         "M-4.3-4.3h8.6v8.6h-8.6z",
                                         "M0-5.6L5.2 3.8H-5.2z",
                                         "M0-5.8L5.8 0 0 5.8-5.8 0z",
                                         "M0 5.6L5.2-3.8H-5.2z",
                                         "M-5-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z"};
    fprintf(out, "<path transform=\"translate(%.1f %.1f)\" d=\"%s\">", x, y,
            shapes[series % COLOURS]);
    if (tip) {
        fputs("<title>", out);
        brg_markup_put(out, tip);
        fputs("</title>", out);
    }
    fputs("</path>\n", out);
}

static void open_series(FILE *out, int32_t index) {
    fprintf(out, "<g class=\"s s%d%s\">\n", index % COLOURS, index == 0 ? " lead" : "");
}

static void put_legend(FILE *out, const cli_panel *panel, double right, double y) {
    double x = right;
    for (int32_t i = panel->series_count - 1; i >= 0; i--) {
        x -= 7.2 * (double)strlen(panel->series[i].name);
        put_text(out, x, y + 4, "", panel->series[i].name);
        x -= 12;
        open_series(out, i);
        put_mark(out, i, x, y, NULL);
        fputs("</g>\n", out);
        x -= 22;
    }
}

/* ---- lines ----------------------------------------------------------------------------------- */

static int by_size(const void *left, const void *right) {
    double a = ((const cli_point *)left)->x, b = ((const cli_point *)right)->x;
    return a < b ? -1 : a > b;
}

/* Through the points from left to right; where several share a size, through the best of them. */
static void put_polyline(FILE *out, const cli_series *series, const scale *s) {
    fputs("<polyline points=\"", out);
    for (int32_t i = 0; i < series->count;) {
        int32_t end = i;
        double best = 0;
        for (; end < series->count && series->points[end].x < series->points[i].x * 1.02; end++)
            best = fmax(best, series->points[end].y);
        fprintf(out, "%.1f,%.1f ", x_of(s, series->points[i].x), y_of(s, best));
        i = end;
    }
    fputs("\"/>\n", out);
}

static void put_series(FILE *out, const cli_panel *panel, int32_t index, const scale *s) {
    const cli_series *series = &panel->series[index];
    open_series(out, index);
    if (panel->kind == CLI_PANEL_LINES)
        put_polyline(out, series, s);
    for (int32_t i = 0; i < series->count; i++) {
        const cli_point *p = &series->points[i];
        char tip[288];
        double x = x_of(s, p->x);
        snprintf(tip, sizeof tip, "%s, %s: %.4g %s", series->name, p->label, p->y, panel->y_title);
        put_line(out, "", x, y_of(s, p->low), x, y_of(s, p->high));
        put_mark(out, index, x, y_of(s, p->y), tip);
    }
    fputs("</g>\n", out);
}

static double put_lines(FILE *out, const cli_panel *panel, double top) {
    scale s = {.left = LEFT, .top = top + TOP, .width = WIDTH - LEFT - RIGHT, .height = HEIGHT};
    fit_rates(panel, &s);
    fit_sizes(panel, &s);
    put_x_axis(out, panel, &s);
    put_y_axis(out, panel, &s);
    for (int32_t i = panel->series_count - 1; i >= 0; i--) /* ours on top */
        put_series(out, panel, i, &s);
    return TOP + HEIGHT + BOTTOM;
}

/* ---- bars ------------------------------------------------------------------------------------ */

static int32_t bar_rows(const cli_panel *panel) {
    double rows = 0;
    for (int32_t i = 0; i < panel->series_count; i++)
        for (int32_t j = 0; j < panel->series[i].count; j++)
            rows = fmax(rows, panel->series[i].points[j].x + 1);
    return (int32_t)rows;
}

static const cli_point *point_of_row(const cli_series *series, int32_t row) {
    for (int32_t i = 0; i < series->count; i++)
        if ((int32_t)series->points[i].x == row)
            return &series->points[i];
    return NULL;
}

static void put_bar(FILE *out, const cli_panel *panel, int32_t index, const cli_point *p,
                    const scale *s, double y) {
    char text[64];
    double right = s->left + p->y / s->y_hi * s->width;
    open_series(out, index);
    fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n", s->left,
            y, fmax(right - s->left, 1), BAR - 2);
    fputs("</g>\n", out);
    snprintf(text, sizeof text,
             p->y < 9.95   ? "%.2f %s"
             : p->y < 99.5 ? "%.1f %s"
                           : "%.0f %s",
             p->y, panel->series[index].name);
    put_text(out, right + 6, y + BAR - 3, "soft num", text);
}

static double put_bars(FILE *out, const cli_panel *panel, double top) {
    int32_t rows = bar_rows(panel);
    scale s = {.left = BAR_LEFT, .top = top + TOP, .width = WIDTH - BAR_LEFT - 110};
    double y = s.top;
    fit_rates(panel, &s);
    for (int32_t row = 0; row < rows; row++) {
        double first = y;
        const char *label = "";
        for (int32_t i = 0; i < panel->series_count; i++) {
            const cli_point *p = point_of_row(&panel->series[i], row);
            if (!p)
                continue;
            label = p->label;
            put_bar(out, panel, i, p, &s, y);
            y += BAR;
        }
        put_text(out, s.left - 12, (first + y) / 2 + 3, "end", label);
        y += BAR_GAP;
    }
    put_line(out, "axis", s.left, s.top - 6, s.left, y - BAR_GAP + 4);
    put_text(out, s.left, y + 8, "soft", panel->y_title);
    return y - top + 34;
}

/* ---- the file -------------------------------------------------------------------------------- */

static double panel_height(const cli_panel *panel) {
    if (panel->kind != CLI_PANEL_BARS)
        return TOP + HEIGHT + BOTTOM;
    double bars = 0;
    for (int32_t i = 0; i < panel->series_count; i++)
        bars += panel->series[i].count;
    return TOP + bars * BAR + bar_rows(panel) * BAR_GAP + 34;
}

static void put_document(FILE *out, const char *title, const char *subtitle,
                         const cli_panel *panels, int32_t count) {
    double height = HEAD + 16, top = HEAD;
    for (int32_t i = 0; i < count; i++)
        height += panel_height(&panels[i]);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" "
            "height=\"%.0f\" role=\"img\">\n<title>",
            WIDTH, height, WIDTH, height);
    brg_markup_put(out, title);
    fprintf(out, "</title>\n%s<rect class=\"bg\" width=\"%d\" height=\"%.0f\"/>\n", style, WIDTH,
            height);
    put_text(out, 28, 38, "h1", title);
    put_text(out, 28, 60, "soft", subtitle);
    for (int32_t i = 0; i < count; i++) {
        const cli_panel *panel = &panels[i];
        put_text(out, 28, top + 34, "h2", panel->title);
        put_legend(out, panel, WIDTH - RIGHT, top + 30);
        top +=
            panel->kind == CLI_PANEL_BARS ? put_bars(out, panel, top) : put_lines(out, panel, top);
    }
    fputs("</svg>\n", out);
}

brg_status cli_svg_save(const char *path, const char *title, const char *subtitle,
                        const cli_panel *panels, int32_t count, brg_error *error) {
    char *text = NULL;
    size_t size = 0;
    for (int32_t i = 0; i < count; i++)
        for (int32_t j = 0; j < panels[i].series_count; j++)
            if (panels[i].kind != CLI_PANEL_BARS)
                qsort(panels[i].series[j].points, (size_t)panels[i].series[j].count,
                      sizeof(cli_point), by_size);
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return brg_fail(error, BRG_E_MEMORY, "no memory for the picture");
    put_document(out, title, subtitle, panels, count);
    bool whole = fclose(out) == 0 && text;
    brg_status status = whole ? brg_file_write(path, text, size, error)
                              : brg_fail(error, BRG_E_MEMORY, "no memory for the picture");
    free(text);
    return status;
}
