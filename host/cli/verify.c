/* brigade verify: every op, every variant, on every awkward shape its row knows and on one larger
 * random case, against the exact value.
 *
 * A few jobs are kept in flight, so that the device works while the reference checks. They are
 * settled in the order of submission, and a line of the table is printed when its last case is
 * settled. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "session.h"
#include "show.h"
#include "table.h"
#include "workload.h"

typedef struct verify_settings {
    cli_common common;
    const char *variant;
    int64_t only;  /* this case alone; -1: all */
    int64_t every; /* each so-manieth case */
    bool small;
    bool all;
} verify_settings;

static const cli_option rows[] = {
    {0, "variant", CLI_TEXT, offsetof(verify_settings, variant), "NAME",
     "only this variant (\"auto\": what the op chooses)", 0, 0},
    {0, "case", CLI_INTEGER, offsetof(verify_settings, only), "N",
     "only this case of each variant, to reproduce a failure", 0, 100000},
    {0, "every", CLI_INTEGER, offsetof(verify_settings, every), "N",
     "only each N-th case, others for each variant: a sample, where all take too long", 1, 1000},
    {0, "small", CLI_FLAG, offsetof(verify_settings, small), NULL,
     "only cases cheap enough for a slow emulator", 0, 0},
    {0, "all", CLI_FLAG, offsetof(verify_settings, all), NULL, "every op, as without OP", 0, 0},
};

static const cli_option_group group = {"options", rows, sizeof rows / sizeof rows[0]};

enum { MAX_LINES = 512, IN_FLIGHT = 8, MAX_REMARKS = 64, LARGE = -1 };

/* What `--small` leaves in: operations, and bytes touched. */
#define SMALL_FLOPS 2e5
#define SMALL_BYTES 1e5

/* A line of the table: an op with one variant. */
typedef struct line {
    const brg_op *op;
    const char *variant; /* or "auto": what the op chooses */
    int32_t cases, passed, wrong, failed, skipped;
    double worst_ratio;
    char worst[64];
} line;

typedef struct flight {
    brg_job job;
    int32_t line;
    int32_t example; /* or LARGE */
    char text[64];
} flight;

/* A skip or a failure, said once however often it happens. */
typedef struct remark {
    int32_t line;
    int32_t times;
    bool skip;
    char text[BRG_ERROR_TEXT];
    char again[160]; /* the command line that shows it again */
} remark;

typedef struct verification {
    cli_session *session;
    const verify_settings *settings;
    char device[32];
    line lines[MAX_LINES];
    int32_t line_count;
    int32_t printed;
    flight flights[IN_FLIGHT]; /* a ring, the oldest at `first` */
    int32_t first, flying;
    remark remarks[MAX_REMARKS];
    int32_t remark_count;
} verification;

/* ---- the table ------------------------------------------------------------------------------- */

static const cli_column columns[] = {
    {"op", 10, false}, {"variant", 9, false}, {"cases", 5, true}, {"passed", 6, true},
    {"skip", 4, true}, {"wrong", 5, true},    {"bound", 5, true}, {"worst case", 22, false}};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* A name too long for its column has a line of its own above its first variant. */
static void print_line(const line *at, bool fresh) {
    char cells[COLUMNS][CLI_CELL] = {""};
    cli_style style = cli_style_of(stdout);
    int32_t bad = at->wrong + at->failed;
    if ((int32_t)strlen(at->op->name) <= columns[0].width)
        snprintf(cells[0], CLI_CELL, "%s", at->op->name);
    else if (fresh)
        puts(at->op->name);
    snprintf(cells[1], CLI_CELL, "%s", at->variant);
    snprintf(cells[2], CLI_CELL, "%d", at->cases);
    snprintf(cells[3], CLI_CELL, "%s%d%s", at->passed && !bad ? style.good : "", at->passed,
             at->passed && !bad ? style.off : "");
    snprintf(cells[4], CLI_CELL, "%d", at->skipped);
    snprintf(cells[5], CLI_CELL, "%s%d%s", bad ? style.bad : "", bad, bad ? style.off : "");
    if (at->passed || at->wrong)
        cli_figure_text(at->worst_ratio, cells[6], CLI_CELL);
    snprintf(cells[7], CLI_CELL, "%s", at->worst);
    cli_table_row(stdout, columns, COLUMNS, cells);
    fflush(stdout);
}

