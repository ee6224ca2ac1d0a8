/* The plots: loss, accuracy and the learning rate, over epochs. */
#include <math.h>
#include <stdio.h>

#include "training/view.h"
#include "ui/plot.h"

/* What was seen while learning, point by point and smoothed; and tests, which marks tell apart too. */
enum { POINTS = BRG_SELECTED, LEARNING = BRG_BLUE, TESTED = BRG_ROSE };

/* What is drawn in a plot, over epochs. */
typedef struct series {
    int count, tests;
    double x[BRG_CURVE_POINTS], points[BRG_CURVE_POINTS], smooth[BRG_CURVE_POINTS];
    double test_x[BRG_CURVE_TESTS], tested[BRG_CURVE_TESTS];
} series;

/* ---- numbers --------------------------------------------------------------------------------- */

static void copy_scaled(const double *from, int count, double factor, double *to) {
    for (int i = 0; i < count; i++)
        to[i] = factor * from[i];
}

/* So many steps are smoothed over: a fiftieth of all, but no fewer than make a few points. */
static double span_of(const brg_trainer_view *now) {
    return fmax(0.02 * (double)now->steps, 30);
}

static series series_of(const brg_course *course, const double *values, const double *tested,
                        double unit) {
    const brg_curves *curves = &course->curves;
    double epochs = 1 / fmax((double)course->now.steps_of_epoch, 1);
    series s = {.count = curves->count, .tests = curves->test_count};
    copy_scaled(curves->step, s.count, epochs, s.x);
    copy_scaled(values, s.count, unit, s.points);
    brg_curves_smooth(curves->step, s.points, s.count, span_of(&course->now), s.smooth);
    copy_scaled(curves->test_step, s.tests, epochs, s.test_x);
    copy_scaled(tested, s.tests, unit, s.tested);
    return s;
}

static brg_axis epoch_axis(const brg_training *training, int ticks) {
    const brg_trainer_view *now = &training->course.now;
    return brg_axis_between(BRG_AXIS_EVEN, 0, fmax(now->epochs, 1), ticks);
}

/* ---- the legend ------------------------------------------------------------------------------ */

static void draw_name(brg_ui *ui, brg_rect *at, const char *name) {
    float w = brg_ui_text_width(ui, BRG_FONT_SMALL, name);
    at->x -= w;
    brg_ui_text(ui, (brg_rect){at->x, at->y, w + 2, at->h}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                name);
    at->x -= 6;
}

static void draw_stroke(brg_ui *ui, brg_rect *at, brg_colour colour) {
    at->x -= 14;
    brg_ui_fill(ui, (brg_rect){at->x, at->y + 11, 14, 2}, 0, colour);
    at->x -= 12;
}

/* From the right. */
static void draw_legend(brg_training *training, brg_rect card) {
    char steps[32];
    brg_ui *ui = training->ui;
    double interval = brg_curves_interval(&training->course.curves);
    brg_rect at = {card.x + card.w - 14, card.y + 8, 0, 24};
    draw_name(ui, &at, "test");
    brg_plot_mark(ui, at.x - 4, at.y + 12, BRG_MARK_RING, TESTED);
    at.x -= 20;
    draw_name(ui, &at, "smoothed");
    draw_stroke(ui, &at, LEARNING);
    if (!isfinite(interval))
        return;
    snprintf(steps, sizeof steps, "%.0f steps", interval);
    draw_name(ui, &at, steps);
    draw_stroke(ui, &at, POINTS);
}

/* ---- curves ---------------------------------------------------------------------------------- */

/* A curve, cut off where it leaves the axis below. */
static void draw_curve(const brg_plot *plot, const series *s, const double *values,
                       brg_colour colour) {
    double y[BRG_CURVE_POINTS];
    for (int i = 0; i < s->count; i++)
        y[i] = values[i] < plot->y.lo ? (double)NAN : values[i];
    brg_plot_curve(plot, s->x, y, s->count, colour, false);
}

static void draw_series(const brg_plot *plot, const series *s) {
    draw_curve(plot, s, s->points, POINTS);
    draw_curve(plot, s, s->smooth, LEARNING);
    brg_plot_curve(plot, s->test_x, s->tested, s->tests, TESTED, false);
    for (int i = 0; i < s->tests; i++)
        brg_plot_point(plot, s->test_x[i], s->tested[i], (double)NAN, (double)NAN, BRG_MARK_RING,
                       TESTED);
}

static int nearest(const double *values, int count, double to) {
    int best = 0;
    for (int i = 1; i < count; i++)
        if (fabs(values[i] - to) < fabs(values[best] - to))
            best = i;
    return best;
}

/* How a number of the curve is written: "loss %.3g". */
typedef struct reading {
    const char *id, *name, *unit;
} reading;

