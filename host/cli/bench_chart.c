/* From the book to a picture: a panel for each group, a series for each contender. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "show.h"
#include "svg.h"

enum { MAX_PANELS = 32, LINES_FROM = 5 };

/* A line has a place in the picture if it has a time and, among the ways of one contender, is the
 * best. */
static bool is_drawn(const bench *b, const bench_line *line) {
    bool chosen = (line->best && !line->apart) || (!line->peer[0] && b->variants);
    return chosen && line->result.state == BRG_JOB_DONE && line->total_ms.median > 0;
}

/* The side of a cube of equal work for products of matrices, else the work itself. */
static double size_of(const bench_line *line, bool *cube) {
    const brg_result *result = &line->result;
    double product = 1;
    *cube = result->dim_count >= 3 && strcmp(result->dims[0].name, "m") == 0 &&
            strcmp(result->dims[1].name, "n") == 0 && strcmp(result->dims[2].name, "k") == 0;
    for (int32_t i = 0; i < 3 && *cube; i++)
        product *= (double)result->dims[i].value;
    if (*cube)
        return fmax(cbrt(product), 1);
    bool flops = cli_show_rate_unit(result)[1] == 'F';
    return fmax(flops ? result->cost.flops : result->cost.bytes, 1);
}

static const char *name_of(const bench *b, const bench_line *line) {
    if (line->peer[0])
        return line->peer;
    return b->variants ? line->result.variant[0] : "brigade";
}

/* What a line through products of matrices must not mix: the words of type and batch. */
static void class_of(const bench_line *line, char *text, size_t size) {
    static const char *const words[] = {"dtype=", "batch="};
    text[0] = 0;
    for (int32_t i = 0; i < 2; i++) {
        const char *at = strstr(line->text, words[i]);
        size_t used = strlen(text);
        bool plain = at && strncmp(at, "dtype=f32", 9) == 0;
        if (at && !plain)
            snprintf(text + used, size - used, "%.*s ", (int)strcspn(at, " "), at);
    }
}

/* The line is of another type or batch than the first of its group. */
static bool is_other(const bench *b, const bench_line *line) {
    char first[BENCH_TEXT], own[BENCH_TEXT];
    const bench_line *at = b->book.lines;
    while (strcmp(at->group, line->group) != 0)
        at++;
    class_of(at, first, sizeof first);
    class_of(line, own, sizeof own);
    return strcmp(first, own) != 0;
}

/* ---- panels ---------------------------------------------------------------------------------- */

/* What is limited by memory is measured in other units, and so in another panel; products of matrices of other
 * types, or of many at once, are bars, which no line joins. */
static cli_panel *find_panel(const bench *b, cli_panel *panels, int32_t *count,
                             const bench_line *line) {
    const char *unit = cli_show_rate_unit(&line->result);
    bool flops = unit[1] == 'F', cube;
    char title[sizeof panels->title];
    size_of(line, &cube);
    bool other = cube && is_other(b, line);
    snprintf(title, sizeof title, "%.48s%s%s", line->group,
             other ? ", other types and batches" : "", cube && !flops ? ", limited by memory" : "");
    for (int32_t i = 0; i < *count; i++)
        if (strcmp(panels[i].title, title) == 0 && strcmp(panels[i].y_title, unit) == 0)
            return &panels[i];
    if (*count == MAX_PANELS)
        return NULL;
    cli_panel *fresh = &panels[(*count)++];
    *fresh = (cli_panel){.binary = cube, .kind = other ? CLI_PANEL_BARS : CLI_PANEL_LINES};
    memcpy(fresh->title, title, sizeof fresh->title);
    snprintf(fresh->y_title, sizeof fresh->y_title, "%s", unit);
    snprintf(fresh->x_title, sizeof fresh->x_title, "%s",
             cube    ? "side of a cube of equal work, (m n k)^1/3"
             : flops ? "operations"
                     : "bytes to move");
    return fresh;
}

