/* Pictures of both models: concentrations with a little light from the side, and counts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulation/view.h"

/* The largest concentration of v that patterns reach. */
static const float brightest = 0.42f;

/* How much steepness lightens and darkens. */
static const float relief = 1.6f;

static const uint8_t inside[4] = {9, 10, 16, 255};

static bool make_room(brg_picture *picture, int32_t w, int32_t h) {
    if (picture->w == w && picture->h == h)
        return true;
    brg_picture_clear(picture);
    picture->rgba = malloc((size_t)w * (size_t)h * 4);
    if (!picture->rgba)
        return false;
    picture->w = w;
    picture->h = h;
    picture->aspect = (float)w / (float)h;
    return true;
}

/* ---- the reaction ---------------------------------------------------------------------------- */

/* `above` and `row` are rows of cells {u, v}. */
static void develop_row(const brg_colour_map *map, const float *above, const float *row, int64_t w,
                        uint8_t *rgba) {
    float before = row[2 * (w - 1) + 1];
    for (int64_t x = 0; x < w; x++, rgba += 4) {
        float v = row[2 * x + 1];
        float light = 1 + relief * (2 * v - before - above[2 * x + 1]);
        const uint8_t *colour = brg_colour_map_at(map, v / brightest);
        for (int c = 0; c < 3; c++) {
            float level = (float)colour[c] * light;
            rgba[c] = level > 0 ? level < 255 ? (uint8_t)level : 255 : 0;
        }
        rgba[3] = 255;
        before = v;
    }
}

static bool develop_reaction(brg_simulation *simulation) {
    const brg_reaction *reaction = &simulation->reaction;
    if (!reaction->state ||
        !make_room(&simulation->picture, (int32_t)reaction->w, (int32_t)reaction->h))
        return false;
    const float *cells = brg_tensor_data(reaction->state);
    int64_t w = reaction->w, h = reaction->h;
    for (int64_t y = 0; y < h; y++)
        develop_row(&simulation->colours, cells + 2 * w * ((y + h - 1) % h), cells + 2 * w * y, w,
                    simulation->picture.rgba + 4 * w * y);
    return true;
}

/* ---- the fractal ----------------------------------------------------------------------------- */

/* Colours go up and down the map as counts grow: once until the set is near, then ever more slowly.
 */
static void fill_table(const brg_colour_map *map, int32_t iterations, uint8_t (*table)[4]) {
    for (int32_t n = 0; n < iterations; n++) {
        float turns = 0.05f * powf(log2f(1 + (float)n), 1.5f);
        float t = 2 * (turns - floorf(turns));
        memcpy(table[n], brg_colour_map_at(map, t <= 1 ? t : 2 - t), 4);
    }
    memcpy(table[iterations], inside, 4);
}

/* The mean of side x side samples. */
static void mix_samples(const int32_t *counts, int64_t pitch, int side, uint8_t (*table)[4],
                        uint8_t *rgba) {
    unsigned sum[3] = {0};
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            for (int c = 0; c < 3; c++)
                sum[c] += table[counts[y * pitch + x]][c];
    for (int c = 0; c < 3; c++)
        rgba[c] = (uint8_t)((sum[c] + (unsigned)(side * side / 2)) / (unsigned)(side * side));
    rgba[3] = 255;
}

static bool develop_fractal(brg_simulation *simulation) {
    const brg_fractal *fractal = &simulation->fractal;
    if (!fractal->counts)
        return false;
    const int64_t *dims = brg_tensor_shape(fractal->counts)->dims;
    int side = fractal->shown_fineness == BRG_FINE ? 2 : 1;
    int64_t w = dims[1] / side, h = dims[0] / side;
    int32_t iterations = fractal->shown.iterations;
    uint8_t(*table)[4] = malloc(((size_t)iterations + 1) * sizeof *table);
    if (!table || !make_room(&simulation->picture, (int32_t)w, (int32_t)h)) {
        free(table);
        return false;
    }
    fill_table(&simulation->colours, iterations, table);
    const int32_t *counts = brg_tensor_data(fractal->counts);
    for (int64_t y = 0; y < h; y++)
        for (int64_t x = 0; x < w; x++)
            mix_samples(counts + y * side * dims[1] + x * side, dims[1], side, table,
                        simulation->picture.rgba + 4 * (y * w + x));
    free(table);
    simulation->plane = fractal->shown;
    return true;
}

/* ---- either ---------------------------------------------------------------------------------- */

void brg_simulation_develop(brg_simulation *simulation) {
    bool is_fractal = simulation->is_fractal;
    uint64_t serial = is_fractal ? simulation->fractal.serial : simulation->reaction.serial;
    bool other_colours = simulation->colours_of != simulation->map;
    if (!other_colours && simulation->painted == serial &&
        simulation->picture_of_fractal == is_fractal && simulation->texture.name)
        return;
    if (other_colours)
        brg_colour_map_make(simulation->map, &simulation->colours);
    simulation->colours_of = simulation->map;
    if (!(is_fractal ? develop_fractal(simulation) : develop_reaction(simulation)))
        return;
    simulation->painted = serial;
    simulation->picture_of_fractal = is_fractal;
    simulation->texture.smooth = true;
    brg_texture_show(&simulation->texture, &simulation->picture, ++simulation->picture_serial);
}
