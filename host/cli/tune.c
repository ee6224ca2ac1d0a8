/* brigade tune: finds the fastest values of the ops' tunables on a device, and keeps them.
 *
 * For each op and size class it takes a call worth timing, and goes through the tunables
 * one by one: each choice is verified, then timed; a faster one has to win once more, in turn with
 * the one it would replace. What is found is saved after each call, so that an interrupted search
 * goes on where it was. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "session.h"
#include "table.h"
#include "workload.h"

typedef struct tune_settings {
    cli_common common;
    bool again;
    double time_ms;
    const char *file;
} tune_settings;

static const cli_option rows[] = {
    {0, "again", CLI_FLAG, offsetof(tune_settings, again), NULL, "also what has been tuned before",
     0, 0},
    {0, "time-ms", CLI_NUMBER, offsetof(tune_settings, time_ms), "MS",
     "time for the runs of one choice (default 100)", 1, 1e6},
    {0, "file", CLI_TEXT, offsetof(tune_settings, file), "FILE",
     "where to keep the values (default: where every engine looks for them)", 0, 0},
};

static const cli_option_group group = {"options", rows, sizeof rows / sizeof rows[0]};

/* A choice has to be this much faster to be worth a change: less is within the noise. */
static const double WORTH = 0.97;

enum { MOST_REPEATS = 50, COLUMNS = 5 };

/* Thousands of flops or bytes: where the host seems no slower, the guess goes no further than this.
 */
enum { MOST_ON_HOST = 10000 };

static const cli_column columns[COLUMNS] = {{"op", 18, false},
                                            {"call", 22, false},
                                            {"before", 8, true},
                                            {"after", 8, true},
                                            {"changed", 14, false}};

typedef struct tuner {
    cli_session *session;
    const tune_settings *settings;
    const brg_device_info *info;
    char device[32];
    brg_tuning *tuning;
    char path[4096];
    bool head_printed;
    int32_t tuned_calls;
    double overhead_ms; /* what a job on the device costs beyond one on the host */
    int code;
} tuner;

/* ---- calls ----------------------------------------------------------------------------------- */

/* A call worth timing, and its size. */
typedef struct subject {
    const brg_op *op;
    const char *words;
    cli_workload workload;
    brg_cost cost;
} subject;

static brg_status make_subject(tuner *t, const brg_op *op, const char *words, subject *out,
                               brg_error *error) {
    brg_call call = {0};
    *out = (subject){.op = op, .words = words};
    brg_status status =
        cli_workload_words(&out->workload, op, words, (uint64_t)t->settings->common.seed,
                           cli_session_memory(t->session), error);
    if (status != BRG_OK)
        return status;
    const brg_stage *stage = &out->workload.stages[0];
    call.params = stage->params ? stage->params : op->defaults;
    call.input_count = stage->input_count;
    for (int32_t i = 0; i < stage->input_count; i++) {
        call.inputs[i] = *brg_tensor_shape(stage->inputs[i]);
        call.data[i] = brg_tensor_data(stage->inputs[i]);
    }
    status = op->check(&call, &call.output, error);
    if (status == BRG_OK)
        op->cost(&call, &out->cost);
    return status;
}

/* ---- measuring ------------------------------------------------------------------------------- */

/* Runs the subject with these values: verified first. *ms is negative if this device cannot. */
static brg_status measure(tuner *t, subject *of, const char *variant, const int32_t *tuned,
                          double *ms, brg_result *result, brg_error *error) {
    brg_stage *stage = &of->workload.stages[0];
    brg_job_desc desc = {.stages = stage,
                         .stage_count = 1,
                         .label = of->op->name,
                         .device = t->device,
                         .seed = (uint64_t)t->settings->common.seed,
                         .repeats = MOST_REPEATS,
                         .repeat_budget_ms = t->settings->time_ms};
    stage->variant = variant;
    stage->tuned = tuned;
    *ms = -1;
    brg_status status = cli_session_run(t->session, &desc, result, error);
    if (status == BRG_E_UNSUPPORTED)
        return BRG_OK;
    if (status != BRG_OK)
        return status;
    bool wrong = result->verdict.outcome == BRG_MISMATCH;
    *ms = result->median.total;
    brg_result_release(result);
    return wrong
               ? brg_fail(error, BRG_E_INTERNAL, "%s %s gives a wrong result with the values tried",
                          of->op->name, of->words)
               : BRG_OK;
}

