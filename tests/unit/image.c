/* Images: round trips, every kind of PNG, JPEG and PNM, orientations, damage, hostile headers. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <jpeglib.h>
#include <png.h>
#include <zlib.h>

#include "base/random.h"
#include "brigade/image.h"
#include "io/codec.h"
#include "io/file.h"

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

static const char *in_directory(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

TestSuite(image, .init = enter, .fini = leave);

/* A smooth image with a little noise, like a photograph. */
static brg_tensor *picture(int64_t h, int64_t w, int64_t c) {
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

static brg_tensor *load(const char *path) {
    brg_tensor *image = NULL;
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_image_load(path, &image, &error);
    cr_assert_eq(status, BRG_OK, "%s: %s", path, error.what);
    return image;
}

static void expect_shape(const brg_tensor *image, int64_t h, int64_t w, int64_t c) {
    const brg_shape *shape = brg_tensor_shape(image);
    char text[64];
    cr_assert_eq(shape->dtype, BRG_U8);
    cr_assert(shape->rank == 3 && shape->dims[0] == h && shape->dims[1] == w && shape->dims[2] == c,
              "%s", brg_shape_text(shape, text, sizeof text));
}

static const uint8_t *pixels_of(const brg_tensor *image) {
    return brg_tensor_data(image);
}

static double mean_difference(const brg_tensor *a, const brg_tensor *b) {
    double sum = 0;
    cr_assert_eq(brg_tensor_bytes(a), brg_tensor_bytes(b));
    for (size_t i = 0; i < brg_tensor_bytes(a); i++)
        sum += abs(pixels_of(a)[i] - pixels_of(b)[i]);
    return sum / (double)brg_tensor_bytes(a);
}

/* Decoding must fail with this status, say why, and give no image. */
static brg_error expect_damage(const unsigned char *data, size_t size, brg_status expected) {
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

static void expect_reason(const unsigned char *data, size_t size, const char *reason) {
    cr_assert_str_eq(expect_damage(data, size, BRG_E_FORMAT).what, reason);
}

static void expect_text(const char *text, brg_status expected) {
    expect_damage((const unsigned char *)text, strlen(text), expected);
}

/* ---- round trips ----------------------------------------------------------------------------- */

Test(image, png_and_pnm_keep_every_sample) {
    const struct {
        const char *name;
        int64_t c;
    } cases[] = {{"a.png", 1}, {"a.png", 3}, {"a.png", 4},
                 {"a.PNG", 3}, {"a.pgm", 1}, {"a.ppm", 3}};
    const int64_t sizes[][2] = {{1, 1}, {1, 17}, {17, 1}, {37, 53}, {64, 64}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int j = 0; j < 5; j++) {
            brg_tensor *image = picture(sizes[j][0], sizes[j][1], cases[i].c);
            cr_assert_eq(brg_image_save(in_directory(cases[i].name), image, NULL), BRG_OK);
            brg_tensor *back = load(in_directory(cases[i].name));
            expect_shape(back, sizes[j][0], sizes[j][1], cases[i].c);
            cr_assert_eq(mean_difference(image, back), 0);
            brg_tensor_release(image);
            brg_tensor_release(back);
        }
    }
}

Test(image, jpeg_comes_back_alike) {
    for (int64_t c = 1; c <= 3; c += 2) {
        brg_tensor *image = picture(61, 83, c);
        cr_assert_eq(brg_image_save(in_directory("a.jpeg"), image, NULL), BRG_OK);
        brg_tensor *back = load(in_directory("a.jpeg"));
        expect_shape(back, 61, 83, c);
        cr_assert(mean_difference(image, back) < 2.5, "%g", mean_difference(image, back));
        brg_tensor_release(image);
        brg_tensor_release(back);
    }
}

Test(image, alpha_is_dropped_where_a_format_has_none) {
    brg_tensor *image = picture(8, 8, 4);
    cr_assert_eq(brg_image_save(in_directory("a.ppm"), image, NULL), BRG_OK);
    brg_tensor *back = load(in_directory("a.ppm"));
    expect_shape(back, 8, 8, 3);
    cr_assert_eq(pixels_of(back)[3], pixels_of(image)[4]);
    brg_tensor_release(back);
    cr_assert_eq(brg_image_save(in_directory("a.jpg"), image, NULL), BRG_OK);
    back = load(in_directory("a.jpg"));
    expect_shape(back, 8, 8, 3);
    brg_tensor_release(back);
    brg_tensor_release(image);
}

Test(image, grey_becomes_equal_colours_in_ppm_and_colour_is_no_pgm) {
    brg_tensor *grey = picture(3, 3, 1), *colour = picture(3, 3, 3);
    cr_assert_eq(brg_image_save(in_directory("a.ppm"), grey, NULL), BRG_OK);
    brg_tensor *back = load(in_directory("a.ppm"));
    expect_shape(back, 3, 3, 3);
    cr_assert_eq(pixels_of(back)[5], pixels_of(grey)[1]);
    cr_assert_eq(brg_image_save(in_directory("b.pgm"), colour, NULL), BRG_E_SHAPE);
    cr_assert_neq(access(in_directory("b.pgm"), F_OK), 0);
    brg_tensor_release(grey);
    brg_tensor_release(colour);
    brg_tensor_release(back);
}

Test(image, f32_is_clamped_and_rounded) {
    const float values[8] = {0, 1, 0.5f, -3, 7, NAN, INFINITY, 1.4f / 255};
    const uint8_t expected[8] = {0, 255, 128, 0, 255, 0, 255, 1};
    brg_shape shape = brg_shape_3d(BRG_F32, 2, 4, 1);
    brg_tensor *image = NULL;
    brg_tensor_create(&shape, values, &image, NULL);
    cr_assert_eq(brg_image_save(in_directory("a.png"), image, NULL), BRG_OK);
    brg_tensor *back = load(in_directory("a.png"));
    for (int i = 0; i < 8; i++)
        cr_assert_eq(pixels_of(back)[i], expected[i], "%g gives %d", values[i], pixels_of(back)[i]);
    brg_tensor_release(image);
    brg_tensor_release(back);
}

Test(image, what_is_no_image_or_no_format_is_refused) {
    brg_tensor *image = picture(2, 2, 3);
    brg_error error;
    cr_assert_eq(brg_image_save(in_directory("a.gif"), image, &error), BRG_E_ARGUMENT);
    cr_assert_eq(brg_image_save(in_directory("png"), image, &error), BRG_E_ARGUMENT);
    cr_assert_eq(brg_image_save("/nowhere/a.png", image, &error), BRG_E_IO);
    brg_tensor_release(image);

    const brg_shape odd[] = {brg_shape_2d(BRG_U8, 2, 2), brg_shape_3d(BRG_U8, 2, 2, 2),
                             brg_shape_3d(BRG_U8, 0, 2, 3), brg_shape_3d(BRG_I32, 2, 2, 3)};
    for (int i = 0; i < 4; i++) {
        brg_tensor_create(&odd[i], NULL, &image, NULL);
        cr_assert_eq(brg_image_save(in_directory("a.png"), image, &error), BRG_E_SHAPE);
        cr_assert_neq(access(in_directory("a.png"), F_OK), 0);
        brg_tensor_release(image);
    }
    cr_assert_eq(brg_image_save(in_directory("a.png"), NULL, &error), BRG_E_SHAPE);
}

Test(image, a_side_too_long_for_jpeg_is_refused) {
    brg_tensor *image = picture(1, 65501, 1);
    brg_error error;
    cr_assert_eq(brg_image_save(in_directory("a.jpg"), image, &error), BRG_E_SHAPE);
    cr_assert_not_null(strstr(error.what, "too long for a JPEG"), "%s", error.what);
    brg_tensor_release(image);
}

/* ---- every kind of PNG ----------------------------------------------------------------------- */

typedef struct png_kind {
    int colour, depth, interlace;
    bool transparent; /* with a tRNS chunk */
    int channels;     /* what it is decoded to */
} png_kind;

/* Writes 11 x 7 pixels; every sample of row y is the byte y * 30. */
static void write_png(const char *path, const png_kind *kind) {
    enum { W = 11, H = 7 };
    png_color palette[256];
    png_byte alpha[256], row[W * 8];
    FILE *file = fopen(path, "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_IHDR(png, info, W, H, kind->depth, kind->colour, kind->interlace, 0, 0);
    for (int i = 0; i < 256; i++) {
        palette[i] = (png_color){(png_byte)i, (png_byte)i, (png_byte)i};
        alpha[i] = 255;
    }
    if (kind->colour == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, palette, 1 << kind->depth);
    png_color_16 key = {.red = 1, .green = 2, .blue = 3, .gray = 1};
    alpha[0] = 0;
    if (kind->transparent)
        png_set_tRNS(png, info, alpha, kind->colour == PNG_COLOR_TYPE_PALETTE ? 1 : 0, &key);
    png_write_info(png, info);
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++) {
        for (int y = 0; y < H; y++) {
            memset(row, y * 30, sizeof row);
            png_write_row(png, row);
        }
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    fclose(file);
}

Test(image, every_kind_of_png_becomes_8_bits) {
    const png_kind kinds[] = {
        {PNG_COLOR_TYPE_GRAY, 8, 0, false, 1},       {PNG_COLOR_TYPE_GRAY, 16, 1, false, 1},
        {PNG_COLOR_TYPE_GRAY, 8, 1, true, 4},        {PNG_COLOR_TYPE_GRAY, 16, 0, true, 4},
        {PNG_COLOR_TYPE_GRAY_ALPHA, 8, 0, false, 4}, {PNG_COLOR_TYPE_GRAY_ALPHA, 16, 1, false, 4},
        {PNG_COLOR_TYPE_RGB, 8, 1, false, 3},        {PNG_COLOR_TYPE_RGB, 16, 0, false, 3},
        {PNG_COLOR_TYPE_RGB, 8, 0, true, 4},         {PNG_COLOR_TYPE_RGB_ALPHA, 8, 1, false, 4},
        {PNG_COLOR_TYPE_RGB_ALPHA, 16, 0, false, 4}, {PNG_COLOR_TYPE_PALETTE, 8, 0, false, 3},
        {PNG_COLOR_TYPE_PALETTE, 8, 1, true, 4},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        write_png(in_directory("k.png"), &kinds[i]);
        brg_tensor *image = load(in_directory("k.png"));
        expect_shape(image, 7, 11, kinds[i].channels);
        for (int y = 0; y < 7; y++)
            cr_assert_eq(pixels_of(image)[y * 11 * kinds[i].channels], y * 30, "kind %zu row %d", i,
                         y);
        brg_tensor_release(image);
    }
}

Test(image, few_bits_are_spread_over_the_range) {
    for (int depth = 1; depth <= 4; depth *= 2) {
        png_kind kind = {PNG_COLOR_TYPE_GRAY, depth, 0, false, 1};
        write_png(in_directory("k.png"), &kind);
        brg_tensor *image = load(in_directory("k.png"));
        expect_shape(image, 7, 11, 1);
        int top = (1 << depth) - 1;
        for (int y = 0; y < 7; y++)
            cr_assert_eq(pixels_of(image)[y * 11], (y * 30 >> (8 - depth)) * 255 / top);
        brg_tensor_release(image);
    }
}

/* ---- every kind of JPEG ---------------------------------------------------------------------- */

typedef struct jpeg_kind {
    J_COLOR_SPACE in, stored;
    int components;
    bool progressive;
    int orientation; /* 0: no EXIF */
    uint8_t (*sample)(int y, int x, int component);
    int h, w;
    const jpeg_scan_info *passes; /* two of them, instead of the usual ones; or NULL */
} jpeg_kind;

/* An EXIF block of one tag, in the byte order asked for. */
static unsigned make_exif(unsigned char block[32], int orientation, bool big_endian) {
    const unsigned char little[32] =
        "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0";
    const unsigned char big[32] = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0";
    memcpy(block, big_endian ? big : little, 32);
    block[big_endian ? 25 : 24] = (unsigned char)orientation;
    return 32;
}

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

static brg_tensor *decode(const unsigned char *data, size_t size) {
    brg_tensor *image = NULL;
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_image_decode(data, size, &image, &error);
    cr_assert_eq(status, BRG_OK, "%s", error.what);
    return image;
}

/* The four corners differ: 40, 100 / 160, 220 from the top left. */
static uint8_t corners(int y, int x, int component) {
    (void)component;
    return (uint8_t)(40 + (x >= 12 ? 60 : 0) + (y >= 8 ? 120 : 0));
}

static bool near(int a, int b) {
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

static void expect_corners(const brg_tensor *image, int orientation) {
    int64_t h = brg_tensor_shape(image)->dims[0], w = brg_tensor_shape(image)->dims[1];
    cr_assert_eq(h, orientation >= 5 ? 24 : 16);
    cr_assert_eq(w, orientation >= 5 ? 16 : 24);
    const uint8_t *pixels = pixels_of(image);
    int found[4] = {pixels[0], pixels[w - 1], pixels[(h - 1) * w], pixels[h * w - 1]};
    for (int i = 0; i < 4; i++)
        cr_assert(near(found[i], upright[orientation][i]), "orientation %d, corner %d: %d",
                  orientation, i, found[i]);
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

Test(image, a_png_may_carry_an_orientation_too) {
    unsigned char exif[32];
    png_byte row[24];
    for (int orientation = 1; orientation <= 8; orientation++) {
        FILE *file = fopen(in_directory("o.png"), "wb");
        png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
        png_infop info = png_create_info_struct(png);
        png_init_io(png, file);
        png_set_IHDR(png, info, 24, 16, 8, PNG_COLOR_TYPE_GRAY, 0, 0, 0);
        make_exif(exif, orientation, orientation % 2);
        png_set_eXIf_1(png, info, 26, exif + 6);
        png_write_info(png, info);
        for (int y = 0; y < 16; y++) {
            for (int x = 0; x < 24; x++)
                row[x] = corners(y, x, 0);
            png_write_row(png, row);
        }
        png_write_end(png, info);
        png_destroy_write_struct(&png, &info);
        fclose(file);
        brg_tensor *image = load(in_directory("o.png"));
        expect_corners(image, orientation);
        brg_tensor_release(image);
    }
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

/* ---- every kind of PNM ----------------------------------------------------------------------- */

Test(image, pnm_in_all_its_spellings) {
    const struct {
        const char *text;
        size_t size;
        int channels, expected; /* of the last sample */
    } cases[] = {
        {"P2 2 1 255 0 200", 16, 1, 200},
        {"P2\n# made by hand\n2 # width\n1\n#max\n255\n0\n200\n", 46, 1, 200},
        {"P2 2 1 4 0 3", 12, 1, 191},
        {"P2 2 1 65535 0 65535", 20, 1, 255},
        {"P2 2 1 1 0 1", 12, 1, 255},
        {"P3 1 1 255 1 2 3", 16, 3, 3},
        {"P5 2 1 255\n\x07\x09", 13, 1, 9},
        {"P5\t2\r\n1 # c\n255 #\x08", 19, 1, '\x08'},
        {"P5 1 1 65535\n\x80\x00", 15, 1, 128},
        {"P5 1 1 1000\n\x01\xf4", 14, 1, 128},
        {"P6 1 1 255 \x01\x02\x03"
         "and more",
         22, 3, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        brg_tensor *image = decode((const unsigned char *)cases[i].text, cases[i].size);
        const brg_shape *shape = brg_tensor_shape(image);
        cr_assert_eq(shape->dims[2], cases[i].channels);
        size_t last = brg_tensor_bytes(image) - 1;
        cr_assert_eq(pixels_of(image)[last], cases[i].expected, "case %zu: %d", i,
                     pixels_of(image)[last]);
        brg_tensor_release(image);
    }
}

Test(image, pnm_that_is_damaged_is_refused) {
    const char *const damaged[] = {
        "P",
        "P2",
        "P5 2",
        "P5 2 2",
        "P5 2 2 255",
        "P5 2 2 255\nabc",
        "P5 2 2 65535\nabcdefg",
        "P2 2 2 255 1 2 3",
        "P2 2 2 255 1 2 3 x",
        "P2 2 2 255 1 2 3 -4",
        "P2 2 2 255 1 2 3 256",
        "P2 2 2 0 1 2 3 4",
        "P2 2 2 65536 1 2 3 4",
        "P2 0 2 255",
        "P2 2 0 255 1 2 3 4",
        "P2 -2 2 255 1 2 3 4",
        "P2 2 2 255 # only a comment",
        "P5 2 2 255#\nabcd",
        "P1 2 2 0 1 1 0",
        "P4 2 2 ab",
        "P7\nWIDTH 1\n",
        "P9 2 2",
        "PX",
        "# P2",
    };
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++)
        expect_text(damaged[i], BRG_E_FORMAT);
}

Test(image, pnm_of_impossible_size_is_refused) {
    expect_text("P5 65536 1 255\n", BRG_E_SHAPE);
    expect_text("P5 1 65536 255\n", BRG_E_SHAPE);
    expect_text("P5 20000 20000 255\n", BRG_E_SHAPE);
    expect_text("P6 99999999999999999999 99999999999999999999 255\n", BRG_E_SHAPE);
    expect_text("P6 16384 16384 255\nshort", BRG_E_FORMAT);
    expect_text("P3 16384 16384 255\n1 2 3", BRG_E_FORMAT);
}

/* ---- damage ---------------------------------------------------------------------------------- */

Test(image, what_is_no_image_at_all) {
    expect_damage((const unsigned char *)"", 0, BRG_E_FORMAT);
    expect_text("GIF89a", BRG_E_FORMAT);
    expect_text("hello", BRG_E_FORMAT);
    expect_text("\x89PNG\r\n\x1a", BRG_E_FORMAT);
    expect_text("\x89PNG\r\n\x1a\n", BRG_E_FORMAT);
    expect_text("\xff\xd8", BRG_E_FORMAT);
    expect_text("\xff\xd8\xff", BRG_E_FORMAT);
    brg_tensor *image = NULL;
    brg_error error;
    cr_assert_eq(brg_image_load("/nowhere/a.png", &image, &error), BRG_E_IO);
    cr_assert_eq(brg_image_load("/dev/null", &image, &error), BRG_E_FORMAT);
    cr_assert_str_eq(error.what, "\"/dev/null\" cannot be decoded: it is empty.");
    cr_assert_eq(brg_image_load("/tmp", &image, &error), BRG_E_IO);
}

static void truncate_everywhere(const char *name, int64_t c) {
    brg_tensor *image = picture(9, 10, c);
    unsigned char *data = NULL;
    size_t size = 0;
    cr_assert_eq(brg_image_save(in_directory(name), image, NULL), BRG_OK);
    cr_assert_eq(brg_file_read(in_directory(name), 1 << 20, &data, &size, NULL), BRG_OK);
    for (size_t length = 0; length < size; length++)
        expect_damage(data, length, BRG_E_FORMAT);
    brg_tensor_release(decode(data, size));
    brg_tensor_release(image);
    free(data);
}

Test(image, cut_at_every_byte_is_refused) {
    truncate_everywhere("a.png", 1);
    truncate_everywhere("a.png", 3);
    truncate_everywhere("a.png", 4);
    truncate_everywhere("a.jpg", 1);
    truncate_everywhere("a.jpg", 3);
    truncate_everywhere("a.pgm", 1);
    truncate_everywhere("a.ppm", 3);
}

Test(image, a_progressive_jpeg_cut_at_every_byte_is_refused) {
    jpeg_kind kind = {JCS_RGB, JCS_YCbCr, 3, true, 6, slope, 20, 24, NULL};
    unsigned char *data;
    unsigned long size;
    encode_jpeg(&kind, &data, &size);
    for (size_t length = 0; length < size; length++)
        expect_damage(data, length, BRG_E_FORMAT);
    free(data);
}

/* Any byte changed gives an image or an error, and nothing else. */
static void change_everywhere(const unsigned char *data, size_t size) {
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

Test(image, any_bit_flipped_does_no_harm) {
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

    unsigned char *file = NULL;
    size_t file_size = 0;
    png_kind png = {PNG_COLOR_TYPE_PALETTE, 8, 1, true, 4};
    write_png(in_directory("k.png"), &png);
    cr_assert_eq(brg_file_read(in_directory("k.png"), 1 << 20, &file, &file_size, NULL), BRG_OK);
    change_everywhere(file, file_size);
    free(file);
}

/* Writes a PNG of these dimensions whose checksums are right and whose pixels are missing. */
static size_t hollow_png(unsigned char *data, uint32_t w, uint32_t h, int depth, int colour) {
    const unsigned char start[] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
    const unsigned char end[] = "\0\0\0\x02IDAT\x78\x01";
    memcpy(data, start, 16);
    png_save_uint_32(data + 16, w);
    png_save_uint_32(data + 20, h);
    data[24] = (unsigned char)depth;
    data[25] = (unsigned char)colour;
    memset(data + 26, 0, 3);
    png_save_uint_32(data + 29, (uint32_t)crc32(0, data + 12, 17));
    memcpy(data + 33, end, 10);
    png_save_uint_32(data + 43, (uint32_t)crc32(0, data + 37, 6));
    memcpy(data + 47, "\0\0\0\0IEND\xae\x42\x60\x82", 12);
    return 59;
}

Test(image, hostile_png_headers) {
    unsigned char data[64];
    expect_damage(data, hollow_png(data, 65536, 1, 8, 2), BRG_E_SHAPE);
    expect_damage(data, hollow_png(data, 1, 0x7fffffff, 8, 2), BRG_E_SHAPE);
    expect_damage(data, hollow_png(data, 0x7fffffff, 0x7fffffff, 16, 6), BRG_E_SHAPE);
    expect_damage(data, hollow_png(data, 65535, 65535, 8, 6), BRG_E_SHAPE);
    expect_damage(data, hollow_png(data, 0xffffffff, 1, 8, 2), BRG_E_FORMAT);
    expect_damage(data, hollow_png(data, 0, 5, 8, 2), BRG_E_FORMAT);
    expect_reason(data, hollow_png(data, 16384, 16384, 8, 6),
                  "it is too short for the pixels it claims");
    expect_damage(data, hollow_png(data, 5, 5, 3, 2), BRG_E_FORMAT);
    expect_damage(data, hollow_png(data, 5, 5, 8, 1), BRG_E_FORMAT);
    expect_damage(data, hollow_png(data, 5, 5, 8, 2), BRG_E_FORMAT);
}

/* libpng would take and clear all of it before it looked for the data. */
Test(image, a_chunk_longer_than_its_file_takes_no_memory) {
    unsigned char data[64];
    struct rusage usage;
    hollow_png(data, 5, 5, 8, 2);
    memcpy(data + 33, "\x60\0\0\0tEXt", 8); /* 1.5 GiB */
    expect_reason(data, 59, "it is cut short");
    getrusage(RUSAGE_SELF, &usage);
    cr_assert(usage.ru_maxrss < 500000, "%ld kB", usage.ru_maxrss);
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
