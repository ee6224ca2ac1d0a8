/* The kitchen: where the panels are, and its row in the table of views. See view.h. */
#include "kitchen/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "kitchen/report.h"

static const float bottom_height = 176, left_width = 250, table_height = 88;
static const float margin = 16, gap = 12;
static const uint64_t live_interval_ns = 80000000, strip_interval_ns = 100000000;

/* ---- beginning and end ----------------------------------------------------------------------- */

static brg_status create(brg_app *app, void **model, brg_error *error) {
    brg_kitchen_view *view = calloc(1, sizeof *view);
    if (!view)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the kitchen.");
    brg_status status = brg_kitchen_create(app, &view->model, error);
    if (status != BRG_OK) {
        free(view);
        return status;
    }
    brg_strip_init(&view->strip);
    for (int d = 0; d < BRG_DISHES; d++)
        view->pictures[d].smooth = true;
    *model = view;
    return BRG_OK;
}

static void destroy(void *model) {
    brg_kitchen_view *view = model;
    for (int d = 0; d < BRG_DISHES; d++)
        brg_texture_clear(&view->pictures[d]);
    brg_kitchen_destroy(view->model);
    free(view);
}

static void configure(void *model, const brg_options *options) {
    ((brg_kitchen_view *)model)->all_first = options->auto_run;
}

