/* The rounds: every measured value at its time, a colour for each thing that was varied. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lab/phrases.h"
#include "lab/view.h"
#include "ui/parts.h"
#include "ui/plot.h"

static const float row_h = 18;

enum { LEGEND_ROWS = 2 };

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

/* Where settings share a name, the number that was varied tells them apart. */
static void name_setting(const brg_lab_result *result, int32_t index, char *text, size_t size) {
    const brg_lab_setting *setting = &result->settings[index];
    char number[BRG_LAB_PHRASE];
    bool shared = false;
    for (int32_t i = 0; i < result->setting_count; i++)
        shared = shared || (i != index && strcmp(result->settings[i].name, setting->name) == 0);
    snprintf(text, size, "%s%s%s", setting->name, shared ? ", " : "",
             shared ? brg_lab_phrase_number(setting->x, "", number) : "");
}

static brg_mark mark_of(int32_t setting) {
    return (brg_mark)(setting / BRG_LAB_SERIES_COLOURS % BRG_MARKS);
}

/* Two rows of names at most: the pointer tells the others. Returns the height used. */
static float draw_names(brg_lab_view *v, const brg_lab_result *result, brg_rect place) {
    const float more_w = 76;
    float x = place.x + 2, y = place.y;
    int row = 0;
    for (int32_t i = 0; i < result->setting_count; i++) {
        char name[BRG_LAB_NAME + BRG_LAB_PHRASE];
        name_setting(result, i, name, sizeof name);
        float w = 14 + brg_ui_text_width(v->ui, BRG_FONT_SMALL, name);
        float room = place.x + place.w - x - (row + 1 == LEGEND_ROWS ? more_w : 0);
        if (w > room && row + 1 == LEGEND_ROWS) {
            brg_ui_textf(v->ui, (brg_rect){x, y, more_w, 16}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                         "and %d more", (int)(result->setting_count - i));
            break;
        }
        if (w > room && x > place.x + 2) {
            x = place.x + 2;
            y += row_h;
            row++;
        }
        brg_plot_mark(v->ui, x + 4, y + 8, mark_of(i), brg_lab_series_colour(i));
        brg_ui_text(v->ui, (brg_rect){x + 14, y, fminf(w - 14 + 2, place.w - 16), 16},
                    BRG_FONT_SMALL, BRG_LEFT, BRG_TEXT, name);
        x += w + 18;
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

/* The one nearest to the pointer, if it is near. */
static void tell(const brg_plot *plot, const brg_lab_result *result,
                 const brg_ui_pointer *pointer) {
    float nearest = 9;
    const brg_lab_sample *found = NULL;
    for (int32_t i = 0; i < result->sample_count; i++) {
        const brg_lab_sample *sample = &result->samples[i];
        float d = is_shown(sample) ? hypotf(brg_plot_x(plot, sample->at_s) - pointer->x,
                                            brg_plot_y(plot, sample->value) - pointer->y)
                                   : nearest;
        found = d < nearest ? sample : found;
        nearest = fminf(d, nearest);
    }
    if (!found)
        return;
    char name[BRG_LAB_NAME + BRG_LAB_PHRASE], value[BRG_LAB_PHRASE], text[320];
    name_setting(result, found->setting, name, sizeof name);
    snprintf(text, sizeof text, "%s: %s in round %d, after %.2f s%s", name,
             brg_lab_phrase_number(found->value, "", value), (int)found->round + 1, found->at_s,
             found->disturbed ? "; disturbed by other programs, so it does not count" : "");
    brg_ui_tip(plot->ui, text);
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
    brg_ui_pointer pointer;
    bool over = brg_ui_area(v->ui, "lab_rounds", place, &pointer);
    const int ticks = place.h > 190 ? 6 : 4;
    bool spread = lo > 0 && hi > 20 * lo;
    double all_s = result->state == BRG_LAB_RUNNING ? fmax(result->budget_s, end_s) : end_s;
    brg_axis across = brg_axis_between(BRG_AXIS_EVEN, 0, fmax(all_s, 0.1), 8);
    brg_axis up = spread ? brg_axis_around(BRG_AXIS_DECADES, lo, hi, ticks)
                         : brg_axis_around(BRG_AXIS_EVEN, fmin(lo, 0), hi, ticks);
    brg_plot plot = brg_plot_begin(v->ui, place, &across, &up, "s since the test began",
                                   spread ? "measured value (log scale)" : "measured value");
    int32_t every = 1 + result->sample_count / MOST;
    for (int32_t i = 0; i < result->sample_count; i += every)
        if (is_shown(&result->samples[i]))
            draw_sample(&plot, &result->samples[i]);
    if (over)
        tell(&plot, result, &pointer);
}
