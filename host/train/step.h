/* A call of the op "train", settled: the network, the batch, and where everything lies in state and
 * output. */
#ifndef TRAIN_STEP_H
#define TRAIN_STEP_H

#include "brigade/op.h"
#include "brigade/ops.h"
#include "brigade/train.h"
#include "train/network.h"

typedef struct brg_step {
    const brg_train_params *params;
    brg_network network;
    int64_t batch, rounds;        /* images in a step, and steps */
    int64_t whole;                /* images that losses and gradients are means over */
    int64_t slots;                /* sets of numbers beside the parameters: velocities ... */
    int64_t statistics, state;    /* where they begin, and the state's size; floats */
    int64_t losses, hits, output; /* likewise in the output */
} brg_step;

enum { BRG_TRAIN_STATE, BRG_TRAIN_IMAGES, BRG_TRAIN_NETWORK, BRG_TRAIN_LABELS };
enum { BRG_TRAIN_SUM = BRG_TRAIN_IMAGES }; /* of an update: gradients, statistics, loss, hits */

/* Settles a call whose network has data. BRG_E_ARGUMENT, BRG_E_SHAPE. */
brg_status brg_step_resolve(const brg_call *call, brg_step *step, brg_error *error);

/* Numbers in the output of a gradient, which is an update's sum. */
int64_t brg_step_sum(const brg_step *step);

/* Works out where everything lies, from the network, the batch, the rounds and the parameters. */
void brg_step_lay_out(brg_step *step);

/* Settles a call on so many images with a model that brg_model_read made, which cannot fail. */
void brg_model_resolve(const brg_model *model, const brg_train_params *params, int64_t images,
                       brg_step *step);

/* Plans the launches; `naive` takes the first rung of every other op's ladder. */
brg_status brg_step_plan(const brg_step *step, bool naive, const brg_device_info *device,
                         brg_plan *plan, brg_error *error);

#endif
