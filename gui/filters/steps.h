/* Steps: the filters that a chain can be made of, as a table; and the chain that the user made, as
 * stages of a job. */
#ifndef BRIGADE_GUI_FILTERS_STEPS_H
#define BRIGADE_GUI_FILTERS_STEPS_H

#include <brigade/job.h>
#include <brigade/ops.h>
#include <stdbool.h>

enum { BRG_STEPS = 10, BRG_STEP_SLIDERS = 2, BRG_CHAIN_STAGES = BRG_STEPS + 1 };

/* A number with a range. */
typedef struct brg_step_slider {
    const char *name; /* with its unit; NULL: there is none */
    const char *id;
    const char *figure; /* how its value is written: "%.2f" */
    float lo, hi, initial;
    bool whole;
    bool spread; /* logarithmic */
} brg_step_slider;

typedef struct brg_step {
    const char *op;
    const char *name;
    const char *tip;
    const char *on_cpu;                   /* the variant for CPUs; NULL: as the library chooses */
    const char *toggle, *earlier, *later; /* ids of its widgets */
    brg_step_slider sliders[BRG_STEP_SLIDERS];

    /* Turns the sliders' values into the op's parameters, for an image of the given shape. */
    void (*fill)(const float *values, const brg_shape *image, void *params);
} brg_step;

/* The index-th step, 0 <= index < BRG_STEPS. */
const brg_step *brg_step_at(int index);

/* What the user chose. */
typedef struct brg_steps {
    int order[BRG_STEPS]; /* of steps, first to last */
    bool on[BRG_STEPS];   /* by step, not by place */
    float values[BRG_STEPS][BRG_STEP_SLIDERS];
} brg_steps;

/* All off, in the table's order. */
void brg_steps_init(brg_steps *steps);

/* Moves the step at a place one place earlier or later; returns its new place. */
int brg_steps_move(brg_steps *steps, int place, int by);

/* A chain for one image: plain data, compared byte for byte. */
typedef struct brg_recipe {
    int32_t count;
    int32_t steps[BRG_CHAIN_STAGES]; /* -1: fitting it to the screen */
    uint64_t params[BRG_CHAIN_STAGES][BRG_MAX_PARAMS / 8];
    brg_shape output;
} brg_recipe;

/* Makes the chain of the steps that are on, and shrinks its result to `w` x `h` at the end if it is
 * larger than that: what the screen does not show need not leave the device. BRG_E_SHAPE and what
 * ops say of their parameters. */
brg_status brg_recipe_make(const brg_steps *steps, const brg_shape *image, int64_t w, int64_t h,
                           brg_recipe *recipe, brg_error *error);

bool brg_recipe_equal(const brg_recipe *a, const brg_recipe *b);

/* Fills the stages of a job that applies the recipe, which they point into, to an image. */
void brg_recipe_stages(const brg_recipe *recipe, const brg_tensor *image, bool on_cpu,
                       brg_stage stages[BRG_CHAIN_STAGES]);

#endif
