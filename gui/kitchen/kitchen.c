/* The model of the kitchen: rounds. See kitchen.h for their shape, and laying.c for what comes
 * before the first. */
#include "kitchen/kitchen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kitchen/laying.h"

enum { MOST_SPANS = 8192 };

static const uint64_t before_ns = 100000000; /* of a round: frames that are shown before it */
static const uint64_t breath_ns = 300000000; /* between the rounds of all four ways */
static const float lead_ms = 60;

/* ---- beginning and end ----------------------------------------------------------------------- */

static void set_choices(brg_kitchen *kitchen) {
    const brg_kept *kept = kitchen->app->kept;
    char name[BRG_KEPT_NAME];
    for (int d = 0; d < BRG_DISHES; d++) {
        const brg_dish *dish = brg_dish_at(d);
        snprintf(name, sizeof name, "kitchen.%s", dish->slider);
        kitchen->wanted.sizes[d] = (float)brg_kept_number(kept, name, (double)dish->lo,
                                                          (double)dish->hi, (double)dish->initial);
    }
    kitchen->slice_ms =
        (float)brg_kept_number(kept, "kitchen.slice_ms", BRG_SLICE_LO, BRG_SLICE_HI, 8);
    kitchen->way = (brg_way)brg_kept_number(kept, "kitchen.way", 0, BRG_WAYS - 1, BRG_WAY_BOTH);
}

brg_status brg_kitchen_create(brg_app *app, brg_kitchen **out, brg_error *error) {
    brg_kitchen *kitchen = calloc(1, sizeof *kitchen);
    brg_span *spans = malloc(MOST_SPANS * sizeof *spans);
    if (!kitchen || !spans) {
        free(kitchen);
        free(spans);
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the kitchen.");
    }
    kitchen->app = app;
    kitchen->spans = spans;
    set_choices(kitchen);
    brg_kitchen_clear_table(kitchen);
    *out = kitchen;
    return BRG_OK;
}

void brg_kitchen_destroy(brg_kitchen *kitchen) {
    if (!kitchen)
        return;
    brg_errand_await(&kitchen->errand);
    brg_kitchen_close(kitchen);
    for (int d = 0; d < BRG_DISHES; d++)
        brg_tensor_release(kitchen->cooked[d]);
    free(kitchen->spans);
    free(kitchen);
}

void brg_kitchen_clear_table(brg_kitchen *kitchen) {
    for (int w = 0; w < BRG_WAYS; w++) {
        brg_way_record *record = &kitchen->ways[w];
        memset(record, 0, sizeof *record);
        record->latest = brg_figures_unknown();
    }
}

/* ---- handing over ---------------------------------------------------------------------------- */

bool brg_way_on_engine(brg_way way) {
    return way & BRG_WAY_CONCURRENT;
}

bool brg_way_on_all(brg_way way) {
    return way & BRG_WAY_PARALLEL;
}

static bool hand_over(brg_kitchen *kitchen, int dish) {
    brg_error error = {0};
    bool on_engine = brg_way_on_engine(kitchen->cooking);
    brg_serving serving = {.dish = dish,
                           .on_all = brg_way_on_all(kitchen->cooking),
                           .slice_ms = on_engine ? (double)kitchen->slice_ms : BRG_WHOLE_MS,
                           .verify = BRG_VERIFY_NONE};
    if (brg_kitchen_submit(kitchen, &serving, &kitchen->mark.jobs[dish], &error) == BRG_OK)
        return true;
    brg_app_fail(kitchen->app, NULL, &error);
    kitchen->lost = true;
    return false;
}

/* What the engine is there to avoid: each dish is waited for before the next is begun, and nobody
 * looks after the window. */
static void cook_here(brg_kitchen *kitchen) {
    brg_app *app = kitchen->app;
    app->frozen_ms = 0;
    for (int d = 0; d < BRG_DISHES && hand_over(kitchen, d); d++) {
        if (d + 1 < BRG_DISHES)
            brg_engine_wait(app->engine, kitchen->mark.jobs[d], -1);
        else
            brg_app_freeze(app, kitchen->mark.jobs[d], kitchen->mark.start_ns);
    }
    kitchen->mark.end_ns = brg_now_ns();
}

static void cook_on_engine(brg_kitchen *kitchen) {
    for (int d = 0; d < BRG_DISHES && hand_over(kitchen, d); d++)
        continue;
}

static void begin_round(brg_kitchen *kitchen) {
    brg_way_record *record = &kitchen->ways[kitchen->cooking];
    if (brg_way_on_engine(kitchen->cooking) && record->slice_ms != kitchen->slice_ms) {
        memset(&record->history, 0, sizeof record->history);
        record->slice_ms = kitchen->slice_ms;
    }
    kitchen->to_do &= ~(1u << kitchen->cooking);
    kitchen->lost = kitchen->stopping = false;
    memset(&kitchen->mark, 0, sizeof kitchen->mark);
    memset(kitchen->progress, 0, sizeof kitchen->progress);
    memset(kitchen->ended, 0, sizeof kitchen->ended);
    kitchen->phase = BRG_KITCHEN_COOKING;
    kitchen->mark.start_ns = brg_now_ns();
    if (brg_way_on_engine(kitchen->cooking))
        cook_on_engine(kitchen);
    else
        cook_here(kitchen);
}

