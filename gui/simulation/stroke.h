/* Strokes: lines drawn by the mouse into a state of cells {u, v}. */
#ifndef BRIGADE_GUI_SIMULATION_STROKE_H
#define BRIGADE_GUI_SIMULATION_STROKE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct brg_stroke {
    float x0, y0, x1, y1, radius; /* in cells */
    bool erases;
} brg_stroke;

/* Draws a stroke into h x w cells, round the edges of the torus. */
void brg_stroke_draw(const brg_stroke *stroke, int64_t w, int64_t h, float *cells);

/* Fills w x h cells with u alone, where nothing happens, and a few drops of v; the same each time.
 */
void brg_stroke_begin(int64_t w, int64_t h, float *cells);

#endif
