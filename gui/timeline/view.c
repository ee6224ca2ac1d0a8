/* The timeline: where the panels are, and its row in the table of views. See timeline.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "shell/shell.h"
#include "timeline/timeline.h"
#include "ui/parts.h"

static const float tools_height = 52, map_height = 66, side_width = 300;
static const float least_jobs_height = 120;

/* How often the present moves on. */
static const uint64_t step_ns = 33000000;

/* ---- beginning and end ----------------------------------------------------------------------- */

static brg_status create(brg_app *app, void **model, brg_error *error) {
    brg_timeline *t = calloc(1, sizeof *t);
    brg_saver *saver = brg_saver_create(app->wake, app->wake_user);
    if (!t || !saver) {
        brg_saver_destroy(saver);
        free(t);
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the timeline.");
    }
    t->app = app;
    t->saver = saver;
    t->follow = true;
    t->stretch.seconds = brg_kept_number(app->kept, "timeline.seconds", 1e-3, 60, 5);
    *model = t;
    return BRG_OK;
}

static void destroy(void *model) {
    brg_timeline *t = model;
    brg_saver_destroy(t->saver);
    free(t);
}

static void keep(const void *model, brg_kept *kept) {
    brg_kept_set_number(kept, "timeline.seconds", ((const brg_timeline *)model)->stretch.seconds);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void take_saved(brg_timeline *t) {
    brg_saved saved;
    if (!brg_saver_take(t->saver, &saved))
        return;
    t->saves++;
    if (saved.status != BRG_OK) {
        brg_log_error(&t->app->log, "saving the trace", &saved.error);
        return;
    }
    memcpy(t->saved, saved.path, sizeof t->saved);
    brg_log_note(&t->app->log, "Saved the trace, %.1f MB, as %s. Open it at ui.perfetto.dev.",
                 (double)saved.bytes / 1e6, saved.path);
}

static void update(void *model, bool shown) {
    (void)shown;
    take_saved(model);
}

static bool busy(const void *model) {
    return brg_saver_busy(((const brg_timeline *)model)->saver);
}

static void follow_present(brg_timeline *t) {
    bool due = t->scene->now_ns - t->stretch.end_ns >= step_ns || t->scene->resting;
    if (t->stretch.end_ns == 0 || (t->follow && due))
        t->stretch.end_ns = t->scene->now_ns;
}

static void draw(void *model, const brg_scene *scene, brg_rect place) {
    brg_timeline *t = model;
    t->scene = scene;
    t->ui = scene->ui;
    t->tracks = scene->tracks;
    follow_present(t);
    brg_timeline_sum_up(t);
    brg_timeline_tools(t, brg_rect_cut_top(&place, tools_height));
    brg_timeline_map(t, brg_rect_cut_top(&place, map_height));
    brg_rect left = brg_rect_cut_left(&place, place.w - side_width);
    float lanes_height = brg_timeline_lanes_height(t);
    if (left.h - lanes_height < least_jobs_height)
        lanes_height = left.h;
    brg_timeline_lanes(t, brg_rect_cut_top(&left, lanes_height));
    if (left.h > 0)
        brg_timeline_jobs(t, left);
    brg_timeline_facts(t, place);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static const char *const keys[] = {
    "L  follow the present, or hold",
    "F  fit the whole trace",
    "Z  zoom to the selected job",
    "J, K  select the next older, newer job",
    "S  save the trace for Perfetto",
    "left, right  move in time",
    "up, down, wheel  zoom in, out",
    "home, end  go to the beginning, to the present",
    "click  select a span's job in all views",
    "drag  move; with shift: measure",
    "escape  forget measure, then selection",
    NULL,
};

static void go_to_beginning(brg_timeline *t) {
    if (!t->tracks || !t->tracks->first_ns)
        return;
    t->follow = false;
    t->stretch.end_ns = t->tracks->first_ns + (uint64_t)(0.98e9 * t->stretch.seconds);
}

static bool key(void *model, int key) {
    brg_timeline *t = model;
    switch (key) {
    case 'L':
        brg_timeline_follow(t, !t->follow);
        return true;
    case BRG_KEY_END:
        brg_timeline_follow(t, true);
        return true;
    case BRG_KEY_HOME:
        go_to_beginning(t);
        return true;
    case 'F':
        brg_timeline_fit(t);
        return true;
    case 'Z':
        brg_timeline_fit_selected(t);
        return true;
    case 'J':
    case 'K':
        brg_timeline_select_next(t, key == 'J');
        return true;
    case 'S':
        brg_timeline_save(t);
        return true;
    case BRG_KEY_LEFT:
    case BRG_KEY_RIGHT:
        brg_timeline_pan(t, key == BRG_KEY_LEFT ? -0.1 : 0.1);
        return true;
    case BRG_KEY_UP:
    case BRG_KEY_DOWN:
        brg_timeline_zoom(t, key == BRG_KEY_UP ? 0.7 : 1 / 0.7, 0.5);
        return true;
    default:
        return false;
    }
}

static void cancel(void *model) {
    brg_timeline *t = model;
    if (t->measured[1])
        t->measured[0] = t->measured[1] = 0;
    else
        brg_timeline_select(t, (brg_job){0, 0});
}

/* ---- the report ------------------------------------------------------------------------------ */

static void put_rows(const brg_timeline *t, brg_json *json) {
    fputs("[", json->stream);
    bool first = true;
    for (int i = 0; i < t->row_count; i++) {
        const brg_lane_row *row = &t->rows[i];
        if (row->title)
            continue;
        fprintf(json->stream, "%s{\"device\":%d,\"lane\":", first ? "" : ",", (int)row->device);
        brg_json_string(json, brg_lane_name(row->lane));
        fprintf(json->stream, ",\"spans\":%zu,\"busy_ms\":%.6f}", row->sum.count,
                (double)row->sum.busy_ns / 1e6);
        first = false;
    }
    fputs("]", json->stream);
}

static void put_selected(const brg_timeline *t, brg_json *json) {
    brg_job job = t->app->selected;
    const brg_job_facts *facts = brg_jobs_find(&t->app->jobs, job);
    fprintf(json->stream, "{\"slot\":%" PRIu32 ",\"generation\":%" PRIu32 ",\"label\":", job.slot,
            job.generation);
    brg_json_string(json, facts ? facts->label : "");
    fputs("}", json->stream);
}

static brg_status report(const void *model, brg_report *report, brg_error *error) {
    const brg_timeline *t = model;
    brg_json json;
    if (brg_json_open(&json, error) != BRG_OK)
        return BRG_E_MEMORY;
    double start = t->tracks && t->tracks->first_ns
                       ? (double)(int64_t)(brg_stretch_start(&t->stretch) - t->tracks->first_ns)
                       : 0;
    fprintf(json.stream, "{\"follow\":%s,\"seconds\":%.9f,\"start_s\":%.9f,\"trace_s\":%.6f",
            brg_json_bool(t->follow), t->stretch.seconds, start / 1e9, brg_timeline_seconds(t));
    fprintf(json.stream, ",\"intervals\":%zu,\"late\":%zu,\"dropped\":%zu,\"measured_ms\":%.6f",
            t->frames.count, t->frames.late, t->frames.dropped,
            (double)(t->measured[1] - t->measured[0]) / 1e6);
    fprintf(json.stream, ",\"saves\":%" PRIu64 ",\"saved\":", t->saves);
    brg_json_string(&json, t->saved);
    fputs(",\"selected\":", json.stream);
    put_selected(t, &json);
    fputs(",\"lanes\":", json.stream);
    put_rows(t, &json);
    fputs("}", json.stream);
    return brg_json_close(&json, report, "timeline", error);
}

const brg_view brg_view_timeline = {
    .id = "timeline",
    .tab = "tab_timeline",
    .name = "Timeline",
    .create = create,
    .destroy = destroy,
    .keep = keep,
    .update = update,
    .busy = busy,
    .draw = draw,
    .cancel = cancel,
    .key = key,
    .keys = keys,
    .report = report,
};
