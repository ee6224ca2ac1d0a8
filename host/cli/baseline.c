/* Setting two saved runs side by side.
 *
 * A result is slower if its median has grown by more than the threshold and the intervals of the
 * two medians do not touch: noise that either run saw in itself is no regression. */
#include "baseline.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

enum { MOST_BYTES = 1 << 26, COLUMNS = 5 };

/* ---- reading --------------------------------------------------------------------------------- */

static char *read_text(FILE *file, size_t *size) {
    char *text = NULL;
    size_t room = 0;
    *size = 0;
    do {
        if (*size + 1 >= room) {
            char *grown = realloc(text, room = room ? 2 * room : 1 << 16);
            if (!grown || room > MOST_BYTES) {
                free(grown ? grown : text);
                return NULL;
            }
            text = grown;
        }
        *size += fread(text + *size, 1, room - 1 - *size, file);
    } while (!feof(file) && !ferror(file));
    text[*size] = 0;
    return text;
}

static const cJSON *results_of(const cJSON *document) {
    return cJSON_GetObjectItemCaseSensitive(document, "results");
}

static const char *text_at(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static double number_at(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

brg_status cli_baseline_load(const char *path, cJSON **document, brg_error *error) {
    size_t size;
    FILE *file = fopen(path, "rb");
    char *text = file ? read_text(file, &size) : NULL;
    bool read = text && !ferror(file);
    int reason = errno;
    if (file)
        fclose(file);
    *document = read ? cJSON_ParseWithOpts(text, NULL, true) : NULL;
    free(text);
    if (!read)
        return brg_fail(error, BRG_E_IO, "cannot read %.400s: %s", path,
                        file ? "it is no regular file of results" : strerror(reason));
    if (strcmp(text_at(*document, "schema"), "brigade/1") == 0 &&
        cJSON_IsArray(results_of(*document)))
        return BRG_OK;
    cJSON_Delete(*document);
    *document = NULL;
    brg_fail(error, BRG_E_FORMAT, "%.400s holds no results of Brigade", path);
    return brg_error_hint(error, "Make one with: brigade bench --save FILE, or brigade lab CLAIM --json > FILE");
}

/* ---- matching -------------------------------------------------------------------------------- */

/* A measured result: its name for people, and its time with an interval. */
typedef struct figure {
    char name[160];
    const char *variant, *peer;
    double median, low, high;
} figure;

/* "m 64  n 64  k 64" where a result says no more than its shape. */
static void describe(const cJSON *result, char *text, size_t size) {
    const cJSON *dim;
    const char *says = text_at(result, "case");
    snprintf(text, size, "%.40s %.90s", text_at(result, "op"), says);
    if (says[0])
        return;
    cJSON_ArrayForEach(dim, cJSON_GetObjectItemCaseSensitive(result, "shape")) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%.8s %.0f  ", dim->string, dim->valuedouble);
    }
}

static bool read_figure(const cJSON *result, figure *at) {
    const cJSON *times = cJSON_GetObjectItemCaseSensitive(result, "time_ms");
    const cJSON *least = cJSON_GetObjectItemCaseSensitive(result, "time_min_ms");
    *at = (figure){.variant = text_at(result, "variant"), .peer = text_at(result, "peer")};
    describe(result, at->name, sizeof at->name);
    at->median = number_at(times, "total");
    at->low = number_at(result, "time_low_ms");
    at->high = number_at(result, "time_high_ms");
    if (!(at->low > 0) || !(at->high > 0)) { /* of a command that takes no intervals */
        at->low = fmin(number_at(least, "total"), at->median);
        at->high = 2 * at->median - at->low;
    }
    return at->median > 0 && strcmp(text_at(result, "status"), "ok") == 0;
}

/* The same work by the same contender; of several, that with the same variant. */
static bool find_match(const cJSON *results, const figure *wanted, figure *found) {
    const cJSON *result;
    figure at;
    int32_t candidates = 0;
    cJSON_ArrayForEach(result, results) {
        if (!read_figure(result, &at) || strcmp(at.name, wanted->name) != 0 ||
            strcmp(at.peer, wanted->peer) != 0)
            continue;
        *found = at;
        if (strcmp(at.variant, wanted->variant) == 0)
            return true;
        candidates++;
    }
    return candidates == 1 && !wanted->peer[0];
}

/* ---- telling --------------------------------------------------------------------------------- */

static const cli_column columns[COLUMNS] = {{"case", 37, false},
                                            {"before", 8, true},
                                            {"now", 8, true},
                                            {"change", 9, true},
                                            {"verdict", 7, false}};

/* In percent of the time before. */
static double change_of(const figure *before, const figure *now) {
    return 100 * (now->median / before->median - 1);
}

/* Only what is ours can be our regression. */
static const char *judge(const figure *before, const figure *now, double threshold) {
    double change = change_of(before, now);
    if (!now->peer[0] && change > threshold && now->low > before->high)
        return "slower";
    if (!now->peer[0] && change < -threshold && now->high < before->low)
        return "faster";
    return "";
}

static void print_change(FILE *out, const figure *before, const figure *now, const char *verdict) {
    char cells[COLUMNS][CLI_CELL] = {""};
    cli_style style = cli_style_of(out);
    snprintf(cells[0], CLI_CELL, "%.80s%s%s", now->name, now->peer[0] ? " by " : "", now->peer);
    cli_time_text(before->median, cells[1], CLI_CELL);
    cli_time_text(now->median, cells[2], CLI_CELL);
    snprintf(cells[3], CLI_CELL, "%+.1f %%", change_of(before, now));
    if (verdict[0])
        snprintf(cells[4], CLI_CELL, "%s%s%s", verdict[0] == 's' ? style.bad : style.good, verdict,
                 style.off);
    cli_table_row(out, columns, COLUMNS, cells);
}

static void note_change(cJSON *list, const figure *before, const figure *now, const char *verdict) {
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "case", now->name);
    cJSON_AddStringToObject(item, "variant", now->variant);
    cJSON_AddStringToObject(item, "peer", now->peer);
    cJSON_AddNumberToObject(item, "before_ms", before->median);
    cJSON_AddNumberToObject(item, "now_ms", now->median);
    cJSON_AddNumberToObject(item, "change_percent", change_of(before, now));
    cJSON_AddStringToObject(item, "verdict", verdict[0] ? verdict : "same");
    cJSON_AddItemToArray(list, item);
}

