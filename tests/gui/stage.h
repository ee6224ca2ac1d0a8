/* A stage for the window: a display of its own, the real program on it, and hands to use it with.
 */
#ifndef TESTS_GUI_STAGE_H
#define TESTS_GUI_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <criterion/criterion.h>

#include <brigade/tensor.h>
#include <cjson/cJSON.h>

/* What a run of the window left behind. */
typedef struct outcome {
    int code; /* exit code; -1 if a signal ended it */
    char out[4096];
    char err[4096];
} outcome;

/* For tests that need a display: starts Xvfb with a screen of that size, or skips the test. */
void raise_curtain(int w, int h);

/* The end of every test: the display and the test's directory go. */
void drop_curtain(void);

/* Starts brigade-gui with the words of the printf-style line, in the test's directory. Without a
 * curtain raised it finds no display. */
pid_t start(const char *line, ...) __attribute__((format(printf, 1, 2)));

/* Waits until it ends, three minutes at most. */
outcome finish(pid_t program);

/* Both. */
outcome run(const char *line, ...) __attribute__((format(printf, 1, 2)));

/* Files in the test's directory: its report, a picture, a file to be written. */
cJSON *read_report(const char *name);
void read_text(const char *name, char *text, size_t size); /* what there is room for */
brg_tensor *read_picture(const char *name);
void write_file(const char *name, const void *bytes, size_t size);

/* The number of that name in a report, which must have it. */
double number(const cJSON *report, const char *name);

/* How many pixels of a picture have exactly that colour, 0xRRGGBB. */
int64_t pixels_of(const brg_tensor *picture, uint32_t colour);

/* Looking at a window that was started with --report r.json: what its report says now. Not for a window that
 * is frozen. The next two look until a number of the report, such as "workbench.pairs", is at least that, true being 1
 * and false 0, or until a text of it is that; a minute at most. */
cJSON *look(void);
cJSON *await_text(const char *path, const char *text);

/* Waits for what the test is about, and no longer. */
void await_window(void);
void await_done(const char *path, double least);

/* Closes the window by its keys. It must end well; what it reports then. */
cJSON *close_window(pid_t window);

/* Hands. Widgets are waited for and found by their ids. */
void click(const char *widget);
void press_key(const char *name);

/* Holds a key down, and lets it go. */
void hold_key(const char *name);
void let_key_go(const char *name);

/* Drags with a button from one place within a widget to another, as parts of its sides, in as many
 * moves. */
void drag(const char *widget, int button, const float from[2], const float to[2], int moves);
/* The same, but the button stays down. */
void drag_and_hold(const char *widget, int button, const float from[2], const float to[2],
                   int moves);

/* Turns the wheel over a widget's middle: up, or down for fewer than 0 clicks. */
void scroll(const char *widget, int clicks);
void resize_window(int w, int h);

/* Seconds of processor time that a process has used. */
double processor_seconds(pid_t process);

/* Waits until a window has used next to no processor time for a second. */
void await_rest(pid_t process);

void pause_ms(int ms);

#endif
