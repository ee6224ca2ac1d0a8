/* The surface: what the window system told about the window and the pointer on it.
 *
 * It is kept from events. Asking would each time be a message to the display's server and a wait for
 * the answer, in every frame, on a machine whose processors are busy. */
#ifndef BRIGADE_GUI_UI_SURFACE_H
#define BRIGADE_GUI_UI_SURFACE_H

#include <stdbool.h>

enum { BRG_BUTTONS = 5 };

typedef struct brg_surface {
    int w, h;                  /* of the window, in its own coordinates */
    int pixels_w, pixels_h;    /* of the framebuffer */
    double x, y;               /* the pointer */
    bool inside;               /* the pointer is on the window */
    bool pressed[BRG_BUTTONS]; /* since they were last cleared, however shortly */
    bool minimised;
} brg_surface;

#endif
