/* brigade bench: ops over a list of everyday sizes, the verdict before the time. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "policy.h"
#include "session.h"
#include "show.h"
#include "table.h"
#include "workload.h"

typedef struct bench_settings {
    cli_common common;
    cli_policy policy;
    double time_ms; /* for the repeats of one line */
    const char *variants;
} bench_settings;

#define POLICY(field) offsetof(bench_settings, policy.field)

static const cli_option rows[] = {
    {0, "variants", CLI_TEXT, offsetof(bench_settings, variants), "LIST",
     "all, or names with commas between (default: what the op chooses)", 0, 0},
    {0, "repeats", CLI_INTEGER, POLICY(repeats), "N", "timed runs at most (default 50)", 1, 10000},
    {0, "time-ms", CLI_NUMBER, offsetof(bench_settings, time_ms), "MS",
     "time for the runs of one line, after which they stop (default 1000)", 1, 1e7},
    {0, "baselines", CLI_TEXT, POLICY(baselines), "LIST", "sequential,naive or none (default both)",
     0, 0},
    {0, "budget-ms", CLI_NUMBER, POLICY(budget_ms), "MS",
     "a baseline slower than this is timed on a part and scaled (default 1000)", 1, 1e7},
    {0, "verify", CLI_TEXT, POLICY(verify), "POLICY",
     "full, sample, freivalds (gemm) or none (default: full, sample for very large ones)", 0, 0},
};

static const cli_option_group group = {"options", rows, sizeof rows / sizeof rows[0]};

/* ---- what is measured ------------------------------------------------------------------------ */

typedef struct gemm_size {
    int32_t m, n, k;
} gemm_size;

static const gemm_size gemm_sizes[] = {{64, 64, 64},       {256, 256, 256},  {512, 512, 512},
                                       {1024, 1024, 1024}, {1000, 777, 513}, {128, 3136, 1152},
                                       {1, 2048, 2048}};

typedef struct conv_size {
    const char *image, *kernel, *dtype;
} conv_size;

static const conv_size conv_sizes[] = {{"1920x1080x3", "3x3", "u8"},
                                       {"1920x1080x4", "7x7", "u8"},
                                       {"1920x1080x1", "7x7", "f32"},
                                       {"640x480x1", "15x15", "f32"}};

static const conv_size filter_sizes[] = {
    {"640x480x3", "", "u8"}, {"1920x1080x3", "", "u8"}, {"1920x1080x1", "", "f32"}};

/* The index-th thing to measure of an op, or false past the last. */
static bool next_spec(const char *op, int32_t index, cli_workload_spec *spec) {
    *spec = (cli_workload_spec)CLI_WORKLOAD_DEFAULTS;
    spec->op = op;
    if (strcmp(op, "gemm") == 0) {
        if (index >= (int32_t)(sizeof gemm_sizes / sizeof gemm_sizes[0]))
            return false;
        spec->m = gemm_sizes[index].m;
        spec->n = gemm_sizes[index].n;
        spec->k = gemm_sizes[index].k;
        return true;
    }
    bool is_conv = strcmp(op, "conv2d") == 0;
    const conv_size *sizes = is_conv ? conv_sizes : filter_sizes;
    size_t count = is_conv ? sizeof conv_sizes / sizeof conv_sizes[0]
                           : sizeof filter_sizes / sizeof filter_sizes[0];
    if (index >= (int32_t)count)
        return false;
    spec->image = sizes[index].image;
    spec->kernel = sizes[index].kernel;
    spec->dtype = sizes[index].dtype;
    return true;
}

/* ---- the table ------------------------------------------------------------------------------- */

enum { COLUMNS = 8 };

typedef struct bench {
    cli_session *session;
    const bench_settings *settings;
    char device[32];
    cli_column columns[COLUMNS];
    bool head_printed; /* of this op's table */
    bool scaled;       /* a baseline was timed on a part */
    int code;
} bench;

/* The rate's unit is the op's. */
static void print_head(bench *b, const char *op, const brg_result *result) {
    const cli_column columns[COLUMNS] = {
        {op, 15, false},     {"variant", 9, false},
        {"check", 6, false}, {"min", 8, true},
        {"median", 8, true}, {cli_show_rate_unit(result)[1] == 'F' ? "GF/s" : "GB/s", 5, true},
        {"vs seq", 7, true}, {"vs naive", 8, true}};
    if (b->head_printed)
        return;
    memcpy(b->columns, columns, sizeof columns);
    cli_table_head(stdout, b->columns, COLUMNS);
    b->head_printed = true;
}

