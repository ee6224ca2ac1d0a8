/* The timeline's model. See timeline.h. */
#include "timeline/timeline.h"

#include <math.h>
#include <string.h>

static const double shortest_s = 2e-6, longest_s = 3600;
static const uint64_t refresh_ns = 250000000;

/* ---- rows ------------------------------------------------------------------------------------ */

static void add_row(brg_timeline *t, int32_t device, brg_lane lane, bool title) {
    if (t->row_count == BRG_MAX_LANE_ROWS)
        return;
    brg_lane_row *row = &t->rows[t->row_count++];
    if (row->device != device || row->lane != lane || row->title != title)
        *row = (brg_lane_row){.device = device, .lane = lane, .title = title};
}

static void add_device(brg_timeline *t, int32_t device) {
    static const brg_lane lanes[] = {BRG_LANE_UPLOAD, BRG_LANE_KERNEL, BRG_LANE_READBACK};
    add_row(t, device, BRG_LANE_UPLOAD, true);
    for (size_t i = 0; i < sizeof lanes / sizeof lanes[0]; i++)
        add_row(t, device, lanes[i], false);
}

static bool has_spans(const brg_tracks *tracks, int32_t device) {
    for (int i = 0; i < tracks->count; i++)
        if (tracks->rows[i].device == device)
            return true;
    return false;
}

/* The host, the default device, and every other that did something. */
static void list_rows(brg_timeline *t) {
    const brg_app *app = t->app;
    bool chosen = app->devices_known && app->devices_status == BRG_OK;
    t->row_count = 0;
    add_row(t, -1, BRG_LANE_UI, true);
    add_row(t, -1, BRG_LANE_UI, false);
    add_row(t, -1, BRG_LANE_ENGINE, false);
    add_row(t, -1, BRG_LANE_REFERENCE, false);
    for (int32_t i = 0; i < BRG_MAX_DEVICES; i++)
        if ((chosen && i == app->default_device.index) || has_spans(t->tracks, i))
            add_device(t, i);
}

/* ---- sums ------------------------------------------------------------------------------------ */

static void sum_up_rows(brg_timeline *t) {
    uint64_t from = brg_stretch_start(&t->stretch), to = t->stretch.end_ns;
    for (int i = 0; i < t->row_count; i++) {
        brg_lane_row *row = &t->rows[i];
        const brg_track *track = brg_tracks_find(t->tracks, row->device, row->lane);
        row->sum = track && !row->title ? brg_track_sum_up(track, from, to) : (brg_track_sum){0};
    }
    const brg_track *ui = brg_tracks_find(t->tracks, -1, BRG_LANE_UI);
    t->frames =
        ui ? brg_frames_sum_up(ui, from, to, t->scene->clock->period_ns) : (brg_frame_sum){0};
}

static void add_to_map(brg_map *map, const brg_track *track) {
    double per_ns = BRG_MAP_BINS / (double)(map->last_ns - map->first_ns + 1);
    for (size_t i = 0; i < track->count; i++) {
        const brg_span *span = brg_track_at(track, i);
        if (span->lane == BRG_LANE_UI && strcmp(span->name, BRG_ASLEEP) == 0)
            continue;
        double from = (double)(span->start_ns - map->first_ns) * per_ns;
        double to = (double)(span->end_ns - map->first_ns) * per_ns;
        for (int bin = (int)from; bin <= (int)to && bin < BRG_MAP_BINS; bin++)
            map->busy[track->lane][bin] += (float)(fmin(to, bin + 1) - fmax(from, bin));
    }
}

static void draw_map_anew(brg_timeline *t) {
    brg_map *map = &t->map;
    if (map->serial == t->tracks->serial)
        return;
    memset(map, 0, sizeof *map);
    map->serial = t->tracks->serial;
    map->first_ns = t->tracks->first_ns;
    map->last_ns = t->tracks->last_ns;
    for (int i = 0; i < t->tracks->count; i++)
        add_to_map(map, &t->tracks->rows[i]);
}

static void watch_selected(brg_timeline *t) {
    if (!t->app->selected.generation || !brg_app_watch(t->app, t->app->selected, &t->live))
        memset(&t->live, 0, sizeof t->live);
}

