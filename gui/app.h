/* What all views share: the engine, its devices, the photographs that were opened, the log, the
 * user's preferences, and the count of what was run.
 *
 * Everything is called on the window's thread. */
#ifndef BRIGADE_GUI_APP_H
#define BRIGADE_GUI_APP_H

#include <brigade/engine.h>
#include <stdbool.h>

#include "jobs.h"
#include "kept.h"
#include "log.h"
#include "paths.h"
#include "preferences.h"

/* Names of the trace's spans in which the window's thread waited for a device; and in which it
 * slept, because nothing moved or nobody could see it. Its other spans are frames. */
#define BRG_FROZEN "frozen"
#define BRG_ASLEEP "asleep"

enum { BRG_MAX_PHOTOGRAPHS = 8 };

typedef struct brg_photograph {
    char path[BRG_PATH];
    char name[64];
} brg_photograph;

typedef struct brg_app_config {
    const char *device; /* as for brg_device_select; NULL: the default */
    brg_preferences preferences;
    brg_kept *kept;           /* not taken over */
    const char *state_path;   /* where it goes when the window closes; empty: nowhere */
    void (*wake)(void *user); /* from other threads: there is something to be looked at */
    void *wake_user;
} brg_app_config;

typedef struct brg_app {
    brg_engine *engine;
    brg_preferences preferences;
    brg_kept *kept; /* what views remember from the last run; see view.h */
    const char *state_path;
    void (*wake)(void *user);
    void *wake_user;

    char device_spec[BRG_NAME]; /* the default device; empty: the library's choice */
    int device;                 /* chosen: 0 the default, else 1 + index into the list */
    bool devices_known;
    brg_status devices_status; /* of choosing the default device */
    brg_error devices_error;
    brg_device_list devices;
    brg_device_choice default_device;

    brg_photograph photographs[BRG_MAX_PHOTOGRAPHS];
    int photograph_count;
    int photograph; /* chosen */

    uint64_t input_ns; /* when the first input since the frame before arrived; 0: none did */

    brg_job selected; /* the job that the user pointed at; {0, 0}: none */
    brg_jobs jobs;    /* what became of those that were submitted here */

    uint64_t runs_asked, cancels_asked, submitted, done, failed, mismatched;
    brg_error failure; /* the latest; status is BRG_OK before the first */
    double frozen_ms;  /* the longest standstill of the window in the latest run that froze it */
    brg_log log;
} brg_app;

/* Starts the engine. BRG_E_MEMORY, BRG_E_INTERNAL. */
brg_status brg_app_create(const brg_app_config *config, brg_app **out, brg_error *error);

/* Cancels what runs and waits for the slice in flight. NULL is allowed. */
void brg_app_destroy(brg_app *app);

/* Takes the devices once they are known. */
void brg_app_update(brg_app *app);

/* The device that a job would run on, and the compute units of it; NULL while unknown or if none. */
const brg_device_info *brg_app_device(const brg_app *app, uint32_t *units);

/* The chosen device as a job names it; NULL for the default. */
const char *brg_app_device_spec(const brg_app *app, char spec[16]);

/* The same for a device that is numbered as app->device is. */
const brg_device_info *brg_app_device_at(const brg_app *app, int device, uint32_t *units);
const char *brg_app_device_spec_at(int device, char spec[16]);

/* Adds a photograph, or finds it among those there are, and chooses it. False, with a line in the
 * log, if its path is too long. */
bool brg_app_open_image(brg_app *app, const char *path);

/* Hands a job to the engine, with the preferences' slice unless the job has one of its own. */
brg_status brg_app_submit(brg_app *app, brg_job_desc *desc, brg_job *job, brg_error *error);

/* Finds a job in a state of the engine; NULL if it was not known then. */
const brg_job_view *brg_app_find(const brg_snapshot *snapshot, brg_job job);

/* Finds a job in the engine's latest state; false if the engine no longer knows it. For many of them take one
 * snapshot. */
bool brg_app_watch(brg_app *app, brg_job job, brg_job_view *view);

/* Takes an ended job's result, which the caller releases, and forgets the job. Counts it; a failure
 * goes to the log, led by `title`. */
brg_status brg_app_take(brg_app *app, brg_job job, const char *title, brg_result *result,
                        brg_error *error);

/* Counts a failure that no job tells of, and logs it. */
void brg_app_fail(brg_app *app, const char *title, const brg_error *error);

/* What the engine is there to avoid: waits on the window's thread until a job has ended. The trace
 * shows the gap since `start_ns`, and app->frozen_ms grows to it. */
void brg_app_freeze(brg_app *app, brg_job job, uint64_t start_ns);

#endif
