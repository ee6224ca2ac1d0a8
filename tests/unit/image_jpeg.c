/* JPEG: orientations, inks, progressive files, flipped bits, hostile headers. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "unit/image_fixture.h"

typedef struct jpeg_kind {
    J_COLOR_SPACE in, stored;
    int components;
    bool progressive;
    int orientation; /* 0: no EXIF */
    uint8_t (*sample)(int y, int x, int component);
    int h, w;
    const jpeg_scan_info *passes; /* two of them, instead of the usual ones; or NULL */
} jpeg_kind;

static void encode_jpeg(const jpeg_kind *kind, unsigned char **data, unsigned long *size) {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    *data = NULL;
    jpeg_mem_dest(&jpeg, data, size);
    jpeg.image_width = (JDIMENSION)kind->w;
    jpeg.image_height = (JDIMENSION)kind->h;
    jpeg.input_components = kind->components;
    jpeg.in_color_space = kind->in;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, kind->stored);
    jpeg_set_quality(&jpeg, 95, TRUE);
    if (kind->progressive)
        jpeg_simple_progression(&jpeg);
    jpeg.scan_info = kind->passes ? kind->passes : jpeg.scan_info;
    jpeg.num_scans = kind->passes ? 2 : jpeg.num_scans;
    jpeg_start_compress(&jpeg, TRUE);
    unsigned char exif[32];
    if (kind->orientation)
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, exif,
                          make_exif(exif, kind->orientation, kind->orientation % 2));
    uint8_t *row = malloc((size_t)kind->w * 4);
    for (int y = 0; y < kind->h; y++) {
        for (int i = 0; i < kind->w * kind->components; i++)
            row[i] = kind->sample(y, i / kind->components, i % kind->components);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    free(row);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
}

Test(image, every_exif_orientation_stands_upright) {
    for (int orientation = 1; orientation <= 8; orientation++) {
        jpeg_kind kind = {JCS_GRAYSCALE, JCS_GRAYSCALE, 1, false, orientation, corners, 16, 24,
                          NULL};
        unsigned char *data;
        unsigned long size;
        encode_jpeg(&kind, &data, &size);
        brg_tensor *image = decode(data, size);
        expect_corners(image, orientation);
        brg_tensor_release(image);
        free(data);
    }
}

Test(image, an_orientation_that_does_not_exist_is_ignored) {
    jpeg_kind kind = {JCS_GRAYSCALE, JCS_GRAYSCALE, 1, false, 9, corners, 16, 24, NULL};
    unsigned char *data;
    unsigned long size;
    encode_jpeg(&kind, &data, &size);
    brg_tensor *image = decode(data, size);
    expect_corners(image, 1);
    brg_tensor_release(image);
    free(data);
}

static uint8_t inks(int y, int x, int component) {
    (void)y;
    (void)x;
    const uint8_t values[4] = {255, 128, 0, 255};
    return values[component];
}

/* libjpeg marks four-component files as Adobe's, whose samples are light: red 255, green 128, blue
 * 0. */
Test(image, cmyk_and_ycck_become_rgb) {
    const J_COLOR_SPACE stored[] = {JCS_CMYK, JCS_YCCK};
    for (int i = 0; i < 2; i++) {
        jpeg_kind kind = {JCS_CMYK, stored[i], 4, false, 0, inks, 16, 16, NULL};
        unsigned char *data;
        unsigned long size;
        encode_jpeg(&kind, &data, &size);
        brg_tensor *image = decode(data, size);
        expect_shape(image, 16, 16, 3);
        const uint8_t *pixel = pixels_of(image);
        cr_assert(near(pixel[0], 255) && near(pixel[1], 128) && near(pixel[2], 0), "%d %d %d",
                  pixel[0], pixel[1], pixel[2]);
        brg_tensor_release(image);
        free(data);
    }
}

static uint8_t slope(int y, int x, int component) {
    return (uint8_t)(x * 2 + y + component * 40);
}

Test(image, progressive_jpeg_is_the_same_picture) {
    jpeg_kind kind = {JCS_RGB, JCS_YCbCr, 3, false, 0, slope, 40, 48, NULL};
    unsigned char *plain, *progressive;
    unsigned long plain_size, progressive_size;
    encode_jpeg(&kind, &plain, &plain_size);
    kind.progressive = true;
    encode_jpeg(&kind, &progressive, &progressive_size);
    brg_tensor *a = decode(plain, plain_size), *b = decode(progressive, progressive_size);
    cr_assert_eq(mean_difference(a, b), 0);
    brg_tensor_release(a);
    brg_tensor_release(b);
    free(plain);
    free(progressive);
}

