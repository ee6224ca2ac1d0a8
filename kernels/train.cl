/* train: what a training step needs beside products and convolutions.
 *
 *     images -> prepare -> [ dense | conv | pool | norm | add | dropout ] ... -> loss
 *                                                                              |
 *     parameters <- update <- gradients <- the same layers, backward <- slopes <-+
 *
 * Activations are f32, images first: node[((image * channels + channel) * height + y) * width + x].
 * A slope is the derivative of the loss by a node's element. gemm.cl and conv2d_nchw.cl do the
 * layers that multiply; everything here is bound by memory, or too small to be bound by anything.
 *
 * One idea throughout: a work-item owns what it adds up. No atomics, no partial sums of changing
 * order: the same seed gives the same bits. Elementwise kernels give each item `run` neighbours, one
 * on a GPU, thousands on a CPU, where LANES of them go at a time; kernels that add up a channel or
 * pool a plane give each item one of those.
 *
 * Bounds: host/reference/train_layers.c. Rectifiers keep NaN: z < 0 ? 0 : z. */

#ifndef LANES
#define LANES 16 /* elements at a time, 16 or 1 */
#endif

#if LANES == 16
typedef float16 lanes;
typedef float16 __attribute__((aligned(4))) loose;
#define LOAD(p) vload16(0, p)
#define STORE(value, p) (*(__global loose *)(p) = (value))
inline float total(lanes a) {
    const float8 b = a.lo + a.hi;
    const float4 c = b.lo + b.hi;
    return (c.x + c.y) + (c.z + c.w);
}
#else
typedef float lanes;
#define LOAD(p) (*(p))
#define STORE(value, p) (*(p) = (value))
inline float total(lanes a) {
    return a;
}
#endif
#define LOAD_ONE(p) (*(p))
#define STORE_ONE(value, p) (*(p) = (value))

/* Runs BODY(i) for an item's whole vectors, then REST(i) for what is left, one by one. */
#define FOR_RUN(count, BODY, REST)                                                                 \
    const int begin = (first + (int)get_global_id(0)) * run, end = min(begin + run, count);        \
    int i = begin;                                                                                 \
    for (; i + LANES <= end; i += LANES)                                                           \
        BODY;                                                                                      \
    for (; i < end; i++)                                                                           \
        REST;

/* ---- data ------------------------------------------------------------------------------------ */

/* Pixels of one batch, 0..255, as numbers about zero. */
__kernel void train_prepare(__global const uchar *restrict images, __global float *restrict node,
                            int count, float scale, float shift, int run, int round, int first) {
    __global const uchar *from = images + (size_t)round * count;
    const int begin = (first + (int)get_global_id(0)) * run, end = min(begin + run, count);
    for (int i = begin; i < end; i++)
        node[i] = fma((float)from[i], scale, shift);
}

__kernel void train_copy(__global const float *restrict from, __global float *restrict to,
                         int count, int run,
                         int first){FOR_RUN(count, STORE(LOAD(from + i), to + i), to[i] = from[i])}

__kernel void train_clear(__global float *restrict to, int count, int run,
                          int first){FOR_RUN(count, STORE((lanes)(0.0f), to + i), to[i] = 0.0f)}

/* Scores of one batch to their place among all. */
__kernel void train_hand_out(__global const float *restrict from, __global float *restrict to,
                             int count, int run, int round, int first) {
    const int begin = (first + (int)get_global_id(0)) * run, end = min(begin + run, count);
    for (int i = begin; i < end; i++)
        to[(size_t)round * count + i] = from[i];
}

/* ---- rectifier, addition, dropout ------------------------------------------------------------ */

/* Slopes end where the output is not above zero. */
__kernel void train_relu_slope(__global const float *restrict node, __global float *restrict slope,
                               int count, int run, int first){
    FOR_RUN(count,
            STORE(select(LOAD(slope + i), (lanes)(0.0f), LOAD(node + i) <= (lanes)(0.0f)),
                  slope + i),
            slope[i] = node[i] <= 0.0f ? 0.0f : slope[i])}

__kernel void train_add(__global const float *restrict a, __global const float *restrict b,
                        __global float *restrict out, int count, int relu, int run, int first) {
    const int begin = (first + (int)get_global_id(0)) * run, end = min(begin + run, count);
    for (int i = begin; i < end; i++) {
        const float z = a[i] + b[i];
        out[i] = relu && z < 0.0f ? 0.0f : z;
    }
}

