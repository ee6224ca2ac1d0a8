/* Image formats: each turns bytes into a tensor and back. Used by image.c alone.
 *
 * Errors are a clause without a full stop that says why ("it ends before the last row"): image.c
 * makes the sentence. A decoder gives BRG_E_FORMAT for damage, BRG_E_SHAPE beyond the limits,
 * BRG_E_MEMORY; it checks the size before it allocates, and leaves *image NULL unless it succeeds.
 */
#ifndef IO_CODEC_H
#define IO_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "brigade/image.h"

/* How to turn a stored image upright: EXIF's orientation tag, 1 (as it is) to 8. */
typedef int32_t brg_orientation;

/* An encoded file in memory; free(data). */
typedef struct brg_encoded {
    unsigned char *data;
    size_t size;
} brg_encoded;

/* Recognises the format, decodes, and turns the image upright. The whole of brg_image_load but the
 * file. */
brg_status brg_image_decode(const unsigned char *data, size_t size, brg_tensor **image,
                            brg_error *error);

/* Whether a size lies within the limits of brigade/image.h. BRG_E_SHAPE; BRG_E_FORMAT for no
 * pixels. */
brg_status brg_image_check_size(int64_t w, int64_t h, brg_error *error);

/* A zeroed u8 tensor {h, w, c} of a size that was checked. */
brg_status brg_image_allocate(int64_t w, int64_t h, int32_t c, brg_tensor **image,
                              brg_error *error);

/* Row y of an image as 8-bit samples with 1, 3 or 4 channels: f32 is clamped and rounded, grey
 * becomes equal colours, alpha is dropped or set to opaque. */
void brg_image_row(const brg_tensor *image, int64_t y, int32_t channels, uint8_t *row);

/* The orientation in an EXIF block that begins with "Exif\0\0"; 1 if it has none that is valid. */
brg_orientation brg_exif_orientation(const unsigned char *exif, size_t size);

brg_status brg_png_decode(const unsigned char *data, size_t size, brg_tensor **image,
                          brg_orientation *orientation, brg_error *error);
brg_status brg_jpeg_decode(const unsigned char *data, size_t size, brg_tensor **image,
                           brg_orientation *orientation, brg_error *error);
brg_status brg_pnm_decode(const unsigned char *data, size_t size, brg_tensor **image,
                          brg_orientation *orientation, brg_error *error);

brg_status brg_png_encode(const brg_tensor *image, brg_encoded *out, brg_error *error);
brg_status brg_jpeg_encode(const brg_tensor *image, brg_encoded *out, brg_error *error);
brg_status brg_ppm_encode(const brg_tensor *image, brg_encoded *out, brg_error *error);
brg_status brg_pgm_encode(const brg_tensor *image, brg_encoded *out, brg_error *error);

#endif
