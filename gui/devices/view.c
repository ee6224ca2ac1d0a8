/* The devices: where the panels are, and their row in the table of views. See devices.h. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "devices/devices.h"
#include "json.h"
#include "ui/parts.h"

static const float engine_height = 152, facts_height = 440;
static const float least_queue = 84;
static const uint64_t refresh_ns = 250000000;

/* ---- the model ------------------------------------------------------------------------------- */

static brg_status create(brg_app *app, void **model, brg_error *error) {
    brg_devices_view *v = calloc(1, sizeof *v);
    if (!v)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the devices.");
    v->app = app;
    v->chosen = -1;
    brg_doctor_init(&v->doctor, app);
    *model = v;
    return BRG_OK;
}

int32_t brg_devices_chosen(const brg_devices_view *v) {
    const brg_app *app = v->app;
    if (!app->devices_known || app->devices.count == 0)
        return -1;
    if (v->chosen >= 0 && v->chosen < app->devices.count)
        return v->chosen;
    return app->devices_status == BRG_OK ? app->default_device.index : 0;
}

void brg_devices_examine(brg_devices_view *v) {
    int32_t device = brg_devices_chosen(v);
    if (device >= 0)
        brg_doctor_start(&v->doctor, device);
}

/* ---- the row --------------------------------------------------------------------------------- */

static void update(void *model, bool shown) {
    (void)shown;
    brg_doctor_update(&((brg_devices_view *)model)->doctor);
}

static bool busy(const void *model) {
    return ((const brg_devices_view *)model)->doctor.running;
}

static void take_snapshot(brg_devices_view *v) {
    bool due = v->scene->now_ns - v->snapshot_ns >= refresh_ns || v->scene->resting;
    if (!due)
        return;
    brg_engine_snapshot(v->app->engine, &v->snapshot);
    v->snapshot_ns = v->scene->now_ns;
}

static void draw(void *model, const brg_scene *scene, brg_rect place) {
    brg_devices_view *v = model;
    v->scene = scene;
    v->ui = scene->ui;
    take_snapshot(v);
    float list = floorf(0.2f * place.w), doctor = floorf(0.35f * place.w);
    brg_devices_list(v, brg_rect_cut_left(&place, list));
    brg_rect middle = brg_rect_cut_left(&place, fmaxf(place.w - doctor, 1));
    float facts = fmaxf(fminf(middle.h - engine_height, facts_height), 1);
    float queue = middle.h - engine_height - facts;
    if (queue < least_queue)
        facts += fmaxf(queue, 0);
    brg_devices_facts(v, brg_rect_cut_top(&middle, facts));
    if (queue >= least_queue)
        brg_devices_queue(v, brg_rect_cut_top(&middle, queue));
    brg_devices_engine(v, middle);
    brg_devices_doctor(v, place);
}

static void run(void *model) {
    brg_devices_examine(model);
}

static void cancel(void *model) {
    brg_doctor_cancel(&((brg_devices_view *)model)->doctor);
}

static bool settled(const void *model) {
    const brg_devices_view *v = model;
    bool nothing_there = v->app->devices_known && v->app->devices.count == 0;
    return nothing_there || v->doctor.examinations > 0;
}

static bool key(void *model, int key) {
    brg_devices_view *v = model;
    int32_t at = brg_devices_chosen(v), step = key == BRG_KEY_UP ? -1 : 1;
    if (key != BRG_KEY_UP && key != BRG_KEY_DOWN)
        return false;
    if (at + step >= 0 && at + step < v->app->devices.count)
        v->chosen = at + step;
    return true;
}

static const char *const keys[] = {"space  examine the device", "escape  end the examination",
                                   "up, down  choose a device", NULL};

static brg_status report(const void *model, brg_report *report, brg_error *error) {
    const brg_devices_view *v = model;
    const brg_doctor *doctor = &v->doctor;
    brg_json json;
    if (brg_json_open(&json, error) != BRG_OK)
        return BRG_E_MEMORY;
    fprintf(json.stream,
            "{\"count\":%d,\"chosen\":%d,\"running\":%s,\"examinations\":%" PRIu64
            ",\"passed\":%d,\"failed\":%d,\"skipped\":%d,\"ops\":[",
            (int)v->app->devices.count, (int)brg_devices_chosen(v), brg_json_bool(doctor->running),
            doctor->examinations, brg_doctor_tally(doctor, BRG_FINDING_PASSED),
            brg_doctor_tally(doctor, BRG_FINDING_FAILED),
            brg_doctor_tally(doctor, BRG_FINDING_SKIPPED));
    for (int i = 0; i < doctor->count; i++) {
        const brg_doctor_row *row = &doctor->rows[i];
        fprintf(json.stream,
                "%s{\"op\":\"%s\",\"finding\":\"%s\",\"calls\":%d,\"trouble\":", i ? "," : "",
                row->op->name, brg_finding_name(row->finding), (int)row->calls);
        brg_json_string(&json, row->trouble);
        if (isfinite(row->bound_ratio))
            fprintf(json.stream, ",\"bound_ratio\":%.9g", row->bound_ratio);
        fputs("}", json.stream);
    }
    fputs("]}", json.stream);
    return brg_json_close(&json, report, "devices_view", error);
}

const brg_view brg_view_devices = {
    .id = "devices",
    .tab = "tab_devices",
    .name = "Devices",
    .create = create,
    .destroy = free,
    .update = update,
    .busy = busy,
    .draw = draw,
    .run = run,
    .cancel = cancel,
    .key = key,
    .keys = keys,
    .settled = settled,
    .report = report,
};