/* slope += more */
__kernel void train_contribute(__global const float *restrict more, __global float *restrict slope,
                               int count, int run, int first) {
    FOR_RUN(count, STORE(LOAD(slope + i) + LOAD(more + i), slope + i), slope[i] += more[i])
}

/* Philox-2x32 with ten rounds (Salmon and others, SC 2011): the same as host/base/philox.h. */
inline uint philox(uint key, uint a, uint b) {
    for (int round = 0; round < 10; round++) {
        const uint high = mul_hi(a, 0xd256d193u), low = a * 0xd256d193u;
        a = high ^ key ^ b;
        b = low;
        key += 0x9e3779b9u;
    }
    return a;
}

/* Forward and backward alike: the same elements are dropped, the others scaled up. `before` counts those
 * of earlier images in a batch that this is a part of. */
__kernel void train_dropout(__global const float *restrict in, __global float *restrict out,
                            int count, int before, int key, int step, int drop, float scale,
                            int relu, int run, int round, int first) {
    const int begin = (first + (int)get_global_id(0)) * run, end = min(begin + run, count);
    for (int i = begin; i < end; i++) {
        const uint bits = philox((uint)key, (uint)before + (uint)i, (uint)(step + round)) >> 16;
        const float z = bits >= (uint)drop ? in[i] * scale : 0.0f;
        out[i] = relu && z < 0.0f ? 0.0f : z;
    }
}

/* ---- gradients of biases ----------------------------------------------------------------------- */

#if LANES == 16
#define STRIPS 4 /* of LANES columns that an item goes down side by side */
#else
#define STRIPS 1
#endif

/* The sums of columns j.. of a matrix {rows, columns}: of COUNT strips, each a `type` wide. `ends`:
 * slopes end first where the node is not above zero. */
#define SUM_COLUMNS(NAME, COUNT, type, width, load, store)                                         \
    inline void NAME(__global const float *node, __global float *slope, int rows, int columns,     \
                     int j, int ends, type *sums) {                                                \
        for (int q = 0; q < COUNT; q++)                                                            \
            sums[q] = (type)(0.0f);                                                                \
        for (int i = 0; i < rows; i++) {                                                           \
            const size_t at = (size_t)i * columns + j;                                             \
            type d[COUNT];                                                                         \
            for (int q = 0; q < COUNT; q++)                                                        \
                d[q] = load(slope + at + q * width);                                               \
            for (int q = 0; ends && q < COUNT; q++)                                                \
                d[q] = select(d[q], (type)(0.0f), load(node + at + q * width) <= (type)(0.0f));    \
            for (int q = 0; ends && q < COUNT; q++)                                                \
                store(d[q], slope + at + q * width);                                               \
            for (int q = 0; q < COUNT; q++)                                                        \
                sums[q] += d[q];                                                                   \
        }                                                                                          \
    }
SUM_COLUMNS(sum_strips, STRIPS, lanes, LANES, LOAD, STORE)
SUM_COLUMNS(sum_column, 1, float, 1, LOAD_ONE, STORE_ONE)

/* Runs WHOLE(j) and its sums for an item's columns, or ONE(j) for those of them that there are. */
#define FOR_COLUMNS(WHOLE, ONE)                                                                    \
    int j = (first + (int)get_global_id(0)) * STRIPS * LANES;                                      \
    const int after = min(j + STRIPS * LANES, columns);                                            \
    if (after == j + STRIPS * LANES) {                                                             \
        lanes sums[STRIPS];                                                                        \
        sum_strips(node, slope, rows, columns, j, ends, sums);                                     \
        for (int q = 0; q < STRIPS; q++, j += LANES)                                               \
            WHOLE;                                                                                 \
    }                                                                                              \
    for (; j < after; j++) {                                                                       \
        float sum;                                                                                 \
        sum_column(node, slope, rows, columns, j, ends, &sum);                                     \
        ONE;                                                                                       \
    }

__kernel void train_column_sums(__global const float *restrict node, __global float *restrict slope,
                                __global float *restrict to, int rows, int columns, int ends,
                                int first) {
    FOR_COLUMNS(STORE(sums[q], to + j), to[j] = sum)
}

