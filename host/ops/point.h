/* Merging of neighbours in a chain that both apply lines or curves to every element. */
#ifndef BRIGADE_OPS_POINT_H
#define BRIGADE_OPS_POINT_H

#include <stdbool.h>

#include "brigade/op.h"

/* Makes one stage of two, if both are brightness, contrast, lut or point and one can hold their steps:
 * *op and `params`, BRG_MAX_PARAMS bytes, then are a "point". The result is the same, but for
 * nothing: bytes are rounded after every step. False, and nothing changed, if they do not merge. */
bool brg_point_merge(const brg_op **op, void *params, const brg_op *next, const void *next_params);

#endif