/* Ours first, in the order of appearance. */
static cli_series *find_series(cli_panel *panel, const char *name) {
    for (int32_t i = 0; i < panel->series_count; i++)
        if (strcmp(panel->series[i].name, name) == 0)
            return &panel->series[i];
    if (panel->series_count == CLI_MAX_SERIES)
        return NULL;
    cli_series *fresh = &panel->series[panel->series_count++];
    *fresh = (cli_series){0};
    snprintf(fresh->name, sizeof fresh->name, "%s", name);
    return fresh;
}

static bool add_point(cli_series *series, const bench_line *line) {
    cli_point *points =
        realloc(series->points, (size_t)(series->count + 1) * sizeof *series->points);
    if (!points)
        return false;
    bool cube;
    const brg_result *result = &line->result;
    cli_point *fresh = &points[series->count++];
    *fresh = (cli_point){.x = size_of(line, &cube),
                         .y = cli_show_rate(result, line->total_ms.median),
                         .low = cli_show_rate(result, line->total_ms.high),
                         .high = cli_show_rate(result, line->total_ms.low)};
    memcpy(fresh->label, line->text, sizeof fresh->label);
    series->points = points;
    return true;
}

/* Sizes that differ by more than a twentieth. */
static int32_t distinct_sizes(const cli_panel *panel) {
    const cli_series *ours = &panel->series[0];
    int32_t distinct = 0;
    for (int32_t i = 0; i < ours->count; i++) {
        bool seen = false;
        for (int32_t j = 0; j < i; j++)
            seen = seen || fabs(log(ours->points[i].x / ours->points[j].x)) < 0.05;
        distinct += !seen;
    }
    return distinct;
}

/* Bars have rows instead of sizes: the place of the label among those of the first series. */
static void number_rows(cli_panel *panel) {
    const cli_series *ours = &panel->series[0];
    for (int32_t s = panel->series_count - 1; s >= 0; s--)
        for (int32_t i = 0; i < panel->series[s].count; i++) {
            cli_point *p = &panel->series[s].points[i];
            int32_t row = 0;
            while (row < ours->count - 1 && strcmp(ours->points[row].label, p->label) != 0)
                row++;
            p->x = row;
        }
}

static void choose_kind(const bench *b, cli_panel *panel) {
    if (distinct_sizes(panel) < LINES_FROM)
        panel->kind = CLI_PANEL_BARS;
    else if (panel->kind == CLI_PANEL_LINES && b->settings->random > 0)
        panel->kind = CLI_PANEL_POINTS;
    if (panel->kind == CLI_PANEL_BARS)
        number_rows(panel);
}

brg_status bench_chart_save(const bench *b, const char *path, brg_error *error) {
    cli_panel *panels = calloc(MAX_PANELS, sizeof *panels);
    int32_t count = 0;
    char subtitle[BRG_NAME + 64];
    bool whole = panels != NULL;
    for (int32_t i = 0; whole && i < b->book.count; i++) {
        const bench_line *line = &b->book.lines[i];
        cli_panel *panel = is_drawn(b, line) ? find_panel(b, panels, &count, line) : NULL;
        cli_series *series = panel ? find_series(panel, name_of(b, line)) : NULL;
        whole = !series || add_point(series, line);
    }
    for (int32_t i = 0; whole && i < count; i++)
        choose_kind(b, &panels[i]);
    snprintf(subtitle, sizeof subtitle,
             "%.64s; %d threads for everyone; medians, with their 95 %% intervals", b->info->name,
             (int)bench_threads(b));
    brg_status status =
        whole ? cli_svg_save(path, "Brigade, measured", subtitle, panels, count, error)
              : brg_fail(error, BRG_E_MEMORY, "no memory for the picture");
    for (int32_t i = 0; panels && i < count; i++)
        for (int32_t s = 0; s < panels[i].series_count; s++)
            free(panels[i].series[s].points);
    free(panels);
    return status;
}
