/* Fuzzing the image decoders: whatever the bytes, there is an image or an error, and an image
 * survives being written as PNG and read again. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "io/codec.h"

const char fuzz_name[] = "image-fuzz";

/* What must hold for an image that was decoded. Aborts, as fuzz targets do, if it does not. */
static void check_image(const brg_tensor *image) {
    const brg_shape *shape = brg_tensor_shape(image);
    brg_encoded file = {.data = NULL};
    brg_tensor *back = NULL;
    int64_t c = shape->dims[2];
    if (shape->rank != 3 || shape->dtype != BRG_U8 || (c != 1 && c != 3 && c != 4))
        abort();
    if (brg_tensor_bytes(image) > 1 << 20)
        return; /* encoding a large one would only take time */
    if (brg_png_encode(image, &file, NULL) != BRG_OK ||
        brg_image_decode(file.data, file.size, &back, NULL) != BRG_OK)
        abort();
    if (brg_tensor_bytes(back) != brg_tensor_bytes(image) ||
        memcmp(brg_tensor_data(back), brg_tensor_data(image), brg_tensor_bytes(image)) != 0)
        abort();
    brg_tensor_release(back);
    free(file.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    brg_tensor *image = NULL;
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_image_decode(data, size, &image, &error);
    if ((status == BRG_OK) != (image != NULL) || (status != BRG_OK && error.what[0] == '\0'))
        abort();
    if (image)
        check_image(image);
    brg_tensor_release(image);
    return 0;
}

/* ---- where it begins ------------------------------------------------------------------------- */

/* The checksums of a PNG's chunks. */
void fuzz_mend(unsigned char *data, size_t size) {
    for (size_t at = 8; at + 12 <= size;) {
        size_t length = (size_t)data[at] << 24 | (size_t)data[at + 1] << 16 |
                        (size_t)data[at + 2] << 8 | data[at + 3];
        if (length > size - at - 12)
            return;
        unsigned long sum = crc32(0, data + at + 4, (uInt)length + 4);
        for (int i = 0; i < 4; i++)
            data[at + 8 + length + (size_t)i] = (unsigned char)(sum >> (24 - 8 * i));
        at += length + 12;
    }
}

/* One small image in every format that we write. */
size_t fuzz_make_seeds(fuzz_seed *seeds) {
    static brg_status (*const encoders[])(const brg_tensor *, brg_encoded *, brg_error *) = {
        brg_png_encode, brg_jpeg_encode, brg_ppm_encode, brg_pgm_encode};
    size_t count = 0;
    for (int32_t c = 1; c <= 4; c += c == 1 ? 2 : 1) {
        brg_shape shape = brg_shape_3d(BRG_U8, 13, 18, c);
        brg_tensor *image = NULL;
        if (brg_tensor_create_uniform(&shape, 1, 0, 255, &image, NULL) != BRG_OK)
            return count;
        for (int i = 0; i < 4; i++) {
            brg_encoded file = {.data = NULL};
            if (encoders[i](image, &file, NULL) == BRG_OK)
                seeds[count++] = (fuzz_seed){.data = file.data, .size = file.size};
        }
        brg_tensor_release(image);
    }
    const char text[] = "P3 # text\n2 2 100\n0 50 100 1 2 3 4 5 6 7 8 9\n";
    seeds[count++] = (fuzz_seed){.data = (unsigned char *)strdup(text), .size = strlen(text)};
    return count;
}
