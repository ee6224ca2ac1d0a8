/* Drives a fuzz target where libFuzzer does not. See fuzz.h. */
#include "fuzz.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "io/file.h"

int fuzz_file(const void *data, size_t size, char path[32]) {
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    if (descriptor >= 0 && write(descriptor, data, size) != (ssize_t)size) {
        close(descriptor);
        return -1;
    }
    snprintf(path, 32, "/proc/self/fd/%d", descriptor);
    return descriptor;
}

#ifndef BRIGADE_LIBFUZZER

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
    if (*size + length > FUZZ_MAX_SIZE)
        return;
    memcpy(piece, data + from, length);
    memmove(data + to + length, data + to, *size - to);
    memcpy(data + to, piece, length);
    *size += length;
}

static void mutate(dice *d, unsigned char *data, size_t *size) {
    static void (*const mutations[])(dice *, unsigned char *, size_t *) = {
        change_byte, change_byte, change_byte, cut_end, remove_piece, repeat_piece,
    };
    for (size_t left = 1 + throw(d, 6); left > 0; left--)
        mutations[throw(d, sizeof mutations / sizeof mutations[0])](d, data, size);
    if (throw(d, 4) != 0)
        fuzz_mend(data, *size);
}

/* ---- the run --------------------------------------------------------------------------------- */

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
        snprintf(text, sizeof text, "%s: signal %d in run %d\n", fuzz_name, number, (int)running);
    if (write(2, text, (size_t)length) < 0)
        _exit(2);
    _exit(1);
}

/* Tries inputs until the time is over. A single one that takes ten seconds of the processor's time is a hang;
 * what waits for others to be done with the machine is not. */
static void run_for(double seconds, uint64_t seed, const fuzz_seed *seeds, size_t count) {
    static unsigned char data[FUZZ_MAX_SIZE];
    const struct itimerval patience = {.it_value.tv_sec = 10};
    double end = seconds_now() + seconds, slowest = 0;
    for (running = 0; seconds_now() < end; running++) {
        dice d = {.seed = brg_random_bits(seed, (uint64_t)running)};
        const fuzz_seed *from = &seeds[throw(&d, count)];
        size_t size = from->size < FUZZ_MAX_SIZE ? from->size : FUZZ_MAX_SIZE;
        memcpy(data, from->data, size);
        mutate(&d, data, &size);

        unsigned char *exact = malloc(size + 1); /* of its own, so that a sanitizer sees overruns */
        if (!exact)
            return;
        memcpy(exact, data, size);
        double start = seconds_now();
        setitimer(ITIMER_PROF, &patience, NULL);
        LLVMFuzzerTestOneInput(exact, size);
        slowest = seconds_now() - start > slowest ? seconds_now() - start : slowest;
        free(exact);
    }
    printf("%s: %d inputs, the slowest took %.3f s\n", fuzz_name, (int)running, slowest);
}

int main(int argc, char **argv) {
    fuzz_seed seeds[FUZZ_MAX_SEEDS];
    double seconds = argc > 1 ? atof(argv[1]) : 5;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    const int signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGPROF};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], on_crash);

    size_t count = fuzz_make_seeds(seeds);
    for (int i = 3; i < argc && count < FUZZ_MAX_SEEDS; i++)
        if (brg_file_read(argv[i], FUZZ_MAX_SIZE, &seeds[count].data, &seeds[count].size, NULL) ==
            BRG_OK)
            count++;
    run_for(seconds, seed, seeds, count);
    for (size_t i = 0; i < count; i++)
        free(seeds[i].data);
    return 0;
}

#endif
