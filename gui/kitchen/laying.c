/* Laying the kitchen out. See laying.h. */
#include "kitchen/laying.h"

#include <stdio.h>
#include <string.h>

static const double usual_slice_ms = 8;

/* ---- closing --------------------------------------------------------------------------------- */

static void clear_gathering(brg_gathering *gathering) {
    for (int d = 0; d < BRG_DISHES; d++)
        brg_ingredients_clear(&gathering->dishes[d]);
    memset(gathering, 0, sizeof *gathering);
}

static void clear_painting(brg_painting *painting) {
    for (int d = 0; d < BRG_DISHES; d++) {
        brg_tensor_release(painting->results[d]);
        brg_picture_clear(&painting->pictures[d]);
    }
    memset(painting, 0, sizeof *painting);
}

static void clear_tasting(brg_tasting *tasting) {
    for (int d = 0; d < BRG_DISHES; d++)
        brg_tensor_release(tasting->cooked[d]);
    memset(tasting, 0, sizeof *tasting);
}

void brg_kitchen_close(brg_kitchen *kitchen) {
    for (int d = 0; d < BRG_DISHES; d++) {
        brg_ingredients_clear(&kitchen->dishes[d]);
        brg_picture_clear(&kitchen->pictures[d]);
        for (int p = 0; p < BRG_PLACES; p++) {
            brg_tensor_release(kitchen->known[p][d]);
            kitchen->known[p][d] = NULL;
        }
    }
    clear_gathering(&kitchen->gathering);
    clear_painting(&kitchen->painting);
    clear_tasting(&kitchen->tasting);
    kitchen->phase = BRG_KITCHEN_CLOSED;
}

/* Nothing can be cooked from this menu: the log and the panels say why. */
static void refuse(brg_kitchen *kitchen, const brg_error *error) {
    for (int j = 0; j < BRG_LAYING_JOBS; j++)
        if (!kitchen->laid[j] && kitchen->laying[j].generation)
            brg_engine_cancel(kitchen->app->engine, kitchen->laying[j]);
    brg_kitchen_close(kitchen);
    kitchen->trouble = *error;
    kitchen->refused = true;
    kitchen->to_do = 0;
}

/* ---- ingredients ----------------------------------------------------------------------------- */

static void gather(void *what) {
    brg_gathering *g = what;
    for (int d = 0; d < BRG_DISHES && g->status == BRG_OK; d++)
        g->status =
            brg_dish_at(d)->gather(g->menu.sizes[d], g->menu.photograph, &g->dishes[d], &g->error);
}

/* How the device is named, whole and by one of its units, if it can be divided. */
static void choose_places(brg_kitchen *kitchen) {
    const brg_app *app = kitchen->app;
    brg_device_choice choice;
    char spec[16];
    const char *whole = brg_app_device_spec(app, spec);
    int index = app->device == 0 ? app->default_device.index : app->device - 1;
    snprintf(kitchen->all_units, sizeof kitchen->all_units, "%s", whole ? whole : "");
    snprintf(kitchen->one_unit, sizeof kitchen->one_unit, "%d/cu=1", index);
    brg_app_device(app, &kitchen->units);
    kitchen->can_divide = kitchen->units > 1 && brg_device_select(&app->devices, kitchen->one_unit,
                                                                  &choice, NULL) == BRG_OK;
    if (!kitchen->can_divide)
        kitchen->way |= BRG_WAY_PARALLEL;
}

static void want_now(brg_kitchen *kitchen) {
    const brg_app *app = kitchen->app;
    brg_menu *wanted = &kitchen->wanted;
    memset(wanted->photograph, 0, sizeof wanted->photograph);
    wanted->device = app->device;
    if (app->photograph_count > 0)
        snprintf(wanted->photograph, sizeof wanted->photograph, "%s",
                 app->photographs[app->photograph].path);
}

void brg_kitchen_settle(brg_kitchen *kitchen) {
    const brg_app *app = kitchen->app;
    uint32_t units;
    bool at_rest = kitchen->phase == BRG_KITCHEN_CLOSED || kitchen->phase == BRG_KITCHEN_OPEN;
    if (!at_rest || !brg_app_device(app, &units))
        return;
    want_now(kitchen);
    bool same = memcmp(&kitchen->wanted, &kitchen->menu, sizeof kitchen->menu) == 0;
    if (same && (kitchen->phase == BRG_KITCHEN_OPEN || kitchen->refused))
        return;
    brg_kitchen_close(kitchen);
    brg_kitchen_clear_table(kitchen);
    choose_places(kitchen);
    kitchen->refused = false;
    kitchen->menu = kitchen->gathering.menu = kitchen->wanted;
    kitchen->phase = BRG_KITCHEN_GATHERING;
    if (!brg_errand_send(&kitchen->errand, gather, &kitchen->gathering, app->wake, app->wake_user))
        gather(&kitchen->gathering);
}

/* ---- the first cooking ----------------------------------------------------------------------- */

brg_status brg_kitchen_submit(brg_kitchen *kitchen, const brg_serving *serving, brg_job *job,
                              brg_error *error) {
    char title[48];
    const char *place = serving->on_all ? kitchen->all_units : kitchen->one_unit;
    const brg_ingredients *dish = &kitchen->dishes[serving->dish];
    brg_stage stage = {.op = brg_dish_at(serving->dish)->op,
                       .params = dish->params,
                       .inputs = {dish->inputs[0], dish->inputs[1]},
                       .input_count = dish->input_count};
    brg_job_desc desc = {
        .stages = &stage,
        .stage_count = 1,
        .label =
            brg_dish_title(serving->dish, kitchen->menu.sizes[serving->dish], title, sizeof title),
        .device = place[0] ? place : NULL,
        .verify = serving->verify,
        .seed = 1,
        .slice_ms = serving->slice_ms,
    };
    return brg_app_submit(kitchen->app, &desc, job, error);
}

