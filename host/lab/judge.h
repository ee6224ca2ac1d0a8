/* Judging: from estimates to verdicts, and from verdicts to sentences. */
#ifndef LAB_JUDGE_H
#define LAB_JUDGE_H

#include <stddef.h>

#include "brigade/lab.h"

/* CONFIRMED if the whole interval lies within the question's range, REFUTED if all of it lies outside on one
 * side, INCONCLUSIVE otherwise: always so if anything is NaN. */
brg_lab_verdict brg_lab_verdict_of(const brg_lab_question *question,
                                   const brg_lab_estimate *estimate);

/* Fills in an answer's verdict and sentence. `noise`, if not NULL, says why an interval is missing. */
void brg_lab_answer_make(const brg_lab_question *question, const brg_lab_estimate *estimate,
                         const char *noise, brg_lab_answer *answer);

/* The verdict on the claim from its answers, with its sentence and the control's. */
void brg_lab_result_judge(brg_lab_result *result);

#endif
