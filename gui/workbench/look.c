/* Looks. See look.h. */
#include "workbench/look.h"

#include <math.h>

static const double least_side = 8; /* pixels: a single row is given some breadth to be seen by */
static const double widest_cell = 96, widest_points = 64;

/* The scale at which all of the sheet fits. */
static void fit(const brg_sheet *sheet, brg_rect room, double *sx, double *sy) {
    double w, h;
    brg_sheet_extent(sheet, &w, &h);
    *sx = (double)room.w / w;
    *sy = (double)room.h / h;
    if (sheet->kind != BRG_SHEET_PLOT)
        *sx = *sy = fmin(*sx, *sy);
}

static double most_zoom(const brg_sheet *sheet, brg_rect room) {
    double sx, sy;
    fit(sheet, room, &sx, &sy);
    return sheet->kind == BRG_SHEET_POINTS ? widest_points : fmax(widest_cell / sx, 1);
}

static void scale(const brg_look *look, const brg_sheet *sheet, brg_rect room, double *sx,
                  double *sy) {
    double w, h;
    brg_sheet_extent(sheet, &w, &h);
    fit(sheet, room, sx, sy);
    *sx = fmax(*sx * look->zoom, least_side / w);
    if (sheet->kind != BRG_SHEET_PLOT)
        *sy = fmax(*sy * look->zoom, least_side / h);
}

/* The middle of what is looked at, such that no room is wasted. */
static double hold(double middle, double length, double room) {
    double half = room / length / 2;
    return half >= 0.5 ? 0.5 : fmin(fmax(middle, half), 1 - half);
}

static void settle(brg_look *look, const brg_sheet *sheet, brg_rect room) {
    double w, h, sx, sy;
    look->zoom = fmin(fmax(look->zoom, 1), most_zoom(sheet, room));
    brg_sheet_extent(sheet, &w, &h);
    scale(look, sheet, room, &sx, &sy);
    look->u = hold(look->u, w * sx, (double)room.w);
    look->v = hold(look->v, h * sy, (double)room.h);
}

brg_glass brg_look_through(const brg_look *look, const brg_sheet *sheet, brg_rect room) {
    brg_look settled = *look;
    brg_glass lens;
    double w, h;
    settle(&settled, sheet, room);
    brg_sheet_extent(sheet, &w, &h);
    scale(&settled, sheet, room, &lens.sx, &lens.sy);
    lens.x0 = (double)room.x + (double)room.w / 2 - settled.u * w * lens.sx;
    lens.y0 = (double)room.y + (double)room.h / 2 - settled.v * h * lens.sy;
    return lens;
}

/* Puts point (x, y) of the sheet at a point of the screen. */
static void pin(brg_look *look, const brg_sheet *sheet, brg_rect room, double x, double y,
                double at_x, double at_y) {
    double w, h, sx, sy;
    brg_sheet_extent(sheet, &w, &h);
    scale(look, sheet, room, &sx, &sy);
    look->u = (x - (at_x - (double)room.x - (double)room.w / 2) / sx) / w;
    look->v = (y - (at_y - (double)room.y - (double)room.h / 2) / sy) / h;
    settle(look, sheet, room);
}

void brg_look_zoom(brg_look *look, const brg_sheet *sheet, brg_rect room, double x, double y,
                   double factor) {
    brg_glass lens = brg_look_through(look, sheet, room);
    double at_x = (x - lens.x0) / lens.sx, at_y = (y - lens.y0) / lens.sy;
    look->zoom = fmin(fmax(look->zoom * factor, 1), most_zoom(sheet, room));
    pin(look, sheet, room, at_x, at_y, x, y);
}

void brg_look_drag(brg_look *look, const brg_sheet *sheet, brg_rect room, double dx, double dy) {
    brg_glass lens = brg_look_through(look, sheet, room);
    pin(look, sheet, room, 0, 0, lens.x0 + dx, lens.y0 + dy);
}

void brg_look_at(brg_look *look, const brg_sheet *sheet, brg_rect room, double x, double y,
                 double pixels) {
    double sx, sy;
    fit(sheet, room, &sx, &sy);
    look->zoom = fmin(fmax(pixels / sx, 1), most_zoom(sheet, room));
    pin(look, sheet, room, x, y, (double)room.x + (double)room.w / 2,
        (double)room.y + (double)room.h / 2);
}

brg_crop brg_glass_crop(const brg_glass *lens, const brg_sheet *sheet, brg_rect room) {
    double w, h;
    brg_sheet_extent(sheet, &w, &h);
    brg_crop crop = {((double)room.x - lens->x0) / lens->sx, ((double)room.y - lens->y0) / lens->sy,
                     ((double)(room.x + room.w) - lens->x0) / lens->sx,
                     ((double)(room.y + room.h) - lens->y0) / lens->sy};
    bool cells = sheet->kind != BRG_SHEET_POINTS;
    crop.x0 = fmax(cells ? floor(crop.x0) : crop.x0, 0);
    crop.y0 = fmax(cells ? floor(crop.y0) : crop.y0, 0);
    crop.x1 = fmin(cells ? ceil(crop.x1) : crop.x1, w);
    crop.y1 = fmin(cells ? ceil(crop.y1) : crop.y1, h);
    return crop;
}

brg_rect brg_glass_place(const brg_glass *lens, const brg_crop *crop) {
    return (brg_rect){
        (float)(lens->x0 + crop->x0 * lens->sx), (float)(lens->y0 + crop->y0 * lens->sy),
        (float)((crop->x1 - crop->x0) * lens->sx), (float)((crop->y1 - crop->y0) * lens->sy)};
}
