/* Buckets of a gradient. See buckets.h. */
#include "train/buckets.h"

void brg_buckets_cut(const brg_network *network, int64_t sum, int64_t bytes, brg_buckets *buckets) {
    int64_t end = sum;
    buckets->count = 0;
    for (int32_t i = network->layer_count - 1; i >= 0 && bytes > 0; i--) {
        int64_t from = network->layers[i].weights;
        bool full = (end - from) * (int64_t)sizeof(float) >= bytes;
        if (!full || from == 0 || buckets->count == BRG_MAX_BUCKETS - 1)
            continue;
        buckets->from[buckets->count++] = end = from;
    }
    buckets->from[buckets->count++] = 0;
}