inline float sum_of_plane(__global const float *plane, int size) {
    lanes s = (lanes)(0.0f);
    float rest = 0.0f;
    int i = 0;
    for (; i + LANES <= size; i += LANES)
        s += LOAD(plane + i);
    for (; i < size; i++)
        rest += plane[i];
    return total(s) + rest;
}

/* Channels: one an item. */
__kernel void train_channel_sums(__global const float *restrict slope,
                                 __global float *restrict sums, int images, int channels, int plane,
                                 int first) {
    const int k = first + (int)get_global_id(0);
    if (k >= channels)
        return;
    float s = 0.0f;
    for (int i = 0; i < images; i++)
        s += sum_of_plane(slope + ((size_t)i * channels + k) * plane, plane);
    sums[k] = s;
}

/* ---- pools: a plane an item ------------------------------------------------------------------- */

typedef struct pool {
    int h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw;
} pool;

#define POOL_SIZES                                                                                 \
    int h, int w, int oh, int ow, int kh, int kw, int sh, int sw, int ph, int pw, int dh, int dw
#define POOL_OF_SIZES                                                                              \
    { h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw }

/* Where the largest element of a window lies: the first of them. A NaN is larger than anything. */
inline int place_of_largest(__global const float *plane, const pool *p, int y, int x) {
    int place = -1;
    float most = 0.0f;
    for (int a = 0; a < p->kh; a++) {
        const int row = y * p->sh - p->ph + a * p->dh;
        for (int b = 0; b < p->kw; b++) {
            const int column = x * p->sw - p->pw + b * p->dw;
            if (row < 0 || row >= p->h || column < 0 || column >= p->w)
                continue;
            const float value = plane[row * p->w + column];
            if (place >= 0 && !(value > most) && !isnan(value))
                continue;
            place = row * p->w + column;
            most = value;
            if (isnan(value))
                return place;
        }
    }
    return place;
}

__kernel void train_max_pool(__global const float *restrict in, __global float *restrict out,
                             int planes, POOL_SIZES, int relu, int first) {
    const pool p = POOL_OF_SIZES;
    const int plane = first + (int)get_global_id(0);
    if (plane >= planes)
        return;
    __global const float *from = in + (size_t)plane * h * w;
    __global float *to = out + (size_t)plane * oh * ow;
    for (int y = 0; y < oh; y++)
        for (int x = 0; x < ow; x++) {
            const int place = place_of_largest(from, &p, y, x);
            const float z = place < 0 ? 0.0f : from[place];
            to[y * ow + x] = relu && z < 0.0f ? 0.0f : z;
        }
}

/* `ends`: the input is a rectifier's output, and slopes end where that is not above zero. */
__kernel void train_max_pool_slope(__global const float *restrict in,
                                   __global const float *restrict slope_out,
                                   __global float *restrict slope_in, int planes, POOL_SIZES,
                                   int ends, int first) {
    const pool p = POOL_OF_SIZES;
    const int plane = first + (int)get_global_id(0);
    if (plane >= planes)
        return;
    __global const float *from = in + (size_t)plane * h * w;
    __global const float *slopes = slope_out + (size_t)plane * oh * ow;
    __global float *to = slope_in + (size_t)plane * h * w;
    for (int i = 0; i < h * w; i++)
        to[i] = 0.0f;
    for (int y = 0; y < oh; y++)
        for (int x = 0; x < ow; x++) {
            const int place = place_of_largest(from, &p, y, x);
            if (place >= 0 && !(ends && from[place] <= 0.0f))
                to[place] += slopes[y * ow + x];
        }
}

/* ---- maxima of two by two: the pool that networks have most ------------------------------------
 *
 *     a b | a b | a b ...      windows side by side: each input belongs to one at most, so that a
 *     c d | c d | c d          vector of windows goes at a time, without any test of what is inside
 *
 * The last vector of a row moves back to end with it: what is done twice comes out the same. The host
 * sees to it that a row has COUNT windows at least. An item has `run` planes. */

#define TAKE_LARGER(type, value, tap)                                                              \
    {                                                                                              \
        const type larger = (value > *most) | ((value != value) & (*most == *most));               \
        *most = select(*most, value, larger);                                                      \
        place = select(place, (type)(tap), larger);                                                \
    }

