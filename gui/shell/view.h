/* Views: the ways of looking at the engine, one behind each tab.
 *
 * A view is a model and the functions that look after it. The shell calls all of them on the
 * window's thread; none may wait for a device, but for a mode that freezes the window on purpose.
 * Models go on while their view is hidden. */
#ifndef BRIGADE_GUI_SHELL_VIEW_H
#define BRIGADE_GUI_SHELL_VIEW_H

#include <brigade/report.h>

#include "app.h"
#include "frame_clock.h"
#include "options.h"
#include "timeline/tracks.h"
#include "ui/ui.h"

/* What a frame is drawn with. */
typedef struct brg_scene {
    brg_ui *ui;
    brg_app *app;
    const brg_frame_clock *clock;
    const brg_tracks *tracks; /* the trace, sorted out */
    uint64_t now_ns;
    bool resting;           /* the last frame before the loop goes to sleep */
    bool calm;              /* frames are few, since something is measured */
    brg_frame_stats recent; /* of the last seconds */
} brg_scene;

/* A row of the table of views. What is NULL is left out. */
typedef struct brg_view {
    const char *id;   /* on the command line and in reports: "workbench" */
    const char *tab;  /* the widget that chooses it: "tab_workbench" */
    const char *name; /* on the tab */

    /* Makes the model, with what app->kept has for it, when the view is first shown. BRG_E_MEMORY,
     * BRG_E_INTERNAL. */
    brg_status (*create)(brg_app *app, void **model, brg_error *error);
    void (*destroy)(void *model);

    /* Takes what the command line says about this view. */
    void (*configure)(void *model, const brg_options *options);

    /* Takes what is ready and goes one step on; called whenever the engine or the user did
     * something, hidden or not. `shown` tells which. */
    void (*update)(void *model, bool shown);

    /* True while something is being done that will change what is shown: frames are drawn. */
    bool (*busy)(const void *model);

    /* Seconds between frames while something is measured that frames would disturb; 0: it is not. Then
     * the window sleeps in between, unless another view is busy. May be NULL. */
    double (*pause_s)(const void *model);

    /* Tells app->kept what should be there at the next start; called before the program ends. */
    void (*keep)(const void *model, brg_kept *kept);

    /* Draws a frame's panels within a place. */
    void (*draw)(void *model, const brg_scene *scene, brg_rect place);

    /* A frame was drawn and is on the screen, or none can be, because the window is hidden. */
    void (*seen)(void *model);

    void (*run)(void *model);    /* the space bar, and --auto-run */
    void (*cancel)(void *model); /* the escape key */

    /* Any other key while no widget takes the keyboard: a character in upper case, or brg_key. True
     * if it meant something. */
    bool (*key)(void *model, int key);

    /* What `key` answers to, a line each, "S  save the trace"; ends with NULL. For the list of
     * keys. */
    const char *const *keys;

    /* The user opened an image: the latest of app->photographs. */
    void (*opened)(void *model);

    /* The user opened a stream of pictures, a Y4M file; or a folder. The view is made and shown first. */
    void (*opened_stream)(void *model, const char *path);
    void (*opened_folder)(void *model, const char *path);

    /* True once what --auto-run started has come to an end. */
    bool (*settled)(const void *model);

    /* Adds what came of it to the report of an unattended run. */
    brg_status (*report)(const void *model, brg_report *report, brg_error *error);
} brg_view;

typedef enum brg_key {
    BRG_KEY_ESCAPE = 0x1b,
    BRG_KEY_LEFT = 0x100,
    BRG_KEY_RIGHT,
    BRG_KEY_UP,
    BRG_KEY_DOWN,
    BRG_KEY_PAGE_UP,
    BRG_KEY_PAGE_DOWN,
    BRG_KEY_HOME,
    BRG_KEY_END,
    BRG_KEY_ENTER,
    BRG_KEY_TAB,
    BRG_KEY_NEXT_VIEW, /* with control: for the shell alone */
    BRG_KEY_PREVIOUS_VIEW
} brg_key;

/* The views, in the order of their tabs. */
extern const brg_view brg_view_kitchen;
extern const brg_view brg_view_workbench;
extern const brg_view brg_view_filters;
extern const brg_view brg_view_simulation;
extern const brg_view brg_view_training;
extern const brg_view brg_view_lab;
extern const brg_view brg_view_timeline;
extern const brg_view brg_view_devices;
extern const brg_view brg_view_settings;

/* The index-th view, NULL past the last; and the index of the one of that id, -1 if there is none.
 */
const brg_view *brg_view_at(int index);
int brg_view_find(const char *id);

#endif
