/* Wishes: what the user wants of the next training, as the widgets hold it. Pure but for one thing: whether
 * there is a file to go on from. */
#ifndef BRIGADE_GUI_TRAINING_WISH_H
#define BRIGADE_GUI_TRAINING_WISH_H

#include <brigade/trainer.h>
#include <stdbool.h>

#include "kept.h"
#include "paths.h"

enum { BRG_WISH_NAMES = 16, BRG_WISH_WORDS = 64 };

typedef struct brg_wish {
    int model; /* of those that ship; or one past the last: the file's */
    int optimizer, schedule;
    float epochs, batch, rate, replicas;
    char file[BRG_PATH];          /* a model's text */
    char data[BRG_PATH];          /* a folder; empty: what ships */
    char augment[BRG_WISH_WORDS]; /* empty: what suits the model */
    char save[BRG_PATH];          /* a file; empty: nothing is saved */
} brg_wish;

/* What the library takes by itself. */
void brg_wish_init(brg_wish *wish);

/* Names to choose from, and how many there are. The last model is the file's. */
int brg_wish_models(const char *names[BRG_WISH_NAMES]);
int brg_wish_optimizers(const char *names[BRG_WISH_NAMES]);
int brg_wish_schedules(const char *names[BRG_WISH_NAMES]);

/* The model as a trainer takes it: a name, or the file's. */
const char *brg_wish_model(const brg_wish *wish);

/* Replaces the numbers by what is known to suit the model; the rate by what suits the optimizer with it. */
void brg_wish_suit_model(brg_wish *wish);
void brg_wish_suit_optimizer(brg_wish *wish);

/* The configuration of a training anew; or of one that goes on from the file to save to, of which only the
 * number of epochs and the folder may be others than they were. Its strings are the wish's. */
brg_trainer_config brg_wish_config(const brg_wish *wish, bool resume);

/* There is a file to go on from. */
bool brg_wish_can_resume(const brg_wish *wish);

/* Asks for what was kept from the last run, and tells what to keep. */
void brg_wish_recall(brg_wish *wish, const brg_kept *kept);
void brg_wish_keep(const brg_wish *wish, brg_kept *kept);

#endif
