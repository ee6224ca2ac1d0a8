/* A real photograph. See photograph.h. */
#include "lab/photograph.h"

#include <limits.h>
#include <string.h>

#include "brigade/image.h"
#include "io/data.h"

/* Copies the middle of an image. */
static brg_status crop(const brg_tensor *image, int64_t w, int64_t h, brg_tensor **out,
                       brg_error *error) {
    const brg_shape *from = brg_tensor_shape(image);
    const int64_t height = from->dims[0], width = from->dims[1], channels = from->dims[2];
    const uint8_t *source = brg_tensor_data(image);
    if (w < 1 || h < 1 || w > width || h > height)
        return brg_fail(error, BRG_E_SHAPE, "The photograph has no %lld x %lld pixels.",
                        (long long)w, (long long)h);
    const brg_shape shape = brg_shape_3d(BRG_U8, h, w, channels);
    brg_status status = brg_tensor_create(&shape, NULL, out, error);
    if (status != BRG_OK)
        return status;
    uint8_t *to = brg_tensor_writable(*out);
    source += ((height - h) / 2 * width + (width - w) / 2) * channels;
    for (int64_t row = 0; row < h; row++)
        memcpy(to + row * w * channels, source + row * width * channels, (size_t)(w * channels));
    return BRG_OK;
}

brg_tensor *brg_lab_photograph(brg_lab *lab, int64_t w, int64_t h) {
    char path[PATH_MAX];
    brg_error error = {0};
    brg_tensor *whole = NULL, *part = NULL;
    brg_status status =
        brg_data_path("photographs/hubble_deep_field.jpg", path, sizeof path, &error);
    if (status == BRG_OK)
        status = brg_image_load(path, &whole, &error);
    if (status == BRG_OK && w == 0 && h == 0)
        return whole;
    if (status == BRG_OK)
        status = crop(whole, w, h, &part, &error);
    if (status != BRG_OK)
        brg_lab_fail(lab, status, "%s", error.what);
    brg_tensor_release(whole);
    return part;
}
