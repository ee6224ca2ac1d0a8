/* A card: one way to cook, with its lanes, its figures and the dishes it served. Three panels, one
 * above the other, since while a way is being tried its lanes change more often than the rest. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kitchen/view.h"

static const float head_height = 34, figures_height = 46, inset = 14;

/* The ids of a card's widgets. */
static const struct ids {
    const char *head, *makespan, *first, *frame, *flight, *verified, *panels[3];
} ids[BRG_WAYS] = {
    {"way_neither",
     "neither_makespan",
     "neither_first",
     "neither_frame",
     "neither_in_flight",
     "neither_verified",
     {"neither_1", "neither_2", "neither_3"}},
    {"way_concurrent",
     "concurrent_makespan",
     "concurrent_first",
     "concurrent_frame",
     "concurrent_in_flight",
     "concurrent_verified",
     {"concurrent_1", "concurrent_2", "concurrent_3"}},
    {"way_parallel",
     "parallel_makespan",
     "parallel_first",
     "parallel_frame",
     "parallel_in_flight",
     "parallel_verified",
     {"parallel_1", "parallel_2", "parallel_3"}},
    {"way_both",
     "both_makespan",
     "both_first",
     "both_frame",
     "both_in_flight",
     "both_verified",
     {"both_1", "both_2", "both_3"}},
};

/* ---- panels of a card ------------------------------------------------------------------------ */

/* A panel that is a part of a card, with the ground around it; of the frame it shows what lies
 * within. `top` and `bottom` tell whether the card's corners are in it. */
static void begin_part(brg_kitchen_view *view, brg_way way, int part, brg_rect card,
                       brg_rect place) {
    brg_ui *ui = view->ui;
    bool top = part == 0, bottom = part == 2;
    float y0 = fmaxf(card.y, place.y), y1 = fminf(card.y + card.h, place.y + place.h);
    brg_rect piece = {card.x, y0, card.w, y1 - y0};
    brg_ui_panel_begin(ui, ids[way].panels[part], place, BRG_GROUND);
    brg_ui_card(ui, piece, top || bottom ? 8 : 0, BRG_PANEL);
    if (top || bottom) {
        piece.y += top ? 8 : 0;
        piece.h -= 8;
        brg_ui_card(ui, piece, 0, BRG_PANEL);
    }
    brg_ui_outline(ui, card, 8, view->model->way == way ? BRG_BLUE : BRG_LINE);
}

static void choose_when_pressed(brg_kitchen_view *view, brg_way way, const char *id, brg_rect r) {
    brg_ui_pointer pointer;
    brg_ui_area(view->ui, id, r, &pointer);
    if (pointer.pressed)
        brg_kitchen_choose(view->model, way);
}

/* ---- the head -------------------------------------------------------------------------------- */

static const char *describe(const brg_kitchen *model, brg_way way, char *text, size_t size) {
    char cooks[24] = "one cook";
    if (brg_way_on_all(way) && model->units == 2)
        snprintf(cooks, sizeof cooks, "two cooks");
    else if (brg_way_on_all(way))
        snprintf(cooks, sizeof cooks, "%u cook%s", model->units, model->units == 1 ? "" : "s");
    snprintf(text, size, "%s, %s", cooks,
             brg_way_on_engine(way) ? "dishes in turn, counter open"
                                    : "dish after dish, counter closed");
    return text;
}

static void draw_pill(brg_kitchen_view *view, brg_rect head, brg_colour fill, brg_colour ink,
                      const char *text) {
    float w = brg_ui_text_width(view->ui, BRG_FONT_SMALL, text) + 20;
    brg_rect pill = {head.x + head.w - w, head.y + 7, w, 20};
    brg_ui_fill(view->ui, pill, 10, fill);
    brg_ui_text(view->ui, pill, BRG_FONT_SMALL, BRG_CENTRE, ink, text);
}

static void draw_state(brg_kitchen_view *view, brg_way way, brg_rect head) {
    const brg_kitchen *model = view->model;
    const brg_way_record *record = &model->ways[way];
    char text[32];
    if (!brg_kitchen_is_cooking(model, way)) {
        snprintf(text, sizeof text, "cooked %d\xc3\x97", record->history.cooked);
        if (record->history.cooked > 0)
            brg_ui_text(view->ui, head, BRG_FONT_SMALL, BRG_RIGHT, BRG_QUIET, text);
    } else if (model->phase == BRG_KITCHEN_COOKING) {
        draw_pill(view, head, BRG_BLUE, BRG_ON_COLOUR, model->stopping ? "cancelling" : "cooking");
    } else {
        draw_pill(view, head, BRG_RAISED, BRG_TEXT,
                  model->phase == BRG_KITCHEN_WAITING ? "next" : "tasting");
    }
}

static void draw_head(brg_kitchen_view *view, brg_way way, brg_rect place) {
    char text[96];
    brg_rect head = place;
    const char *name = brg_way_name(way);
    choose_when_pressed(view, way, ids[way].head, place);
    brg_ui_tip(view->ui,
               brg_way_on_engine(way)
                   ? "The engine has all three dishes at once and gives each a slice in "
                     "turn; the window goes on."
                   : "The window's thread hands over one dish at a time and waits for it; "
                     "meanwhile nothing is drawn and nothing heard.");
    brg_ui_text(view->ui, head, BRG_FONT_BOLD, BRG_LEFT, BRG_TEXT, name);
    float w = brg_ui_text_width(view->ui, BRG_FONT_BOLD, name) + 10;
    brg_ui_text(view->ui, (brg_rect){head.x + w, head.y + 1, head.w - w - 72, head.h},
                BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, describe(view->model, way, text, sizeof text));
    draw_state(view, way, head);
}

/* ---- figures --------------------------------------------------------------------------------- */

