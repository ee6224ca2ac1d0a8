/* JPEG through libjpeg. Its errors jump; each function that may be jumped out of works on a struct
 * of its caller's, so that nothing of its own is lost. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "io/codec.h"

enum { QUALITY = 95, MAX_SCANS = 200, APP1 = JPEG_APP0 + 1 };

/* What a jump needs, reached from libjpeg's pointer to its first member. */
typedef struct guard {
    struct jpeg_error_mgr base;
    jmp_buf jump;
    char message[JMSG_LENGTH_MAX];
} guard;

static _Noreturn void on_error(j_common_ptr codec) {
    guard *g = (guard *)codec->err;
    codec->err->format_message(codec, g->message);
    longjmp(g->jump, 1);
}

/* libjpeg only warns where data is missing or damaged, and makes grey of it. A level below 0 is
 * such a warning; some are about oddities that hurt nobody. */
static void on_message(j_common_ptr codec, int level) {
    if (level >= 0)
        return;
    switch (codec->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA:
        return;
    default:
        on_error(codec);
    }
}

static void on_output(j_common_ptr codec) {
    (void)codec;
}

static struct jpeg_error_mgr *set_guard(guard *g) {
    jpeg_std_error(&g->base);
    g->base.error_exit = on_error;
    g->base.emit_message = on_message;
    g->base.output_message = on_output;
    return &g->base;
}

/* ---- decoding -------------------------------------------------------------------------------- */

typedef struct decoding {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_progress_mgr progress;
    guard guard;
    brg_tensor *image;
    uint8_t *cmyk; /* one row */
    brg_orientation orientation;
    brg_status status; /* set with `error` by what fails in a way of its own */
    brg_error *error;
} decoding;

/* A small progressive file can ask for thousands of passes over a large image. */
static void on_progress(j_common_ptr codec) {
    guard *g = (guard *)codec->err;
    if (((j_decompress_ptr)codec)->input_scan_number <= MAX_SCANS)
        return;
    snprintf(g->message, sizeof g->message, "it takes more than %d passes", MAX_SCANS);
    longjmp(g->jump, 1);
}

static void read_orientation(decoding *d) {
    for (jpeg_saved_marker_ptr m = d->jpeg.marker_list; m; m = m->next) {
        if (m->marker == APP1 && m->data_length > 6 && memcmp(m->data, "Exif\0", 6) == 0) {
            d->orientation = brg_exif_orientation(m->data, m->data_length);
            return;
        }
    }
}

static void choose_colours(struct jpeg_decompress_struct *jpeg) {
    if (jpeg->jpeg_color_space == JCS_GRAYSCALE)
        jpeg->out_color_space = JCS_GRAYSCALE;
    else if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
        jpeg->out_color_space = JCS_CMYK;
    else
        jpeg->out_color_space = JCS_RGB;
}

/* Huffman codes take a bit for each block of 8 x 8 at the least: a small file cannot make us take
 * memory for pixels that it does not hold. */
static bool is_plausible(const struct jpeg_decompress_struct *jpeg, size_t size) {
    return jpeg->arith_code || (uint64_t)jpeg->image_width * jpeg->image_height <= size * 512;
}

/* Adobe's programs store ink inverted, as light; everyone else as ink. */
static void cmyk_to_rgb(const uint8_t *cmyk, int64_t w, bool inverted, uint8_t *rgb) {
    for (int64_t x = 0; x < w; x++, cmyk += 4) {
        int key = inverted ? cmyk[3] : 255 - cmyk[3];
        for (int i = 0; i < 3; i++)
            *rgb++ = (uint8_t)(((inverted ? cmyk[i] : 255 - cmyk[i]) * key + 127) / 255);
    }
}

static brg_status allocate(decoding *d, size_t size) {
    int64_t w = d->jpeg.image_width, h = d->jpeg.image_height;
    bool grey = d->jpeg.out_color_space == JCS_GRAYSCALE;
    brg_status status = brg_image_check_size(w, h, d->error);
    if (status == BRG_OK && !is_plausible(&d->jpeg, size))
        status = brg_fail(d->error, BRG_E_FORMAT, "it is too short for the pixels it claims");
    if (status == BRG_OK)
        status = brg_image_allocate(w, h, grey ? 1 : 3, &d->image, d->error);
    if (status == BRG_OK && d->jpeg.out_color_space == JCS_CMYK) {
        d->cmyk = malloc((size_t)w * 4);
        if (!d->cmyk)
            status = brg_fail(d->error, BRG_E_MEMORY, "there is not enough memory");
    }
    return status;
}

