/* What training is fed with: orders that hold every image once, the same bits however the steps are
 * cut, and augmentation that stays within the image. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/random.h"
#include "train/batches.h"

TestSuite(batches);

enum { IMAGES = 60, SIDE = 28, SIZE = SIDE * SIDE };

static bool is_permutation(const int32_t *order, int32_t count) {
    bool *seen = calloc((size_t)count + 1, sizeof *seen), good = true;
    for (int32_t i = 0; i < count; i++) {
        good = good && order[i] >= 0 && order[i] < count && !seen[order[i]];
        if (good)
            seen[order[i]] = true;
    }
    free(seen);
    return good;
}

Test(batches, an_order_holds_every_image_once) {
    static const int32_t counts[] = {0, 1, 2, 3, 64, 1000, 60000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int32_t count = counts[i], *order = malloc(((size_t)count + 1) * sizeof *order);
        order[count] = -77;
        brg_batches_order(count, 5, 3, order);
        cr_expect(is_permutation(order, count), "%d images", (int)count);
        cr_expect_eq(order[count], -77);
        free(order);
    }
}

Test(batches, an_order_depends_on_seed_and_epoch_alone) {
    int32_t a[500], b[500];
    brg_batches_order(500, 1, 0, a);
    brg_batches_order(500, 1, 0, b);
    cr_expect_eq(memcmp(a, b, sizeof a), 0);
    brg_batches_order(500, 1, 1, b);
    cr_expect_neq(memcmp(a, b, sizeof a), 0);
    brg_batches_order(500, 2, 0, b);
    cr_expect_neq(memcmp(a, b, sizeof a), 0);
}

/* Each image is as often in each tenth of the order: 4000 orders of 10, 400 +- 95 (five deviations). */
Test(batches, every_place_is_as_likely) {
    int32_t order[10], at[10][10] = {{0}};
    for (int64_t epoch = 0; epoch < 4000; epoch++) {
        brg_batches_order(10, 9, epoch, order);
        for (int i = 0; i < 10; i++)
            at[i][order[i]]++;
    }
    for (int i = 0; i < 100; i++)
        cr_expect(abs(at[i / 10][i % 10] - 400) < 95, "%d at %d: %d", i % 10, i / 10,
                  (int)at[i / 10][i % 10]);
}

/* ---- laying out ------------------------------------------------------------------------------ */

static void make_set(brg_tensor **images, brg_tensor **labels) {
    brg_shape shape = {.dtype = BRG_U8, .rank = 4, .dims = {IMAGES, 1, SIDE, SIDE}};
    brg_shape line = brg_shape_1d(BRG_I32, IMAGES);
    int32_t names[IMAGES];
    for (int32_t i = 0; i < IMAGES; i++)
        names[i] = 1000 + i;
    cr_assert_eq(brg_tensor_create_uniform(&shape, 4, 0, 255, images, NULL), BRG_OK);
    cr_assert_eq(brg_tensor_create(&line, names, labels, NULL), BRG_OK);
}

static const brg_augment strong = {.shift = 2, .turn = 10, .stretch = 0.1f, .flip = true};

/* Lays out 12 images as `jobs` portions of steps, each for `replicas`, and puts them in their places. */
static void gather_in(int64_t jobs, int64_t replicas, const brg_augment *augment, uint8_t *pixels,
                      int32_t *names) {
    brg_tensor *images, *labels, *some, *theirs;
    int32_t order[IMAGES];
    int64_t steps = 3 / jobs, batch = 4 / replicas;
    make_set(&images, &labels);
    brg_batches_order(IMAGES, 7, 2, order);
    for (int64_t part = 0; part < jobs * replicas; part++) {
        brg_portion p = {.order = order,
                         .first = part / replicas * steps * 4 + part % replicas * batch,
                         .batch = batch,
                         .stride = 4,
                         .steps = steps,
                         .augment = augment,
                         .seed = 7,
                         .epoch = 2};
        cr_assert_eq(brg_batches_gather(images, labels, &p, &some, &theirs, NULL), BRG_OK);
        cr_assert_eq(brg_tensor_shape(some)->dims[0], steps * batch);
        for (int64_t i = 0; i < steps * batch; i++) {
            int64_t at = p.first + i / batch * 4 + i % batch;
            memcpy(pixels + at * SIZE, (const uint8_t *)brg_tensor_data(some) + i * SIZE, SIZE);
            names[at] = ((const int32_t *)brg_tensor_data(theirs))[i];
            cr_expect_eq(names[at], 1000 + order[at]);
        }
        brg_tensor_release(some);
        brg_tensor_release(theirs);
    }
    brg_tensor_release(images);
    brg_tensor_release(labels);
}

