/* Parts: what views put together from the widget library's shapes, so that all look alike. */
#ifndef BRIGADE_GUI_UI_PARTS_H
#define BRIGADE_GUI_UI_PARTS_H

#include "ui/ui.h"

/* A framed card with a title; returns the room inside, below the title. */
brg_rect brg_part_card(brg_ui *ui, brg_rect place, const char *title);

/* A figure under its name: 36 pixels high. */
void brg_part_figure(brg_ui *ui, brg_rect cell, const char *name, brg_colour colour,
                     const char *value);

/* A time in a unit that suits it, "12.3 ms"; "-" if it is negative or NaN. */
const char *brg_part_time(double ms, char *text, size_t size);

/* Cuts a piece of that height off the top of a rectangle; the same off its left side; and a
 * rectangle that much smaller on each side. */
brg_rect brg_rect_cut_top(brg_rect *rest, float h);
brg_rect brg_rect_cut_left(brg_rect *rest, float w);
brg_rect brg_rect_inset(brg_rect r, float x, float y);

#endif
