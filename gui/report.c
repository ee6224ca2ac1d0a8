/* The window's report. See report.h. */
#include "report.h"

#include <brigade/report.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text that grows; `failed` once memory was short. */
typedef struct text {
    char *bytes;
    size_t length;
    FILE *stream;
} text;

static bool text_open(text *t) {
    memset(t, 0, sizeof *t);
    t->stream = open_memstream(&t->bytes, &t->length);
    return t->stream != NULL;
}

static void put_string(FILE *stream, const char *string) {
    fputc('"', stream);
    for (; *string; string++) {
        unsigned char c = (unsigned char)*string;
        if (c == '"' || c == '\\')
            fprintf(stream, "\\%c", c);
        else if (c < 0x20)
            fprintf(stream, "\\u%04x", c);
        else
            fputc(c, stream);
    }
    fputc('"', stream);
}

static brg_status add_json(brg_report *report, const char *name, text *t, brg_error *error) {
    brg_status status = BRG_E_MEMORY;
    if (fclose(t->stream) == 0)
        status = brg_report_json(report, name, t->bytes, error);
    else
        brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
    free(t->bytes);
    return status;
}

/* Whole pixels: a number's decimal point is the locale's in C's own printf. */
static brg_status add_widgets(brg_report *report, const brg_ui *ui, brg_error *error) {
    text t;
    const char *id;
    brg_rect r;
    if (!text_open(&t))
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
    fputc('{', t.stream);
    for (size_t i = 0; brg_ui_widget(ui, i, &id, &r); i++) {
        fputs(i ? "," : "", t.stream);
        put_string(t.stream, id);
        fprintf(t.stream, ":[%d,%d,%d,%d]", (int)r.x, (int)r.y, (int)r.w, (int)r.h);
    }
    fputc('}', t.stream);
    return add_json(report, "widgets", &t, error);
}

static brg_status add_log(brg_report *report, const brg_log *log, brg_error *error) {
    text t;
    const brg_log_line *line;
    size_t count = 0;
    if (!text_open(&t))
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
    while (brg_log_at(log, count))
        count++;
    fputc('[', t.stream);
    while (count > 0 && (line = brg_log_at(log, --count))) {
        fprintf(t.stream,
                "{\"trouble\":%s,\"text\":", line->tone == BRG_TONE_TROUBLE ? "true" : "false");
        put_string(t.stream, line->text);
        fputs(count ? "}," : "}", t.stream);
    }
    fputc(']', t.stream);
    return add_json(report, "log", &t, error);
}

static void add_frames(brg_report *report, const brg_frame_clock *clock) {
    brg_frame_stats stats = brg_frame_clock_run_stats(clock);
    brg_report_number(report, false, "frames", (double)stats.count);
    brg_report_number(report, false, "frame_p50_ms", (double)stats.p50);
    brg_report_number(report, false, "frame_p99_ms", (double)stats.p99);
    brg_report_number(report, false, "frame_max_ms", (double)stats.max);
}

static void add_counts(brg_report *report, const brg_app *app) {
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
