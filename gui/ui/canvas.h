/* The canvas: what the window looks like, kept from frame to frame, so that a frame need only draw
 * what changed, and need only bring that to the screen.
 *
 * Software OpenGL under X can copy a part of the window's back buffer to the screen and leaves the
 * buffer as it is: there the back buffer is the canvas, and a frame in which a few dots move costs
 * no more than these dots. Elsewhere the back buffer is undefined after a swap: there the canvas
 * is a texture that is copied to it as a whole, and swapped, which costs a graphics card nothing.
 */
#ifndef BRIGADE_GUI_UI_CANVAS_H
#define BRIGADE_GUI_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

struct GLFWwindow;

typedef struct brg_canvas {
    int w, h;                                                  /* 0: none */
    unsigned framebuffer, texture, program, vertices, corners; /* OpenGL's names */
    bool asked;                                                /* what OpenGL offers here */
    void (*copy_part)(void *display, unsigned long drawable, int x, int y, int w, int h);
    void *display;
    unsigned long drawable;
} brg_canvas;

/* Begins a frame of that size: what is drawn from now on goes to the canvas. True if its
 * content is undefined and everything has to be drawn. */
bool brg_canvas_begin(brg_canvas *canvas, struct GLFWwindow *window, int w, int h);

/* Ends the frame: the window's back buffer holds it, as for a screenshot. */
void brg_canvas_end(const brg_canvas *canvas);

/* Brings patches that were drawn to the screen; where that is not possible everything, and nothing if
 * there are none. */
void brg_canvas_present(const brg_canvas *canvas, struct GLFWwindow *window,
                        const brg_patch *patches, size_t count);

void brg_canvas_clear(brg_canvas *canvas);

#ifdef __cplusplus
}
#endif

#endif
