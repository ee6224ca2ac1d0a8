/* Verdicts: how a device's result compares with the sequential reference.
 *
 * An op states, for each element of its output, the exact value in double precision and a bound on
 * the error a correct kernel may make (brg_op.oracle). A result passes when every element compared
 * satisfies |got - expected| <= bound, evaluated so that a NaN can never pass: !(difference <= bound)
 * fails. Where the exact value itself is not finite, the result must be the same kind of not finite.
 *
 * Thread safety: verdicts are plain values. */
#ifndef BRIGADE_VERIFY_H
#define BRIGADE_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "brigade/tensor.h"

typedef enum brg_verify_policy {
    BRG_VERIFY_DEFAULT = 0, /* full up to 5e9 flops, sample beyond */
    BRG_VERIFY_FULL,        /* every element */
    BRG_VERIFY_SAMPLE,      /* every element of rows drawn from the seed, first and last row included */
    BRG_VERIFY_FREIVALDS,   /* gemm only: random +-1 vectors, O(n^2) */
    BRG_VERIFY_NONE         /* nothing is checked, and the verdict says so */
} brg_verify_policy;

typedef enum brg_outcome {
    BRG_UNCHECKED = 0, /* never to be shown as a pass */
    BRG_PASSED,
    BRG_MISMATCH
} brg_outcome;

/* What was checked and how it came out. Largest values are over the elements checked. */
typedef struct brg_verdict {
    brg_verify_policy policy; /* the one applied, never BRG_VERIFY_DEFAULT */
    brg_outcome outcome;
    int64_t checked;           /* elements compared (freivalds: row sums compared) */
    int64_t total;             /* elements in the output */
    int64_t failures;          /* elements beyond their bound */
    int64_t non_finite;        /* NaN and infinite elements in the result, among those checked */
    double max_abs;            /* largest |got - expected| */
    double max_ulp;            /* largest difference in units of the expected value's last place (f32) */
    double bound_ratio;        /* largest |got - expected| / bound; at most 1 when passed */
    double relative_frobenius; /* ||got - expected|| / ||expected||, Frobenius norms */
    double miss_probability;   /* freivalds: chance that a wrong row goes unseen, 2^-rounds; else 0 */
    double sum_difference2;    /* running sum of (got - expected)^2 behind relative_frobenius */
    double sum_expected2;      /* running sum of expected^2 */
    int32_t rank;              /* of the output: how many entries of worst[] count */
    int64_t worst[BRG_MAX_RANK]; /* place of the element with the largest bound ratio */
    double worst_got;
    double worst_expected;
    double worst_bound;
    int32_t stage; /* of the chain, in which the worst element lies */
} brg_verdict;

/* "full", "sample", "freivalds", "none", "default". */
BRG_API const char *brg_verify_policy_name(brg_verify_policy policy);

/* The policy of that name, BRG_E_ARGUMENT if there is none. */
BRG_API brg_status brg_verify_policy_parse(const char *text, brg_verify_policy *policy,
                                           brg_error *error);

/* One sentence about a verdict, for people: "passed: 4 194 304 of 4 194 304 elements, largest error
 * 0.021 of its bound". Returns text. */
BRG_API const char *brg_verdict_text(const brg_verdict *verdict, char *text, size_t size);

/* Starts a verdict over an output of the given shape: nothing checked, outcome BRG_UNCHECKED. */
BRG_API void brg_verdict_begin(brg_verdict *verdict, brg_verify_policy policy,
                               const brg_shape *output);

/* Compares `rows` rows of the output, from row `row0`, with what is expected. `got` points to the first
 * element of row0 in the output's type; `expected` and `bound` to as many doubles. A row is
 * everything under one index of the first dim. */
BRG_API void brg_verdict_compare_rows(brg_verdict *verdict, const brg_shape *output, int64_t row0,
                                      int64_t rows, const void *got, const double *expected,
                                      const double *bound);

/* Settles the outcome: passed if something was checked and nothing failed. An empty output passes. Under
 * BRG_VERIFY_FULL every element must have been checked, and under BRG_VERIFY_NONE nothing ever passes. */
BRG_API void brg_verdict_end(brg_verdict *verdict);

/* Folds the verdict of a later stage of a chain into `verdict`: counts add up, the worst is kept, and the
 * whole has passed only if both have. A `verdict` of all zero bytes becomes the later one. Both must
 * have ended; the caller sets the later one's `stage`. */
BRG_API void brg_verdict_merge(brg_verdict *verdict, const brg_verdict *later);

#endif
