/* Pictures: an image file becomes what a model takes. See brg_model_picture in brigade/train.h.
 *
 * A digit written on paper is made to look as those of MNIST were made to (LeCun, Bottou, Bengio and
 * Haffner, "Gradient-based learning applied to document recognition", 1998): light ink on black, scaled
 * to fit 20x20 with its proportions kept, its centre of mass in the middle of 28x28. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "brigade/train.h"

/* What of a pixel to take: a channel of red, green and blue, or the grey of them. */
enum { GREY = 3 };

enum {
    LEVELS = 256,
    INK = 26 /* a tenth of white: what is darker does not count for the extent */
};

typedef struct plane {
    uint8_t *at;
    int64_t height, width;
} plane;

/* An extent in pixels. */
typedef struct box {
    double top, bottom, left, right;
} box;

/* What is transparent shows white paper. */
static uint8_t shade(const uint8_t *pixel, int64_t channels, int32_t wanted) {
    double value = pixel[0];
    if (channels >= 3)
        value =
            wanted == GREY ? 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2] : pixel[wanted];
    if (channels == 4)
        value = 255 + (value - 255) * pixel[3] / 255;
    return (uint8_t)lround(value);
}

static void take(const brg_tensor *image, int32_t wanted, const plane *to) {
    int64_t channels = brg_tensor_shape(image)->dims[2], count = to->height * to->width;
    const uint8_t *pixels = brg_tensor_data(image);
    for (int64_t i = 0; i < count; i++)
        to->at[i] = shade(pixels + i * channels, channels, wanted);
}

/* ---- ink on paper ---- */

static void count_border(const plane *p, int64_t counts[LEVELS]) {
    memset(counts, 0, LEVELS * sizeof *counts);
    for (int64_t y = 0; y < p->height; y++) {
        const uint8_t *row = p->at + y * p->width;
        int64_t step = y == 0 || y == p->height - 1 || p->width == 1 ? 1 : p->width - 1;
        for (int64_t x = 0; x < p->width; x += step)
            counts[row[x]]++;
    }
}

static int32_t median(const int64_t counts[LEVELS]) {
    int64_t all = 0, below = 0;
    int32_t level = 0;
    for (int32_t i = 0; i < LEVELS; i++)
        all += counts[i];
    while (level < LEVELS - 1 && 2 * (below += counts[level]) < all)
        level++;
    return level;
}

/* The level up to which everything is paper: the border's median, and four times how far from it half of
 * the border is. Medians, so that a stroke that runs over the edge does not count. */
static int32_t find_paper(const plane *p) {
    int64_t counts[LEVELS], away[LEVELS] = {0};
    count_border(p, counts);
    int32_t paper = median(counts);
    for (int32_t i = 0; i < LEVELS; i++)
        away[abs(i - paper)] += counts[i];
    return paper + 4 * median(away);
}

static void map_levels(const plane *p, const uint8_t levels[LEVELS]) {
    int64_t count = p->height * p->width;
    for (int64_t i = 0; i < count; i++)
        p->at[i] = levels[p->at[i]];
}

/* Returns whether it was light. */
static bool make_paper_dark(const plane *p) {
    int64_t counts[LEVELS];
    uint8_t inverse[LEVELS];
    for (int32_t i = 0; i < LEVELS; i++)
        inverse[i] = (uint8_t)(255 - i);
    count_border(p, counts);
    bool light = median(counts) > 127;
    if (light)
        map_levels(p, inverse);
    return light;
}

/* Paper becomes 0, the strongest ink 255. */
static brg_status spread_levels(const plane *p, brg_error *error) {
    uint8_t levels[LEVELS];
    int32_t paper = find_paper(p), ink = 0;
    int64_t count = p->height * p->width;
    for (int64_t i = 0; i < count; i++)
        ink = p->at[i] > ink ? p->at[i] : ink;
    if (ink - paper < INK) {
        brg_fail(error, BRG_E_ARGUMENT,
                 "There is nothing to see on this picture but its background.");
        brg_error_hint(error,
                       "Give a picture of one dark thing on light ground, or light on dark.");
        return BRG_E_ARGUMENT;
    }
    for (int32_t i = 0; i < LEVELS; i++) {
        double level = 255.0 * (i - paper) / (ink - paper);
        levels[i] = (uint8_t)lround(fmin(fmax(level, 0), 255));
    }
    map_levels(p, levels);
    return BRG_OK;
}

static box find_ink(const plane *p) {
    box b = {.top = (double)p->height, .left = (double)p->width};
    for (int64_t y = 0; y < p->height; y++)
        for (int64_t x = 0; x < p->width; x++)
            if (p->at[y * p->width + x] >= INK) {
                b.top = fmin(b.top, (double)y), b.bottom = fmax(b.bottom, (double)y + 1);
                b.left = fmin(b.left, (double)x), b.right = fmax(b.right, (double)x + 1);
            }
    return b;
}

static void find_mass(const plane *p, const box *b, double *middle_y, double *middle_x) {
    double mass = 0, y_mass = 0, x_mass = 0;
    for (int64_t y = (int64_t)b->top; y < (int64_t)b->bottom; y++)
        for (int64_t x = (int64_t)b->left; x < (int64_t)b->right; x++) {
            double m = p->at[y * p->width + x];
            mass += m, y_mass += m * ((double)y + 0.5), x_mass += m * ((double)x + 0.5);
        }
    *middle_y = y_mass / mass, *middle_x = x_mass / mass;
}

