/* The standard list: the work that Brigade's figures are quoted for. And, so that nothing is tuned
 * to that list, the shapes from which random work is drawn. */
#include "bench_lists.h"

#include <stdio.h>
#include <string.h>

#include "stats.h"

/* The pictures have 3840 x 2160 pixels. */
#define BYTES "w=3840 h=2160 c=4 dtype=u8 "
#define FLOATS "w=3840 h=2160 c=1 dtype=f32 "

const bench_standard bench_standard_list[] = {
    {"gemm", "m=64 n=64 k=64", "gemm"},          {"gemm", "m=128 n=128 k=128", "gemm"},
    {"gemm", "m=256 n=256 k=256", "gemm"},       {"gemm", "m=512 n=512 k=512", "gemm"},
    {"gemm", "m=1024 n=1024 k=1024", "gemm"},    {"gemm", "m=1024 n=1024 k=1024 ta", "gemm"},
    {"gemm", "m=1024 n=1024 k=1024 tb", "gemm"}, {"gemm", "m=1000 n=1000 k=777", "gemm"},
    {"gemm", "m=128 n=3136 k=1152", "gemm"},     {"gemm", "m=64 n=12544 k=147", "gemm"},
    {"gemm", "m=2048 n=2048 k=2048", "gemm"},    {"gemm", "m=4096 n=4096 k=4096", "gemm"},
    {"gemm", "m=1 n=4096 k=4096", "gemv"},       {NULL, NULL, NULL},
};

static int64_t draw(uint64_t *state, double lo, double hi) {
    return (int64_t)(cli_random_log(state, lo, hi) + 0.5);
}

/* Sides of 8 to 3000, of which a quarter each way is transposed. */
static void draw_gemm(uint64_t *state, char *words, size_t size) {
    int64_t m = draw(state, 8, 3000), n = draw(state, 8, 3000), k = draw(state, 8, 3000);
    bool ta = cli_random_below(state, 4) == 0, tb = cli_random_below(state, 4) == 0;
    snprintf(words, size, "m=%lld n=%lld k=%lld%s%s", (long long)m, (long long)n, (long long)k,
             ta ? " ta" : "", tb ? " tb" : "");
}

static const struct {
    const char *op;
    void (*draw)(uint64_t *state, char *words, size_t size);
} drawn[] = {{"gemm", draw_gemm}};

const char bench_random_ops[] = "gemm";

bool bench_random_words(const char *op, uint64_t *state, char *words, size_t size) {
    for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++) {
        if (strcmp(drawn[i].op, op) == 0) {
            drawn[i].draw(state, words, size);
            return true;
        }
    }
    return false;
}
