/* brigade lab: claims about concurrency and parallelism put to the test on this machine. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "lab_ascii.h"
#include "lab_junit.h"
#include "session.h"
#include "table.h"

typedef struct lab_settings {
    cli_common common;
    bool all, quick, ascii;
    double budget_s, dial;    /* NaN: not given */
    const char *page, *junit; /* files to write; NULL: none */
} lab_settings;

static const cli_option rows[] = {
    {0, "all", CLI_FLAG, offsetof(lab_settings, all), NULL, "run every claim", 0, 0},
    {0, "quick", CLI_FLAG, offsetof(lab_settings, quick), NULL,
     "4 s a claim instead of 10, 8 where it takes long: all in under 3 minutes", 0, 0},
    {0, "budget", CLI_NUMBER, offsetof(lab_settings, budget_s), "SECONDS",
     "time for each claim; it ends earlier once its numbers are precise", 0.001, 3600},
    {0, "dial", CLI_NUMBER, offsetof(lab_settings, dial), "X",
     "the number that some claims let you change, listed below; with --all each takes what "
     "is nearest in its range",
     -1e12, 1e12},
    {0, "report", CLI_TEXT, offsetof(lab_settings, page), "FILE",
     "write an HTML page with all plots, one file without scripts", 0, 0},
    {0, "ascii", CLI_FLAG, offsetof(lab_settings, ascii), NULL,
     "draw the timelines in the terminal", 0, 0},
    {0, "junit", CLI_TEXT, offsetof(lab_settings, junit), "FILE",
     "write JUnit XML, a testcase for each claim", 0, 0},
};

static const cli_option_group group = {"options", rows, sizeof rows / sizeof rows[0]};

static const cli_option common_rows[] = {
    {'d', "device", CLI_TEXT, offsetof(cli_common, device), "SPEC",
     "the device to compute on, as for 'brigade run'", 0, 0},
    {0, "seed", CLI_INTEGER, offsetof(cli_common, seed), "N", "seed of orders and data (default 1)",
     0, 9007199254740991.0},
    {0, "trace", CLI_TEXT, offsetof(cli_common, trace), "FILE",
     "save a Chrome/Perfetto trace of what the engine did", 0, 0},
    {0, "json", CLI_FLAG, offsetof(cli_common, json), NULL,
     "one JSON document on stdout, with every sample", 0, 0},
};

static const cli_option_group common_group = {"common options", common_rows,
                                              sizeof common_rows / sizeof common_rows[0]};

/* ---- the list ---------------------------------------------------------------------------------- */

static const cli_column list_columns[] = {
    {"claim", 5, true}, {"", 52, false}, {"articles", 14, false}};

static void print_list(void) {
    const brg_lab_claim *claim;
    cli_table_head(stdout, list_columns, 3);
    for (int32_t i = 0; (claim = brg_lab_claim_at(i)); i++) {
        char cells[3][CLI_CELL];
        snprintf(cells[0], CLI_CELL, "%s", claim->id);
        snprintf(cells[1], CLI_CELL, "%s", claim->title);
        snprintf(cells[2], CLI_CELL, "%s", claim->articles);
        cli_table_row(stdout, list_columns, 3, cells);
    }
    fputs("\n"
          "  brigade lab 24           put a claim to the test; any number of them\n"
          "  brigade lab --all        all, about ten seconds each at most\n"
          "  brigade lab --help       what else it takes, and how it judges\n",
          stdout);
}

/* ---- a result ---------------------------------------------------------------------------------- */

static const char *colour_of(const cli_style *style, brg_lab_verdict verdict) {
    return verdict == BRG_LAB_CONFIRMED ? style->good
           : verdict == BRG_LAB_REFUTED ? style->bad
                                        : style->warn;
}

/* Negative figures are figures too, unlike times. */
static void print_number(double value) {
    char text[64];
    printf("%s%s", value < 0 ? "-" : "", cli_figure_text(fabs(value), text, sizeof text));
}