static void go_on_waiting(brg_kitchen *kitchen) {
    if (kitchen->to_do == 0)
        kitchen->phase = BRG_KITCHEN_OPEN;
    else if (kitchen->frames_seen >= 2 && brg_now_ns() >= kitchen->wait_until_ns)
        begin_round(kitchen);
}

/* The next way that is to be tried, if there is one. */
static void call_next(brg_kitchen *kitchen, uint64_t pause_ns) {
    for (int w = 0; w < BRG_WAYS; w++)
        if (!brg_kitchen_can(kitchen, (brg_way)w))
            kitchen->to_do &= ~(1u << w);
    if (kitchen->to_do == 0)
        return;
    int way = 0;
    while (!(kitchen->to_do & 1u << way))
        way++;
    kitchen->cooking = kitchen->way = (brg_way)way;
    kitchen->phase = BRG_KITCHEN_WAITING;
    kitchen->wait_until_ns = brg_now_ns() + pause_ns;
    kitchen->frames_seen = 0;
}

/* ---- cooking --------------------------------------------------------------------------------- */

static void take_dish(brg_kitchen *kitchen, int dish) {
    char title[48];
    brg_result result = {0};
    brg_error error = {0};
    brg_dish_title(dish, kitchen->menu.sizes[dish], title, sizeof title);
    brg_status status =
        brg_app_take(kitchen->app, kitchen->mark.jobs[dish], title, &result, &error);
    kitchen->ended[dish] = true;
    kitchen->lost = kitchen->lost || status != BRG_OK || result.state != BRG_JOB_DONE;
    brg_tensor_release(kitchen->cooked[dish]);
    kitchen->cooked[dish] = brg_tensor_retain(result.output);
    brg_result_release(&result);
}

/* True once it has come to an end. */
static bool watch_dish(brg_kitchen *kitchen, int dish) {
    brg_job_view view;
    brg_job job = kitchen->mark.jobs[dish];
    if (kitchen->ended[dish] || job.generation == 0)
        return true;
    if (!brg_app_watch(kitchen->app, job, &view)) {
        kitchen->ended[dish] = kitchen->lost = true;
        return true;
    }
    kitchen->progress[dish] = view.progress;
    if (brg_job_state_ended(view.state))
        take_dish(kitchen, dish);
    return kitchen->ended[dish];
}

static void go_on_cooking(brg_kitchen *kitchen) {
    bool all_ended = true;
    for (int d = 0; d < BRG_DISHES; d++)
        all_ended = watch_dish(kitchen, d) && all_ended;
    if (!all_ended)
        return;
    if (kitchen->mark.end_ns == 0)
        kitchen->mark.end_ns = brg_now_ns();
    kitchen->phase = BRG_KITCHEN_SERVED;
    kitchen->frames_seen = 0;
}

/* ---- looking back ---------------------------------------------------------------------------- */

static size_t read_trace(brg_kitchen *kitchen) {
    return brg_trace_copy(brg_engine_trace(kitchen->app->engine),
                          kitchen->mark.start_ns - before_ns, kitchen->spans, MOST_SPANS);
}

void brg_kitchen_watch_bars(brg_kitchen *kitchen, brg_bars *bars) {
    brg_round_read(&kitchen->mark, kitchen->spans, read_trace(kitchen), lead_ms, bars);
}

const char *brg_kitchen_findings(const brg_kitchen *kitchen, char *text, size_t size) {
    const brg_history *ways[BRG_WAYS];
    for (int w = 0; w < BRG_WAYS; w++)
        ways[w] = &kitchen->ways[w].history;
    return brg_findings(ways, text, size);
}

static void note_freeze(const brg_kitchen *kitchen) {
    if (!brg_way_on_engine(kitchen->cooking))
        brg_log_note(&kitchen->app->log,
                     "%s: the window was frozen for %.0f ms, as long as three dishes took.",
                     brg_way_name(kitchen->cooking), kitchen->app->frozen_ms);
}

static void taste(void *what) {
    brg_tasting *t = what;
    for (int d = 0; d < BRG_DISHES; d++) {
        size_t bytes = brg_tensor_bytes(t->cooked[d]);
        t->same[d] =
            bytes == brg_tensor_bytes(t->known[d]) &&
            memcmp(brg_tensor_data(t->cooked[d]), brg_tensor_data(t->known[d]), bytes) == 0;
    }
}

static void end_round(brg_kitchen *kitchen) {
    kitchen->rounds++;
    kitchen->busy_until_ns = brg_now_ns();
    kitchen->phase = BRG_KITCHEN_OPEN;
    call_next(kitchen, breath_ns);
}

