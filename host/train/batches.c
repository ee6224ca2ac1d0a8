/* The order of an epoch, and its images laid out, changed a little where asked for. See batches.h. */
#include "train/batches.h"

#include <math.h>
#include <string.h>

#include "base/philox.h"
#include "base/random.h"

/* ---- random numbers -------------------------------------------------------------------------- */

/* What an epoch draws from: a key and one half of the counter; the other half numbers the draws. */
typedef struct epoch_dice {
    uint32_t key, half;
} epoch_dice;

enum { FOR_ORDER, FOR_CHANGES };

static epoch_dice dice_of(uint64_t seed, int64_t epoch, int use) {
    uint64_t bits = brg_random_bits(brg_random_bits(seed, (uint64_t)use), (uint64_t)epoch);
    return (epoch_dice){.key = (uint32_t)(bits >> 32), .half = (uint32_t)bits};
}

/* A number below `sides`, as the upper part of a product: no division, and a bias below
 * sides / 2^32. */
static int32_t below(epoch_dice dice, uint32_t number, int32_t sides) {
    return (int32_t)((uint64_t)brg_philox(dice.key, number, dice.half) * (uint32_t)sides >> 32);
}

/* Fisher and Yates' shuffle. */
void brg_batches_order(int64_t count, uint64_t seed, int64_t epoch, int32_t *order) {
    epoch_dice dice = dice_of(seed, epoch, FOR_ORDER);
    for (int32_t i = 0; i < count; i++)
        order[i] = i;
    for (int32_t i = (int32_t)count - 1; i > 0; i--) {
        int32_t j = below(dice, (uint32_t)i, i + 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* ---- augmentation ---------------------------------------------------------------------------- */

brg_status brg_augment_check(const brg_augment *a, brg_error *error) {
    if (!(a->shift >= 0 && a->shift <= BRG_AUGMENT_SHIFT))
        return brg_fail(error, BRG_E_ARGUMENT, "Images are shifted by 0 to %d pixels, not %g.",
                        BRG_AUGMENT_SHIFT, (double)a->shift);
    if (!(a->turn >= 0 && a->turn <= BRG_AUGMENT_TURN))
        return brg_fail(error, BRG_E_ARGUMENT, "Images are turned by 0 to %d degrees, not %g.",
                        BRG_AUGMENT_TURN, (double)a->turn);
    if (!(a->stretch >= 0 && a->stretch <= BRG_AUGMENT_STRETCH))
        return brg_fail(error, BRG_E_ARGUMENT, "Images are stretched by 0 to %g, not %g.",
                        (double)BRG_AUGMENT_STRETCH, (double)a->stretch);
    return BRG_OK;
}

/* What is done to one image. */
typedef struct change {
    double right, down; /* pixels */
    double turn, size;  /* radians; 1 is as it was */
    bool flip;
} change;

static bool moves_whole_pixels(const brg_augment *a) {
    return a->turn == 0 && a->stretch == 0;
}

/* An amount from -1 to below 1 of the most; each whole number of pixels is as likely. */
static double distance(double amount, double most, bool whole) {
    return whole ? floor((amount + 1) * (floor(most) + 0.5)) - floor(most) : amount * most;
}

/* The amounts of image `number`: draws number * AMOUNTS and on. */
static change draw_change(const brg_augment *a, uint64_t seed, int64_t epoch, int64_t number) {
    enum { RIGHT, DOWN, TURN, SIZE, FLIP, AMOUNTS };
    epoch_dice dice = dice_of(seed, epoch, FOR_CHANGES);
    bool whole = moves_whole_pixels(a);
    double amounts[AMOUNTS]; /* from -1 to below 1 */
    for (int i = 0; i < AMOUNTS; i++) {
        uint32_t bits = brg_philox(dice.key, (uint32_t)(number * AMOUNTS + i), dice.half);
        amounts[i] = (double)bits * 0x1p-31 - 1;
    }
    return (change){.right = distance(amounts[RIGHT], (double)a->shift, whole),
                    .down = distance(amounts[DOWN], (double)a->shift, whole),
                    .turn = amounts[TURN] * (double)a->turn * 3.14159265358979 / 180,
                    .size = 1 + amounts[SIZE] * (double)a->stretch,
                    .flip = a->flip && amounts[FLIP] < 0};
}

static int32_t clamp(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : value > high ? high : value;
}

/* Moves whole rows: columns from..to of the image land `right` of where they were. */
static void shift_plane(int32_t h, int32_t w, int32_t right, int32_t down, const uint8_t *from,
                        uint8_t *to) {
    int32_t left = clamp(right, 0, w), kept = clamp(w - (right < 0 ? -right : right), 0, w);
    memset(to, 0, (size_t)h * (size_t)w);
    for (int32_t y = 0; y < h; y++)
        if (y - down >= 0 && y - down < h)
            memcpy(to + (size_t)y * (size_t)w + left,
                   from + (size_t)(y - down) * (size_t)w + clamp(-right, 0, w), (size_t)kept);
}

enum { ONE = 1 << 16 }; /* places between pixels, in fixed point: the same on every machine */

static int32_t pixel(const uint8_t *plane, int32_t h, int32_t w, int32_t y, int32_t x) {
    return y >= 0 && y < h && x >= 0 && x < w ? plane[(size_t)y * (size_t)w + (size_t)x] : 0;
}

/* Between four pixels, to 1/256 of their distance. */
static uint8_t between(const uint8_t *plane, int32_t h, int32_t w, int32_t y, int32_t x) {
    int32_t row = y >> 16, column = x >> 16, down = (y & (ONE - 1)) >> 8,
            right = (x & (ONE - 1)) >> 8;
    int32_t upper = pixel(plane, h, w, row, column) * (256 - right) +
                    pixel(plane, h, w, row, column + 1) * right;
    int32_t lower = pixel(plane, h, w, row + 1, column) * (256 - right) +
                    pixel(plane, h, w, row + 1, column + 1) * right;
    return (uint8_t)((upper * (256 - down) + lower * down + (1 << 15)) >> 16);
}

/* Where in the image the new one's pixel (x, y) comes from: turned back and shrunk around the centre,
 * after the shift is undone. */
static void warp_plane(const change *by, int32_t h, int32_t w, const uint8_t *from, uint8_t *to) {
    double middle_y = 0.5 * (h - 1), middle_x = 0.5 * (w - 1);
    double across = cos(by->turn) / by->size * ONE, along = sin(by->turn) / by->size * ONE;
    int64_t step_x = llrint(across), step_y = llrint(along);
    for (int32_t i = 0; i < h; i++) {
        double y = i - middle_y - by->down, x = -middle_x - by->right;
        int64_t at_x = llrint(across * x - along * y + middle_x * ONE);
        int64_t at_y = llrint(along * x + across * y + middle_y * ONE);
        for (int32_t j = 0; j < w; j++, at_x += step_x, at_y += step_y)
            *to++ = between(from, h, w, at_y, at_x);
    }
}

static void flip_plane(int32_t h, int32_t w, uint8_t *plane) {
    for (int32_t y = 0; y < h; y++, plane += w)
        for (int32_t x = 0; x < w / 2; x++) {
            uint8_t kept = plane[x];
            plane[x] = plane[w - 1 - x];
            plane[w - 1 - x] = kept;
        }
}

void brg_augment_image(const brg_augment *augment, uint64_t seed, int64_t epoch, int64_t number,
                       int32_t c, int32_t h, int32_t w, const uint8_t *from, uint8_t *to) {
    change by = draw_change(augment, seed, epoch, number);
    for (int32_t k = 0; k < c; k++, from += (size_t)h * (size_t)w, to += (size_t)h * (size_t)w) {
        if (moves_whole_pixels(augment))
            shift_plane(h, w, (int32_t)by.right, (int32_t)by.down, from, to);
        else
            warp_plane(&by, h, w, from, to);
        if (by.flip)
            flip_plane(h, w, to);
    }
}

static bool changes_anything(const brg_augment *a) {
    return a && (a->shift > 0 || a->turn > 0 || a->stretch > 0 || a->flip);
}

/* ---- laying out ------------------------------------------------------------------------------ */

/* Copies or changes image `number`. */
static void put_image(const brg_portion *p, const brg_shape *shape, int64_t number,
                      const uint8_t *images, uint8_t *to) {
    size_t size = (size_t)(shape->dims[1] * shape->dims[2] * shape->dims[3]);
    const uint8_t *from = images + (size_t)number * size;
    if (changes_anything(p->augment))
        brg_augment_image(p->augment, p->seed, p->epoch, number, (int32_t)shape->dims[1],
                          (int32_t)shape->dims[2], (int32_t)shape->dims[3], from, to);
    else
        memcpy(to, from, size);
}

static void fill(const brg_tensor *images, const brg_tensor *labels, const brg_portion *p,
                 uint8_t *pixels, int32_t *names) {
    const brg_shape *shape = brg_tensor_shape(images);
    const int32_t *all_names = brg_tensor_data(labels);
    size_t size = (size_t)(shape->dims[1] * shape->dims[2] * shape->dims[3]);
    for (int64_t i = 0; i < p->steps * p->batch; i++) {
        int64_t at = p->first + i / p->batch * p->stride + i % p->batch;
        int64_t number = p->order ? p->order[at] : at;
        put_image(p, shape, number, brg_tensor_data(images), pixels + (size_t)i * size);
        names[i] = all_names[number];
    }
}

brg_status brg_batches_gather(const brg_tensor *images, const brg_tensor *labels,
                              const brg_portion *portion, brg_tensor **out_images,
                              brg_tensor **out_labels, brg_error *error) {
    brg_shape shape = *brg_tensor_shape(images);
    shape.dims[0] = portion->steps * portion->batch;
    brg_shape line = brg_shape_1d(BRG_I32, shape.dims[0]);
    *out_images = *out_labels = NULL;
    brg_status status = brg_tensor_create(&shape, NULL, out_images, error);
    if (status == BRG_OK)
        status = brg_tensor_create(&line, NULL, out_labels, error);
    if (status == BRG_OK) {
        fill(images, labels, portion, brg_tensor_writable(*out_images),
             brg_tensor_writable(*out_labels));
        return BRG_OK;
    }
    brg_tensor_release(*out_images);
    *out_images = NULL;
    return status;
}
