/* The reference: the least a window at sixty frames a second can do. See subject.h. */
#include <X11/Xlib.h>
#include <stdlib.h>
#include <time.h>

#include "subject.h"

const area reference_field = {100, 100, 120, 40};

typedef struct window {
    Display *display;
    Window handle;
    GC ink;
    bool lit;
} window;

static void open_window(window *w) {
    w->display = XOpenDisplay(NULL);
    if (!w->display)
        exit(1);
    w->handle = XCreateSimpleWindow(w->display, DefaultRootWindow(w->display), 0, 0, 640, 400, 0, 0,
                                    0x203040);
    w->ink = XCreateGC(w->display, w->handle, 0, NULL);
    XStoreName(w->display, w->handle, REFERENCE_NAME);
    XSelectInput(w->display, w->handle, PointerMotionMask);
    XMapWindow(w->display, w->handle);
}

static bool inside(area r, int x, int y) {
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static void take_events(window *w) {
    while (XPending(w->display) > 0) {
        XEvent event;
        XNextEvent(w->display, &event);
        if (event.type == MotionNotify)
            w->lit = inside(reference_field, event.xmotion.x, event.xmotion.y);
    }
}

static void fill(window *w, area r, unsigned long colour) {
    XSetForeground(w->display, w->ink, colour);
    XFillRectangle(w->display, w->handle, w->ink, r.x, r.y, (unsigned)r.w, (unsigned)r.h);
}

void reference_run(void) {
    window w = {0};
    open_window(&w);
    uint64_t due_ns = now_ns();
    for (unsigned frame = 0;; frame++) {
        take_events(&w);
        fill(&w, (area){20, 20, 64, 64}, frame % 2 ? 0xffffff : 0x808080);
        fill(&w, reference_field, w.lit ? 0xffc000 : 0x405060);
        XFlush(w.display);
        due_ns += 16666667;
        struct timespec due = {(time_t)(due_ns / 1000000000u), (long)(due_ns % 1000000000u)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    }
}
