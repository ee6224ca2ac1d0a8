/* Looks: where one looks at a sheet, and how closely. Pure arithmetic, in logical pixels.
 *
 * A look is in fractions of a sheet, so that panes of other sizes, or of images of other sizes,
 * share one. */
#ifndef BRIGADE_GUI_LOOK_H
#define BRIGADE_GUI_LOOK_H

#include "ui/ui.h"
#include "workbench/sheet.h"

typedef struct brg_look {
    double u, v; /* the place in the middle, 0..1 */
    double zoom; /* 1: all of it fits */
} brg_look;

/* Where a sheet is on the screen: its point (x, y) at x0 + x * sx, y0 + y * sy. */
typedef struct brg_glass {
    double x0, y0, sx, sy;
} brg_glass;

/* Everything in sight. */
#define BRG_LOOK_ALL ((brg_look){0.5, 0.5, 1})

brg_glass brg_look_through(const brg_look *look, const brg_sheet *sheet, brg_rect room);

/* Zooms by a factor about a point of the screen, which stays where it is. */
void brg_look_zoom(brg_look *look, const brg_sheet *sheet, brg_rect room, double x, double y,
                   double factor);

/* Moves the sheet by that many pixels; its edges stay outside of the room, or it in the middle. */
void brg_look_drag(brg_look *look, const brg_sheet *sheet, brg_rect room, double dx, double dy);

/* Looks at a point of the sheet, close enough for a cell to be `pixels` wide. */
void brg_look_at(brg_look *look, const brg_sheet *sheet, brg_rect room, double x, double y,
                 double pixels);

/* The part of the sheet in sight: x0 <= x < x1, y0 <= y < y1. */
typedef struct brg_crop {
    double x0, y0, x1, y1;
} brg_crop;
brg_crop brg_glass_crop(const brg_glass *lens, const brg_sheet *sheet, brg_rect room);

/* Where a part of the sheet is on the screen. */
brg_rect brg_glass_place(const brg_glass *lens, const brg_crop *crop);

#endif
