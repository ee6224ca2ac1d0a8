/* The lab's page: the summary, the machine, a section for each claim, and how it is judged. */
#include "lab/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "base/c_locale.h"
#include "brigade/report.h"

/* ---- the machine ------------------------------------------------------------------------------- */

static void put_fact(FILE *out, const char *term, const cJSON *host, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(host, name);
    char text[64];
    if (cJSON_IsString(item))
        brg_page_entry(out, term, item->valuestring);
    else if (cJSON_IsNumber(item))
        brg_page_entry(out, term, brg_page_number(item->valuedouble, text, sizeof text));
}

/* The same facts as in every report. */
static void put_host(FILE *out) {
    brg_error error;
    brg_report *report = NULL;
    char text[64];
    if (brg_report_create("lab", &report, &error) != BRG_OK)
        return;
    char *document = brg_report_text(report);
    cJSON *root = document ? cJSON_Parse(document) : NULL;
    const cJSON *host = cJSON_GetObjectItemCaseSensitive(root, "host");
    const cJSON *memory = cJSON_GetObjectItemCaseSensitive(host, "memory_bytes");
    put_fact(out, "Processor", host, "cpu");
    put_fact(out, "Logical cores", host, "logical_cores");
    if (cJSON_IsNumber(memory)) {
        snprintf(text, sizeof text, "%.1f GiB", memory->valuedouble / (1024.0 * 1024 * 1024));
        brg_page_entry(out, "Memory", text);
    }
    put_fact(out, "System", host, "os");
    put_fact(out, "Kernel", host, "kernel");
    put_fact(out, "Brigade", host, "brigade");
    cJSON_Delete(root);
    free(document);
    brg_report_destroy(report);
}

/* Devices that any of the claims used, each once. */
static void put_devices(FILE *out, const brg_lab_result *results, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        bool known = !results[i].device[0];
        for (int32_t j = 0; j < i && !known; j++)
            known = strcmp(results[j].device, results[i].device) == 0;
        if (!known)
            brg_page_entry(out, "OpenCL device", results[i].device);
    }
}

static void put_conditions(FILE *out, const brg_lab_result *results, int32_t count) {
    char text[160];
    if (count == 0)
        return;
    snprintf(text, sizeof text, "seed %llu, at most %g s a claim%s",
             (unsigned long long)results[0].seed, results[0].budget_s,
             results[0].quick ? " (quick)" : "");
    brg_page_entry(out, "Run", text);
    snprintf(text, sizeof text, "%d", (int)results[0].cores);
    brg_page_entry(out, "Cores allowed", text);
}

static void put_machine(FILE *out, const brg_lab_result *results, int32_t count) {
    char text[64];
    struct tm when;
    const time_t now = time(NULL);
    fputs("<h2>The machine</h2>\n<dl>\n", out);
    put_host(out);
    put_devices(out, results, count);
    put_conditions(out, results, count);
    if (gmtime_r(&now, &when) && strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &when))
        brg_page_entry(out, "Written", text);
    fputs("</dl>\n", out);
}

/* ---- the summary ------------------------------------------------------------------------------- */

static void put_tally(FILE *out, const brg_lab_result *results, int32_t count) {
    fputs("<div class=\"tally\">\n", out);
    for (int32_t v = BRG_LAB_CONFIRMED; v < BRG_LAB_VERDICT_COUNT; v++) {
        int32_t found = 0;
        for (int32_t i = 0; i < count; i++)
            found += results[i].verdict == (brg_lab_verdict)v;
        fprintf(out, "<span><b class=\"num\">%d</b> ", (int)found);
        brg_page_verdict(out, (brg_lab_verdict)v);
        fputs("</span>\n", out);
    }
    fputs("</div>\n", out);
}

/* The question that the verdict hangs on: one that was refuted, one that is open, else the first. -1: none. */
static int32_t decisive(const brg_lab_result *result) {
    int32_t found = -1;
    for (int32_t i = 0; i < brg_lab_claim_questions(result->claim); i++) {
        const brg_lab_answer *answer = &result->answers[i];
        if (result->claim->questions[i].control || !answer->given)
            continue;
        if (answer->verdict == BRG_LAB_REFUTED)
            return i;
        const bool open = found >= 0 && answer->verdict == BRG_LAB_INCONCLUSIVE &&
                          result->answers[found].verdict == BRG_LAB_CONFIRMED;
        found = found < 0 || open ? i : found;
    }
    return found;
}

/* "speedup of all units over one: 1.9 x (1.8 to 2)". */
static void put_figure(FILE *out, const brg_lab_result *result) {
    const int32_t index = decisive(result);
    char value[64], low[64], high[64];
    if (index < 0)
        return;
    const brg_lab_question *question = &result->claim->questions[index];
    const brg_lab_estimate *e = &result->answers[index].estimate;
    fputs("<br><span class=\"soft\">", out);
    brg_markup_put(out, question->what);
    fprintf(out, ": </span>%s", brg_page_number(e->value, value, sizeof value));
    if (!isnan(e->value) && question->unit[0]) {
        fputc(' ', out);
        brg_markup_put(out, question->unit);
    }
    if (!isnan(e->low) && !isnan(e->high) && e->low < e->high)
        fprintf(out, " <span class=\"soft whole\">(%s to %s)</span>",
                brg_page_number(e->low, low, sizeof low),
                brg_page_number(e->high, high, sizeof high));
}

