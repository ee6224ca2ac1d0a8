/* The roofline: how fast the kernel ran, against what the device can do at most with so many
 * operations for each byte. Both axes are logarithmic. */
#include <math.h>
#include <stdio.h>

#include "ui/plot.h"
#include "workbench/view.h"

typedef struct spot {
    double intensity, gflops;
    brg_colour colour;
    const char *name;
} spot;

static bool spot_of(const brg_result *r, brg_colour colour, const char *name, spot *s) {
    if (!r->output || !(r->median.kernel > 0) || !(r->cost.flops > 0) || !(r->cost.bytes > 0))
        return false;
    *s = (spot){r->cost.flops / r->cost.bytes, r->cost.flops / r->median.kernel * 1e-6, colour,
                name};
    return true;
}

/* Wide enough for the ridge and for every spot. */
static void choose_axes(const brg_roofline *roof, const spot *spots, int count, brg_axis *x,
                        brg_axis *y) {
    double ridge = roof->gflops / roof->gbps;
    double x_lo = floor(log2(ridge)) - 3, x_hi = ceil(log2(ridge)) + 3;
    double y_lo = floor(log10(roof->gflops)) - 1, y_hi = log10(roof->gflops) + 0.3;
    for (int i = 0; i < count; i++) {
        x_lo = fmin(x_lo, floor(log2(spots[i].intensity)) - 1);
        x_hi = fmax(x_hi, ceil(log2(spots[i].intensity)) + 1);
        y_lo = fmin(y_lo, floor(log10(spots[i].gflops)));
        y_hi = fmax(y_hi, log10(spots[i].gflops) + 0.3);
    }
    *x = brg_axis_between(BRG_AXIS_OCTAVES, exp2(x_lo), exp2(x_hi), 9);
    *y = brg_axis_between(BRG_AXIS_DECADES, pow(10, y_lo), pow(10, y_hi), 7);
}

static void draw_roof(const brg_plot *plot, const brg_roofline *roof) {
    double ridge = roof->gflops / roof->gbps;
    double first = fmax(plot->x.lo, plot->y.lo / roof->gbps); /* where it leaves the floor */
    brg_plot_curve(plot, (double[]){first, ridge, plot->x.hi},
                   (double[]){roof->gbps * first, roof->gflops, roof->gflops}, 3, BRG_QUIET, false);
}

static void draw_spot(const brg_plot *plot, const spot *s, const brg_roofline *roof) {
    float x = brg_plot_x(plot, s->intensity), y = brg_plot_y(plot, s->gflops);
    if (roof->known)
        brg_ui_line(plot->ui, x, y, x, brg_plot_y(plot, brg_roofline_reach(roof, s->intensity)),
                    BRG_FAINT);
    brg_plot_point(plot, s->intensity, s->gflops, NAN, NAN, BRG_MARK_DISC, s->colour);
    bool left = s->colour == BRG_BLUE; /* A and B are often close together */
    brg_rect label = {left ? x - 28 : x + 8, y + 2, 20, 16};
    if (s->name)
        brg_ui_text(plot->ui, label, BRG_FONT_SMALL, left ? BRG_RIGHT : BRG_LEFT, BRG_TEXT,
                    s->name);
}

static void draw_plot(brg_workbench *bench, brg_rect room, const brg_roofline *roof,
                      const spot *spots, int count) {
    brg_axis x, y;
    choose_axes(roof, spots, count, &x, &y);
    brg_plot plot = brg_plot_begin(bench->ui, room, &x, &y,
                                   "flops for each byte that must be moved", "GFLOP/s");
    draw_roof(&plot, roof);
    for (int i = 0; i < count; i++)
        draw_spot(&plot, &spots[i], roof);
}

/* ---- figures --------------------------------------------------------------------------------- */

static void draw_line(brg_workbench *bench, brg_rect *rest, const char *name, brg_colour colour,
                      const char *value) {
    brg_rect row = brg_rect_cut_top(rest, 19);
    brg_ui_text(bench->ui, row, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, name);
    brg_ui_text(bench->ui, row, BRG_FONT_MONO, BRG_RIGHT, colour, value);
}

