/* What the parts of the page are made of. Verdicts have a word, a shape and a colour, so that none of the three is
 * needed alone. */
#include <math.h>
#include <string.h>

#include "lab/page.h"

const char *brg_page_number(double value, char *text, size_t size) {
    if (isnan(value))
        snprintf(text, size, "not measured");
    else
        brg_lab_number_text(value, NULL, text, size);
    return text;
}

void brg_page_element(FILE *out, const char *name, const char *text) {
    fprintf(out, "<%s>", name);
    brg_markup_put(out, text);
    fprintf(out, "</%.*s>\n", (int)strcspn(name, " "), name);
}

void brg_page_entry(FILE *out, const char *term, const char *text) {
    if (!text || !text[0])
        return;
    brg_page_element(out, "dt", term);
    brg_page_element(out, "dd", text);
}

void brg_page_verdict(FILE *out, brg_lab_verdict verdict) {
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

void brg_page_anchor(FILE *out, const brg_lab_claim *claim) {
    fputs("claim-", out);
    brg_markup_put(out, claim->id);
}
