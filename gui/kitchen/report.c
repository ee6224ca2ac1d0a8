/* The kitchen's report. See report.h. */
#include "kitchen/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Three decimals, whatever the locale's decimal point is; what is not known is null. */
static void put_number(FILE *to, double value) {
    long long thousandths = llround(1e3 * fabs(value));
    if (!(value >= 0))
        fputs("null", to);
    else
        fprintf(to, "%lld.%03lld", thousandths / 1000, thousandths % 1000);
}

static void put(FILE *to, const char *name, double value) {
    fprintf(to, ",\"%s\":", name);
    put_number(to, value);
}

static void put_list(FILE *to, const char *name, const double values[BRG_DISHES]) {
    fprintf(to, ",\"%s\":[", name);
    for (int d = 0; d < BRG_DISHES; d++) {
        fputs(d ? "," : "", to);
        put_number(to, values[d]);
    }
    fputc(']', to);
}

static int count_bars(const brg_bars *bars, int from, int to) {
    int count = 0;
    for (int i = 0; i < bars->count; i++)
        count += bars->bars[i].what >= from && bars->bars[i].what <= to;
    return count;
}

static void put_way(FILE *to, const brg_kitchen *kitchen, brg_way way) {
    static const char *const names[BRG_WAYS] = {"neither", "concurrent", "parallel", "both"};
    const brg_way_record *record = &kitchen->ways[way];
    brg_figures f = brg_history_median(&record->history);
    fprintf(to, "%s\"%s\":{\"cooked\":%d,\"verified\":%d", way ? "," : "", names[way],
            record->history.cooked, record->verified);
    put(to, "makespan_ms", f.makespan);
    put_list(to, "first_progress_ms", f.first);
    put_list(to, "done_ms", f.done);
    put(to, "frozen_ms", f.frozen);
    put(to, "frame_p50_ms", f.frame_p50);
    put(to, "frame_p99_ms", f.frame_p99);
    put(to, "frame_max_ms", f.frame_max);
    put(to, "in_flight", f.in_flight);
    put(to, "spread", record->history.spread);
    fprintf(to, ",\"units\":%u,\"kernel_bars\":%d,\"frame_bars\":%d,\"frozen_bars\":%d}",
            brg_way_on_all(way) ? kitchen->units : 1, count_bars(&record->bars, 0, BRG_DISHES - 1),
            count_bars(&record->bars, BRG_BAR_FRAME, BRG_BAR_FRAME),
            count_bars(&record->bars, BRG_BAR_FROZEN, BRG_BAR_FROZEN));
}

static void put_dishes(FILE *to, const brg_kitchen *kitchen) {
    char title[48];
    fputs("\"dishes\":[", to);
    for (int d = 0; d < BRG_DISHES; d++)
        fprintf(to, "%s\"%s\"", d ? "," : "",
                brg_dish_title(d, kitchen->menu.sizes[d], title, sizeof title));
    fputs("]", to);
}

static void put_kitchen(FILE *to, const brg_kitchen *kitchen) {
    char sentence[512];
    fputs("{", to);
    put_dishes(to, kitchen);
    put(to, "slice_ms", (double)kitchen->slice_ms);
    fprintf(to, ",\"selected\":\"%s\",\"laid_out\":%s,\"rounds\":%d,\"finding\":\"%s\",\"ways\":{",
            brg_way_name(kitchen->way), kitchen->phase >= BRG_KITCHEN_OPEN ? "true" : "false",
            kitchen->rounds, brg_kitchen_findings(kitchen, sentence, sizeof sentence));
    for (int w = 0; w < BRG_WAYS; w++)
        put_way(to, kitchen, (brg_way)w);
    fputs("}}", to);
}

brg_status brg_kitchen_report(const brg_kitchen *kitchen, brg_report *report, brg_error *error) {
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    if (!stream)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
    put_kitchen(stream, kitchen);
    brg_status status = fclose(stream) == 0
                            ? brg_report_json(report, "kitchen", text, error)
                            : brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
    free(text);
    return status;
}
