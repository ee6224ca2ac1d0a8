/* What training steps are fed with: the order of an epoch's images, and the images laid out in it.
 *
 *     order   7 2 9 4 | 0 5 1 3 | 8 6      count 10, batch 4: two steps, and two images left over
 *
 * Everything is a function of the seed, the epoch and an image's number alone, so that the same
 * images are made whatever jobs, replicas or machines the steps are cut into.
 *
 * Thread safety: every function may be called from any thread. */
#ifndef TRAIN_BATCHES_H
#define TRAIN_BATCHES_H

#include <stdbool.h>

#include "brigade/tensor.h"

/* The most by which an image is changed before it is learned from; all 0 for not at all. Every image
 * gets an amount of its own, uniform from minus to plus the most. What comes in over an edge is 0. */
typedef struct brg_augment {
    float shift;   /* pixels, in both directions; whole ones if there is no turn and no stretch */
    float turn;    /* degrees around the centre */
    float stretch; /* in size, as a part of it: 0.1 is 90 to 110 % */
    bool flip;     /* left and right exchanged, for every other image: wrong for digits */
} brg_augment;

/* How far an augmentation may go; what brg_augment_check tells. */
enum { BRG_AUGMENT_SHIFT = 8, BRG_AUGMENT_TURN = 45 };
#define BRG_AUGMENT_STRETCH 0.5f

/* BRG_E_ARGUMENT, with a sentence, for amounts that are negative, too large, or no numbers. */
brg_status brg_augment_check(const brg_augment *augment, brg_error *error);

/* Puts the numbers 0 .. count - 1 into the order in which an epoch takes them. count < 2^31. */
void brg_batches_order(int64_t count, uint64_t seed, int64_t epoch, int32_t *order);

/* Some steps of an epoch. Step s learns from the `batch` images of order[first + s * stride] on:
 * stride == batch for one replica, and R * batch for each of R. */
typedef struct brg_portion {
    const int32_t *order; /* NULL: the images as they lie */
    int64_t first, batch, stride, steps;
    const brg_augment *augment; /* NULL: images as they are */
    uint64_t seed;              /* of the augmentation */
    int64_t epoch;              /* likewise */
} brg_portion;

/* Lays out a portion: of u8 {n, c, h, w} and their labels i32 {n} the images u8 {steps * batch, c,
 * h, w} and labels i32 {steps * batch}. The caller releases both. The portion must lie within the
 * order. BRG_E_MEMORY. */
brg_status brg_batches_gather(const brg_tensor *images, const brg_tensor *labels,
                              const brg_portion *portion, brg_tensor **out_images,
                              brg_tensor **out_labels, brg_error *error);

/* Changes one image of c x h x w bytes as augmentation does for image `number` in an epoch; `to` is
 * not `from`. */
void brg_augment_image(const brg_augment *augment, uint64_t seed, int64_t epoch, int64_t number,
                       int32_t c, int32_t h, int32_t w, const uint8_t *from, uint8_t *to);

#endif
