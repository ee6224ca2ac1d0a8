/* The zone plate: a moving test picture with every frequency in it, and noise for the median to
 * remove. */
#ifndef BRIGADE_GUI_FILTERS_ZONE_PLATE_H
#define BRIGADE_GUI_FILTERS_ZONE_PLATE_H

#include <brigade/tensor.h>

/* The picture at a time in seconds, u8 {h, w, 3}; the same for the same arguments. BRG_E_SHAPE,
 * BRG_E_MEMORY. The caller releases *image. */
brg_status brg_zone_plate(int64_t w, int64_t h, double seconds, brg_tensor **image,
                          brg_error *error);

#endif
