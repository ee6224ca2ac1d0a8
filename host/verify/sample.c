/* Drawing rows for a sampled check, one from each stratum. */
#include "verify/sample.h"

#include "base/random.h"

/* Where the index-th of `strata` near-equal parts of `length` begins, without forming index *
 * length. */
static int64_t stratum_start(int64_t length, int64_t strata, int64_t index) {
    int64_t longer = length % strata; /* the first ones are longer by one */
    return length / strata * index + (index < longer ? index : longer);
}

int64_t brg_sample_rows(int64_t rows, uint64_t seed, int64_t wanted, int64_t *chosen) {
    wanted = wanted < 2 ? 2 : wanted;
    if (rows <= wanted) {
        for (int64_t i = 0; i < rows; i++)
            chosen[i] = i;
        return rows < 0 ? 0 : rows;
    }
    int64_t strata = wanted - 2;
    chosen[0] = 0;
    for (int64_t i = 0; i < strata; i++) {
        int64_t start = stratum_start(rows - 2, strata, i);
        int64_t length = stratum_start(rows - 2, strata, i + 1) - start;
        uint64_t draw = brg_random_bits(seed, (uint64_t)i) % (uint64_t)length;
        chosen[i + 1] = 1 + start + (int64_t)draw;
    }
    chosen[wanted - 1] = rows - 1;
    return wanted;
}