/* Short enough for a column: "1000x777x513", "1920x1080x3 u8", with a convolution's kernel. */
static void sizes_text(const cli_workload_spec *spec, char *text, size_t size) {
    if (strcmp(spec->op, "gemm") == 0)
        snprintf(text, size, "%lldx%lldx%lld", (long long)spec->m, (long long)spec->n,
                 (long long)spec->k);
    else
        snprintf(text, size, "%s %s", spec->image,
                 strcmp(spec->op, "conv2d") == 0 ? spec->kernel : spec->dtype);
}

static void speedup_cell(bench *b, double baseline, double ms, double fraction, char *cell) {
    char figure[32];
    bool part = fraction > 0 && fraction < 1;
    if (!(baseline > 0) || !(ms > 0))
        return;
    snprintf(cell, CLI_CELL, "%s%s x", part ? "~" : "",
             cli_figure_text(baseline / ms, figure, sizeof figure));
    b->scaled = b->scaled || part;
}

/* A variant that cannot do this has not been checked, and neither has what was not to be. */
static void check_cell(const brg_result *result, char *cell) {
    cli_style style = cli_style_of(stdout);
    const brg_verdict *verdict = &result->verdict;
    const char *colour = verdict->outcome == BRG_PASSED     ? style.good
                         : verdict->outcome == BRG_MISMATCH ? style.bad
                                                            : style.warn;
    const char *word = result->state != BRG_JOB_DONE             ? "skip"
                       : verdict->outcome == BRG_MISMATCH        ? "WRONG"
                       : verdict->outcome == BRG_UNCHECKED       ? "none"
                       : verdict->policy == BRG_VERIFY_FREIVALDS ? "freiv."
                                                                 : NULL;
    snprintf(cell, CLI_CELL, "%s%.6s%s", colour,
             word ? word : brg_verify_policy_name(verdict->policy), style.off);
}

static void print_result(bench *b, const cli_workload_spec *spec, const char *variant,
                         const brg_result *result) {
    char cells[COLUMNS][CLI_CELL] = {""};
    double ms = result->median.total;
    print_head(b, spec->op, result);
    sizes_text(spec, cells[0], CLI_CELL);
    snprintf(cells[1], CLI_CELL, "%s",
             result->stage_count > 1 ? "chain"
             : variant               ? variant
                                     : result->variant[0]);
    check_cell(result, cells[2]);
    if (result->state == BRG_JOB_DONE) {
        cli_time_text(result->min.total, cells[3], CLI_CELL);
        cli_time_text(ms, cells[4], CLI_CELL);
        cli_figure_text(cli_show_rate(result, ms), cells[5], CLI_CELL);
        speedup_cell(b, result->median.sequential, ms, result->sequential_fraction, cells[6]);
        speedup_cell(b, result->median.naive, ms, result->naive_fraction, cells[7]);
    }
    cli_table_row(stdout, b->columns, COLUMNS, cells);
    fflush(stdout);
}

/* ---- measuring ------------------------------------------------------------------------------- */

static void tell(bench *b, const cli_workload_spec *spec, const char *variant, brg_status status,
                 const brg_result *result) {
    if (!b->session->report && (status == BRG_OK || status == BRG_E_UNSUPPORTED))
        print_result(b, spec, variant, result);
    if (!b->session->report || result->stage_count == 0)
        return;
    brg_report_result(b->session->report, result);
    if (status == BRG_E_UNSUPPORTED)
        brg_report_string(b->session->report, true, "status", "skipped");
}

/* One line of the table. What a variant cannot do is no failure: the line says so. */
static brg_status measure(bench *b, const cli_workload_spec *spec, cli_workload *workload,
                          const char *variant) {
    brg_error error = {0};
    brg_result result = {0};
    brg_job_desc desc = {.stages = workload->stages,
                         .stage_count = workload->stage_count,
                         .label = spec->op,
                         .device = b->device,
                         .seed = (uint64_t)b->settings->common.seed,
                         .repeat_budget_ms = b->settings->time_ms};
    workload->stages[0].variant = variant;
    brg_status status = cli_policy_apply(&b->settings->policy, &desc, &error);
    if (status == BRG_OK)
        status = cli_session_run(b->session, &desc, &result, &error);
    tell(b, spec, variant, status, &result);
    if (status == BRG_OK && result.verdict.outcome == BRG_MISMATCH)
        b->code = CLI_WRONG;
    if (status != BRG_OK && status != BRG_E_UNSUPPORTED)
        b->code = cli_session_fail(b->session, &error);
    brg_result_release(&result);
    return status == BRG_E_UNSUPPORTED ? BRG_OK : status;
}

