/* Judging: from estimates to verdicts, and from verdicts to sentences. */
#include "lab/judge.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Adds to a text what still fits. */
static void append(char *text, size_t size, const char *between, const char *more) {
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%s%s", length ? between : "", more);
}

/* ---- one question ------------------------------------------------------------------------------ */

brg_lab_verdict brg_lab_verdict_of(const brg_lab_question *question,
                                   const brg_lab_estimate *estimate) {
    if (!(estimate->low <= estimate->value && estimate->value <= estimate->high))
        return BRG_LAB_INCONCLUSIVE; /* among others if one is NaN */
    if (estimate->low >= question->low && estimate->high <= question->high)
        return BRG_LAB_CONFIRMED;
    if (estimate->high < question->low || estimate->low > question->high)
        return BRG_LAB_REFUTED;
    return BRG_LAB_INCONCLUSIVE;
}

/* Thousands set apart by commas: three digits that count, and zeros. */
static void print_large(double value, char *text, size_t size) {
    double step = pow(10, floor(log10(fabs(value))) - 2);
    char digits[64];
    int length = snprintf(digits, sizeof digits, "%.0f", round(fabs(value) / step) * step);
    size_t at = 0;
    if (value < 0 && size > 1)
        text[at++] = '-';
    for (int i = 0; i < length && at + 2 < size; i++) {
        text[at++] = digits[i];
        if (i + 1 < length && (length - 1 - i) % 3 == 0)
            text[at++] = ',';
    }
    text[at] = '\0';
}

/* 4.00 is 4, as counts are. */
static void drop_zeros(char *number) {
    size_t length = strlen(number);
    if (!strchr(number, '.'))
        return;
    while (number[length - 1] == '0')
        number[--length] = '\0';
    if (number[length - 1] == '.')
        number[length - 1] = '\0';
}

static void print_middling(double value, char *text, size_t size) {
    double magnitude = fabs(value);
    int decimals = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
    if (magnitude > 0 && magnitude < 0.0995)
        decimals -= (int)floor(log10(magnitude));
    snprintf(text, size, "%.*f", decimals, value);
    drop_zeros(text);
}

const char *brg_lab_number_text(double value, const char *unit, char *text, size_t size) {
    char number[64];
    double magnitude = fabs(value);
    if (!isfinite(value))
        snprintf(number, sizeof number, "%s", isnan(value) ? "no number" : "infinite");
    else if (magnitude >= 1e9 || (magnitude > 0 && magnitude < 1e-4))
        snprintf(number, sizeof number, "%.3g", value);
    else if (magnitude >= 999.5)
        print_large(value, number, sizeof number);
    else
        print_middling(value, number, sizeof number);
    snprintf(text, size, "%s%s%s", number, unit && unit[0] ? " " : "", unit ? unit : "");
    return text;
}

/* "above 1.2 x", "below 3 %", "between 0.9 and 1.1". */
static void print_range(const brg_lab_question *question, char *text, size_t size) {
    char low[96], high[96];
    brg_lab_number_text(question->low, isinf(question->high) ? question->unit : "", low,
                        sizeof low);
    brg_lab_number_text(question->high, question->unit, high, sizeof high);
    if (isinf(question->high))
        snprintf(text, size, "at least %s", low);
    else if (isinf(question->low))
        snprintf(text, size, "at most %s", high);
    else
        snprintf(text, size, "between %s and %s", low, high);
}

static void print_estimate(const brg_lab_question *question, const brg_lab_estimate *estimate,
                           char *text, size_t size) {
    char value[96], low[96], high[96];
    brg_lab_number_text(estimate->value, question->unit, value, sizeof value);
    if (isnan(estimate->low) || isnan(estimate->high) || estimate->low == estimate->high)
        snprintf(text, size, "%s", value);
    else
        snprintf(text, size, "%s (%s to %s)", value,
                 brg_lab_number_text(estimate->low, "", low, sizeof low),
                 brg_lab_number_text(estimate->high, "", high, sizeof high));
}

void brg_lab_answer_make(const brg_lab_question *question, const brg_lab_estimate *estimate,
                         const char *noise, brg_lab_answer *answer) {
    char range[224], number[320], reason[160 + sizeof range];
    print_range(question, range, sizeof range);
    print_estimate(question, estimate, number, sizeof number);
    answer->given = true;
    answer->estimate = *estimate;
    answer->verdict = brg_lab_verdict_of(question, estimate);
    if (isnan(estimate->value))
        snprintf(number, sizeof number, "not measured");
    bool open = isnan(estimate->low) || isnan(estimate->high);
    if (answer->verdict == BRG_LAB_CONFIRMED)
        snprintf(reason, sizeof reason, "%s", range);
    else if (answer->verdict == BRG_LAB_REFUTED)
        snprintf(reason, sizeof reason, "not %s", range);
    else if (noise)
        snprintf(reason, sizeof reason, "since %s", noise);
    else if (open)
        snprintf(reason, sizeof reason, "too few rounds to say whether it is %s", range);
    else
        snprintf(reason, sizeof reason, "too wide an interval to say whether it is %s", range);
    char *text = answer->sentence;
    text[0] = '\0';
    const char *const parts[] = {question->what, ": ", number, ", ", reason, "."};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        append(text, sizeof answer->sentence, "", parts[i]);
    answer->sentence[0] = (char)toupper((unsigned char)answer->sentence[0]);
}