/* Prints the lines before `line`, which have all their cases settled. */
static void print_lines(verification *v, int32_t before) {
    if (v->session->report)
        return;
    for (; v->printed < before; v->printed++) {
        cli_session_clear(v->session);
        const line *at = &v->lines[v->printed];
        print_line(at, v->printed == 0 || at->op != at[-1].op);
    }
}

/* ---- remarks --------------------------------------------------------------------------------- */

static void reproduction(const verification *v, const flight *at, char *text, size_t size) {
    const line *of = &v->lines[at->line];
    int length =
        snprintf(text, size, "brigade verify %s --variant %s --seed %lld -d %s", of->op->name,
                 of->variant, (long long)v->settings->common.seed, v->device);
    if (at->example != LARGE && length > 0 && (size_t)length < size)
        snprintf(text + length, size - (size_t)length, " --case %d", at->example);
}

/* Equal but for the numbers in them: one stands for all. */
static bool alike(const char *a, const char *b) {
    static const char digits[] = "0123456789";
    for (; *a && *b; a++, b++) {
        if (strchr(digits, *a) && strchr(digits, *b)) {
            a += strspn(a, digits) - 1;
            b += strspn(b, digits) - 1;
        } else if (*a != *b) {
            return false;
        }
    }
    return *a == *b;
}

static void add_remark(verification *v, const flight *at, bool skip, const char *text) {
    for (int32_t i = 0; i < v->remark_count; i++) {
        remark *known = &v->remarks[i];
        bool same = skip ? alike(known->text, text) : strcmp(known->text, text) == 0;
        if (known->line == at->line && known->skip == skip && same) {
            known->times++;
            return;
        }
    }
    if (v->remark_count == MAX_REMARKS)
        return;
    remark *fresh = &v->remarks[v->remark_count++];
    *fresh = (remark){.line = at->line, .times = 1, .skip = skip};
    snprintf(fresh->text, sizeof fresh->text, "%s", text);
    reproduction(v, at, fresh->again, sizeof fresh->again);
}

static void print_remarks(const verification *v) {
    cli_style style = cli_style_of(stdout);
    for (int32_t i = 0; i < v->remark_count; i++) {
        const remark *at = &v->remarks[i];
        const line *of = &v->lines[at->line];
        char text[BRG_ERROR_TEXT + 128];
        snprintf(text, sizeof text, "%s%s%s %s, %d %s: %s", at->skip ? style.quiet : style.bad,
                 at->skip ? "skipped " : "FAILED ", of->op->name, of->variant, at->times,
                 at->times == 1 ? "case" : "cases", at->text);
        fputs(i ? "" : "\n", stdout);
        cli_print_wrapped(stdout, text, 0, 2);
        if (!at->skip)
            printf("  %s\n", at->again);
        fputs(style.off, stdout);
    }
}

/* ---- settling -------------------------------------------------------------------------------- */

static void report_case(const verification *v, const flight *at, const brg_result *result,
                        brg_status status) {
    if (!v->session->report || result->stage_count == 0)
        return;
    brg_report_result(v->session->report, result);
    if (status == BRG_E_UNSUPPORTED)
        brg_report_string(v->session->report, true, "status", "skipped");
    brg_report_string(v->session->report, true, "case", at->text);
    if (v->session->choice_count > 1)
        brg_report_string(v->session->report, true, "device", v->device);
}