Test(batches, the_same_images_however_the_steps_are_cut) {
    static uint8_t whole[12 * SIZE], cut[12 * SIZE];
    int32_t names[12], cut_names[12];
    for (int augmented = 0; augmented < 2; augmented++) {
        gather_in(1, 1, augmented ? &strong : NULL, whole, names);
        gather_in(3, 1, augmented ? &strong : NULL, cut, cut_names);
        cr_expect(!memcmp(whole, cut, sizeof whole) && !memcmp(names, cut_names, sizeof names));
        memset(cut, 0, sizeof cut);
        gather_in(1, 2, augmented ? &strong : NULL, cut, cut_names);
        cr_expect(!memcmp(whole, cut, sizeof whole) && !memcmp(names, cut_names, sizeof names));
    }
}

/* ---- augmentation ---------------------------------------------------------------------------- */

/* A blob in the middle: what is moved a little stays in the picture, and so does its mass. */
static void draw_blob(uint8_t *image) {
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            double d2 = (y - 12.0) * (y - 12.0) + (x - 15.0) * (x - 15.0);
            image[y * SIDE + x] = (uint8_t)(250 * exp(-d2 / 18));
        }
}

static double mass(const uint8_t *image) {
    double sum = 0;
    for (int i = 0; i < SIZE; i++)
        sum += image[i];
    return sum;
}

Test(batches, shifts_are_whole_and_as_likely_each) {
    static const brg_augment shift = {.shift = 2};
    uint8_t dot[SIZE] = {0}, moved[SIZE];
    int seen[5][5] = {{0}};
    dot[10 * SIDE + 10] = 200;
    for (int64_t i = 0; i < 5000; i++) {
        brg_augment_image(&shift, 3, 1, i, 1, SIDE, SIDE, dot, moved);
        const uint8_t *at = memchr(moved, 200, SIZE);
        cr_assert(at && mass(moved) == 200);
        int64_t place = at - moved;
        seen[place / SIDE - 8][place % SIDE - 8]++;
    }
    for (int i = 0; i < 25; i++)
        cr_expect(abs(seen[i / 5][i % 5] - 200) < 70, "%d", seen[i / 5][i % 5]);
}

Test(batches, mass_changes_with_size_alone) {
    static const brg_augment turn = {.shift = 2, .turn = 15}, stretch = {.stretch = 0.1f};
    uint8_t image[SIZE], moved[SIZE];
    draw_blob(image);
    for (int64_t i = 0; i < 300; i++) {
        brg_augment_image(&turn, 3, 1, i, 1, SIDE, SIDE, image, moved);
        cr_expect(fabs(mass(moved) / mass(image) - 1) < 0.03, "%g", mass(moved) / mass(image));
        brg_augment_image(&stretch, 3, 1, i, 1, SIDE, SIDE, image, moved);
        cr_expect(mass(moved) > 0.78 * mass(image) && mass(moved) < 1.24 * mass(image), "%g",
                  mass(moved) / mass(image));
    }
}

Test(batches, a_flip_is_for_every_other_image) {
    static const brg_augment flip = {.flip = true};
    uint8_t image[SIZE], moved[SIZE], twice[SIZE];
    int flipped = 0;
    draw_blob(image);
    for (int64_t i = 0; i < 1000; i++) {
        brg_augment_image(&flip, 3, 1, i, 1, SIDE, SIDE, image, moved);
        brg_augment_image(&flip, 3, 1, i, 1, SIDE, SIDE, moved, twice);
        cr_assert_eq(memcmp(twice, image, SIZE), 0);
        flipped += memcmp(moved, image, SIZE) != 0;
    }
    cr_expect(abs(flipped - 500) < 80, "%d", flipped);
}

/* Images of their own allocation, so that a sanitizer sees the first byte read outside. */
Test(batches, nothing_outside_the_image_is_read) {
    static const int32_t sides[][2] = {{1, 1}, {1, 9}, {7, 1}, {3, 5}, {28, 28}, {65, 2}};
    static const brg_augment far = {.shift = 8, .turn = 45, .stretch = 0.5f, .flip = true};
    static const brg_augment whole = {.shift = 8};
    for (size_t s = 0; s < sizeof sides / sizeof sides[0]; s++) {
        int32_t h = sides[s][0], w = sides[s][1];
        size_t size = (size_t)(2 * h * w);
        uint8_t *from = malloc(size), *to = malloc(size);
        memset(from, 100, size);
        for (int64_t i = 0; i < 400; i++) {
            brg_augment_image(i % 2 ? &far : &whole, 3, 1, i, 2, h, w, from, to);
            for (size_t p = 0; p < size; p++)
                cr_assert_leq(to[p], 100);
        }
        free(from);
        free(to);
    }
}

Test(batches, amounts_that_cannot_be_are_refused) {
    static const brg_augment wrong[] = {{.shift = -1},    {.shift = 9},  {.shift = NAN},
                                        {.turn = 46},     {.turn = NAN}, {.stretch = 0.6f},
                                        {.stretch = NAN}, {.turn = -1}};
    brg_error error = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(brg_augment_check(&wrong[i], &error), BRG_E_ARGUMENT);
    cr_expect_eq(brg_augment_check(&strong, &error), BRG_OK);
}
