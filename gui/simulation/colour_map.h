/* Colour maps: numbers as colours. Perceptually even: stops are joined in a space in which equal
 * distances look equal. The same in every theme. */
#ifndef BRIGADE_GUI_SIMULATION_COLOUR_MAP_H
#define BRIGADE_GUI_SIMULATION_COLOUR_MAP_H

#include <stdint.h>

enum { BRG_MAPS = 4, BRG_MAP_SIZE = 256 };

typedef struct brg_colour_map {
    uint8_t rgba[BRG_MAP_SIZE][4];
} brg_colour_map;

/* The names of the maps, and the index-th of them: dark for 0, light for the last. */
const char *const *brg_colour_map_names(void);
void brg_colour_map_make(int index, brg_colour_map *map);

/* The colour at 0..1; beyond, and for NaN, that of the nearer end or of 0. */
static inline const uint8_t *brg_colour_map_at(const brg_colour_map *map, float t) {
    float place = t * (BRG_MAP_SIZE - 1) + 0.5f;
    return map->rgba[place >= 0 ? place < BRG_MAP_SIZE - 1 ? (int)place : BRG_MAP_SIZE - 1 : 0];
}

#endif
