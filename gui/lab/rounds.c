/* The rounds: every measured value at its time, a colour for each thing that was varied. */
#include <math.h>

#include "lab/view.h"
#include "ui/parts.h"
#include "ui/plot.h"

enum { NAMES = 12 };

static const float row_h = 18;

/* An experiment that reads several numbers at once shows the first: they may have different units. */
static bool is_shown(const brg_lab_sample *sample) {
    return sample->reading == 0 && isfinite(sample->value);
}

static bool find_extent(const brg_lab_result *result, double *lo, double *hi, double *end_s) {
    *lo = INFINITY;
    *hi = -INFINITY;
    *end_s = 0;
    for (int32_t i = 0; i < result->sample_count; i++) {
        const brg_lab_sample *sample = &result->samples[i];
        if (!is_shown(sample))
            continue;
        *lo = fmin(*lo, sample->value);
        *hi = fmax(*hi, sample->value);
        *end_s = fmax(*end_s, sample->at_s);
    }
    return *lo <= *hi;
}

static float draw_names(brg_lab_view *v, const brg_lab_result *result, brg_rect place) {
    float x = place.x + 2, y = place.y;
    for (int32_t i = 0; i < result->setting_count && i < NAMES; i++) {
        const char *name = result->settings[i].name;
        float w = 14 + brg_ui_text_width(v->ui, BRG_FONT_SMALL, name) + 18;
        if (x + w - 18 > place.x + place.w && x > place.x + 2) {
            x = place.x + 2;
            y += row_h;
        }
        brg_plot_mark(v->ui, x + 4, y + 8, (brg_mark)(i / BRG_LAB_SERIES_COLOURS),
                      brg_lab_series_colour(i));
        brg_ui_text(v->ui, (brg_rect){x + 14, y, fminf(w, place.w - 16), 16}, BRG_FONT_SMALL,
                    BRG_LEFT, BRG_TEXT, name);
        x += w;
    }
    return y - place.y + row_h + 4;
}

static void draw_sample(const brg_plot *plot, const brg_lab_sample *sample) {
    float x = brg_plot_x(plot, sample->at_s), y = brg_plot_y(plot, sample->value);
    brg_colour colour = brg_lab_series_colour(sample->setting);
    brg_ui_disc(plot->ui, x, y, 2.6f, colour);
    if (sample->disturbed)
        brg_ui_disc(plot->ui, x, y, 1.5f, BRG_PANEL);
}

/* So many that they run together cost more than they show: every n-th is drawn. */
void brg_lab_view_rounds(brg_lab_view *v, const brg_lab_result *result, brg_rect place) {
    enum { MOST = 3000 };
    double lo, hi, end_s;
    if (!find_extent(result, &lo, &hi, &end_s)) {
        brg_ui_text(v->ui, place, BRG_FONT_BODY, BRG_CENTRE, BRG_FAINT,
                    "This experiment does not measure in rounds, or has not begun to.");
        return;
    }
    brg_rect_cut_top(&place, draw_names(v, result, place));
    bool spread = lo > 0 && hi > 20 * lo;
    double all_s = result->state == BRG_LAB_RUNNING ? fmax(result->budget_s, end_s) : end_s;
    brg_axis across = brg_axis_between(BRG_AXIS_EVEN, 0, fmax(all_s, 0.1), 8);
    brg_axis up = spread ? brg_axis_around(BRG_AXIS_DECADES, lo, hi, 6)
                         : brg_axis_around(BRG_AXIS_EVEN, fmin(lo, 0), hi, 6);
    brg_plot plot = brg_plot_begin(v->ui, place, &across, &up, "s since the test began",
                                   spread ? "measured value (log scale)" : "measured value");
    int32_t every = 1 + result->sample_count / MOST;
    for (int32_t i = 0; i < result->sample_count; i += every)
        if (is_shown(&result->samples[i]))
            draw_sample(&plot, &result->samples[i]);
}
