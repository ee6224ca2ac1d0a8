/* What the lab's view tells: its part of a report, and what it remembers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "lab/phrases.h"
#include "lab/view.h"

void brg_lab_view_keep(const brg_lab_view *v, brg_kept *kept) {
    brg_kept_set_text(kept, "lab.claim", brg_desk_chosen(&v->desk)->claim->id);
    brg_kept_set_number(kept, "lab.budget_s", (double)v->desk.budget_s);
    for (int32_t i = 0; i < v->desk.count; i++)
        brg_lab_memory_keep(&v->desk.entries[i].result, v->desk.entries[i].ended, kept);
}

void brg_lab_view_recall(brg_lab_view *v, const brg_kept *kept) {
    brg_desk *desk = &v->desk;
    const char *id = brg_kept_text(kept, "lab.claim", "");
    for (int32_t i = 0; i < desk->count; i++) {
        brg_desk_entry *entry = &desk->entries[i];
        entry->memory = brg_lab_memory_recall(kept, entry->claim->id);
        if (strcmp(entry->claim->id, id) == 0)
            desk->chosen = i;
    }
    desk->budget_s = (float)brg_kept_number(kept, "lab.budget_s", BRG_DESK_LEAST_S, BRG_DESK_MOST_S,
                                            (double)desk->budget_s);
}

/* ---- the report ------------------------------------------------------------------------------ */

static void put_number(brg_json *json, const char *name, double value) {
    if (isfinite(value))
        fprintf(json->stream, ",\"%s\":%.9g", name, value);
    else
        fprintf(json->stream, ",\"%s\":null", name);
}

static void put_result(brg_json *json, const brg_desk_entry *entry, bool first) {
    static const char *const states[] = {"waiting", "running", "ended"};
    const brg_lab_result *r = &entry->result;
    fprintf(json->stream, "%s{\"id\":", first ? "" : ",");
    brg_json_string(json, entry->claim->id);
    fprintf(json->stream, ",\"state\":\"%s\",\"verdict\":\"%s\",\"interrupted\":%s",
            states[r->state], brg_lab_verdict_name(r->verdict), brg_json_bool(r->interrupted));
    put_number(json, "dial", r->dial);
    put_number(json, "seconds", r->seconds);
    put_number(json, "budget_s", r->budget_s);
    put_number(json, "rounds", r->rounds);
    put_number(json, "disturbed", r->disturbed);
    put_number(json, "samples", r->sample_count);
    put_number(json, "series", r->series_count);
    put_number(json, "figures", r->figure_count);
    put_number(json, "spans", r->span_count);
    put_number(json, "changes", (double)entry->serial);
    fputs(",\"sentence\":", json->stream);
    brg_json_string(json, r->sentence);
    fputs("}", json->stream);
}

static void put_results(brg_json *json, const brg_desk *desk) {
    bool first = true;
    fputs(",\"results\":[", json->stream);
    for (int32_t i = 0; i < desk->count; i++)
        if (brg_desk_has_result(&desk->entries[i])) {
            put_result(json, &desk->entries[i], first);
            first = false;
        }
    fputs("]", json->stream);
}

static void put_memories(brg_json *json, const brg_desk *desk) {
    bool first = true;
    fputs(",\"remembered\":{", json->stream);
    for (int32_t i = 0; i < desk->count; i++) {
        const brg_desk_entry *entry = &desk->entries[i];
        if (entry->memory.verdict == BRG_LAB_UNDECIDED)
            continue;
        fprintf(json->stream, "%s\"%s\":", first ? "" : ",", entry->claim->id);
        brg_json_string(json, brg_lab_verdict_name(entry->memory.verdict));
        first = false;
    }
    fputs("}", json->stream);
}

brg_status brg_lab_view_report(const brg_lab_view *v, brg_report *report, brg_error *error) {
    const brg_desk *desk = &v->desk;
    brg_json json;
    if (brg_json_open(&json, error) != BRG_OK)
        return BRG_E_MEMORY;
    fputs("{\"chosen\":", json.stream);
    brg_json_string(&json, brg_desk_chosen(desk)->claim->id);
    fputs(",\"filter\":", json.stream);
    brg_json_string(&json, desk->filter);
    fprintf(json.stream, ",\"running\":%s,\"sheet\":\"%s\"", brg_json_bool(brg_desk_running(desk)),
            v->sheet == BRG_LAB_SHEET_TIMELINE ? "timeline" : "rounds");
    put_number(&json, "claims", desk->count);
    put_number(&json, "shown", brg_desk_shown(desk));
    put_number(&json, "budget_s", (double)desk->budget_s);
    put_number(&json, "dial", (double)brg_desk_chosen(desk)->dial);
    put_number(&json, "runs", (double)desk->runs);
    put_number(&json, "ended", (double)desk->ended);
    put_number(&json, "saves", (double)desk->saves);
    fputs(",\"saved\":", json.stream);
    brg_json_string(&json, desk->saving.path);
    fputs(",\"saved_page\":", json.stream);
    brg_json_string(&json, desk->saving.page_path);
    put_results(&json, desk);
    put_memories(&json, desk);
    fputs("}", json.stream);
    return brg_json_close(&json, report, "lab", error);
}
