/* The window's report. See report.h. */
#include "report.h"

#include <brigade/report.h>
#include <stdio.h>

#include "json.h"

/* Whole pixels: a number's decimal point is the locale's in C's own printf. */
static brg_status add_widgets(brg_report *report, const brg_ui *ui, brg_error *error) {
    brg_json t;
    const char *id;
    brg_rect r;
    if (brg_json_open(&t, error) != BRG_OK)
        return BRG_E_MEMORY;
    fputc('{', t.stream);
    for (size_t i = 0; brg_ui_widget(ui, i, &id, &r); i++) {
        fputs(i ? "," : "", t.stream);
        brg_json_string(&t, id);
        fprintf(t.stream, ":[%d,%d,%d,%d]", (int)r.x, (int)r.y, (int)r.w, (int)r.h);
    }
    fputc('}', t.stream);
    return brg_json_close(&t, report, "widgets", error);
}

static brg_status add_log(brg_report *report, const brg_log *log, brg_error *error) {
    brg_json t;
    const brg_log_line *line;
    size_t count = 0;
    if (brg_json_open(&t, error) != BRG_OK)
        return BRG_E_MEMORY;
    while (brg_log_at(log, count))
        count++;
    fputc('[', t.stream);
    while (count > 0 && (line = brg_log_at(log, --count))) {
        fprintf(t.stream,
                "{\"trouble\":%s,\"text\":", brg_json_bool(line->tone == BRG_TONE_TROUBLE));
        brg_json_string(&t, line->text);
        fputs(count ? "}," : "}", t.stream);
    }
    fputc(']', t.stream);
    return brg_json_close(&t, report, "log", error);
}

static void add_frames(brg_report *report, const brg_frame_clock *clock) {
    brg_frame_stats stats = brg_frame_clock_run_stats(clock);
    brg_report_number(report, false, "frames", (double)stats.count);
    brg_report_number(report, false, "frame_p50_ms", (double)stats.p50);
    brg_report_number(report, false, "frame_p99_ms", (double)stats.p99);
    brg_report_number(report, false, "frame_max_ms", (double)stats.max);
}

static void add_counts(brg_report *report, const brg_app *app) {
    brg_report_number(report, false, "devices_known", app->devices_known ? 1 : 0);
    brg_report_number(report, false, "frozen_ms", app->frozen_ms);
    brg_report_number(report, false, "runs_asked", (double)app->runs_asked);
    brg_report_number(report, false, "cancels_asked", (double)app->cancels_asked);
    brg_report_number(report, false, "jobs_submitted", (double)app->submitted);
    brg_report_number(report, false, "jobs_done", (double)app->done);
    brg_report_number(report, false, "jobs_failed", (double)app->failed);
}

static brg_status fill(brg_report *report, const brg_shell *shell, brg_error *error) {
    uint32_t units;
    const brg_app *app = shell->scene.app;
    const brg_device_info *device = brg_app_device(app, &units);
    if (device)
        brg_report_device(report, device, app->device ? NULL : &app->default_device);
    add_frames(report, shell->scene.clock);
    add_counts(report, app);
    brg_status status = brg_shell_report(shell, report, error);
    if (status == BRG_OK)
        status = add_log(report, &app->log, error);
    return status == BRG_OK ? add_widgets(report, shell->scene.ui, error) : status;
}

brg_status brg_gui_report_save(const char *path, const brg_shell *shell, brg_error *error) {
    brg_report *report;
    brg_status status = brg_report_create("gui", &report, error);
    if (status != BRG_OK)
        return status;
    status = fill(report, shell, error);
    if (status == BRG_OK)
        status = brg_report_save(report, path, error);
    brg_report_destroy(report);
    return status;
}
