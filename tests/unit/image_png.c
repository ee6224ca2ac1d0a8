/* PNG: every kind of it, orientations, flipped bits, hostile headers. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <png.h>
#include <zlib.h>

#include "io/file.h"
#include "unit/image_fixture.h"

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

/* ---- damage ---------------------------------------------------------------------------------- */

Test(image, any_bit_of_a_png_flipped_does_no_harm) {
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
