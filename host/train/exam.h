/* Exams: what a state makes of a test set. */
#ifndef TRAIN_EXAM_H
#define TRAIN_EXAM_H

#include "brigade/ranks.h"
#include "train/stepper.h"

typedef struct brg_exam {
    const brg_stepper_setup *setup;
    brg_ranks *ranks; /* among which the images are shared out; may be NULL */
    const brg_tensor *images, *labels, *state;
    void (*progress)(void *user, double part); /* may be NULL */
    void *user;
} brg_exam;

typedef struct brg_marks {
    double accuracy, loss;     /* of all images: the part told right, and the mean cross entropy */
    brg_train_sample *samples; /* room for so many, spread over the images */
    int32_t sample_count;
} brg_marks;

/* Scores all images, some at a time. BRG_E_CANCELLED when abandoned. */
brg_status brg_exam_take(const brg_exam *exam, brg_marks *marks, brg_error *error);

/* The samples' pixels, u8 {sample_count, c, h, w}; *sample_count is lowered to what there are. */
brg_status brg_exam_samples(const brg_tensor *images, int32_t *sample_count, brg_tensor **pixels,
                            brg_error *error);

#endif