/* Every variant asked for: one, a list, or all that the op has. */
static brg_status measure_variants(bench *b, const cli_workload_spec *spec, const brg_op *op,
                                   cli_workload *workload) {
    const char *list = b->settings->variants;
    brg_status status = BRG_OK;
    if (!list || workload->stage_count > 1)
        return measure(b, spec, workload, NULL);
    if (strcmp(list, "all") == 0) {
        for (int32_t i = 0; i < op->variant_count && status == BRG_OK; i++)
            status = measure(b, spec, workload, op->variants[i].name);
        return status;
    }
    while (status == BRG_OK && *list) {
        char name[BRG_OP_NAME];
        size_t length = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", (int)length, list);
        status = measure(b, spec, workload, name);
        list += length + (list[length] == ',');
    }
    return status;
}

static brg_status bench_op(bench *b, const char *text) {
    const brg_op *op;
    brg_error error = {0};
    cli_workload_spec spec;
    brg_status status = cli_workload_op(text, &op, &error);
    const char *typical = op ? cli_workload_typical(op) : NULL;
    if (status == BRG_OK && strcmp(text, op->name) == 0 && typical)
        text = typical;
    b->head_printed = false;
    for (int32_t i = 0; status == BRG_OK && next_spec(text, i, &spec); i++) {
        cli_workload workload;
        status = cli_workload_make(&workload, &spec, (uint64_t)b->settings->common.seed,
                                   cli_session_memory(b->session), &error);
        if (status == BRG_OK && measure_variants(b, &spec, op, &workload) != BRG_OK) {
            cli_workload_release(&workload);
            return BRG_E_CANCELLED; /* complained already */
        }
        cli_workload_release(&workload);
    }
    if (status != BRG_OK)
        b->code = cli_session_fail(b->session, &error);
    if (b->head_printed)
        fputc('\n', stdout);
    return status;
}

static void print_legend(const bench *b) {
    cli_style style = cli_style_of(stdout);
    fputs(style.quiet, stdout);
    cli_print_wrapped(stdout,
                      "Times are end to end, with transfers. Speedups are of the median over one "
                      "thread of C: seq is the best portable loop, naive the textbook one. "
                      "Rates count the operations of the plain definition.",
                      0, 0);
    if (b->scaled)
        puts("~ of a baseline timed on a part of the rows and scaled");
    fputs(style.off, stdout);
}

static int bench_device(cli_session *session, const bench_settings *settings, int32_t choice,
                        char **names, int32_t count) {
    bench b = {.session = session, .settings = settings};
    const brg_op *op;
    brg_status status = BRG_OK;
    cli_session_device(session, choice, b.device, sizeof b.device);
    for (int32_t i = 0; status == BRG_OK && i < count; i++)
        status = bench_op(&b, names[i]);
    for (int32_t i = 0; status == BRG_OK && count == 0 && (op = brg_op_builtin(i)) != NULL; i++)
        status = bench_op(&b, op->name);
    if (!session->report && status == BRG_OK)
        print_legend(&b);
    return b.code;
}

static int run_bench(const cli_command *command, int argc, char **argv) {
    bench_settings settings = {
        .common = CLI_COMMON_DEFAULTS,
        .policy = {.repeats = 50, .baselines = "sequential,naive", .budget_ms = 1000},
        .time_ms = 1000};
    cli_session session;
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    code = cli_session_open(&session, "bench", &settings.common, true);
    bool opened = code == CLI_OK;
    for (int32_t i = 0; opened && i < session.choice_count && !session.interrupted; i++) {
        int one = bench_device(&session, &settings, i, argv, count);
        code = code ? code : one;
    }
    return cli_session_close(&session, code);
}

static void describe(FILE *out) {
    fputs("\nOP is a name, for the sizes of the list, or a filter chain such as blur=5.\n"
          "\nops\n",
          out);
    cli_show_ops(out, true);
}

const cli_command cli_bench = {
    .name = "bench",
    .summary = "Time ops over a list of everyday sizes, each result verified first.",
    .usage = "[OP...]",
    .describe = describe,
    .groups = {&group, &cli_job_options},
    .max_arguments = 64,
    .run = run_bench,
};
