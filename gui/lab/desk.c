/* The lab's desk. See desk.h. */
#include "lab/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lab/files.h"
#include "lab/phrases.h"

static const uint64_t look_ns = 250000000;

/* ---- beginning and end ----------------------------------------------------------------------- */

void brg_desk_init(brg_desk *desk, brg_app *app) {
    memset(desk, 0, sizeof *desk);
    desk->app = app;
    desk->budget_s = 10;
    for (const brg_lab_claim *c;
         desk->count < BRG_LAB_CLAIMS && (c = brg_lab_claim_at(desk->count));)
        desk->entries[desk->count++] =
            (brg_desk_entry){.claim = c, .dial = c->dial.name ? (float)c->dial.standard : 0};
}

static void drop_texts(brg_desk_saving *saving) {
    free(saving->page);
    free(saving->json);
    saving->page = saving->json = NULL;
}

void brg_desk_clear(brg_desk *desk) {
    brg_errand_await(&desk->saving.errand);
    drop_texts(&desk->saving);
    brg_lab_destroy(desk->run);
    brg_engine_destroy(desk->engine);
    for (int32_t i = 0; i < desk->count; i++)
        brg_lab_result_release(&desk->entries[i].result);
}

/* ---- what is known --------------------------------------------------------------------------- */

const brg_desk_entry *brg_desk_chosen(const brg_desk *desk) {
    return &desk->entries[desk->chosen];
}

bool brg_desk_running(const brg_desk *desk) {
    return desk->run != NULL;
}

int32_t brg_desk_current(const brg_desk *desk) {
    bool any = desk->run && desk->snapshot.current < desk->snapshot.count;
    return any ? desk->plan[desk->snapshot.current] : -1;
}

bool brg_desk_waits(const brg_desk *desk, int32_t index) {
    for (int32_t i = desk->snapshot.current + 1; desk->run && i < desk->snapshot.count; i++)
        if (desk->plan[i] == index)
            return !desk->stopping;
    return false;
}

bool brg_desk_has_result(const brg_desk_entry *entry) {
    return entry->result.claim != NULL;
}

int32_t brg_desk_results(const brg_desk *desk) {
    int32_t count = 0;
    for (int32_t i = 0; i < desk->count; i++)
        count += brg_desk_has_result(&desk->entries[i]);
    return count;
}

bool brg_desk_shows(const brg_desk *desk, int32_t index) {
    const brg_desk_entry *entry = &desk->entries[index];
    return brg_lab_phrase_match(entry->claim, entry->result.verdict, desk->filter);
}

int32_t brg_desk_shown(const brg_desk *desk) {
    int32_t shown = 0;
    for (int32_t i = 0; i < desk->count; i++)
        shown += brg_desk_shows(desk, i);
    return shown;
}

int32_t brg_desk_rivals(const brg_desk *desk) {
    brg_snapshot snapshot;
    brg_engine_snapshot(desk->app->engine, &snapshot);
    return snapshot.queued + snapshot.active;
}

/* ---- choosing -------------------------------------------------------------------------------- */

void brg_desk_choose(brg_desk *desk, int32_t index) {
    if (index < 0 || index >= desk->count)
        return;
    desk->chosen = index;
    desk->following = false;
}

void brg_desk_step(brg_desk *desk, int32_t by) {
    int32_t way = by < 0 ? -1 : 1, at = desk->chosen;
    for (int32_t i = at + way; i >= 0 && i < desk->count && by != 0; i += way)
        if (brg_desk_shows(desk, i)) {
            at = i;
            by -= way;
        }
    brg_desk_choose(desk, at);
}

void brg_desk_keep_choice(brg_desk *desk) {
    int32_t first = 0;
    if (brg_desk_shown(desk) == 0 || brg_desk_shows(desk, desk->chosen))
        return;
    while (!brg_desk_shows(desk, first))
        first++;
    brg_desk_choose(desk, first);
}

/* ---- a run ----------------------------------------------------------------------------------- */

/* Jobs of other views would be measured along if they shared an engine. */
static brg_status ready_engine(brg_desk *desk, brg_error *error) {
    const brg_app *app = desk->app;
    const brg_engine_config config = {.device = app->device_spec[0] ? app->device_spec : NULL,
                                      .niceness = app->preferences.niceness};
    return desk->engine ? BRG_OK : brg_engine_create(&config, &desk->engine, error);
}

/* The library's list of claims to be tested, from the plan. */
static void start(brg_desk *desk, int32_t count, const double *dial) {
    char spec[16];
    const char *ids[BRG_LAB_CLAIMS];
    brg_error error = {0};
    for (int32_t i = 0; i < count; i++)
        ids[i] = desk->entries[desk->plan[i]].claim->id;
    brg_status status = ready_engine(desk, &error);
    const brg_lab_options options = {.ids = ids,
                                     .id_count = count,
                                     .budget_s = (double)desk->budget_s,
                                     .has_dial = dial != NULL,
                                     .dial = dial ? *dial : 0,
                                     .engine = desk->engine,
                                     .device = brg_app_device_spec(desk->app, spec)};
    if (status == BRG_OK)
        status = brg_lab_start(&options, &desk->run, &error);
    if (status != BRG_OK) {
        brg_app_fail(desk->app, "Lab", &error);
        return;
    }
    brg_lab_snapshot_take(desk->run, &desk->snapshot);
    desk->taken = 0;
    desk->stopping = false;
    desk->looked_ns = 0;
    desk->runs++;
    desk->app->runs_asked++;
}

