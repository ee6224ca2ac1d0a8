/* brigade run: one op on the device, verified, and timed against sequential C. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "policy.h"
#include "session.h"
#include "show.h"
#include "table.h"
#include "workload.h"

typedef struct run_settings {
    cli_common common;
    cli_workload_spec spec;
    cli_policy policy;
    const char *variant;
    char words[CLI_WORDS]; /* of the op's own call */
} run_settings;

#define SPEC(field) offsetof(run_settings, spec.field)
#define POLICY(field) offsetof(run_settings, policy.field)

static const cli_option workload_rows[] = {
    {'m', NULL, CLI_INTEGER, SPEC(m), "M", "gemm: rows of C (default 1024)", 1, 0x1p40},
    {'n', NULL, CLI_INTEGER, SPEC(n), "N", "gemm: columns of C (default 1024)", 1, 0x1p40},
    {'k', NULL, CLI_INTEGER, SPEC(k), "K", "gemm: terms of each sum (default 1024)", 1, 0x1p40},
    {0, "ta", CLI_FLAG, SPEC(ta), NULL, "gemm: A is stored transposed", 0, 0},
    {0, "tb", CLI_FLAG, SPEC(tb), NULL, "gemm: B is stored transposed", 0, 0},
    {0, "alpha", CLI_NUMBER, SPEC(alpha), "X", "gemm: factor of A B (default 1)", -1e9, 1e9},
    {0, "beta", CLI_NUMBER, SPEC(beta), "X", "gemm: factor of C (default 0, no C)", -1e9, 1e9},
    {0, "image", CLI_TEXT, SPEC(image), "FILE|WxHxC",
     "the image, or the size of one made of noise (default 1920x1080x3)", 0, 0},
    {0, "dtype", CLI_TEXT, SPEC(dtype), "TYPE", "of the image, u8 or f32 (default u8)", 0, 0},
    {0, "kernel", CLI_TEXT, SPEC(kernel), "KHxKW", "conv2d: size of the kernel (default 5x5)", 0,
     0},
    {0, "separable", CLI_FLAG, SPEC(separable), NULL, "conv2d: weights that are an outer product",
     0, 0},
    {0, "border", CLI_TEXT, SPEC(border), "NAME",
     "conv2d: clamp, zero, reflect or wrap (default clamp)", 0, 0},
};

static const cli_option policy_rows[] = {
    {0, "variant", CLI_TEXT, offsetof(run_settings, variant), "NAME",
     "the kernel to use (default: chosen for device and shape); host: the sequential loop; "
     "auto: that for tiny work",
     0, 0},
    {0, "verify", CLI_TEXT, POLICY(verify), "POLICY",
     "full, sample, freivalds (gemm) or none (default: full, sample for very large ones)", 0, 0},
    {0, "repeats", CLI_INTEGER, POLICY(repeats), "N",
     "timed runs; above 1, one more goes first and is not counted (default 5)", 1, 10000},
    {0, "baselines", CLI_TEXT, POLICY(baselines), "LIST",
     "what to compare with: sequential,naive or none (default both)", 0, 0},
    {0, "budget-ms", CLI_NUMBER, POLICY(budget_ms), "MS",
     "a baseline slower than this is timed on a part and scaled (default 10000)", 1, 1e7},
    {0, "priority", CLI_INTEGER, POLICY(priority), "N", "higher runs first (default 0)", -1000,
     1000},
    {0, "slice-ms", CLI_NUMBER, POLICY(slice_ms), "MS",
     "longest time between two looks at Ctrl-C (default 8)", 0.01, 1e5},
};

static const cli_option_group workload_group = {"what to compute", workload_rows,
                                                sizeof workload_rows / sizeof workload_rows[0]};
static const cli_option_group policy_group = {"how", policy_rows,
                                              sizeof policy_rows / sizeof policy_rows[0]};

static void describe(FILE *out) {
    fputs("\nops\n", out);
    cli_show_ops(out, true);
    fputs("\nexamples\n"
          "  brigade run reduce n=1000000 op=max\n"
          "  brigade run gemm -m 1000 -n 777 -k 513 --ta\n"
          "  brigade run conv2d --image photo.png --kernel 7x7 --border reflect\n"
          "  brigade run blur=3 --image 3840x2160x4 --repeats 20\n",
          out);
}

