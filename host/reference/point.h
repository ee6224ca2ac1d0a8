/* Brightness and contrast: one straight line applied to every colour element. */
#ifndef BRIGADE_REFERENCE_POINT_H
#define BRIGADE_REFERENCE_POINT_H

#include "brigade/op.h"

/* out = (in - middle) * factor + offset. The fourth channel stays. */
typedef struct brg_line {
    float middle, factor, offset;
    double exact_offset; /* offset before it was rounded to single precision */
} brg_line;

void brg_point_sequential(const brg_call *call, const brg_line *line, int64_t row0, int64_t row1,
                          void *output);
void brg_point_naive(const brg_call *call, const brg_line *line, int64_t row0, int64_t row1,
                     void *output);

/* Bound: with s = (|in| + middle) * factor, three roundings of the product and one each of the
 * offset and of the sum: gamma_4 * (s + |offset|), u = 2^-24. */
void brg_point_oracle(const brg_call *call, const brg_line *line, int64_t row0, int64_t row1,
                      double *expected, double *bound);

#endif