static void print_figure(const brg_lab_figure *figure) {
    const brg_lab_estimate *e = &figure->estimate;
    printf("      %-44.44s ", figure->name);
    if (isnan(e->value)) {
        puts("not measured");
        return;
    }
    print_number(e->value);
    printf("%s%s", figure->unit[0] ? " " : "", figure->unit);
    if (!isnan(e->low) && !isnan(e->high) && e->low != e->high) {
        fputs("  (", stdout);
        print_number(e->low);
        fputs(" to ", stdout);
        print_number(e->high);
        putchar(')');
    }
    putchar('\n');
}

static void print_circumstances(const brg_lab_result *result, const cli_style *style) {
    char text[256];
    size_t length = (size_t)snprintf(text, sizeof text, "%d %s in %.1f s", (int)result->rounds,
                                     result->rounds == 1 ? "round" : "rounds", result->seconds);
    if (result->disturbed > 0)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   ", %d more disturbed and not counted", (int)result->disturbed);
    if (result->claim->dial.name)
        snprintf(text + length, sizeof text - length, ", dial %g (%s)", result->dial,
                 result->claim->dial.name);
    printf("     %s", style->quiet);
    cli_print_wrapped(stdout, text, 5, 5);
    printf("%s\n", style->off);
}

static void print_result(const brg_lab_result *result) {
    const cli_style style = cli_style_of(stdout);
    const char *verdict = brg_lab_verdict_name(result->verdict);
    printf("%s%3s  %-58.58s%s %s%14s%s\n", style.strong, result->claim->id, result->claim->title,
           style.off, colour_of(&style, result->verdict), verdict, style.off);
    fputs("     ", stdout);
    cli_print_wrapped(stdout, result->sentence, 5, 5);
    if (result->control[0]) {
        fputs("     Control: ", stdout);
        cli_print_wrapped(stdout, result->control, 14, 14);
    }
    for (int32_t i = 0; i < result->figure_count; i++)
        print_figure(&result->figures[i]);
    print_circumstances(result, &style);
    fflush(stdout);
}

/* ---- the run ----------------------------------------------------------------------------------- */

typedef struct lab_run {
    cli_session *session;
    bool ascii; /* timelines are printed */
    brg_lab *lab;
    brg_lab_result results[BRG_LAB_CLAIMS]; /* those that have ended */
    int32_t done;
} lab_run;

static void show_progress(lab_run *run, const brg_lab_snapshot *snapshot) {
    if (!isatty(STDERR_FILENO) || snapshot->current >= snapshot->count)
        return;
    const brg_lab_claim *claim = snapshot->claims[snapshot->current];
    fprintf(stderr, "\r[%d of %d] %s: %.50s, %.0f s\033[K", (int)snapshot->current + 1,
            (int)snapshot->count, claim->id, claim->title, snapshot->current_s);
    fflush(stderr);
    run->session->bar_shown = true;
}

/* Takes over what has ended since the last look; an interrupted one ended too. */
static brg_status collect(lab_run *run, const brg_lab_snapshot *snapshot, brg_error *error) {
    while (run->done < snapshot->current) {
        brg_lab_result *result = &run->results[run->done];
        brg_status status = brg_lab_result_copy(run->lab, run->done, result, error);
        if (status != BRG_OK)
            return status;
        run->done++;
        cli_session_clear(run->session);
        if (!run->session->report)
            print_result(result);
        if (!run->session->report && run->ascii)
            cli_lab_lanes_print(stdout, result);
    }
    return BRG_OK;
}

static brg_status follow(lab_run *run, brg_error *error) {
    const double glance_s = 0.1;
    brg_lab_snapshot snapshot;
    brg_status status = BRG_OK;
    do {
        brg_lab_wait(run->lab, glance_s);
        if (cli_session_interrupted(run->session))
            brg_lab_cancel(run->lab);
        brg_lab_snapshot_take(run->lab, &snapshot);
        status = collect(run, &snapshot, error);
        show_progress(run, &snapshot);
    } while (status == BRG_OK && !snapshot.ended);
    cli_session_clear(run->session);
    return status;
}

/* ---- the end ----------------------------------------------------------------------------------- */

static int32_t count_of(const lab_run *run, brg_lab_verdict verdict) {
    int32_t count = 0;
    for (int32_t i = 0; i < run->done; i++)
        count += run->results[i].verdict == verdict;
    return count;
}

