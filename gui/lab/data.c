/* The data: a card with the plot or its rounds, and one with the timelines behind it. */
#include <math.h>

#include "lab/view.h"
#include "ui/parts.h"

static const float gap = 12;

/* ---- tabs ------------------------------------------------------------------------------------ */

static void draw_tabs(brg_lab_view *v, brg_rect card, const char *first) {
    static const char *const ids[] = {"lab_sheet_plot", "lab_sheet_rounds"};
    const char *const names[] = {first, "Rounds (R)"};
    float x = card.x + 6;
    for (int i = 0; i < 2; i++) {
        float w = brg_ui_text_width(v->ui, BRG_FONT_BODY, names[i]);
        if (brg_ui_tab(v->ui, ids[i], (brg_rect){x, card.y + 8, w + 16, 24}, names[i],
                       (int)v->sheet == i))
            v->sheet = (brg_lab_sheet)i;
        if (i == 1)
            brg_ui_tip(v->ui, "Every measured value when it was measured, hollow where other "
                              "programs disturbed.");
        if ((int)v->sheet == i)
            brg_ui_fill(v->ui, (brg_rect){x + 8, card.y + 30, w, 2}, 0, BRG_BLUE);
        x += w + 18;
    }
}

static void say(brg_lab_view *v, brg_rect room, const char *text) {
    brg_ui_text(v->ui, room, BRG_FONT_BODY, BRG_CENTRE, BRG_FAINT, text);
}

static void draw_sheet(brg_lab_view *v, const brg_desk_entry *entry, brg_rect room) {
    const brg_lab_result *result = &entry->result;
    const brg_lab_plot_kind kind = entry->claim->plot.kind;
    if (!brg_desk_has_result(entry))
        say(v, room, "No data yet: the space bar puts this claim to the test.");
    else if (v->sheet == BRG_LAB_SHEET_ROUNDS)
        brg_lab_view_rounds(v, result, room);
    else if (kind == BRG_LAB_PLOT_LANES)
        brg_lab_view_lanes(v, result, room);
    else if (kind == BRG_LAB_PLOT_BARS)
        brg_lab_view_bars(v, result, room);
    else
        brg_lab_view_plot(v, result, room);
}

/* ---- cards ----------------------------------------------------------------------------------- */

/* Timelines get what they need, as far as there is room; the plot has the rest. */
static float lanes_card_height(const brg_lab_view *v, const brg_desk_entry *entry, float h) {
    bool apart = entry->claim->plot.kind != BRG_LAB_PLOT_LANES && v->pictures.count > 0;
    const float most = floorf(0.55f * h);
    return apart ? fminf(48 + brg_lab_view_lanes_height(v), most) : 0;
}

void brg_lab_view_data(brg_lab_view *v, brg_rect place) {
    const float margin = 16;
    const brg_desk_entry *entry = brg_desk_chosen(&v->desk);
    const float lanes_h = lanes_card_height(v, entry, place.h);
    brg_rect upper = brg_rect_cut_top(&place, place.h - (lanes_h > 0 ? lanes_h + gap : 0));
    brg_rect card = brg_rect_inset(upper, margin, 0);
    brg_ui_panel_begin(v->ui, "lab_plot", upper, BRG_GROUND);
    brg_rect room = brg_part_card(v->ui, card, "");
    draw_tabs(v, card, entry->claim->plot.kind == BRG_LAB_PLOT_LANES ? "Timeline" : "Plot");
    draw_sheet(v, entry, room);
    brg_ui_panel_end(v->ui, 0);
    if (!(lanes_h > 0))
        return;
    card = (brg_rect){card.x, place.y + gap, card.w, lanes_h};
    brg_ui_panel_begin(v->ui, "lab_lanes", place, BRG_GROUND);
    brg_lab_view_lanes(v, &entry->result, brg_part_card(v->ui, card, "Timeline"));
    brg_ui_panel_end(v->ui, 0);
}
