/* gemm in sequential C: what the kernels are measured against, in speed and in truth. */
#ifndef BRIGADE_REFERENCE_GEMM_H
#define BRIGADE_REFERENCE_GEMM_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* A gemm call with every size settled. */
typedef struct brg_gemm {
    int64_t m, n, k;
    int64_t lda, ldb, ldc; /* pitches of the inputs; ldc is n without C */
    int64_t ldo;           /* pitch of the output */
    int64_t terms;         /* products to sum for an element: k, or 0 when alpha is 0 */
    float alpha, beta;
    bool ta, tb;
    const float *a, *b, *c; /* c is NULL when beta is 0 */
} brg_gemm;

/* Settles the sizes of a call from its parameters and its tensors' dims. Total for any call with
 * two or three inputs of rank 2; whether the sizes make sense is for the op's check to say. */
brg_gemm brg_gemm_resolve(const brg_call *call);

/* Callbacks of the op's row; see brigade/op.h. */
void brg_gemm_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_gemm_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_gemm_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound);
brg_status brg_gemm_probe(const brg_call *call, const void *output, uint64_t seed,
                          brg_verdict *verdict, brg_error *error);

/* gamma_(k+2), the bound on the relative error of an element, and the error that a device which
 * flushes subnormal numbers may add to it. `weight` is |alpha| |A||B| + |beta C|. */
double brg_gemm_bound(const brg_gemm *gemm, double weight);

#endif