/* ---- searching ------------------------------------------------------------------------------- */

typedef struct search {
    int32_t values[BRG_MAX_TUNABLES]; /* the best so far */
    char variant[BRG_OP_NAME];        /* that ran with them */
    double first_ms, best_ms;
} search;

/* Tries one value in place of the best so far. The winner of a first round has to win a second one,
 * run right behind a new run of the other. */
static brg_status try_value(tuner *t, subject *of, search *s, int32_t tunable, int32_t value,
                            brg_error *error) {
    int32_t values[BRG_MAX_TUNABLES];
    brg_result result;
    double ms, other_ms;
    memcpy(values, s->values, sizeof values);
    values[tunable] = value;
    brg_status status = measure(t, of, NULL, values, &ms, &result, error);
    if (status != BRG_OK || ms < 0 || !(ms < WORTH * s->best_ms))
        return status;
    status = measure(t, of, NULL, s->values, &other_ms, &result, error);
    if (status == BRG_OK)
        status = measure(t, of, NULL, values, &ms, &result, error);
    if (status != BRG_OK || ms < 0 || !(ms < WORTH * other_ms))
        return status;
    memcpy(s->values, values, sizeof values);
    memcpy(s->variant, result.variant[0], sizeof s->variant);
    s->best_ms = ms;
    return BRG_OK;
}

/* The numbers of variants that this call does not use would be tried in vain. */
static bool matters(const search *s, const brg_tunable *tunable) {
    return !tunable->variant || strcmp(tunable->variant, s->variant) == 0;
}

static brg_status search_values(tuner *t, subject *of, search *s, brg_error *error) {
    brg_plan *plan = malloc(sizeof *plan);
    brg_result result = {0};
    if (!plan)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a plan");
    brg_plan_begin(plan, of->op, t->info);
    memcpy(s->values, plan->tuned, sizeof s->values);
    brg_plan_release(plan);
    free(plan);
    brg_status status = measure(t, of, NULL, s->values, &s->first_ms, &result, error);
    memcpy(s->variant, result.variant[0], sizeof s->variant);
    s->best_ms = s->first_ms;
    for (int32_t i = 0; i < of->op->tunable_count && status == BRG_OK && s->first_ms > 0; i++) {
        const brg_tunable *tunable = &of->op->tunables[i];
        for (int32_t c = 0; c < BRG_MAX_CHOICES && tunable->choices[c] && status == BRG_OK; c++)
            if (matters(s, tunable) && tunable->choices[c] != s->values[i])
                status = try_value(t, of, s, i, tunable->choices[c], error);
    }
    return status;
}

/* ---- keeping and telling --------------------------------------------------------------------- */

static int32_t default_of(const tuner *t, const brg_tunable *tunable) {
    return t->info->kind == BRG_DEVICE_CPU ? tunable->cpu : tunable->gpu;
}

static brg_status keep(tuner *t, const subject *of, const search *s, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < of->op->tunable_count && status == BRG_OK; i++)
        status = brg_tuning_set(t->tuning, t->info, of->op->name, brg_size_class_of(&of->cost),
                                of->op->tunables[i].name, s->values[i], error);
    return status == BRG_OK ? brg_tuning_save(t->tuning, t->path, error) : status;
}

static void print_line(tuner *t, const subject *of, double before, double after,
                       const char *changed) {
    char cells[COLUMNS][CLI_CELL] = {""};
    if (!t->head_printed)
        cli_table_head(stdout, columns, COLUMNS);
    t->head_printed = true;
    snprintf(cells[0], CLI_CELL, "%s", of->op->name);
    snprintf(cells[1], CLI_CELL, "%s", of->words);
    cli_time_text(before, cells[2], CLI_CELL);
    cli_time_text(after, cells[3], CLI_CELL);
    bool fits = strlen(changed) <= (size_t)columns[4].width;
    if (fits)
        snprintf(cells[4], CLI_CELL, "%s", changed);
    cli_table_row(stdout, columns, COLUMNS, cells);
    if (!fits) {
        fputs("    ", stdout);
        cli_print_wrapped(stdout, changed, 4, 4);
    }
    fflush(stdout);
}

