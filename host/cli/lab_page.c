/* The lab's page. Verdicts have a word, a shape and a colour, so that none of the three is needed alone. */
#include "lab_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "lab_plot.h"
#include "markup.h"
#include "table.h"

/* ---- pieces ------------------------------------------------------------------------------------ */

static void put_element(FILE *out, const char *name, const char *text) {
    fprintf(out, "<%s>", name);
    cli_markup_escaped(out, text);
    fprintf(out, "</%.*s>\n", (int)strcspn(name, " "), name);
}

static void put_entry(FILE *out, const char *term, const char *text) {
    if (!text || !text[0])
        return;
    put_element(out, "dt", term);
    put_element(out, "dd", text);
}

static void put_verdict(FILE *out, brg_lab_verdict verdict) {
    static const char *const shapes[BRG_LAB_VERDICT_COUNT] = {
        "<circle cx=\"8\" cy=\"8\" r=\"6\" fill=\"none\" stroke-width=\"2\"/>",
        "<circle cx=\"8\" cy=\"8\" r=\"7\" stroke=\"none\"/>",
        "<path d=\"M2 2 14 14M14 2 2 14\" fill=\"none\" stroke-width=\"4\"/>",
        "<path d=\"M8 1 15.5 15H.5Z\" stroke=\"none\"/>",
        "<path d=\"M1 8H15\" fill=\"none\" stroke-width=\"3\"/>",
    };
    fprintf(out,
            "<span class=\"verdict v%d\"><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\">%s</svg>%s"
            "</span>",
            (int)verdict, shapes[verdict], brg_lab_verdict_name(verdict));
}

static void put_anchor(FILE *out, const brg_lab_claim *claim) {
    fputs("claim-", out);
    cli_markup_escaped(out, claim->id);
}

/* ---- the machine ------------------------------------------------------------------------------- */

static void put_fact(FILE *out, const char *term, const cJSON *host, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(host, name);
    char text[64];
    if (cJSON_IsString(item))
        put_entry(out, term, item->valuestring);
    else if (cJSON_IsNumber(item))
        put_entry(out, term, cli_markup_number(item->valuedouble, text, sizeof text));
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
    if (cJSON_IsNumber(memory))
        put_entry(out, "Memory", cli_bytes_text(memory->valuedouble, text, sizeof text));
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
            put_entry(out, "OpenCL device", results[i].device);
    }
}

static void put_conditions(FILE *out, const brg_lab_result *results, int32_t count) {
    char text[160];
    if (count == 0)
        return;
    snprintf(text, sizeof text, "seed %llu, at most %g s a claim%s",
             (unsigned long long)results[0].seed, results[0].budget_s,
             results[0].quick ? " (quick)" : "");
    put_entry(out, "Run", text);
    snprintf(text, sizeof text, "%d", (int)results[0].cores);
    put_entry(out, "Cores allowed", text);
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
        put_entry(out, "Written", text);
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
        put_verdict(out, (brg_lab_verdict)v);
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
    cli_markup_escaped(out, question->what);
    fprintf(out, ": </span>%s", cli_markup_number(e->value, value, sizeof value));
    if (!isnan(e->value) && question->unit[0]) {
        fputc(' ', out);
        cli_markup_escaped(out, question->unit);
    }
    if (!isnan(e->low) && !isnan(e->high) && e->low < e->high)
        fprintf(out, " <span class=\"soft\">(%s to %s)</span>",
                cli_markup_number(e->low, low, sizeof low),
                cli_markup_number(e->high, high, sizeof high));
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
    fputs("<div class=\"wide\"><table><thead><tr><th class=\"num\">Claim</th><th></th>"
          "<th class=\"articles\">Articles</th><th class=\"articles\">Control</th>"
          "<th>Verdict</th></tr></thead><tbody>\n",
          out);
    for (int32_t i = 0; i < count; i++) {
        const brg_lab_claim *claim = results[i].claim;
        fputs("<tr>", out);
        put_element(out, "td class=\"num\"", claim->id);
        fputs("<td><a href=\"#", out);
        put_anchor(out, claim);
        fputs("\">", out);
        cli_markup_escaped(out, claim->title);
        fputs("</a>", out);
        put_figure(out, &results[i]);
        fputs("</td>", out);
        put_element(out, "td class=\"articles soft\"", claim->articles);
        put_element(out, "td class=\"articles soft\"", control_text(&results[i]));
        fputs("<td>", out);
        put_verdict(out, results[i].verdict);
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
        cli_markup_escaped(out, claim->id);
        fputs(" <a href=\"#", out);
        put_anchor(out, claim);
        fputs("\">", out);
        cli_markup_escaped(out, claim->title);
        fputs("</a> ", out);
        put_verdict(out, results[i].verdict);
        fputs("</h3>\n", out);
        put_element(out, "p", claim->claim);
        fputs("<p><span class=\"soft\">What the data say: </span>", out);
        cli_markup_escaped(out, results[i].sentence);
        fputs("</p>\n", out);
    }
}

