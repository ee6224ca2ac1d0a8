/* The settings: where the panels are, and their row in the table of views. See settings.h. */
#include "settings/settings.h"

#include <inttypes.h>
#include <stdlib.h>

#include "json.h"
#include "ui/parts.h"

static const float choices_width = 520;

static brg_status create(brg_app *app, void **model, brg_error *error) {
    brg_settings_view *s = calloc(1, sizeof *s);
    if (!s)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the settings.");
    s->app = app;
    *model = s;
    return BRG_OK;
}

static void draw(void *model, const brg_scene *scene, brg_rect place) {
    brg_settings_view *s = model;
    s->scene = scene;
    s->ui = scene->ui;
    brg_settings_choices(s, brg_rect_cut_left(&place, choices_width));
    brg_settings_log(s, place);
}

static bool key(void *model, int key) {
    brg_settings_view *s = model;
    brg_preferences *p = &s->app->preferences;
    if (key == 'C')
        s->copy_due = true;
    else if (key == 'T')
        p->theme = (brg_theme)(p->theme ^ 1); /* dark and light take turns */
    else
        return false;
    return true;
}

static const char *const keys[] = {"T  dark or light", "C  copy the log", NULL};

static brg_status report(const void *model, brg_report *report, brg_error *error) {
    const brg_settings_view *s = model;
    const brg_preferences *p = &s->app->preferences;
    brg_json json;
    if (brg_json_open(&json, error) != BRG_OK)
        return BRG_E_MEMORY;
    fputs("{\"theme\":", json.stream);
    brg_json_string(&json, brg_theme_name(p->theme));
    fprintf(json.stream,
            ",\"scale\":%g,\"frames_per_s\":%g,\"slice_ms\":%g,\"niceness\":%d,\"spins\":%s,"
            "\"copies\":%" PRIu64 "}",
            (double)p->scale, (double)p->frames_per_s, (double)p->slice_ms, p->niceness,
            brg_json_bool(p->spins), s->copies);
    return brg_json_close(&json, report, "settings", error);
}

const brg_view brg_view_settings = {
    .id = "settings",
    .tab = "tab_settings",
    .name = "Settings",
    .create = create,
    .destroy = free,
    .draw = draw,
    .key = key,
    .keys = keys,
    .report = report,
};
