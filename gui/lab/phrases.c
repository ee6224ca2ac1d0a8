/* The lab's phrases. See phrases.h. */
#include "lab/phrases.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- numbers --------------------------------------------------------------------------------- */

const char *brg_lab_phrase_number(double value, const char *unit, char text[BRG_LAB_PHRASE]) {
    if (isfinite(value))
        return brg_lab_number_text(value, unit, text, BRG_LAB_PHRASE);
    snprintf(text, BRG_LAB_PHRASE, "-");
    return text;
}

const char *brg_lab_phrase_range(const brg_lab_question *q, char text[BRG_LAB_PHRASE]) {
    char low[BRG_LAB_PHRASE], high[BRG_LAB_PHRASE];
    if (isinf(q->high))
        snprintf(text, BRG_LAB_PHRASE, "at least %.80s",
                 brg_lab_phrase_number(q->low, q->unit, low));
    else if (isinf(q->low))
        snprintf(text, BRG_LAB_PHRASE, "at most %.80s",
                 brg_lab_phrase_number(q->high, q->unit, high));
    else
        snprintf(text, BRG_LAB_PHRASE, "%.40s to %.50s", brg_lab_phrase_number(q->low, "", low),
                 brg_lab_phrase_number(q->high, q->unit, high));
    return text;
}

const char *brg_lab_phrase_interval(const brg_lab_estimate *e, char text[BRG_LAB_PHRASE]) {
    char low[BRG_LAB_PHRASE], high[BRG_LAB_PHRASE];
    text[0] = '\0';
    if (isfinite(e->low) && isfinite(e->high) && e->low != e->high)
        snprintf(text, BRG_LAB_PHRASE, "%.40s to %.40s", brg_lab_phrase_number(e->low, "", low),
                 brg_lab_phrase_number(e->high, "", high));
    return text;
}

/* ---- verdicts -------------------------------------------------------------------------------- */

const char *brg_lab_phrase_verdict(brg_lab_verdict verdict) {
    static const char *const words[BRG_LAB_VERDICT_COUNT] = {"not run", "confirmed", "refuted",
                                                             "inconclusive", "not applicable"};
    return (unsigned)verdict < BRG_LAB_VERDICT_COUNT ? words[verdict] : "?";
}

const char *brg_lab_phrase_answer(const brg_lab_question *question, brg_lab_verdict verdict) {
    switch (verdict) {
    case BRG_LAB_CONFIRMED:
        return question->control ? "as it must be" : "as claimed";
    case BRG_LAB_REFUTED:
        return question->control ? "not as it must be" : "not as claimed";
    case BRG_LAB_INCONCLUSIVE:
        return "undecided";
    default:
        return "not known";
    }
}

/* ---- the filter ------------------------------------------------------------------------------ */

static bool contains(const char *text, const char *word, size_t length) {
    for (; text && *text; text++)
        if (strncasecmp(text, word, length) == 0)
            return true;
    return false;
}

static bool matches_word(const brg_lab_claim *claim, brg_lab_verdict verdict, const char *word,
                         size_t length) {
    bool is_number = isdigit((unsigned char)word[0]);
    if (strlen(claim->id) == length && strncasecmp(claim->id, word, length) == 0)
        return true;
    return (!is_number && contains(claim->articles, word, length)) ||
           contains(claim->title, word, length) || contains(claim->slug, word, length) ||
           contains(brg_lab_phrase_verdict(verdict), word, length);
}

bool brg_lab_phrase_match(const brg_lab_claim *claim, brg_lab_verdict verdict, const char *filter) {
    const char *at = filter + strspn(filter, " ");
    while (*at) {
        size_t length = strcspn(at, " ");
        if (!matches_word(claim, verdict, at, length))
            return false;
        at += length;
        at += strspn(at, " ");
    }
    return true;
}
