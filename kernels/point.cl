/* brightness, contrast, curves and runs of them: lines, straight or not, for every colour element.
 *
 *      in   r g b a r g b a ...          out = in * factor + offset, once for each line
 *           | | |   | | |                alpha, the fourth channel, stays
 *      out  r g b a r g b a ...          bytes are rounded and clamped after each line
 *
 * In plain C:
 *
 *     for (size_t i = 0; i < n; i++) {
 *         float value = in[i];
 *         for (int l = 0; l < LINES; l++)
 *             value = value * factor[l] + offset[l];
 *         out[i] = value;
 *     }
 *
 * where a line may also be a curve of lut.cl. Bytes that go through a power have but 256 values: point_table works
 * all the lines out for each, and lut.cl looks them up.
 *
 * The ladder:
 *     naive    one work-item per element; neighbours read neighbours: all that a GPU asks for
 *     strips   a work-item walks over whole rows with vectors of 16: on a CPU as fast as memory
 *
 *              image  +------------------+
 *              item 0 |>>>>>>>>>>>>>>>>>>| item_rows rows, one run of elements without a gap
 *              item 1 |>>>>>>>>>>>>>>>>>>|
 *                     +------------------+ */

#ifndef PIXEL_U8
#define PIXEL_U8 0 /* elements: 1 for bytes, 0 for floats */
#endif

#ifndef LINES
#define LINES 1 /* lines, one after the other: 1 to 4 */
#endif

#ifndef CURVES
#define CURVES 0 /* two bits for each line, the first lowest: straight, THRESHOLD or GAMMA */
#endif
#define THRESHOLD 1 /* value >= factor ? range : 0 */
#define GAMMA 2     /* range * (value / range) ^ factor */
#define KIND(line) (CURVES >> 2 * (line)&3)

#if PIXEL_U8
typedef uchar pixel;
#define RANGE 255.0f
#define HALF 0.5f /* rounding is to cut off the fraction, after this */
#else
typedef float pixel;
#define RANGE 1.0f
#define HALF 0.0f
#endif

static float16 load16(__global const pixel *in) {
#if PIXEL_U8
    return convert_float16(vload16(0, in));
#else
    return vload16(0, in);
#endif
}

/* Vectors at any address. PoCL takes vstore16 apart, into 4 stores of floats or 16 of bytes; what
 * is said to be aligned to its elements only becomes one store. */
typedef float16 __attribute__((aligned(4))) loose_float16;
typedef uchar16 __attribute__((aligned(1))) loose_uchar16;

/* A result larger than the caches is written past them, where the compiler can say so of whole,
 * aligned vectors: see transpose.cl. */
#ifndef PAST
#define PAST 0 /* 1: the result is that large */
#endif
#if PIXEL_U8
typedef uchar16 pixel16;
typedef loose_uchar16 loose16;
#else
typedef float16 pixel16;
typedef loose_float16 loose16;
#endif
#define STORE(value, to) (*(__global loose16 *)(to) = (value))
#define STORE_PAST STORE
#ifdef __has_builtin
#if __has_builtin(__builtin_nontemporal_store)
#undef STORE_PAST
#define STORE_PAST(value, to) __builtin_nontemporal_store(value, (__global pixel16 *)(to))
#endif
#endif

/* The lines' numbers. For bytes, half a grey level is in the offset already: what is left of
 * rounding is to cut off the fraction. */
#define PAIRS float f0, float o0, float f1, float o1, float f2, float o2, float f3, float o3
#define FACTORS                                                                                    \
    { f0, f1, f2, f3 }
#define OFFSETS                                                                                    \
    { o0, o1, o2, o3 }

static float line1(float value, int l, float factor, float offset) {
    if (KIND(l) == THRESHOLD)
        return value >= factor ? RANGE : 0.0f;
    if (KIND(l) == GAMMA) /* NaN stays NaN */
        return value <= 0.0f ? 0.0f : RANGE * pow(value / RANGE, factor) + HALF;
    return fma(value, factor, offset);
}

