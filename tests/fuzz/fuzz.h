/* What a fuzz target is made of. libFuzzer drives LLVMFuzzerTestOneInput; without it fuzz.c does, which mutates
 * small files:
 *     NAME-fuzz SECONDS SEED [FILE...]
 * The same seed tries the same inputs in the same order. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

enum { FUZZ_MAX_SEEDS = 64, FUZZ_MAX_SIZE = 1 << 16 };

/* A file to begin from. */
typedef struct fuzz_seed {
    unsigned char *data;
    size_t size;
} fuzz_seed;

/* The target: aborts if what must hold does not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the target provides beside: its name, files to begin from, and what makes lengths and checksums right
 * again after a mutation, so that a decoder looks beyond them. */
extern const char fuzz_name[];
size_t fuzz_make_seeds(fuzz_seed *seeds);
void fuzz_mend(unsigned char *data, size_t size);

/* A file in memory: its path, and a descriptor to be closed. -1 if there is no memory. */
int fuzz_file(const void *data, size_t size, char path[32]);

#endif
