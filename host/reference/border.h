/* Which pixel an image filter reads when it reaches outside the image. */
#ifndef BRIGADE_REFERENCE_BORDER_H
#define BRIGADE_REFERENCE_BORDER_H

#include <stdint.h>

#include "brigade/ops.h"

/* The index within 0..n-1 that stands for index i of a line of n > 0 pixels, or -1 where the border
 * is zero. Holds for any i: a reflection that overshoots the far edge is reflected again. */
static inline int64_t brg_border_index(brg_border border, int64_t i, int64_t n) {
    if (i >= 0 && i < n)
        return i;
    switch (border) {
    case BRG_BORDER_ZERO:
        return -1;
    case BRG_BORDER_REFLECT: {
        /* The line and its mirror image repeat every 2(n - 1) pixels; a single pixel mirrors
         * itself. */
        int64_t period = n > 1 ? 2 * (n - 1) : 1;
        int64_t place = (i % period + period) % period;
        return place < n ? place : period - place;
    }
    case BRG_BORDER_WRAP:
        return (i % n + n) % n;
    default:
        return i < 0 ? 0 : n - 1;
    }
}

#endif
