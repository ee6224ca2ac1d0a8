/* Reports: results as one JSON document, built on cJSON. */
#include "brigade/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "base/c_locale.h"
#include "io/file.h"

struct brg_report {
    cJSON *root;
    bool failed; /* memory was short once: there is no document */
};

/* ---- values ---------------------------------------------------------------------------------- */

/* Length of the UTF-8 sequence at text (RFC 3629), or 0 if it is none. */
static size_t sequence_length(const unsigned char *text) {
    unsigned char first = text[0];
    size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (first == 0xe0 && text[1] < 0xa0) || (first == 0xf0 && text[1] < 0x90);
    bool surrogate = first == 0xed && text[1] > 0x9f;
    bool beyond = first == 0xf4 && text[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

/* A string value. Drivers and file names may hold bytes that are no UTF-8, and JSON may not: those
 * become question marks. */
static cJSON *new_string(const char *text) {
    if (!text)
        return cJSON_CreateNull();
    size_t size = strlen(text) + 1;
    char *clean = malloc(size);
    if (!clean)
        return NULL;
    memcpy(clean, text, size);
    for (unsigned char *at = (unsigned char *)clean; *at;) {
        size_t length = sequence_length(at);
        if (length == 0)
            *at = '?';
        at += length == 0 ? 1 : length;
    }
    cJSON *item = cJSON_CreateString(clean);
    free(clean);
    return item;
}

/* What is not finite has no place in JSON. */
static cJSON *new_number(double value) {
    return isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull();
}

/* Hands `item` to `object`, in the place of one of that name. */
static void put(brg_report *report, cJSON *object, const char *name, cJSON *item) {
    bool placed = false;
    if (object && item && cJSON_GetObjectItemCaseSensitive(object, name))
        placed = cJSON_ReplaceItemInObjectCaseSensitive(object, name, item);
    else if (object && item)
        placed = cJSON_AddItemToObject(object, name, item);
    if (!placed) {
        cJSON_Delete(item);
        report->failed = true;
    }
}

static void put_string(brg_report *report, cJSON *object, const char *name, const char *text) {
    put(report, object, name, new_string(text));
}

static void put_number(brg_report *report, cJSON *object, const char *name, double value) {
    put(report, object, name, new_number(value));
}

static void put_bool(brg_report *report, cJSON *object, const char *name, bool value) {
    put(report, object, name, cJSON_CreateBool(value));
}

/* A time or a ratio: null if it is negative, which stands for not measured. */
static void put_measured(brg_report *report, cJSON *object, const char *name, double value) {
    put_number(report, object, name, value >= 0 ? value : NAN);
}

/* Adds an object and returns it; NULL, with the report failed, if memory is short. */
static cJSON *put_object(brg_report *report, cJSON *object, const char *name) {
    put(report, object, name, cJSON_CreateObject());
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static cJSON *put_array(brg_report *report, cJSON *object, const char *name) {
    put(report, object, name, cJSON_CreateArray());
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void append(brg_report *report, cJSON *array, cJSON *item) {
    if (!cJSON_IsArray(array) || !item || !cJSON_AddItemToArray(array, item)) {
        cJSON_Delete(item);
        report->failed = true;
    }
}

/* ---- the host -------------------------------------------------------------------------------- */

/* Copies the value of the first line "key ... <separator> value" of a text file; false if there is
 * none. */
static bool read_field(const char *path, const char *key, char separator, char *value,
                       size_t size) {
    unsigned char *data = NULL;
    size_t length = 0;
    if (brg_file_read(path, 1 << 22, &data, &length, NULL) != BRG_OK)
        return false;
    const char *line = strstr((const char *)data, key);
    const char *at = line ? strchr(line, separator) : NULL;
    if (at) {
        at += 1 + strspn(at + 1, " \t\"");
        snprintf(value, size, "%.*s", (int)strcspn(at, "\"\n"), at);
    }
    free(data);
    return at != NULL;
}

/* Nothing here names the machine or its user. */
static void put_host(brg_report *report) {
    cJSON *host = put_object(report, report->root, "host");
    char text[256];
    struct utsname system;
    if (uname(&system) == 0) {
        bool named = read_field("/etc/os-release", "PRETTY_NAME", '=', text, sizeof text);
        put_string(report, host, "os", named ? text : system.sysname);
        put_string(report, host, "kernel", system.release);
        put_string(report, host, "machine", system.machine);
    }
    bool known = read_field("/proc/cpuinfo", "model name", ':', text, sizeof text);
    put_string(report, host, "cpu", known ? text : NULL);
    put_measured(report, host, "logical_cores", (double)sysconf(_SC_NPROCESSORS_ONLN));
    put_measured(report, host, "memory_bytes",
                 (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE));
    put_string(report, host, "brigade", brg_version());
}

brg_status brg_report_create(const char *command, brg_report **out, brg_error *error) {
    *out = NULL;
    brg_report *report = calloc(1, sizeof *report);
    if (!report)
        return brg_fail(error, BRG_E_MEMORY, "There is not enough memory for a report.");
    report->root = cJSON_CreateObject();
    put_string(report, report->root, "schema", "brigade/1");
    put_string(report, report->root, "command", command);
    put_host(report);
    put(report, report->root, "device", cJSON_CreateNull());
    put(report, report->root, "results", cJSON_CreateArray());
    if (report->failed) {
        brg_report_destroy(report);
        return brg_fail(error, BRG_E_MEMORY, "There is not enough memory for a report.");
    }
    *out = report;
    return BRG_OK;
}

void brg_report_destroy(brg_report *report) {
    if (!report)
        return;
    cJSON_Delete(report->root);
    free(report);
}

/* ---- devices --------------------------------------------------------------------------------- */

static void fill_identity(brg_report *report, cJSON *to, const brg_device_info *device) {
    char selector[32];
    snprintf(selector, sizeof selector, "%d:%d", (int)device->platform, (int)device->device);
    put_number(report, to, "index", device->index);
    put_string(report, to, "selector", selector);
    put_string(report, to, "kind", brg_device_kind_name(device->kind));
    put_string(report, to, "name", device->name);
    put_string(report, to, "vendor", device->vendor);
    put_string(report, to, "platform", device->platform_name);
    put_string(report, to, "platform_version", device->platform_version);
    put_string(report, to, "driver_version", device->driver_version);
    put_string(report, to, "device_version", device->device_version);
    put_string(report, to, "c_version", device->c_version);
}

static void fill_limits(brg_report *report, cJSON *to, const brg_device_info *device) {
    put_number(report, to, "compute_units", device->compute_units);
    put_number(report, to, "clock_mhz", device->clock_mhz);
    put_number(report, to, "float_vector_width", device->float_vector_width);
    put_number(report, to, "address_align_bits", device->address_align_bits);
    put_number(report, to, "global_memory", (double)device->global_memory);
    put_number(report, to, "max_allocation", (double)device->max_allocation);
    put_number(report, to, "local_memory", (double)device->local_memory);
    put_number(report, to, "cache_memory", (double)device->cache_memory);
    put_number(report, to, "max_work_group", (double)device->max_work_group);
    cJSON *items = put_array(report, to, "max_work_item");
    for (int i = 0; i < 3; i++)
        append(report, items, new_number((double)device->max_work_item[i]));
    put_number(report, to, "timer_resolution_ns", (double)device->timer_resolution_ns);
}

static void fill_abilities(brg_report *report, cJSON *to, const brg_device_info *device) {
    put_bool(report, to, "local_memory_is_real", device->local_memory_is_real);
    put_bool(report, to, "shares_host_memory", device->shares_host_memory);
    put_bool(report, to, "fp16", device->has_fp16);
    put_bool(report, to, "fp64", device->has_fp64);
    put_bool(report, to, "images", device->has_images);
    put_bool(report, to, "partitions_equally", device->partitions_equally);
    put_bool(report, to, "partitions_by_counts", device->partitions_by_counts);
    put_bool(report, to, "out_of_order", device->out_of_order);
    put_bool(report, to, "compiler_available", device->compiler_available);
    put_bool(report, to, "available", device->available);
}

static void fill_device(brg_report *report, cJSON *to, const brg_device_info *device) {
    fill_identity(report, to, device);
    fill_limits(report, to, device);
    fill_abilities(report, to, device);
}

void brg_report_device(brg_report *report, const brg_device_info *device,
                       const brg_device_choice *choice) {
    cJSON *to = put_object(report, report->root, "device");
    fill_device(report, to, device);
    if (!choice)
        return;
    put_number(report, to, "units_used", choice->units ? choice->units : device->compute_units);
    put_string(report, to, "why", choice->why);
}

void brg_report_devices(brg_report *report, const brg_device_list *list) {
    cJSON *devices = put_array(report, report->root, "devices");
    for (int32_t i = 0; i < list->count; i++) {
        cJSON *device = cJSON_CreateObject();
        append(report, devices, device);
        fill_device(report, cJSON_GetArrayItem(devices, i), &list->devices[i]);
    }
    if (list->note[0])
        put_string(report, report->root, "note", list->note);
}

/* ---- results --------------------------------------------------------------------------------- */

/* The names of all stages, "blur,contrast": that of the op itself for a job of one stage. */
static void put_names(brg_report *report, cJSON *to, const char *key,
                      const char names[BRG_MAX_STAGES][BRG_OP_NAME], int32_t count) {
    char text[BRG_MAX_STAGES * (BRG_OP_NAME + 1)] = "";
    size_t used = 0;
    for (int32_t i = 0; i < count && i < BRG_MAX_STAGES; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", i == 0 ? "" : ",",
                                 BRG_OP_NAME - 1, names[i]);
    put_string(report, to, key, text);
}

static void put_stages(brg_report *report, cJSON *to, const brg_result *result) {
    cJSON *stages = put_array(report, to, "stages");
    for (int32_t i = 0; i < result->stage_count && i < BRG_MAX_STAGES; i++) {
        append(report, stages, cJSON_CreateObject());
        cJSON *stage = cJSON_GetArrayItem(stages, i);
        put_string(report, stage, "op", result->op[i]);
        put_string(report, stage, "variant", result->variant[i]);
    }
}

static void put_shape(brg_report *report, cJSON *to, const brg_result *result) {
    cJSON *shape = put_object(report, to, "shape");
    for (int32_t i = 0; i < result->dim_count && i < BRG_MAX_DIMS; i++)
        put_number(report, shape, result->dims[i].name, (double)result->dims[i].value);
}

/* "skipped" is what never came to an end. */
static const char *status_of(const brg_result *result) {
    switch (result->state) {
    case BRG_JOB_DONE:
        return result->verdict.outcome == BRG_MISMATCH ? "mismatch" : "ok";
    case BRG_JOB_FAILED:
        return "failed";
    case BRG_JOB_CANCELLED:
        return "cancelled";
    default:
        return "skipped";
    }
}

/* Why the status is not "ok", in a sentence or two; else null. */
static void put_reason(brg_report *report, cJSON *to, const brg_result *result) {
    char text[2 * BRG_ERROR_TEXT + 2];
    const brg_error *error = &result->error;
    if (result->state == BRG_JOB_DONE && result->verdict.outcome == BRG_MISMATCH)
        brg_verdict_text(&result->verdict, text, sizeof text);
    else if (result->state != BRG_JOB_DONE && error->what[0])
        snprintf(text, sizeof text, "%s%s%s", error->what, error->hint[0] ? " " : "", error->hint);
    else
        text[0] = '\0';
    put_string(report, to, "reason", text[0] ? text : NULL);
}

static void put_error(brg_report *report, cJSON *to, const brg_error *error) {
    cJSON *object = put_object(report, to, "error");
    put_string(report, object, "status", brg_status_name(error->status));
    put_string(report, object, "opencl", error->cl_code ? brg_cl_error_name(error->cl_code) : NULL);
    put_string(report, object, "log", error->log[0] ? error->log : NULL);
}

static void put_worst(brg_report *report, cJSON *to, const brg_verdict *verdict) {
    cJSON *worst = put_object(report, to, "worst");
    cJSON *place = put_array(report, worst, "at");
    for (int32_t i = 0; i < verdict->rank && i < BRG_MAX_RANK; i++)
        append(report, place, new_number((double)verdict->worst[i]));
    put_number(report, worst, "stage", verdict->stage);
    put_number(report, worst, "got", verdict->worst_got);
    put_number(report, worst, "expected", verdict->worst_expected);
    put_number(report, worst, "bound", verdict->worst_bound);
}

/* Where nothing was checked, `passed` is null, and so is all that a check would have found. */
static void put_verdict(brg_report *report, cJSON *to, const brg_verdict *verdict) {
    cJSON *verify = put_object(report, to, "verify");
    bool checked = verdict->outcome != BRG_UNCHECKED;
    bool applied = verdict->policy != BRG_VERIFY_DEFAULT;
    put_string(report, verify, "policy",
               brg_verify_policy_name(applied ? verdict->policy : BRG_VERIFY_NONE));
    put(report, verify, "passed",
        checked ? cJSON_CreateBool(verdict->outcome == BRG_PASSED) : cJSON_CreateNull());
    put_number(report, verify, "max_abs", checked ? verdict->max_abs : NAN);
    put_number(report, verify, "max_ulp", checked ? verdict->max_ulp : NAN);
    put_number(report, verify, "bound_ratio", checked ? verdict->bound_ratio : NAN);
    put_number(report, verify, "relative_frobenius", checked ? verdict->relative_frobenius : NAN);
    put_number(report, verify, "checked", (double)verdict->checked);
    put_number(report, verify, "total", (double)verdict->total);
    put_number(report, verify, "failures", (double)verdict->failures);
    put_number(report, verify, "non_finite", (double)verdict->non_finite);
    put_number(report, verify, "miss_probability", checked ? verdict->miss_probability : NAN);
    if (verdict->outcome == BRG_MISMATCH)
        put_worst(report, verify, verdict);
}

static void put_times(brg_report *report, cJSON *to, const char *name, const brg_times *times) {
    cJSON *object = put_object(report, to, name);
    put_measured(report, object, "kernel", times->kernel);
    put_measured(report, object, "total", times->total);
    put_measured(report, object, "sequential", times->sequential);
    put_measured(report, object, "naive", times->naive);
}

/* How many times as fast as the baseline; not a number unless both were measured. */
static double ratio_of(double baseline, double time) {
    return baseline >= 0 && time > 0 ? baseline / time : NAN;
}

static void put_speedup(brg_report *report, cJSON *to, const char *name, double baseline,
                        const brg_times *times) {
    cJSON *speedup = put_object(report, to, name);
    put_number(report, speedup, "kernel", ratio_of(baseline, times->kernel));
    put_number(report, speedup, "total", ratio_of(baseline, times->total));
}

/* One rate, after what limits the op: an op of at least 4 flops for each byte it must move (gemm,
 * conv2d) is bound by arithmetic and reported in gflops, any other by memory and reported in gbps.
 * Both are over the median time of the kernels. */
static void put_rate(brg_report *report, cJSON *to, const brg_result *result, double kernel_ms) {
    const brg_cost *cost = &result->cost;
    bool arithmetic = cost->flops >= 4 * cost->bytes && cost->flops > 0;
    double work = arithmetic ? cost->flops : cost->bytes;
    put_number(report, to, arithmetic ? "gflops" : "gbps",
               kernel_ms > 0 ? work / (kernel_ms * 1e6) : NAN);
}

static void put_performance(brg_report *report, cJSON *to, const brg_result *result) {
    static const brg_times unmeasured = {-1, -1, -1, -1};
    bool done = result->state == BRG_JOB_DONE;
    const brg_times *median = done ? &result->median : &unmeasured;
    put_times(report, to, "time_ms", median);
    put_times(report, to, "time_min_ms", done ? &result->min : &unmeasured);
    put_rate(report, to, result, median->kernel);
    put_speedup(report, to, "speedup", median->sequential, median);
    put_speedup(report, to, "speedup_naive", median->naive, median);
    put_string(report, to, "baseline", "sequential");
    cJSON *fraction = put_object(report, to, "baseline_fraction");
    put_number(report, fraction, "sequential",
               median->sequential >= 0 ? result->sequential_fraction : NAN);
    put_number(report, fraction, "naive", median->naive >= 0 ? result->naive_fraction : NAN);
}

static void put_circumstances(brg_report *report, cJSON *to, const brg_result *result) {
    put_number(report, to, "runs", result->runs);
    put_number(report, to, "slices", result->slices);
    put_number(report, to, "parts", result->parts);
    put_bool(report, to, "zero_copy", result->zero_copy);
    put_bool(report, to, "direct", result->direct);
    put_number(report, to, "device_index", result->device);
    put_number(report, to, "units", result->units);
    put_measured(report, to, "wait_ms", result->wait_ms);
    put_measured(report, to, "build_ms", result->build_ms);
    put_measured(report, to, "verify_ms", result->verify_ms);
}

/* The latest result; NULL before the first. Looked up each time, because callers may replace
 * results. */
static cJSON *latest_result(const brg_report *report) {
    cJSON *results = cJSON_GetObjectItemCaseSensitive(report->root, "results");
    return cJSON_GetArrayItem(results, cJSON_GetArraySize(results) - 1);
}

void brg_report_result(brg_report *report, const brg_result *result) {
    append(report, cJSON_GetObjectItemCaseSensitive(report->root, "results"), cJSON_CreateObject());
    cJSON *to = latest_result(report);
    if (report->failed)
        return;
    put_names(report, to, "op", result->op, result->stage_count);
    put_string(report, to, "label", result->label);
    put_shape(report, to, result);
    put_names(report, to, "variant", result->variant, result->stage_count);
    if (result->stage_count > 1)
        put_stages(report, to, result);
    put_string(report, to, "status", status_of(result));
    put_reason(report, to, result);
    if (result->state == BRG_JOB_FAILED)
        put_error(report, to, &result->error);
    put_verdict(report, to, &result->verdict);
    put_performance(report, to, result);
    put_circumstances(report, to, result);
}

/* ---- single values --------------------------------------------------------------------------- */

static void put_anywhere(brg_report *report, bool in_result, const char *name, cJSON *item) {
    cJSON *to = in_result ? latest_result(report) : report->root;
    if (to)
        put(report, to, name, item);
    else
        cJSON_Delete(item); /* there is no result to say it of */
}

void brg_report_number(brg_report *report, bool in_result, const char *name, double value) {
    put_anywhere(report, in_result, name, new_number(value));
}

void brg_report_string(brg_report *report, bool in_result, const char *name, const char *value) {
    put_anywhere(report, in_result, name, new_string(value));
}

brg_status brg_report_json(brg_report *report, const char *name, const char *json,
                           brg_error *error) {
    locale_t before; /* cJSON reads and prints numbers in the thread's locale */
    locale_t c = brg_enter_c_locale(&before);
    cJSON *item = cJSON_ParseWithOpts(json, NULL, true);
    brg_leave_c_locale(c, before);
    if (!item)
        return brg_fail(error, BRG_E_FORMAT, "The value of \"%.80s\" is not JSON.", name);
    put(report, report->root, name, item);
    return BRG_OK;
}

/* ---- the document ---------------------------------------------------------------------------- */

char *brg_report_text(const brg_report *report) {
    if (report->failed)
        return NULL;
    locale_t before;
    locale_t c = brg_enter_c_locale(&before);
    char *printed = c ? cJSON_Print(report->root) : NULL;
    brg_leave_c_locale(c, before);

    char *text = NULL;
    if (printed && asprintf(&text, "%s\n", printed) < 0)
        text = NULL;
    cJSON_free(printed);
    return text;
}

brg_status brg_report_save(const brg_report *report, const char *path, brg_error *error) {
    char *text = brg_report_text(report);
    if (!text)
        return brg_fail(error, BRG_E_MEMORY, "There is not enough memory for a report.");
    brg_status status = brg_file_write(path, text, strlen(text), error);
    free(text);
    return status;
}
