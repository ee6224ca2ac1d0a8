/* The look-up of a whole image, for ops that make the table themselves. */
#ifndef BRIGADE_OPS_LUT_H
#define BRIGADE_OPS_LUT_H

#include "brigade/op.h"
#include "brigade/ops.h"

/* Rows that a strip of the look-up may have on this device; 0 if even one is too long. */
int64_t brg_lut_strip_rows(const brg_shape *image, const brg_device_info *device);

/* Appends the launch that looks every colour of input 0 up: bytes in `table`, a buffer of 256; floats, which do
 * not read it, on the curve of `params`. In strips of `rows` rows, or with rows 0 an element a work-item. */
void brg_lut_add_look_up(brg_plan *plan, const brg_shape *image, int32_t table,
                         const brg_lut_params *params, int64_t rows, const brg_device_info *device);

#endif
