/* The book: all lines of a run, as JSON, and the scores drawn from them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "bench.h"
#include "show.h"

bench_line *bench_book_add(bench_book *book, const bench_line *line) {
    if (book->count == book->room) {
        int32_t room = book->room ? 2 * book->room : 64;
        bench_line *lines = realloc(book->lines, (size_t)room * sizeof *lines);
        if (!lines)
            return NULL;
        book->lines = lines;
        book->room = room;
    }
    book->lines[book->count] = *line;
    return &book->lines[book->count++];
}

void bench_book_free(bench_book *book) {
    free(book->lines);
    *book = (bench_book){0};
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void report_line(const bench_line *line, brg_report *report) {
    const brg_result *result = &line->result;
    brg_report_result(report, result);
    if (result->error.status == BRG_E_UNSUPPORTED ||
        (line->peer[0] && result->state == BRG_JOB_FAILED))
        brg_report_string(report, true, "status", "skipped");
    brg_report_string(report, true, "case", line->text);
    if (line->note[0])
        brg_report_string(report, true, "note", line->note);
    if (line->peer[0]) {
        brg_report_string(report, true, "peer", line->peer);
        brg_report_number(report, true, "threads", line->threads);
        brg_report_number(report, true, cli_show_rate_unit(result)[1] == 'F' ? "gflops" : "gbps",
                          cli_show_rate(result, result->median.total));
    }
    if (line->total_ms.median >= 0) {
        brg_report_number(report, true, "time_low_ms", line->total_ms.low);
        brg_report_number(report, true, "time_high_ms", line->total_ms.high);
        brg_report_number(report, true, "rounds", line->rounds);
        brg_report_number(report, true, "calls", line->calls);
    }
    if (line->ratio.median > 0) {
        brg_report_number(report, true, "ratio", line->ratio.median);
        brg_report_number(report, true, "ratio_low", line->ratio.low);
        brg_report_number(report, true, "ratio_high", line->ratio.high);
    }
}

void bench_book_report(const bench_book *book, int32_t first, brg_report *report) {
    for (int32_t i = first; i < book->count; i++)
        if (book->lines[i].result.stage_count > 0)
            report_line(&book->lines[i], report);
}

/* ---- scores ---------------------------------------------------------------------------------- */

/* Whose score a line counts in. */
static const char *scorer(const bench_line *line, char name[32]) {
    snprintf(name, 32, "%.15s%s%.15s", line->peer, line->apart ? " " : "",
             line->apart ? line->result.variant[0] : "");
    return name;
}

static bench_score *find_score(bench_score *scores, int32_t *count, const bench_line *line) {
    char name[32];
    scorer(line, name);
    for (int32_t i = 0; i < *count; i++)
        if (strcmp(scores[i].group, line->group) == 0 && strcmp(scores[i].peer, name) == 0)
            return &scores[i];
    if (*count == BENCH_MAX_SCORES)
        return NULL;
    bench_score *fresh = &scores[(*count)++];
    *fresh = (bench_score){0};
    memcpy(fresh->group, line->group, sizeof fresh->group);
    memcpy(fresh->peer, name, sizeof fresh->peer);
    return fresh;
}

/* Ratios of one score, and where the least of them was. */
static int32_t gather(const bench_book *book, bench_score *score, double *ratios) {
    int32_t count = 0;
    for (int32_t i = 0; i < book->count; i++) {
        const bench_line *line = &book->lines[i];
        char name[32];
        if (!line->best || !(line->ratio.median > 0) || strcmp(line->group, score->group) != 0 ||
            strcmp(scorer(line, name), score->peer) != 0)
            continue;
        if (count == 0 || line->ratio.median < score->spread.min) {
            score->spread.min = line->ratio.median;
            memcpy(score->least, line->text, sizeof score->least);
        }
        ratios[count++] = line->ratio.median;
    }
    return count;
}

int32_t bench_book_scores(const bench_book *book, bench_score scores[BENCH_MAX_SCORES]) {
    int32_t count = 0;
    double *ratios = malloc((size_t)(book->count + 1) * sizeof *ratios);
    for (int32_t i = 0; ratios && i < book->count; i++)
        if (book->lines[i].best && book->lines[i].ratio.median > 0)
            find_score(scores, &count, &book->lines[i]);
    for (int32_t i = 0; ratios && i < count; i++)
        scores[i].spread = cli_stats_spread(ratios, gather(book, &scores[i], ratios));
    free(ratios);
    return count;
}

static cJSON *score_object(const bench_score *score) {
    const cli_spread *spread = &score->spread;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "group", score->group);
    cJSON_AddStringToObject(object, "peer", score->peer);
    cJSON_AddNumberToObject(object, "cases", spread->count);
    cJSON_AddNumberToObject(object, "geomean", spread->geomean);
    cJSON_AddNumberToObject(object, "min", spread->min);
    cJSON_AddNumberToObject(object, "q1", spread->q1);
    cJSON_AddNumberToObject(object, "median", spread->median);
    cJSON_AddNumberToObject(object, "q3", spread->q3);
    cJSON_AddNumberToObject(object, "max", spread->max);
    cJSON_AddStringToObject(object, "least_at", score->least);
    return object;
}

brg_status bench_book_summarise(const bench_book *book, brg_report *report, brg_error *error) {
    bench_score scores[BENCH_MAX_SCORES];
    int32_t count = bench_book_scores(book, scores);
    cJSON *array = cJSON_CreateArray();
    for (int32_t i = 0; i < count; i++)
        cJSON_AddItemToArray(array, score_object(&scores[i]));
    char *text = cJSON_PrintUnformatted(array);
    brg_status status = text ? brg_report_json(report, "summary", text, error)
                             : brg_fail(error, BRG_E_MEMORY, "no memory for the report");
    cJSON_free(text);
    cJSON_Delete(array);
    return status;
}
