/* PGM and PPM, binary (P5, P6) and as text (P2, P3), by hand:
 * netpbm.sourceforge.net/doc/pgm.html and ppm.html. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/codec.h"

/* ---- decoding -------------------------------------------------------------------------------- */

/* A place in the file. */
typedef struct cursor {
    const unsigned char *at;
    const unsigned char *end;
} cursor;

typedef struct header {
    bool text;
    int32_t channels;
    int64_t w, h;
    int32_t maxval; /* the sample that means full brightness, 1..65535 */
} header;

static bool is_space(int character) {
    return character == ' ' || (character >= '\t' && character <= '\r');
}

/* White space, and comments from # to the end of the line. */
static void skip_space(cursor *from) {
    while (from->at < from->end && (is_space(*from->at) || *from->at == '#')) {
        if (*from->at == '#')
            while (from->at < from->end && *from->at != '\n' && *from->at != '\r')
                from->at++;
        else
            from->at++;
    }
}

/* The next decimal number, or -1. What is too large is held at a million, beyond every limit. */
static int32_t read_number(cursor *from) {
    enum { TOO_LARGE = 1000000 };
    skip_space(from);
    if (from->at == from->end || *from->at < '0' || *from->at > '9')
        return -1;
    int32_t number = 0;
    for (; from->at < from->end && *from->at >= '0' && *from->at <= '9'; from->at++)
        number = number >= TOO_LARGE / 10 ? TOO_LARGE : number * 10 + (*from->at - '0');
    return number;
}

static brg_status read_header(cursor *from, header *out, brg_error *error) {
    int kind = from->at[1];
    if (kind != '2' && kind != '3' && kind != '5' && kind != '6')
        return brg_fail(error, BRG_E_FORMAT, "PNM files of kind P%c are not read", kind);
    from->at += 2;
    out->text = kind == '2' || kind == '3';
    out->channels = kind == '3' || kind == '6' ? 3 : 1;
    out->w = read_number(from);
    out->h = read_number(from);
    out->maxval = read_number(from);
    if (out->w < 0 || out->h < 0 || out->maxval < 1 || out->maxval > 65535)
        return brg_fail(error, BRG_E_FORMAT, "its header is damaged");
    /* One character, and no comment, stands between the header and binary samples. */
    if (!out->text && (from->at == from->end || !is_space(*from->at++)))
        return brg_fail(error, BRG_E_FORMAT, "its header is damaged");
    return BRG_OK;
}

/* Bytes that the samples take at the least. */
static int64_t least_size(const header *head) {
    int64_t samples = head->w * head->h * head->channels;
    if (head->text)
        return samples * 2 - 1; /* a digit each, and a space between */
    return samples * (head->maxval > 255 ? 2 : 1);
}

/* The next sample as it is stored, or -1. */
static int32_t read_sample(cursor *from, const header *head) {
    if (head->text)
        return read_number(from);
    int32_t value = *from->at++;
    if (head->maxval > 255)
        value = value << 8 | *from->at++;
    return value;
}

static brg_status read_samples(cursor *from, const header *head, uint8_t *pixels,
                               brg_error *error) {
    int64_t samples = head->w * head->h * head->channels;
    for (int64_t i = 0; i < samples; i++) {
        int32_t value = read_sample(from, head);
        if (value < 0)
            return brg_fail(error, BRG_E_FORMAT, "it ends or is damaged at sample %lld of %lld",
                            (long long)i, (long long)samples);
        if (value > head->maxval)
            return brg_fail(error, BRG_E_FORMAT, "sample %lld is larger than the maximum of %d",
                            (long long)i, (int)head->maxval);
        pixels[i] = (uint8_t)((value * 255 + head->maxval / 2) / head->maxval);
    }
    return BRG_OK;
}

brg_status brg_pnm_decode(const unsigned char *data, size_t size, brg_tensor **image,
                          brg_orientation *orientation, brg_error *error) {
    cursor from = {.at = data, .end = data + size};
    header head = {.text = false};
    *orientation = 1;
    brg_status status = read_header(&from, &head, error);
    if (status == BRG_OK)
        status = brg_image_check_size(head.w, head.h, error);
    if (status != BRG_OK)
        return status;
    if (from.end - from.at < least_size(&head))
        return brg_fail(error, BRG_E_FORMAT, "it is too short for the pixels it claims");

    brg_tensor *decoded = NULL;
    status = brg_image_allocate(head.w, head.h, head.channels, &decoded, error);
    if (status == BRG_OK)
        status = read_samples(&from, &head, brg_tensor_writable(decoded), error);
    if (status != BRG_OK) {
        brg_tensor_release(decoded);
        return status;
    }
    *image = decoded;
    return BRG_OK;
}

/* ---- encoding -------------------------------------------------------------------------------- */

static brg_status encode(const brg_tensor *image, int32_t channels, brg_encoded *out,
                         brg_error *error) {
    const brg_shape *shape = brg_tensor_shape(image);
    int64_t h = shape->dims[0], w = shape->dims[1];
    char start[64];
    int length = snprintf(start, sizeof start, "P%c\n%lld %lld\n255\n", channels == 1 ? '5' : '6',
                          (long long)w, (long long)h);
    size_t pitch = (size_t)(w * channels);
    out->size = (size_t)length + (size_t)h * pitch;
    out->data = malloc(out->size);
    if (!out->data)
        return brg_fail(error, BRG_E_MEMORY, "there is not enough memory");
    memcpy(out->data, start, (size_t)length);
    for (int64_t y = 0; y < h; y++)
        brg_image_row(image, y, channels, out->data + length + (size_t)y * pitch);
    return BRG_OK;
}

brg_status brg_ppm_encode(const brg_tensor *image, brg_encoded *out, brg_error *error) {
    return encode(image, 3, out, error);
}

brg_status brg_pgm_encode(const brg_tensor *image, brg_encoded *out, brg_error *error) {
    if (brg_tensor_shape(image)->dims[2] != 1)
        return brg_fail(error, BRG_E_SHAPE,
                        "a PGM file holds grey images, and this one has colour");
    return encode(image, 1, out, error);
}
