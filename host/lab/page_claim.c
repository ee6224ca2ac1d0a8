/* A claim on the page: what is claimed, what came of it, its data, and how it was tested. */
#include <math.h>
#include <string.h>

#include "lab/page.h"

static void put_articles(FILE *out, const char *tags) {
    char tag[16];
    int used;
    fputs("<dt>From</dt>\n", out);
    for (; sscanf(tags, "%15s%n", tag, &used) == 1; tags += used) {
        const char *article = brg_lab_article(tag);
        fputs("<dd>", out);
        brg_markup_put(out, tag);
        fputs(article ? ", " : "", out);
        brg_markup_put(out, article ? article : "");
        fputs("</dd>\n", out);
    }
}

static void put_statement(FILE *out, const brg_lab_claim *claim) {
    fputs("<dl>\n", out);
    if (claim->articles && claim->articles[0])
        put_articles(out, claim->articles);
    brg_page_entry(out, "Hypothesis", claim->hypothesis);
    brg_page_entry(out, "Measured", claim->metric);
    brg_page_entry(out, "Threshold", claim->threshold);
    brg_page_entry(out, "Refuted by", claim->refuted_by);
    brg_page_entry(out, "Workload", claim->workload);
    brg_page_entry(out, "Method", claim->method);
    brg_page_entry(out, "Control", claim->control);
    fputs("</dl>\n", out);
}

static void put_number_cells(FILE *out, const brg_lab_estimate *e, const char *unit) {
    char value[64], low[64], high[64];
    fprintf(out, "<td class=\"num\">%s ", brg_page_number(e->value, value, sizeof value));
    brg_markup_put(out, isnan(e->value) ? "" : unit);
    fputs("</td><td class=\"num\">", out);
    if (!isnan(e->value) && !isnan(e->low) && !isnan(e->high))
        fprintf(out, "%s to %s", brg_page_number(e->low, low, sizeof low),
                brg_page_number(e->high, high, sizeof high));
    fputs("</td>", out);
}

/* "at least 1.2", "1 to 2": where the claim has the number. */
static void put_range(FILE *out, const brg_lab_question *question) {
    char low[64], high[64];
    brg_page_number(question->low, low, sizeof low);
    brg_page_number(question->high, high, sizeof high);
    fputs("<td class=\"num\">", out);
    if (isinf(question->high))
        fprintf(out, "at least %s ", low);
    else if (isinf(question->low))
        fprintf(out, "at most %s ", high);
    else
        fprintf(out, "%s to %s ", low, high);
    brg_markup_put(out, question->unit);
    fputs("</td>", out);
}

static void put_answer(FILE *out, const brg_lab_question *question, const brg_lab_answer *answer) {
    static const brg_lab_estimate unknown = {NAN, NAN, NAN, 0};
    fputs("<tr><td>", out);
    brg_markup_put(out, question->what);
    fputs(question->control ? " <span class=\"soft\">(control)</span></td>" : "</td>", out);
    put_number_cells(out, answer->given ? &answer->estimate : &unknown, question->unit);
    put_range(out, question);
    fputs("<td>", out);
    brg_page_verdict(out, answer->given ? answer->verdict : BRG_LAB_UNDECIDED);
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
        brg_page_element(out, "td", result->figures[i].name);
        put_number_cells(out, &result->figures[i].estimate, result->figures[i].unit);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static void put_outcome(FILE *out, const brg_lab_result *result) {
    fprintf(out, "<div class=\"outcome v%d\">", (int)result->verdict);
    brg_page_verdict(out, result->verdict);
    if (result->sentence[0])
        brg_page_element(out, "p", result->sentence);
    if (result->control[0]) {
        fputs("<p><span class=\"soft\">Control: </span>", out);
        brg_markup_put(out, result->control);
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
        brg_markup_put(out, result->claim->dial.name);
        fprintf(out, ": %g", result->dial);
    }
    if (result->units > 0)
        fprintf(out, "; %d compute units", (int)result->units);
    if (result->simulated)
        fputs(", more than there are processors: their parallelism is simulated", out);
    fputs(result->interrupted ? "; interrupted.</p>\n" : ".</p>\n", out);
}

void brg_page_claim(FILE *out, const brg_lab_result *result) {
    fputs("<section class=\"claim\" id=\"", out);
    brg_page_anchor(out, result->claim);
    fputs("\">\n<h2><span class=\"soft\">", out);
    brg_markup_put(out, result->claim->id);
    fputs("</span> ", out);
    brg_markup_put(out, result->claim->title);
    fputs("</h2>\n", out);
    brg_page_element(out, "p class=\"lead\"", result->claim->claim);
    put_outcome(out, result);
    brg_page_plot(out, result);
    brg_page_lanes(out, result);
    put_answers(out, result);
    put_figures(out, result);
    put_effort(out, result);
    put_statement(out, result->claim);
    fputs("</section>\n", out);
}