/* The j-th job of laying out. The later half is cooked whole, to have that launch warm too. */
static brg_serving serving_of(int j) {
    bool sliced = j < BRG_LAYING_JOBS / 2;
    return (brg_serving){.dish = j % BRG_DISHES,
                         .on_all = j / BRG_DISHES % BRG_PLACES == 0,
                         .slice_ms = sliced ? usual_slice_ms : BRG_WHOLE_MS,
                         .verify = sliced ? BRG_VERIFY_SAMPLE : BRG_VERIFY_NONE};
}

static void begin_laying(brg_kitchen *kitchen) {
    brg_error error = {0};
    memset(kitchen->laying, 0, sizeof kitchen->laying);
    kitchen->phase = BRG_KITCHEN_LAYING;
    for (int j = 0; j < BRG_LAYING_JOBS; j++) {
        brg_serving serving = serving_of(j);
        kitchen->laid[j] = !serving.on_all && !kitchen->can_divide;
        if (kitchen->laid[j])
            continue;
        if (brg_kitchen_submit(kitchen, &serving, &kitchen->laying[j], &error) != BRG_OK) {
            brg_app_fail(kitchen->app, "the kitchen", &error);
            refuse(kitchen, &error);
            return;
        }
    }
}

static void take_ingredients(brg_kitchen *kitchen) {
    brg_gathering *g = &kitchen->gathering;
    if (kitchen->errand.out && !brg_errand_back(&kitchen->errand))
        return;
    if (g->status != BRG_OK) {
        brg_error error = g->error;
        brg_app_fail(kitchen->app, "the kitchen", &error);
        refuse(kitchen, &error);
        return;
    }
    memcpy(kitchen->dishes, g->dishes, sizeof kitchen->dishes);
    memset(g, 0, sizeof *g);
    begin_laying(kitchen);
}

/* Keeps what the engine checked, to compare later rounds with. */
static void keep_known(brg_kitchen *kitchen, int j, brg_result *result) {
    brg_serving serving = serving_of(j);
    if (serving.verify == BRG_VERIFY_NONE)
        return;
    kitchen->known[serving.on_all][serving.dish] = brg_tensor_retain(result->output);
    kitchen->verdicts[serving.on_all][serving.dish] = result->verdict;
}

/* False if it failed, and the kitchen is closed. */
static bool take_laid(brg_kitchen *kitchen, int j) {
    brg_result result = {0};
    brg_error error = {0};
    brg_status status =
        brg_app_take(kitchen->app, kitchen->laying[j], "the kitchen", &result, &error);
    kitchen->laid[j] = true;
    if (status == BRG_OK && result.state == BRG_JOB_DONE) {
        keep_known(kitchen, j, &result);
        brg_result_release(&result);
        return true;
    }
    if (status == BRG_OK)
        error = result.error;
    brg_result_release(&result);
    refuse(kitchen, &error);
    return false;
}

static bool is_over(brg_kitchen *kitchen, brg_job job) {
    brg_job_view view;
    return !brg_app_watch(kitchen->app, job, &view) || brg_job_state_ended(view.state);
}

/* ---- pictures -------------------------------------------------------------------------------- */

static void paint(void *what) {
    brg_painting *p = what;
    for (int d = 0; d < BRG_DISHES; d++)
        brg_dish_at(d)->paint(p->results[d], &p->pictures[d], NULL);
}

static void send_painting(brg_kitchen *kitchen) {
    brg_painting *p = &kitchen->painting;
    for (int d = 0; d < BRG_DISHES; d++)
        p->results[d] = brg_tensor_retain(kitchen->known[1][d]);
    kitchen->phase = BRG_KITCHEN_PAINTING;
    if (!brg_errand_send(&kitchen->errand, paint, p, kitchen->app->wake, kitchen->app->wake_user))
        paint(p);
}

static void go_on_with_jobs(brg_kitchen *kitchen) {
    bool all = true;
    for (int j = 0; j < BRG_LAYING_JOBS; j++) {
        if (!kitchen->laid[j] && is_over(kitchen, kitchen->laying[j]) && !take_laid(kitchen, j))
            return;
        all = all && kitchen->laid[j];
    }
    if (all)
        send_painting(kitchen);
}

static void take_pictures(brg_kitchen *kitchen) {
    brg_painting *p = &kitchen->painting;
    if (kitchen->errand.out && !brg_errand_back(&kitchen->errand))
        return;
    memcpy(kitchen->pictures, p->pictures, sizeof kitchen->pictures);
    memset(p->pictures, 0, sizeof p->pictures);
    clear_painting(p);
    kitchen->pictures_serial++;
    kitchen->busy_until_ns = brg_now_ns();
    kitchen->phase = BRG_KITCHEN_OPEN;
}

/* ---- one pass -------------------------------------------------------------------------------- */

void brg_kitchen_go_on_laying(brg_kitchen *kitchen) {
    if (kitchen->phase == BRG_KITCHEN_GATHERING)
        take_ingredients(kitchen);
    if (kitchen->phase == BRG_KITCHEN_LAYING)
        go_on_with_jobs(kitchen);
    if (kitchen->phase == BRG_KITCHEN_PAINTING)
        take_pictures(kitchen);
}

float brg_kitchen_laid(const brg_kitchen *kitchen) {
    int done = 0;
    if (kitchen->phase == BRG_KITCHEN_GATHERING)
        return 0;
    for (int j = 0; j < BRG_LAYING_JOBS; j++)
        done += kitchen->laid[j];
    return (float)(1 + done) / (2 + BRG_LAYING_JOBS);
}