/* Of COUNT windows: the largest elements and where they lie; a row of a pool; a row of its slopes. */
#define POOL_2_OF(COUNT, PAIRS, floats, ints, pairs)                                               \
    inline ints largest_of_##COUNT(pairs ab, pairs cd, floats *most) {                             \
        ints place = (ints)(0);                                                                    \
        *most = ab.even;                                                                           \
        TAKE_LARGER(ints, ab.odd, 1)                                                               \
        TAKE_LARGER(ints, cd.even, 2)                                                              \
        TAKE_LARGER(ints, cd.odd, 3)                                                               \
        return place;                                                                              \
    }                                                                                              \
    inline void pool_2_row_##COUNT(__global const float *in, int w, __global float *out,           \
                                   float least) {                                                  \
        for (int x = 0; x < w / 2; x += COUNT) {                                                   \
            const int at = min(x, w / 2 - COUNT);                                                  \
            floats most;                                                                           \
            largest_of_##COUNT(vload##PAIRS(0, in + 2 * at), vload##PAIRS(0, in + w + 2 * at),     \
                               &most);                                                             \
            vstore##COUNT(select(most, (floats)(least), most < least), 0, out + at);               \
        }                                                                                          \
    }                                                                                              \
    inline void pool_2_slope_row_##COUNT(__global const float *in, int w,                          \
                                         __global const float *slope, __global float *out,         \
                                         int ends) {                                               \
        const floats none = (floats)(0.0f);                                                        \
        for (int x = 0; x < w / 2; x += COUNT) {                                                   \
            const int at = min(x, w / 2 - COUNT);                                                  \
            floats most, s = vload##COUNT(0, slope + at);                                          \
            pairs ab, cd;                                                                          \
            const ints place = largest_of_##COUNT(vload##PAIRS(0, in + 2 * at),                    \
                                                  vload##PAIRS(0, in + w + 2 * at), &most);        \
            s = select(s, none, (most <= none) & (ints)(-ends));                                   \
            ab.even = select(none, s, place == 0);                                                 \
            ab.odd = select(none, s, place == 1);                                                  \
            cd.even = select(none, s, place == 2);                                                 \
            cd.odd = select(none, s, place == 3);                                                  \
            vstore##PAIRS(ab, 0, out + 2 * at);                                                    \
            vstore##PAIRS(cd, 0, out + w + 2 * at);                                                \
        }                                                                                          \
    }
POOL_2_OF(4, 8, float4, int4, float8)
POOL_2_OF(8, 16, float8, int8, float16)

__kernel void train_max_pool_2(__global const float *restrict in, __global float *restrict out,
                               int planes, int h, int w, int relu, int run, int first) {
    const int begin = (first + (int)get_global_id(0)) * run, end = min(begin + run, planes);
    const float least = relu ? 0.0f : -INFINITY;
    for (int plane = begin; plane < end; plane++)
        for (int y = 0; y < h / 2; y++) {
            __global const float *from = in + ((size_t)plane * h + 2 * y) * w;
            __global float *to = out + ((size_t)plane * (h / 2) + y) * (w / 2);
            if (w >= 16)
                pool_2_row_8(from, w, to, least);
            else
                pool_2_row_4(from, w, to, least);
        }
}

/* What no window has gets no slope. `ends`: as above. */
__kernel void train_max_pool_2_slope(__global const float *restrict in,
                                     __global const float *restrict slope_out,
                                     __global float *restrict slope_in, int planes, int h, int w,
                                     int ends, int run, int first) {
    const int begin = (first + (int)get_global_id(0)) * run, end = min(begin + run, planes);
    for (int plane = begin; plane < end; plane++) {
        __global const float *from = in + (size_t)plane * h * w;
        __global float *to = slope_in + (size_t)plane * h * w;
        for (int y = 0; y < h / 2; y++) {
            __global const float *s = slope_out + ((size_t)plane * (h / 2) + y) * (w / 2);
            if (w >= 16)
                pool_2_slope_row_8(from + 2 * y * w, w, s, to + 2 * y * w, ends);
            else
                pool_2_slope_row_4(from + 2 * y * w, w, s, to + 2 * y * w, ends);
        }
        for (int y = 0; w % 2 && y < h; y++)
            to[y * w + w - 1] = 0.0f;
        for (int x = 0; h % 2 && x < w; x++)
            to[(h - 1) * w + x] = 0.0f;
    }
}

