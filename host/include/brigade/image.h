/* Image files: PNG, JPEG and PNM in, the same out.
 *
 * Thread safety: every function may be called from any thread. */
#ifndef BRIGADE_IMAGE_H
#define BRIGADE_IMAGE_H

#include "brigade/tensor.h"

/* Images with more pixels than this, or a side over 65 535, are refused before any is decoded. */
#define BRG_IMAGE_MAX_PIXELS ((int64_t)1 << 28)

/* Reads a PNG, JPEG, PGM or PPM file, recognised by content, as u8 {h, w, c} with c = 1, 3 or 4. Palettes,
 * 16-bit samples and grey with alpha are converted; EXIF orientation is applied, so that the tensor is
 * upright. BRG_E_IO if it cannot be read, BRG_E_FORMAT if it is damaged or of another kind, BRG_E_MEMORY,
 * BRG_E_SHAPE if it is too large. The caller releases *image. */
BRG_API brg_status brg_image_load(const char *path, brg_tensor **image, brg_error *error);

/* Writes an image tensor {h, w, c}, u8 or f32 (0..1, clamped), in the format that the file name's ending
 * asks for: .png, .jpg, .jpeg, .ppm, .pgm. JPEG drops alpha. The file appears complete or not at all.
 * BRG_E_ARGUMENT for another ending, BRG_E_SHAPE for another shape, BRG_E_IO. */
BRG_API brg_status brg_image_save(const char *path, const brg_tensor *image, brg_error *error);

#endif
