/* Colour maps. See colour_map.h. */
#include "simulation/colour_map.h"

#include <math.h>

enum { STOPS = 6 };

static const char *const names[BRG_MAPS] = {"lagoon", "ember", "moss", "ink"};

/* Of rising lightness, so that a map can be read without its colours. */
static const uint32_t stops[BRG_MAPS][STOPS] = {
    {0x0b1020, 0x12345c, 0x13708a, 0x35b09a, 0xb7e3a8, 0xfff8dc},
    {0x0c0a1c, 0x45155c, 0x99225c, 0xe0533c, 0xf8a542, 0xfff3c4},
    {0x0d1512, 0x17403a, 0x2a7350, 0x77a64a, 0xd6cf6a, 0xfffbe3},
    {0x0f1115, 0x343a46, 0x626b7a, 0x969eab, 0xcbd0d8, 0xfbfcfd},
};

/* Oklab, and back: Ottosson, "A perceptual color space for image processing", 2020. */
typedef struct lab {
    float l, a, b;
} lab;

static float to_linear(uint32_t level) {
    float v = (float)level / 255.0f;
    return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

static uint8_t to_level(float linear) {
    float v = linear <= 0.0031308f ? 12.92f * linear : 1.055f * powf(linear, 1 / 2.4f) - 0.055f;
    return (uint8_t)(fminf(fmaxf(v, 0), 1) * 255.0f + 0.5f);
}

static lab to_lab(uint32_t colour) {
    float r = to_linear(colour >> 16), g = to_linear(colour >> 8 & 255),
          b = to_linear(colour & 255);
    float l = cbrtf(0.4122214708f * r + 0.5363325363f * g + 0.0514459929f * b);
    float m = cbrtf(0.2119034982f * r + 0.6806995451f * g + 0.1073969566f * b);
    float s = cbrtf(0.0883024619f * r + 0.2817188376f * g + 0.6299787005f * b);
    return (lab){0.2104542553f * l + 0.7936177850f * m - 0.0040720468f * s,
                 1.9779984951f * l - 2.4285922050f * m + 0.4505937099f * s,
                 0.0259040371f * l + 0.7827717662f * m - 0.8086757660f * s};
}

static void from_lab(lab c, uint8_t rgba[4]) {
    float l = c.l + 0.3963377774f * c.a + 0.2158037573f * c.b;
    float m = c.l - 0.1055613458f * c.a - 0.0638541728f * c.b;
    float s = c.l - 0.0894841775f * c.a - 1.2914855480f * c.b;
    l = l * l * l;
    m = m * m * m;
    s = s * s * s;
    rgba[0] = to_level(4.0767416621f * l - 3.3077115913f * m + 0.2309699292f * s);
    rgba[1] = to_level(-1.2684380046f * l + 2.6097574011f * m - 0.3413193965f * s);
    rgba[2] = to_level(-0.0041960863f * l - 0.7034186147f * m + 1.7076147010f * s);
    rgba[3] = 255;
}

const char *const *brg_colour_map_names(void) {
    return names;
}

void brg_colour_map_make(int index, brg_colour_map *map) {
    const uint32_t *of = stops[index >= 0 && index < BRG_MAPS ? index : 0];
    for (int i = 0; i < BRG_MAP_SIZE; i++) {
        float place = (float)i * (STOPS - 1) / (BRG_MAP_SIZE - 1);
        int first = place < STOPS - 1 ? (int)place : STOPS - 2;
        float t = place - (float)first;
        lab a = to_lab(of[first]), b = to_lab(of[first + 1]);
        from_lab((lab){a.l + t * (b.l - a.l), a.a + t * (b.a - a.a), a.b + t * (b.b - a.b)},
                 map->rgba[i]);
    }
}