static void send_tasting(brg_kitchen *kitchen) {
    brg_tasting *t = &kitchen->tasting;
    for (int d = 0; d < BRG_DISHES; d++) {
        t->cooked[d] = kitchen->cooked[d];
        t->known[d] = kitchen->known[brg_way_on_all(kitchen->cooking)][d];
        kitchen->cooked[d] = NULL;
    }
    kitchen->phase = BRG_KITCHEN_TASTING;
    if (!brg_errand_send(&kitchen->errand, taste, t, kitchen->app->wake, kitchen->app->wake_user))
        taste(t);
}

static void go_on_serving(brg_kitchen *kitchen) {
    if (kitchen->frames_seen < 2)
        return;
    if (kitchen->stopping)
        brg_log_note(&kitchen->app->log, "Cancelled: the round ended %.1f ms later.",
                     (double)(kitchen->mark.end_ns - kitchen->cancelled_ns) / 1e6);
    if (kitchen->lost) {
        kitchen->to_do = 0;
        end_round(kitchen);
        return;
    }
    brg_way_record *record = &kitchen->ways[kitchen->cooking];
    size_t count = read_trace(kitchen);
    brg_round_read(&kitchen->mark, kitchen->spans, count, lead_ms, &record->bars);
    brg_round_measure(&kitchen->mark, kitchen->spans, count, &record->latest);
    brg_history_add(&record->history, &record->latest);
    record->verified = -1;
    note_freeze(kitchen);
    send_tasting(kitchen);
}

static void go_on_tasting(brg_kitchen *kitchen) {
    brg_tasting *t = &kitchen->tasting;
    if (kitchen->errand.out && !brg_errand_back(&kitchen->errand))
        return;
    brg_way_record *record = &kitchen->ways[kitchen->cooking];
    record->verified = 0;
    for (int d = 0; d < BRG_DISHES; d++) {
        const brg_verdict *verdict = &kitchen->verdicts[brg_way_on_all(kitchen->cooking)][d];
        record->verified += t->same[d] && verdict->outcome == BRG_PASSED;
        if (!t->same[d])
            brg_log_note(&kitchen->app->log, "%s: dish %s is not what it was when it was checked.",
                         brg_way_name(kitchen->cooking), brg_dish_at(d)->letter);
        brg_tensor_release(t->cooked[d]);
    }
    kitchen->app->mismatched += record->verified < BRG_DISHES;
    memset(t, 0, sizeof *t);
    end_round(kitchen);
}

/* ---- one pass -------------------------------------------------------------------------------- */

void brg_kitchen_update(brg_kitchen *kitchen, bool shown) {
    (void)shown;
    brg_kitchen_go_on_laying(kitchen);
    if (kitchen->phase == BRG_KITCHEN_OPEN)
        call_next(kitchen, 0);
    if (kitchen->phase == BRG_KITCHEN_WAITING)
        go_on_waiting(kitchen);
    if (kitchen->phase == BRG_KITCHEN_COOKING)
        go_on_cooking(kitchen);
    if (kitchen->phase == BRG_KITCHEN_SERVED)
        go_on_serving(kitchen);
    if (kitchen->phase == BRG_KITCHEN_TASTING)
        go_on_tasting(kitchen);
}

void brg_kitchen_note_frame(brg_kitchen *kitchen) {
    kitchen->frames_seen++;
}

bool brg_kitchen_busy(const brg_kitchen *kitchen) {
    return kitchen->phase != BRG_KITCHEN_CLOSED && kitchen->phase != BRG_KITCHEN_OPEN;
}

bool brg_kitchen_can(const brg_kitchen *kitchen, brg_way way) {
    return kitchen->can_divide || brg_way_on_all(way);
}

bool brg_kitchen_is_cooking(const brg_kitchen *kitchen, brg_way way) {
    return kitchen->phase >= BRG_KITCHEN_WAITING && kitchen->cooking == way;
}

/* ---- intents --------------------------------------------------------------------------------- */

void brg_kitchen_choose(brg_kitchen *kitchen, brg_way way) {
    if (brg_kitchen_can(kitchen, way))
        kitchen->way = way;
}

static void ask(brg_kitchen *kitchen, unsigned ways) {
    if (kitchen->phase >= BRG_KITCHEN_WAITING || kitchen->refused)
        return;
    kitchen->app->runs_asked++;
    kitchen->to_do = ways;
}

void brg_kitchen_cook(brg_kitchen *kitchen) {
    ask(kitchen, 1u << kitchen->way);
}

void brg_kitchen_cook_all(brg_kitchen *kitchen) {
    ask(kitchen, (1u << BRG_WAYS) - 1);
}

void brg_kitchen_cancel(brg_kitchen *kitchen) {
    if (kitchen->to_do == 0 && kitchen->phase != BRG_KITCHEN_COOKING)
        return;
    kitchen->app->cancels_asked++;
    kitchen->to_do = 0;
    if (kitchen->phase != BRG_KITCHEN_COOKING || kitchen->stopping)
        return;
    kitchen->stopping = true;
    kitchen->cancelled_ns = brg_now_ns();
    for (int d = 0; d < BRG_DISHES; d++)
        if (kitchen->mark.jobs[d].generation)
            brg_engine_cancel(kitchen->app->engine, kitchen->mark.jobs[d]);
}
