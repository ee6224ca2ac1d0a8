/* Pictures as a model takes them: a digit comes back from a larger picture of it as MNIST has it. */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brigade/train.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE };

static const brg_model grey = {.channels = 1, .height = SIDE, .width = SIDE};
static const brg_model colours = {.channels = 3, .height = 2, .width = 2};

/* How a digit is shown: enlarged, with its corner at (y, x) of a picture of height and width. */
typedef struct showing {
    int64_t height, width, channels, times, y, x;
    int paper, ink, noise;
} showing;

static brg_tensor *show(const uint8_t *digit, const showing *s) {
    brg_shape shape = brg_shape_3d(BRG_U8, s->height, s->width, s->channels);
    uint8_t *pixels = malloc((size_t)(s->height * s->width * s->channels)), *at = pixels;
    uint32_t random = 1;
    for (int64_t y = 0; y < s->height; y++)
        for (int64_t x = 0; x < s->width; x++) {
            int64_t v = y - s->y, u = x - s->x;
            bool in = v >= 0 && u >= 0 && v < SIDE * s->times && u < SIDE * s->times;
            int level = in ? digit[v / s->times * SIDE + u / s->times] : 0;
            level = s->paper + (s->ink - s->paper) * level / 255;
            random = random * 1664525u + 1013904223u;
            level += s->noise ? (int)(random >> 16) % (2 * s->noise + 1) - s->noise : 0;
            level = level < 0 ? 0 : level > 255 ? 255 : level;
            for (int64_t c = 0; c < s->channels; c++)
                *at++ = (uint8_t)(c == 3 ? 255 : level);
        }
    brg_tensor *image = NULL;
    cr_assert_eq(brg_tensor_create(&shape, pixels, &image, NULL), BRG_OK);
    free(pixels);
    return image;
}

static double difference(const uint8_t *a, const uint8_t *b) {
    double sum = 0;
    for (int i = 0; i < PIXELS; i++)
        sum += abs(a[i] - b[i]);
    return sum / PIXELS;
}

/* The mean difference, in levels of 256, between digits and what becomes of pictures of them. */
static double come_back(const showing *s) {
    brg_dataset data;
    brg_error error = {0};
    double sum = 0;
    cr_assert_eq(brg_dataset_load(NULL, &data, &error), BRG_OK, "%s", error.what);
    for (int i = 0; i < 20; i++) {
        const uint8_t *digit = (const uint8_t *)brg_tensor_data(data.test_images) + i * PIXELS;
        brg_tensor *image = show(digit, s), *input = NULL;
        bool inverted = s->paper <= s->ink;
        cr_assert_eq(brg_model_picture(&grey, image, &input, &inverted, &error), BRG_OK, "%s",
                     error.what);
        cr_assert_eq(inverted, s->paper > s->ink);
        const brg_shape *shape = brg_tensor_shape(input);
        cr_assert(shape->rank == 4 && shape->dims[0] == 1 && shape->dims[1] == 1 &&
                  shape->dims[2] == SIDE && shape->dims[3] == SIDE);
        sum += difference(digit, brg_tensor_data(input)) / 20;
        brg_tensor_release(input);
        brg_tensor_release(image);
    }
    brg_dataset_release(&data);
    return sum;
}

static void comes_back(double bound, showing s) {
    double far = come_back(&s);
    cr_assert(far <= bound, "%g", far);
}

Test(picture, a_digit_of_mnist_stays_as_it_is) {
    comes_back(0.1, (showing){SIDE, SIDE, 1, 1, 0, 0, .paper = 0, .ink = 255});
}

Test(picture, enlarged_moved_and_inverted_it_comes_back) {
    comes_back(0.1, (showing){400, 500, 3, 10, 100, 30, .paper = 255, .ink = 0});
    comes_back(0.1, (showing){400, 300, 4, 7, 5, 60, .paper = 255, .ink = 0});
}

Test(picture, on_grey_and_grainy_paper_it_comes_back) {
    comes_back(3, (showing){400, 500, 3, 10, 100, 30, .paper = 200, .ink = 40, .noise = 6});
}

Test(picture, colours_are_resized) {
    const uint8_t pixels[2 * 4 * 3] = {10, 20, 30, 30, 40, 50, 1, 2, 3, 3, 4, 5,
                                       90, 80, 70, 70, 60, 50, 0, 0, 0, 0, 0, 0};
    const uint8_t expected[] = {20, 2, 80, 0, 30, 3, 70, 0, 40, 4, 60, 0};
    brg_shape shape = brg_shape_3d(BRG_U8, 2, 4, 3);
    brg_tensor *image = NULL, *input = NULL;
    cr_assert_eq(brg_tensor_create(&shape, pixels, &image, NULL), BRG_OK);
    cr_assert_eq(brg_model_picture(&colours, image, &input, NULL, NULL), BRG_OK);
    cr_assert_eq(brg_tensor_shape(input)->dims[1], 3);
    cr_assert_arr_eq(brg_tensor_data(input), expected, sizeof expected);
    brg_tensor_release(input);
    brg_tensor_release(image);
}

static void refused(brg_shape shape, brg_status expected, const char *why) {
    brg_tensor *image = NULL, *input = NULL;
    brg_error error = {0};
    cr_assert_eq(brg_tensor_create(&shape, NULL, &image, NULL), BRG_OK);
    cr_assert_eq(brg_model_picture(&grey, image, &input, NULL, &error), expected, "%s", error.what);
    cr_assert(strstr(error.what, why), "\"%s\" does not say \"%s\"", error.what, why);
    cr_assert_null(input);
    brg_tensor_release(image);
}

Test(picture, what_shows_nothing_is_told) {
    refused(brg_shape_3d(BRG_U8, 9, 9, 1), BRG_E_ARGUMENT, "nothing to see");
    refused(brg_shape_3d(BRG_U8, 1, 1, 3), BRG_E_ARGUMENT, "nothing to see");
    refused(brg_shape_3d(BRG_U8, 9, 9, 2), BRG_E_SHAPE, "A picture is u8");
    refused(brg_shape_3d(BRG_U8, 0, 9, 1), BRG_E_SHAPE, "A picture is u8");
    refused(brg_shape_2d(BRG_U8, 9, 9), BRG_E_SHAPE, "A picture is u8");
    refused(brg_shape_3d(BRG_F32, 9, 9, 1), BRG_E_SHAPE, "A picture is u8");
}
