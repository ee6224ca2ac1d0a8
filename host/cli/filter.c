/* brigade filter: a chain of filters on an image file, in one job that never leaves the device. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli.h"
#include "policy.h"
#include "session.h"
#include "show.h"
#include "table.h"
#include "workload.h"

typedef struct filter_settings {
    cli_common common;
    cli_policy policy;
    const char *variant;
    bool force;
} filter_settings;

static const cli_option rows[] = {
    {0, "verify", CLI_TEXT, offsetof(filter_settings, policy.verify), "POLICY",
     "full, sample or none (default: full, sample for very large images)", 0, 0},
    {0, "baselines", CLI_TEXT, offsetof(filter_settings, policy.baselines), "LIST",
     "also time sequential,naive C (default none)", 0, 0},
    {0, "variant", CLI_TEXT, offsetof(filter_settings, variant), "NAME",
     "auto: on the host where that is faster; host; or, with one filter, one of its variants", 0,
     0},
    {0, "force", CLI_FLAG, offsetof(filter_settings, force), NULL,
     "write OUT even if the result is wrong", 0, 0},
};

static const cli_option_group group = {"options", rows, sizeof rows / sizeof rows[0]};

static void describe(FILE *out) {
    fputs("\n", out);
    cli_print_wrapped(
        out,
        "CHAIN is a list of filters with commas between, run from left to right. IN is "
        "a PNG, JPEG, PPM or PGM file and is turned upright if it says so. OUT ends in "
        ".png, .jpg, .jpeg, .ppm or .pgm; it may be IN; it appears complete or not at "
        "all, and not if the result does not match the sequential reference.",
        0, 0);
    fputs("\nfilters\n", out);
    cli_show_ops(out, false);
    fputs("\nexample\n  brigade filter blur=3,contrast=1.2,resize=50% in.jpg out.png\n", out);
}

/* Better now than after the work. */
static brg_status check_output(const char *path, brg_error *error) {
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".ppm", ".pgm"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof endings[0]; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return cli_check_writable(path, error);
    brg_fail(error, BRG_E_ARGUMENT, "the ending of \"%s\" names no image format", path);
    return brg_error_hint(error, "Use .png, .jpg, .jpeg, .ppm or .pgm.");
}

static void show_outcome(const brg_result *result, const char *path, bool written) {
    char sizes[64], kernel[32], total[32];
    const brg_shape *shape = brg_tensor_shape(result->output);
    snprintf(sizes, sizeof sizes, "%lldx%lldx%lld", (long long)shape->dims[1],
             (long long)shape->dims[0], (long long)shape->dims[2]);
    printf("%s: %s%s, kernels %s, with transfers %s\n", path, sizes, written ? "" : " not written",
           cli_time_text(result->median.kernel, kernel, sizeof kernel),
           cli_time_text(result->median.total, total, sizeof total));
    cli_show_verdict(stdout, &result->verdict);
}

/* A wrong picture is written only when that was asked for, and the exit code still says so. */
static int deliver(cli_session *session, const filter_settings *settings, const brg_result *result,
                   const char *path) {
    brg_error error = {0};
    bool wrong = result->verdict.outcome == BRG_MISMATCH;
    bool write = !wrong || settings->force;
    if (write && brg_image_save(path, result->output, &error) != BRG_OK)
        return cli_session_fail(session, &error);
    if (session->report)
        brg_report_string(session->report, true, "output", write ? path : "");
    else
        show_outcome(result, path, write);
    return wrong ? CLI_WRONG : CLI_OK;
}

/* "auto" and "host" are for whole chains; a rung belongs to one op. */
static brg_status apply_variant(cli_workload *workload, const char *variant, brg_error *error) {
    bool any = variant && (strcmp(variant, "auto") == 0 || strcmp(variant, "host") == 0);
    if (variant && !any && workload->stage_count > 1) {
        brg_fail(error, BRG_E_ARGUMENT, "--variant %.40s needs a single filter, not a chain of %d",
                 variant, (int)workload->stage_count);
        return brg_error_hint(error, "Only auto and host are understood by every filter.");
    }
    for (int32_t i = 0; i < workload->stage_count; i++)
        workload->stages[i].variant = variant;
    return BRG_OK;
}

static int filter_image(cli_session *session, const filter_settings *settings, char **argv,
                        brg_tensor *image) {
    char spec[32];
    brg_error error = {0};
    brg_result result = {0};
    cli_workload workload = {0};
    brg_job_desc desc = {.label = argv[0], .seed = (uint64_t)settings->common.seed};
    brg_status status = cli_workload_filter(&workload, argv[0], image, &error);
    if (status == BRG_OK)
        status = apply_variant(&workload, settings->variant, &error);
    if (status == BRG_OK)
        status = cli_policy_apply(&settings->policy, &desc, &error);
    if (status == BRG_OK) {
        desc.stages = workload.stages;
        desc.stage_count = workload.stage_count;
        desc.device = cli_session_device(session, 0, spec, sizeof spec);
        status = cli_session_run(session, &desc, &result, &error);
    }
    if (session->report && result.stage_count > 0)
        brg_report_result(session->report, &result);
    int code = status == BRG_OK ? deliver(session, settings, &result, argv[2])
                                : cli_session_fail(session, &error);
    brg_result_release(&result);
    cli_workload_release(&workload);
    return code;
}

static int run_filter(const cli_command *command, int argc, char **argv) {
    filter_settings settings = {.common = CLI_COMMON_DEFAULTS, .policy = {.repeats = 1}};
    brg_error error = {0};
    brg_tensor *image = NULL;
    cli_session session;
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    code = cli_session_open(&session, "filter", &settings.common, true);
    if (code == CLI_OK && session.choice_count != 1)
        code = cli_usage_error(command, "one image needs one device, not %d", session.choice_count);
    if (code == CLI_OK && (check_output(argv[2], &error) != BRG_OK ||
                           cli_workload_load(argv[1], &image, &error) != BRG_OK))
        code = cli_session_fail(&session, &error);
    if (code == CLI_OK)
        code = filter_image(&session, &settings, argv, image);
    return cli_session_close(&session, code);
}

const cli_command cli_filter = {
    .name = "filter",
    .summary = "Put an image file through a chain of filters on the device.",
    .usage = "CHAIN IN OUT",
    .describe = describe,
    .groups = {&group, &cli_job_options},
    .min_arguments = 3,
    .max_arguments = 3,
    .run = run_filter,
};