static void keep(const void *model, brg_kept *kept) {
    const brg_kitchen *kitchen = ((const brg_kitchen_view *)model)->model;
    char name[BRG_KEPT_NAME];
    for (int d = 0; d < BRG_DISHES; d++) {
        snprintf(name, sizeof name, "kitchen.%s", brg_dish_at(d)->slider);
        brg_kept_set_number(kept, name, (double)kitchen->wanted.sizes[d]);
    }
    brg_kept_set_number(kept, "kitchen.slice_ms", (double)kitchen->slice_ms);
    brg_kept_set_number(kept, "kitchen.way", (double)kitchen->way);
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* The lanes of all cards end at the same time, so that their lengths can be compared. */
static void choose_scale(brg_kitchen_view *view) {
    const brg_kitchen *model = view->model;
    double longest = 0;
    for (int w = 0; w < BRG_WAYS; w++)
        longest = fmax(longest, model->ways[w].latest.makespan);
    if (model->phase == BRG_KITCHEN_COOKING)
        longest = fmax(longest, 1.15 * (double)(view->scene->now_ns - model->mark.start_ns) / 1e6);
    view->scale_ms = longest > 0 ? 1.06f * (float)longest : 500;
}

static void read_live(brg_kitchen_view *view) {
    bool due = view->scene->now_ns - view->live_ns >= live_interval_ns;
    if (view->model->phase != BRG_KITCHEN_COOKING || !due)
        return;
    view->live_ns = view->scene->now_ns;
    brg_kitchen_watch_bars(view->model, &view->live);
    choose_scale(view);
}

static void draw_middle(brg_kitchen_view *view, brg_rect place) {
    float w = floorf((place.w - 2 * margin - gap) / 2);
    float h = floorf((place.h - table_height - margin - gap) / 2);
    float across = margin + w + gap / 2, down = margin + h + gap / 2;
    for (int i = 0; i < BRG_WAYS; i++) {
        bool right = i & 1, low = i & 2;
        brg_rect cell = {place.x + (right ? across : 0), place.y + (low ? down : 0),
                         right ? place.w - across : across, low ? h + gap / 2 : down};
        brg_rect card = {cell.x + (right ? gap / 2 : margin), cell.y + (low ? gap / 2 : margin), w,
                         h};
        brg_kitchen_view_card(view, (brg_way)i, cell, card);
    }
    float y = place.y + margin + 2 * h + gap;
    brg_kitchen_view_table(view, (brg_rect){place.x, y, place.w, place.y + place.h - y});
}

static bool strip_is_live(const brg_kitchen_view *view) {
    const brg_kitchen *model = view->model;
    return brg_kitchen_busy(model) || model->busy_until_ns == 0 ||
           view->scene->now_ns - model->busy_until_ns < BRG_STRIP_LINGER_NS;
}

/* The strip is a large panel: while the kernels need the cores it moves in steps. */
static void draw_bottom(brg_kitchen_view *view, brg_rect place) {
    brg_scene scene = *view->scene;
    if (view->model->phase == BRG_KITCHEN_COOKING)
        scene.now_ns -= scene.now_ns % strip_interval_ns;
    brg_ui_panel_begin(view->ui, "kitchen_bottom", place, BRG_PANEL);
    brg_ui_line(view->ui, place.x, place.y, place.x + place.w, place.y, BRG_LINE);
    brg_strip_draw(&view->strip, &scene, brg_rect_inset(place, 20, 0), strip_is_live(view));
    brg_ui_panel_end(view->ui, 0);
}

static void draw(void *model, const brg_scene *scene, brg_rect place) {
    brg_kitchen_view *view = model;
    view->scene = scene;
    view->ui = scene->ui;
    for (int d = 0; d < BRG_DISHES; d++)
        brg_texture_show(&view->pictures[d], &view->model->pictures[d],
                         view->model->pictures_serial);
    if (view->model->phase != BRG_KITCHEN_COOKING)
        choose_scale(view);
    read_live(view);
    float body = fmaxf(place.h - bottom_height, 1);
    brg_kitchen_view_controls(view, (brg_rect){place.x, place.y, left_width, body});
    brg_rect middle = {place.x + left_width, place.y, fmaxf(place.w - left_width, 1), body};
    draw_middle(view, middle);
    draw_bottom(view, (brg_rect){place.x, place.y + body, place.w, bottom_height});
    if (!brg_ui_held(view->ui))
        brg_kitchen_settle(view->model);
}

/* ---- the row --------------------------------------------------------------------------------- */

static void update(void *model, bool shown) {
    brg_kitchen_view *view = model;
    brg_kitchen_phase before = view->model->phase;
    brg_kitchen_update(view->model, shown);
    if (before < BRG_KITCHEN_COOKING && view->model->phase >= BRG_KITCHEN_COOKING) {
        view->live.count = 0;
        view->live_ns = 0;
    }
}

static bool busy(const void *model) {
    return brg_kitchen_busy(((const brg_kitchen_view *)model)->model);
}

static void seen(void *model) {
    brg_kitchen_note_frame(((brg_kitchen_view *)model)->model);
}

static void run(void *model) {
    brg_kitchen_view *view = model;
    if (view->all_first)
        brg_kitchen_cook_all(view->model);
    else
        brg_kitchen_cook(view->model);
    view->all_first = false;
}

static void cancel(void *model) {
    brg_kitchen_cancel(((brg_kitchen_view *)model)->model);
}

static bool key(void *model, int key) {
    brg_kitchen *kitchen = ((brg_kitchen_view *)model)->model;
    int way = (int)kitchen->way;
    switch (key) {
    case 'A':
        brg_kitchen_cook_all(kitchen);
        return true;
    case BRG_KEY_LEFT:
        way &= ~BRG_WAY_CONCURRENT;
        break;
    case BRG_KEY_RIGHT:
        way |= BRG_WAY_CONCURRENT;
        break;
    case BRG_KEY_UP:
        way &= ~BRG_WAY_PARALLEL;
        break;
    case BRG_KEY_DOWN:
        way |= BRG_WAY_PARALLEL;
        break;
    default:
        return false;
    }
    brg_kitchen_choose(kitchen, (brg_way)way);
    return true;
}

static const char *const keys[] = {
    "space  cook in the chosen way",
    "A  cook in all four ways",
    "esc  cancel",
    "left, right  on the window's thread, on the engine",
    "up, down  on one unit, on all",
    NULL,
};

static bool settled(const void *model) {
    const brg_kitchen *kitchen = ((const brg_kitchen_view *)model)->model;
    bool at_rest = kitchen->phase == BRG_KITCHEN_OPEN && kitchen->to_do == 0;
    return kitchen->refused || (at_rest && kitchen->rounds > 0);
}

static brg_status report(const void *model, brg_report *report, brg_error *error) {
    return brg_kitchen_report(((const brg_kitchen_view *)model)->model, report, error);
}

const brg_view brg_view_kitchen = {
    .id = "kitchen",
    .tab = "tab_kitchen",
    .name = "Kitchen",
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .update = update,
    .busy = busy,
    .keep = keep,
    .draw = draw,
    .seen = seen,
    .run = run,
    .cancel = cancel,
    .key = key,
    .keys = keys,
    .settled = settled,
    .report = report,
};
