/* Images to train on. See train_fixture.h. */
#include "cli/train_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { SIDE = 6 };

static void write_big_endian(unsigned char *to, unsigned value) {
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> (24 - 8 * i));
}

void write_train_set(const char *name, unsigned count, uint64_t seed) {
    char path[64];
    unsigned char *images = calloc(1, 16 + count * SIDE * SIDE), *labels = calloc(1, 8 + count);
    images[2] = labels[2] = 8;
    images[3] = 3;
    labels[3] = 1;
    write_big_endian(images + 4, count);
    write_big_endian(images + 8, SIDE);
    write_big_endian(images + 12, SIDE);
    write_big_endian(labels + 4, count);
    for (unsigned i = 0; i < count; i++) {
        labels[8 + i] = brg_random_bits(seed, i) & 1;
        for (unsigned p = 0; p < SIDE * SIDE; p++) {
            bool bright = (p % SIDE < SIDE / 2) == (labels[8 + i] == 0);
            images[16 + i * SIDE * SIDE + p] =
                (unsigned char)(brg_random_bits(seed + 1 + i, p) % 128 + (bright ? 100 : 0));
        }
    }
    snprintf(path, sizeof path, "%s-images-idx3-ubyte", name);
    make_file(path, (const char *)images, 16 + count * SIDE * SIDE);
    snprintf(path, sizeof path, "%s-labels-idx1-ubyte", name);
    make_file(path, (const char *)labels, 8 + count);
    free(images);
    free(labels);
}

void write_train_dataset(void) {
    static const char model[] = "input 1x6x6\nconv 4 3x3 pad 1 relu\nmaxpool 2\ndense 2\n";
    write_train_set("train", 203, 1);
    write_train_set("t10k", 77, 1000);
    make_file("model.txt", model, strlen(model));
}