static void tell(tuner *t, const subject *of, const search *s) {
    char changed[512] = "";
    for (int32_t i = 0; i < of->op->tunable_count; i++) {
        size_t used = strlen(changed);
        if (s->values[i] != default_of(t, &of->op->tunables[i]))
            snprintf(changed + used, sizeof changed - used, "%s%s=%d", used ? " " : "",
                     of->op->tunables[i].name, (int)s->values[i]);
    }
    if (!t->session->report)
        print_line(t, of, s->first_ms, s->best_ms, changed[0] ? changed : "nothing");
}

static void report(tuner *t, const subject *of, const search *s, const brg_result *result) {
    if (!t->session->report)
        return;
    brg_report_result(t->session->report, result);
    brg_report_string(t->session->report, true, "call", of->words);
    brg_report_number(t->session->report, true, "before_ms", s->first_ms);
    brg_report_number(t->session->report, true, "after_ms", s->best_ms);
    for (int32_t i = 0; i < of->op->tunable_count; i++)
        brg_report_number(t->session->report, true, of->op->tunables[i].name, s->values[i]);
}

/* ---- where to run ---------------------------------------------------------------------------- */

static double wall_ms(tuner *t, subject *of, const char *variant, brg_error *error) {
    brg_stage *stage = &of->workload.stages[0];
    double best = -1;
    stage->variant = variant;
    stage->tuned = NULL;
    brg_job_desc desc = {
        .stages = stage, .stage_count = 1, .device = t->device, .verify = BRG_VERIFY_NONE};
    for (int i = 0; i < 200; i++) {
        brg_result result = {0};
        uint64_t began = brg_now_ns();
        if (cli_session_run(t->session, &desc, &result, error) != BRG_OK)
            return -1;
        double ms = (double)(brg_now_ns() - began) * 1e-6;
        brg_result_release(&result);
        best = best < 0 || ms < best ? ms : best;
    }
    return best;
}

/* From handing in a tiny job until it is back, on the device and on the host. */
static brg_status measure_overhead(tuner *t, brg_error *error) {
    subject tiny = {0};
    cli_workload_spec spec = CLI_WORKLOAD_DEFAULTS;
    spec.op = "gemm";
    spec.m = spec.n = spec.k = 4;
    brg_status status = cli_workload_make(&tiny.workload, &spec, (uint64_t)t->settings->common.seed,
                                          cli_session_memory(t->session), error);
    if (status == BRG_OK) {
        double device = wall_ms(t, &tiny, NULL, error), host = wall_ms(t, &tiny, "host", error);
        t->overhead_ms = device > host && host > 0 ? device - host : 0;
    }
    cli_workload_release(&tiny.workload);
    return status;
}

/* The work at which the host's slower loop has lost what the device's overhead costs. */
static brg_status find_crossover(tuner *t, subject *of, const search *s, brg_error *error) {
    brg_result result;
    double host_ms, figure = of->cost.flops > of->cost.bytes ? of->cost.flops : of->cost.bytes;
    brg_status status = measure(t, of, "host", NULL, &host_ms, &result, error);
    if (status != BRG_OK || host_ms <= 0 || s->best_ms <= 0 || figure <= 0)
        return status;
    double lost_per_work = (host_ms - s->best_ms) / figure;
    double thousands = lost_per_work > 0 ? t->overhead_ms / lost_per_work / 1000 : MOST_ON_HOST;
    int32_t value = thousands < 1              ? 1
                    : thousands > MOST_ON_HOST ? MOST_ON_HOST
                                               : (int32_t)thousands;
    return brg_tuning_set(t->tuning, t->info, of->op->name, BRG_SIZE_SMALL, BRG_HOST_BELOW, value,
                          error);
}

/* ---- ops ------------------------------------------------------------------------------------- */

static bool is_known(const tuner *t, const brg_op *op, brg_size_class size) {
    int32_t value;
    const char *first = op->tunable_count > 0 ? op->tunables[0].name : BRG_HOST_BELOW;
    return !t->settings->again && brg_tuning_get(t->tuning, t->info, op->name, size, first, &value);
}

static brg_status tune_call(tuner *t, subject *of, brg_error *error) {
    search s = {0};
    brg_result result = {0};
    double ms;
    brg_status status = search_values(t, of, &s, error);
    if (status != BRG_OK || s.first_ms < 0)
        return status;
    status = find_crossover(t, of, &s, error);
    if (status == BRG_OK)
        status = keep(t, of, &s, error);
    if (status == BRG_OK && t->session->report)
        status = measure(t, of, NULL, s.values, &ms, &result, error);
    if (status != BRG_OK)
        return status;
    t->tuned_calls++;
    report(t, of, &s, &result);
    tell(t, of, &s);
    return BRG_OK;
}

