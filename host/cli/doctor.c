/* brigade doctor: what is there, what works, and what to install or do about the rest. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cli.h"
#include "doctor.h"
#include "session.h"
#include "table.h"

typedef struct doctor_settings {
    cli_common common;
} doctor_settings;

/* How long all devices together may take, compiling included. */
enum { DEVICES_S = 120, BAD_DRIVER_S = 20 };

static const char *const level_names[] = {"ok", "warn", "bad"};

/* ---- trials ---------------------------------------------------------------------------------- */

/* Says how one device did. Returns whether it works. */
static bool judge_trial(doctor_findings *findings, const brg_device_info *device,
                        const doctor_trial *trial) {
    char time[32], name[BRG_NAME + 32], sentence[256];
    snprintf(name, sizeof name, "%d:%d %s", device->platform, device->device, device->name);
    if (trial->status != BRG_OK) {
        doctor_add(findings, DOCTOR_BAD, "devices", trial->error.hint, "%.100s: %.200s", name,
                   trial->error.what);
        return false;
    }
    if (trial->result.verdict.outcome != BRG_PASSED) {
        doctor_add(findings, DOCTOR_BAD, "devices", "do not trust this driver; try a newer one",
                   "%.100s: 64x64 gemm: %.180s", name,
                   brg_verdict_text(&trial->result.verdict, sentence, sizeof sentence));
        return false;
    }
    doctor_add(findings, DOCTOR_OK, "devices", NULL, "%.100s works: 64x64 gemm passed, %s", name,
               cli_time_text(trial->result.median.total, time, sizeof time));
    return true;
}

/* Returns the exit code: works, none, or broken. */
static int judge_trials(doctor_findings *findings, const doctor_trials *trials) {
    const brg_device_list *list = &trials->devices;
    int32_t working = 0;
    if (trials->status != BRG_OK)
        doctor_add(findings, DOCTOR_BAD, "devices", trials->error.hint, "%s", trials->error.what);
    else if (list->count == 0 && !trials->death[0])
        doctor_add(findings, DOCTOR_BAD, "devices", "apt install pocl-opencl-icd", "%s",
                   list->note[0] ? list->note : "there is no OpenCL device");
    for (int32_t i = 0; i < trials->count && i < list->count; i++)
        working += judge_trial(findings, &list->devices[i], &trials->rows[i]);
    if (trials->death[0] && trials->count < list->count)
        doctor_add(findings, DOCTOR_BAD, "devices", "try another driver or an older or newer one",
                   "%d:%d %.100s %s", list->devices[trials->count].platform,
                   list->devices[trials->count].device, list->devices[trials->count].name,
                   trials->death);
    else if (trials->death[0])
        doctor_add(findings, DOCTOR_BAD, "devices",
                   "take the .icd files away one by one to find which", "a driver %s",
                   trials->death);
    if (working)
        return CLI_OK;
    return list->count == 0 && !trials->death[0] && trials->status == BRG_OK ? CLI_NO_DEVICE
                                                                             : CLI_TROUBLE;
}

/* ---- telling --------------------------------------------------------------------------------- */

static void print_finding(const doctor_finding *finding) {
    cli_style style = cli_style_of(stdout);
    const char *colours[] = {style.good, style.warn, style.bad};
    printf("  %s%-4s%s  ", colours[finding->level], level_names[finding->level], style.off);
    cli_print_wrapped(stdout, finding->what, 8, 8);
    if (finding->advice[0]) {
        fputs("        -> ", stdout);
        cli_print_wrapped(stdout, finding->advice, 11, 11);
    }
}

static void print_findings(const doctor_findings *findings, int code) {
    cli_style style = cli_style_of(stdout);
    const char *section = "";
    for (int32_t i = 0; i < findings->count; i++) {
        const doctor_finding *finding = &findings->rows[i];
        if (strcmp(section, finding->section) != 0)
            printf("%s%s%s%s\n", i ? "\n" : "", style.strong, finding->section, style.off);
        section = finding->section;
        print_finding(finding);
    }
    printf("\n%s%s%s\n", code == CLI_OK ? style.good : style.bad,
           code == CLI_OK          ? "brigade can compute here"
           : code == CLI_NO_DEVICE ? "there is no device to compute on"
                                   : "there are devices, but none of them works",
           style.off);
}

/* [{"section":...,"level":...,"what":...,"advice":...}, ...]; freed by the caller, NULL if memory
 * is short. */
static char *findings_json(const doctor_findings *findings) {
    cJSON *list = cJSON_CreateArray();
    for (int32_t i = 0; i < findings->count; i++) {
        const doctor_finding *finding = &findings->rows[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "section", finding->section);
        cJSON_AddStringToObject(row, "level", level_names[finding->level]);
        cJSON_AddStringToObject(row, "what", finding->what);
        cJSON_AddStringToObject(row, "advice", finding->advice);
        if (!cJSON_AddItemToArray(list, row))
            cJSON_Delete(row);
    }
    char *text = cJSON_PrintUnformatted(list);
    cJSON_Delete(list);
    return text;
}

static int print_json(const doctor_findings *findings, const doctor_trials *trials, int code) {
    brg_report *report = NULL;
    brg_error error = {0};
    char *checks = findings_json(findings);
    char *text = NULL;
    if (checks && brg_report_create("doctor", &report, &error) == BRG_OK) {
        brg_report_devices(report, &trials->devices);
        for (int32_t i = 0; i < trials->count; i++)
            if (trials->rows[i].result.stage_count > 0)
                brg_report_result(report, &trials->rows[i].result);
        brg_report_string(report, false, "works", code == CLI_OK ? "yes" : "no");
        if (brg_report_json(report, "checks", checks, &error) == BRG_OK)
            text = brg_report_text(report);
    }
    if (text)
        fputs(text, stdout);
    else
        fputs("brigade: not enough memory for the report\n", stderr);
    code = text ? code : CLI_TROUBLE;
    free(text);
    free(checks);
    brg_report_destroy(report);
    return code;
}

static int run_doctor(const cli_command *command, int argc, char **argv) {
    doctor_settings settings = {.common = CLI_COMMON_DEFAULTS};
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    doctor_findings *findings = calloc(1, sizeof *findings);
    doctor_trials *trials = calloc(1, sizeof *trials);
    if (findings && trials) {
        doctor_check_drivers(findings);
        doctor_check_loader(findings);
        doctor_check_environment(findings);
        doctor_check_permissions(findings);
        doctor_check_caches(findings);
        brg_prepare_drivers();
        doctor_try_devices(trials, findings->bad_driver ? BAD_DRIVER_S : DEVICES_S);
        code = judge_trials(findings, trials);
        if (settings.common.json)
            code = print_json(findings, trials, code);
        else
            print_findings(findings, code);
    } else {
        fputs("brigade: not enough memory\n", stderr);
        code = CLI_TROUBLE;
    }
    free(findings);
    free(trials);
    return code;
}

const cli_command cli_doctor = {
    .name = "doctor",
    .summary = "Say what OpenCL is here, whether it works, and what to do if not.",
    .usage = "",
    .groups = {&cli_output_options},
    .run = run_doctor,
};