/* Elements of a window that lie inside, along one side. */
inline int inside(int from, int taps, int step, int side) {
    int count = 0;
    for (int a = 0; a < taps; a++)
        count += from + a * step >= 0 && from + a * step < side;
    return count;
}

__kernel void train_average_pool(__global const float *restrict in, __global float *restrict out,
                                 int planes, POOL_SIZES, int relu, int first) {
    const int plane = first + (int)get_global_id(0);
    if (plane >= planes)
        return;
    __global const float *from = in + (size_t)plane * h * w;
    __global float *to = out + (size_t)plane * oh * ow;
    for (int y = 0; y < oh; y++)
        for (int x = 0; x < ow; x++) {
            const int y0 = y * sh - ph, x0 = x * sw - pw;
            const int count = inside(y0, kh, dh, h) * inside(x0, kw, dw, w);
            float s = 0.0f;
            for (int row = y0; row < y0 + kh * dh; row += dh)
                for (int column = x0; column < x0 + kw * dw; column += dw)
                    if (row >= 0 && row < h && column >= 0 && column < w)
                        s += from[row * w + column];
            const float z = count ? s / (float)count : 0.0f;
            to[y * ow + x] = relu && z < 0.0f ? 0.0f : z;
        }
}

/* `in` is read only if slopes end: `ends`, as above. */
__kernel void train_average_pool_slope(__global const float *restrict in,
                                       __global const float *restrict slope_out,
                                       __global float *restrict slope_in, int planes, POOL_SIZES,
                                       int ends, int first) {
    const int plane = first + (int)get_global_id(0);
    if (plane >= planes)
        return;
    __global const float *slopes = slope_out + (size_t)plane * oh * ow;
    __global float *to = slope_in + (size_t)plane * h * w;
    for (int i = 0; i < h * w; i++)
        to[i] = 0.0f;
    for (int y = 0; y < oh; y++)
        for (int x = 0; x < ow; x++) {
            const int y0 = y * sh - ph, x0 = x * sw - pw;
            const int count = inside(y0, kh, dh, h) * inside(x0, kw, dw, w);
            const float part = count ? slopes[y * ow + x] / (float)count : 0.0f;
            for (int row = y0; row < y0 + kh * dh; row += dh)
                for (int column = x0; column < x0 + kw * dw; column += dw)
                    if (row >= 0 && row < h && column >= 0 && column < w)
                        to[row * w + column] += part;
        }
    __global const float *ended = in + (size_t)plane * h * w;
    for (int i = 0; ends && i < h * w; i++)
        to[i] = ended[i] <= 0.0f ? 0.0f : to[i];
}

/* ---- batch normalisation: a channel an item ---------------------------------------------------- */

#define EPSILON 1e-5f
#define MEMORY 0.9f

inline float squares_of_plane(__global const float *plane, int size, float mean) {
    lanes s = (lanes)(0.0f);
    float rest = 0.0f;
    int i = 0;
    for (; i + LANES <= size; i += LANES) {
        const lanes d = LOAD(plane + i) - mean;
        s = fma(d, d, s);
    }
    for (; i < size; i++)
        rest = fma(plane[i] - mean, plane[i] - mean, rest);
    return total(s) + rest;
}

/* Mean and 1 / deviation of each channel to `kept`, and the running figures a step on. Two passes:
 * the difference of squares would lose what the second keeps. Of a part of a batch they are its share
 * of the sum over all parts. */
__kernel void train_norm_figures(__global const float *restrict in, __global float *restrict kept,
                                 __global float *restrict running, int images, int channels,
                                 int plane, float share, int first) {
    const int k = first + (int)get_global_id(0);
    if (k >= channels)
        return;
    const float count = (float)images * (float)plane;
    float sum = 0.0f, squares = 0.0f;
    for (int i = 0; i < images; i++)
        sum += sum_of_plane(in + ((size_t)i * channels + k) * plane, plane);
    const float mean = sum / count;
    for (int i = 0; i < images; i++)
        squares += squares_of_plane(in + ((size_t)i * channels + k) * plane, plane, mean);
    const float variance = squares / count;
    const float unbiased = count > 1.0f ? squares / (count - 1.0f) : variance;
    kept[k] = mean;
    kept[channels + k] = 1.0f / sqrt(variance + EPSILON);
    running[k] = share * (MEMORY * running[k] + (1.0f - MEMORY) * mean);
    running[channels + k] = share * (MEMORY * running[channels + k] + (1.0f - MEMORY) * unbiased);
}

