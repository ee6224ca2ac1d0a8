/* Training: a network learns while one looks on. Made of panels, which draw the course and call its
 * intents; each is a file of its own beside this one. */
#ifndef BRIGADE_GUI_TRAINING_VIEW_H
#define BRIGADE_GUI_TRAINING_VIEW_H

#include "shell/view.h"
#include "training/course.h"
#include "ui/parts.h"
#include "ui/texture.h"

typedef struct brg_training {
    brg_course course;
    const brg_scene *scene; /* of the frame being drawn */
    brg_ui *ui;             /* the same, for short */
    brg_texture digits;
    brg_trainer_view shown; /* figures that change too fast to be read: four times a second */
    uint64_t shown_ns;
    bool visible;
} brg_training;

/* ---- panels ---------------------------------------------------------------------------------- */

void brg_training_controls(brg_training *training, brg_rect place);
void brg_training_heading(brg_training *training, brg_rect place);
void brg_training_loss(brg_training *training, brg_rect place);
void brg_training_accuracy(brg_training *training, brg_rect place);
void brg_training_rate(brg_training *training, brg_rect place);
void brg_training_checks(brg_training *training, brg_rect place);
void brg_training_samples(brg_training *training, brg_rect place);
void brg_training_figures(brg_training *training, brg_rect place);

/* Adds what is known to a report. */
brg_status brg_training_report(const brg_course *course, brg_report *report, brg_error *error);

#endif