/* Where a box begins, in whole pixels, so that `middle`, counted from its beginning, comes to the middle of
 * a side, but all of the box is seen. In MNIST's own images the middle is that of the pixel (14, 14), so it is
 * half a pixel beyond the geometric one. */
static double place(double middle, double length, double side) {
    double room = floor(side - length + 1e-6);
    return fmin(fmax(round((side + 1) / 2 - middle), 0), fmax(room, 0));
}

/* ---- scaling ---- */

/* How much of [from, to) the pixel at `i` covers. */
static double cover(int64_t i, double from, double to) {
    return fmax(0, fmin(to, (double)i + 1) - fmax(from, (double)i));
}

/* The mean over a part of a plane, which is 0 outside itself. */
static uint8_t average(const plane *p, const box *b) {
    int64_t top = (int64_t)fmax(floor(b->top), 0), left = (int64_t)fmax(floor(b->left), 0);
    double sum = 0, area = (b->bottom - b->top) * (b->right - b->left);
    for (int64_t y = top; y < p->height && (double)y < b->bottom; y++) {
        double row = 0;
        for (int64_t x = left; x < p->width && (double)x < b->right; x++)
            row += p->at[y * p->width + x] * cover(x, b->left, b->right);
        sum += row * cover(y, b->top, b->bottom);
    }
    return (uint8_t)lround(fmin(sum / area, 255));
}

/* Draws `seen` of a plane into all of `to`. */
static void draw(const plane *p, const box *seen, const plane *to) {
    double tall = (seen->bottom - seen->top) / (double)to->height;
    double wide = (seen->right - seen->left) / (double)to->width;
    for (int64_t y = 0; y < to->height; y++)
        for (int64_t x = 0; x < to->width; x++) {
            double top = seen->top + tall * (double)y, left = seen->left + wide * (double)x;
            to->at[y * to->width + x] = average(p, &(box){top, top + tall, left, left + wide});
        }
}

/* What of a plane with ink on it is to be seen: 20/28 of a side for the ink. */
static box frame_ink(const plane *p, const plane *to) {
    double tall = (double)to->height, wide = (double)to->width, middle_y, middle_x;
    box ink = find_ink(p);
    double height = ink.bottom - ink.top, width = ink.right - ink.left;
    double scale = fmin(tall / height, wide / width) * 20 / 28;
    find_mass(p, &ink, &middle_y, &middle_x);
    double top = place((middle_y - ink.top) * scale, height * scale, tall);
    double left = place((middle_x - ink.left) * scale, width * scale, wide);
    box seen = {.top = ink.top - top / scale, .left = ink.left - left / scale};
    seen.bottom = seen.top + tall / scale, seen.right = seen.left + wide / scale;
    return seen;
}

static brg_status draw_ink(const brg_tensor *image, const plane *p, const plane *to, bool *inverted,
                           brg_error *error) {
    take(image, GREY, p);
    *inverted = make_paper_dark(p);
    brg_status status = spread_levels(p, error);
    if (status != BRG_OK)
        return status;
    box seen = frame_ink(p, to);
    draw(p, &seen, to);
    return BRG_OK;
}

static void draw_colours(const brg_tensor *image, const plane *p, const plane *to) {
    box all = {.bottom = (double)p->height, .right = (double)p->width};
    for (int32_t c = 0; c < 3; c++) {
        plane channel = {to->at + c * to->height * to->width, to->height, to->width};
        take(image, c, p);
        draw(p, &all, &channel);
    }
}

static brg_status check(const brg_model *model, const brg_shape *s, brg_error *error) {
    bool kind = s->rank == 3 && s->dtype == BRG_U8;
    if (!kind || s->dims[0] < 1 || s->dims[1] < 1 ||
        (s->dims[2] != 1 && s->dims[2] != 3 && s->dims[2] != 4))
        return brg_fail(error, BRG_E_SHAPE,
                        "A picture is u8 {height, width, channels} with 1, 3 or 4 channels.");
    if (model->channels != 1 && model->channels != 3)
        return brg_fail(error, BRG_E_SHAPE, "%s takes images of %d channels, which no picture has.",
                        model->name, (int)model->channels);
    return BRG_OK;
}

brg_status brg_model_picture(const brg_model *model, const brg_tensor *image, brg_tensor **input,
                             bool *inverted, brg_error *error) {
    const brg_shape *s = brg_tensor_shape(image);
    brg_status status = check(model, s, error);
    if (status != BRG_OK)
        return status;
    brg_shape shape = {
        .dtype = BRG_U8, .rank = 4, .dims = {1, model->channels, model->height, model->width}};
    plane p = {malloc((size_t)(s->dims[0] * s->dims[1])), s->dims[0], s->dims[1]};
    bool light = false;
    plane to = {malloc((size_t)(shape.dims[1] * shape.dims[2] * shape.dims[3])), model->height,
                model->width};
    if (!p.at || !to.at)
        status = brg_fail(error, BRG_E_MEMORY, "There is no memory for a picture.");
    else if (model->channels == 1)
        status = draw_ink(image, &p, &to, &light, error);
    else
        draw_colours(image, &p, &to);
    if (status == BRG_OK)
        status = brg_tensor_create(&shape, to.at, input, error);
    if (inverted)
        *inverted = light;
    free(p.at);
    free(to.at);
    return status;
}
