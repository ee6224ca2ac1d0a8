/* Image files: recognising the format, limits, turning upright, and rows of 8-bit samples. */
#include "brigade/image.h"

#include <libexif/exif-data.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "io/codec.h"
#include "io/file.h"

enum { MAX_SIDE = 65535 };
static const size_t MAX_FILE = (size_t)1 << 31;

/* ---- decoding -------------------------------------------------------------------------------- */

brg_status brg_image_check_size(int64_t w, int64_t h, brg_error *error) {
    if (w < 1 || h < 1)
        return brg_fail(error, BRG_E_FORMAT, "it has no pixels");
    if (w > MAX_SIDE || h > MAX_SIDE || w * h > BRG_IMAGE_MAX_PIXELS)
        return brg_fail(error, BRG_E_SHAPE, "%lld x %lld pixels are more than Brigade takes",
                        (long long)w, (long long)h);
    return BRG_OK;
}

brg_status brg_image_allocate(int64_t w, int64_t h, int32_t c, brg_tensor **image,
                              brg_error *error) {
    brg_shape shape = brg_shape_3d(BRG_U8, h, w, c);
    if (brg_tensor_create(&shape, NULL, image, NULL) != BRG_OK)
        return brg_fail(error, BRG_E_MEMORY, "there is not enough memory for %lld x %lld pixels",
                        (long long)w, (long long)h);
    return BRG_OK;
}

brg_orientation brg_exif_orientation(const unsigned char *exif, size_t size) {
    brg_orientation orientation = 1;
    if (size > 1 << 20)
        return orientation;
    ExifData *data = exif_data_new_from_data(exif, (unsigned)size);
    ExifEntry *entry =
        data ? exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION) : NULL;
    if (entry && entry->format == EXIF_FORMAT_SHORT && entry->components == 1 && entry->size >= 2)
        orientation = exif_get_short(entry->data, exif_data_get_byte_order(data));
    if (data)
        exif_data_unref(data);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/* Copies `from` into `to` so that it stands upright. Orientations from 5 on exchange rows and
 * columns; beyond that each one flips the stored rows, the stored columns, both or neither. */
static void copy_upright(const brg_tensor *from, brg_orientation orientation, brg_tensor *to) {
    const brg_shape *in = brg_tensor_shape(from);
    const brg_shape *out = brg_tensor_shape(to);
    const uint8_t *source = brg_tensor_data(from);
    uint8_t *target = brg_tensor_writable(to);
    int64_t c = in->dims[2];
    bool transposed = orientation >= 5;
    bool flip_rows = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    bool flip_columns = orientation == 2 || orientation == 3 || orientation >= 7;

    for (int64_t y = 0; y < out->dims[0]; y++) {
        for (int64_t x = 0; x < out->dims[1]; x++) {
            int64_t row = transposed ? x : y;
            int64_t column = transposed ? y : x;
            row = flip_rows ? in->dims[0] - 1 - row : row;
            column = flip_columns ? in->dims[1] - 1 - column : column;
            memcpy(target, source + (row * in->dims[1] + column) * c, (size_t)c);
            target += c;
        }
    }
}

/* Replaces *image by one that stands upright. */
static brg_status turn_upright(brg_tensor **image, brg_orientation orientation, brg_error *error) {
    if (orientation == 1)
        return BRG_OK;
    const brg_shape *in = brg_tensor_shape(*image);
    bool transposed = orientation >= 5;
    brg_tensor *upright = NULL;
    brg_status status =
        brg_image_allocate(in->dims[transposed ? 0 : 1], in->dims[transposed ? 1 : 0],
                           (int32_t)in->dims[2], &upright, error);
    if (status == BRG_OK)
        copy_upright(*image, orientation, upright);
    brg_tensor_release(*image);
    *image = upright;
    return status;
}

static bool begins_with(const unsigned char *data, size_t size, const char *magic, size_t length) {
    return size >= length && memcmp(data, magic, length) == 0;
}

brg_status brg_image_decode(const unsigned char *data, size_t size, brg_tensor **image,
                            brg_error *error) {
    *image = NULL;
    brg_orientation orientation = 1;
    brg_status status;
    if (size == 0)
        return brg_fail(error, BRG_E_FORMAT, "it is empty");
    if (begins_with(data, size, "\x89PNG\r\n\x1a\n", 8))
        status = brg_png_decode(data, size, image, &orientation, error);
    else if (begins_with(data, size, "\xff\xd8\xff", 3))
        status = brg_jpeg_decode(data, size, image, &orientation, error);
    else if (size >= 2 && data[0] == 'P' && data[1] >= '1' && data[1] <= '7')
        status = brg_pnm_decode(data, size, image, &orientation, error);
    else
        return brg_fail(error, BRG_E_FORMAT, "it is no PNG, JPEG, PGM or PPM file");
    return status == BRG_OK ? turn_upright(image, orientation, error) : status;
}

