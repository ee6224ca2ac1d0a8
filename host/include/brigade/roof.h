/* Roofs: what a device can do at most, measured like everything else, by two ops that do nothing
 * but multiply and add in registers, and nothing but move memory. Together they are the roofline
 * (Williams, Waterman and Patterson, Communications of the ACM 52, 2009): an op that makes f
 * operations with each byte that it must move can reach min(peak, f * copy) at most. One whose data
 * stay in a cache may rise above that.
 *
 * The ops are not in the table of built-in ones: hand them to brg_engine_add_op first.
 *
 * Thread safety: pure functions. */
#ifndef BRIGADE_ROOF_H
#define BRIGADE_ROOF_H

#include "brigade/op.h"

typedef enum brg_roof {
    BRG_ROOF_PEAK = 0, /* f32 multiply-adds: cost.flops over the time is the peak rate */
    BRG_ROOF_COPY,     /* copying memory: cost.bytes over the time is the bandwidth */
    BRG_ROOF_COUNT
} brg_roof;

/* The op that measures a roof: "roof_peak", "roof_copy". Lives for ever. */
BRG_API const brg_op *brg_roof_op(brg_roof roof);

/* Makes a call of it that keeps `units` compute units of the device busy for some milliseconds.
 * BRG_E_MEMORY. Release with brg_example_release. */
BRG_API brg_status brg_roof_make(brg_roof roof, const brg_device_info *device, uint32_t units,
                                 brg_example *example, brg_error *error);

#endif
