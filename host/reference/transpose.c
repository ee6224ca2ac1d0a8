/* transpose in sequential C: the best portable loop, the textbook loop, and the oracle. */
#include "reference/transpose.h"

#include <float.h>
#include <math.h>

/* A block of 16 x 16: one cache line for each of its rows, on either side. */
enum { SIDE = 16 };

/* The matrix `in`, rows x cols; the output has cols rows. */
typedef struct matrix {
    int64_t rows, cols;
    const float *in;
} matrix;

static matrix resolve(const brg_call *call) {
    const brg_shape *in = &call->inputs[0];
    return (matrix){in->dims[0], in->dims[1], call->data[0]};
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static void move_block(const matrix *m, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                       float *restrict out) {
    for (int64_t j = j0; j < j1; j++)
        for (int64_t i = i0; i < i1; i++)
            out[j * m->rows + i] = m->in[i * m->cols + j];
}

void brg_transpose_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const matrix m = resolve(call);
    for (int64_t j = row0; j < row1; j += SIDE)
        for (int64_t i = 0; i < m.rows; i += SIDE)
            move_block(&m, i, smaller(i + SIDE, m.rows), j, smaller(j + SIDE, row1), output);
}

void brg_transpose_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const matrix m = resolve(call);
    float *out = output;
    for (int64_t j = row0; j < row1; j++)
        for (int64_t i = 0; i < m.rows; i++)
            out[j * m.rows + i] = m.in[i * m.cols + j];
}

/* Nothing is computed: nothing is allowed. But a device may flush a subnormal number as it passes.
 */
void brg_transpose_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                          double *bound) {
    const matrix m = resolve(call);
    for (int64_t j = row0; j < row1; j++)
        for (int64_t i = 0; i < m.rows; i++) {
            int64_t at = (j - row0) * m.rows + i;
            expected[at] = (double)m.in[i * m.cols + j];
            bound[at] = fabs(expected[at]) < FLT_MIN ? FLT_MIN : 0;
        }
}
