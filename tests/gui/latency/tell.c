/* Telling what was measured: as text, as a row of a table, as JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "probe.h"
#include "stop.h"

static double own_number(const probe *p, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(p->report, name);
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

static double gflops(const probe *p) {
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(p->report, "results");
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(results, 0), "gflops");
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

static void put(double value, const char *format) {
    if (value < 0)
        printf(" -");
    else
        printf(format, value);
}

static void put_tally(const tally *t) {
    put(tally_percentile(t, 50), " %.1f");
    printf(" /");
    put(tally_percentile(t, 99), " %.1f");
    printf(" /");
    put(tally_percentile(t, 100), " %.1f");
}

/* One row of a Markdown table. */
static void print_row(const probe *p) {
    printf("| %s |", p->wanted.label);
    put(own_number(p, "frame_p50_ms"), " %.1f /");
    put(own_number(p, "frame_p99_ms"), " %.1f /");
    put(own_number(p, "frame_max_ms"), " %.1f");
    printf(" |");
    put_tally(&p->frames);
    printf(" |");
    put_tally(&p->input);
    printf(" |");
    put_tally(&p->acknowledged);
    printf(" |");
    put_tally(&p->ended);
    printf(" |");
    put_tally(&p->effective);
    printf(" |");
    put(gflops(p), " %.0f");
    printf(" | %.0f %% | %.0f %% | %.1f |\n", 100 * p->window_load, 100 * p->display_load,
           p->drawn / 1e6);
}

static void print_line(const char *name, const tally *t) {
    if (t->count == 0)
        return;
    printf("%-34s", name);
    put_tally(t);
    printf("  (%zu)\n", t->count);
}

static void print_text(const probe *p) {
    printf("%s: p50 / p99 / max in ms, and how many\n", p->wanted.label);
    if (p->report)
        printf("%-34s %.1f / %.1f / %.1f  (%.0f)\n", "frames, by the window's own clock",
               own_number(p, "frame_p50_ms"), own_number(p, "frame_p99_ms"),
               own_number(p, "frame_max_ms"), own_number(p, "frames"));
    print_line("frames, seen from outside", &p->frames);
    print_line("pointer moved to seen", &p->input);
    print_line("Escape to acknowledged", &p->acknowledged);
    print_line("Escape to over", &p->ended);
    print_line("Escape to over, as it was logged", &p->effective);
    print_line("started to first frame", &p->start);
    printf("processors used: window %.1f %%, display %.1f %%, probe %.1f %%; drawn %.1f Mpixel/s\n",
           100 * p->window_load, 100 * p->display_load, 100 * p->own_load, p->drawn / 1e6);
    if (gflops(p) >= 0)
        printf("last result: %.1f GFLOP/s\n", gflops(p));
}

static void add_tally(cJSON *to, const char *name, const tally *t) {
    cJSON *item = cJSON_AddObjectToObject(to, name);
    cJSON_AddNumberToObject(item, "count", (double)t->count);
    cJSON_AddNumberToObject(item, "p50_ms", tally_percentile(t, 50));
    cJSON_AddNumberToObject(item, "p99_ms", tally_percentile(t, 99));
    cJSON_AddNumberToObject(item, "max_ms", tally_percentile(t, 100));
}

static void save_json(const probe *p) {
    cJSON *all = cJSON_CreateObject();
    cJSON_AddStringToObject(all, "schema", "brigade-latency/1");
    cJSON_AddStringToObject(all, "label", p->wanted.label);
    add_tally(all, "start", &p->start);
    add_tally(all, "frames", &p->frames);
    add_tally(all, "input", &p->input);
    add_tally(all, "acknowledged", &p->acknowledged);
    add_tally(all, "ended", &p->ended);
    add_tally(all, "effective", &p->effective);
    cJSON_AddNumberToObject(all, "window_load", p->window_load);
    cJSON_AddNumberToObject(all, "display_load", p->display_load);
    cJSON_AddNumberToObject(all, "probe_load", p->own_load);
    cJSON_AddNumberToObject(all, "drawn_pixels_per_s", p->drawn);
    if (p->wanted.new_w > 0)
        cJSON_AddBoolToObject(all, "resized_right", p->resized_right);
    if (p->report)
        cJSON_AddItemReferenceToObject(all, "window", p->report);
    char *text = cJSON_Print(all);
    FILE *file = fopen(p->wanted.json, "wb");
    if (!file || !text || fputs(text, file) < 0 || fclose(file) != 0)
        stop("%s cannot be written.", p->wanted.json);
    free(text);
    cJSON_Delete(all);
}

void probe_tell(const probe *p) {
    if (p->wanted.row)
        print_row(p);
    else
        print_text(p);
    if (p->wanted.json)
        save_json(p);
}
