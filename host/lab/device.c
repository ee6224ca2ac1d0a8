/* The engine's side of experiments: the device, its compute units, and jobs on some of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/state.h"

/* ---- engine and device ------------------------------------------------------------------------- */

static void note(brg_lab *lab, const brg_error *error) {
    if (lab->error.status == BRG_OK && !brg_lab_cancelled(lab))
        lab->error = *error;
}

brg_engine *brg_lab_engine(brg_lab *lab) {
    brg_error error = {0};
    if (lab->engine)
        return lab->engine;
    const brg_engine_config config = {.device = lab->device};
    if (brg_engine_create(&config, &lab->engine, &error) == BRG_OK)
        lab->owns_engine = true;
    else
        note(lab, &error);
    return lab->engine;
}

/* Looking for devices can take seconds when a driver builds for the first time. */
static brg_status discover(brg_lab *lab, brg_error *error) {
    brg_status status;
    brg_engine *engine = brg_lab_engine(lab);
    if (!engine)
        return lab->error.status;
    do {
        status = brg_engine_devices(engine, 0.05, &lab->devices, error);
    } while (status == BRG_E_TIMEOUT && !brg_lab_cancelled(lab));
    return status;
}

static bool choose(brg_lab *lab) {
    brg_error error = {0};
    if (lab->has_device)
        return true;
    const char *spec = lab->device ? lab->device : getenv("BRIGADE_DEVICE");
    if (discover(lab, &error) == BRG_OK &&
        brg_device_select(&lab->devices, spec, &lab->choice, &error) == BRG_OK)
        lab->has_device = true;
    else
        note(lab, &error);
    return lab->has_device;
}

static int32_t units_of(const brg_lab *lab) {
    const brg_device_info *device = &lab->devices.devices[lab->choice.index];
    return (int32_t)(lab->choice.units ? lab->choice.units : device->compute_units);
}

/* The result says what it was computed on. */
static void note_device(brg_lab *lab, const brg_device_info *device) {
    brg_lab_result *result = brg_lab_current(lab);
    if (result->units > 0)
        return;
    brg_lab_change_begin(lab);
    snprintf(result->device, sizeof result->device, "%s", device->name);
    result->units = units_of(lab);
    result->simulated = device->kind == BRG_DEVICE_CPU && result->units > brg_lab_cores(lab);
    brg_lab_change_end(lab);
}

const brg_device_info *brg_lab_device(brg_lab *lab) {
    if (!choose(lab))
        return NULL;
    const brg_device_info *device = &lab->devices.devices[lab->choice.index];
    note_device(lab, device);
    return device;
}

int32_t brg_lab_units(brg_lab *lab) {
    return brg_lab_device(lab) ? units_of(lab) : 0;
}

const char *brg_lab_spec(brg_lab *lab, int32_t units, char *text, size_t size) {
    const brg_device_info *device = brg_lab_device(lab);
    if (!device)
        snprintf(text, size, "none");
    else if (units == 0 && lab->choice.units == 0)
        snprintf(text, size, "%d:%d", (int)device->platform, (int)device->device);
    else
        snprintf(text, size, "%d:%d/cu=%d", (int)device->platform, (int)device->device,
                 (int)(units ? units : (int32_t)lab->choice.units));
    return text;
}

/* ---- jobs -------------------------------------------------------------------------------------- */

static brg_status wait_for(brg_lab *lab, brg_engine *engine, brg_job job) {
    brg_status status;
    bool told = false;
    while ((status = brg_engine_wait(engine, job, 0.05)) == BRG_E_TIMEOUT) {
        if (brg_lab_cancelled(lab) && !told) {
            brg_engine_cancel(engine, job);
            told = true;
        }
    }
    return status;
}

static brg_status check_result(brg_lab *lab, const brg_result *result) {
    if (result->state != BRG_JOB_DONE)
        note(lab, &result->error);
    else if (result->verdict.outcome == BRG_MISMATCH)
        brg_lab_fail(lab, BRG_E_INTERNAL, "A result of %s does not match the reference.",
                     result->op[0]);
    return brg_lab_status(lab);
}

brg_status brg_lab_job(brg_lab *lab, const brg_job_desc *desc, int32_t units, brg_result *result) {
    char spec[64];
    brg_error error = {0};
    brg_job job;
    brg_job_desc full = *desc;
    memset(result, 0, sizeof *result);
    if (!brg_lab_device(lab))
        return brg_lab_status(lab);
    full.device = brg_lab_spec(lab, units, spec, sizeof spec);
    brg_engine *engine = brg_lab_engine(lab);
    if (brg_engine_submit(engine, &full, &job, &error) != BRG_OK ||
        wait_for(lab, engine, job) != BRG_OK ||
        brg_engine_result(engine, job, result, &error) != BRG_OK) {
        note(lab, &error);
        return brg_lab_status(lab);
    }
    brg_engine_forget(engine, job);
    if (check_result(lab, result) != BRG_OK)
        brg_result_release(result);
    return brg_lab_status(lab);
}

