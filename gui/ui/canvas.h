/* The canvas: an off-screen copy of the window, so that a frame need only draw what changed.
 *
 * The window's own buffers cannot be relied on for that: what they hold after a swap is undefined.
 */
#ifndef BRIGADE_GUI_CANVAS_H
#define BRIGADE_GUI_CANVAS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct brg_canvas {
    unsigned framebuffer, texture, program, vertices, corners; /* OpenGL's names */
    int w, h;                                                  /* 0: none */
} brg_canvas;

/* Makes the canvas as large as the window. *fresh is set when its content is new and undefined.
 * False if OpenGL refuses: then the window has to be drawn directly. */
bool brg_canvas_stretch(brg_canvas *canvas, int w, int h, bool *fresh);

/* Copies the canvas to the window's back buffer. */
void brg_canvas_show(const brg_canvas *canvas);

void brg_canvas_clear(brg_canvas *canvas);

#ifdef __cplusplus
}
#endif

#endif