static void read_rows(decoding *d) {
    const brg_shape *shape = brg_tensor_shape(d->image);
    int64_t pitch = shape->dims[1] * shape->dims[2];
    uint8_t *pixels = brg_tensor_writable(d->image);
    while (d->jpeg.output_scanline < d->jpeg.output_height) {
        uint8_t *target = pixels + d->jpeg.output_scanline * pitch;
        uint8_t *row = d->cmyk ? d->cmyk : target;
        jpeg_read_scanlines(&d->jpeg, &row, 1);
        if (d->cmyk)
            cmyk_to_rgb(d->cmyk, shape->dims[1], d->jpeg.saw_Adobe_marker, target);
    }
}

/* Returns false where libjpeg jumped. */
static bool decode(decoding *d, const unsigned char *data, size_t size) {
    if (setjmp(d->guard.jump))
        return false;
    jpeg_create_decompress(&d->jpeg);
    d->progress.progress_monitor = on_progress;
    d->jpeg.progress = &d->progress;
    jpeg_mem_src(&d->jpeg, data, (unsigned long)size);
    jpeg_save_markers(&d->jpeg, APP1, 0xffff);
    jpeg_read_header(&d->jpeg, TRUE);
    read_orientation(d);
    choose_colours(&d->jpeg);
    d->status = allocate(d, size);
    if (d->status != BRG_OK)
        return true;
    jpeg_start_decompress(&d->jpeg);
    read_rows(d);
    jpeg_finish_decompress(&d->jpeg);
    return true;
}

brg_status brg_jpeg_decode(const unsigned char *data, size_t size, brg_tensor **image,
                           brg_orientation *orientation, brg_error *error) {
    decoding d = {.orientation = 1, .error = error};
    d.jpeg.err = set_guard(&d.guard);
    if (!decode(&d, data, size))
        d.status = brg_fail(error, BRG_E_FORMAT, "%s", d.guard.message);

    jpeg_destroy_decompress(&d.jpeg);
    free(d.cmyk);
    if (d.status != BRG_OK) {
        brg_tensor_release(d.image);
        return d.status;
    }
    *image = d.image;
    *orientation = d.orientation;
    return BRG_OK;
}

/* ---- encoding -------------------------------------------------------------------------------- */

typedef struct encoding {
    struct jpeg_compress_struct jpeg;
    guard guard;
    unsigned char *data; /* grown by libjpeg */
    unsigned long size;
    uint8_t *row;
} encoding;

/* Colour is stored at full resolution, so that what a filter did to it can be seen. */
static bool encode(encoding *e, const brg_tensor *image) {
    if (setjmp(e->guard.jump))
        return false;
    const brg_shape *shape = brg_tensor_shape(image);
    bool grey = shape->dims[2] == 1;
    jpeg_create_compress(&e->jpeg);
    jpeg_mem_dest(&e->jpeg, &e->data, &e->size);
    e->jpeg.image_width = (JDIMENSION)shape->dims[1];
    e->jpeg.image_height = (JDIMENSION)shape->dims[0];
    e->jpeg.input_components = grey ? 1 : 3;
    e->jpeg.in_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&e->jpeg);
    jpeg_set_quality(&e->jpeg, QUALITY, TRUE);
    e->jpeg.comp_info[0].h_samp_factor = e->jpeg.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&e->jpeg, TRUE);
    for (int64_t y = 0; y < shape->dims[0]; y++) {
        brg_image_row(image, y, grey ? 1 : 3, e->row);
        jpeg_write_scanlines(&e->jpeg, &e->row, 1);
    }
    jpeg_finish_compress(&e->jpeg);
    return true;
}

brg_status brg_jpeg_encode(const brg_tensor *image, brg_encoded *out, brg_error *error) {
    const brg_shape *shape = brg_tensor_shape(image);
    if (shape->dims[0] > JPEG_MAX_DIMENSION || shape->dims[1] > JPEG_MAX_DIMENSION)
        return brg_fail(error, BRG_E_SHAPE, "its sides are too long for a JPEG file");
    encoding e = {.row = malloc((size_t)shape->dims[1] * 3)};
    if (!e.row)
        return brg_fail(error, BRG_E_MEMORY, "there is not enough memory");

    e.jpeg.err = set_guard(&e.guard);
    bool whole = encode(&e, image);
    jpeg_destroy_compress(&e.jpeg);
    free(e.row);
    if (!whole) {
        free(e.data);
        return brg_fail(error, BRG_E_INTERNAL, "%s", e.guard.message);
    }
    *out = (brg_encoded){.data = e.data, .size = e.size};
    return BRG_OK;
}