/* ---- damage ---------------------------------------------------------------------------------- */

Test(image, a_progressive_jpeg_cut_at_every_byte_is_refused) {
    jpeg_kind kind = {JCS_RGB, JCS_YCbCr, 3, true, 6, slope, 20, 24, NULL};
    unsigned char *data;
    unsigned long size;
    encode_jpeg(&kind, &data, &size);
    for (size_t length = 0; length < size; length++)
        expect_damage(data, length, BRG_E_FORMAT);
    free(data);
}

Test(image, any_bit_of_a_jpeg_flipped_does_no_harm) {
    jpeg_kind kind = {JCS_RGB, JCS_YCbCr, 3, true, 6, slope, 20, 24, NULL};
    unsigned char *data;
    unsigned long size;
    encode_jpeg(&kind, &data, &size);
    change_everywhere(data, size);
    free(data);
    kind = (jpeg_kind){JCS_CMYK, JCS_YCCK, 4, false, 5, inks, 16, 16, NULL};
    encode_jpeg(&kind, &data, &size);
    change_everywhere(data, size);
    free(data);
}

Test(image, hostile_jpeg_headers) {
    jpeg_kind kind = {JCS_GRAYSCALE, JCS_GRAYSCALE, 1, false, 0, corners, 16, 24, NULL};
    unsigned char *data;
    unsigned long size;
    encode_jpeg(&kind, &data, &size);
    size_t frame = 0; /* of the start-of-frame marker: length, precision, height, width */
    while (frame + 1 < size && !(data[frame] == 0xff && data[frame + 1] == 0xc0))
        frame++;
    const struct {
        uint16_t h, w;
        brg_status expected;
    } cases[] = {{65500, 65500, BRG_E_SHAPE},
                 {65535, 65535, BRG_E_FORMAT}, /* beyond what libjpeg takes */
                 {16384, 16384, BRG_E_FORMAT}, /* no data for that many */
                 {0, 24, BRG_E_FORMAT},
                 {16, 0, BRG_E_FORMAT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        data[frame + 5] = (unsigned char)(cases[i].h >> 8);
        data[frame + 6] = (unsigned char)cases[i].h;
        data[frame + 7] = (unsigned char)(cases[i].w >> 8);
        data[frame + 8] = (unsigned char)cases[i].w;
        brg_error error = expect_damage(data, size, cases[i].expected);
        if (cases[i].h == 16384)
            cr_assert_str_eq(error.what, "it is too short for the pixels it claims");
    }
    free(data);
}

/* A progressive file may ask for a pass over and over; each costs a walk over the whole image. A
 * repeated first pass is allowed, and so draws no warning. */
Test(image, a_jpeg_of_endless_passes_is_refused) {
    static const jpeg_scan_info passes[] = {{1, {0}, 0, 0, 0, 0}, {1, {0}, 1, 63, 0, 0}};
    jpeg_kind kind = {.in = JCS_GRAYSCALE,
                      .stored = JCS_GRAYSCALE,
                      .components = 1,
                      .passes = passes,
                      .sample = corners,
                      .h = 16,
                      .w = 24};
    unsigned char *data;
    unsigned long size;
    encode_jpeg(&kind, &data, &size);
    size_t last = size - 2; /* the last start-of-scan marker */
    while (!(data[last] == 0xff && data[last + 1] == 0xda))
        last--;
    size_t pass = size - 2 - last;
    for (int copies = 10; copies <= 1000; copies *= 100) {
        unsigned char *bomb = malloc(size + pass * (size_t)copies);
        size_t length = size - 2;
        memcpy(bomb, data, length);
        for (int i = 0; i < copies; i++, length += pass)
            memcpy(bomb + length, data + last, pass);
        memcpy(bomb + length, data + size - 2, 2);
        if (copies == 10)
            brg_tensor_release(decode(bomb, length + 2));
        else
            expect_reason(bomb, length + 2, "it takes more than 200 passes");
        free(bomb);
    }
    free(data);
}
