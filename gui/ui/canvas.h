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

#ifdef __cplusplus
extern "C" {
#endif

struct GLFWwindow;

enum { BRG_CANVAS_PARTS = 8 };

/* In pixels, from the top left. */
typedef struct brg_canvas_part {
    int x, y, w, h;
} brg_canvas_part;

typedef struct brg_canvas {
    int w, h;                                                  /* 0: none */
    unsigned framebuffer, texture, program, vertices, corners; /* OpenGL's names */
    bool asked;                                                /* what OpenGL offers here */
    void (*copy_part)(void *display, unsigned long drawable, int x, int y, int w, int h);
    void *display;
    unsigned long drawable;
    brg_canvas_part parts[BRG_CANVAS_PARTS]; /* drawn, and not on the screen yet */
    size_t part_count;
} brg_canvas;

/* Begins a frame of the window's size: what is drawn from now on goes to the canvas. True if its
 * content is undefined and everything has to be drawn. */
bool brg_canvas_begin(brg_canvas *canvas, struct GLFWwindow *window);

/* Notes that a part was drawn. */
void brg_canvas_touch(brg_canvas *canvas, brg_canvas_part part);

/* Ends the frame: the window's back buffer holds it, as for a screenshot. */
void brg_canvas_end(const brg_canvas *canvas);

/* Brings what was drawn to the screen; nothing if nothing was. */
void brg_canvas_present(brg_canvas *canvas, struct GLFWwindow *window);

void brg_canvas_clear(brg_canvas *canvas);

#ifdef __cplusplus
}
#endif

#endif
