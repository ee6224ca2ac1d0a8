/* The data: a card with the plot, and one with what is behind it: the timelines, or every measured
 * value. */
#include <math.h>

#include "lab/view.h"
#include "ui/parts.h"

static const float gap = 12, margin = 16, least_card = 190;

/* What there is to be shown of the chosen claim. */
typedef struct contents {
    const brg_desk_entry *entry;
    bool lanes_above;      /* the timeline is the plot */
    bool timeline, rounds; /* in the lower card */
} contents;

static contents contents_of(const brg_lab_view *v) {
    const brg_desk_entry *entry = brg_desk_chosen(&v->desk);
    contents all = {.entry = entry};
    all.lanes_above = entry->claim->plot.kind == BRG_LAB_PLOT_LANES;
    all.timeline = v->pictures.count > 0 && !all.lanes_above;
    all.rounds = entry->result.sample_count > 0;
    return all;
}

/* ---- the upper card -------------------------------------------------------------------------- */

static void draw_plot(brg_lab_view *v, const contents *all, brg_rect card) {
    const brg_lab_result *result = &all->entry->result;
    brg_rect room = brg_part_card(v->ui, card, all->lanes_above ? "Timeline" : "Plot");
    if (!brg_desk_has_result(all->entry))
        brg_ui_text(v->ui, room, BRG_FONT_BODY, BRG_CENTRE, BRG_FAINT,
                    "No data yet: the space bar puts this claim to the test.");
    else if (all->lanes_above)
        brg_lab_view_lanes(v, result, room);
    else if (all->entry->claim->plot.kind == BRG_LAB_PLOT_BARS)
        brg_lab_view_bars(v, result, room);
    else
        brg_lab_view_plot(v, result, room);
}

/* ---- the lower card -------------------------------------------------------------------------- */

static const char *const rounds_tip =
    "Every measured value at its time. Hollow ones were disturbed by other programs: they do not "
    "count.";

/* Tabs where there are two things to show, else the title of the one. */
static void draw_tabs(brg_lab_view *v, brg_rect card) {
    static const char *const ids[] = {"lab_sheet_timeline", "lab_sheet_rounds"};
    static const char *const names[] = {"Timeline", "Rounds (R)"};
    float x = card.x + 6;
    for (int i = 0; i < 2; i++) {
        float w = brg_ui_text_width(v->ui, BRG_FONT_BODY, names[i]);
        if (brg_ui_tab(v->ui, ids[i], (brg_rect){x, card.y + 8, w + 16, 24}, names[i],
                       (int)v->sheet == i))
            v->sheet = (brg_lab_sheet)i;
        if (i == 1)
            brg_ui_tip(v->ui, rounds_tip);
        if ((int)v->sheet == i)
            brg_ui_fill(v->ui, (brg_rect){x + 8, card.y + 30, w, 2}, 0, BRG_BLUE);
        x += w + 18;
    }
}

static void draw_behind(brg_lab_view *v, const contents *all, brg_rect card) {
    bool choice = all->timeline && all->rounds;
    bool rounds = choice ? v->sheet == BRG_LAB_SHEET_ROUNDS : all->rounds;
    const char *title = rounds ? "Rounds" : "Timeline";
    brg_rect room = brg_part_card(v->ui, card, choice ? "" : title);
    if (choice)
        draw_tabs(v, card);
    if (rounds)
        brg_lab_view_rounds(v, &all->entry->result, room);
    else
        brg_lab_view_lanes(v, &all->entry->result, room);
}

/* What the plot must have. */
static float upper_height(const contents *all) {
    const float frame = 50, plot = 190;
    bool bars = all->entry->claim->plot.kind == BRG_LAB_PLOT_BARS;
    return frame + (bars ? brg_lab_view_bars_height(&all->entry->result) : plot);
}

/* Lanes get what they need, as far as there is room. */
static float lower_height(const brg_lab_view *v, const contents *all, float w, float h) {
    const float frame = 50, inset = 28, least = 0.4f * h;
    if (!all->timeline && !all->rounds)
        return 0;
    if (all->lanes_above) {
        float lanes = frame + brg_lab_view_lanes_height(v, w - inset, 0.7f * h - frame);
        return floorf(fminf(fmaxf(h - lanes, 0.3f * h), 0.6f * h));
    }
    const float most = fmaxf(h - upper_height(all), least);
    if (!all->timeline)
        return floorf(fminf(fmaxf(least_card, 0.45f * h), most));
    float lanes = frame + brg_lab_view_lanes_height(v, w - inset, most - frame);
    return floorf(fminf(fmaxf(lanes, least), 0.6f * h));
}

void brg_lab_view_data(brg_lab_view *v, brg_rect place) {
    const contents all = contents_of(v);
    const float w = place.w - 2 * margin, lower = lower_height(v, &all, w, place.h - gap);
    brg_rect upper = brg_rect_cut_top(&place, lower > 0 ? place.h - gap - lower : place.h);
    brg_ui_panel_begin(v->ui, "lab_plot", upper, BRG_GROUND);
    draw_plot(v, &all, brg_rect_inset(upper, margin, 0));
    brg_ui_panel_end(v->ui, 0);
    if (!(lower > 0))
        return;
    brg_ui_panel_begin(v->ui, "lab_behind", place, BRG_GROUND);
    draw_behind(v, &all, (brg_rect){place.x + margin, place.y + gap, w, lower});
    brg_ui_panel_end(v->ui, 0);
}
