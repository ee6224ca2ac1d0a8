/* Reports: valid JSON with the promised keys, whatever the numbers, strings and locale. */
#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "brigade/report.h"

static brg_report *new_report(void) {
    brg_report *report = NULL;
    cr_assert_eq(brg_report_create("run gemm", &report, NULL), BRG_OK);
    return report;
}

/* Parses the report's text, and destroys the report. */
static cJSON *parse(brg_report *report) {
    char *text = brg_report_text(report);
    cr_assert_not_null(text);
    cr_assert_eq(text[strlen(text) - 1], '\n');
    cJSON *root = cJSON_ParseWithOpts(text, NULL, true);
    cr_assert_not_null(root, "%s", text);
    free(text);
    brg_report_destroy(report);
    return root;
}

/* "results.0.verify.policy"; NULL if it is not there. */
static const cJSON *find(const cJSON *at, const char *path) {
    char step[64];
    while (at && *path) {
        size_t length = strcspn(path, ".");
        snprintf(step, sizeof step, "%.*s", (int)length, path);
        at = cJSON_IsArray(at) ? cJSON_GetArrayItem(at, atoi(step))
                               : cJSON_GetObjectItemCaseSensitive(at, step);
        path += length + (path[length] == '.');
    }
    return at;
}

static void expect_number(const cJSON *root, const char *path, double value) {
    const cJSON *item = find(root, path);
    cr_assert(cJSON_IsNumber(item), "%s is no number", path);
    cr_assert(fabs(item->valuedouble - value) <= 1e-9 * fabs(value), "%s is %g", path,
              item->valuedouble);
}

static void expect_string(const cJSON *root, const char *path, const char *value) {
    const cJSON *item = find(root, path);
    cr_assert(cJSON_IsString(item), "%s is no string", path);
    cr_assert_str_eq(item->valuestring, value, "%s is %s", path, item->valuestring);
}

static void expect_null(const cJSON *root, const char *path) {
    cr_assert(cJSON_IsNull(find(root, path)), "%s is not null", path);
}

/* A gemm of 100 x 200 x 300 that passed. */
static brg_result passed(void) {
    brg_result result = {.state = BRG_JOB_DONE, .stage_count = 1, .dim_count = 3};
    snprintf(result.label, sizeof result.label, "gemm");
    snprintf(result.op[0], sizeof result.op[0], "gemm");
    snprintf(result.variant[0], sizeof result.variant[0], "rows");
    const brg_dim dims[] = {{"m", 100}, {"n", 200}, {"k", 300}};
    memcpy(result.dims, dims, sizeof dims);
    result.cost = (brg_cost){.flops = 12e6, .bytes = 440e3};
    result.verdict = (brg_verdict){.policy = BRG_VERIFY_FULL,
                                   .outcome = BRG_PASSED,
                                   .checked = 20000,
                                   .total = 20000,
                                   .max_abs = 0.5,
                                   .max_ulp = 2,
                                   .bound_ratio = 0.25};
    result.median = (brg_times){.kernel = 2, .total = 4, .sequential = 20, .naive = -1};
    result.min = (brg_times){.kernel = 1, .total = 3, .sequential = 19, .naive = -1};
    result.sequential_fraction = 1;
    result.runs = 5;
    result.slices = 3;
    result.wait_ms = 0.25;
    result.build_ms = -1;
    return result;
}

Test(report, starts_with_schema_command_and_host) {
    cJSON *root = parse(new_report());
    expect_string(root, "schema", "brigade/1");
    expect_string(root, "command", "run gemm");
    expect_string(root, "host.brigade", brg_version());
    cr_assert(cJSON_IsString(find(root, "host.os")));
    cr_assert(cJSON_IsString(find(root, "host.kernel")));
    cr_assert_not_null(find(root, "host.cpu"));
    cr_assert(find(root, "host.logical_cores")->valueint >= 1);
    cr_assert(find(root, "host.memory_bytes")->valuedouble > 1e6);
    expect_null(root, "device");
    cr_assert(cJSON_IsArray(find(root, "results")));
    cJSON_Delete(root);
}

Test(report, does_not_name_the_machine) {
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    brg_report *report = new_report();
    char *text = brg_report_text(report);
    cr_assert(strlen(name) < 6 || !strstr(text, name));
    free(text);
    brg_report_destroy(report);
}

