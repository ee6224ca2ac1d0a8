/* What is remembered of a claim. See memory.h.
 *
 *     lab.verdict.24 = 2026-11-21 19:40 CONFIRMED; DEVICE
 *     lab.reason.24 = The speedup of ... is 1.9 x ... */
#include "lab/memory.h"

#include <stdio.h>
#include <string.h>

static const char *name_of(const char *part, const char *claim_id, char name[BRG_KEPT_NAME]) {
    snprintf(name, BRG_KEPT_NAME, "lab.%s.%.8s", part, claim_id);
    return name;
}

/* The verdict whose name a text begins with, and what follows it. */
static brg_lab_verdict verdict_at(const char *text, const char **rest) {
    for (int v = BRG_LAB_CONFIRMED; v < BRG_LAB_VERDICT_COUNT; v++) {
        const char *name = brg_lab_verdict_name((brg_lab_verdict)v);
        *rest = text + strlen(name);
        if (strncmp(text, name, strlen(name)) == 0 && strncmp(*rest, "; ", 2) == 0)
            return (brg_lab_verdict)v;
    }
    return BRG_LAB_UNDECIDED;
}

brg_lab_memory brg_lab_memory_recall(const brg_kept *kept, const char *claim_id) {
    brg_lab_memory memory = {0};
    char name[BRG_KEPT_NAME];
    int used = 0, year, month, day, hour, minute;
    const char *rest, *text = brg_kept_text(kept, name_of("verdict", claim_id, name), "");
    if (sscanf(text, "%4d-%2d-%2d %2d:%2d %n", &year, &month, &day, &hour, &minute, &used) != 5 ||
        used != (int)sizeof "2026-11-21 19:40")
        return memory;
    memory.verdict = verdict_at(text + used, &rest);
    if (memory.verdict == BRG_LAB_UNDECIDED)
        return memory;
    snprintf(memory.when, sizeof memory.when, "%.16s", text);
    snprintf(memory.device, sizeof memory.device, "%.127s", rest + 2);
    snprintf(memory.sentence, sizeof memory.sentence, "%s",
             brg_kept_text(kept, name_of("reason", claim_id, name), ""));
    return memory;
}

static void keep_sentence(const char *sentence, const char *name, brg_kept *kept) {
    char text[BRG_KEPT_TEXT];
    const bool fits = strlen(sentence) < sizeof text;
    const int room = (int)sizeof text - (fits ? 1 : 5);
    snprintf(text, sizeof text, "%.*s%s", room, sentence, fits ? "" : " ...");
    brg_kept_set_text(kept, name, text);
}

void brg_lab_memory_keep(const brg_lab_result *result, time_t when, brg_kept *kept) {
    char name[BRG_KEPT_NAME], date[20], text[BRG_KEPT_TEXT];
    struct tm parts;
    if (!result->claim || result->state != BRG_LAB_ENDED || result->interrupted ||
        result->verdict == BRG_LAB_UNDECIDED || !localtime_r(&when, &parts))
        return;
    strftime(date, sizeof date, "%Y-%m-%d %H:%M", &parts);
    snprintf(text, sizeof text, "%s %s; %.127s", date, brg_lab_verdict_name(result->verdict),
             result->device);
    brg_kept_set_text(kept, name_of("verdict", result->claim->id, name), text);
    keep_sentence(result->sentence, name_of("reason", result->claim->id, name), kept);
}

const char *brg_lab_memory_source(const brg_lab_memory *memory, char *text, size_t size) {
    snprintf(text, size, "Measured on %s%s%s, not since this window was opened.", memory->when,
             memory->device[0] ? " on " : "", memory->device);
    return text;
}
