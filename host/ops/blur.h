/* What blur and sharpen share: sharpening is a blur with another last step. */
#ifndef BRIGADE_OPS_BLUR_H
#define BRIGADE_OPS_BLUR_H

#include "brigade/op.h"
#include "brigade/ops.h"

enum { BRG_BLUR_VARIANT_COUNT = 4, BRG_BLUR_TUNABLE_COUNT = 2 };
extern const brg_variant brg_blur_variants[BRG_BLUR_VARIANT_COUNT];
extern const brg_tunable brg_blur_tunables[BRG_BLUR_TUNABLE_COUNT];

/* Checks sigma and radius against the rules; `op` names the filter. BRG_E_ARGUMENT. */
brg_status brg_blur_check_gauss(const char *op, const brg_blur_params *params, brg_error *error);

/* Operations for each element of a blur in two passes. */
double brg_blur_flops(const brg_blur_params *params);

/* Plans a blur of the call's image by checked `params`, or, unless `amount` is NULL, a sharpening
 * by that much. `op` is the row asked. BRG_E_NOT_FOUND, BRG_E_UNSUPPORTED. */
brg_status brg_blur_plan_call(const brg_op *op, const brg_call *call, const brg_blur_params *params,
                              const float *amount, const char *variant,
                              const brg_device_info *device, brg_plan *plan, brg_error *error);

#endif
