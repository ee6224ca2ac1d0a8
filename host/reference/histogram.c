/* histogram in sequential C: the best portable loop, the textbook loop, and the oracle. */
#include "reference/histogram.h"

#include <string.h>

/* Bytes side by side count in different tables, so that none waits for the one before. A multiple
 * of 1, 3 and 4 channels. */
enum { TABLES = 12 };

brg_histogram brg_histogram_resolve(const brg_call *call) {
    const brg_shape *in = &call->inputs[0];
    const int64_t *dims = in->rank == 4 ? in->dims + 1 : in->dims;
    return (brg_histogram){.images = in->rank == 4 ? in->dims[0] : 1,
                           .bytes = dims[0] * dims[1] * dims[2],
                           .channels = dims[2],
                           .in = call->data[0]};
}

static void count_image(const uint8_t *in, int64_t bytes, int64_t channels, int32_t *out) {
    int32_t counts[TABLES][256] = {{0}};
    int64_t i = 0;
    for (; i + TABLES <= bytes; i += TABLES)
        for (int64_t t = 0; t < TABLES; t++)
            counts[t][in[i + t]]++;
    for (int64_t t = 0; i < bytes; i++, t++)
        counts[t][in[i]]++;
    memset(out, 0, (size_t)channels * 256 * sizeof *out);
    for (int64_t t = 0; t < TABLES; t++)
        for (int64_t v = 0; v < 256; v++)
            out[t % channels * 256 + v] += counts[t][v];
}

void brg_histogram_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_histogram h = brg_histogram_resolve(call);
    for (int64_t r = row0; r < row1; r++)
        count_image(h.in + r * h.bytes, h.bytes, h.channels,
                    (int32_t *)output + r * h.channels * 256);
}

void brg_histogram_naive(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const brg_histogram h = brg_histogram_resolve(call);
    int32_t *out = output;
    memset(out + row0 * h.channels * 256, 0,
           (size_t)((row1 - row0) * h.channels * 256) * sizeof *out);
    for (int64_t r = row0; r < row1; r++)
        for (int64_t i = 0; i < h.bytes; i++)
            out[(r * h.channels + i % h.channels) * 256 + h.in[r * h.bytes + i]]++;
}

/* Counts are exact: nothing is allowed. */
void brg_histogram_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                          double *bound) {
    const brg_histogram h = brg_histogram_resolve(call);
    size_t count = (size_t)((row1 - row0) * h.channels * 256);
    memset(expected, 0, count * sizeof *expected);
    memset(bound, 0, count * sizeof *bound);
    for (int64_t r = row0; r < row1; r++)
        for (int64_t i = 0; i < h.bytes; i++)
            expected[((r - row0) * h.channels + i % h.channels) * 256 + h.in[r * h.bytes + i]]++;
}