/* One variant for a whole chain makes no sense: each op has its own. */
static brg_status apply_variant(cli_workload *workload, const char *variant, brg_error *error) {
    if (variant && workload->stage_count > 1)
        return brg_fail(error, BRG_E_ARGUMENT, "--variant needs a single op, not a chain of %d",
                        workload->stage_count);
    workload->stages[0].variant = variant;
    return BRG_OK;
}

static int run_on_device(cli_session *session, const cli_workload *workload, brg_job_desc *desc,
                         int32_t choice) {
    char spec[32];
    brg_result result;
    brg_error error = {0};
    desc->device = cli_session_device(session, choice, spec, sizeof spec);
    brg_status status = cli_session_run(session, desc, &result, &error);
    if (session->report && result.stage_count > 0) {
        brg_report_result(session->report, &result);
        brg_report_string(session->report, true, "device", spec);
    }
    if (status != BRG_OK)
        return cli_session_fail(session, &error);
    if (!session->report)
        cli_show_result(stdout, &result, workload->text);
    int code = result.verdict.outcome == BRG_MISMATCH ? CLI_WRONG : CLI_OK;
    brg_result_release(&result);
    return code;
}

/* Sizes come as the words of an op's own language or as options, and not as both. */
static brg_status make_workload(cli_session *session, const run_settings *settings,
                                cli_workload *workload, brg_error *error) {
    const brg_op *op;
    const cli_workload_spec *spec = &settings->spec;
    uint64_t seed = (uint64_t)settings->common.seed, memory = cli_session_memory(session);
    memset(workload, 0, sizeof *workload);
    if (cli_workload_op(spec->op, &op, error) != BRG_OK)
        return error->status;
    bool by_options = cli_workload_by_options(op);
    if (!settings->words[0] && by_options)
        return cli_workload_make(workload, spec, seed, memory, error);
    if (cli_workload_is_default(spec))
        return cli_workload_words(workload, op, settings->words, seed, memory, error);
    if (by_options)
        return brg_fail(error, BRG_E_ARGUMENT, "sizes come as words or as options, not as both");
    brg_fail(error, BRG_E_ARGUMENT, "%s takes words instead of these options", op->name);
    return brg_error_hint(error, "They are: %s.", op->make_syntax ? op->make_syntax : "none");
}

static int run_everywhere(cli_session *session, const run_settings *settings) {
    brg_error error = {0};
    cli_workload workload;
    brg_job_desc desc = {.label = settings->spec.op, .seed = (uint64_t)settings->common.seed};
    brg_status status = make_workload(session, settings, &workload, &error);
    if (status == BRG_OK)
        status = apply_variant(&workload, settings->variant, &error);
    if (status == BRG_OK)
        status = cli_policy_apply(&settings->policy, &desc, &error);
    desc.stages = workload.stages;
    desc.stage_count = workload.stage_count;

    int code = status == BRG_OK ? CLI_OK : cli_session_fail(session, &error);
    for (int32_t i = 0; status == BRG_OK && i < session->choice_count; i++) {
        int one = run_on_device(session, &workload, &desc, i);
        code = code ? code : one;
        if (session->interrupted)
            break;
    }
    cli_workload_release(&workload);
    return code;
}

static int run_run(const cli_command *command, int argc, char **argv) {
    run_settings settings = {.common = CLI_COMMON_DEFAULTS,
                             .spec = CLI_WORKLOAD_DEFAULTS,
                             .policy = {.repeats = 5, .baselines = "sequential,naive"}};
    char title[BRG_NAME];
    cli_session session;
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    settings.spec.op = argv[0];
    if (!cli_workload_join(argv + 1, count - 1, settings.words))
        return cli_usage_error(command, "the words for one call are too many");
    snprintf(title, sizeof title, "run %s", argv[0]);
    code = cli_session_open(&session, title, &settings.common, true);
    if (code == CLI_OK)
        code = run_everywhere(&session, &settings);
    return cli_session_close(&session, code);
}

const cli_command cli_run = {
    .name = "run",
    .summary = "Run one op, verify it, and time it against sequential C.",
    .usage = "OP [WORD=VALUE...]",
    .describe = describe,
    .groups = {&workload_group, &policy_group, &cli_job_options},
    .min_arguments = 1,
    .max_arguments = 32,
    .run = run_run,
};