static void print_summary(const lab_run *run, int32_t asked) {
    static const char *const words[BRG_LAB_VERDICT_COUNT] = {NULL, "confirmed", "refuted",
                                                             "inconclusive", "not applicable"};
    const cli_style style = cli_style_of(stdout);
    for (int32_t i = 0; asked > 1 && i < run->done; i++) {
        const brg_lab_result *result = &run->results[i];
        printf("%3s  %-58.58s %s%14s%s\n", result->claim->id, result->claim->title,
               colour_of(&style, result->verdict), brg_lab_verdict_name(result->verdict),
               style.off);
    }
    for (int32_t v = BRG_LAB_CONFIRMED; v < BRG_LAB_VERDICT_COUNT; v++)
        printf("%s%d %s",
               v > BRG_LAB_CONFIRMED ? ", "
               : asked > 1           ? "\n"
                                     : "",
               (int)count_of(run, (brg_lab_verdict)v), words[v]);
    if (run->done < asked)
        printf(", %d not run", (int)(asked - run->done));
    putchar('\n');
}

/* An experiment that could not be carried out must not look like success. */
static int exit_code(const lab_run *run) {
    if (count_of(run, BRG_LAB_REFUTED) > 0)
        return CLI_WRONG;
    for (int32_t i = 0; i < run->done; i++)
        if (run->results[i].error.status != BRG_OK)
            return CLI_TROUBLE;
    return CLI_OK;
}

static brg_status report_results(const lab_run *run, brg_error *error) {
    char *json = brg_lab_results_json(run->results, run->done);
    if (!json)
        return brg_fail(error, BRG_E_MEMORY, "there is not enough memory for the report");
    brg_status status = brg_report_json(run->session->report, "results", json, error);
    free(json);
    return status;
}

static brg_status save_page(const char *path, const lab_run *run, brg_error *error) {
    char *page = brg_lab_results_html(run->results, run->done);
    if (!page)
        return brg_fail(error, BRG_E_MEMORY, "there is not enough memory for the page");
    brg_status status = brg_file_write(path, page, strlen(page), error);
    free(page);
    return status;
}

static brg_status save_files(const lab_run *run, const lab_settings *settings, brg_error *error) {
    brg_status status = BRG_OK;
    if (settings->page)
        status = save_page(settings->page, run, error);
    if (status == BRG_OK && settings->junit)
        status = cli_lab_junit_save(settings->junit, run->results, run->done, error);
    return status;
}

/* Before minutes of measuring, not after them. */
static brg_status probe_files(const lab_settings *settings, brg_error *error) {
    brg_status status = settings->page ? cli_check_writable(settings->page, error) : BRG_OK;
    return status == BRG_OK && settings->junit ? cli_check_writable(settings->junit, error)
                                               : status;
}

static int run_claims(cli_session *session, const lab_settings *settings,
                      const brg_lab_options *options) {
    brg_error error = {0};
    lab_run *run = calloc(1, sizeof *run);
    if (!run) {
        brg_fail(&error, BRG_E_MEMORY, "not enough memory for the results");
        return cli_session_fail(session, &error);
    }
    run->session = session;
    run->ascii = settings->ascii;
    int32_t asked = options->ids ? options->id_count : brg_lab_claim_count();
    brg_status status = probe_files(settings, &error);
    if (status == BRG_OK)
        status = brg_lab_start(options, &run->lab, &error);
    if (status == BRG_OK)
        status = follow(run, &error);
    if (status == BRG_OK && session->report)
        status = report_results(run, &error);
    else if (status == BRG_OK)
        print_summary(run, asked);
    if (status == BRG_OK)
        status = save_files(run, settings, &error);
    int code = status == BRG_OK ? exit_code(run) : cli_session_fail(session, &error);
    brg_lab_destroy(run->lab);
    for (int32_t i = 0; i < run->done; i++)
        brg_lab_result_release(&run->results[i]);
    free(run);
    return code;
}

/* ---- the command ------------------------------------------------------------------------------- */

/* Words are checked before a device is looked for. */
static int check_words(const cli_command *command, const lab_settings *settings, int32_t count,
                       char **words) {
    if (settings->all && count > 0)
        return cli_usage_error(command, "--all and the claim \"%s\" exclude each other", words[0]);
    for (int32_t i = 0; i < count; i++)
        if (!brg_lab_claim_find(words[i]))
            return cli_usage_error(command, "there is no claim \"%s\"", words[i]);
    return CLI_GO;
}