/* Element e of a row or a run of rows; with 4 channels every fourth stays. */
static pixel lines1(pixel in, int c, int e, const float *factors, const float *offsets) {
    float value = (float)in;
    for (int l = 0; l < LINES; l++) {
        value = line1(value, l, factors[l], offsets[l]);
#if PIXEL_U8
        value = (float)(int)clamp(value, 0.0f, 255.0f);
#endif
    }
    return c == 4 && (e & 3) == 3 ? in : (pixel)value;
}

__kernel void point_naive(__global const pixel *restrict in, __global pixel *restrict out,
                          int pitch, int c, PAIRS, int first) {
    const float factors[4] = FACTORS, offsets[4] = OFFSETS;
    const int e = (int)get_global_id(0);
    const size_t at = ((size_t)get_global_id(1) + first) * pitch + e;
    if (e < pitch)
        out[at] = lines1(in[at], c, e, factors, offsets);
}

/* 256 work-items; of bytes. */
__kernel void point_table(__global pixel *restrict table, PAIRS) {
    const float factors[4] = FACTORS, offsets[4] = OFFSETS;
    const int i = (int)get_global_id(0);
    if (i < 256)
        table[i] = lines1((pixel)i, 1, 0, factors, offsets);
}

static float16 line16(float16 value, int l, float16 factor, float16 offset) {
    if (KIND(l) == THRESHOLD)
        return select((float16)(0.0f), (float16)(RANGE), value >= factor);
    if (KIND(l) == GAMMA)
        return select(RANGE * pow(value / RANGE, factor) + HALF, (float16)(0.0f), value <= 0.0f);
    return fma(value, factor, offset);
}

/* Sixteen elements: on alpha's lanes every straight line is the identity, so that nothing needs a test; what a
 * curve did to them is undone at the end. */
static pixel16 lines16(__global const pixel *in, const float16 *factors, const float16 *offsets,
                       int16 stays) {
    const float16 own = load16(in);
    float16 value = own;
#pragma unroll
    for (int l = 0; l < LINES; l++) {
        value = line16(value, l, factors[l], offsets[l]);
#if PIXEL_U8
        if (l + 1 < LINES)
            value = convert_float16(convert_int16(clamp(value, 0.0f, 255.0f)));
#endif
    }
    if (CURVES)
        value = select(value, own, stays);
#if PIXEL_U8
    return convert_uchar16(convert_int16(clamp(value, 0.0f, 255.0f)));
#else
    return value;
#endif
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
point_strips(__global const pixel *restrict in, __global pixel *restrict out, int h, int pitch,
             int c, PAIRS, int item_rows, int first) {
    const float factors[4] = FACTORS, offsets[4] = OFFSETS;
    const int16 alpha = (int16)(0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1);
    const int16 stays = c == 4 ? alpha : (int16)(0);
    float16 factors16[LINES], offsets16[LINES];
#pragma unroll
    for (int l = 0; l < LINES; l++) {
        factors16[l] = select((float16)(factors[l]), (float16)(1.0f), stays);
        offsets16[l] = select((float16)(offsets[l]), (float16)(HALF), stays);
    }
    const size_t y0 = ((size_t)get_global_id(1) + first) * item_rows;
    const size_t end = min(y0 + item_rows, (size_t)h) * pitch;
    size_t at = y0 * pitch;
    if (PAST && (size_t)(out + at) % sizeof(pixel16) == 0)
        for (; at + 64 <= end; at += 64)
#pragma unroll
            for (int i = 0; i < 64; i += 16)
                STORE_PAST(lines16(in + at + i, factors16, offsets16, stays), out + at + i);
    for (; at + 64 <= end; at += 64)
#pragma unroll
        for (int i = 0; i < 64; i += 16)
            STORE(lines16(in + at + i, factors16, offsets16, stays), out + at + i);
    for (; at < end; at++)
        out[at] = lines1(in[at], c, (int)(at & 3), factors, offsets);
}
