/* The engine's queue: the jobs that have not ended, and how far each is. */
#include <math.h>
#include <stdio.h>

#include "devices/devices.h"
#include "ui/parts.h"

static const float row_h = 26;

static void draw_job(brg_devices_view *v, brg_rect row, const brg_job_view *job) {
    float label_w = floorf(0.5f * row.w), bar_w = floorf(0.22f * row.w);
    brg_ui_text(v->ui, (brg_rect){row.x, row.y, label_w - 12, row_h}, BRG_FONT_SMALL, BRG_LEFT,
                BRG_TEXT, job->label);
    brg_rect track = {row.x + label_w, row.y + row_h / 2 - 3, bar_w, 6};
    brg_ui_fill(v->ui, track, 3, BRG_RAISED);
    track.w *= fminf(fmaxf(job->progress, 0), 1);
    if (track.w >= 1)
        brg_ui_fill(v->ui, track, 3, BRG_BLUE);
    float x = row.x + label_w + bar_w + 12;
    char where[24] = "";
    if (job->device >= 0)
        snprintf(where, sizeof where, " on device %d", (int)job->device);
    brg_ui_textf(v->ui, (brg_rect){x, row.y, row.x + row.w - x, row_h}, BRG_FONT_SMALL, BRG_LEFT,
                 BRG_QUIET, "%s%s", job->paused ? "paused" : brg_job_state_name(job->state), where);
}

void brg_devices_queue(brg_devices_view *v, brg_rect place) {
    const brg_snapshot *s = &v->snapshot;
    brg_ui_panel_begin(v->ui, "dev_queue", place, BRG_GROUND);
    brg_rect card = {place.x + 16, place.y + 4, place.w - 32, place.h - 12};
    brg_rect row = brg_part_card(v->ui, card, "Jobs in hand");
    float bottom = row.y + row.h;
    int shown = 0;
    row.h = row_h;
    for (int32_t i = 0; i < s->job_count && row.y + row_h <= bottom + 8; i++) {
        if (brg_job_state_ended(s->jobs[i].state))
            continue;
        draw_job(v, row, &s->jobs[i]);
        row.y += row_h;
        shown++;
    }
    if (!shown)
        brg_ui_text(v->ui, row, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT, "none: the engine waits");
    brg_ui_panel_end(v->ui, 0);
}
