/* The shell: the top bar with its tabs, and the view behind the chosen one. */
#ifndef BRIGADE_GUI_SHELL_SHELL_H
#define BRIGADE_GUI_SHELL_SHELL_H

#include "shell/view.h"

enum { BRG_MAX_VIEWS = 12 };

typedef struct brg_shell {
    brg_scene scene;
    brg_tracks tracks;
    const brg_options *options;
    void *models[BRG_MAX_VIEWS]; /* NULL: not shown yet, or it could not be made */
    bool refused[BRG_MAX_VIEWS];
    int current;
    bool help;               /* the list of keys is shown */
    uint64_t help_closed_ns; /* by a key, which may still come as a character */
    brg_job builder;         /* a job that was being built at the latest look */
    bool building;           /* and at the one before, too */
    uint64_t recent_at_ns;   /* when the scene's frame times were worked out */
} brg_shell;

/* Shows the view that the options name, else the one shown last, else the first. What is given is
 * not taken over. BRG_E_MEMORY. */
brg_status brg_shell_create(brg_ui *ui, brg_app *app, const brg_frame_clock *clock,
                            const brg_options *options, brg_shell **out, brg_error *error);
void brg_shell_destroy(brg_shell *shell);

/* What the program's loop tells: see view.h. */
void brg_shell_update(brg_shell *shell);
bool brg_shell_busy(const brg_shell *shell);
double brg_shell_pause_s(const brg_shell *shell); /* 0 while a view is busy */
void brg_shell_draw(brg_shell *shell, bool resting);
void brg_shell_seen(brg_shell *shell);

/* Intents. */
void brg_shell_choose(brg_shell *shell, int view);
void brg_shell_run(brg_shell *shell);
void brg_shell_key(brg_shell *shell, int key);
void brg_shell_open(brg_shell *shell, const char *path);

/* Has every view, and the preferences, tell app->kept what to remember. */
void brg_shell_keep(brg_shell *shell);

/* True once what --auto-run started in the current view has come to an end. */
bool brg_shell_settled(const brg_shell *shell);

/* Adds every view's own to a report. */
brg_status brg_shell_report(const brg_shell *shell, brg_report *report, brg_error *error);

/* ---- parts that views share ------------------------------------------------------------------ */

/* The list of keys, over everything else. */
void brg_shell_help(brg_shell *shell);

void brg_shell_top_bar(brg_shell *shell, brg_rect place);

/* The plot of the latest frame times. */
void brg_shell_frames(const brg_scene *scene, brg_rect place);

/* The log's newest line. */
void brg_shell_log_line(const brg_scene *scene, brg_rect place);

#endif
