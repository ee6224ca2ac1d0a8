/* Verdicts and answers of two runs of the lab; what differs beyond both intervals is marked. */
#include "lab_compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brigade/brigade.h"
#include "table.h"

static const cli_column columns[] = {
    {"claim", 5, true}, {"", 34, false}, {"before", 15, true}, {"now", 15, true}, {"", 1, false}};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static const char *text_at(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static double number_at(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

bool cli_lab_document(const cJSON *document) {
    return strcmp(text_at(document, "command"), "lab") == 0;
}

/* The element of an array whose member `name` is that text. */
static const cJSON *find_by(const cJSON *array, const char *name, const char *text) {
    const cJSON *item;
    cJSON_ArrayForEach(item, array) if (strcmp(text_at(item, name), text) == 0) return item;
    return NULL;
}

static void answer_text(const cJSON *answer, char *text) {
    const double value = number_at(answer, "value");
    if (isnan(value))
        snprintf(text, CLI_CELL, "not measured");
    else
        brg_lab_number_text(value, text_at(answer, "unit"), text, CLI_CELL);
}

/* Intervals that do not touch; never so where one is not known. */
static bool apart(const cJSON *one, const cJSON *other) {
    return number_at(one, "high") < number_at(other, "low") ||
           number_at(other, "high") < number_at(one, "low");
}

static void print_answers(const cJSON *before, const cJSON *now) {
    const cJSON *later, *questions = cJSON_GetObjectItemCaseSensitive(before, "questions");
    cJSON_ArrayForEach(later, cJSON_GetObjectItemCaseSensitive(now, "questions")) {
        char cells[COLUMNS][CLI_CELL] = {{0}};
        const cJSON *earlier = find_by(questions, "what", text_at(later, "what"));
        if (!earlier)
            continue;
        snprintf(cells[1], CLI_CELL, "%.120s", text_at(later, "what"));
        answer_text(earlier, cells[2]);
        answer_text(later, cells[3]);
        snprintf(cells[4], CLI_CELL, "%s", apart(earlier, later) ? "*" : "");
        cli_table_row(stdout, columns, COLUMNS, cells);
    }
}

/* Returns whether the verdict is another one. */
static bool print_claim(const cJSON *before, const cJSON *now) {
    char cells[COLUMNS][CLI_CELL] = {{0}};
    const bool changed = strcmp(text_at(before, "verdict"), text_at(now, "verdict")) != 0;
    snprintf(cells[0], CLI_CELL, "%.16s", text_at(now, "id"));
    snprintf(cells[1], CLI_CELL, "%.120s", text_at(now, "title"));
    snprintf(cells[2], CLI_CELL, "%.32s", text_at(before, "verdict"));
    snprintf(cells[3], CLI_CELL, "%.32s", text_at(now, "verdict"));
    snprintf(cells[4], CLI_CELL, "%s", changed ? "!" : "");
    cli_table_row(stdout, columns, COLUMNS, cells);
    print_answers(before, now);
    return changed;
}

int cli_lab_compare(const cli_command *command, const cJSON *before, const cJSON *now) {
    const cJSON *later, *earlier;
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(before, "results");
    int32_t matched = 0, changed = 0;
    if (!cli_lab_document(before) || !cli_lab_document(now))
        return cli_usage_error(command, "one of the two is not from 'brigade lab --json'");
    cJSON_ArrayForEach(later, cJSON_GetObjectItemCaseSensitive(now, "results")) {
        earlier = text_at(later, "id")[0] ? find_by(results, "id", text_at(later, "id")) : NULL;
        if (!earlier)
            continue;
        if (matched++ == 0)
            cli_table_head(stdout, columns, COLUMNS);
        changed += print_claim(earlier, later);
    }
    if (matched == 0)
        return cli_usage_error(command, "the two have no claim in common");
    printf("\n%d in both, %d with another verdict (!); * differs beyond both intervals\n",
           (int)matched, (int)changed);
    return CLI_OK;
}