Test(report, a_result_has_every_key) {
    brg_report *report = new_report();
    brg_result result = passed();
    brg_report_result(report, &result);
    cJSON *root = parse(report);
    expect_string(root, "results.0.op", "gemm");
    expect_number(root, "results.0.shape.m", 100);
    expect_number(root, "results.0.shape.n", 200);
    expect_number(root, "results.0.shape.k", 300);
    expect_string(root, "results.0.variant", "rows");
    expect_string(root, "results.0.status", "ok");
    expect_null(root, "results.0.reason");
    expect_string(root, "results.0.verify.policy", "full");
    cr_assert(cJSON_IsTrue(find(root, "results.0.verify.passed")));
    expect_number(root, "results.0.verify.max_abs", 0.5);
    expect_number(root, "results.0.verify.max_ulp", 2);
    expect_number(root, "results.0.verify.bound_ratio", 0.25);
    expect_number(root, "results.0.verify.checked", 20000);
    expect_number(root, "results.0.verify.total", 20000);
    expect_number(root, "results.0.verify.non_finite", 0);
    expect_number(root, "results.0.verify.miss_probability", 0);
    expect_number(root, "results.0.time_ms.kernel", 2);
    expect_number(root, "results.0.time_ms.total", 4);
    expect_number(root, "results.0.time_ms.sequential", 20);
    expect_null(root, "results.0.time_ms.naive");
    expect_number(root, "results.0.time_min_ms.kernel", 1);
    expect_number(root, "results.0.gflops", 6);
    cr_assert_null(find(root, "results.0.gbps"));
    expect_number(root, "results.0.speedup.kernel", 10);
    expect_number(root, "results.0.speedup.total", 5);
    expect_null(root, "results.0.speedup_naive.kernel");
    expect_string(root, "results.0.baseline", "sequential");
    expect_number(root, "results.0.runs", 5);
    expect_number(root, "results.0.slices", 3);
    cr_assert(cJSON_IsFalse(find(root, "results.0.zero_copy")));
    expect_number(root, "results.0.wait_ms", 0.25);
    expect_null(root, "results.0.build_ms");
    cr_assert_not_null(find(root, "results.0.verify_ms"));
    cr_assert_null(find(root, "results.0.stages"));
    cJSON_Delete(root);
}

Test(report, a_mismatch_says_where) {
    brg_report *report = new_report();
    brg_result result = passed();
    result.verdict.outcome = BRG_MISMATCH;
    result.verdict.failures = 1;
    result.verdict.rank = 2;
    result.verdict.worst[1] = 7;
    result.verdict.worst_got = NAN;
    result.verdict.max_abs = result.verdict.bound_ratio = INFINITY;
    brg_report_result(report, &result);
    cJSON *root = parse(report);
    expect_string(root, "results.0.status", "mismatch");
    cr_assert(cJSON_IsString(find(root, "results.0.reason")));
    cr_assert(cJSON_IsFalse(find(root, "results.0.verify.passed")));
    expect_null(root, "results.0.verify.max_abs");
    expect_null(root, "results.0.verify.bound_ratio");
    expect_number(root, "results.0.verify.worst.at.1", 7);
    expect_null(root, "results.0.verify.worst.got");
    cJSON_Delete(root);
}

Test(report, unchecked_is_neither_passed_nor_failed) {
    brg_report *report = new_report();
    brg_result result = passed();
    result.verdict = (brg_verdict){.policy = BRG_VERIFY_NONE, .total = 20000};
    brg_report_result(report, &result);
    cJSON *root = parse(report);
    expect_string(root, "results.0.status", "ok");
    expect_string(root, "results.0.verify.policy", "none");
    expect_null(root, "results.0.verify.passed");
    expect_null(root, "results.0.verify.bound_ratio");
    cJSON_Delete(root);
}

