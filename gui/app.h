/* The model behind the window: what the user chose, the round in hand, and what came of the last
 * one.
 *
 * Views read it and call the intents; nothing else changes it. One pass of brg_app_update looks at
 * what the engine and the darkroom have ready and takes the next step:
 *
 *     intent run -> order inputs -> inputs ready -> submit -> job ended -> result -> order prints
 *                        ^                                          |
 *                        +---------------- continuous --------------+
 */
#ifndef BRIGADE_GUI_APP_H
#define BRIGADE_GUI_APP_H

#include <brigade/engine.h>

#include "darkroom.h"
#include "inputs.h"
#include "log.h"
#include "workload.h"

/* The name of the trace's spans in which the window's thread waited for a device. */
#define BRG_FROZEN "frozen"

enum { BRG_MAX_PHOTOGRAPHS = 8, BRG_MAX_VARIANTS = 16 };

typedef struct brg_photograph {
    char path[BRG_PATH];
    char name[64];
} brg_photograph;

/* What the user chose. Every workload remembers its own values. */
typedef struct brg_settings {
    int workload;
    float values[BRG_MAX_WORKLOADS][BRG_MAX_CONTROLS];
    int variant[BRG_MAX_WORKLOADS]; /* 0: chosen by the library; else 1 + index of the op's */
    int photograph;
    int device; /* 0: the default; else 1 + index into the list */
    brg_verify_policy check;
    float repeats;
    bool continuous;
    bool on_ui_thread;
} brg_settings;

typedef enum brg_phase {
    BRG_PHASE_IDLE,
    BRG_PHASE_PREPARING, /* waits for inputs */
    BRG_PHASE_RUNNING    /* a job is with the engine */
} brg_phase;

/* What a measured baseline belongs to: rounds that are alike share it. Compared byte for byte. */
typedef struct brg_kinship {
    int workload;
    uint64_t params[BRG_MAX_PARAMS / 8];
    brg_inputs_order inputs;
} brg_kinship;

/* A round: one job and what it was given. */
typedef struct brg_round {
    brg_kinship kinship;
    int32_t input_count;
    brg_tensor *inputs[2];
    char title[BRG_NAME];
} brg_round;

/* Host times of the last round that measured them, for the rounds like it that did not. */
typedef struct brg_baselines {
    brg_kinship of;
    bool known;
    double sequential, naive;
    double sequential_fraction, naive_fraction;
} brg_baselines;

typedef struct brg_app_config {
    const char *device;       /* as for brg_device_select; NULL: the default */
    void (*wake)(void *user); /* from other threads: brg_app_update has something to do */
    void *wake_user;
} brg_app_config;

typedef struct brg_app {
    brg_engine *engine;
    brg_darkroom *darkroom;
    brg_settings chosen;
    brg_photograph photographs[BRG_MAX_PHOTOGRAPHS];
    int photograph_count;
    char device_spec[BRG_NAME]; /* the default device; empty: the library's choice */

    bool devices_known;
    brg_status devices_status; /* of choosing the default device */
    brg_error devices_error;
    brg_device_list devices;
    brg_device_choice default_device;

    brg_phase phase;
    brg_job job;
    brg_job_view view;   /* of the job in hand */
    brg_round round;     /* in hand */
    uint64_t started_ns; /* when Run was asked for */
    uint64_t cancelled_ns;
    bool stopping; /* cancelled: no further round */
    bool seen;     /* a frame was drawn since Run or the last round */

    brg_inputs inputs;
    bool inputs_ordered;
    brg_inputs_order inputs_wanted;

    brg_result result; /* of the last job that was done; its output is NULL before the first */
    brg_round shown;   /* the round it came of */
    brg_baselines baselines;
    brg_error failure; /* of the last job, when it failed; status is BRG_OK otherwise */
    brg_prints prints;
    bool errors_wanted; /* the shown result's error map has not been ordered yet */
    uint64_t inputs_serial, prints_serial; /* change when pictures do */

    double frozen_ms; /* the longest the window stood still for the last run on its own thread */
    uint64_t busy_until_ns; /* when the last round ended */
    uint64_t rounds, runs_asked, cancels_asked, done, failed, mismatched;
    brg_log log;
} brg_app;

/* Starts the engine and the darkroom. BRG_E_MEMORY, BRG_E_INTERNAL. */
brg_status brg_app_create(const brg_app_config *config, brg_app **out, brg_error *error);

/* Cancels what runs and waits for the slice in flight. NULL is allowed. */
void brg_app_destroy(brg_app *app);

/* Takes what is ready and goes one step on. With a round to be run on the UI thread, and only then,
 * this waits for a device: for as long as the round takes. */
void brg_app_update(brg_app *app);

/* Tells that a frame was drawn. Rounds on the UI thread wait for one, so that the window freezes
 * for no more than a round at a time, and not before it has shown that it runs. */
void brg_app_note_frame(brg_app *app);

/* True while something is being done that will change what is shown. */
bool brg_app_busy(const brg_app *app);

/* ---- intents --------------------------------------------------------------------------------- */

void brg_app_run(brg_app *app);
void brg_app_cancel(brg_app *app);
void brg_app_choose_workload(brg_app *app, int workload);

/* Adds a photograph and chooses it; a workload that takes none gives way to the first that does. */
void brg_app_open_image(brg_app *app, const char *path);

/* Has the inputs made that a round would need now, so that they can be looked at before. */
void brg_app_preview(brg_app *app);

/* ---- what views ask -------------------------------------------------------------------------- */

const brg_workload *brg_app_workload(const brg_app *app);
float *brg_app_values(brg_app *app);

/* The op of the chosen workload; NULL if this build of the library lacks it. */
const brg_op *brg_app_op(const brg_app *app);

/* The device that a round would run on, and the compute units of it; NULL while unknown or if none.
 */
const brg_device_info *brg_app_device(const brg_app *app, uint32_t *units);

/* True if what is shown was made from the inputs that are chosen now. */
bool brg_app_shows_choice(const brg_app *app);

/* What is chosen in words, for example "gemm 1024 x 1024 x 1024". */
const char *brg_app_title(const brg_app *app, char *text, size_t size);

/* True if Run would do something. */
bool brg_app_can_run(const brg_app *app);

#endif
