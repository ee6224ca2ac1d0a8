/* Brightness, contrast, curves and runs of them: lines, straight or not, applied to every colour element. */
#ifndef BRIGADE_REFERENCE_POINT_H
#define BRIGADE_REFERENCE_POINT_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* out = (in - middle) * factor + offset, or a curve of "lut". The fourth channel stays. */
typedef struct brg_line {
    float middle, factor, offset;
    double exact_offset; /* offset before it was rounded to single precision */
    bool curved;         /* factor is the number that the curve takes, see brg_lut_value */
    brg_lut_params curve;
} brg_line;

enum { BRG_POINT_MOST = 4 };

/* Lines applied one after the other. Bytes are rounded and clamped after each: the result is what
 * as many calls of one line each would give. */
typedef struct brg_lines {
    int32_t count; /* 1..BRG_POINT_MOST */
    brg_line lines[BRG_POINT_MOST];
} brg_lines;

/* Whether there is a curve among them. */
bool brg_lines_curved(const brg_lines *lines);

void brg_point_sequential(const brg_call *call, const brg_lines *lines, int64_t row0, int64_t row1,
                          void *output);
void brg_point_naive(const brg_call *call, const brg_lines *lines, int64_t row0, int64_t row1,
                     void *output);

/* Bound of a line: with s = (|in| + middle) * factor, three roundings of the product and one each
 * of the offset and of the sum: gamma_4 * (s + |offset|), u = 2^-24. What is not certain about a
 * line's input is passed on times its factor; a curve, which never falls, is followed at both ends
 * of what is possible. Between lines a byte is known to lie between the roundings of both ends:
 * usually one level, two next to a tie. */
void brg_point_oracle(const brg_call *call, const brg_lines *lines, int64_t row0, int64_t row1,
                      double *expected, double *bound);

#endif