/* ---- a claim ----------------------------------------------------------------------------------- */

static void put_articles(FILE *out, const char *tags) {
    char tag[16];
    int used;
    fputs("<dt>From</dt>\n", out);
    for (; sscanf(tags, "%15s%n", tag, &used) == 1; tags += used) {
        const char *article = brg_lab_article(tag);
        fputs("<dd>", out);
        cli_markup_escaped(out, tag);
        fputs(article ? ", " : "", out);
        cli_markup_escaped(out, article ? article : "");
        fputs("</dd>\n", out);
    }
}

static void put_statement(FILE *out, const brg_lab_claim *claim) {
    fputs("<dl>\n", out);
    if (claim->articles && claim->articles[0])
        put_articles(out, claim->articles);
    put_entry(out, "Hypothesis", claim->hypothesis);
    put_entry(out, "Measured", claim->metric);
    put_entry(out, "Threshold", claim->threshold);
    put_entry(out, "Refuted by", claim->refuted_by);
    put_entry(out, "Workload", claim->workload);
    put_entry(out, "Method", claim->method);
    put_entry(out, "Control", claim->control);
    fputs("</dl>\n", out);
}

static void put_number_cells(FILE *out, const brg_lab_estimate *e, const char *unit) {
    char value[64], low[64], high[64];
    fprintf(out, "<td class=\"num\">%s ", cli_markup_number(e->value, value, sizeof value));
    cli_markup_escaped(out, isnan(e->value) ? "" : unit);
    fputs("</td><td class=\"num\">", out);
    if (!isnan(e->value) && !isnan(e->low) && !isnan(e->high))
        fprintf(out, "%s to %s", cli_markup_number(e->low, low, sizeof low),
                cli_markup_number(e->high, high, sizeof high));
    fputs("</td>", out);
}

/* "at least 1.2", "1 to 2": where the claim has the number. */
static void put_range(FILE *out, const brg_lab_question *question) {
    char low[64], high[64];
    cli_markup_number(question->low, low, sizeof low);
    cli_markup_number(question->high, high, sizeof high);
    fputs("<td class=\"num\">", out);
    if (isinf(question->high))
        fprintf(out, "at least %s ", low);
    else if (isinf(question->low))
        fprintf(out, "at most %s ", high);
    else
        fprintf(out, "%s to %s ", low, high);
    cli_markup_escaped(out, question->unit);
    fputs("</td>", out);
}

static void put_answer(FILE *out, const brg_lab_question *question, const brg_lab_answer *answer) {
    static const brg_lab_estimate unknown = {NAN, NAN, NAN, 0};
    fputs("<tr><td>", out);
    cli_markup_escaped(out, question->what);
    fputs(question->control ? " <span class=\"soft\">(control)</span></td>" : "</td>", out);
    put_number_cells(out, answer->given ? &answer->estimate : &unknown, question->unit);
    put_range(out, question);
    fputs("<td>", out);
    put_verdict(out, answer->given ? answer->verdict : BRG_LAB_UNDECIDED);
    fputs("</td></tr>\n", out);
}

static void put_answers(FILE *out, const brg_lab_result *result) {
    const int32_t count = brg_lab_claim_questions(result->claim);
    if (count == 0)
        return;
    fputs("<div class=\"wide\"><table class=\"answers\"><thead><tr><th>Question</th><th "
          "class=\"num\">Answer</th>"
          "<th class=\"num\">95 % interval</th><th class=\"num\">Claimed</th><th>Verdict</th></tr>"
          "</thead><tbody>\n",
          out);
    for (int32_t i = 0; i < count; i++)
        put_answer(out, &result->claim->questions[i], &result->answers[i]);
    fputs("</tbody></table></div>\n", out);
}

