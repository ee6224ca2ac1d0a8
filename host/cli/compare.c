/* brigade compare: two saved runs side by side. */
#include <stdlib.h>

#include "baseline.h"
#include "cli.h"
#include "lab_compare.h"
#include "session.h"
#include "table.h"

typedef struct compare_settings {
    double threshold;
    bool json;
} compare_settings;

static const cli_option rows[] = {
    {0, "threshold", CLI_NUMBER, offsetof(compare_settings, threshold), "PERCENT",
     "how much slower counts, beyond the noise of both (default 10)", 0, 1000},
    {0, "json", CLI_FLAG, offsetof(compare_settings, json), NULL,
     "one JSON document on stdout; not of lab documents", 0, 0},
};

static const cli_option_group group = {"options", rows, sizeof rows / sizeof rows[0]};

static int print_report(const brg_report *report) {
    char *text = brg_report_text(report);
    if (text)
        fputs(text, stdout);
    free(text);
    return text ? CLI_OK : CLI_TROUBLE;
}

static int run_compare(const cli_command *command, int argc, char **argv) {
    compare_settings settings = {.threshold = 10};
    cJSON *before = NULL, *now = NULL;
    brg_report *report = NULL;
    brg_error error = {0};
    cli_changes changes = {0};
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    brg_status status = cli_baseline_load(argv[0], &before, &error);
    if (status == BRG_OK)
        status = cli_baseline_load(argv[1], &now, &error);
    if (status == BRG_OK && (cli_lab_document(before) || cli_lab_document(now))) {
        code = settings.json ? cli_usage_error(command, "--json is for saved benchmarks, not for "
                                                        "documents of 'brigade lab'")
                             : cli_lab_compare(command, before, now);
        cJSON_Delete(before);
        cJSON_Delete(now);
        return code;
    }
    if (status == BRG_OK && settings.json)
        status = brg_report_create("compare", &report, &error);
    if (status == BRG_OK)
        status = cli_baseline_compare(before, now, settings.threshold, report ? NULL : stdout,
                                      report, &changes, &error);
    code = status != BRG_OK ? cli_fail(&error) : changes.slower ? CLI_SLOWER : CLI_OK;
    if (status == BRG_OK && report && print_report(report) != CLI_OK)
        code = CLI_TROUBLE;
    brg_report_destroy(report);
    cJSON_Delete(before);
    cJSON_Delete(now);
    return code;
}

static void describe(FILE *out) {
    fputs("\n", out);
    cli_print_wrapped(
        out,
        "Both are files of 'brigade bench --save', or documents of --json. Results are "
        "matched by op, case and contender. One of ours is slower if its median has "
        "grown by more than the threshold and the intervals of the two medians do not "
        "touch; a peer's changes are shown and count for nothing. Two documents of 'brigade lab "
        "--json' are compared claim by claim: '*' marks what changed beyond both intervals.",
        0, 0);
}

const cli_command cli_compare = {
    .name = "compare",
    .summary = "Set two saved runs side by side; exit code 5 if the second one is slower.",
    .usage = "BEFORE.json NOW.json",
    .describe = describe,
    .groups = {&group},
    .min_arguments = 2,
    .max_arguments = 2,
    .run = run_compare,
};
