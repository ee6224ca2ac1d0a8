/* Parts. See parts.h. */
#include "ui/parts.h"

#include <math.h>
#include <stdio.h>

brg_rect brg_part_card(brg_ui *ui, brg_rect place, const char *title) {
    brg_ui_card(ui, place, 8, BRG_PANEL);
    brg_ui_outline(ui, place, 8, BRG_LINE);
    brg_rect head = {place.x + 14, place.y + 8, place.w - 28, 24};
    brg_ui_text(ui, head, BRG_FONT_BOLD, BRG_LEFT, BRG_TEXT, title);
    return (brg_rect){place.x + 14, place.y + 38, place.w - 28, place.h - 48};
}

void brg_part_figure(brg_ui *ui, brg_rect cell, const char *name, brg_colour colour,
                     const char *value) {
    brg_ui_text(ui, (brg_rect){cell.x, cell.y, cell.w, 16}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                name);
    brg_ui_text(ui, (brg_rect){cell.x, cell.y + 17, cell.w, 18}, BRG_FONT_FIGURE, BRG_LEFT, colour,
                value);
}

const char *brg_part_time(double ms, char *text, size_t size) {
    if (!(ms >= 0))
        snprintf(text, size, "-");
    else if (ms < 1)
        snprintf(text, size, "%.0f \xc2\xb5s", 1e3 * ms);
    else if (ms < 1e3)
        snprintf(text, size, "%.*f ms", ms < 10 ? 2 : ms < 100 ? 1 : 0, ms);
    else
        snprintf(text, size, "%.2f s", ms / 1e3);
    return text;
}

brg_rect brg_rect_cut_top(brg_rect *rest, float h) {
    brg_rect piece = {rest->x, rest->y, rest->w, h};
    rest->y += h;
    rest->h -= h;
    return piece;
}

brg_rect brg_rect_cut_left(brg_rect *rest, float w) {
    brg_rect piece = {rest->x, rest->y, w, rest->h};
    rest->x += w;
    rest->w -= w;
    return piece;
}

brg_rect brg_rect_inset(brg_rect r, float x, float y) {
    return (brg_rect){r.x + x, r.y + y, fmaxf(r.w - 2 * x, 1), fmaxf(r.h - 2 * y, 1)};
}
