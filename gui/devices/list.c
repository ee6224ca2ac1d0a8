/* The list of devices, a group for each platform. */
#include <stdio.h>

#include "devices/devices.h"
#include "ui/parts.h"

/* Widgets keep their names, so each needs one of its own that stays. */
#define EIGHT(a)                                                                                   \
    "device_" #a "0", "device_" #a "1", "device_" #a "2", "device_" #a "3", "device_" #a "4",      \
        "device_" #a "5", "device_" #a "6", "device_" #a "7"
static const char *const ids[BRG_MAX_DEVICES] = {EIGHT(0), EIGHT(1), EIGHT(2), EIGHT(3)};
#undef EIGHT

static const float row_h = 46;

static float draw_platform(brg_devices_view *v, brg_rect at, const brg_device_info *device) {
    brg_ui_text(v->ui, (brg_rect){at.x, at.y, at.w, 18}, BRG_FONT_BOLD, BRG_LEFT, BRG_QUIET,
                device->platform_name);
    brg_ui_text(v->ui, (brg_rect){at.x, at.y + 18, at.w, 16}, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT,
                device->platform_version);
    return 44;
}

static void draw_device(brg_devices_view *v, brg_rect at, const brg_device_info *device) {
    brg_ui_pointer pointer;
    const brg_app *app = v->app;
    bool chosen = device->index == brg_devices_chosen(v);
    bool hovered = brg_ui_area(v->ui, ids[device->index], at, &pointer);
    bool is_default = app->devices_status == BRG_OK && app->default_device.index == device->index;
    if (pointer.clicked)
        v->chosen = device->index;
    if (chosen || hovered)
        brg_ui_fill(v->ui, at, 6, chosen ? BRG_SELECTED : BRG_RAISED);
    brg_rect text = brg_rect_inset(at, 10, 4);
    brg_ui_text(v->ui, (brg_rect){text.x, text.y, text.w, 19}, BRG_FONT_BODY, BRG_LEFT, BRG_TEXT,
                device->name);
    brg_ui_textf(v->ui, (brg_rect){text.x, text.y + 19, text.w, 18}, BRG_FONT_SMALL, BRG_LEFT,
                 BRG_QUIET, "%d:%d, %s, %u unit%s%s", (int)device->platform, (int)device->device,
                 brg_device_kind_name(device->kind), device->compute_units,
                 device->compute_units == 1 ? "" : "s", is_default ? ", the default" : "");
}

/* Why the list is empty, or not as long as it might be. */
static float draw_note(brg_devices_view *v, brg_rect at) {
    const brg_app *app = v->app;
    const char *text = !app->devices_known       ? "Looking for devices..."
                       : app->devices.note[0]    ? app->devices.note
                       : app->devices.count == 0 ? "There is no OpenCL device. Install a driver, "
                                                   "for example pocl-opencl-icd."
                                                 : "";
    return text[0] ? 10 + brg_ui_paragraph(v->ui, at, BRG_FONT_SMALL, BRG_QUIET, text) : 0;
}

/* Which one jobs take that name none, and why. */
static float draw_default(brg_devices_view *v, brg_rect at) {
    char text[512];
    const brg_app *app = v->app;
    if (!app->devices_known || app->devices.count == 0)
        return 0;
    if (app->devices_status == BRG_OK)
        snprintf(text, sizeof text, "Jobs that name no device go to %d:%d: %s.",
                 (int)app->devices.devices[app->default_device.index].platform,
                 (int)app->devices.devices[app->default_device.index].device,
                 app->default_device.why);
    else
        snprintf(text, sizeof text, "%s %s", app->devices_error.what, app->devices_error.hint);
    return 10 + brg_ui_paragraph(v->ui, at, BRG_FONT_SMALL,
                                 app->devices_status == BRG_OK ? BRG_QUIET : BRG_RED, text);
}

void brg_devices_list(brg_devices_view *v, brg_rect place) {
    const brg_device_list *list = &v->app->devices;
    float scrolled = brg_ui_panel_begin(v->ui, "dev_list", place, BRG_PANEL);
    float x = place.x + 20, w = place.w - 40, y = place.y + 18 - scrolled, top = y;
    for (int32_t i = 0; v->app->devices_known && i < list->count; i++) {
        const brg_device_info *device = &list->devices[i];
        if (i == 0 || device->platform != list->devices[i - 1].platform)
            y += draw_platform(v, (brg_rect){x, y, w, 40}, device);
        draw_device(v, (brg_rect){x - 10, y, w + 20, row_h}, device);
        y += row_h + 6;
    }
    y += 6;
    y += draw_note(v, (brg_rect){x, y, w, 80});
    y += draw_default(v, (brg_rect){x, y, w, 80});
    brg_ui_line(v->ui, place.x + place.w - 1, place.y, place.x + place.w - 1, place.y + place.h,
                BRG_LINE);
    brg_ui_panel_end(v->ui, y - top + 20);
}
