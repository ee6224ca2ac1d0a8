/* Fuzzing the image decoders: whatever the bytes, there is an image or an error, and an image
 * survives being written as PNG and read again.
 *
 * LLVMFuzzerTestOneInput is libFuzzer's entry point. Without libFuzzer, main() mutates small files:
 *     image-fuzz SECONDS SEED [FILE...]
 * The same seed tries the same inputs in the same order. */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "base/random.h"
#include "io/codec.h"
#include "io/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for an image that was decoded. Aborts, as fuzz targets do, if it does not. */
static void check_image(const brg_tensor *image) {
    const brg_shape *shape = brg_tensor_shape(image);
    brg_encoded file = {.data = NULL};
    brg_tensor *back = NULL;
    int64_t c = shape->dims[2];
    if (shape->rank != 3 || shape->dtype != BRG_U8 || (c != 1 && c != 3 && c != 4))
        abort();
    if (brg_tensor_bytes(image) > 1 << 20)
        return; /* encoding a large one would only take time */
    if (brg_png_encode(image, &file, NULL) != BRG_OK ||
        brg_image_decode(file.data, file.size, &back, NULL) != BRG_OK)
        abort();
    if (brg_tensor_bytes(back) != brg_tensor_bytes(image) ||
        memcmp(brg_tensor_data(back), brg_tensor_data(image), brg_tensor_bytes(image)) != 0)
        abort();
    brg_tensor_release(back);
    free(file.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    brg_tensor *image = NULL;
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_image_decode(data, size, &image, &error);
    if ((status == BRG_OK) != (image != NULL) || (status != BRG_OK && error.what[0] == '\0'))
        abort();
    if (image)
        check_image(image);
    brg_tensor_release(image);
    return 0;
}

#ifndef BRIGADE_LIBFUZZER

enum { MAX_SEEDS = 64, MAX_SIZE = 1 << 16 };

/* A file to begin from. */
typedef struct seed_file {
    unsigned char *data;
    size_t size;
} seed_file;

/* A stream of random numbers. */
typedef struct dice {
    uint64_t seed;
    uint64_t thrown;
} dice;

/* A number below `sides`. */
static size_t throw(dice * d, size_t sides) {
    return sides == 0 ? 0 : brg_random_bits(d->seed, d->thrown++) % sides;
}

/* ---- mutations ------------------------------------------------------------------------------- */

static void change_byte(dice *d, unsigned char *data, size_t *size) {
    static const unsigned char telling[] = {0,    1,    2,    8,    9,    0x10,
                                            0x7f, 0x80, 0xd8, 0xda, 0xfe, 0xff};
    if (*size == 0)
        return;
    size_t at = throw(d, *size);
    if (throw(d, 2))
        data[at] ^= (unsigned char)(1 << throw(d, 8));
    else
        data[at] = telling[throw(d, sizeof telling)];
}

static void cut_end(dice *d, unsigned char *data, size_t *size) {
    (void)data;
    *size = throw(d, *size + 1);
}

static void remove_piece(dice *d, unsigned char *data, size_t *size) {
    size_t at = throw(d, *size), length = throw(d, *size - at + 1) % 64;
    memmove(data + at, data + at + length, *size - at - length);
    *size -= length;
}

/* Repeats a piece of the file at another place in it: chunks, markers and passes double. */
static void repeat_piece(dice *d, unsigned char *data, size_t *size) {
    unsigned char piece[256];
    size_t from = throw(d, *size), to = throw(d, *size + 1);
    size_t length = throw(d, *size - from + 1) % sizeof piece;
    if (*size + length > MAX_SIZE)
        return;
    memcpy(piece, data + from, length);
    memmove(data + to + length, data + to, *size - to);
    memcpy(data + to, piece, length);
    *size += length;
}

/* Makes the checksums of a PNG's chunks right again, so that the decoder looks beyond them. */
static void mend_checksums(dice *d, unsigned char *data, size_t *size) {
    (void)d;
    for (size_t at = 8; at + 12 <= *size;) {
        size_t length = (size_t)data[at] << 24 | (size_t)data[at + 1] << 16 |
                        (size_t)data[at + 2] << 8 | data[at + 3];
        if (length > *size - at - 12)
            return;
        unsigned long sum = crc32(0, data + at + 4, (uInt)length + 4);
        for (int i = 0; i < 4; i++)
            data[at + 8 + length + (size_t)i] = (unsigned char)(sum >> (24 - 8 * i));
        at += length + 12;
    }
}

static void mutate(dice *d, unsigned char *data, size_t *size) {
    static void (*const mutations[])(dice *, unsigned char *, size_t *) = {
        change_byte, change_byte, change_byte, cut_end, remove_piece, repeat_piece,
    };
    for (size_t left = 1 + throw(d, 6); left > 0; left--)
        mutations[throw(d, sizeof mutations / sizeof mutations[0])](d, data, size);
    if (throw(d, 4) != 0)
        mend_checksums(d, data, size);
}

/* ---- the run --------------------------------------------------------------------------------- */

/* One small image in every format that we write. */
static size_t make_seeds(seed_file *seeds) {
    static brg_status (*const encoders[])(const brg_tensor *, brg_encoded *, brg_error *) = {
        brg_png_encode, brg_jpeg_encode, brg_ppm_encode, brg_pgm_encode};
    size_t count = 0;
    for (int32_t c = 1; c <= 4; c += c == 1 ? 2 : 1) {
        brg_shape shape = brg_shape_3d(BRG_U8, 13, 18, c);
        brg_tensor *image = NULL;
        if (brg_tensor_create_uniform(&shape, 1, 0, 255, &image, NULL) != BRG_OK)
            return count;
        for (int i = 0; i < 4; i++) {
            brg_encoded file = {.data = NULL};
            if (encoders[i](image, &file, NULL) == BRG_OK)
                seeds[count++] = (seed_file){.data = file.data, .size = file.size};
        }
        brg_tensor_release(image);
    }
    const char text[] = "P3 # text\n2 2 100\n0 50 100 1 2 3 4 5 6 7 8 9\n";
    seeds[count++] = (seed_file){.data = (unsigned char *)strdup(text), .size = strlen(text)};
    return count;
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Which run is under way, for the signal handler. */
static volatile sig_atomic_t running;

static void on_crash(int number) {
    char text[64];
    int length =
        snprintf(text, sizeof text, "image-fuzz: signal %d in run %d\n", number, (int)running);
    if (write(2, text, (size_t)length) < 0)
        _exit(2);
    _exit(1);
}

/* Tries inputs until the time is over. A single one that takes longer than ten seconds is a hang.
 */
static void run_for(double seconds, uint64_t seed, const seed_file *seeds, size_t count) {
    static unsigned char data[MAX_SIZE];
    double end = seconds_now() + seconds, slowest = 0;
    for (running = 0; seconds_now() < end; running++) {
        dice d = {.seed = brg_random_bits(seed, (uint64_t)running)};
        const seed_file *from = &seeds[throw(&d, count)];
        size_t size = from->size < MAX_SIZE ? from->size : MAX_SIZE;
        memcpy(data, from->data, size);
        mutate(&d, data, &size);

        unsigned char *exact = malloc(size + 1); /* of its own, so that a sanitizer sees overruns */
        if (!exact)
            return;
        memcpy(exact, data, size);
        double start = seconds_now();
        alarm(10);
        LLVMFuzzerTestOneInput(exact, size);
        slowest = seconds_now() - start > slowest ? seconds_now() - start : slowest;
        free(exact);
    }
    printf("image-fuzz: %d inputs, the slowest took %.3f s\n", (int)running, slowest);
}

int main(int argc, char **argv) {
    seed_file seeds[MAX_SEEDS];
    double seconds = argc > 1 ? atof(argv[1]) : 5;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    const int signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], on_crash);

    size_t count = make_seeds(seeds);
    for (int i = 3; i < argc && count < MAX_SEEDS; i++)
        if (brg_file_read(argv[i], MAX_SIZE, &seeds[count].data, &seeds[count].size, NULL) ==
            BRG_OK)
            count++;
    run_for(seconds, seed, seeds, count);
    for (size_t i = 0; i < count; i++)
        free(seeds[i].data);
    return 0;
}

#endif
