/* Y4M, by hand: wiki.multimedia.cx/index.php/YUV4MPEG2. */
#include "brigade/y4m.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/codec.h"

enum { MAX_LINE = 256 };

typedef enum planes { MONO, QUARTERED, FULL } planes; /* chroma: none, 4:2:0, 4:4:4 */

struct brg_y4m {
    FILE *file;
    long first; /* where the first picture begins */
    brg_y4m_info info;
    planes planes;
    bool full_range;
    unsigned char *picture; /* the planes of one */
    size_t luma, chroma;    /* bytes of each plane */
};

/* ---- the first line -------------------------------------------------------------------------- */

/* Reads up to and without the line feed; BRG_E_NOT_FOUND at the end of the file. */
static brg_status read_line(FILE *file, char line[MAX_LINE], brg_error *error) {
    int length = 0, c = getc(file);
    if (c == EOF)
        return ferror(file)
                   ? brg_fail(error, BRG_E_IO, "The video cannot be read: %s.", strerror(errno))
                   : BRG_E_NOT_FOUND;
    for (; c != '\n' && c != EOF && length < MAX_LINE - 1; c = getc(file))
        line[length++] = (char)c;
    line[length] = '\0';
    if (c != '\n')
        return brg_fail(error, BRG_E_FORMAT, "The video has a line without an end: it is damaged.");
    return BRG_OK;
}

/* The whole number at `text`, or -1; beyond a million it is held there, past every limit. */
static int64_t read_number(const char *text, const char **end) {
    int64_t number = *text >= '0' && *text <= '9' ? 0 : -1;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number > 100000 ? 1000000 : 10 * number + (*text - '0');
    *end = text;
    return number;
}

static brg_status read_planes(brg_y4m *stream, const char *name, brg_error *error) {
    static const struct {
        const char *name;
        planes planes;
    } known[] = {{"420", QUARTERED},      {"420jpeg", QUARTERED}, {"420mpeg2", QUARTERED},
                 {"420paldv", QUARTERED}, {"444", FULL},          {"mono", MONO}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i].name) == 0) {
            stream->planes = known[i].planes;
            return BRG_OK;
        }
    brg_fail(error, BRG_E_UNSUPPORTED, "Y4M video of kind C%.20s is not read.", name);
    return brg_error_hint(error, "Write it as 8-bit 4:2:0: ffmpeg -i IN -pix_fmt yuv420p OUT.y4m");
}

static void read_rate(brg_y4m *stream, const char *text) {
    const char *end;
    int64_t numerator = read_number(text, &end), denominator = 0;
    if (*end == ':')
        denominator = read_number(end + 1, &end);
    double rate = denominator > 0 ? (double)numerator / (double)denominator : 0;
    if (rate > 0 && rate <= 1000)
        stream->info.frames_per_s = rate;
}

static brg_status read_word(brg_y4m *stream, const char *word, brg_error *error) {
    const char *end;
    switch (word[0]) {
    case 'W':
        stream->info.width = read_number(word + 1, &end);
        return BRG_OK;
    case 'H':
        stream->info.height = read_number(word + 1, &end);
        return BRG_OK;
    case 'F':
        read_rate(stream, word + 1);
        return BRG_OK;
    case 'C':
        return read_planes(stream, word + 1, error);
    case 'X':
        stream->full_range |= strcmp(word, "XCOLORRANGE=FULL") == 0;
        return BRG_OK;
    default: /* interlacing and the pixels' aspect change nothing here */
        return BRG_OK;
    }
}

static brg_status read_header(brg_y4m *stream, brg_error *error) {
    char line[MAX_LINE], *rest = line, *word;
    brg_status status = read_line(stream->file, line, error);
    if (status != BRG_OK || strncmp(line, "YUV4MPEG2 ", 10) != 0)
        return status == BRG_E_IO ? status
                                  : brg_fail(error, BRG_E_FORMAT,
                                             "This is no Y4M video: its first line is not "
                                             "that of one.");
    stream->info = (brg_y4m_info){.width = -1, .height = -1, .frames_per_s = 25};
    stream->planes = QUARTERED;
    strtok_r(rest, " ", &rest);
    while (status == BRG_OK && (word = strtok_r(NULL, " ", &rest)))
        status = read_word(stream, word, error);
    if (status != BRG_OK)
        return status;
    if (stream->info.width < 1 || stream->info.height < 1)
        return brg_fail(error, BRG_E_FORMAT, "The Y4M video does not say how large it is.");
    return brg_image_check_size(stream->info.width, stream->info.height, error);
}

/* ---- opening and closing --------------------------------------------------------------------- */

static brg_status make_room(brg_y4m *stream, brg_error *error) {
    size_t w = (size_t)stream->info.width, h = (size_t)stream->info.height;
    stream->luma = w * h;
    stream->chroma = stream->planes == FULL        ? w * h
                     : stream->planes == QUARTERED ? ((w + 1) / 2) * ((h + 1) / 2)
                                                   : 0;
    stream->info.channels = stream->planes == MONO ? 1 : 3;
    stream->first = ftell(stream->file);
    stream->picture = malloc(stream->luma + 2 * stream->chroma);
    return stream->picture ? BRG_OK
                           : brg_fail(error, BRG_E_MEMORY, "There is no memory for the video.");
}