/* The same from the running figures: for scores. */
__kernel void train_norm_recall(__global const float *restrict running,
                                __global float *restrict kept, int channels, int first) {
    const int k = first + (int)get_global_id(0);
    if (k >= channels)
        return;
    kept[k] = running[k];
    kept[channels + k] = 1.0f / sqrt(running[channels + k] + EPSILON);
}

/* A plane an item. */
__kernel void train_norm(__global const float *restrict in, __global const float *restrict kept,
                         __global const float *restrict scales,
                         __global const float *restrict shifts, __global float *restrict out,
                         int planes, int channels, int plane, int relu, int first) {
    const int p = first + (int)get_global_id(0), k = p % channels;
    if (p >= planes)
        return;
    const float mean = kept[k], factor = kept[channels + k] * scales[k], shift = shifts[k];
    const float floor = relu ? 0.0f : -INFINITY;
    __global const float *from = in + (size_t)p * plane;
    __global float *to = out + (size_t)p * plane;
    for (int i = 0; i < plane; i++) {
        const float z = fma(from[i] - mean, factor, shift);
        to[i] = z < floor ? floor : z;
    }
}

/* The gradients of scale and shift: sums of slope * hat and of slope, hat = (in - mean) / deviation.
 */
__kernel void train_norm_gradient(__global const float *restrict in,
                                  __global const float *restrict kept,
                                  __global const float *restrict slope,
                                  __global float *restrict d_scales,
                                  __global float *restrict d_shifts, int images, int channels,
                                  int plane, int first) {
    const int k = first + (int)get_global_id(0);
    if (k >= channels)
        return;
    const float mean = kept[k], inverse = kept[channels + k];
    lanes products = (lanes)(0.0f);
    float sums = 0.0f, rest = 0.0f;
    for (int n = 0; n < images; n++) {
        __global const float *x = in + ((size_t)n * channels + k) * plane;
        __global const float *d = slope + ((size_t)n * channels + k) * plane;
        int i = 0;
        for (; i + LANES <= plane; i += LANES)
            products = fma((LOAD(x + i) - mean) * inverse, LOAD(d + i), products);
        for (; i < plane; i++)
            rest = fma((x[i] - mean) * inverse, d[i], rest);
        sums += sum_of_plane(d, plane);
    }
    d_scales[k] = total(products) + rest;
    d_shifts[k] = sums;
}

/* slope_in = scale / deviation * (slope - mean(slope) - hat * mean(slope * hat)); a plane an item. */
__kernel void
train_norm_slope(__global const float *restrict in, __global const float *restrict kept,
                 __global const float *restrict scales, __global const float *restrict d_scales,
                 __global const float *restrict d_shifts, __global const float *restrict slope,
                 __global float *restrict slope_in, int planes, int channels, int plane, float part,
                 int first) {
    const int p = first + (int)get_global_id(0), k = p % channels;
    if (p >= planes)
        return;
    const float mean = kept[k], inverse = kept[channels + k], factor = scales[k] * inverse;
    const float mean_slope = d_shifts[k] * part, mean_product = d_scales[k] * part;
    __global const float *x = in + (size_t)p * plane, *d = slope + (size_t)p * plane;
    __global float *to = slope_in + (size_t)p * plane;
    for (int i = 0; i < plane; i++)
        to[i] = factor * ((d[i] - mean_slope) - (x[i] - mean) * inverse * mean_product);
}

/* ---- the loss: softmax and cross entropy ------------------------------------------------------ */

/* An image an item: its loss, whether its largest score is the label's, and the scores' slopes,
 * (softmax - 1 at the label) / images. Scores are shifted by their largest, so that exp cannot
 * overflow. */