brg_status brg_image_load(const char *path, brg_tensor **image, brg_error *error) {
    *image = NULL;
    unsigned char *data = NULL;
    size_t size = 0;
    brg_status status = brg_file_read(path, MAX_FILE, &data, &size, error);
    if (status != BRG_OK)
        return status;

    brg_error reason = {.status = BRG_OK};
    status = brg_image_decode(data, size, image, &reason);
    free(data);
    if (status == BRG_OK)
        return BRG_OK;
    brg_fail(error, status, "\"%.100s\" cannot be decoded: %s.", path, reason.what);
    if (status == BRG_E_SHAPE)
        brg_error_hint(error, "Images may have sides of up to %d and %lld pixels in all.", MAX_SIDE,
                       (long long)BRG_IMAGE_MAX_PIXELS);
    else if (status == BRG_E_FORMAT)
        brg_error_hint(error, "Give a complete PNG, JPEG, PGM or PPM file.");
    return status;
}

/* ---- encoding -------------------------------------------------------------------------------- */

static const struct {
    const char *ending;
    brg_status (*encode)(const brg_tensor *image, brg_encoded *out, brg_error *error);
} encoders[] = {
    {".png", brg_png_encode}, {".jpg", brg_jpeg_encode}, {".jpeg", brg_jpeg_encode},
    {".ppm", brg_ppm_encode}, {".pgm", brg_pgm_encode},
};

enum { ENCODER_COUNT = sizeof encoders / sizeof encoders[0] };

/* The row of `encoders` for a file name, or -1. */
static int find_encoder(const char *path) {
    size_t length = strlen(path);
    for (int i = 0; i < (int)ENCODER_COUNT; i++) {
        size_t ending = strlen(encoders[i].ending);
        if (length > ending && strcasecmp(path + length - ending, encoders[i].ending) == 0)
            return i;
    }
    return -1;
}

static bool is_image(const brg_shape *shape) {
    int64_t c = shape->dims[2];
    return shape->rank == 3 && (shape->dtype == BRG_U8 || shape->dtype == BRG_F32) &&
           (c == 1 || c == 3 || c == 4) && shape->dims[0] > 0 && shape->dims[1] > 0;
}

/* Written so that a NaN becomes 0. */
static uint8_t level_of(float value) {
    if (!(value > 0.0f))
        return 0;
    return value >= 1.0f ? 255 : (uint8_t)lrintf(value * 255.0f);
}

static uint8_t sample(const brg_tensor *image, int64_t index) {
    const void *data = brg_tensor_data(image);
    if (brg_tensor_shape(image)->dtype == BRG_U8)
        return ((const uint8_t *)data)[index];
    return level_of(((const float *)data)[index]);
}

void brg_image_row(const brg_tensor *image, int64_t y, int32_t channels, uint8_t *row) {
    const brg_shape *shape = brg_tensor_shape(image);
    int64_t w = shape->dims[1], c = shape->dims[2];
    if (shape->dtype == BRG_U8 && c == channels) {
        memcpy(row, (const uint8_t *)brg_tensor_data(image) + y * w * c, (size_t)(w * c));
        return;
    }
    for (int64_t x = 0; x < w; x++) {
        int64_t pixel = (y * w + x) * c;
        for (int32_t i = 0; i < channels && i < 3; i++)
            *row++ = sample(image, pixel + (c == 1 ? 0 : i));
        if (channels == 4)
            *row++ = c == 4 ? sample(image, pixel + 3) : 255;
    }
}

brg_status brg_image_save(const char *path, const brg_tensor *image, brg_error *error) {
    int encoder = find_encoder(path);
    if (encoder < 0) {
        brg_fail(error, BRG_E_ARGUMENT, "The name \"%.140s\" asks for no image format.", path);
        brg_error_hint(error, "End it in .png, .jpg, .jpeg, .ppm or .pgm.");
        return BRG_E_ARGUMENT;
    }
    const brg_shape *shape = brg_tensor_shape(image);
    if (!shape || !is_image(shape)) {
        brg_fail(error, BRG_E_SHAPE, "\"%.140s\" cannot be saved: it is no image.", path);
        brg_error_hint(error, "An image has dims {h, w, c} with c = 1, 3 or 4, in u8 or f32.");
        return BRG_E_SHAPE;
    }
    brg_encoded file = {.data = NULL};
    brg_error reason = {.status = BRG_OK};
    brg_status status = encoders[encoder].encode(image, &file, &reason);
    if (status == BRG_OK)
        status = brg_file_write(path, file.data, file.size, error);
    else
        brg_fail(error, status, "\"%.100s\" cannot be saved: %s.", path, reason.what);
    free(file.data);
    return status;
}
