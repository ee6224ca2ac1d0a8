/* PNG through libpng. Its errors jump; each function that may be jumped out of works on a struct of
 * its caller's, so that nothing of its own is lost. */
#include <png.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/codec.h"

/* A decoding or an encoding under way, with everything that must be freed after a jump. */
typedef struct work {
    png_structp png;
    png_infop info;
    char message[128]; /* libpng's words, after a jump */

    const unsigned char *data; /* decoding: what is left of the file */
    size_t left, size;
    brg_tensor *image;
    png_bytep *rows;
    brg_orientation orientation;
    brg_status status; /* set with `error` by what fails in a way of its own */
    brg_error *error;

    uint8_t *row; /* encoding */
    brg_encoded out;
    size_t room;
} work;

/* longjmp, not return: libpng requires it. */
static _Noreturn void on_error(png_structp png, png_const_charp message) {
    work *w = png_get_error_ptr(png);
    strncpy(w->message, message, sizeof w->message - 1);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

/* ---- decoding -------------------------------------------------------------------------------- */

static void on_read(png_structp png, png_bytep bytes, size_t size) {
    work *w = png_get_io_ptr(png);
    if (size > w->left)
        png_error(png, "it is cut short");
    memcpy(bytes, w->data, size);
    w->data += size;
    w->left -= size;
}

/* Whether every chunk up to the last lies within the file. libpng takes, and clears, as much memory
 * as a chunk claims to need before it looks for the data: up to two gigabytes. */
static bool is_whole(const unsigned char *data, size_t size) {
    enum { SIGNATURE = 8, AROUND = 12 }; /* length, type and checksum around a chunk's data */
    for (size_t at = SIGNATURE; size - at >= AROUND;) {
        size_t length = png_get_uint_32(data + at);
        if (length > size - at - AROUND)
            return false;
        if (memcmp(data + at + 4, "IEND", 4) == 0)
            return true;
        at += length + AROUND;
    }
    return false;
}

/* Whatever is stored becomes 8-bit grey, RGB or RGBA. */
static void ask_for_8_bits(work *w) {
    png_byte colour = png_get_color_type(w->png, w->info);
    bool transparent = png_get_valid(w->png, w->info, PNG_INFO_tRNS) != 0;
    png_set_expand(w->png); /* palettes to RGB, few bits to eight, transparent colours to alpha */
    png_set_scale_16(w->png);
    if (colour == PNG_COLOR_TYPE_GRAY_ALPHA || (colour == PNG_COLOR_TYPE_GRAY && transparent))
        png_set_gray_to_rgb(w->png);
    png_set_interlace_handling(w->png);
    png_read_update_info(w->png, w->info);
}

static brg_status check_size(const work *w) {
    int64_t width = png_get_image_width(w->png, w->info);
    int64_t height = png_get_image_height(w->png, w->info);
    brg_status status = brg_image_check_size(width, height, w->error);
    if (status != BRG_OK)
        return status;
    /* Deflate expands by 1032 at most (zlib.net/zlib_tech.html): a small file cannot make us take
     * memory for pixels that it does not hold. */
    if (png_get_rowbytes(w->png, w->info) > (w->size * 1032 + 65536) / (size_t)height)
        return brg_fail(w->error, BRG_E_FORMAT, "it is too short for the pixels it claims");
    return BRG_OK;
}

static brg_status allocate_rows(work *w) {
    int64_t width = png_get_image_width(w->png, w->info);
    int64_t height = png_get_image_height(w->png, w->info);
    int32_t channels = png_get_channels(w->png, w->info);
    brg_status status = brg_image_allocate(width, height, channels, &w->image, w->error);
    if (status != BRG_OK)
        return status;
    w->rows = malloc((size_t)height * sizeof w->rows[0]);
    if (!w->rows)
        return brg_fail(w->error, BRG_E_MEMORY, "there is not enough memory");
    uint8_t *pixels = brg_tensor_writable(w->image);
    for (int64_t y = 0; y < height; y++)
        w->rows[y] = pixels + y * width * channels;
    return BRG_OK;
}

/* PNG stores EXIF without the header that libexif looks for. */
static void read_orientation(work *w) {
    static const char header[6] = "Exif\0";
    png_uint_32 size = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(w->png, w->info, &size, &exif) == 0 || size > 1 << 20)
        return;
    unsigned char *block = malloc(sizeof header + size);
    if (!block)
        return;
    memcpy(block, header, sizeof header);
    memcpy(block + sizeof header, exif, size);
    w->orientation = brg_exif_orientation(block, sizeof header + size);
    free(block);
}