static const char *control_text(const brg_lab_result *result) {
    bool any = false, open = false, failed = false;
    for (int32_t i = 0; i < brg_lab_claim_questions(result->claim); i++) {
        if (!result->claim->questions[i].control)
            continue;
        const brg_lab_answer *answer = &result->answers[i];
        any = true;
        failed = failed || (answer->given && answer->verdict == BRG_LAB_REFUTED);
        open = open || !answer->given || answer->verdict != BRG_LAB_CONFIRMED;
    }
    return !any || result->verdict == BRG_LAB_NOT_APPLICABLE ? "none"
           : failed                                          ? "not as it must"
           : open                                            ? "undecided"
                                                             : "as it must";
}

static void put_summary(FILE *out, const brg_lab_result *results, int32_t count) {
    put_tally(out, results, count);
    fputs("<div class=\"wide\"><table class=\"summary\"><thead><tr><th "
          "class=\"num\">Claim</th><th></th>"
          "<th class=\"articles\">Articles</th><th class=\"articles\">Control</th>"
          "<th>Verdict</th></tr></thead><tbody>\n",
          out);
    for (int32_t i = 0; i < count; i++) {
        const brg_lab_claim *claim = results[i].claim;
        fputs("<tr>", out);
        brg_page_element(out, "td class=\"num\"", claim->id);
        fputs("<td><a href=\"#", out);
        brg_page_anchor(out, claim);
        fputs("\">", out);
        brg_markup_put(out, claim->title);
        fputs("</a>", out);
        put_figure(out, &results[i]);
        fputs("</td>", out);
        brg_page_element(out, "td class=\"articles soft\"", claim->articles);
        brg_page_element(out, "td class=\"articles soft\"", control_text(&results[i]));
        fputs("<td>", out);
        brg_page_verdict(out, results[i].verdict);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

/* Claims D1, D2 ... are about what one article says and another denies. */
static void put_disagreements(FILE *out, const brg_lab_result *results, int32_t count) {
    bool any = false;
    for (int32_t i = 0; i < count; i++) {
        const brg_lab_claim *claim = results[i].claim;
        if (claim->id[0] != 'D')
            continue;
        fputs(any ? "" : "<h2>Where the articles disagree</h2>\n", out);
        any = true;
        fputs("<h3>", out);
        brg_markup_put(out, claim->id);
        fputs(" <a href=\"#", out);
        brg_page_anchor(out, claim);
        fputs("\">", out);
        brg_markup_put(out, claim->title);
        fputs("</a> ", out);
        brg_page_verdict(out, results[i].verdict);
        fputs("</h3>\n", out);
        brg_page_element(out, "p", claim->claim);
        fputs("<p><span class=\"soft\">What the data say: </span>", out);
        brg_markup_put(out, results[i].sentence);
        fputs("</p>\n", out);
    }
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static void put_method(FILE *out) {
    fputs(
        "<section class=\"claim\"><h2>How it is judged</h2>\n"
        "<p>Every claim says beforehand which number it is about and where that number must lie. "
        "The number is measured in rounds: each round runs all conditions once, in random order, "
        "so that a machine that slows down or speeds up treats all alike.</p>\n"
        "<p>A comparison is made within each round: the ratio of two conditions of the same round "
        "(a paired ratio). What is reported is the median over the rounds, which a few bad "
        "rounds hardly move. Its 95 % interval comes from the bootstrap: the rounds are drawn "
        "again with replacement many times, and the interval holds the middle 95 % of the "
        "medians. Measuring ends when the intervals are narrow or the time is spent.</p>\n"
        "<p>Rounds in which other programs took more than a tenth of the processors, or in which "
        "the processor took a quarter longer than usual for the same small work, are kept in the "
        "data, but not judged. Workers of PoCL keep to a processor each, where the user has not "
        "set "
        "POCL_AFFINITY otherwise.</p>\n"
        "<p>Every experiment has a control: something of the same kind that must come out the "
        "other way. Where it does not, nothing is concluded.</p>\n<dl>\n<dt>",
        out);
    static const char *const rules[] = {
        NULL, "The whole interval lies where the claim places the number.",
        "The whole interval lies outside.",
        "Neither, or too much noise, or a control that did not come out as it must.",
        "This machine lacks what the experiment needs."};
    for (int32_t v = BRG_LAB_CONFIRMED; v < BRG_LAB_VERDICT_COUNT; v++) {
        fputs(v > BRG_LAB_CONFIRMED ? "<dt>" : "", out);
        brg_page_verdict(out, (brg_lab_verdict)v);
        fprintf(out, "</dt><dd>%s</dd>\n", rules[v]);
    }
    fputs("</dl>\n<p>A verdict holds for this machine, this workload and this day.</p></section>\n",
          out);
}

static void put_page(FILE *out, const brg_lab_result *results, int32_t count) {
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
            "<title>Concurrency and parallelism, put to the test</title>\n<style>\n%s</style>\n"
            "</head>\n<body>\n<main>\n<h1>Concurrency and parallelism, put to the test</h1>\n"
            "<p class=\"lead soft\">%d claim%s from articles, measured on this machine by Brigade."
            "</p>\n",
            brg_page_style, (int)count, count == 1 ? "" : "s");
    put_summary(out, results, count);
    put_disagreements(out, results, count);
    put_machine(out, results, count);
    for (int32_t i = 0; i < count; i++)
        brg_page_claim(out, &results[i]);
    put_method(out);
    fputs("</main>\n</body>\n</html>\n", out);
}

char *brg_lab_results_html(const brg_lab_result *results, int32_t count) {
    char *text = NULL;
    size_t size = 0;
    locale_t before, c = brg_enter_c_locale(&before);
    FILE *out = open_memstream(&text, &size);
    if (out)
        put_page(out, results, count);
    const bool whole = out && fclose(out) == 0 && text;
    brg_leave_c_locale(c, before);
    if (!whole) {
        free(text);
        return NULL;
    }
    return text;
}
