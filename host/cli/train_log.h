/* The log of a training: points of its curve and tests of its epochs, as lines of comma-separated values
 * that can be read while they are written. */
#ifndef BRIGADE_CLI_TRAIN_LOG_H
#define BRIGADE_CLI_TRAIN_LOG_H

#include <stdio.h>

#include "brigade/brigade.h"

/* Begins a log. A training that goes on after `first_step` steps keeps what a log of that name says of
 * the steps before. BRG_E_IO, BRG_E_MEMORY. */
brg_status cli_train_log_open(const char *path, int64_t first_step, FILE **log, brg_error *error);

void cli_train_log_point(FILE *log, const brg_train_point *point);
void cli_train_log_test(FILE *log, const brg_train_test *test);

/* BRG_E_IO if anything could not be written. */
brg_status cli_train_log_flush(FILE *log, const char *path, brg_error *error);

#endif