/* Figures that change faster cannot be read; but what the user does shows at once. */
void brg_timeline_sum_up(brg_timeline *t) {
    bool moved = !t->follow && memcmp(&t->summed, &t->stretch, sizeof t->summed) != 0;
    bool due = t->scene->now_ns - t->summed_ns >= refresh_ns || t->scene->resting;
    list_rows(t);
    if (!due && !moved)
        return;
    sum_up_rows(t);
    t->summed = t->stretch;
    if (!due)
        return;
    t->summed_ns = t->scene->now_ns;
    draw_map_anew(t);
    watch_selected(t);
}

/* ---- intents --------------------------------------------------------------------------------- */

double brg_timeline_seconds(const brg_timeline *t) {
    if (!t->tracks || !t->tracks->first_ns)
        return 1;
    return (double)(t->tracks->last_ns - t->tracks->first_ns) / 1e9;
}

/* A little of the trace stays in sight. */
static void stay_near(brg_timeline *t) {
    if (!t->tracks || !t->tracks->first_ns)
        return;
    uint64_t little = (uint64_t)(0.05 * t->stretch.seconds * 1e9);
    uint64_t length = (uint64_t)(t->stretch.seconds * 1e9);
    uint64_t least = t->tracks->first_ns + little, most = t->tracks->last_ns + length - little;
    if (t->stretch.end_ns < least)
        t->stretch.end_ns = least;
    if (t->stretch.end_ns > most)
        t->stretch.end_ns = most;
}

void brg_timeline_pan(brg_timeline *t, double fraction) {
    t->follow = false;
    brg_stretch_shift(&t->stretch, fraction * t->stretch.seconds);
    stay_near(t);
}

void brg_timeline_zoom(brg_timeline *t, double factor, double about) {
    double most = fmin(fmax(2 * brg_timeline_seconds(t), 10), longest_s);
    brg_stretch_zoom(&t->stretch, factor, t->follow ? 1 : about, shortest_s, most);
    stay_near(t);
}

static void show(brg_timeline *t, uint64_t from_ns, uint64_t to_ns) {
    double seconds = fmax((double)(to_ns - from_ns) / 1e9, shortest_s);
    t->follow = false;
    t->stretch.seconds = 1.04 * seconds;
    t->stretch.end_ns = to_ns + (uint64_t)(0.02e9 * seconds);
}

void brg_timeline_fit(brg_timeline *t) {
    if (t->tracks && t->tracks->first_ns)
        show(t, t->tracks->first_ns, t->tracks->last_ns);
}

void brg_timeline_fit_selected(brg_timeline *t) {
    uint64_t from = UINT64_MAX, to = 0;
    brg_job job = t->app->selected;
    for (int i = 0; t->tracks && job.generation && i < t->tracks->count; i++) {
        const brg_track *track = &t->tracks->rows[i];
        for (size_t j = 0; j < track->count; j++) {
            const brg_span *span = brg_track_at(track, j);
            if (!brg_job_same(span->job, job))
                continue;
            from = span->start_ns < from ? span->start_ns : from;
            to = span->end_ns > to ? span->end_ns : to;
        }
    }
    if (to > 0)
        show(t, from, to);
}

void brg_timeline_follow(brg_timeline *t, bool follow) {
    t->follow = follow;
}

void brg_timeline_save(brg_timeline *t) {
    if (!brg_saver_start(t->saver, brg_engine_trace(t->app->engine), &t->app->devices))
        brg_log_note(&t->app->log, "The trace is being saved already.");
}

/* From none to the newest. */
void brg_timeline_select_next(brg_timeline *t, bool older) {
    const brg_jobs *jobs = &t->app->jobs;
    const brg_job_facts *facts;
    size_t at = 0;
    while ((facts = brg_jobs_at(jobs, at)) && !brg_job_same(facts->job, t->app->selected))
        at++;
    size_t next = !facts ? 0 : older ? at + 1 : at > 0 ? at - 1 : 0;
    facts = brg_jobs_at(jobs, next);
    if (facts)
        brg_timeline_select(t, facts->job);
}

void brg_timeline_select(brg_timeline *t, brg_job job) {
    t->app->selected = job;
    t->summed_ns = 0;
}