Test(report, failure_and_cancellation_have_a_reason_and_no_times) {
    brg_report *report = new_report();
    brg_result result = {.state = BRG_JOB_FAILED, .stage_count = 1};
    brg_fail(&result.error, BRG_E_BUILD, "The kernel does not compile.");
    brg_error_hint(&result.error, "See the log.");
    result.error.cl_code = -11;
    snprintf(result.error.log, sizeof result.error.log, "line 1: \"error\"\n");
    brg_report_result(report, &result);
    result.state = BRG_JOB_CANCELLED;
    brg_report_result(report, &result);
    result.state = BRG_JOB_QUEUED;
    brg_report_result(report, &result);
    cJSON *root = parse(report);
    expect_string(root, "results.0.status", "failed");
    expect_string(root, "results.0.reason", "The kernel does not compile. See the log.");
    expect_string(root, "results.0.error.status", "BRG_E_BUILD");
    expect_string(root, "results.0.error.opencl", "CL_BUILD_PROGRAM_FAILURE");
    expect_string(root, "results.0.error.log", "line 1: \"error\"\n");
    expect_null(root, "results.0.time_ms.kernel");
    expect_null(root, "results.0.speedup.total");
    expect_null(root, "results.0.verify.passed");
    expect_string(root, "results.1.status", "cancelled");
    expect_string(root, "results.2.status", "skipped");
    cJSON_Delete(root);
}

Test(report, a_chain_lists_its_stages) {
    brg_report *report = new_report();
    brg_result result = passed();
    result.stage_count = 2;
    result.cost = (brg_cost){.flops = 1e6, .bytes = 1e6};
    snprintf(result.op[0], sizeof result.op[0], "blur");
    snprintf(result.op[1], sizeof result.op[1], "contrast");
    snprintf(result.variant[1], sizeof result.variant[1], "vector");
    brg_report_result(report, &result);
    cJSON *root = parse(report);
    expect_string(root, "results.0.op", "blur,contrast");
    expect_string(root, "results.0.variant", "rows,vector");
    expect_string(root, "results.0.stages.0.op", "blur");
    expect_string(root, "results.0.stages.1.op", "contrast");
    expect_string(root, "results.0.stages.1.variant", "vector");
    cr_assert_null(find(root, "results.0.gflops"));
    expect_number(root, "results.0.gbps", 0.5);
    cJSON_Delete(root);
}

Test(report, the_longest_chain_fits) {
    brg_report *report = new_report();
    brg_result result = passed();
    result.stage_count = BRG_MAX_STAGES;
    for (int i = 0; i < BRG_MAX_STAGES; i++)
        memset(result.op[i], 'x', BRG_OP_NAME - 1);
    brg_report_result(report, &result);
    cJSON *root = parse(report);
    cr_assert_eq(strlen(find(root, "results.0.op")->valuestring), BRG_MAX_STAGES * 32u - 1);
    cJSON_Delete(root);
}

Test(report, time_zero_gives_no_infinite_speed) {
    brg_report *report = new_report();
    brg_result result = passed();
    result.median = (brg_times){.kernel = 0, .total = 0, .sequential = 0, .naive = 0};
    brg_report_result(report, &result);
    cJSON *root = parse(report);
    expect_number(root, "results.0.time_ms.kernel", 0);
    expect_null(root, "results.0.gflops");
    expect_null(root, "results.0.speedup.kernel");
    cJSON_Delete(root);
}

Test(report, devices_have_names_and_limits) {
    static brg_device_list list = {.count = 2, .note = "One platform gave no device."};
    list.devices[1] = (brg_device_info){.index = 1,
                                        .platform = 1,
                                        .kind = BRG_DEVICE_GPU,
                                        .compute_units = 12,
                                        .global_memory = (uint64_t)1 << 35,
                                        .has_fp64 = true};
    snprintf(list.devices[1].name, BRG_NAME, "A \"GPU\"\t\xff\xc3\xa9");
    brg_device_choice choice = {.index = 1, .units = 4, .why = "the only GPU"};
    brg_report *report = new_report();
    brg_report_devices(report, &list);
    brg_report_device(report, &list.devices[1], NULL);
    brg_report_device(report, &list.devices[1], &choice);
    cJSON *root = parse(report);
    expect_string(root, "device.selector", "1:0");
    expect_string(root, "device.kind", "gpu");
    expect_string(root, "device.name", "A \"GPU\"\t?\xc3\xa9"); /* no stray bytes in JSON */
    expect_number(root, "device.global_memory", 34359738368.0);
    expect_number(root, "device.units_used", 4);
    expect_string(root, "device.why", "the only GPU");
    cr_assert(cJSON_IsTrue(find(root, "device.fp64")));
    cr_assert_eq(cJSON_GetArraySize(find(root, "devices")), 2);
    expect_number(root, "devices.1.compute_units", 12);
    expect_string(root, "note", "One platform gave no device.");
    cJSON_Delete(root);
}

