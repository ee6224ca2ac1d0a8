/* brightness, contrast: one straight line for every colour element.
 *
 *      in   r g b a r g b a ...          out = (in - middle) * factor + offset
 *           | | |   | | |                alpha, the fourth channel, stays
 *      out  r g b a r g b a ...          bytes are rounded and clamped
 *
 * In plain C:
 *
 *     for (size_t i = 0; i < n; i++)
 *         out[i] = (in[i] - middle) * factor + offset;
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

#if PIXEL_U8
typedef uchar pixel;
#else
typedef float pixel;
#endif

static pixel round1(float value) {
#if PIXEL_U8
    return (uchar)(int)(clamp(value, 0.0f, 255.0f) + 0.5f);
#else
    return value;
#endif
}

static float16 load16(__global const pixel *in) {
#if PIXEL_U8
    return convert_float16(vload16(0, in));
#else
    return vload16(0, in);
#endif
}

static void store16(float16 value, __global pixel *out) {
#if PIXEL_U8
    /* Four words where they are aligned: sixteen single bytes are what vstore16 becomes on PoCL. */
    const uchar16 bytes = convert_uchar16(convert_int16(clamp(value, 0.0f, 255.0f) + 0.5f));
    if (((size_t)out & 3) == 0)
        vstore4(as_uint4(bytes), 0, (__global uint *)out);
    else
        vstore16(bytes, 0, out);
#else
    vstore16(value, 0, out);
#endif
}

/* Element e of a row or a run of rows; with 4 channels every fourth stays. */
static pixel line1(pixel in, int c, int e, float middle, float factor, float offset) {
    return c == 4 && (e & 3) == 3 ? in : round1(((float)in - middle) * factor + offset);
}

__kernel void point_naive(__global const pixel *restrict in, __global pixel *restrict out,
                          int pitch, int c, float middle, float factor, float offset, int first) {
    const int e = (int)get_global_id(0);
    const size_t at = ((size_t)get_global_id(1) + first) * pitch + e;
    if (e < pitch)
        out[at] = line1(in[at], c, e, middle, factor, offset);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
point_strips(__global const pixel *restrict in, __global pixel *restrict out, int h, int pitch,
             int c, float middle, float factor, float offset, int item_rows, int first) {
    const size_t y0 = ((size_t)get_global_id(1) + first) * item_rows;
    const size_t begin = y0 * pitch, end = min(y0 + item_rows, (size_t)h) * pitch;
    const int16 alpha = (int16)(0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1);
    const int16 stays = c == 4 ? alpha : (int16)(0);
    size_t at = begin;
    for (; at + 16 <= end; at += 16) {
        const float16 value = load16(in + at);
        store16(select((value - middle) * factor + offset, value, stays), out + at);
    }
    for (; at < end; at++)
        out[at] = line1(in[at], c, (int)(at & 3), middle, factor, offset);
}
