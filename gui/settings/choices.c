/* The choices: each with a sentence on what it does. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "settings/settings.h"
#include "ui/parts.h"

static const float value_w = 190, row_h = 30;

/* A column of rows under construction. */
typedef struct column {
    brg_settings_view *s;
    float x, y, w;
} column;

/* The name of a row; returns where its widget goes. */
static brg_rect head(column *c, const char *name) {
    brg_ui_text(c->s->ui, (brg_rect){c->x, c->y, c->w - value_w, row_h}, BRG_FONT_BODY, BRG_LEFT,
                BRG_TEXT, name);
    return (brg_rect){c->x + c->w - value_w, c->y, value_w, row_h};
}

static void explain(column *c, const char *text) {
    float h =
        brg_ui_paragraph(c->s->ui, (brg_rect){c->x, c->y + row_h + 1, c->w - value_w - 16, 60},
                         BRG_FONT_SMALL, BRG_QUIET, text);
    c->y += row_h + h + 16;
}

static void title(column *c, const char *text) {
    brg_ui_text(c->s->ui, (brg_rect){c->x, c->y, c->w, 22}, BRG_FONT_BOLD, BRG_LEFT, BRG_QUIET,
                text);
    brg_ui_line(c->s->ui, c->x, c->y + 25, c->x + c->w, c->y + 25, BRG_LINE);
    c->y += 34;
}

static bool switch_row(column *c, const char *id, const char *name, bool *on) {
    brg_rect r = head(c, name);
    return brg_ui_toggle(c->s->ui, id, (brg_rect){r.x + r.w - 38, r.y + 4, 38, 22}, on);
}

static void slider_row(column *c, const char *id, const char *name, float *value, float lo,
                       float hi, bool whole, bool spread, const char *unit) {
    brg_rect r = head(c, name);
    brg_ui_slider(c->s->ui, id, (brg_rect){r.x, r.y, r.w - 62, r.h}, value, lo, hi, whole, spread);
    brg_ui_textf(c->s->ui, (brg_rect){r.x + r.w - 60, r.y, 60, r.h}, BRG_FONT_MONO, BRG_RIGHT,
                 BRG_TEXT, whole || *value >= 9.95f ? "%.0f%s" : "%.1f%s", (double)*value, unit);
}

/* ---- how it looks ---------------------------------------------------------------------------- */

static void theme_rows(column *c) {
    static const char *const names[2] = {"dark", "light"};
    brg_preferences *p = &c->s->app->preferences;
    bool light = p->theme & 1, safe = p->theme >= BRG_THEME_DARK_SAFE;
    brg_ui_segments(c->s->ui, "set_theme", head(c, "Theme"), names, &light);
    explain(c, "Colours on dark or on light ground, for the room you are in.");
    switch_row(c, "set_safe", "Colour-blind-safe palette", &safe);
    explain(c, "Okabe and Ito's colours: right and wrong are blue and orange.");
    p->theme = (brg_theme)((safe ? BRG_THEME_DARK_SAFE : BRG_THEME_DARK) + (light ? 1 : 0));
}

static void scale_row(column *c) {
    static const char *const names[] = {"the monitor's", "75 %",  "100 %", "125 %",
                                        "150 %",         "200 %", "300 %"};
    static const float scales[] = {0, 0.75f, 1, 1.25f, 1.5f, 2, 3};
    enum { SCALES = sizeof scales / sizeof scales[0] };
    float *scale = &c->s->app->preferences.scale;
    int index = -1;
    for (int i = 0; i < SCALES; i++)
        if (fabsf(scales[i] - *scale) < 0.001f)
            index = i;
    if (brg_ui_combo(c->s->ui, "set_scale", head(c, "Scale"), &index, names, SCALES))
        *scale = scales[index];
    explain(c, "Size of everything; from the next start on.");
}

/* ---- how it runs ----------------------------------------------------------------------------- */

static void frame_rows(column *c) {
    static const char *const names[] = {"30 a second", "60 a second", "120 a second"};
    static const float rates[] = {30, 60, 120};
    brg_preferences *p = &c->s->app->preferences;
    int index = p->frames_per_s < 45 ? 0 : p->frames_per_s < 90 ? 1 : 2;
    if (brg_ui_combo(c->s->ui, "set_frames", head(c, "Frames, at most"), &index, names, 3))
        p->frames_per_s = rates[index];
    explain(c, "Fewer leave more of the processor to kernels. At rest none are drawn.");
    switch_row(c, "set_spins", "Wait awake for a frame", &p->spins);
    explain(c, "Spins for the last 1.5 ms before a frame is due: steadier where sleep is "
               "imprecise, for up to 9 % of a core.");
}

static void engine_rows(column *c) {
    brg_preferences *p = &c->s->app->preferences;
    float niceness = (float)p->niceness;
    slider_row(c, "set_slice", "Slice budget", &p->slice_ms, 0.5f, 50, false, true, " ms");
    explain(c, "The longest a kernel runs in one piece: how soon a cancel takes effect. Small "
               "slices cost throughput.");
    slider_row(c, "set_nice", "Engine's niceness", &niceness, 0, 19, true, false, "");
    p->niceness = (int)niceness;
    explain(c, "How far the engine, and a CPU driver's workers, step back behind the window; "
               "from the next start on.");
}

static void foot(column *c) {
    const char *path = c->s->app->state_path;
    char text[BRG_PATH + 64];
    if (brg_ui_button(c->s->ui, "set_reset", (brg_rect){c->x, c->y, 170, 30}, "Back to defaults",
                      false, true)) {
        brg_preferences fresh = brg_preferences_default();
        memcpy(fresh.view, c->s->app->preferences.view, sizeof fresh.view);
        c->s->app->preferences = fresh;
    }
    c->y += 42;
    if (path && path[0])
        snprintf(text, sizeof text, "Kept when the window closes, in %s.", path);
    else
        snprintf(text, sizeof text, "Nothing is kept from this run.");
    c->y += brg_ui_paragraph(c->s->ui, (brg_rect){c->x, c->y, c->w, 40}, BRG_FONT_SMALL, BRG_FAINT,
                             text);
}

void brg_settings_choices(brg_settings_view *s, brg_rect place) {
    float scrolled = brg_ui_panel_begin(s->ui, "set_choices", place, BRG_PANEL);
    column c = {s, place.x + 20, place.y + 18 - scrolled, place.w - 40};
    float top = c.y;
    title(&c, "How it looks");
    theme_rows(&c);
    scale_row(&c);
    c.y += 4;
    title(&c, "How it runs");
    frame_rows(&c);
    engine_rows(&c);
    foot(&c);
    brg_ui_line(s->ui, place.x + place.w - 1, place.y, place.x + place.w - 1, place.y + place.h,
                BRG_LINE);
    brg_ui_panel_end(s->ui, c.y - top + 30);
}