/* ---- the claim --------------------------------------------------------------------------------- */

static bool is_listed(const brg_lab_result *result, int32_t index, bool control,
                      brg_lab_verdict verdict) {
    return result->claim->questions[index].control == control && result->answers[index].given &&
           result->answers[index].verdict == verdict;
}

/* Bytes of a sentence before its reason, if the next one listed gives the same reason: said once is enough. */
static size_t length_without_reason(const brg_lab_result *result, int32_t index, bool control,
                                    brg_lab_verdict verdict) {
    const char *sentence = result->answers[index].sentence;
    const char *reason = strstr(sentence, ", since "), *other = NULL;
    int32_t next = index + 1;
    while (next < brg_lab_claim_questions(result->claim) &&
           !is_listed(result, next, control, verdict))
        next++;
    if (next < brg_lab_claim_questions(result->claim))
        other = strstr(result->answers[next].sentence, ", since ");
    return reason && other && strcmp(reason, other) == 0 ? (size_t)(reason - sentence) : 0;
}

/* The sentences of the answers that have the verdict, controls or not. */
static void append_answers(const brg_lab_result *result, bool control, brg_lab_verdict verdict,
                           char *text, size_t size) {
    for (int32_t i = 0; i < brg_lab_claim_questions(result->claim); i++) {
        if (!is_listed(result, i, control, verdict))
            continue;
        char sentence[BRG_LAB_TEXT];
        const size_t cut = length_without_reason(result, i, control, verdict);
        snprintf(sentence, sizeof sentence, "%.*s%s", cut ? (int)cut : BRG_LAB_TEXT,
                 result->answers[i].sentence, cut ? "." : "");
        append(text, size, " ", sentence);
    }
}

/* The verdict on all questions of one kind: CONFIRMED if all are, REFUTED if one is. */
static brg_lab_verdict verdict_on(const brg_lab_result *result, bool control) {
    const brg_lab_claim *claim = result->claim;
    brg_lab_verdict verdict = BRG_LAB_UNDECIDED;
    for (int32_t i = 0; i < brg_lab_claim_questions(claim); i++) {
        if (claim->questions[i].control != control)
            continue;
        const brg_lab_answer *answer = &result->answers[i];
        brg_lab_verdict one = answer->given ? answer->verdict : BRG_LAB_INCONCLUSIVE;
        if (verdict == BRG_LAB_UNDECIDED || one == BRG_LAB_REFUTED ||
            (one == BRG_LAB_INCONCLUSIVE && verdict == BRG_LAB_CONFIRMED))
            verdict = one;
    }
    return verdict;
}

/* What an undecided claim lacks: a question that was not even answered, or one that is open. */
static void explain_inconclusive(brg_lab_result *result) {
    size_t before = strlen(result->sentence);
    append_answers(result, false, BRG_LAB_INCONCLUSIVE, result->sentence, sizeof result->sentence);
    if (strlen(result->sentence) == before)
        append(result->sentence, sizeof result->sentence, " ",
               "There was not enough time to measure what the claim is about.");
}

static void judge_control(brg_lab_result *result, brg_lab_verdict control) {
    static const char *const leads[BRG_LAB_VERDICT_COUNT] = {[BRG_LAB_CONFIRMED] = "As it must.",
                                                             [BRG_LAB_REFUTED] = "Not as it must!",
                                                             [BRG_LAB_INCONCLUSIVE] = "Undecided."};
    result->control[0] = '\0';
    if (control == BRG_LAB_UNDECIDED)
        return;
    append(result->control, sizeof result->control, " ", leads[control]);
    append_answers(result, true, control, result->control, sizeof result->control);
}

void brg_lab_result_judge(brg_lab_result *result) {
    brg_lab_verdict verdict = verdict_on(result, false), control = verdict_on(result, true);
    char *text = result->sentence;
    const size_t size = sizeof result->sentence;
    judge_control(result, control);
    text[0] = '\0';
    if (control == BRG_LAB_REFUTED) {
        append(text, size, " ", "The control did not come out the other way.");
        append_answers(result, true, control, text, size);
        verdict = BRG_LAB_INCONCLUSIVE;
    } else if (control == BRG_LAB_INCONCLUSIVE && verdict != BRG_LAB_INCONCLUSIVE) {
        append(text, size, " ", "The control is undecided.");
        append_answers(result, true, control, text, size);
        verdict = BRG_LAB_INCONCLUSIVE;
    } else if (verdict == BRG_LAB_CONFIRMED || verdict == BRG_LAB_REFUTED) {
        append_answers(result, false, verdict, text, size);
    } else {
        verdict = BRG_LAB_INCONCLUSIVE;
        explain_inconclusive(result);
    }
    result->verdict = verdict;
}