Test(report, values_are_set_and_replaced) {
    brg_report *report = new_report();
    brg_report_number(report, true, "lost", 1); /* no result to say it of */
    brg_result result = passed();
    brg_report_result(report, &result);
    brg_report_result(report, &result);
    brg_report_number(report, false, "seed", 7);
    brg_report_number(report, false, "seed", 8);
    brg_report_number(report, true, "loss", NAN);
    brg_report_string(report, true, "peer", "openblas");
    brg_report_string(report, true, "status", "skipped");
    brg_report_string(report, true, "input", NULL);
    cr_assert_eq(brg_report_json(report, "claims", "[1.5, {\"a\": null}]", NULL), BRG_OK);
    cr_assert_eq(brg_report_json(report, "claims2", "[1.5", NULL), BRG_E_FORMAT);
    cr_assert_eq(brg_report_json(report, "claims2", "1 2", NULL), BRG_E_FORMAT);
    cJSON *root = parse(report);
    expect_number(root, "seed", 8);
    expect_null(root, "results.1.loss");
    expect_string(root, "results.1.peer", "openblas");
    expect_string(root, "results.1.status", "skipped");
    expect_null(root, "results.1.input");
    cr_assert_null(find(root, "results.0.peer"));
    expect_number(root, "claims.0", 1.5);
    cr_assert_null(find(root, "claims2"));
    cr_assert_null(find(root, "lost"));
    cJSON_Delete(root);
}

Test(report, results_may_be_replaced_as_a_whole) {
    brg_report *report = new_report();
    brg_result result = passed();
    brg_report_result(report, &result);
    cr_assert_eq(brg_report_json(report, "results", "[]", NULL), BRG_OK);
    brg_report_number(report, true, "lost", 1);
    brg_report_result(report, &result);
    brg_report_number(report, true, "found", 1);
    cJSON *root = parse(report);
    cr_assert_eq(cJSON_GetArraySize(find(root, "results")), 1);
    expect_number(root, "results.0.found", 1);
    cJSON_Delete(root);
}

Test(report, is_saved_whole_or_not_at_all) {
    char directory[] = "/tmp/brigade-report-XXXXXX", path[64];
    cr_assert_not_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/a.json", directory);
    brg_report *report = new_report();
    cr_assert_eq(brg_report_save(report, path, NULL), BRG_OK);
    FILE *file = fopen(path, "r");
    cr_assert_eq(fgetc(file), '{');
    fclose(file);
    brg_error error;
    cr_assert_eq(brg_report_save(report, "/nowhere/a.json", &error), BRG_E_IO);
    brg_report_destroy(report);
    unlink(path);
    rmdir(directory);
}

/* Makes a locale with a decimal comma, if this machine has the means. */
static bool set_comma_locale(const char *directory) {
    char command[256];
    if (setlocale(LC_ALL, "de_DE.UTF-8"))
        return true;
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null",
             directory);
    if (system(command) != 0)
        return false;
    setenv("LOCPATH", directory, 1);
    return setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

Test(report, numbers_have_a_point_in_every_locale) {
    char directory[] = "/tmp/brigade-locale-XXXXXX", command[128], number[16];
    cr_assert_not_null(mkdtemp(directory));
    bool comma = set_comma_locale(directory);
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    if (!comma) {
        cr_assert_eq(system(command), 0);
        cr_skip_test("no locale with a decimal comma, and no localedef to make one");
    }
    snprintf(number, sizeof number, "%.1f", 1.5);
    cr_assert_str_eq(number, "1,5");

    brg_report *report = new_report();
    brg_report_number(report, false, "number", 1.5);
    cr_assert_eq(brg_report_json(report, "list", "[2.25]", NULL), BRG_OK);
    char *text = brg_report_text(report);
    cr_assert_not_null(strstr(text, "1.5"));
    cr_assert_not_null(strstr(text, "[2.25]"));
    snprintf(number, sizeof number, "%.1f", 1.5);
    cr_assert_str_eq(number, "1,5", "the caller's locale is left as it was");
    free(text);
    brg_report_destroy(report);
    cr_assert_eq(system(command), 0);
}
