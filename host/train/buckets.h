/* Buckets: a gradient cut where layers begin, so that what the last layers learned can be added up with what
 * others did while the layers before them still compute theirs, as backward goes.
 *
 *     gradient  [ layer 0 | layer 1 | layer 2 | layer 3 | statistics, loss, hits ]
 *     buckets   [ 2       | 1                 | 0                                ]
 *                 0         from[1]             from[0]
 *
 * Thread safety: pure functions of their arguments. */
#ifndef TRAIN_BUCKETS_H
#define TRAIN_BUCKETS_H

#include "brigade/op.h"
#include "train/network.h"

enum { BRG_MAX_BUCKETS = BRG_MAX_TAILS + 1 };

/* Bucket b holds the floats from[b] .. from[b - 1] - 1, the first up to the gradient's end; the last one's
 * `from` is 0. */
typedef struct brg_buckets {
    int32_t count;
    int64_t from[BRG_MAX_BUCKETS];
} brg_buckets;

/* Cuts a gradient of `sum` floats: from its end, a bucket closes with the layer by which it holds `bytes` bytes
 * or more; what is left for the last one may be less or, where there are as many as may be, more. Bytes 0: one
 * bucket. */
void brg_buckets_cut(const brg_network *network, int64_t sum, int64_t bytes, brg_buckets *buckets);

#endif