void brg_kitchen_figure(brg_kitchen_view *view, brg_way way, const char *id, brg_rect cell,
                        const char *name, brg_colour colour, const char *value, const char *tip) {
    choose_when_pressed(view, way, id, cell);
    brg_ui_tip(view->ui, tip);
    brg_part_figure(view->ui, cell, name, colour, value);
}

static void draw_makespan(brg_kitchen_view *view, brg_way way, brg_rect cell,
                          const brg_figures *median) {
    const brg_history *history = &view->model->ways[way].history;
    char value[24], tip[240];
    snprintf(tip, sizeof tip,
             "From handing over the first dish until the last kernel or transfer has ended, by the "
             "trace; checking comes after. Median of %d; spread %.0f %%.",
             history->kept, 100 * history->spread);
    brg_kitchen_figure(view, way, ids[way].makespan, cell, "makespan", BRG_TEXT,
                       brg_part_time(median->makespan, value, sizeof value), tip);
}

static void draw_first(brg_kitchen_view *view, brg_way way, brg_rect cell,
                       const brg_figures *median) {
    char value[24], a[24], b[24], tip[200];
    snprintf(tip, sizeof tip,
             "Until the first slice of dish C had ended. Of A it took %s, of B %s. A dish that is "
             "not sliced has its first taste when it is done.",
             brg_part_time(median->first[0], a, sizeof a),
             brg_part_time(median->first[1], b, sizeof b));
    brg_kitchen_figure(view, way, ids[way].first, cell, "first taste of C", BRG_TEXT,
                       brg_part_time(median->first[2], value, sizeof value), tip);
}

static void draw_frame(brg_kitchen_view *view, brg_way way, brg_rect cell,
                       const brg_figures *median) {
    char value[24], p50[24], max[24], tip[200];
    bool known = median->frame_p99 >= 0;
    snprintf(
        tip, sizeof tip,
        "The time between two frames of this window while it cooked, by its own clock: half of "
        "them took %s or less, 99 of 100 no more than shown, the longest %s.",
        brg_part_time(median->frame_p50, p50, sizeof p50),
        brg_part_time(median->frame_max, max, sizeof max));
    brg_kitchen_figure(view, way, ids[way].frame, cell, "UI frame p99",
                       !known                     ? BRG_TEXT
                       : median->frame_p99 > 33.4 ? BRG_RED
                                                  : BRG_GREEN,
                       brg_part_time(median->frame_p99, value, sizeof value), tip);
}

static void draw_in_flight(brg_kitchen_view *view, brg_way way, brg_rect cell,
                           const brg_figures *median) {
    const brg_kitchen *model = view->model;
    char value[24] = "-", tip[160];
    uint32_t units = brg_way_on_all(way) ? model->units : 1;
    if (median->in_flight >= 0)
        snprintf(value, sizeof value, "%.0f on %u", median->in_flight, units);
    snprintf(tip, sizeof tip,
             "The most dishes begun and not done at a time, on %u of the device's %u compute "
             "unit%s.",
             units, model->units, model->units == 1 ? "" : "s");
    brg_kitchen_figure(view, way, ids[way].flight, cell, "in flight", BRG_TEXT, value, tip);
}

static void draw_verified(brg_kitchen_view *view, brg_way way, brg_rect cell) {
    const brg_way_record *record = &view->model->ways[way];
    char value[24] = "-";
    bool known = record->history.cooked > 0;
    if (known && record->verified < 0)
        snprintf(value, sizeof value, "tasting");
    else if (known)
        snprintf(value, sizeof value, "%d of %d", record->verified, BRG_DISHES);
    brg_kitchen_figure(
        view, way, ids[way].verified, cell, "verified",
        !known || record->verified < 0   ? BRG_QUIET
        : record->verified == BRG_DISHES ? BRG_GREEN
                                         : BRG_RED,
        value,
        "Dishes of the latest round that are, bit for bit, the result which the engine compared "
        "with sequential C when the kitchen was laid out.");
}

static void draw_figures(brg_kitchen_view *view, brg_way way, brg_rect place) {
    static const float parts[5] = {0.19f, 0.23f, 0.22f, 0.175f, 0.185f};
    brg_figures median = brg_history_median(&view->model->ways[way].history);
    brg_rect cells[5];
    float w = place.w;
    for (int i = 0; i < 5; i++)
        cells[i] = brg_rect_cut_left(&place, parts[i] * w);
    draw_makespan(view, way, cells[0], &median);
    draw_first(view, way, cells[1], &median);
    draw_frame(view, way, cells[2], &median);
    draw_in_flight(view, way, cells[3], &median);
    draw_verified(view, way, cells[4]);
}

/* ---- the whole ------------------------------------------------------------------------------- */

void brg_kitchen_view_card(brg_kitchen_view *view, brg_way way, brg_rect cell, brg_rect card) {
    brg_rect inner = brg_rect_inset(card, inset, 0), rest = cell;
    brg_rect head = brg_rect_cut_top(&inner, head_height);
    brg_rect lanes = brg_rect_cut_top(&inner, brg_kitchen_lanes_height(view));
    begin_part(view, way, 0, card, brg_rect_cut_top(&rest, lanes.y - cell.y));
    draw_head(view, way, head);
    brg_ui_panel_end(view->ui, 0);
    begin_part(view, way, 1, card, brg_rect_cut_top(&rest, lanes.h));
    brg_kitchen_lanes(view, way, lanes);
    brg_ui_panel_end(view->ui, 0);
    begin_part(view, way, 2, card, rest);
    inner.y += 4;
    inner.h -= 14;
    draw_figures(view, way, brg_rect_cut_top(&inner, figures_height));
    brg_kitchen_plates(view, way, inner);
    brg_ui_panel_end(view->ui, 0);
}
