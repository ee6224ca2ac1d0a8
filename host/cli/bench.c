/* brigade bench: how fast, beside whom, and whether still as fast as before; the verdict before the
 * time. */
#include <stdlib.h>
#include <string.h>

#include "baseline.h"
#include "bench.h"
#include "cli.h"
#include "show.h"
#include "table.h"

#define SETTING(field) offsetof(bench_settings, field)
#define POLICY(field) offsetof(bench_settings, policy.field)

static const cli_option rows[] = {
    {0, "variants", CLI_TEXT, SETTING(variants), "LIST",
     "all, or names with commas between (default: what the op chooses)", 0, 0},
    {0, "repeats", CLI_INTEGER, POLICY(repeats), "N", "timed runs at most (default 50)", 1, 10000},
    {0, "time-ms", CLI_NUMBER, SETTING(time_ms), "MS",
     "time for the runs of one contender in one case (default 1000)", 1, 1e7},
    {0, "baselines", CLI_TEXT, POLICY(baselines), "LIST",
     "sequential,naive or none (default both; none with --against)", 0, 0},
    {0, "budget-ms", CLI_NUMBER, POLICY(budget_ms), "MS",
     "a baseline slower than this is timed on a part and scaled (default 1000)", 1, 1e7},
    {0, "verify", CLI_TEXT, POLICY(verify), "POLICY",
     "full, sample, freivalds (gemm) or none (default: full, sample for very large ones)", 0, 0},
};

static const cli_option more[] = {
    {0, "against", CLI_TEXT, SETTING(against), "LIST",
     "peers to measure in turn with ours: openblas,onednn,clblast,opencv,torch or all", 0, 0},
    {0, "random", CLI_INTEGER, SETTING(random), "N",
     "N random shapes of each op, drawn from --seed", 1, 1000},
    {0, "ladder", CLI_FLAG, SETTING(ladder), NULL,
     "every rung of an op's ladder, and what each buys", 0, 0},
    {0, "roofline", CLI_FLAG, SETTING(roofline), NULL,
     "what the device can do, and how near to it each op comes", 0, 0},
    {0, "svg", CLI_TEXT, SETTING(svg), "FILE", "draw the rates against the sizes", 0, 0},
    {0, "save", CLI_TEXT, SETTING(save), "FILE", "keep the results, as JSON", 0, 0},
    {0, "compare", CLI_TEXT, SETTING(compare), "FILE",
     "with results kept earlier; exit code 5 if something has become slower", 0, 0},
    {0, "threshold", CLI_NUMBER, SETTING(threshold), "PERCENT",
     "how much slower counts, beyond the noise of both (default 10)", 0, 1000},
};

static const cli_option_group group = {"how", rows, sizeof rows / sizeof rows[0]};
static const cli_option_group more_group = {"comparing", more, sizeof more / sizeof more[0]};

/* ---- one device ------------------------------------------------------------------------------ */

static void choose_device(bench *b, int32_t choice) {
    cli_session *session = b->session;
    const brg_device_choice *chosen = &session->choices[choice];
    cli_session_device(session, choice, b->device, sizeof b->device);
    b->info = &session->devices.devices[chosen->index];
    b->units = chosen->units;
}

static void note_wrong(bench *b, int32_t first) {
    for (int32_t i = first; i < b->book.count; i++)
        if (!b->book.lines[i].peer[0] && b->book.lines[i].result.verdict.outcome == BRG_MISMATCH)
            b->code = CLI_WRONG;
}

static brg_status measure_all(bench *b, const bench_cases *cases, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < cases->count && status == BRG_OK; i++) {
        int32_t first = b->book.count;
        status = bench_measure(b, &cases->rows[i], i, error);
        note_wrong(b, first);
        if (b->session->report)
            bench_book_report(&b->book, first, b->session->report);
        else
            bench_table_show(b);
    }
    return status;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Who was there, for the record. */
