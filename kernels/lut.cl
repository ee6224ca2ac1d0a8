/* lut: every colour element is looked up on a curve.
 *
 *      255 |       ...*          invert     range - in
 *          |    .*               threshold  in >= value ? range : 0
 *      out |  *                  gamma      range * (in / range) ^ value
 *          | *
 *        0 +-----------          range is 255 for bytes and 1 for floats; alpha stays
 *          0    in   255
 *
 * In plain C:
 *
 *     for (int i = 0; i < 256; i++)
 *         table[i] = curve(i);
 *     for (size_t i = 0; i < n; i++)
 *         out[i] = table[in[i]];
 *
 * The table is made by a launch of its own. Floats have no table: the curve is worked out for each.
 *
 * The ladder:
 *     naive    one work-item per element
 *     strips   a work-item walks over whole rows, with the table in its own memory; floats by
 *              vectors of 16 */

#ifndef PIXEL_U8
#define PIXEL_U8 0 /* elements: 1 for bytes, 0 for floats */
#endif

#define KIND_INVERT 0
#define KIND_GAMMA 1
#define KIND_THRESHOLD 2

#if PIXEL_U8
typedef uchar pixel;
#define RANGE 255.0f
#else
typedef float pixel;
#define RANGE 1.0f
#endif

static float curve(float in, int kind, float value) {
    if (kind == KIND_INVERT)
        return RANGE - in;
    if (kind == KIND_THRESHOLD)
        return in >= value ? RANGE : 0.0f;
    return in <= 0.0f ? 0.0f : RANGE * pow(in / RANGE, value); /* NaN stays NaN */
}

/* 256 work-items. */
__kernel void lut_table(__global uchar *restrict table, int kind, float value) {
    const int i = (int)get_global_id(0);
    if (i < 256)
        table[i] = (uchar)(int)(clamp(curve((float)i, kind, value), 0.0f, 255.0f) + 0.5f);
}

static pixel look_up(pixel in, __global const uchar *table, int kind, float value) {
#if PIXEL_U8
    return table[in];
#else
    return curve(in, kind, value);
#endif
}

/* `table` is not read for floats. */
__kernel void lut_naive(__global const pixel *restrict in, __global pixel *restrict out,
                        __global const uchar *restrict table, int kind, float value, int pitch,
                        int c, int first) {
    const int e = (int)get_global_id(0);
    const size_t at = ((size_t)get_global_id(1) + first) * pitch + e;
    if (e < pitch)
        out[at] = c == 4 && (e & 3) == 3 ? in[at] : look_up(in[at], table, kind, value);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
lut_strips(__global const pixel *restrict in, __global pixel *restrict out,
           __global const uchar *restrict table, int kind, float value, int h, int pitch, int c,
           int item_rows, int first) {
    const size_t y0 = ((size_t)get_global_id(1) + first) * item_rows;
    const size_t end = min(y0 + item_rows, (size_t)h) * pitch;
    size_t at = y0 * pitch;
#if PIXEL_U8
    uchar own[256];
    for (int i = 0; i < 256; i++)
        own[i] = table[i];
    for (; c == 4 && at < end; at += 4) {
        out[at] = own[in[at]];
        out[at + 1] = own[in[at + 1]];
        out[at + 2] = own[in[at + 2]];
        out[at + 3] = in[at + 3];
    }
    for (; at < end; at++)
        out[at] = own[in[at]];
#else
    const int16 alpha = (int16)(0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1);
    const int16 stays = c == 4 ? alpha : (int16)(0);
    for (; at + 16 <= end; at += 16) {
        const float16 x = vload16(0, in + at);
        float16 y = RANGE - x;
        if (kind == KIND_THRESHOLD)
            y = select((float16)(0.0f), (float16)(RANGE), x >= value);
        if (kind == KIND_GAMMA)
            y = select(pow(x, (float16)(value)), (float16)(0.0f), x <= 0.0f);
        vstore16(select(y, x, stays), 0, out + at);
    }
    for (; at < end; at++)
        out[at] = c == 4 && (at & 3) == 3 ? in[at] : curve(in[at], kind, value);
#endif
}
