/* The screen as somebody sees it who sits in front of it: where it changes and when, what colour it
 * has, and a hand at mouse and keyboard. Everything goes through a connection of its own to the X
 * server; nothing is asked of the program that is watched.
 *
 * Times are CLOCK_MONOTONIC, read when the server's message arrives. */
#ifndef TESTS_GUI_LATENCY_SCREEN_H
#define TESTS_GUI_LATENCY_SCREEN_H

#include <X11/Xlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct area {
    int x, y, w, h;
} area;

typedef struct screen {
    Display *display;
    Window root;
    int damage_event; /* the event type of a change of the screen */
    pid_t server;     /* the Xvfb that was started for this; 0: the display was there */
} screen;

/* A change of the screen, as the server tells it. */
typedef struct change {
    uint64_t at_ns;
    area where;
} change;

enum { MAX_PIXELS = 4096 };

typedef struct picture {
    int count;
    uint32_t pixels[MAX_PIXELS];
} picture;

uint64_t now_ns(void);

/* Connects to $DISPLAY if `use_display`, else starts an Xvfb of 1280x800 for this. Skips the whole
 * measurement if there is no Xvfb, or the server lacks an extension. */
void screen_open(screen *s, bool use_display);

/* Disconnects, and ends the Xvfb that was started. */
void screen_close(screen *s);

/* The next change before a time; false when there was none until then. */
bool screen_change(screen *s, uint64_t until_ns, change *c);

/* Reads what an area looks like, at most MAX_PIXELS of it; true if that is not as in `p`. */
void screen_look(screen *s, area where, picture *p);
bool screen_differs(screen *s, area where, const picture *p);

/* Waits until an area no longer looks as in `p`, or until it does. Returns the time at which that
 * was known; 0 if it did not come by the given time. Looks only when the area was drawn to. */
uint64_t screen_await_change(screen *s, area where, const picture *p, uint64_t until_ns);
uint64_t screen_await_look(screen *s, area where, const picture *p, uint64_t until_ns);

/* Lets time pass; changes meanwhile are forgotten. */
void screen_pause(screen *s, double ms);

/* The hand. A key is named as in X11/keysymdef.h, for example "Escape". */
void screen_point(screen *s, int x, int y);
void screen_key(screen *s, const char *key, bool down);

/* Where the window of that name is; false if there is none. */
bool screen_find(screen *s, const char *name, area *where);

/* Gives that window another size. */
void screen_resize(screen *s, const char *name, int w, int h);

#endif