brg_status brg_lab_job_submit(brg_lab *lab, const brg_job_desc *desc, brg_job *job) {
    brg_error error = {0};
    brg_status status = brg_engine_submit(lab->engine, desc, job, &error);
    if (status != BRG_OK)
        brg_lab_fail(lab, status, "%s", error.what);
    return status;
}

brg_status brg_lab_job_await(brg_lab *lab, brg_job job, brg_result *result) {
    brg_result own = {0};
    brg_error error = {0};
    brg_status status = brg_engine_wait(lab->engine, job, -1);
    if (status == BRG_OK)
        status = brg_engine_result(lab->engine, job, &own, &error);
    if (status == BRG_OK && own.state != BRG_JOB_DONE) {
        status = own.error.status;
        error = own.error;
    }
    brg_engine_forget(lab->engine, job);
    if (status != BRG_OK)
        brg_lab_fail(lab, status, "%s", error.what);
    if (status == BRG_OK && result)
        *result = own;
    else
        brg_result_release(&own);
    return status;
}

double brg_lab_job_s(brg_lab *lab, const brg_job_desc *desc, int32_t units) {
    brg_result result;
    if (brg_lab_job(lab, desc, units, &result) != BRG_OK)
        return NAN;
    double seconds = result.median.kernel * 1e-3;
    brg_result_release(&result);
    return seconds;
}

double brg_lab_job_total_s(brg_lab *lab, const brg_job_desc *desc, int32_t units) {
    brg_result result;
    if (brg_lab_job(lab, desc, units, &result) != BRG_OK)
        return NAN;
    double seconds = result.median.total * 1e-3;
    brg_result_release(&result);
    return seconds;
}

brg_tensor *brg_lab_noise(brg_lab *lab, const brg_shape *shape, uint64_t which) {
    brg_error error = {0};
    brg_tensor *tensor = NULL;
    bool bytes = shape->dtype == BRG_U8;
    if (brg_tensor_create_uniform(shape, lab->seed * 1000 + which, bytes ? 0 : -1, bytes ? 255 : 1,
                                  &tensor, &error) != BRG_OK)
        note(lab, &error);
    return tensor;
}

int32_t brg_lab_doublings(int32_t top, int32_t *values, int32_t most) {
    int32_t count = 0;
    for (int32_t value = 1; value < top && count < most - 1; value *= 2)
        values[count++] = value;
    values[count++] = top;
    return count;
}

enum { ROWS = 8 };

/* What goes on at once on parts of a device has a row each: "kernel", "kernel 2" ... The first that is free, or will be
 * within the error of clocks. */
static void name_row(const brg_span *span, uint64_t busy_until[BRG_LANE_COUNT][ROWS], char *name,
                     size_t size) {
    int32_t row = 0;
    while (row < ROWS - 1 && busy_until[span->lane][row] > span->start_ns + 20000)
        row++;
    busy_until[span->lane][row] = span->end_ns;
    const char *lane = brg_lane_name(span->lane);
    if (row == 0)
        snprintf(name, size, "%s", lane);
    else
        snprintf(name, size, "%s %d", lane, (int)row + 1);
}

static int by_start(const void *a, const void *b) {
    uint64_t x = ((const brg_span *)a)->start_ns, y = ((const brg_span *)b)->start_ns;
    return (x > y) - (x < y);
}

void brg_lab_spans_of_engine(brg_lab *lab, const char *picture, uint64_t since_ns) {
    enum { MOST = 512 };
    uint64_t busy_until[BRG_LANE_COUNT][ROWS] = {{0}};
    brg_engine *engine = brg_lab_engine(lab);
    brg_span *spans = engine ? malloc(MOST * sizeof *spans) : NULL;
    if (!spans)
        return;
    size_t count = brg_trace_copy(brg_engine_trace(engine), since_ns, spans, MOST);
    qsort(spans, count, sizeof *spans, by_start);
    for (size_t i = 0; i < count; i++) {
        char lane[32];
        const brg_span *span = &spans[i];
        double start = span->start_ns > since_ns ? 1e-9 * (double)(span->start_ns - since_ns) : 0;
        name_row(span, busy_until, lane, sizeof lane);
        brg_lab_span_add(lab, picture, lane, span->name, start,
                         1e-9 * (double)(span->end_ns - since_ns), false);
    }
    free(spans);
}
