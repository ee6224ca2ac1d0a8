/* The doctor's panel: a row for each op. */
#include <math.h>
#include <stdio.h>

#include "devices/devices.h"
#include "ui/parts.h"

static const float head_h = 132, row_h = 22;

static brg_colour colour_of(brg_finding finding) {
    switch (finding) {
    case BRG_FINDING_PASSED:
        return BRG_GREEN;
    case BRG_FINDING_FAILED:
        return BRG_RED;
    case BRG_FINDING_TRYING:
        return BRG_BLUE;
    default:
        return BRG_FAINT;
    }
}

/* ---- the head -------------------------------------------------------------------------------- */

static void summarise(const brg_doctor *doctor, char *text, size_t size) {
    int passed = brg_doctor_tally(doctor, BRG_FINDING_PASSED);
    int failed = brg_doctor_tally(doctor, BRG_FINDING_FAILED);
    int skipped = brg_doctor_tally(doctor, BRG_FINDING_SKIPPED);
    if (doctor->device < 0)
        snprintf(text, size,
                 "Runs small calls of every op on the device, up to %d of each, and checks "
                 "every element against sequential C. Other jobs go first.",
                 BRG_DOCTOR_CALLS);
    else
        snprintf(text, size, "device %d: %d of %d ops passed, %d failed, %d skipped%s",
                 (int)doctor->device, passed, doctor->count, failed, skipped,
                 doctor->running                             ? "; more are being tried"
                 : passed + failed + skipped < doctor->count ? "; ended before the rest"
                                                             : "");
}

static void draw_head(brg_devices_view *v, brg_rect place) {
    char text[256];
    brg_doctor *doctor = &v->doctor;
    float x = place.x + 20, w = place.w - 40;
    brg_ui_panel_begin(v->ui, "doc_head", place, BRG_PANEL);
    brg_ui_text(v->ui, (brg_rect){x, place.y + 14, w, 26}, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT,
                "Doctor");
    bool can_start = brg_devices_chosen(v) >= 0 && !doctor->running;
    if (brg_ui_button(v->ui, "doctor", (brg_rect){x, place.y + 48, w - 138, 32},
                      doctor->running ? "Examining" : "Examine (space)", true, can_start))
        brg_devices_examine(v);
    if (brg_ui_button(v->ui, "doctor_cancel", (brg_rect){x + w - 130, place.y + 48, 130, 32},
                      "Cancel (esc)", false, doctor->running))
        brg_doctor_cancel(doctor);
    summarise(doctor, text, sizeof text);
    brg_ui_paragraph(v->ui, (brg_rect){x, place.y + 90, w, 40}, BRG_FONT_SMALL, BRG_QUIET, text);
    brg_ui_line(v->ui, place.x, place.y, place.x, place.y + place.h, BRG_LINE);
    brg_ui_panel_end(v->ui, 0);
}

/* ---- the rows -------------------------------------------------------------------------------- */

static void draw_columns(brg_devices_view *v, brg_rect at, const brg_doctor_row *row) {
    brg_ui_disc(v->ui, at.x + 4, at.y + row_h / 2, 4, colour_of(row->finding));
    brg_ui_text(v->ui, (brg_rect){at.x + 18, at.y, 170, row_h}, BRG_FONT_BODY, BRG_LEFT, BRG_TEXT,
                row->op->name);
    brg_ui_text(v->ui, (brg_rect){at.x + 184, at.y, 66, row_h}, BRG_FONT_SMALL, BRG_LEFT,
                colour_of(row->finding), brg_finding_name(row->finding));
    if (row->calls > 0)
        brg_ui_textf(v->ui, (brg_rect){at.x + 236, at.y, 40, row_h}, BRG_FONT_MONO, BRG_RIGHT,
                     BRG_QUIET, "%d", (int)row->calls);
    if (row->calls > 0 && row->finding != BRG_FINDING_SKIPPED)
        brg_ui_textf(v->ui, (brg_rect){at.x + 276, at.y, at.w - 276, row_h}, BRG_FONT_MONO,
                     BRG_RIGHT, BRG_TEXT, "%.3g", row->bound_ratio);
}

static float draw_row(brg_devices_view *v, brg_rect at, const brg_doctor_row *row) {
    float h = row_h;
    draw_columns(v, at, row);
    if (row->trouble[0])
        h += 4 + brg_ui_paragraph(
                     v->ui, (brg_rect){at.x + 18, at.y + row_h, at.w - 18, 60}, BRG_FONT_SMALL,
                     row->finding == BRG_FINDING_FAILED ? BRG_RED : BRG_QUIET, row->trouble);
    brg_ui_line(v->ui, at.x, at.y + h, at.x + at.w, at.y + h, BRG_HAIRLINE);
    return h + 1;
}

static void draw_titles(brg_devices_view *v, brg_rect at) {
    brg_ui_text(v->ui, (brg_rect){at.x + 18, at.y, 100, 20}, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT,
                "op");
    brg_ui_text(v->ui, (brg_rect){at.x + 236, at.y, 40, 20}, BRG_FONT_SMALL, BRG_RIGHT, BRG_FAINT,
                "calls");
    brg_ui_text(v->ui, (brg_rect){at.x + 276, at.y, at.w - 276, 20}, BRG_FONT_SMALL, BRG_RIGHT,
                BRG_FAINT, "error/bound");
}

void brg_devices_doctor(brg_devices_view *v, brg_rect place) {
    const brg_doctor *doctor = &v->doctor;
    draw_head(v, brg_rect_cut_top(&place, head_h));
    float scrolled = brg_ui_panel_begin(v->ui, "doc_rows", place, BRG_PANEL);
    brg_rect at = {place.x + 20, place.y - scrolled, place.w - 44, row_h};
    float top = at.y;
    draw_titles(v, at);
    at.y += 22;
    for (int i = 0; i < doctor->count; i++)
        at.y += draw_row(v, at, &doctor->rows[i]);
    brg_ui_line(v->ui, place.x, place.y, place.x, place.y + place.h, BRG_LINE);
    brg_ui_panel_end(v->ui, at.y - top + 12);
}
