/* gemm in sequential C: what the kernels are measured against, in speed and in truth. */
#ifndef BRIGADE_REFERENCE_GEMM_H
#define BRIGADE_REFERENCE_GEMM_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* A gemm call with every size settled. Pitches and steps count elements. */
typedef struct brg_gemm {
    int64_t m, n, k;
    int64_t batch;         /* products; 1 without a batch */
    int64_t lda, ldb, ldc; /* pitches of the inputs; ldc is n without C */
    int64_t ldo;           /* pitch of the output */
    int64_t terms;         /* products to sum for an element: k, or 0 when alpha is 0 */
    int64_t a_step, b_step, c_step, o_step; /* from one product of the batch to the next; 0: shared.
                          With a momentum, c_step and o_step lead from W to V */
    brg_dtype in, out;                      /* types of A and B; of C, bias and output */
    brg_bias kind;
    brg_epilogue epilogue;
    float alpha, beta, rate, momentum;
    bool ta, tb;
    bool in_place;                /* see ops/gemm.h; never of a call */
    int32_t c_index, bias_index;  /* which inputs they are; -1: none that is read */
    const void *a, *b, *c, *bias; /* c and bias are NULL if they are not read */
} brg_gemm;

/* Settles the sizes of a call from its parameters and its tensors' dims. Total for any call with
 * two to four inputs of rank 2 or 3; whether the sizes make sense is for the op's check to say. */
brg_gemm brg_gemm_resolve(const brg_call *call);

/* The same gemm, one product of its batch: pointers moved, batch 1. */
brg_gemm brg_gemm_product(const brg_gemm *gemm, int64_t index);

/* Callbacks of the op's row; see brigade/op.h. */
void brg_gemm_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_gemm_naive(const brg_call *call, int64_t row0, int64_t row1, void *output);
void brg_gemm_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                     double *bound);
brg_status brg_gemm_probe(const brg_call *call, const void *output, uint64_t seed,
                          brg_verdict *verdict, brg_error *error);

/* gamma_(k+3), the bound on the relative error of an element before its epilogue, and the error
 * that a device which flushes subnormal numbers may add to it. `weight` is |alpha| |A||B| + |beta
 * C| + |bias|. */
double brg_gemm_bound(const brg_gemm *gemm, double weight);

/* Elements at.. of a matrix of any of gemm's types, as doubles. */
void brg_gemm_load(brg_dtype dtype, const void *data, int64_t at, int64_t count, double *out);

/* Rows of the output that callbacks speak of: dims[0] of the output counts products in a batch, and
 * W and V in an update with momentum; else it counts rows. */
bool brg_gemm_rows_are_rows(const brg_call *call);

#endif
