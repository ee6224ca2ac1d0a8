/* What the tests of images share: see image_fixture.h. */
#include "unit/image_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "io/codec.h"

static char directory[64];

static void enter(void) {
    snprintf(directory, sizeof directory, "/tmp/brigade-image-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
}

static void leave(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    cr_assert_eq(system(command), 0);
}

const char *in_directory(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

TestSuite(image, .init = enter, .fini = leave);

/* A smooth image with a little noise, like a photograph. */
brg_tensor *picture(int64_t h, int64_t w, int64_t c) {
    brg_shape shape = brg_shape_3d(BRG_U8, h, w, c);
    brg_tensor *image = NULL;
    cr_assert_eq(brg_tensor_create(&shape, NULL, &image, NULL), BRG_OK);
    uint8_t *pixels = brg_tensor_writable(image);
    for (int64_t i = 0; i < h * w * c; i++) {
        double wave =
            sin((double)(i / c % w) * 0.2 + (double)(i % c)) * cos((double)(i / c / w) * 0.1);
        pixels[i] = (uint8_t)(120 + 100 * wave + 8 * brg_random_unit(1, (uint64_t)i));
    }
    return image;
}

brg_tensor *load(const char *path) {
    brg_tensor *image = NULL;
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_image_load(path, &image, &error);
    cr_assert_eq(status, BRG_OK, "%s: %s", path, error.what);
    return image;
}

void expect_shape(const brg_tensor *image, int64_t h, int64_t w, int64_t c) {
    const brg_shape *shape = brg_tensor_shape(image);
    char text[64];
    cr_assert_eq(shape->dtype, BRG_U8);
    cr_assert(shape->rank == 3 && shape->dims[0] == h && shape->dims[1] == w && shape->dims[2] == c,
              "%s", brg_shape_text(shape, text, sizeof text));
}

const uint8_t *pixels_of(const brg_tensor *image) {
    return brg_tensor_data(image);
}

double mean_difference(const brg_tensor *a, const brg_tensor *b) {
    double sum = 0;
    cr_assert_eq(brg_tensor_bytes(a), brg_tensor_bytes(b));
    for (size_t i = 0; i < brg_tensor_bytes(a); i++)
        sum += abs(pixels_of(a)[i] - pixels_of(b)[i]);
    return sum / (double)brg_tensor_bytes(a);
}

/* Decoding must fail with this status, say why, and give no image. */
brg_error expect_damage(const unsigned char *data, size_t size, brg_status expected) {
    brg_tensor *image = (brg_tensor *)8;
    brg_error error = {.status = BRG_OK};
    /* A copy of exactly this size, so that a sanitizer sees a read beyond it. */
    unsigned char *copy = malloc(size + !size);
    memcpy(copy, data, size);
    brg_status status = brg_image_decode(copy, size, &image, &error);
    free(copy);
    cr_assert_eq(status, expected, "%zu bytes: %s: %s", size, brg_status_name(status), error.what);
    cr_assert_null(image);
    cr_assert(error.what[0] != '\0');
    return error;
}

void expect_reason(const unsigned char *data, size_t size, const char *reason) {
    cr_assert_str_eq(expect_damage(data, size, BRG_E_FORMAT).what, reason);
}

void expect_text(const char *text, brg_status expected) {
    expect_damage((const unsigned char *)text, strlen(text), expected);
}

brg_tensor *decode(const unsigned char *data, size_t size) {
    brg_tensor *image = NULL;
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_image_decode(data, size, &image, &error);
    cr_assert_eq(status, BRG_OK, "%s", error.what);
    return image;
}

/* An EXIF block of one tag, in the byte order asked for. */
unsigned make_exif(unsigned char block[32], int orientation, bool big_endian) {
    const unsigned char little[32] =
        "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0";
    const unsigned char big[32] = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0";
    memcpy(block, big_endian ? big : little, 32);
    block[big_endian ? 25 : 24] = (unsigned char)orientation;
    return 32;
}

/* The four corners differ: 40, 100 / 160, 220 from the top left. */
uint8_t corners(int y, int x, int component) {
    (void)component;
    return (uint8_t)(40 + (x >= 12 ? 60 : 0) + (y >= 8 ? 120 : 0));
}

bool near(int a, int b) {
    return abs(a - b) <= 6;
}

/* Where the stored corners go, from the EXIF standard's words: which side of the picture the stored
 * row 0 and column 0 are. Read as top left, top right, bottom left, bottom right. */
static const int upright[9][4] = {
    {0},
    {40, 100, 160, 220}, /* top, left */
    {100, 40, 220, 160}, /* top, right */
    {220, 160, 100, 40}, /* bottom, right */
    {160, 220, 40, 100}, /* bottom, left */
    {40, 160, 100, 220}, /* left, top */
    {160, 40, 220, 100}, /* right, top */
    {220, 100, 160, 40}, /* right, bottom */
    {100, 220, 40, 160}, /* left, bottom */
};

void expect_corners(const brg_tensor *image, int orientation) {
    int64_t h = brg_tensor_shape(image)->dims[0], w = brg_tensor_shape(image)->dims[1];
    cr_assert_eq(h, orientation >= 5 ? 24 : 16);
    cr_assert_eq(w, orientation >= 5 ? 16 : 24);
    const uint8_t *pixels = pixels_of(image);
    int found[4] = {pixels[0], pixels[w - 1], pixels[(h - 1) * w], pixels[h * w - 1]};
    for (int i = 0; i < 4; i++)
        cr_assert(near(found[i], upright[orientation][i]), "orientation %d, corner %d: %d",
                  orientation, i, found[i]);
}

/* Any byte changed gives an image or an error, and nothing else. */
void change_everywhere(const unsigned char *data, size_t size) {
    unsigned char *copy = malloc(size);
    for (size_t at = 0; at < size; at++) {
        for (int bit = 0; bit < 8; bit++) {
            brg_tensor *image = NULL;
            brg_error error = {.status = BRG_OK};
            memcpy(copy, data, size);
            copy[at] ^= (unsigned char)(1 << bit);
            brg_status status = brg_image_decode(copy, size, &image, &error);
            cr_assert_eq(status == BRG_OK, image != NULL);
            cr_assert(status == BRG_OK || status == BRG_E_FORMAT || status == BRG_E_SHAPE,
                      "byte %zu: %s", at, brg_status_name(status));
            brg_tensor_release(image);
        }
    }
    free(copy);
}