static void count_verdict(verification *v, const flight *at, const brg_verdict *verdict) {
    line *of = &v->lines[at->line];
    char text[BRG_ERROR_TEXT], sentence[BRG_ERROR_TEXT];
    /* The first case sets the mark, and a ratio that is no number counts as the worst. */
    if (!of->worst[0] || !(verdict->bound_ratio <= of->worst_ratio)) {
        of->worst_ratio = verdict->bound_ratio;
        snprintf(of->worst, sizeof of->worst, "%s", at->text);
    }
    if (verdict->outcome == BRG_PASSED) {
        of->passed++;
        return;
    }
    of->wrong++;
    snprintf(text, sizeof text, "%s: %s", at->text,
             brg_verdict_text(verdict, sentence, sizeof sentence - sizeof at->text - 2));
    add_remark(v, at, false, text);
}

/* Waits for the oldest job. BRG_E_CANCELLED ends it all; other errors are counted. */
static brg_status settle_oldest(verification *v) {
    flight at = v->flights[v->first];
    line *of = &v->lines[at.line];
    brg_result result = {0};
    brg_error error = {0};
    v->first = (v->first + 1) % IN_FLIGHT;
    v->flying--;
    print_lines(v, at.line);
    brg_status status =
        cli_session_wait(v->session, at.job, at.line, v->line_count, &result, &error);
    if (status == BRG_E_CANCELLED)
        return status;
    report_case(v, &at, &result, status);
    if (status == BRG_OK) {
        count_verdict(v, &at, &result.verdict);
    } else if (status == BRG_E_UNSUPPORTED) {
        of->skipped++;
        add_remark(v, &at, true, error.what);
    } else {
        of->failed++;
        add_remark(v, &at, false, error.what);
    }
    brg_result_release(&result);
    return BRG_OK;
}

static brg_status settle_all(verification *v) {
    while (v->flying > 0)
        if (settle_oldest(v) != BRG_OK)
            return BRG_E_CANCELLED;
    return BRG_OK;
}

/* ---- submitting ------------------------------------------------------------------------------ */

static brg_status submit_case(verification *v, int32_t index, int32_t example, const char *text,
                              brg_stage *stage) {
    line *of = &v->lines[index];
    brg_error error = {0};
    flight at = {.line = index, .example = example};
    if (cli_session_interrupted(v->session))
        return BRG_E_CANCELLED;
    if (v->flying == IN_FLIGHT && settle_oldest(v) != BRG_OK)
        return BRG_E_CANCELLED;
    snprintf(at.text, sizeof at.text, "%s", text);
    stage->op = of->op->name;
    stage->variant = strcmp(of->variant, "auto") == 0 ? NULL : of->variant; /* never the host */
    brg_job_desc desc = {.stages = stage,
                         .stage_count = 1,
                         .label = of->op->name,
                         .device = v->device,
                         .verify = BRG_VERIFY_FULL,
                         .seed = (uint64_t)v->settings->common.seed};
    of->cases++;
    if (brg_engine_submit(v->session->engine, &desc, &at.job, &error) != BRG_OK) {
        of->failed++;
        add_remark(v, &at, false, error.what);
        return BRG_OK;
    }
    v->flights[(v->first + v->flying++) % IN_FLIGHT] = at;
    return BRG_OK;
}

/* Counts the work from the shapes alone. What the op refuses is cheap: it is submitted, to be told
 * why. */
static bool is_small(const brg_op *op, const brg_example *example) {
    brg_call call = {.params = example->params, .input_count = example->input_count};
    brg_cost cost = {0};
    brg_error error = {0};
    for (int32_t i = 0; i < example->input_count; i++) {
        call.inputs[i] = *brg_tensor_shape(example->inputs[i]);
        call.data[i] = brg_tensor_data(example->inputs[i]);
    }
    if (op->check(&call, &call.output, &error) == BRG_OK)
        op->cost(&call, &cost);
    return cost.flops <= SMALL_FLOPS && cost.bytes <= SMALL_BYTES;
}

