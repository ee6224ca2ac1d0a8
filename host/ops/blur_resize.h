/* Merging of a blur with the resize that follows it in a chain. */
#ifndef BRIGADE_OPS_BLUR_RESIZE_H
#define BRIGADE_OPS_BLUR_RESIZE_H

#include <stdbool.h>

#include "brigade/op.h"

/* Makes one stage of a blur of an image `in` and a resize of the result to `out`, if that pays: where
 * whole numbers, up to a few, of rows and of columns become one. *op and `params`, BRG_MAX_PARAMS bytes,
 * then are a "blur_resize". False, and nothing changed, if they do not merge. */
bool brg_blur_resize_merge(const brg_op **op, void *params, const brg_shape *in, const brg_op *next,
                           const void *next_params, const brg_shape *out);

#endif
