/* The lab's results as JUnit XML. */
#include "lab_junit.h"

#include <stdlib.h>

static void put_outcome_element(FILE *out, const char *name, const char *message) {
    fprintf(out, "<%s message=\"", name);
    brg_markup_put(out, message);
    fputs("\"/>", out);
}

static void put_testcase(FILE *out, const brg_lab_result *result) {
    fprintf(out, "  <testcase classname=\"brigade.lab\" time=\"%.3f\" name=\"", result->seconds);
    brg_markup_put(out, result->claim->id);
    fputc(' ', out);
    brg_markup_put(out, result->claim->title);
    fputs("\">", out);
    if (result->error.status != BRG_OK)
        put_outcome_element(out, "error", result->error.what);
    else if (result->verdict == BRG_LAB_REFUTED)
        put_outcome_element(out, "failure", result->sentence);
    else if (result->verdict != BRG_LAB_CONFIRMED) {
        char message[BRG_LAB_TEXT + 32];
        snprintf(message, sizeof message, "%s: %s", brg_lab_verdict_name(result->verdict),
                 result->sentence);
        put_outcome_element(out, "skipped", message);
    }
    fputs("</testcase>\n", out);
}

static void put_suite(FILE *out, const brg_lab_result *results, int32_t count) {
    int32_t errors = 0, failures = 0, confirmed = 0;
    double seconds = 0;
    for (int32_t i = 0; i < count; i++) {
        const bool error = results[i].error.status != BRG_OK;
        errors += error;
        failures += !error && results[i].verdict == BRG_LAB_REFUTED;
        confirmed += !error && results[i].verdict == BRG_LAB_CONFIRMED;
        seconds += results[i].seconds;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"brigade lab\" "
            "tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\">\n",
            (int)count, (int)failures, (int)errors, (int)(count - errors - failures - confirmed),
            seconds);
    for (int32_t i = 0; i < count; i++)
        put_testcase(out, &results[i]);
    fputs("</testsuite>\n", out);
}

brg_status cli_lab_junit_save(const char *path, const brg_lab_result *results, int32_t count,
                              brg_error *error) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out)
        put_suite(out, results, count);
    const bool whole = out && fclose(out) == 0 && text;
    const brg_status status = whole ? brg_file_write(path, text, size, error)
                                    : brg_fail(error, BRG_E_MEMORY, "no memory for %.400s", path);
    free(text);
    return status;
}