static void put_figures(FILE *out, const brg_lab_result *result) {
    if (result->figure_count == 0)
        return;
    fputs("<div class=\"wide\"><table><thead><tr><th>Also measured</th><th class=\"num\">Value</th>"
          "<th class=\"num\">95 % interval</th></tr></thead><tbody>\n",
          out);
    for (int32_t i = 0; i < result->figure_count; i++) {
        fputs("<tr>", out);
        put_element(out, "td", result->figures[i].name);
        put_number_cells(out, &result->figures[i].estimate, result->figures[i].unit);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static void put_outcome(FILE *out, const brg_lab_result *result) {
    fprintf(out, "<div class=\"outcome v%d\">", (int)result->verdict);
    put_verdict(out, result->verdict);
    if (result->sentence[0])
        put_element(out, "p", result->sentence);
    if (result->control[0]) {
        fputs("<p><span class=\"soft\">Control: </span>", out);
        cli_markup_escaped(out, result->control);
        fputs("</p>\n", out);
    }
    fputs("</div>\n", out);
}

static void put_effort(FILE *out, const brg_lab_result *result) {
    fprintf(out, "<p class=\"soft\">%d %s in %.1f s", (int)result->rounds,
            result->rounds == 1 ? "round" : "rounds", result->seconds);
    if (result->disturbed > 0)
        fprintf(out, "; %d more were disturbed and do not count", (int)result->disturbed);
    if (!isnan(result->others))
        fprintf(out, "; other programs took %.0f %% of the processors' time", 100 * result->others);
    if (result->slower > 0.1)
        fprintf(out, "; the same small work took %.0f %% longer than usual at worst",
                100 * result->slower);
    if (result->claim->dial.name) {
        fputs("; ", out);
        cli_markup_escaped(out, result->claim->dial.name);
        fprintf(out, ": %g", result->dial);
    }
    if (result->units > 0)
        fprintf(out, "; %d compute units", (int)result->units);
    if (result->simulated)
        fputs(", more than there are processors: their parallelism is simulated", out);
    fputs(result->interrupted ? "; interrupted.</p>\n" : ".</p>\n", out);
}

static void put_claim(FILE *out, const brg_lab_result *result) {
    fputs("<section class=\"claim\" id=\"", out);
    put_anchor(out, result->claim);
    fputs("\">\n<h2><span class=\"soft\">", out);
    cli_markup_escaped(out, result->claim->id);
    fputs("</span> ", out);
    cli_markup_escaped(out, result->claim->title);
    fputs("</h2>\n", out);
    put_element(out, "p class=\"lead\"", result->claim->claim);
    put_outcome(out, result);
    cli_lab_plot_put(out, result);
    cli_lab_lanes_put(out, result);
    put_answers(out, result);
    put_figures(out, result);
    put_effort(out, result);
    put_statement(out, result->claim);
    fputs("</section>\n", out);
}

/* ---- the page ---------------------------------------------------------------------------------- */

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
        put_verdict(out, (brg_lab_verdict)v);
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
            cli_lab_style, (int)count, count == 1 ? "" : "s");
    put_summary(out, results, count);
    put_disagreements(out, results, count);
    put_machine(out, results, count);
    for (int32_t i = 0; i < count; i++)
        put_claim(out, &results[i]);
    put_method(out);
    fputs("</main>\n</body>\n</html>\n", out);
}

typedef void put_function(FILE *out, const brg_lab_result *results, int32_t count);

static brg_status save(const char *path, put_function *put, const brg_lab_result *results,
                       int32_t count, brg_error *error) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out)
        put(out, results, count);
    const bool whole = out && fclose(out) == 0 && text;
    const brg_status status = whole ? brg_file_write(path, text, size, error)
                                    : brg_fail(error, BRG_E_MEMORY, "no memory for %.400s", path);
    free(text);
    return status;
}

brg_status cli_lab_page_save(const char *path, const brg_lab_result *results, int32_t count,
                             brg_error *error) {
    return save(path, put_page, results, count, error);
}

/* ---- JUnit ------------------------------------------------------------------------------------- */

static void put_outcome_element(FILE *out, const char *name, const char *message) {
    fprintf(out, "<%s message=\"", name);
    cli_markup_escaped(out, message);
    fputs("\"/>", out);
}

static void put_testcase(FILE *out, const brg_lab_result *result) {
    fprintf(out, "  <testcase classname=\"brigade.lab\" time=\"%.3f\" name=\"", result->seconds);
    cli_markup_escaped(out, result->claim->id);
    fputc(' ', out);
    cli_markup_escaped(out, result->claim->title);
    fputs("\">", out);
    if (result->error.status != BRG_OK)
        put_outcome_element(out, "error", result->error.what);
    else if (result->verdict == BRG_LAB_REFUTED)
        put_outcome_element(out, "failure", result->sentence);
    else if (result->verdict != BRG_LAB_CONFIRMED) {
        char message[BRG_LAB_TEXT + 32];
        snprintf(message, sizeof message, "%s: %s", brg_lab_verdict_name(result->verdict),
                 result->sentence);
        put_outcome_element(out, "skipped", message);
    }
    fputs("</testcase>\n", out);
}

static void put_suite(FILE *out, const brg_lab_result *results, int32_t count) {
    int32_t errors = 0, failures = 0, confirmed = 0;
    double seconds = 0;
    for (int32_t i = 0; i < count; i++) {
        const bool error = results[i].error.status != BRG_OK;
        errors += error;
        failures += !error && results[i].verdict == BRG_LAB_REFUTED;
        confirmed += !error && results[i].verdict == BRG_LAB_CONFIRMED;
        seconds += results[i].seconds;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"brigade lab\" "
            "tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\">\n",
            (int)count, (int)failures, (int)errors, (int)(count - errors - failures - confirmed),
            seconds);
    for (int32_t i = 0; i < count; i++)
        put_testcase(out, &results[i]);
    fputs("</testsuite>\n", out);
}

brg_status cli_lab_junit_save(const char *path, const brg_lab_result *results, int32_t count,
                              brg_error *error) {
    return save(path, put_suite, results, count, error);
}
