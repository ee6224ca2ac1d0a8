/* The lab's phrases. See phrases.h. */
#include "lab/phrases.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- numbers --------------------------------------------------------------------------------- */

static void drop_zeros(char *digits) {
    size_t length = strlen(digits);
    if (!strchr(digits, '.'))
        return;
    while (digits[length - 1] == '0')
        digits[--length] = '\0';
    if (digits[length - 1] == '.')
        digits[length - 1] = '\0';
}

/* A comma before each group of three digits. */
static void group_digits(const char *digits, char *text, size_t size) {
    size_t length = strlen(digits), at = 0;
    for (size_t i = 0; i < length && at + 2 < size; i++) {
        text[at++] = digits[i];
        bool after_sign = digits[i] == '-';
        if (!after_sign && i + 1 < length && (length - 1 - i) % 3 == 0)
            text[at++] = ',';
    }
    text[at] = '\0';
}

static void put_digits(double value, char *text, size_t size) {
    char digits[32];
    double magnitude = fabs(value);
    if (magnitude >= 1e9 || (magnitude > 0 && magnitude < 1e-4)) {
        snprintf(text, size, "%.3g", value);
    } else if (magnitude >= 999.5) {
        double step = pow(10, floor(log10(magnitude)) - 2);
        snprintf(digits, sizeof digits, "%.0f", round(value / step) * step);
        group_digits(digits, text, size);
    } else {
        int decimals = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
        if (magnitude > 0 && magnitude < 0.0995)
            decimals -= (int)floor(log10(magnitude));
        snprintf(text, size, "%.*f", decimals, value);
        drop_zeros(text);
    }
}

const char *brg_lab_phrase_number(double value, const char *unit, char text[BRG_LAB_PHRASE]) {
    char number[48] = "-";
    if (isfinite(value))
        put_digits(value, number, sizeof number);
    bool bare = !isfinite(value) || !unit || !unit[0];
    snprintf(text, BRG_LAB_PHRASE, "%s%s%.32s", number, bare ? "" : " ", bare ? "" : unit);
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