/* Returns false where libpng jumped. */
static bool decode(work *w) {
    if (setjmp(png_jmpbuf(w->png)))
        return false;
    png_set_user_limits(w->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* ours are checked with words */
    png_set_read_fn(w->png, w, on_read);
    png_read_info(w->png, w->info);
    w->status = check_size(w);
    if (w->status != BRG_OK)
        return true;
    ask_for_8_bits(w);
    w->status = allocate_rows(w);
    if (w->status != BRG_OK)
        return true;
    png_read_image(w->png, w->rows);
    png_read_end(w->png, w->info);
    read_orientation(w);
    return true;
}

brg_status brg_png_decode(const unsigned char *data, size_t size, brg_tensor **image,
                          brg_orientation *orientation, brg_error *error) {
    if (!is_whole(data, size))
        return brg_fail(error, BRG_E_FORMAT, "it is cut short");
    work w = {.data = data, .left = size, .size = size, .orientation = 1, .error = error};
    w.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &w, on_error, on_warning);
    w.info = w.png ? png_create_info_struct(w.png) : NULL;
    if (!w.info)
        w.status = brg_fail(error, BRG_E_MEMORY, "there is not enough memory");
    else if (!decode(&w))
        w.status = brg_fail(error, BRG_E_FORMAT, "%s", w.message);

    png_destroy_read_struct(&w.png, &w.info, NULL);
    free(w.rows);
    if (w.status != BRG_OK) {
        brg_tensor_release(w.image);
        return w.status;
    }
    *image = w.image;
    *orientation = w.orientation;
    return BRG_OK;
}

/* ---- encoding -------------------------------------------------------------------------------- */

static void on_write(png_structp png, png_bytep bytes, size_t size) {
    work *w = png_get_io_ptr(png);
    if (size > w->room - w->out.size) {
        size_t room = w->room + w->room / 2 + size + 65536;
        unsigned char *larger = realloc(w->out.data, room);
        if (!larger)
            png_error(png, "there is not enough memory");
        w->out.data = larger;
        w->room = room;
    }
    memcpy(w->out.data + w->out.size, bytes, size);
    w->out.size += size;
}

static void on_flush(png_structp png) {
    (void)png;
}

/* Speed before size: zlib's fastest level with one filter is several times faster than the default,
 * and photographs come out about a tenth larger. */
static bool encode(work *w, const brg_tensor *image) {
    static const int colours[] = {
        [1] = PNG_COLOR_TYPE_GRAY, [3] = PNG_COLOR_TYPE_RGB, [4] = PNG_COLOR_TYPE_RGB_ALPHA};
    if (setjmp(png_jmpbuf(w->png)))
        return false;
    const brg_shape *shape = brg_tensor_shape(image);
    png_set_user_limits(w->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_write_fn(w->png, w, on_write, on_flush);
    png_set_IHDR(w->png, w->info, (png_uint_32)shape->dims[1], (png_uint_32)shape->dims[0], 8,
                 colours[shape->dims[2]], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(w->png, 1);
    png_set_filter(w->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_write_info(w->png, w->info);
    for (int64_t y = 0; y < shape->dims[0]; y++) {
        brg_image_row(image, y, (int32_t)shape->dims[2], w->row);
        png_write_row(w->png, w->row);
    }
    png_write_end(w->png, w->info);
    return true;
}

brg_status brg_png_encode(const brg_tensor *image, brg_encoded *out, brg_error *error) {
    const brg_shape *shape = brg_tensor_shape(image);
    if (shape->dims[0] > PNG_UINT_31_MAX || shape->dims[1] > PNG_UINT_31_MAX / 8)
        return brg_fail(error, BRG_E_SHAPE, "its sides are too long for a PNG file");
    work w = {.error = error};
    w.row = malloc((size_t)(shape->dims[1] * shape->dims[2]));
    w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w, on_error, on_warning);
    w.info = w.png ? png_create_info_struct(w.png) : NULL;
    if (!w.info || !w.row)
        w.status = brg_fail(error, BRG_E_MEMORY, "there is not enough memory");
    else if (!encode(&w, image))
        w.status = brg_fail(error, BRG_E_INTERNAL, "%s", w.message);

    png_destroy_write_struct(&w.png, &w.info);
    free(w.row);
    if (w.status != BRG_OK)
        free(w.out.data);
    else
        *out = w.out;
    return w.status;
}