static void draw_spot_lines(brg_workbench *bench, brg_rect *rest, const spot *s,
                            const brg_roofline *roof) {
    char text[48], name[32];
    snprintf(text, sizeof text, "%.3g GFLOP/s", s->gflops);
    snprintf(name, sizeof name, "%s%skernel", s->name ? s->name : "", s->name ? ", " : "");
    draw_line(bench, rest, name, s->colour, text);
    snprintf(text, sizeof text, "%.3g flop/B", s->intensity);
    if (!s->name)
        draw_line(bench, rest, "intensity", BRG_TEXT, text);
    snprintf(text, sizeof text, "%.0f %%",
             100 * s->gflops / brg_roofline_reach(roof, s->intensity));
    draw_line(bench, rest, "of the roof", BRG_TEXT, text);
}

static void draw_button(brg_workbench *bench, brg_rect place, const char *label) {
    brg_bench *model = bench->model;
    bool can = model->phase == BRG_PHASE_IDLE && !model->roofs.measuring &&
               model->app->devices_known && model->app->devices.count > 0;
    if (brg_ui_button(bench->ui, "roofs", place, model->roofs.measuring ? "measuring" : label,
                      false, can))
        brg_bench_measure_roofs(model);
    brg_ui_tip(bench->ui,
               "Two probes run on the device: f32 multiply-adds in registers, and copying "
               "memory.");
}

static void draw_figures(brg_workbench *bench, brg_rect room, const brg_roofline *roof,
                         const spot *spots, int count) {
    char text[48];
    brg_rect rest = room;
    snprintf(text, sizeof text, "%.0f GFLOP/s", roof->gflops);
    draw_line(bench, &rest, "multiply-adds", BRG_TEXT, text);
    snprintf(text, sizeof text, "%.1f GB/s", roof->gbps);
    draw_line(bench, &rest, "copying", BRG_TEXT, text);
    rest.y += 4;
    for (int i = 0; i < count; i++)
        draw_spot_lines(bench, &rest, &spots[i], roof);
    if (count == 0)
        brg_ui_paragraph(bench->ui, rest, BRG_FONT_SMALL, BRG_FAINT,
                         bench->model->result.output
                             ? "This op counts no floating point operations."
                             : "Nothing was run yet.");
    draw_button(bench, (brg_rect){room.x, room.y + room.h - 26, room.w, 26}, "measure again (M)");
}

static void draw_unmeasured(brg_workbench *bench, brg_rect room) {
    brg_rect words = {room.x + room.w / 2 - 220, room.y + 26, 440, 60};
    brg_ui_paragraph(
        bench->ui, words, BRG_FONT_SMALL, BRG_QUIET,
        "The roof is what this device can do at most: how fast it multiplies and adds, "
        "and how fast it moves memory. It is not looked up but measured, which takes "
        "about a second.");
    draw_button(bench, (brg_rect){room.x + room.w / 2 - 90, room.y + 92, 180, 30},
                "Measure the roofs (M)");
}

/* A result has a place under the roof of the device that it came of. */
void brg_bench_view_roofline(brg_workbench *bench, brg_rect card, brg_rect room) {
    const brg_bench *model = bench->model;
    const brg_roofline *roof = &model->roofs.of[model->app->device];
    spot spots[2];
    int count = 0;
    uint32_t units;
    const brg_device_info *under = brg_app_device(model->app, &units);
    bool its_own = under && under->index == model->result.device;
    bool both = its_own && model->chosen.compared && model->other.output &&
                model->other.device == model->result.device;
    if (!roof->known) {
        draw_unmeasured(bench, room);
        return;
    }
    if (its_own)
        count += spot_of(&model->result, BRG_BLUE, both ? "A" : NULL, &spots[count]);
    if (both)
        count += spot_of(&model->other, BRG_ROSE, "B", &spots[count]);
    brg_rect rest = room;
    brg_rect plot = brg_rect_cut_left(&rest, floorf(0.66f * room.w));
    draw_plot(bench, plot, roof, spots, count);
    draw_figures(bench, (brg_rect){rest.x + 14, rest.y, rest.w - 14, rest.h}, roof, spots, count);
    brg_ui_text(bench->ui, (brg_rect){card.x + 164, card.y + 8, card.w - 178, 24}, BRG_FONT_SMALL,
                BRG_RIGHT, BRG_QUIET,
                "roof of f32, measured; what stays in a cache may rise above");
}
