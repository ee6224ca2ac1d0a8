/* The convolutions of neural networks: what their three ops share. conv2d_nchw.c holds the rows,
 * conv2d_nchw_forward.c, conv2d_nchw_backward.c and conv2d_nchw_winograd.c the plans. */
#ifndef BRIGADE_OPS_CONV2D_NCHW_H
#define BRIGADE_OPS_CONV2D_NCHW_H

#include "ops/ops.h"
#include "reference/conv2d_nchw.h"

/* The rungs of the three ladders; none has all of them. */
typedef enum brg_conv_variant {
    BRG_CONV_NAIVE,
    BRG_CONV_TILED,
    BRG_CONV_DIRECT,
    BRG_CONV_POINTWISE,
    BRG_CONV_DEPTHWISE,
    BRG_CONV_WINOGRAD2,
    BRG_CONV_WINOGRAD4,
    BRG_CONV_VARIANTS
} brg_conv_variant;

/* How filters become interleaved outputs: filter (a, b, c) at place (i, j) is the element
 * (i * step_h + a - shift_h, j * step_w + b - shift_w) of plane c. Elements outside the plane are
 * left out. */
typedef struct brg_conv_weave {
    int64_t step_h, step_w;
    int64_t shift_h, shift_w;
    int64_t h, w;           /* of the plane */
    int64_t kh, kw, dh, dw; /* of the filter that those were made from */
} brg_conv_weave;

/* Which buffers a convolution reads and writes: backward data reuses the forward kernels. */
typedef struct brg_conv_buffers {
    int32_t x, weights, bias; /* without bias: weights once more, which the kernel leaves alone */
    int32_t y;
    bool has_bias;
    const brg_conv_weave *weave; /* NULL: each filter has a plane of its own */
} brg_conv_buffers;

/* The tunables of all three ops, in their order. */
enum { BRG_CONV_TUNED_PIXELS, BRG_CONV_TUNED_ROOM, BRG_CONV_TUNED_TILES, BRG_CONV_TUNED_COUNT };

/* Adds the launches of one rung. `conv` has no data. BRG_E_UNSUPPORTED for what device or shape
 * cannot do. The tunables are in plan->tuned. */
brg_status brg_conv_plan_general(const brg_conv *conv, brg_conv_pass pass, brg_conv_variant variant,
                                 const brg_device_info *device, brg_plan *plan, brg_error *error);
brg_status brg_conv_plan_direct(const brg_conv *conv, const brg_conv_buffers *buffers,
                                const brg_device_info *device, brg_plan *plan, brg_error *error);
brg_status brg_conv_plan_pointwise(const brg_conv *conv, const brg_conv_buffers *buffers,
                                   const brg_device_info *device, brg_plan *plan, brg_error *error);
brg_status brg_conv_plan_depthwise(const brg_conv *conv, const brg_conv_buffers *buffers,
                                   const brg_device_info *device, brg_plan *plan, brg_error *error);
brg_status brg_conv_plan_winograd(const brg_conv *conv, int64_t tile, bool rotated,
                                  const brg_conv_buffers *buffers, const brg_device_info *device,
                                  brg_plan *plan, brg_error *error);
brg_status brg_conv_plan_data(const brg_conv *conv, brg_conv_variant variant,
                              const brg_device_info *device, brg_plan *plan, brg_error *error);
brg_status brg_conv_plan_weights(const brg_conv *conv, const brg_device_info *device,
                                 brg_plan *plan, brg_error *error);

brg_status brg_conv_plan_winograd_weights(const brg_conv *conv, int64_t tile,
                                          const brg_device_info *device, brg_plan *plan,
                                          brg_error *error);

/* Whether a rung can run at all. */
bool brg_conv_fits_direct(const brg_conv *conv, const brg_device_info *device,
                          const brg_plan *plan);
bool brg_conv_fits_data(const brg_conv *conv, const brg_device_info *device, const brg_plan *plan);
bool brg_conv_fits_tiles(const brg_device_info *device);
bool brg_conv_fits_depthwise(const brg_conv *conv, const brg_device_info *device,
                             const brg_plan *plan);
bool brg_conv_fits_weights(const brg_conv *conv, const brg_device_info *device,
                           const brg_plan *plan);
bool brg_conv_fits_winograd(const brg_conv *conv, int64_t tile, const brg_device_info *device);

/* Appends the sizes as arguments, in the order of kernels/conv2d_nchw.cl. */
void brg_conv_add_sizes(brg_launch *launch, const brg_conv *conv);

/* Appends the geometry as build options, for the kernels that want it as constants. */
void brg_conv_add_geometry(brg_launch *launch, const brg_conv *conv);

/* The error of a rung that cannot run: `why` completes "... variant "direct" ...". */
brg_status brg_conv_unsupported(const char *variant, const char *why, brg_error *error);

#endif