/* ---- where it was measured ------------------------------------------------------------------- */

static const struct {
    const char *object, *name, *says;
} places[] = {{"host", "cpu", "processor"},
              {"device", "name", "device"},
              {"device", "driver_version", "driver"},
              {"device", "units_used", "number of compute units"}};

static bool same(const cJSON *before, const cJSON *now, int32_t place) {
    const cJSON *a = cJSON_GetObjectItemCaseSensitive(before, places[place].object);
    const cJSON *b = cJSON_GetObjectItemCaseSensitive(now, places[place].object);
    return cJSON_Compare(cJSON_GetObjectItemCaseSensitive(a, places[place].name),
                         cJSON_GetObjectItemCaseSensitive(b, places[place].name), true);
}

static bool compare_places(const cJSON *before, const cJSON *now) {
    bool alike = true;
    for (int32_t i = 0; i < (int32_t)(sizeof places / sizeof places[0]); i++) {
        if (same(before, now, i))
            continue;
        alike = false;
        fprintf(stderr,
                "brigade: the two were not measured on the same %s: differences may come from "
                "there\n",
                places[i].says);
    }
    return alike;
}

/* ---- the comparison -------------------------------------------------------------------------- */

static void print_sum(FILE *out, const cli_changes *changes, double logs, double threshold) {
    cli_style style = cli_style_of(out);
    char text[320];
    fprintf(out, "\n%s%d slower%s, %d faster of %d; geometric mean of now / before %.3f\n",
            changes->slower ? style.bad : style.good, changes->slower, style.off, changes->faster,
            changes->matched, exp(logs / changes->matched));
    snprintf(text, sizeof text,
             "slower: by more than %g %%, with intervals of the medians that do not touch",
             threshold);
    fputs(style.quiet, out);
    cli_print_wrapped(out, text, 0, 0);
    if (changes->missing)
        fprintf(out, "%d results are in one of the two only\n", changes->missing);
    fputs(style.off, out);
}

static brg_status report_changes(brg_report *report, cJSON *list, const cli_changes *changes,
                                 double threshold, brg_error *error) {
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "threshold_percent", threshold);
    cJSON_AddBoolToObject(object, "same_place", changes->same_place);
    cJSON_AddNumberToObject(object, "slower", changes->slower);
    cJSON_AddNumberToObject(object, "faster", changes->faster);
    cJSON_AddNumberToObject(object, "missing", changes->missing);
    cJSON_AddItemToObject(object, "changes", list);
    char *text = cJSON_PrintUnformatted(object);
    brg_status status = text ? brg_report_json(report, "comparison", text, error)
                             : brg_fail(error, BRG_E_MEMORY, "no memory for the report");
    cJSON_free(text);
    cJSON_Delete(object);
    return status;
}

brg_status cli_baseline_compare(const cJSON *before, const cJSON *now, double threshold, FILE *out,
                                brg_report *report, cli_changes *changes, brg_error *error) {
    const cJSON *result;
    figure new, old;
    double logs = 0;
    int32_t measured = 0;
    cJSON *list = cJSON_CreateArray();
    *changes = (cli_changes){.same_place = compare_places(before, now)};
    if (out)
        cli_table_head(out, columns, COLUMNS);
    cJSON_ArrayForEach(result, results_of(now)) {
        measured += read_figure(result, &new);
        if (!read_figure(result, &new) || !find_match(results_of(before), &new, &old))
            continue;
        const char *verdict = judge(&old, &new, threshold);
        changes->matched++;
        changes->slower += verdict[0] == 's';
        changes->faster += verdict[0] == 'f';
        logs += log(new.median / old.median);
        note_change(list, &old, &new, verdict);
        if (out)
            print_change(out, &old, &new, verdict);
    }
    cJSON_ArrayForEach(result, results_of(before)) changes->missing += read_figure(result, &old);
    changes->missing += measured - 2 * changes->matched;
    if (changes->matched == 0) {
        cJSON_Delete(list);
        return brg_fail(error, BRG_E_FORMAT, "the two have no measured case in common");
    }
    if (out)
        print_sum(out, changes, logs, threshold);
    if (report)
        return report_changes(report, list, changes, threshold, error);
    cJSON_Delete(list);
    return BRG_OK;
}