static brg_status submit_examples(verification *v, int32_t index) {
    const brg_op *op = v->lines[index].op;
    const verify_settings *settings = v->settings;
    brg_status status = BRG_OK;
    for (int32_t i = 0; status == BRG_OK; i++) {
        brg_example example = {0};
        brg_error error = {0};
        status = op->example(i, (uint64_t)settings->common.seed, &example, &error);
        if (status == BRG_E_NOT_FOUND)
            return BRG_OK;
        bool wanted = (settings->only < 0 || settings->only == i) &&
                      (i + index) % settings->every == 0 &&
                      !(settings->small && status == BRG_OK && !is_small(op, &example));
        if (status == BRG_OK && wanted) {
            brg_stage stage = {.params = example.params, .input_count = example.input_count};
            for (int32_t j = 0; j < example.input_count; j++)
                stage.inputs[j] = example.inputs[j];
            status = submit_case(v, index, i, example.text, &stage);
        } else if (status != BRG_OK) {
            cli_session_fail(v->session, &error);
        }
        brg_example_release(&example);
    }
    return status;
}

/* A shape that no tile divides, large enough for many work-groups and slices. */
static brg_status submit_large(verification *v, int32_t index) {
    line *of = &v->lines[index];
    cli_workload workload;
    brg_error error = {0};
    cli_workload_spec spec = CLI_WORKLOAD_DEFAULTS;
    spec.op = cli_workload_typical(of->op);
    spec.m = 509, spec.n = 487, spec.k = 331;
    spec.image = "797x601x3";
    spec.kernel = "9x7";
    if (!spec.op)
        return BRG_OK;
    brg_status status = cli_workload_make(&workload, &spec, (uint64_t)v->settings->common.seed,
                                          cli_session_memory(v->session), &error);
    if (status == BRG_OK)
        status = submit_case(v, index, LARGE, workload.text, &workload.stages[0]);
    else
        cli_session_fail(v->session, &error);
    cli_workload_release(&workload);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void add_line(verification *v, const brg_op *op, const char *variant) {
    const char *only = v->settings->variant;
    if (v->line_count < MAX_LINES && (!only || strcmp(only, variant) == 0))
        v->lines[v->line_count++] = (line){.op = op, .variant = variant};
}

static void add_op(verification *v, const brg_op *op) {
    for (int32_t i = 0; i < op->variant_count; i++)
        add_line(v, op, op->variants[i].name);
    add_line(v, op, "auto");
}

static brg_status plan_lines(verification *v, char **names, int32_t count, brg_error *error) {
    const brg_op *op;
    for (int32_t i = 0; count == 0 && (op = brg_op_builtin(i)) != NULL; i++)
        add_op(v, op);
    for (int32_t i = 0; i < count; i++) {
        brg_status status = cli_workload_op(names[i], &op, error);
        if (status != BRG_OK)
            return status;
        add_op(v, op);
    }
    if (v->line_count == 0)
        return brg_fail(error, BRG_E_NOT_FOUND, "no op here has a variant \"%s\"",
                        v->settings->variant);
    return BRG_OK;
}

static brg_status submit_everything(verification *v) {
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < v->line_count && status == BRG_OK; i++) {
        status = submit_examples(v, i);
        if (status == BRG_OK && !v->settings->small && v->settings->only < 0)
            status = submit_large(v, i);
    }
    return status == BRG_OK ? settle_all(v) : status;
}

/* How many lines have had a case at all. */
static int32_t lines_begun(const verification *v) {
    int32_t count = v->line_count;
    while (count > 0 && v->lines[count - 1].cases == 0)
        count--;
    return count;
}

static void add_up(line *sum, const line *more) {
    sum->cases += more->cases;
    sum->passed += more->passed;
    sum->wrong += more->wrong;
    sum->failed += more->failed;
    sum->skipped += more->skipped;
}