__kernel void train_loss(__global const float *restrict scores, __global const int *restrict labels,
                         __global float *restrict slopes, __global float *restrict each, int images,
                         int classes, float part, int round, int first) {
    const int image = first + (int)get_global_id(0);
    if (image >= images)
        return;
    __global const float *z = scores + (size_t)image * classes;
    __global float *d = slopes + (size_t)image * classes;
    const int label = labels[(size_t)round * images + image];
    int largest = 0;
    for (int i = 1; i < classes; i++)
        largest = z[i] > z[largest] ? i : largest;
    const float most = z[largest];
    float sum = 0.0f;
    for (int i = 0; i < classes; i++)
        sum += exp(z[i] - most);
    for (int i = 0; i < classes; i++)
        d[i] = (exp(z[i] - most) / sum - (i == label ? 1.0f : 0.0f)) * part;
    each[2 * image] = log(sum) - (z[label] - most);
    each[2 * image + 1] = largest == label ? 1.0f : 0.0f;
}

/* A batch's mean loss and its hits; or, of a part, its share of the mean over the `whole`. */
__kernel void train_tally(__global const float *restrict each, __global float *restrict losses,
                          __global float *restrict hits, int images, int whole, int round,
                          int first) {
    float loss = 0.0f, hit = 0.0f;
    for (int i = 0; i < images; i++) {
        loss += each[2 * i];
        hit += each[2 * i + 1];
    }
    losses[round] = loss / (float)whole;
    hits[round] = hit;
}

/* ---- optimizers: all parameters in one launch ------------------------------------------------- */

/* Stochastic gradient descent with momentum and decay towards zero:
 *     v = momentum * v + gradient + decay * w;   w = w - rate * v */
#define DESCEND(type, load, store, gradient, w, v)                                                 \
    {                                                                                              \
        const type old = load(w);                                                                  \
        const type g = fma((type)(decay), old, gradient);                                          \
        const type speed = fma((type)(momentum), load(v), g);                                      \
        store(speed, v);                                                                           \
        store(fma((type)(-rate), speed, old), w);                                                  \
    }

__kernel void train_sgd(__global const float *restrict gradient, __global float *restrict w,
                        __global float *restrict v, int count, float rate, float momentum,
                        float decay, int run, int first){
    FOR_RUN(count, DESCEND(lanes, LOAD, STORE, LOAD(gradient + i), w + i, v + i),
            DESCEND(float, LOAD_ONE, STORE_ONE, gradient[i], w + i, v + i))}

/* The same for biases, whose gradients are sums of columns. The weights that they belong to are moved on
 * by gemm.cl, in the store that would have kept their gradient. */
__kernel void train_column_descent(__global const float *restrict node,
                                   __global float *restrict slope, __global float *restrict w,
                                   __global float *restrict v, int rows, int columns, int ends,
                                   float rate, float momentum, float decay, int first){
    FOR_COLUMNS(DESCEND(lanes, LOAD, STORE, sums[q], w + j, v + j),
                DESCEND(float, LOAD_ONE, STORE_ONE, sum, w + j, v + j))}

/* Adam (Kingma and Ba, 2015) with decay apart from the gradient (Loshchilov and Hutter, 2019):
 *     m = beta1 m + (1 - beta1) g;   s = beta2 s + (1 - beta2) g^2
 *     w = w - rate * (m / (1 - beta1^t) / (sqrt(s / (1 - beta2^t)) + epsilon) + decay * w)
 * t counts from 1. */
__kernel void train_adam(__global const float *restrict gradient, __global float *restrict w,
                         __global float *restrict m, __global float *restrict s, int count,
                         float rate, float beta1, float beta2, float epsilon, float decay, int step,
                         int run, int round, int first) {
    const int begin = (first + (int)get_global_id(0)) * run, end = min(begin + run, count);
    const float t = (float)(step + round + 1);
    const float whole1 = 1.0f / -expm1(t * log(beta1)), whole2 = 1.0f / -expm1(t * log(beta2));
    for (int i = begin; i < end; i++) {
        const float g = gradient[i];
        const float mean = fma(beta1, m[i], (1.0f - beta1) * g);
        const float square = fma(beta2, s[i], (1.0f - beta2) * g * g);
        m[i] = mean;
        s[i] = square;
        w[i] -= rate * (mean * whole1 / (sqrt(square * whole2) + epsilon) + decay * w[i]);
    }
}
