/* The plots: loss, accuracy and the learning rate, over epochs. */
#include <math.h>
#include <stdio.h>

#include "training/view.h"
#include "ui/plot.h"

/* What was seen while learning, point by point and smoothed; and tests, which marks tell apart too. */
enum { POINTS = BRG_SELECTED, LEARNING = BRG_BLUE, TESTED = BRG_ROSE };

/* Steps as epochs. */
static void in_epochs(const brg_trainer_view *now, const double *steps, int count, double *epochs) {
    for (int i = 0; i < count; i++)
        epochs[i] = steps[i] / fmax((double)now->steps_of_epoch, 1);
}

static brg_axis epoch_axis(const brg_training *training, int ticks) {
    const brg_trainer_view *now = &training->course.now;
    return brg_axis_between(BRG_AXIS_EVEN, 0, fmax(now->epochs, 1), ticks);
}

/* So many steps are smoothed over: a fiftieth of all, but no fewer than make a few points. */
static double span_of(const brg_training *training) {
    return fmax(0.02 * (double)training->course.now.steps, 30);
}

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
    snprintf(steps, sizeof steps, "%.0f steps each", interval);
    draw_name(ui, &at, steps);
    draw_stroke(ui, &at, POINTS);
}

static void draw_empty(brg_training *training, brg_rect room, const char *text) {
    brg_ui_text(training->ui, room, BRG_FONT_SMALL, BRG_CENTRE, BRG_FAINT, text);
}

/* The points of the learning curve, and their moving mean over them. What is below the axis is cut off. */
static void draw_learning(const brg_plot *plot, const brg_training *training,
                          const double *values) {
    const brg_curves *curves = &training->course.curves;
    double x[BRG_CURVE_POINTS], y[BRG_CURVE_POINTS];
    in_epochs(&training->course.now, curves->step, curves->count, x);
    for (int i = 0; i < curves->count; i++)
        y[i] = values[i] < plot->y.lo ? (double)NAN : values[i];
    brg_plot_curve(plot, x, y, curves->count, POINTS, false);
    brg_curves_smooth(curves->step, values, curves->count, span_of(training), y);
    for (int i = 0; i < curves->count; i++)
        y[i] = y[i] < plot->y.lo ? (double)NAN : y[i];
    brg_plot_curve(plot, x, y, curves->count, LEARNING, false);
}

static void draw_tests(const brg_plot *plot, const brg_training *training, const double *values) {
    const brg_curves *curves = &training->course.curves;
    double x[BRG_CURVE_TESTS];
    in_epochs(&training->course.now, curves->test_step, curves->test_count, x);
    brg_plot_curve(plot, x, values, curves->test_count, TESTED, false);
    for (int i = 0; i < curves->test_count; i++)
        brg_plot_point(plot, x[i], values[i], NAN, NAN, BRG_MARK_RING, TESTED);
}

/* ---- loss ------------------------------------------------------------------------------------ */

void brg_training_loss(brg_training *training, brg_rect place) {
    const brg_curves *curves = &training->course.curves;
    double lo, hi, lo_test, hi_test;
    brg_rect room = brg_part_card(training->ui, place, "Loss");
    if (!brg_curves_range(curves->loss, curves->count, &lo, &hi)) {
        draw_empty(training, room,
                   curves->count ? "The loss is no number any more." : "no steps yet");
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
    draw_learning(&plot, training, curves->loss);
    draw_tests(&plot, training, curves->test_loss);
}

/* ---- accuracy -------------------------------------------------------------------------------- */

static void in_percent(const double *parts, int count, double *percent) {
    for (int i = 0; i < count; i++)
        percent[i] = 100 * parts[i];
}

/* The first steps, which know nothing, would leave no room for the rest. */
static double foot_of(const double *percent, int count, const double *tested, int tests) {
    double lo = 0, hi, foot = 100;
    int first = count / 20;
    if (brg_curves_range(percent + first, count - first, &lo, &hi))
        foot = lo;
    if (brg_curves_range(tested, tests, &lo, &hi))
        foot = fmin(foot, lo);
    return fmin(foot, 99);
}

void brg_training_accuracy(brg_training *training, brg_rect place) {
    const brg_curves *curves = &training->course.curves;
    double y[BRG_CURVE_POINTS], tested[BRG_CURVE_TESTS];
    brg_rect room = brg_part_card(training->ui, place, "Accuracy");
    if (curves->count == 0) {
        draw_empty(training, room, "no steps yet");
        return;
    }
    draw_legend(training, place);
    in_percent(curves->accuracy, curves->count, y);
    in_percent(curves->test_accuracy, curves->test_count, tested);
    brg_axis across = epoch_axis(training, 6);
    brg_axis up = brg_axis_around(BRG_AXIS_EVEN,
                                  foot_of(y, curves->count, tested, curves->test_count), 100, 8);
    brg_plot plot =
        brg_plot_begin(training->ui, room, &across, &up, "epochs", "right, % of images");
    draw_learning(&plot, training, y);
    draw_tests(&plot, training, tested);
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
    brg_axis up = brg_axis_around(BRG_AXIS_EVEN, 0, hi, 5);
    brg_plot plot =
        brg_plot_begin(training->ui, room, &across, &up, "epochs", "a step along the gradient");
    in_epochs(&training->course.now, curves->step, curves->count, x);
    brg_plot_curve(&plot, x, curves->rate, curves->count, BRG_QUIET, false);
}
