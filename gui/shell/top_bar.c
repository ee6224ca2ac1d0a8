/* The top bar: name, tabs, heartbeat, frame rate, device. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shell/shell.h"

/* Dots that circle while frames are drawn: when they stop without being at rest, the window froze.
 */
static void draw_heartbeat(const brg_scene *scene, float x, float y) {
    static const brg_colour colours[3] = {BRG_BLUE, BRG_AMBER, BRG_GREEN};
    double turns = (double)scene->now_ns / 1e9 * 0.6;
    float angle = (float)(6.283185 * (turns - floor(turns)));
    for (int i = 0; i < 3; i++) {
        float a = angle + 2.0943951f * (float)i;
        brg_ui_disc(scene->ui, x + 10 * cosf(a), y + 10 * sinf(a), 4,
                    scene->resting ? BRG_FAINT : colours[i]);
    }
}

static void draw_rate(const brg_scene *scene, brg_rect place) {
    const brg_frame_stats *recent = &scene->recent;
    if (scene->calm)
        brg_ui_text(scene->ui, place, BRG_FONT_MONO, BRG_LEFT, BRG_QUIET, "calm: lab measures");
    else if (scene->resting)
        brg_ui_text(scene->ui, place, BRG_FONT_MONO, BRG_LEFT, BRG_QUIET, "at rest: nothing moves");
    else if (recent->count > 0)
        brg_ui_textf(scene->ui, place, BRG_FONT_MONO, BRG_LEFT,
                     recent->p99 > 33.4f ? BRG_RED : BRG_TEXT, "%.0f fps  p99 %.1f ms",
                     1e3 / (double)recent->p50, (double)recent->p99);
}

/* PoCL's platform has a name of four words for what everybody calls by four letters. */
static const char *short_platform(const char *name) {
    return strcmp(name, "Portable Computing Language") == 0 ? "PoCL" : name;
}

static void describe_device(const brg_shell *shell, char *text, size_t size) {
    uint32_t units;
    const brg_app *app = shell->scene.app;
    const brg_device_info *device = brg_app_device(app, &units);
    if (shell->building)
        snprintf(text, size, "building kernels...");
    else if (device)
        snprintf(text, size, "%.24s \xc2\xb7 %.40s \xc2\xb7 %u unit%s",
                 short_platform(device->platform_name), device->name, units, units == 1 ? "" : "s");
    else
        snprintf(text, size, "%s", app->devices_known ? "no device" : "looking for devices...");
}

/* Returns where the pill begins. */
static float draw_device(const brg_shell *shell, brg_rect place) {
    const brg_scene *scene = &shell->scene;
    char text[BRG_NAME];
    describe_device(shell, text, sizeof text);
    float w = fminf(brg_ui_text_width(scene->ui, BRG_FONT_SMALL, text) + 28, place.w);
    brg_rect pill = {place.x + place.w - w, place.y, w, place.h};
    bool missing = scene->app->devices_known && scene->app->devices.count == 0;
    brg_ui_fill(scene->ui, pill, place.h / 2, BRG_RAISED);
    brg_rect label = {pill.x + 14, pill.y, w - 28, pill.h};
    brg_ui_text(scene->ui, label, BRG_FONT_SMALL, BRG_CENTRE, missing ? BRG_RED : BRG_TEXT, text);
    return pill.x;
}

/* Returns where the tabs end. */
static float draw_tabs(brg_shell *shell, brg_rect place) {
    brg_ui *ui = shell->scene.ui;
    float x = place.x;
    for (int i = 0; brg_view_at(i); i++) {
        const brg_view *view = brg_view_at(i);
        bool chosen = i == shell->current;
        float w = brg_ui_text_width(ui, BRG_FONT_BODY, view->name);
        brg_rect tab = {x, place.y, w + 4, place.h};
        if (brg_ui_tab(ui, view->tab, (brg_rect){x - 9, place.y, w + 18, place.h}, view->name,
                       chosen))
            brg_shell_choose(shell, i);
        if (chosen)
            brg_ui_fill(ui, (brg_rect){tab.x, tab.y + tab.h - 3, w, 3}, 0, BRG_BLUE);
        x += w + 26;
    }
    return x;
}

void brg_shell_top_bar(brg_shell *shell, brg_rect place) {
    const brg_scene *scene = &shell->scene;
    const float rate = 164;
    brg_ui *ui = scene->ui;
    brg_ui_panel_begin(ui, "top", place, BRG_PANEL);
    brg_ui_line(ui, 0, place.h - 1, place.w, place.h - 1, BRG_LINE);
    brg_ui_text(ui, (brg_rect){20, 0, 80, place.h}, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT, "Brigade");
    float tabs = draw_tabs(shell, (brg_rect){112, 0, place.w - 112, place.h});
    float room = fmaxf(place.w - 16 - tabs - rate - 60, 60);
    brg_rect device = {place.w - 16 - room, 9, room, place.h - 19};
    float x = draw_device(shell, device) - rate - 16;
    draw_rate(scene, (brg_rect){x, 0, rate, place.h});
    draw_heartbeat(scene, x - 26, place.h / 2);
    brg_ui_panel_end(ui, 0);
}
