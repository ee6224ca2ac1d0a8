/* A course: the training that the window looks at, and what the user wants of the next one. Takes
 * steps in update and never waits: the trainer has a thread of its own. */
#ifndef BRIGADE_GUI_TRAINING_COURSE_H
#define BRIGADE_GUI_TRAINING_COURSE_H

#include <brigade/trainer.h>

#include "app.h"
#include "frame_clock.h"
#include "tally.h"
#include "training/curves.h"
#include "training/wish.h"
#include "ui/picture.h"

enum { BRG_COURSE_SAMPLES = 16 };

typedef struct brg_course {
    brg_app *app;
    brg_wish wish;
    brg_trainer *trainer; /* NULL before the first training */
    bool told;            /* how it ended was written to the log */
    int64_t saved_step;   /* that the log tells of */
    int64_t late_saves;   /* likewise, of those after the end */
    bool resumed;         /* this training goes on from a file */
    char data[BRG_PATH];  /* of this training; empty: what ships, or what the file names */
    brg_trainer_view now;
    brg_curves curves;
    uint64_t looked_ns; /* when curves and samples were last looked at */

    brg_train_sample samples[BRG_COURSE_SAMPLES];
    int sample_count;
    int64_t samples_of; /* the test that they are from */
    brg_picture digits; /* the images of the samples, side by side */
    uint64_t digits_serial;

    brg_tally beat; /* intervals between the window's frames while it trained */
    size_t beat_at; /* how far the frame clock's ring was at the latest look */
} brg_course;

/* With the wishes of the last run. */
void brg_course_init(brg_course *course, brg_app *app);

/* Ends the training, if one is under way: saves what was learned, if a file for it is named and a second or
 * so is enough. Waits for its thread. */
void brg_course_release(brg_course *course);

/* Starts a training as wished for, or goes on from the file to save to. Nothing happens while one is
 * under way. */
void brg_course_start(brg_course *course, bool resume);
void brg_course_pause(brg_course *course, bool paused);
void brg_course_stop(brg_course *course);

/* Asks for a checkpoint, now and from now on in the file that is named, if one is; of a training that has ended
 * too. */
void brg_course_save(brg_course *course);

/* Looks at where the training stands. */
void brg_course_update(brg_course *course);

/* There is a training and it has not ended; it changes at present. */
bool brg_course_under_way(const brg_course *course);
bool brg_course_moves(const brg_course *course);

/* It has ended, and not because it failed. */
bool brg_course_has_learned(const brg_course *course);

/* There is something to save, and a file for it; and one to go on from. */
bool brg_course_can_save(const brg_course *course);
bool brg_course_can_resume(const brg_course *course);

/* Counts the latest interval between frames, if it trains and the interval is a new one. */
void brg_course_note_frame(brg_course *course, const brg_frame_clock *clock);

#endif
