/* The plans of "resize", which its row asks for. */
#ifndef BRIGADE_OPS_RESIZE_H
#define BRIGADE_OPS_RESIZE_H

#include "brigade/op.h"
#include "reference/resize.h"

enum { BRG_RESIZE_VARIANT_COUNT = 5 };
extern const brg_variant brg_resize_variants[BRG_RESIZE_VARIANT_COUNT];

/* Both axes of a checked call. */
brg_axis brg_resize_x(const brg_call *call);
brg_axis brg_resize_y(const brg_call *call);

/* The row's plan(). BRG_E_NOT_FOUND, BRG_E_UNSUPPORTED. */
brg_status brg_resize_plan(const brg_call *call, const char *variant, const brg_device_info *device,
                           brg_plan *plan, brg_error *error);

#endif
