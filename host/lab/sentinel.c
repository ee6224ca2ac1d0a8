/* The same small work again and again. See sentinel.h. */
#include "lab/sentinel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"

/* Four chains of multiplications side by side: unlike the single one of brg_lab_spin they fill the
 * multiplier, so that a neighbour who uses it too is felt. */
double brg_lab_sentinel_run_s(void) {
    enum { CHAINS = 4, STEPS = 60000 };
    uint64_t chain[CHAINS] = {1, 2, 3, 4};
    volatile uint64_t sink;
    double began = brg_lab_now_s();
    for (int32_t i = 0; i < STEPS; i++)
        for (int32_t j = 0; j < CHAINS; j++) {
            chain[j] ^= chain[j] >> 27;
            chain[j] *= UINT64_C(0x94d049bb133111eb);
        }
    sink = chain[0] ^ chain[1] ^ chain[2] ^ chain[3];
    (void)sink;
    return brg_lab_now_s() - began;
}

void brg_lab_sentinel_note(brg_lab_sentinel *sentinel, double seconds) {
    if (!isnan(seconds))
        sentinel->seen_s[sentinel->count++ % BRG_LAB_SENTINELS] = seconds;
}

static int rising(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double brg_lab_sentinel_slower(const brg_lab_sentinel *sentinel, double seconds) {
    double sorted[BRG_LAB_SENTINELS];
    int32_t count = sentinel->count < BRG_LAB_SENTINELS ? sentinel->count : BRG_LAB_SENTINELS;
    if (count == 0)
        return (double)NAN;
    memcpy(sorted, sentinel->seen_s, (size_t)count * sizeof sorted[0]);
    qsort(sorted, (size_t)count, sizeof sorted[0], rising);
    double usual = sorted[count / 4];
    return isnan(seconds) ? seconds : fmax(0, seconds / usual - 1);
}
