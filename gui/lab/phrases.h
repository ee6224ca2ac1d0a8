/* The lab's phrases: numbers, ranges and verdicts as they are written, and which claims a filter finds.
 * Pure. */
#ifndef BRIGADE_GUI_LAB_PHRASES_H
#define BRIGADE_GUI_LAB_PHRASES_H

#include <brigade/lab.h>
#include <stddef.h>

/* Room for any of the texts below. */
enum { BRG_LAB_PHRASE = 96 };

/* Three significant digits and the unit: "1.59 x", "12,300 ns"; "-" for what is no number. Returns text. */
const char *brg_lab_phrase_number(double value, const char *unit, char text[BRG_LAB_PHRASE]);

/* Where the claim has a number: "at least 1.2 x", "at most 25 ms", "0.85 to 1.1 x". Returns text. */
const char *brg_lab_phrase_range(const brg_lab_question *question, char text[BRG_LAB_PHRASE]);

/* Its interval: "1.55 to 1.62", empty without one. Returns text. */
const char *brg_lab_phrase_interval(const brg_lab_estimate *estimate, char text[BRG_LAB_PHRASE]);

/* "confirmed", "not applicable", ... "not run". Never NULL. */
const char *brg_lab_phrase_verdict(brg_lab_verdict verdict);

/* Of one question: "as claimed", "not as claimed", "undecided"; of a control "as it must be" ... */
const char *brg_lab_phrase_answer(const brg_lab_question *question, brg_lab_verdict verdict);

/* Whether each word of the filter is the claim's number, or part of its title, articles, slug or
 * verdict, in any case of letters. */
bool brg_lab_phrase_match(const brg_lab_claim *claim, brg_lab_verdict verdict, const char *filter);

#endif
