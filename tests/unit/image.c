/* Images of every format: round trips, shapes that no file holds, damage. The formats themselves have files of
 * their own. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "unit/image_fixture.h"

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