brg_status brg_y4m_open(const char *path, brg_y4m **out, brg_error *error) {
    brg_y4m *stream = calloc(1, sizeof *stream);
    if (!stream)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the video.");
    stream->file = fopen(path, "rb");
    brg_status status = stream->file ? read_header(stream, error)
                                     : brg_fail(error, BRG_E_IO, "%.160s cannot be opened: %s.",
                                                path, strerror(errno));
    if (status == BRG_OK)
        status = make_room(stream, error);
    if (status != BRG_OK) {
        brg_y4m_close(stream);
        return status;
    }
    *out = stream;
    return BRG_OK;
}

void brg_y4m_close(brg_y4m *stream) {
    if (!stream)
        return;
    if (stream->file)
        fclose(stream->file);
    free(stream->picture);
    free(stream);
}

brg_y4m_info brg_y4m_describe(const brg_y4m *stream) {
    return stream->info;
}

brg_status brg_y4m_rewind(brg_y4m *stream, brg_error *error) {
    if (stream->first < 0 || fseek(stream->file, stream->first, SEEK_SET) != 0)
        return brg_fail(error, BRG_E_IO, "The video cannot be started again: it is no plain file.");
    return BRG_OK;
}

/* ---- pictures -------------------------------------------------------------------------------- */

static uint8_t clamp(int32_t value) {
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* BT.601 in 16 bits after the point. In the narrow range black is 16, white 235, and chroma spans
 * 224 levels. */
typedef struct matrix {
    int32_t black, luma, red_v, green_u, green_v, blue_u;
} matrix;

static const matrix narrow = {16, 76309, 104597, 25675, 53279, 132201};
static const matrix full = {0, 65536, 91881, 22554, 46802, 116130};

static void convert_row(const matrix *m, const uint8_t *luma, const uint8_t *u, const uint8_t *v,
                        int64_t w, int shift, uint8_t *rgb) {
    for (int64_t x = 0; x < w; x++, rgb += 3) {
        int32_t y = (luma[x] - m->black) * m->luma + 32768;
        int32_t du = u[x >> shift] - 128, dv = v[x >> shift] - 128;
        rgb[0] = clamp((y + m->red_v * dv) >> 16);
        rgb[1] = clamp((y - m->green_u * du - m->green_v * dv) >> 16);
        rgb[2] = clamp((y + m->blue_u * du) >> 16);
    }
}

/* In the narrow range grey too goes from 16 to 235. */
static void convert_mono(const brg_y4m *stream, uint8_t *grey) {
    const matrix *m = stream->full_range ? &full : &narrow;
    for (size_t i = 0; i < stream->luma; i++)
        grey[i] = clamp(((stream->picture[i] - m->black) * m->luma + 32768) >> 16);
}

static void convert(const brg_y4m *stream, uint8_t *rgb) {
    int shift = stream->planes == QUARTERED ? 1 : 0;
    int64_t w = stream->info.width, chroma_w = (w + shift) >> shift;
    const uint8_t *u = stream->picture + stream->luma, *v = u + stream->chroma;
    for (int64_t y = 0; y < stream->info.height; y++) {
        int64_t row = (y >> shift) * chroma_w;
        convert_row(stream->full_range ? &full : &narrow, stream->picture + y * w, u + row, v + row,
                    w, shift, rgb + 3 * y * w);
    }
}

static brg_status read_planes_of_frame(brg_y4m *stream, brg_error *error) {
    char line[MAX_LINE];
    brg_status status = read_line(stream->file, line, error);
    if (status != BRG_OK)
        return status;
    if (strncmp(line, "FRAME", 5) != 0)
        return brg_fail(error, BRG_E_FORMAT,
                        "The video is damaged: a picture does not begin where "
                        "it should.");
    size_t size = stream->luma + 2 * stream->chroma;
    if (fread(stream->picture, 1, size, stream->file) != size)
        return brg_fail(error, BRG_E_FORMAT, "The video is cut off in the middle of a picture.");
    return BRG_OK;
}

brg_status brg_y4m_read(brg_y4m *stream, brg_tensor **frame, brg_error *error) {
    brg_status status = read_planes_of_frame(stream, error);
    if (status == BRG_E_NOT_FOUND)
        return brg_fail(error, BRG_E_NOT_FOUND, "The video has come to its end.");
    if (status != BRG_OK)
        return status;
    brg_tensor *made = NULL;
    status = brg_image_allocate(stream->info.width, stream->info.height, stream->info.channels,
                                &made, error);
    if (status != BRG_OK)
        return status;
    if (stream->planes == MONO)
        convert_mono(stream, brg_tensor_writable(made));
    else
        convert(stream, brg_tensor_writable(made));
    *frame = made;
    return BRG_OK;
}
