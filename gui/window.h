/* The window: GLFW's part. Creates it with an OpenGL 3.3 context and notes what the user did. */
#ifndef BRIGADE_GUI_WINDOW_H
#define BRIGADE_GUI_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "log.h"
#include "ui/surface.h"

struct GLFWwindow;

enum { BRG_KEYS = 16 };

typedef struct brg_window {
    struct GLFWwindow *handle;
    brg_surface surface;
    float scale;       /* framebuffer pixels per logical pixel */
    uint64_t input_ns; /* when the user, or the system on the user's behalf, last did something */
    uint64_t first_input_ns; /* the first since it was last set to 0 */
    bool exposed;            /* what the screen shows was lost: the frame is to be presented anew */
    int keys[BRG_KEYS];      /* pressed since the last look, as brg_view's `key` has them */
    int key_count;
    bool asked_for_report; /* F9 was pressed: to be set to false by whoever writes it */
    bool repeating;        /* the key that is held repeats itself */
    void (*dropped)(void *listener, const char *path); /* a file; NULL: nobody listens yet */
    void *listener;
} brg_window;

/* Opens a window of 1280x800 logical pixels, or what fits the monitor. A scale of 0 is the
 * monitor's. BRG_E_UNSUPPORTED, with what to do about it, if there is no display or no OpenGL 3.3.
 * The window must not move in memory until it is closed. */
brg_status brg_window_open(brg_window *window, double scale, brg_error *error);
void brg_window_close(brg_window *window);

/* True if there is something to draw on: neither minimised nor without pixels. */
bool brg_window_visible(const brg_window *window);

/* Moves GLFW's latest complaint, if there is one, to the log. */
void brg_window_report(brg_log *log);

/* Wakes the loop; may be called from any thread. The argument is not used. */
void brg_window_wake(void *unused);

#endif