/* Reads the curve off under the pointer. */
static void draw_reading(brg_training *training, const brg_plot *plot, const series *s,
                         const reading *r) {
    char text[160];
    brg_ui_pointer pointer;
    if (!brg_ui_area(training->ui, r->id, plot->area, &pointer) || s->count == 0)
        return;
    double place = (double)((pointer.x - plot->area.x) / plot->area.w);
    int i = nearest(s->x, s->count, brg_axis_value(&plot->x, place));
    float x = brg_plot_x(plot, s->x[i]);
    brg_ui_line(training->ui, x, plot->area.y, x, plot->area.y + plot->area.h, BRG_FAINT);
    snprintf(text, sizeof text, "Around step %.0f: %s %.4g%s, smoothed %.4g%s.",
             training->course.curves.step[i], r->name, s->points[i], r->unit, s->smooth[i],
             r->unit);
    brg_ui_tip(training->ui, text);
}

static void draw_empty(brg_training *training, brg_rect room, const char *text) {
    brg_ui_text(training->ui, room, BRG_FONT_SMALL, BRG_CENTRE, BRG_FAINT, text);
}

/* ---- loss ------------------------------------------------------------------------------------ */

void brg_training_loss(brg_training *training, brg_rect place) {
    static const reading r = {"train_loss_plot", "loss", ""};
    const brg_curves *curves = &training->course.curves;
    double lo, hi, lo_test, hi_test;
    brg_rect room = brg_part_card(training->ui, place, "Loss");
    if (!brg_curves_range(curves->loss, curves->count, &lo, &hi)) {
        draw_empty(training, room, "no steps yet");
        return;
    }
    draw_legend(training, place);
    if (brg_curves_range(curves->test_loss, curves->test_count, &lo_test, &hi_test)) {
        lo = fmin(lo, lo_test);
        hi = fmax(hi, hi_test);
    }
    brg_axis across = epoch_axis(training, 6);
    brg_axis up = brg_axis_around(BRG_AXIS_DECADES, lo, hi, 8);
    brg_plot plot =
        brg_plot_begin(training->ui, room, &across, &up, "epochs", "cross entropy, nats an image");
    series s = series_of(&training->course, curves->loss, curves->test_loss, 1);
    draw_series(&plot, &s);
    draw_reading(training, &plot, &s, &r);
}

/* ---- accuracy -------------------------------------------------------------------------------- */

/* The first steps, which know nothing, would leave no room for the rest. */
static double foot_of(const series *s) {
    double lo = 0, hi, foot = 100;
    int first = s->count / 20;
    if (brg_curves_range(s->points + first, s->count - first, &lo, &hi))
        foot = lo;
    if (brg_curves_range(s->tested, s->tests, &lo, &hi))
        foot = fmin(foot, lo);
    return fmin(foot, 99);
}

void brg_training_accuracy(brg_training *training, brg_rect place) {
    static const reading r = {"train_accuracy_plot", "right", " %"};
    const brg_curves *curves = &training->course.curves;
    brg_rect room = brg_part_card(training->ui, place, "Accuracy");
    if (curves->count == 0) {
        draw_empty(training, room, "no steps yet");
        return;
    }
    draw_legend(training, place);
    series s = series_of(&training->course, curves->accuracy, curves->test_accuracy, 100);
    brg_axis across = epoch_axis(training, 6);
    brg_axis up = brg_axis_around(BRG_AXIS_EVEN, foot_of(&s), 100, 8);
    brg_plot plot =
        brg_plot_begin(training->ui, room, &across, &up, "epochs", "right, % of images");
    draw_series(&plot, &s);
    draw_reading(training, &plot, &s, &r);
}

/* ---- the learning rate ----------------------------------------------------------------------- */

void brg_training_rate(brg_training *training, brg_rect place) {
    const brg_curves *curves = &training->course.curves;
    double lo, hi, x[BRG_CURVE_POINTS];
    brg_rect room = brg_part_card(training->ui, place, "Learning rate");
    if (!brg_curves_range(curves->rate, curves->count, &lo, &hi)) {
        draw_empty(training, room, "no steps yet");
        return;
    }
    brg_axis across = epoch_axis(training, 4);
    brg_axis up = brg_axis_around(BRG_AXIS_EVEN, 0, hi, room.h < 110 ? 3 : 5);
    brg_plot plot = brg_plot_begin(training->ui, room, &across, &up, "epochs",
                                   "change of a weight per gradient");
    copy_scaled(curves->step, curves->count,
                1 / fmax((double)training->course.now.steps_of_epoch, 1), x);
    brg_plot_curve(&plot, x, curves->rate, curves->count, BRG_QUIET, false);
}
