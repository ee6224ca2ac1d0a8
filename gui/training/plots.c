/* The plots: loss, accuracy and the learning rate, over epochs. */
#include <math.h>
#include <stdio.h>

#include "training/view.h"
#include "ui/plot.h"

/* Colours of what was seen while learning, and of tests; marks tell them apart too. */
enum { LEARNING = BRG_BLUE, TESTED = BRG_ROSE };

/* Steps as epochs. */
static void in_epochs(const brg_trainer_view *now, const double *steps, int count, double *epochs) {
    for (int i = 0; i < count; i++)
        epochs[i] = steps[i] / fmax((double)now->steps_of_epoch, 1);
}

static brg_axis epoch_axis(const brg_training *training) {
    const brg_trainer_view *now = &training->course.now;
    return brg_axis_between(BRG_AXIS_EVEN, 0, fmax(now->epochs, 1), 6);
}

static void draw_legend(brg_ui *ui, brg_rect card) {
    brg_rect at = {card.x + card.w - 14, card.y + 8, 0, 24};
    static const char *const names[2] = {"test", "learning"};
    for (int i = 0; i < 2; i++) {
        float w = brg_ui_text_width(ui, BRG_FONT_SMALL, names[i]);
        at.x -= w;
        brg_ui_text(ui, (brg_rect){at.x, at.y, w + 2, at.h}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                    names[i]);
        at.x -= 12;
        if (i == 0)
            brg_plot_mark(ui, at.x + 4, at.y + 12, BRG_MARK_RING, TESTED);
        else
            brg_ui_fill(ui, (brg_rect){at.x - 6, at.y + 11, 14, 2}, 0, LEARNING);
        at.x -= 16;
    }
}

static void draw_empty(brg_training *training, brg_rect room, const char *text) {
    brg_ui_text(training->ui, room, BRG_FONT_SMALL, BRG_CENTRE, BRG_FAINT, text);
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
    double lo, hi, lo_test, hi_test, x[BRG_CURVE_POINTS];
    brg_rect room = brg_part_card(training->ui, place, "Loss");
    if (!brg_curves_range(curves->loss, curves->count, &lo, &hi)) {
        draw_empty(training, room,
                   curves->count ? "The loss is no number any more." : "no steps yet");
        return;
    }
    draw_legend(training->ui, place);
    if (brg_curves_range(curves->test_loss, curves->test_count, &lo_test, &hi_test)) {
        lo = fmin(lo, lo_test);
        hi = fmax(hi, hi_test);
    }
    brg_axis across = epoch_axis(training);
    brg_axis up = brg_axis_around(BRG_AXIS_DECADES, lo, hi, 8);
    brg_plot plot =
        brg_plot_begin(training->ui, room, &across, &up, "epochs", "cross entropy, nats an image");
    in_epochs(&training->course.now, curves->step, curves->count, x);
    brg_plot_curve(&plot, x, curves->loss, curves->count, LEARNING, false);
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
    double x[BRG_CURVE_POINTS], y[BRG_CURVE_POINTS], tested[BRG_CURVE_TESTS];
    brg_rect room = brg_part_card(training->ui, place, "Accuracy");
    if (curves->count == 0) {
        draw_empty(training, room, "no steps yet");
        return;
    }
    draw_legend(training->ui, place);
    in_epochs(&training->course.now, curves->step, curves->count, x);
    in_percent(curves->accuracy, curves->count, y);
    in_percent(curves->test_accuracy, curves->test_count, tested);
    brg_axis across = epoch_axis(training);
    brg_axis up = brg_axis_around(BRG_AXIS_EVEN,
                                  foot_of(y, curves->count, tested, curves->test_count), 100, 8);
    brg_plot plot =
        brg_plot_begin(training->ui, room, &across, &up, "epochs", "right, % of images");
    brg_plot_curve(&plot, x, y, curves->count, LEARNING, false);
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
    brg_axis across = brg_axis_between(BRG_AXIS_EVEN, 0, fmax(training->course.now.epochs, 1), 4);
    brg_axis up = brg_axis_around(BRG_AXIS_EVEN, 0, hi, 5);
    brg_plot plot = brg_plot_begin(training->ui, room, &across, &up, "epochs", NULL);
    in_epochs(&training->course.now, curves->step, curves->count, x);
    brg_plot_curve(&plot, x, curves->rate, curves->count, BRG_QUIET, false);
}
