/* Plots: axes with ticks and units, and what is drawn between them. A plot is a value, made anew for
 * each frame; what looks as in the frame before costs nothing (see ui.h). */
#ifndef BRIGADE_GUI_UI_PLOT_H
#define BRIGADE_GUI_UI_PLOT_H

#include "ui/axis.h"
#include "ui/ui.h"

typedef struct brg_plot {
    brg_ui *ui;
    brg_rect area; /* between the axes */
    brg_axis x, y;
} brg_plot;

/* How a series is told apart without its colour. */
typedef enum brg_mark { BRG_MARK_DISC, BRG_MARK_SQUARE, BRG_MARK_RING, BRG_MARKS } brg_mark;

/* Lays a plot out in a place, with room for ticks and names, and draws its axes. Names carry the
 * units: "ms a step". NULL: none. */
brg_plot brg_plot_begin(brg_ui *ui, brg_rect place, const brg_axis *x, const brg_axis *y,
                        const char *x_name, const char *y_name);

/* Where a number lies, at the edge if it is beyond. */
float brg_plot_x(const brg_plot *plot, double x);
float brg_plot_y(const brg_plot *plot, double y);

/* A line through points; it is interrupted where one is not finite. */
void brg_plot_curve(const brg_plot *plot, const double *x, const double *y, int count,
                    brg_colour colour, bool dashed);

/* A point, and the interval that it stands for; lo and hi may be the same, or NaN: no interval. What is
 * beyond the axes or no number is not drawn. */
void brg_plot_point(const brg_plot *plot, double x, double y, double lo, double hi, brg_mark mark,
                    brg_colour colour);

/* A mark as a legend shows it. */
void brg_plot_mark(brg_ui *ui, float x, float y, brg_mark mark, brg_colour colour);

/* A line across, at a y that means something. */
void brg_plot_level(const brg_plot *plot, double y, brg_colour colour);

#endif