static brg_status report_peers(const bench *b, brg_report *report, brg_error *error) {
    cJSON *array = cJSON_CreateArray();
    for (int32_t i = 0; i < b->peers.count; i++) {
        const cli_peer *peer = &b->peers.rows[i];
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "name", peer->name);
        cJSON_AddBoolToObject(item, "present", peer->plugin != NULL);
        cJSON_AddStringToObject(item, peer->plugin ? "version" : "reason",
                                peer->plugin ? peer->plugin->version : peer->reason);
        cJSON_AddItemToArray(array, item);
    }
    char *text = cJSON_PrintUnformatted(array);
    brg_status status = text ? brg_report_json(report, "peers", text, error)
                             : brg_fail(error, BRG_E_MEMORY, "no memory for the report");
    cJSON_free(text);
    cJSON_Delete(array);
    return status;
}

static brg_status complete(const bench *b, brg_report *report, brg_error *error) {
    brg_report_number(report, false, "others_load", cli_company_since(&b->began));
    brg_status status = bench_book_summarise(&b->book, report, error);
    return status == BRG_OK && b->peers.count > 0 ? report_peers(b, report, error) : status;
}

/* What --json would print, whether or not it is printed. */
static brg_status make_record(const bench *b, int32_t choice, brg_report **out, brg_error *error) {
    brg_status status = brg_report_create("bench", out, error);
    if (status != BRG_OK)
        return status;
    brg_report_device(*out, b->info, &b->session->choices[choice]);
    bench_book_report(&b->book, 0, *out);
    return complete(b, *out, error);
}

static brg_status compare(bench *b, const brg_report *record, brg_error *error) {
    cJSON *before = NULL, *now = NULL;
    cli_changes changes = {0};
    char *text = brg_report_text(record);
    now = text ? cJSON_Parse(text) : NULL;
    brg_status status = now ? cli_baseline_load(b->settings->compare, &before, error)
                            : brg_fail(error, BRG_E_MEMORY, "no memory to compare");
    if (status == BRG_OK && !b->session->report)
        printf("\nagainst %s\n", b->settings->compare);
    if (status == BRG_OK)
        status = cli_baseline_compare(before, now, b->settings->threshold,
                                      b->session->report ? NULL : stdout, b->session->report,
                                      &changes, error);
    if (status == BRG_OK && changes.slower && b->code == CLI_OK)
        b->code = CLI_SLOWER;
    cJSON_Delete(before);
    cJSON_Delete(now);
    free(text);
    return status;
}

/* Compared before it is saved: both may be the same file. */
static brg_status use_files(bench *b, int32_t choice, brg_error *error) {
    const bench_settings *settings = b->settings;
    brg_report *record = NULL;
    brg_status status = BRG_OK;
    if (settings->svg && (status = bench_chart_save(b, settings->svg, error)) == BRG_OK)
        fprintf(stderr, "rates drawn in %s\n", settings->svg);
    if (status == BRG_OK && (settings->save || settings->compare))
        status = make_record(b, choice, &record, error);
    if (status == BRG_OK && settings->compare)
        status = compare(b, record, error);
    if (status == BRG_OK && settings->save &&
        (status = brg_report_save(record, settings->save, error)) == BRG_OK)
        fprintf(stderr, "results saved in %s\n", settings->save);
    brg_report_destroy(record);
    return status;
}

static brg_status conclude(bench *b, int32_t choice, brg_error *error) {
    brg_report *report = b->session->report;
    if (!report && !b->settings->ladder && !b->settings->roofline) {
        bench_table_scores(b);
        bench_table_legend(b);
    }
    brg_status status = report ? complete(b, report, error) : BRG_OK;
    return status == BRG_OK ? use_files(b, choice, error) : status;
}

