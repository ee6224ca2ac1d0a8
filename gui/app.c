/* What all views share. See app.h. */
#include "app.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENGINE_CAPACITY = 256 };

/* ---- beginning and end ----------------------------------------------------------------------- */

brg_status brg_app_create(const brg_app_config *config, brg_app **out, brg_error *error) {
    brg_app *app = calloc(1, sizeof *app);
    if (!app)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the window.");
    app->preferences = config->preferences;
    app->kept = config->kept;
    app->state_path = config->state_path;
    app->wake = config->wake;
    app->wake_user = config->wake_user;
    if (config->device)
        snprintf(app->device_spec, sizeof app->device_spec, "%s", config->device);
    brg_engine_config engine = {
        .device = config->device,
        .capacity = ENGINE_CAPACITY,
        .niceness = config->preferences.niceness,
        .wake = config->wake,
        .wake_user = config->wake_user,
    };
    brg_status status = brg_engine_create(&engine, &app->engine, error);
    if (status != BRG_OK) {
        free(app);
        return status;
    }
    *out = app;
    return BRG_OK;
}

void brg_app_destroy(brg_app *app) {
    if (!app)
        return;
    brg_engine_destroy(app->engine);
    free(app);
}

/* ---- devices --------------------------------------------------------------------------------- */

void brg_app_update(brg_app *app) {
    if (app->devices_known || brg_engine_devices(app->engine, 0, &app->devices, NULL) != BRG_OK)
        return;
    app->devices_known = true;
    const char *spec = app->device_spec[0] ? app->device_spec : getenv("BRIGADE_DEVICE");
    app->devices_status =
        brg_device_select(&app->devices, spec, &app->default_device, &app->devices_error);
    if (app->devices_status != BRG_OK)
        brg_log_error(&app->log, NULL, &app->devices_error);
    else
        brg_log_note(&app->log, "Found %d device%s. Chose %s: %s.", (int)app->devices.count,
                     app->devices.count == 1 ? "" : "s",
                     app->devices.devices[app->default_device.index].name, app->default_device.why);
}

const brg_device_info *brg_app_device_at(const brg_app *app, int device, uint32_t *units) {
    if (!app->devices_known || device > app->devices.count)
        return NULL;
    bool is_default = device == 0;
    if (is_default && (app->devices.count == 0 || app->devices_status != BRG_OK))
        return NULL;
    int index = is_default ? app->default_device.index : device - 1;
    const brg_device_info *info = &app->devices.devices[index];
    bool divided = is_default && app->default_device.units;
    *units = divided ? app->default_device.units : info->compute_units;
    return info;
}

const brg_device_info *brg_app_device(const brg_app *app, uint32_t *units) {
    return brg_app_device_at(app, app->device, units);
}

const char *brg_app_device_spec_at(int device, char spec[16]) {
    if (device == 0)
        return NULL;
    snprintf(spec, 16, "%d", device - 1);
    return spec;
}

const char *brg_app_device_spec(const brg_app *app, char spec[16]) {
    return brg_app_device_spec_at(app->device, spec);
}

/* ---- photographs ----------------------------------------------------------------------------- */

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The place of a photograph: its own if it is known, else a new one or the last. */
static int place_of(brg_app *app, const char *path) {
    for (int i = 0; i < app->photograph_count; i++)
        if (strcmp(app->photographs[i].path, path) == 0)
            return i;
    return app->photograph_count < BRG_MAX_PHOTOGRAPHS ? app->photograph_count++
                                                       : BRG_MAX_PHOTOGRAPHS - 1;
}

bool brg_app_open_image(brg_app *app, const char *path) {
    if (strlen(path) >= BRG_PATH) {
        brg_log_note(&app->log, "The path of this image is too long to be opened.");
        return false;
    }
    app->photograph = place_of(app, path);
    brg_photograph *photograph = &app->photographs[app->photograph];
    memset(photograph, 0, sizeof *photograph);
    snprintf(photograph->path, sizeof photograph->path, "%s", path);
    snprintf(photograph->name, sizeof photograph->name, "%.63s", base_name(path));
    return true;
}

/* ---- jobs ------------------------------------------------------------------------------------ */

brg_status brg_app_submit(brg_app *app, brg_job_desc *desc, brg_job *job, brg_error *error) {
    if (desc->slice_ms == 0)
        desc->slice_ms = (double)app->preferences.slice_ms;
    brg_status status = brg_engine_submit(app->engine, desc, job, error);
    if (status == BRG_OK) {
        app->submitted++;
        brg_jobs_submitted(&app->jobs, *job, desc);
    }
    return status;
}

const brg_job_view *brg_app_find(const brg_snapshot *snapshot, brg_job job) {
    for (int32_t i = 0; i < snapshot->job_count; i++)
        if (brg_job_same(snapshot->jobs[i].job, job))
            return &snapshot->jobs[i];
    return NULL;
}

bool brg_app_watch(brg_app *app, brg_job job, brg_job_view *view) {
    brg_snapshot snapshot;
    brg_engine_snapshot(app->engine, &snapshot);
    const brg_job_view *found = brg_app_find(&snapshot, job);
    if (found)
        *view = *found;
    return found != NULL;
}

void brg_app_fail(brg_app *app, const char *title, const brg_error *error) {
    brg_log_error(&app->log, title, error);
    app->failure = *error;
    app->failed++;
}

brg_status brg_app_take(brg_app *app, brg_job job, const char *title, brg_result *result,
                        brg_error *error) {
    brg_status status = brg_engine_result(app->engine, job, result, error);
    brg_engine_forget(app->engine, job);
    if (status != BRG_OK) {
        brg_app_fail(app, title, error);
        return status;
    }
    brg_jobs_ended(&app->jobs, result);
    if (result->state == BRG_JOB_FAILED)
        brg_app_fail(app, title, &result->error);
    if (result->state == BRG_JOB_DONE) {
        app->done++;
        app->mismatched += result->verdict.outcome == BRG_MISMATCH;
    }
    return BRG_OK;
}

void brg_app_freeze(brg_app *app, brg_job job, uint64_t start_ns) {
    brg_engine_wait(app->engine, job, -1);
    brg_span gap = {.start_ns = start_ns,
                    .end_ns = brg_now_ns(),
                    .job = job,
                    .device = -1,
                    .lane = BRG_LANE_UI,
                    .name = BRG_FROZEN};
    brg_trace_add(brg_engine_trace(app->engine), &gap);
    app->frozen_ms = fmax(app->frozen_ms, (double)(gap.end_ns - gap.start_ns) / 1e6);
}