/* In a report, over all devices so far. */
static void report_sum(brg_report *report, const line *sum) {
    brg_report_number(report, false, "cases", sum->cases);
    brg_report_number(report, false, "passed", sum->passed);
    brg_report_number(report, false, "skipped", sum->skipped);
    brg_report_number(report, false, "mismatches", sum->wrong);
    brg_report_number(report, false, "failed", sum->failed);
}

/* Nothing checked is no pass and not painted as one. */
static void print_sum(const line *sum) {
    cli_style style = cli_style_of(stdout);
    bool bad = sum->wrong || sum->failed;
    int32_t left = sum->cases - sum->passed - sum->skipped - sum->wrong - sum->failed;
    printf("\n%s%d of %d cases passed%s, %d skipped, %d wrong, %d failed",
           bad           ? style.bad
           : sum->passed ? style.good
                         : style.warn,
           sum->passed, sum->cases, style.off, sum->skipped, sum->wrong, sum->failed);
    if (left)
        printf(", %d unfinished", left);
    fputc('\n', stdout);
}

/* Says what came out and gives the exit code. */
static int conclude(const verification *v, line *totals) {
    line sum = {0};
    for (int32_t i = 0; i < v->line_count; i++)
        add_up(&sum, &v->lines[i]);
    add_up(totals, &sum);
    if (v->session->report) {
        report_sum(v->session->report, totals);
    } else {
        print_remarks(v);
        print_sum(&sum);
    }
    return sum.wrong ? CLI_WRONG : sum.failed ? CLI_TROUBLE : CLI_OK;
}

static int verify_device(cli_session *session, const verify_settings *settings, int32_t choice,
                         char **names, int32_t count, line *totals) {
    brg_error error = {0};
    verification *v = calloc(1, sizeof *v);
    if (!v) {
        brg_fail(&error, BRG_E_MEMORY, "not enough memory for the table");
        return cli_session_fail(session, &error);
    }
    v->session = session;
    v->settings = settings;
    cli_session_device(session, choice, v->device, sizeof v->device);
    int code = CLI_OK;
    if (plan_lines(v, names, count, &error) != BRG_OK) {
        code = cli_session_fail(session, &error);
    } else {
        if (!session->report)
            cli_table_head(stdout, columns, COLUMNS);
        brg_status status = submit_everything(v);
        print_lines(v, status == BRG_OK ? v->line_count : lines_begun(v));
        code = conclude(v, totals);
        code = status == BRG_OK ? code : cli_exit_of(status);
    }
    free(v);
    return code;
}

static int run_verify(const cli_command *command, int argc, char **argv) {
    verify_settings settings = {.common = CLI_COMMON_DEFAULTS, .only = -1, .every = 1};
    cli_session session;
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    if (settings.all && count > 0)
        return cli_usage_error(command, "--all and the op \"%s\" exclude each other", argv[0]);
    line totals = {0};
    code = cli_session_open(&session, "verify", &settings.common, true);
    bool opened = code == CLI_OK;
    for (int32_t i = 0; opened && i < session.choice_count && !session.interrupted; i++) {
        int one = verify_device(&session, &settings, i, argv, count, &totals);
        code = code ? code : one;
    }
    if (opened && code == CLI_OK && totals.cases == 0)
        code = cli_usage_error(command, "no case is left to check");
    return cli_session_close(&session, code);
}

static void describe(FILE *out) {
    fputs("\n", out);
    cli_print_wrapped(
        out,
        "Each op brings its own awkward cases: primes, single rows and columns, empty "
        "shapes, tile edges, every border and option. Every element is compared with "
        "the exact value; \"bound\" is the largest error over what rounding explains "
        "(at most 1), and \"worst case\" is where it was seen.",
        0, 0);
    fputs("\nops\n", out);
    cli_show_ops(out, true);
}

const cli_command cli_verify = {
    .name = "verify",
    .summary = "Check every kernel against the sequential reference.",
    .usage = "[OP...]",
    .describe = describe,
    .groups = {&group, &cli_job_options},
    .max_arguments = 64,
    .run = run_verify,
};
