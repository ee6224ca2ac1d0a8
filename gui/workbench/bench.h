/* The model of the workbench: what the user chose, the round in hand, and what came of the last
 * one.
 *
 * Panels read it and call the intents; nothing else changes it. One pass of brg_bench_update looks
 * at what the engine and the darkroom have ready and takes the next step:
 *
 *     intent run -> order inputs -> inputs ready -> submit -> job ended -> result -> order prints
 *                        ^                             ^           |
 *                        |                             +-- turns --+  (of a comparison)
 *                        +---------------- continuous -------------+
 */
#ifndef BRIGADE_GUI_WORKBENCH_BENCH_H
#define BRIGADE_GUI_WORKBENCH_BENCH_H

#include "app.h"
#include "workbench/darkroom.h"
#include "workbench/duel.h"
#include "workbench/inputs.h"
#include "workbench/plates.h"
#include "workbench/roofs.h"
#include "workbench/workload.h"

enum { BRG_MAX_VARIANTS = 16, BRG_MAX_OPS = 48 };

/* What the user chose. Every workload remembers its own values, every op its own words. */
typedef struct brg_settings {
    int workload; /* of the table, or BRG_IN_WORDS */
    int op;       /* in words: the index of a built-in one */
    char words[BRG_MAX_OPS][BRG_WORDS];
    float values[BRG_MAX_WORKLOADS][BRG_MAX_CONTROLS];
    int variant[BRG_MAX_WORKLOADS]; /* 0: chosen by the library; else 1 + index of the op's */
    brg_verify_policy check;
    float repeats;
    bool continuous;
    bool on_ui_thread;
    bool compared; /* with B: another variant, or another device */
    int variant_b; /* as variant */
    int device_b;  /* 0: that of A; else 1 + index */
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

/* A round: a job, or some in turn, and what they were given. */
typedef struct brg_round {
    brg_kinship kinship;
    brg_exhibit exhibit; /* without output and variant */
    char title[BRG_NAME];
    bool compared;
    int turn; /* of a comparison: even ones are A's. The first two are checked but not timed. */
    int turns;
} brg_round;

/* Host times of the last round that measured them, for the rounds like it that did not. */
typedef struct brg_baselines {
    brg_kinship of;
    bool known;
    double sequential, naive;
    double sequential_fraction, naive_fraction;
} brg_baselines;

typedef struct brg_bench {
    brg_app *app;
    brg_darkroom *darkroom;
    brg_settings chosen;

    brg_phase phase;
    brg_job job;
    brg_job_view view;   /* of the job in hand */
    brg_round round;     /* in hand */
    uint64_t started_ns; /* when Run was asked for */
    uint64_t cancelled_ns;
    bool stopping; /* cancelled: no further round */
    bool seen;     /* a frame was drawn since Run or the last job */

    brg_inputs inputs;
    bool inputs_ordered;
    brg_inputs_order inputs_wanted;
    int input; /* of the inputs, the one that is shown */

    brg_result result; /* of the last job that was done; its output is NULL before the first */
    brg_result other;  /* B's of the same round; its output is NULL unless there was a comparison */
    brg_duel kernels, totals; /* of that comparison */
    brg_round shown;          /* the round it came of */
    brg_baselines baselines;
    brg_error failure; /* of the last job, when it failed; status is BRG_OK otherwise */
    brg_plates plates;
    brg_roofs roofs;
    uint64_t busy_until_ns; /* when the last round ended */
    uint64_t rounds, ended; /* begun; and done or failed */
} brg_bench;

/* Starts the darkroom. BRG_E_MEMORY, BRG_E_INTERNAL. */
brg_status brg_bench_create(brg_app *app, brg_bench **out, brg_error *error);
void brg_bench_destroy(brg_bench *bench);

/* Takes what is ready and goes one step on. With a round to be run on the UI thread, and only then,
 * this waits for a device: for as long as a job takes. */
void brg_bench_update(brg_bench *bench);

/* Tells that a frame was drawn. Jobs on the UI thread wait for one, so that the window freezes
 * for no more than a job at a time, and not before it has shown that it runs. */
void brg_bench_note_frame(brg_bench *bench);

/* True while something is being done that will change what is shown. */
bool brg_bench_busy(const brg_bench *bench);

/* ---- intents --------------------------------------------------------------------------------- */

void brg_bench_run(brg_bench *bench);
void brg_bench_cancel(brg_bench *bench);
void brg_bench_choose_workload(brg_bench *bench, int workload);

/* Chooses an op to be called in words: the index of a built-in one. */
void brg_bench_choose_op(brg_bench *bench, int op);

/* A photograph was opened: a workload that takes none gives way to the first that does. */
void brg_bench_note_image(brg_bench *bench);

/* Has the inputs made that a round would need now, so that they can be looked at before. */
void brg_bench_preview(brg_bench *bench);

/* Shows another of the inputs. */
void brg_bench_show_input(brg_bench *bench, int input);

/* Compares with B, or no longer. */
void brg_bench_toggle_compared(brg_bench *bench);

/* Measures the roofs of the devices that the result came of, or would. */
void brg_bench_measure_roofs(brg_bench *bench);

/* The worst element that a verdict names; -1 if it names none. */
int64_t brg_bench_worst(const brg_result *result);

/* Looks at the worst element of A. */
void brg_bench_go_to_worst(brg_bench *bench);

/* ---- what is chosen: choice.c ---------------------------------------------------------------- */

void brg_bench_set_defaults(brg_bench *bench);

/* The chosen row of the table, or, in words, one without controls. */
const brg_workload *brg_bench_workload(const brg_bench *bench);
float *brg_bench_values(brg_bench *bench);

/* The words for the chosen op; of BRG_WORDS bytes. */
char *brg_bench_words(brg_bench *bench);

/* The op of the chosen workload; NULL if this build of the library lacks it. */
const brg_op *brg_bench_op(const brg_bench *bench);

/* The name of the chosen variant, of A or of B; NULL to let the library choose. And the device, as
 * app->device is numbered. */
const char *brg_bench_variant(const brg_bench *bench, bool b);
int brg_bench_device(const brg_bench *bench, bool b);

/* The inputs that a round needs. */
void brg_bench_wanted_inputs(const brg_bench *bench, brg_inputs_order *order);

/* True if what is shown was made from the inputs that are chosen now. */
bool brg_bench_shows_choice(const brg_bench *bench);

/* What is chosen in words, for example "gemm 1024 x 1024 x 1024". */
const char *brg_bench_title(const brg_bench *bench, char *text, size_t size);

/* True if a photograph is needed and there is none. */
bool brg_bench_lacks_image(const brg_bench *bench);

/* True if Run would do something. */
bool brg_bench_can_run(const brg_bench *bench);

#endif