void brg_desk_run(brg_desk *desk) {
    const brg_desk_entry *entry = brg_desk_chosen(desk);
    const double dial = (double)entry->dial;
    if (desk->run || desk->count == 0)
        return;
    desk->plan[0] = desk->chosen;
    start(desk, 1, entry->claim->dial.name ? &dial : NULL);
}

void brg_desk_run_shown(brg_desk *desk) {
    int32_t count = 0;
    if (desk->run)
        return;
    for (int32_t i = 0; i < desk->count; i++)
        if (brg_desk_shows(desk, i))
            desk->plan[count++] = i;
    if (count == 0)
        return;
    start(desk, count, NULL);
    desk->following = desk->run != NULL;
}

void brg_desk_stop(brg_desk *desk) {
    if (!desk->run || desk->stopping)
        return;
    brg_lab_cancel(desk->run);
    desk->stopping = true;
    desk->app->cancels_asked++;
}

/* ---- looking at it --------------------------------------------------------------------------- */

static void take_result(brg_desk *desk, int32_t place) {
    brg_error error = {0};
    brg_lab_result result = {0};
    brg_desk_entry *entry = &desk->entries[desk->plan[place]];
    if (brg_lab_result_copy(desk->run, place, &result, &error) != BRG_OK) {
        brg_log_error(&desk->app->log, "Lab", &error);
        return;
    }
    brg_lab_result_release(&entry->result);
    entry->result = result;
    entry->ended = time(NULL);
    entry->serial++;
}

static void end_run(brg_desk *desk) {
    const brg_lab_snapshot *s = &desk->snapshot;
    brg_lab_destroy(desk->run); /* its thread has ended: there is nothing to wait for */
    desk->run = NULL;
    desk->following = false;
    desk->ended++;
    brg_log_note(&desk->app->log,
                 "Lab: of %d claim%s %d confirmed, %d refuted, %d inconclusive, %d not applicable.",
                 (int)s->count, s->count == 1 ? "" : "s", (int)s->confirmed, (int)s->refuted,
                 (int)s->inconclusive, (int)s->not_applicable);
}

static void look(brg_desk *desk) {
    uint64_t before = desk->snapshot.revision;
    brg_lab_snapshot_take(desk->run, &desk->snapshot);
    const brg_lab_snapshot *s = &desk->snapshot;
    while (desk->taken < s->current)
        take_result(desk, desk->taken++);
    if (s->current < s->count && s->revision != before && !s->ended)
        take_result(desk, s->current);
    if (desk->following && s->current < s->count)
        desk->chosen = desk->plan[s->current];
    if (s->ended)
        end_run(desk);
}

/* The two differ in the ends of their names. */
static void tell_saved(brg_log *log, const brg_desk_saving *saving) {
    const char *name = strrchr(saving->page_path, '/') + 1;
    brg_log_note(log, "Saved %s and .json in %.*s", name, (int)(name - saving->page_path),
                 saving->page_path);
}

/* What came of the files. */
static void take_saved(brg_desk *desk) {
    brg_desk_saving *saving = &desk->saving;
    if (!brg_errand_back(&saving->errand))
        return;
    if (saving->status == BRG_OK)
        tell_saved(&desk->app->log, saving);
    else
        brg_log_error(&desk->app->log, "Lab", &saving->error);
    desk->saves += saving->status == BRG_OK;
    drop_texts(saving);
}

void brg_desk_update(brg_desk *desk) {
    uint64_t now_ns = brg_now_ns();
    take_saved(desk);
    if (!desk->run || now_ns - desk->looked_ns < look_ns)
        return;
    desk->looked_ns = now_ns;
    look(desk);
}

double brg_desk_pause_s(const brg_desk *desk) {
    return desk->run ? (double)look_ns / 1e9 : 0;
}

/* ---- saving ---------------------------------------------------------------------------------- */

void brg_desk_save(brg_desk *desk) {
    brg_lab_result results[BRG_LAB_CLAIMS];
    brg_desk_saving *saving = &desk->saving;
    int32_t count = 0;
    for (int32_t i = 0; i < desk->count; i++)
        if (brg_desk_has_result(&desk->entries[i]))
            results[count++] = desk->entries[i].result;
    if (saving->json || count == 0)
        return;
    saving->json = brg_lab_results_json(results, count);
    saving->page = brg_lab_results_html(results, count);
    if (!saving->json || !saving->page ||
        !brg_errand_send(&saving->errand, brg_desk_write, saving, desk->app->wake,
                         desk->app->wake_user)) {
        brg_log_note(&desk->app->log, "There is no memory to save the lab's results.");
        drop_texts(saving);
    }
}
