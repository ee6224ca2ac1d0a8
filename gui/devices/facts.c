/* What a device says about itself, and what the engine does at present. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "devices/devices.h"
#include "ui/parts.h"

/* A column of facts under construction. */
typedef struct column {
    brg_ui *ui;
    float x, y, w;
} column;

/* What does not fit is shown whole under the pointer. */
static void fact(column *c, const char *name, const char *value) {
    const float label = 104;
    if (brg_ui_text_width(c->ui, BRG_FONT_MONO, value) > c->w - label) {
        brg_ui_area(c->ui, name, (brg_rect){c->x, c->y, c->w, 20}, &(brg_ui_pointer){0});
        brg_ui_tip(c->ui, value);
    }
    brg_ui_text(c->ui, (brg_rect){c->x, c->y, label, 20}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                name);
    brg_ui_text(c->ui, (brg_rect){c->x + label, c->y, c->w - label, 20}, BRG_FONT_MONO, BRG_LEFT,
                BRG_TEXT, value[0] ? value : "-");
    c->y += 22;
}

static void factf(column *c, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void factf(column *c, const char *name, const char *format, ...) {
    char text[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fact(c, name, text);
}

/* Bytes in the unit that keeps three digits. */
static const char *bytes(uint64_t count, char text[24]) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)count;
    int unit = 0;
    for (; value >= 1024 && unit < 4; unit++)
        value /= 1024;
    snprintf(text, 24,
             value < 9.995 && unit   ? "%.2f %s"
             : value < 99.95 && unit ? "%.1f %s"
                                     : "%.0f %s",
             value, units[unit]);
    return text;
}

static const char *yes(bool value) {
    return value ? "yes" : "no";
}

/* ---- the device ------------------------------------------------------------------------------ */

static void identity_facts(column *c, const brg_device_info *d) {
    factf(c, "selector", "%d, or %d:%d", (int)d->index, (int)d->platform, (int)d->device);
    fact(c, "vendor", d->vendor);
    fact(c, "driver", d->driver_version);
    fact(c, "device version", d->device_version);
    fact(c, "OpenCL C", d->c_version);
    fact(c, "compiler", yes(d->compiler_available));
    fact(c, "available", yes(d->available));
}

static void compute_facts(column *c, const brg_device_info *d) {
    factf(c, "compute units", "%u", d->compute_units);
    factf(c, "clock", "%u MHz", d->clock_mhz);
    factf(c, "float vector", "%u wide", d->float_vector_width);
    factf(c, "work-group", "%" PRIu64 " items at most", d->max_work_group);
    factf(c, "work-items", "%" PRIu64 " x %" PRIu64 " x %" PRIu64, d->max_work_item[0],
          d->max_work_item[1], d->max_work_item[2]);
    factf(c, "fp64, fp16", "%s, %s", yes(d->has_fp64), yes(d->has_fp16));
    fact(c, "images", yes(d->has_images));
    fact(c, "out of order", yes(d->out_of_order));
    factf(c, "timer step", "%" PRIu64 " ns", d->timer_resolution_ns);
    fact(c, "sub-devices",
         d->partitions_equally && d->partitions_by_counts ? "equal, by counts"
         : d->partitions_equally                          ? "equal"
         : d->partitions_by_counts                        ? "by counts"
                                                          : "none");
}

static void memory_facts(column *c, const brg_device_info *d) {
    char text[24];
    fact(c, "global memory", bytes(d->global_memory, text));
    fact(c, "one buffer", bytes(d->max_allocation, text));
    factf(c, "local memory", "%s%s", bytes(d->local_memory, text),
          d->local_memory_is_real ? " of its own" : " of global");
    fact(c, "cache", bytes(d->cache_memory, text));
    factf(c, "alignment", "%u bytes", d->address_align_bits / 8);
    fact(c, "shares host's", yes(d->shares_host_memory));
}

/* Variables that change what OpenCL and Brigade do; those that are set. */
static void environment_facts(column *c) {
    static const char *const names[] = {
        "BRIGADE_DEVICE",         "BRIGADE_KERNEL_DIR", "OCL_ICD_VENDORS", "POCL_DEVICES",
        "POCL_MAX_PTHREAD_COUNT", "POCL_KERNEL_CACHE",  "RUSTICL_ENABLE",  "OPENCL_LAYERS",
    };
    int set = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (!value || !value[0])
            continue;
        set++;
        brg_ui_textf(c->ui, (brg_rect){c->x, c->y, c->w, 20}, BRG_FONT_MONO, BRG_LEFT, BRG_TEXT,
                     "%s=%s", names[i], value);
        c->y += 20;
    }
    if (!set)
        brg_ui_text(c->ui, (brg_rect){c->x, c->y, c->w, 20}, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT,
                    "no variable is set that changes what OpenCL does");
}

