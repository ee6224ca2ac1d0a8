/* The timeline's head: its buttons, and what is shown. */
#include <stdio.h>

#include "timeline/timeline.h"
#include "ui/parts.h"

static bool button(brg_timeline *t, brg_rect *row, float w, const char *id, const char *label,
                   bool lit, const char *tip) {
    brg_rect r = brg_rect_cut_left(row, w);
    brg_rect_cut_left(row, 8);
    bool pressed = brg_ui_button(t->ui, id, r, label, lit, true);
    brg_ui_tip(t->ui, tip);
    return pressed;
}

static void draw_shown(brg_timeline *t, brg_rect place) {
    char shown[24], whole[24];
    uint64_t dropped = brg_trace_dropped(brg_engine_trace(t->app->engine));
    brg_part_time(1e3 * t->summed.seconds, shown, sizeof shown);
    brg_part_time(1e3 * brg_timeline_seconds(t), whole, sizeof whole);
    bool all = t->summed.seconds >= brg_timeline_seconds(t);
    brg_ui_textf(t->ui, place, BRG_FONT_MONO, BRG_RIGHT, BRG_QUIET, "%s%s%s%s",
                 all ? "all of " : shown, all ? "" : " shown of ", whole,
                 dropped ? "; the file keeps the latest 65 536 spans" : "");
}

void brg_timeline_tools(brg_timeline *t, brg_rect place) {
    brg_ui *ui = t->ui;
    brg_ui_panel_begin(ui, "tl_tools", place, BRG_GROUND);
    brg_rect row = {place.x + 16, place.y + 12, place.w - 32, 30};
    if (button(t, &row, 104, "tl_follow", "Follow (L)", t->follow,
               "Keeps the present at the right edge; any movement holds the picture."))
        brg_timeline_follow(t, !t->follow);
    if (button(t, &row, 72, "tl_fit", "Fit (F)", false, "Shows the trace from its first span on."))
        brg_timeline_fit(t);
    if (button(t, &row, 84, "tl_save", "Save (S)", false,
               "Saves all spans as JSON for ui.perfetto.dev or chrome://tracing; the log says "
               "where."))
        brg_timeline_save(t);
    draw_shown(t, row);
    brg_ui_panel_end(ui, 0);
}
