/* Timelines in the terminal, as articles draw them:
 *
 *     one chef, two dishes                                                  12 ms
 *       chef 1     [chop soup][..][chop pie ]                                    */
#include <math.h>
#include <string.h>

#include "lab_ascii.h"
#include "table.h"

enum { LEFT = 14, CHART = CLI_WIDTH - LEFT - 2 };

/* A span's box: its name between brackets, dots where it waits; one column at least. */
static void draw_span(char *row, const brg_lab_span *span, double length_s) {
    int32_t from = (int32_t)(span->start_s / length_s * CHART);
    int32_t to = (int32_t)(span->end_s / length_s * CHART);
    from = from < CHART ? from : CHART - 1;
    to = to > from ? to : from + 1;
    if (to - from < 2) {
        row[from] = span->waiting ? '.' : '|';
        return;
    }
    memset(row + from, span->waiting ? '.' : '=', (size_t)(to - from));
    row[from] = '[';
    row[to - 1] = ']';
    for (int32_t i = 0; span->name[i] && from + 1 + i < to - 1; i++) {
        const unsigned char character = (unsigned char)span->name[i];
        row[from + 1 + i] = character >= 0x20 && character < 0x7f ? (char)character : '?';
    }
}

static bool belongs(const brg_lab_span *span, const char *picture) {
    return strcmp(span->picture, picture) == 0 && span->start_s >= 0 &&
           span->end_s >= span->start_s && isfinite(span->end_s);
}

static bool seen_before(const brg_lab_result *result, int32_t index, bool lanes) {
    const brg_lab_span *span = &result->spans[index];
    for (int32_t i = 0; i < index; i++)
        if (strcmp(result->spans[i].picture, span->picture) == 0 &&
            (!lanes || strcmp(result->spans[i].lane, span->lane) == 0))
            return true;
    return false;
}

static void print_lane(FILE *out, const brg_lab_result *result, const brg_lab_span *first,
                       double length_s) {
    char row[CHART + 1];
    memset(row, ' ', CHART);
    row[CHART] = 0;
    for (int32_t i = 0; i < result->span_count; i++)
        if (belongs(&result->spans[i], first->picture) &&
            strcmp(result->spans[i].lane, first->lane) == 0)
            draw_span(row, &result->spans[i], length_s);
    fprintf(out, "  %-11.11s %s\n", first->lane, row);
}

static void print_picture(FILE *out, const brg_lab_result *result, const char *picture) {
    char text[64];
    double length_s = 0;
    for (int32_t i = 0; i < result->span_count; i++)
        if (belongs(&result->spans[i], picture))
            length_s = fmax(length_s, result->spans[i].end_s);
    if (!(length_s > 0))
        return;
    fprintf(out, "     %-60.60s %13s\n", picture, cli_time_text(length_s * 1e3, text, sizeof text));
    for (int32_t i = 0; i < result->span_count; i++)
        if (strcmp(result->spans[i].picture, picture) == 0 && !seen_before(result, i, true))
            print_lane(out, result, &result->spans[i], length_s);
    fputc('\n', out);
}

void cli_lab_lanes_print(FILE *out, const brg_lab_result *result) {
    for (int32_t i = 0; i < result->span_count; i++)
        if (!seen_before(result, i, false))
            print_picture(out, result, result->spans[i].picture);
}
