/* The roofline: how fast the kernel ran, against what the device can do at most with so many
 * operations for each byte. Both axes are logarithmic. */
#include <math.h>
#include <stdio.h>

#include "workbench/view.h"

/* A plot's axes: powers of two and of ten. */
typedef struct axes {
    brg_rect plot;
    double x_lo, x_hi, y_lo, y_hi; /* log2 of flops a byte; log10 of GFLOP/s */
} axes;

typedef struct spot {
    double intensity, gflops;
    brg_colour colour;
    const char *name;
} spot;

static float at_x(const axes *a, double intensity) {
    double t = (log2(intensity) - a->x_lo) / (a->x_hi - a->x_lo);
    return a->plot.x + (float)fmin(fmax(t, 0), 1) * a->plot.w;
}

static float at_y(const axes *a, double gflops) {
    double t = (log10(gflops) - a->y_lo) / (a->y_hi - a->y_lo);
    return a->plot.y + a->plot.h * (1 - (float)fmin(fmax(t, 0), 1));
}

static bool spot_of(const brg_result *r, brg_colour colour, const char *name, spot *s) {
    if (!r->output || !(r->median.kernel > 0) || !(r->cost.flops > 0) || !(r->cost.bytes > 0))
        return false;
    *s = (spot){r->cost.flops / r->cost.bytes, r->cost.flops / r->median.kernel * 1e-6, colour,
                name};
    return true;
}

/* Wide enough for the ridge and for every spot. */
static void choose_axes(axes *a, const brg_roofline *roof, const spot *spots, int count) {
    double ridge = roof->gflops / roof->gbps;
    a->x_lo = floor(log2(ridge)) - 3;
    a->x_hi = ceil(log2(ridge)) + 3;
    a->y_lo = floor(log10(roof->gflops)) - 1;
    a->y_hi = log10(roof->gflops) + 0.3;
    for (int i = 0; i < count; i++) {
        a->x_lo = fmin(a->x_lo, floor(log2(spots[i].intensity)) - 1);
        a->x_hi = fmax(a->x_hi, ceil(log2(spots[i].intensity)) + 1);
        a->y_lo = fmin(a->y_lo, floor(log10(spots[i].gflops)));
        a->y_hi = fmax(a->y_hi, log10(spots[i].gflops) + 0.3);
    }
}

static void draw_ticks(brg_workbench *bench, const axes *a) {
    char text[24];
    float bottom = a->plot.y + a->plot.h;
    double step = ceil((a->x_hi - a->x_lo) / 8);
    for (double x = a->x_lo; x <= a->x_hi; x += step) {
        float at = at_x(a, exp2(x));
        snprintf(text, sizeof text, x < 0 ? "1/%.0f" : "%.0f", exp2(fabs(x)));
        brg_ui_line(bench->ui, at, a->plot.y, at, bottom, BRG_HAIRLINE);
        brg_ui_text(bench->ui, (brg_rect){at - 24, bottom + 1, 48, 14}, BRG_FONT_SMALL, BRG_CENTRE,
                    BRG_FAINT, text);
    }
    for (double y = a->y_lo; y <= a->y_hi; y++) {
        float at = at_y(a, pow(10, y));
        snprintf(text, sizeof text, "%g", pow(10, y));
        brg_ui_line(bench->ui, a->plot.x, at, a->plot.x + a->plot.w, at, BRG_HAIRLINE);
        brg_ui_text(bench->ui, (brg_rect){a->plot.x - 44, at - 8, 40, 16}, BRG_FONT_SMALL,
                    BRG_RIGHT, BRG_FAINT, text);
    }
}

static void draw_roof(brg_workbench *bench, const axes *a, const brg_roofline *roof) {
    double lo = exp2(a->x_lo), hi = exp2(a->x_hi), ridge = roof->gflops / roof->gbps;
    double first = fmax(lo, pow(10, a->y_lo) / roof->gbps); /* where it leaves the floor */
    brg_ui_line(bench->ui, at_x(a, first), at_y(a, roof->gbps * first), at_x(a, ridge),
                at_y(a, roof->gflops), BRG_QUIET);
    brg_ui_line(bench->ui, at_x(a, ridge), at_y(a, roof->gflops), at_x(a, hi),
                at_y(a, roof->gflops), BRG_QUIET);
}

static void draw_spot(brg_workbench *bench, const axes *a, const spot *s,
                      const brg_roofline *roof) {
    float x = at_x(a, s->intensity), y = at_y(a, s->gflops);
    if (roof->known)
        brg_ui_line(bench->ui, x, y, x, at_y(a, brg_roofline_reach(roof, s->intensity)), BRG_FAINT);
    brg_ui_disc(bench->ui, x, y, 5, s->colour);
    bool left = s->colour == BRG_BLUE; /* A and B are often close together */
    brg_rect label = {left ? x - 28 : x + 8, y + 2, 20, 16};
    if (s->name)
        brg_ui_text(bench->ui, label, BRG_FONT_SMALL, left ? BRG_RIGHT : BRG_LEFT, BRG_TEXT,
                    s->name);
}

static void draw_plot(brg_workbench *bench, brg_rect room, const brg_roofline *roof,
                      const spot *spots, int count) {
    axes a = {.plot = {room.x + 46, room.y + 16, room.w - 56, room.h - 46}};
    choose_axes(&a, roof, spots, count);
    draw_ticks(bench, &a);
    draw_roof(bench, &a, roof);
    for (int i = 0; i < count; i++)
        draw_spot(bench, &a, &spots[i], roof);
    brg_ui_text(bench->ui, (brg_rect){room.x, room.y - 2, 80, 14}, BRG_FONT_SMALL, BRG_LEFT,
                BRG_FAINT, "GFLOP/s");
    brg_ui_text(bench->ui, (brg_rect){a.plot.x, room.y + room.h - 14, a.plot.w, 14}, BRG_FONT_SMALL,
                BRG_CENTRE, BRG_FAINT, "flops for each byte that must be moved");
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