static void heading(column *c, const char *text) {
    brg_ui_text(c->ui, (brg_rect){c->x, c->y, c->w, 20}, BRG_FONT_BOLD, BRG_LEFT, BRG_QUIET, text);
    c->y += 24;
}

void brg_devices_facts(brg_devices_view *v, brg_rect place) {
    int32_t index = brg_devices_chosen(v);
    float scrolled = brg_ui_panel_begin(v->ui, "dev_facts", place, BRG_GROUND);
    brg_rect r = {place.x + 20, place.y + 16 - scrolled, place.w - 40, place.h};
    if (index < 0) {
        brg_ui_text(v->ui, r, BRG_FONT_BODY, BRG_LEFT, BRG_QUIET,
                    v->app->devices_known ? "No device." : "Looking for devices...");
        brg_ui_panel_end(v->ui, 0);
        return;
    }
    const brg_device_info *d = &v->app->devices.devices[index];
    brg_ui_text(v->ui, (brg_rect){r.x, r.y, r.w, 26}, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT, d->name);
    column left = {v->ui, r.x, r.y + 38, r.w / 2 - 12};
    column right = {v->ui, r.x + r.w / 2 + 4, r.y + 38, r.w / 2 - 4};
    heading(&left, "Identity");
    identity_facts(&left, d);
    left.y += 12;
    heading(&left, "Memory");
    memory_facts(&left, d);
    heading(&right, "Compute");
    compute_facts(&right, d);
    right.y += 12;
    heading(&right, "Environment");
    environment_facts(&right);
    brg_ui_panel_end(v->ui, (left.y > right.y ? left.y : right.y) - r.y + 20);
}

/* ---- the engine ------------------------------------------------------------------------------ */

static void draw_memory(brg_devices_view *v, brg_rect at) {
    char used[24], budget[24];
    const brg_snapshot *s = &v->snapshot;
    double share = s->memory_budget ? (double)s->memory_used / (double)s->memory_budget : 0;
    brg_ui_textf(v->ui, (brg_rect){at.x, at.y, at.w, 20}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                 "device memory: %s of a budget of %s", bytes(s->memory_used, used),
                 bytes(s->memory_budget, budget));
    brg_rect track = {at.x, at.y + 23, at.w, 6};
    brg_ui_fill(v->ui, track, 3, BRG_RAISED);
    track.w *= (float)(share < 1 ? share : 1);
    if (track.w >= 1)
        brg_ui_fill(v->ui, track, 3, BRG_BLUE);
}

void brg_devices_engine(brg_devices_view *v, brg_rect place) {
    static const char *const states[] = {"looking for devices", "ready", "stopping"};
    static const char *const names[] = {"queued", "active", "in flight",
                                        "done",   "failed", "cancelled"};
    const brg_snapshot *s = &v->snapshot;
    const uint64_t values[] = {
        (uint64_t)s->queued, (uint64_t)s->active, (uint64_t)s->slices_in_flight,
        s->jobs_done,        s->jobs_failed,      s->jobs_cancelled};
    char text[24];
    brg_ui_panel_begin(v->ui, "dev_engine", place, BRG_GROUND);
    brg_rect card = {place.x + 16, place.y + 4, place.w - 32, place.h - 20};
    brg_rect room = brg_part_card(v->ui, card, "Engine");
    brg_ui_text(v->ui, (brg_rect){card.x + 100, card.y + 8, card.w - 114, 24}, BRG_FONT_SMALL,
                BRG_RIGHT, BRG_QUIET, (unsigned)s->state < 3 ? states[s->state] : "?");
    float w = room.w / 6;
    for (int i = 0; i < 6; i++) {
        snprintf(text, sizeof text, "%" PRIu64, values[i]);
        brg_part_figure(v->ui, (brg_rect){room.x + w * (float)i, room.y + 2, w - 4, 36}, names[i],
                        BRG_TEXT, text);
    }
    draw_memory(v, (brg_rect){room.x, room.y + 58, room.w, 30});
    brg_ui_panel_end(v->ui, 0);
}
