/* A course: the training that the window looks at, and what the user wants of the next one. Takes
 * steps in update and never waits: the trainer has a thread of its own. */
#ifndef BRIGADE_GUI_TRAINING_COURSE_H
#define BRIGADE_GUI_TRAINING_COURSE_H

#include <brigade/trainer.h>

#include "app.h"
#include "frame_clock.h"
#include "training/curves.h"
#include "ui/picture.h"

enum { BRG_COURSE_SAMPLES = 16, BRG_COURSE_MODELS = 16 };

/* What the user chose; numbers as the widgets hold them. */
typedef struct brg_course_wish {
    int model, optimizer; /* of those that there are */
    float epochs, batch, rate, replicas;
    char data[BRG_PATH]; /* a folder; empty: what ships */
    char save[BRG_PATH]; /* a file; empty: nothing is saved */
} brg_course_wish;

typedef struct brg_course {
    brg_app *app;
    brg_course_wish wish;
    brg_trainer *trainer; /* NULL before the first training */
    bool told;            /* how it ended was written to the log */
    char data[BRG_PATH];  /* of this training */
    brg_trainer_view now;
    brg_curves curves;
    uint64_t looked_ns; /* when curves and samples were last looked at */

    brg_train_sample samples[BRG_COURSE_SAMPLES];
    int sample_count;
    int64_t samples_of; /* the test that they are from */
    brg_picture digits; /* the images of the samples, side by side */
    uint64_t digits_serial;

    brg_frame_stats frames; /* of the window, while it trained */
} brg_course;

/* With what is known to suit the first model. */
void brg_course_init(brg_course *course, brg_app *app);

/* Ends the training without saving; waits for its thread. */
void brg_course_release(brg_course *course);

/* Names of models and optimizers, and how many there are. */
int brg_course_models(const char *names[BRG_COURSE_MODELS]);
int brg_course_optimizers(const char *names[BRG_COURSE_MODELS]);

/* Replaces the numbers wished for by what is known to suit the model, or the optimizer with it. */
void brg_course_suit_model(brg_course *course);
void brg_course_suit_optimizer(brg_course *course);

/* Starts a training as wished for, or goes on from the file to save to. Nothing happens while one is
 * under way. */
void brg_course_start(brg_course *course, bool resume);
void brg_course_pause(brg_course *course, bool paused);
void brg_course_stop(brg_course *course);

/* Looks at where the training stands. */
void brg_course_update(brg_course *course);

/* There is a training and it has not ended; it changes at present. */
bool brg_course_under_way(const brg_course *course);
bool brg_course_moves(const brg_course *course);

/* There is a file to go on from. */
bool brg_course_can_resume(const brg_course *course);

/* Notes the frames of the last seconds, if it trained while they were drawn. */
void brg_course_note_frames(brg_course *course, const brg_frame_stats *recent);

#endif
