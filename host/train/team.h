/* A training that is one of several: by replicas on parts of a device, by ranks. All ranks take the same
 * decisions at the same step: what hangs on the time or on one rank's fortune is agreed upon. Without
 * ranks, every function here agrees with its caller and costs nothing. */
#ifndef TRAIN_TEAM_H
#define TRAIN_TEAM_H

#include "train/course.h"
#include "train/exam.h"

/* Where this rank's replicas compute. What brg_replicas_divide says. */
brg_status brg_team_divide(brg_training *course, brg_error *error);

/* Whether all ranks have come as far as this one, with a status of BRG_OK, and mean to go on: *go_on
 * becomes false on all if it is on one. Of ranks that failed the first has the reason; for the others
 * it is BRG_E_RANK_LOST. */
brg_status brg_team_agree(brg_training *course, brg_status own, bool *go_on, brg_error *error);

/* Whether all have the same model, images, settings and state. BRG_E_ARGUMENT if not. */
brg_status brg_team_compare(brg_training *course, brg_error *error);

/* Makes the first rank's stretch that of all. */
brg_status brg_team_plan(brg_training *course, brg_stretch *stretch, brg_error *error);

/* Makes a verdict that of all, passed if it is for all who checked; and sees whether they have all come to
 * the same state. */
brg_status brg_team_judge(brg_training *course, const brg_tensor *state, brg_verdict *verdict,
                          brg_error *error);

/* Adds to the error of a lost rank what is left of the training. */
void brg_team_console(const brg_training *course, brg_error *error);

#endif