/* The first call of each size class that is not known yet: the plainest. The largest tells where to run,
 * since in small ones a launch's own time hides the kernel's; what a smaller one told is replaced. */
static brg_status tune_op(tuner *t, const brg_op *op, brg_error *error) {
    bool met[BRG_SIZE_CLASSES] = {false};
    brg_status status = BRG_OK;
    for (int32_t i = 0; op->sizes && op->sizes[i] && status == BRG_OK; i++) {
        subject of;
        status = make_subject(t, op, op->sizes[i], &of, error);
        brg_size_class size = brg_size_class_of(&of.cost);
        if (status == BRG_OK && !met[size] && !is_known(t, op, size))
            status = tune_call(t, &of, error);
        met[size] = true;
        cli_workload_release(&of.workload);
    }
    return status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static brg_status open_table(tuner *t, brg_error *error) {
    brg_status status = brg_tuning_create(&t->tuning, error);
    if (t->settings->file)
        snprintf(t->path, sizeof t->path, "%s", t->settings->file);
    else if (!brg_tuning_path(t->path, sizeof t->path))
        return brg_fail(error, BRG_E_ARGUMENT,
                        "there is no place for the values: set HOME or give --file");
    if (status == BRG_OK)
        status = brg_tuning_load(t->tuning, t->path, error);
    return status == BRG_OK ? brg_tuning_save(t->tuning, t->path, error) : status; /* better now */
}

static brg_status tune_ops(tuner *t, char **names, int32_t count, brg_error *error) {
    const brg_op *op;
    brg_status status = measure_overhead(t, error);
    for (int32_t i = 0; status == BRG_OK && i < count; i++) {
        status = cli_workload_op(names[i], &op, error);
        if (status == BRG_OK && !op->sizes)
            status = brg_fail(error, BRG_E_ARGUMENT, "%s has nothing to tune", op->name);
        if (status == BRG_OK)
            status = tune_op(t, op, error);
    }
    for (int32_t i = 0; status == BRG_OK && count == 0 && (op = brg_op_builtin(i)) != NULL; i++)
        status = tune_op(t, op, error);
    return status;
}

static int tune_device(cli_session *session, const tune_settings *settings, int32_t choice,
                       char **names, int32_t count) {
    brg_error error = {0};
    tuner t = {.session = session,
               .settings = settings,
               .info = &session->devices.devices[session->choices[choice].index]};
    cli_session_device(session, choice, t.device, sizeof t.device);
    brg_status status = open_table(&t, &error);
    if (status == BRG_OK)
        status = tune_ops(&t, names, count, &error);
    if (status != BRG_OK)
        t.code = cli_session_fail(session, &error);
    else if (!session->report && t.tuned_calls == 0)
        puts("Everything has been tuned before; --again does it anew.");
    else if (!session->report)
        printf("\nkept in %s\n", t.path);
    brg_tuning_destroy(t.tuning);
    return t.code;
}

static int run_tune(const cli_command *command, int argc, char **argv) {
    tune_settings settings = {.common = CLI_COMMON_DEFAULTS, .time_ms = 100};
    cli_session session;
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    code = cli_session_open(&session, "tune", &settings.common, true);
    bool opened = code == CLI_OK;
    for (int32_t i = 0; opened && i < session.choice_count && !session.interrupted; i++) {
        int one = tune_device(&session, &settings, i, argv, count);
        code = code ? code : one;
    }
    return cli_session_close(&session, code);
}

static void describe(FILE *out) {
    fputs("\n", out);
    cli_print_wrapped(out,
                      "Tries the choices of each op's tunables on the device, verified before they "
                      "are timed, and keeps the fastest. Every engine reads them when it starts. "
                      "Also finds below which size the variant \"auto\" had better run on the "
                      "host. Interrupt it at any time: it goes on where it was.",
                      0, 0);
}

const cli_command cli_tune = {
    .name = "tune",
    .summary = "Find the fastest kernel parameters on a device, and keep them.",
    .usage = "[OP...]",
    .describe = describe,
    .groups = {&group, &cli_job_options},
    .max_arguments = 64,
    .run = run_tune,
};
