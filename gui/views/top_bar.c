/* The top bar: name, heartbeat, frame rate, device. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "workbench.h"

/* Dots that circle while frames are drawn: when they stop without being at rest, the window froze.
 */
static void draw_heartbeat(brg_workbench *bench, float x, float y) {
    static const brg_colour colours[3] = {BRG_BLUE, BRG_AMBER, BRG_GREEN};
    double turns = (double)bench->now_ns / 1e9 * 0.6;
    float angle = (float)(6.283185 * (turns - floor(turns)));
    for (int i = 0; i < 3; i++) {
        float a = angle + 2.0943951f * (float)i;
        brg_ui_disc(bench->ui, x + 10 * cosf(a), y + 10 * sinf(a), 4,
                    bench->resting ? BRG_FAINT : colours[i]);
    }
}

static void draw_rate(brg_workbench *bench, brg_rect place) {
    const brg_frame_stats *recent = &bench->recent;
    if (bench->resting)
        brg_ui_text(bench->ui, place, BRG_FONT_MONO, BRG_LEFT, BRG_QUIET, "at rest: nothing moves");
    else if (recent->count > 0)
        brg_ui_textf(bench->ui, place, BRG_FONT_MONO, BRG_LEFT,
                     recent->p99 > 33.4f ? BRG_RED : BRG_TEXT, "%.0f fps  p99 %.1f ms",
                     1e3 / (double)recent->p50, (double)recent->p99);
}

/* PoCL's platform has a name of four words for what everybody calls by four letters. */
static const char *short_platform(const char *name) {
    return strcmp(name, "Portable Computing Language") == 0 ? "PoCL" : name;
}

static void describe_device(const brg_app *app, char *text, size_t size) {
    uint32_t units;
    const brg_device_info *device = brg_app_device(app, &units);
    if (device)
        snprintf(text, size, "%.24s \xc2\xb7 %.40s \xc2\xb7 %u unit%s",
                 short_platform(device->platform_name), device->name, units, units == 1 ? "" : "s");
    else
        snprintf(text, size, "%s", app->devices_known ? "no device" : "looking for devices...");
}

/* Returns where the pill begins. */
static float draw_device(brg_workbench *bench, brg_rect place) {
    char text[BRG_NAME];
    describe_device(bench->app, text, sizeof text);
    float w = fminf(brg_ui_text_width(bench->ui, BRG_FONT_SMALL, text) + 28, place.w);
    brg_rect pill = {place.x + place.w - w, place.y, w, place.h};
    bool missing = bench->app->devices_known && bench->app->devices.count == 0;
    brg_ui_fill(bench->ui, pill, place.h / 2, BRG_RAISED);
    brg_rect label = {pill.x + 14, pill.y, w - 28, pill.h};
    brg_ui_text(bench->ui, label, BRG_FONT_SMALL, BRG_CENTRE, missing ? BRG_RED : BRG_TEXT, text);
    return pill.x;
}

/* The name of the view, with a line under it; the others' names come to stand beside it. */
static void draw_tab(brg_workbench *bench, brg_rect place, const char *name) {
    float bottom = place.y + place.h, w = brg_ui_text_width(bench->ui, BRG_FONT_BOLD, name);
    brg_ui_text(bench->ui, place, BRG_FONT_BOLD, BRG_LEFT, BRG_TEXT, name);
    brg_ui_line(bench->ui, 0, bottom - 1, 5000, bottom - 1, BRG_LINE);
    brg_ui_fill(bench->ui, (brg_rect){place.x, bottom - 3, w, 3}, 0, BRG_BLUE);
}

void brg_view_top_bar(brg_workbench *bench, brg_rect place) {
    const float rate = 164;
    brg_ui *ui = bench->ui;
    brg_ui_panel_begin(ui, "top", place, BRG_PANEL);
    brg_ui_text(ui, (brg_rect){20, 0, 80, place.h}, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT, "Brigade");
    draw_tab(bench, (brg_rect){110, 0, 100, place.h}, "Workbench");
    brg_rect device = {place.w * 0.6f - 16, 9, place.w * 0.4f, place.h - 19};
    float x = draw_device(bench, device) - rate - 20;
    draw_rate(bench, (brg_rect){x, 0, rate, place.h});
    draw_heartbeat(bench, x - 26, place.h / 2);
    brg_ui_panel_end(ui, 0);
}
