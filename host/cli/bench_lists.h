/* The standard list of `brigade bench --against all`, and what random shapes an op may have. */
#ifndef BRIGADE_CLI_BENCH_LISTS_H
#define BRIGADE_CLI_BENCH_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bench_standard {
    const char *op, *words;
    const char *group; /* whose geometric mean it counts in */
} bench_standard;

/* Ends with a row without an op. */
extern const bench_standard bench_standard_list[];

/* Draws the words of a call of the op; false for an op that this knows nothing of. */
bool bench_random_words(const char *op, uint64_t *state, char *words, size_t size);

/* Their names, for people. */
extern const char bench_random_ops[];

#endif
