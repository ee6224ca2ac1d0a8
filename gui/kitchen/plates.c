/* A card's plates: the three dishes as pictures. While a way is being tried each picture is
 * uncovered as far as the job says it has come: a job gives nothing out before it is done, so it is
 * the picture of the same dish, cooked when the kitchen was laid out. */
#include <math.h>
#include <stdio.h>

#include "kitchen/view.h"

enum { STEPS = 32 }; /* in which a picture is uncovered: each is drawn once */

static const char *const plate_ids[BRG_WAYS][BRG_DISHES] = {
    {"neither_a", "neither_b", "neither_c"},
    {"concurrent_a", "concurrent_b", "concurrent_c"},
    {"parallel_a", "parallel_b", "parallel_c"},
    {"both_a", "both_b", "both_c"}};

/* How much of a dish is there to be seen, 0..1. */
static float share_of(const brg_kitchen *model, brg_way way, int dish) {
    bool in_hand = model->phase == BRG_KITCHEN_COOKING && model->cooking == way;
    if (in_hand)
        return floorf(STEPS * fminf(fmaxf(model->progress[dish], 0), 1)) / STEPS;
    return model->ways[way].history.cooked > 0 ? 1 : 0;
}

static brg_rect fit(brg_rect room, float aspect, float text) {
    float w = fminf(room.h * aspect, fmaxf(room.w - text, 10));
    float h = fminf(room.h, w / aspect);
    return (brg_rect){room.x, room.y, w, h};
}

static void draw_picture(const brg_kitchen_view *view, const brg_texture *picture, brg_rect r,
                         float share) {
    float h = floorf(r.h * share);
    brg_ui_fill(view->ui, r, 0, BRG_RAISED);
    if (picture->name && h > 0)
        brg_texture_draw(view->ui, picture, r, (brg_rect){r.x, r.y, r.w, h});
}

static void draw_words(const brg_kitchen_view *view, brg_way way, int dish, brg_rect r,
                       float share) {
    const brg_figures *latest = &view->model->ways[way].latest;
    char time[24], text[40];
    brg_rect line = {r.x, r.y, r.w, 16};
    brg_ui_text(view->ui, line, BRG_FONT_BOLD, BRG_LEFT, brg_dish_at(dish)->colour,
                brg_dish_at(dish)->letter);
    line.y += 17;
    if (share > 0 && share < 1)
        snprintf(text, sizeof text, "%.0f %%", (double)(100 * share));
    else
        snprintf(text, sizeof text, "%s", brg_part_time(latest->done[dish], time, sizeof time));
    if (share > 0)
        brg_ui_text(view->ui, line, BRG_FONT_SMALL, BRG_LEFT, BRG_TEXT, text);
}

static void draw_plate(brg_kitchen_view *view, brg_way way, int dish, brg_rect room) {
    const brg_texture *picture = &view->pictures[dish];
    char title[48], tip[240], time[24];
    float share = share_of(view->model, way, dish);
    brg_rect r = fit(room, picture->name ? picture->aspect : 1.4f, 58);
    brg_ui_pointer pointer;
    brg_ui_area(view->ui, plate_ids[way][dish], room, &pointer);
    if (pointer.pressed)
        brg_kitchen_choose(view->model, way);
    snprintf(
        tip, sizeof tip,
        "%s: done after %s in the latest round. While it cooks, the picture of the same dish is "
        "uncovered as far as the job has come.",
        brg_dish_title(dish, view->model->menu.sizes[dish], title, sizeof title),
        brg_part_time(view->model->ways[way].latest.done[dish], time, sizeof time));
    brg_ui_tip(view->ui, tip);
    draw_picture(view, picture, r, share);
    draw_words(view, way, dish, (brg_rect){r.x + r.w + 8, r.y, room.w - r.w - 8, r.h}, share);
}

void brg_kitchen_plates(brg_kitchen_view *view, brg_way way, brg_rect place) {
    float w = floorf(place.w / BRG_DISHES);
    for (int d = 0; d < BRG_DISHES; d++)
        draw_plate(view, way, d, (brg_rect){place.x + w * (float)d, place.y, w, place.h});
}