static int bench_device(cli_session *session, const bench_settings *settings, int32_t choice,
                        const bench_cases *cases, bool standard) {
    bench b = {.session = session,
               .settings = settings,
               .variants = settings->variants,
               .only_beside = standard,
               .random = (uint64_t)settings->common.seed};
    brg_error error = {0};
    brg_status status = BRG_OK;
    choose_device(&b, choice);
    b.began = cli_company_now();
    if (settings->against)
        status = cli_peers_load(&b.peers, settings->against, &error);
    if (status == BRG_OK) {
        bench_table_peers(&b);
        status = settings->ladder     ? bench_ladder(&b, cases, &error)
                 : settings->roofline ? bench_roofline(&b, cases, &error)
                                      : measure_all(&b, cases, &error);
    }
    if (status == BRG_OK)
        status = conclude(&b, choice, &error);
    int code = status == BRG_OK ? b.code : cli_session_fail(session, &error);
    cli_peers_close(&b.peers);
    bench_book_free(&b.book);
    return code;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int bench_everywhere(cli_session *session, const bench_settings *settings, char **words,
                            int32_t count) {
    bench_cases cases = {0};
    brg_error error = {0};
    int code = CLI_OK;
    bool standard = count == 0 && settings->against;
    if (bench_cases_read(&cases, words, count, standard, settings->random,
                         (uint64_t)settings->common.seed, &error) != BRG_OK)
        code = cli_session_fail(session, &error);
    for (int32_t i = 0; code == CLI_OK && i < session->choice_count && !session->interrupted; i++)
        code = bench_device(session, settings, i, &cases, standard);
    bench_cases_free(&cases);
    return code;
}

/* What cannot end well is refused before the work, not after it. */
static int check_settings(const cli_command *command, cli_session *session,
                          const bench_settings *settings) {
    brg_error error = {0};
    cJSON *before = NULL;
    const char *written[] = {settings->svg, settings->save};
    if (session->choice_count > 1 && (settings->svg || settings->save || settings->compare))
        return cli_usage_error(command, "one file is for one device, not %d",
                               session->choice_count);
    for (int32_t i = 0; i < 2; i++)
        if (written[i] && cli_check_writable(written[i], &error) != BRG_OK)
            return cli_session_fail(session, &error);
    if (settings->compare && cli_baseline_load(settings->compare, &before, &error) != BRG_OK)
        return cli_session_fail(session, &error);
    cJSON_Delete(before);
    return CLI_OK;
}

static int run_bench(const cli_command *command, int argc, char **argv) {
    bench_settings settings = {.common = CLI_COMMON_DEFAULTS,
                               .policy = {.repeats = 50, .budget_ms = 1000},
                               .time_ms = 1000,
                               .threshold = 10};
    cli_session session;
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    if (settings.ladder && (settings.against || settings.variants || settings.random))
        return cli_usage_error(command,
                               "--ladder stands for all variants of an op: without --against, "
                               "--variants or --random");
    if (!settings.policy.baselines)
        settings.policy.baselines =
            settings.against || settings.ladder ? "none" : "sequential,naive";
    code = cli_session_open(&session, "bench", &settings.common, true);
    if (code == CLI_OK)
        code = check_settings(command, &session, &settings);
    if (code == CLI_OK)
        code = bench_everywhere(&session, &settings, argv, count);
    return cli_session_close(&session, code);
}

static void describe(FILE *out) {
    fputs("\n", out);
    cli_print_wrapped(out,
                      "OP is a name, which stands for its everyday sizes; a name with the words of "
                      "one call; or a filter chain such as blur=5. No OP is all of them, or with "
                      "--against the standard list, which has goals.",
                      0, 0);
    fputs("\npeers\n"
          "  Each is a plug-in, built where the peer is installed. They take turns with\n"
          "  ours in one process, with as many threads as the device has compute units,\n"
          "  and their results are verified as ours are.\n"
          "\nexamples\n"
          "  brigade bench gemm --against openblas,onednn --svg gemm.svg\n"
          "  brigade bench --against all\n"
          "  brigade bench gemm --random 40 --seed 7 --against openblas\n"
          "  brigade bench reduce n=1000000 --variants all\n"
          "  brigade bench gemm blur --ladder\n"
          "  brigade bench --save before.json; brigade bench --compare before.json\n"
          "\nops\n",
          out);
    cli_show_ops(out, true);
}

const cli_command cli_bench = {
    .name = "bench",
    .summary = "Time ops over everyday sizes, each result verified first.",
    .usage = "[OP [WORD=VALUE...]]...",
    .describe = describe,
    .groups = {&group, &more_group, &cli_job_options},
    .max_arguments = 64,
    .run = run_bench,
};