/* One number for one dial: whoever names claims means theirs. With --all each takes what it can of it. */
static int check_dial(const cli_command *command, const lab_settings *settings, int32_t count,
                      char **words) {
    int32_t dials = 0;
    for (int32_t i = 0; !isnan(settings->dial) && i < count; i++) {
        const brg_lab_dial *dial = &brg_lab_claim_find(words[i])->dial;
        if (dial->name && (settings->dial < dial->min || settings->dial > dial->max))
            return cli_usage_error(command,
                                   "the dial of claim %s (%s) goes from %g to %g, not to %g",
                                   words[i], dial->name, dial->min, dial->max, settings->dial);
        dials += dial->name != NULL;
    }
    if (!isnan(settings->dial) && count > 0 && dials == 0)
        return cli_usage_error(command, "no claim named here has a dial");
    return CLI_GO;
}

/* The list takes no options: whoever gave some meant a run. */
static bool wants_a_run(const lab_settings *s) {
    return s->quick || s->ascii || s->page || s->junit || s->budget_s > 0 || !isnan(s->dial) ||
           s->common.json || s->common.trace;
}

static int list_claims(const cli_command *command, const lab_settings *settings) {
    if (wants_a_run(settings))
        return cli_usage_error(command, "name the claims to put to the test, or say --all");
    print_list();
    return CLI_OK;
}

static int run_lab(const cli_command *command, int argc, char **argv) {
    lab_settings settings = {.common = CLI_COMMON_DEFAULTS, .dial = NAN};
    cli_session session;
    char spec[64];
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code == CLI_GO)
        code = check_words(command, &settings, count, argv);
    if (code == CLI_GO)
        code = check_dial(command, &settings, count, argv);
    if (code != CLI_GO)
        return code;
    if (count == 0 && !settings.all)
        return list_claims(command, &settings);
    bool choose = settings.common.device || getenv("BRIGADE_DEVICE");
    code = cli_session_open(&session, "lab", &settings.common, choose);
    if (code == CLI_OK)
        code = run_claims(
            &session, &settings,
            &(brg_lab_options){.ids = count ? (const char *const *)argv : NULL,
                               .id_count = count,
                               .budget_s = settings.budget_s,
                               .quick = settings.quick,
                               .seed = (uint64_t)settings.common.seed,
                               .has_dial = !isnan(settings.dial),
                               .dial = settings.dial,
                               .engine = session.engine,
                               .device = choose ? cli_session_device(&session, 0, spec, sizeof spec)
                                                : NULL});
    return cli_session_close(&session, code);
}

static void print_dials(FILE *out) {
    const brg_lab_claim *claim;
    fputs("\nclaims with a dial\n", out);
    for (int32_t i = 0; (claim = brg_lab_claim_at(i)); i++)
        if (claim->dial.name)
            fprintf(out, "  %3s  %s: %g to %g (default %g)\n", claim->id, claim->dial.name,
                    claim->dial.min, claim->dial.max, claim->dial.standard);
}

static void describe(FILE *out) {
    fputs("\n", out);
    cli_print_wrapped(
        out,
        "Each claim says beforehand which number it is about and where that must lie. It is "
        "measured in rounds, all conditions in random order, until its 95 % interval is "
        "narrow or the time is spent. CONFIRMED: the whole interval lies where the claim has it. "
        "REFUTED: all of it lies outside. INCONCLUSIVE: neither, or other programs took the "
        "processors, or a control did not come out as it must. NOT APPLICABLE: this machine lacks "
        "something. Exit code 1 if a claim is refuted, 4 if an experiment could not be carried "
        "out.",
        0, 0);
    print_dials(out);
}

const cli_command cli_lab = {
    .name = "lab",
    .summary = "Put claims about concurrency and parallelism to the test on this machine.",
    .usage = "[CLAIM...]",
    .describe = describe,
    .groups = {&group, &common_group},
    .max_arguments = BRG_LAB_CLAIMS,
    .run = run_lab,
};
