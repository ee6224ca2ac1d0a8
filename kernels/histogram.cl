/* histogram: how often each of the 256 values of a byte occurs, in each channel of an image.
 *
 *      in: images x pixels x channels bytes         out: images x channels x 256 counts
 *
 *      r g b r g b r g b r g b ...          ->      r: [ 0 3 1 ... ]  g: [ ... ]  b: [ ... ]
 *
 * In plain C, for one image:
 *
 *     for (int i = 0; i < pixels * channels; i++)
 *         out[i % channels * 256 + in[i]]++;
 *
 * Where a byte counts is known only when it has been read, and two work-items may want to count in
 * the same place. The ladder, one idea a rung:
 *
 *     histogram_1_naive     each byte a work-item: an atomic addition in global memory
 *     histogram_2_local     a work-group counts in local memory, and adds that up once (for GPUs)
 *     histogram_3_private   a work-item has tables of its own, and nothing is atomic (for CPUs);
 *     histogram_3_merge     a second launch adds the tables up
 *
 * out is all zero before rungs 1 and 2. Counts are whole numbers: every rung is exact. */

#ifndef CHANNELS
#define CHANNELS 1
#endif
#ifndef GROUP
#define GROUP 256 /* work-items of histogram_2_local's groups */
#endif

#define BINS (CHANNELS * 256)
#define LENGTH 16384 /* bytes of a work-group of rung 2 */

/* Rung 1. An image in which one value is frequent makes its items queue at one counter. */
__kernel void histogram_1_naive(int bytes, __global const uchar *restrict in,
                                __global int *restrict out, int first) {
    const int i = first + (int)get_global_id(0), image = get_global_id(1);
    if (i < bytes)
        atomic_inc(&out[image * BINS + i % CHANNELS * 256 + in[(size_t)image * bytes + i]]);
}

/* Rung 2. Local memory counts many times faster than global memory, and only the items of one group
 * queue there. In global memory there is one addition for each counter and group, not for each
 * byte. */
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void
histogram_2_local(int bytes, __global const uchar *restrict in, __global int *restrict out,
                  int first) {
    __local int counts[BINS];
    const int x = get_local_id(0), image = get_global_id(1);
    const int from = (first / GROUP + (int)get_group_id(0)) * LENGTH;
    const int to = min(from + LENGTH, bytes);
    for (int bin = x; bin < BINS; bin += GROUP)
        counts[bin] = 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = from + x; i < to; i += GROUP)
        atomic_inc(&counts[i % CHANNELS * 256 + in[(size_t)image * bytes + i]]);
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int bin = x; bin < BINS; bin += GROUP)
        if (counts[bin] > 0)
            atomic_add(&out[image * BINS + bin], counts[bin]);
}

#define TABLES                                                                                     \
    12 /* a multiple of 1, 3 and 4 channels: table t counts bytes t, t + 12, t + 24 ... */

/* Rung 3. A counter that has just been written takes a few cycles before it can be read again. In a
 * smooth image neighbours count in the same place: with one table, each byte would wait for the
 * one before. Bytes side by side therefore have tables of their own, 12 KiB that stay in the L1
 * cache. Twelve bytes come in three loads. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
histogram_3_private(int bytes, __global const uchar *restrict in, __global int *restrict partial,
                    int length, int parts, int first) {
    __local int counts[TABLES][256];
    const int part = first + (int)get_global_id(0), image = get_global_id(1);
    const int from = part * length, to = from + min(length, bytes - from);
    __global const uchar *at = in + (size_t)image * bytes;
    for (int t = 0; t < TABLES; t++)
        for (int v = 0; v < 256; v += 16)
            vstore16((int16)(0), 0, &counts[t][v]);
    int i = from;
    for (; i + TABLES <= to; i += TABLES) {
        const uint a = as_uint(vload4(0, at + i)), b = as_uint(vload4(0, at + i + 4)),
                   c = as_uint(vload4(0, at + i + 8));
        counts[0][a & 255]++;
        counts[1][a >> 8 & 255]++;
        counts[2][a >> 16 & 255]++;
        counts[3][a >> 24]++;
        counts[4][b & 255]++;
        counts[5][b >> 8 & 255]++;
        counts[6][b >> 16 & 255]++;
        counts[7][b >> 24]++;
        counts[8][c & 255]++;
        counts[9][c >> 8 & 255]++;
        counts[10][c >> 16 & 255]++;
        counts[11][c >> 24]++;
    }
    for (int t = 0; i < to; i++, t++)
        counts[t][at[i]]++;
    __global int *out = partial + ((size_t)image * parts + part) * BINS;
    for (int channel = 0; channel < CHANNELS; channel++)
        for (int v = 0; v < 256; v += 16) {
            int16 sum = (int16)(0);
            for (int t = channel; t < TABLES; t += CHANNELS)
                sum += vload16(0, &counts[t][v]);
            vstore16(sum, 0, out + channel * 256 + v);
        }
}

/* A work-item adds up 16 counters of one image. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
histogram_3_merge(int parts, __global const int *restrict partial, __global int *restrict out,
                  int first) {
    const int image = first + (int)get_global_id(0), bin = (int)get_global_id(1) * 16;
    int16 sum = (int16)(0);
    for (int part = 0; part < parts; part++)
        sum += vload16(0, partial + ((size_t)image * parts + part) * BINS + bin);
    vstore16(sum, 0, out + (size_t)image * BINS + bin);
}
