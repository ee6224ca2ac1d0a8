/* Images to train on, in a moment: noise that is brighter on one side, whose label says which. */
#ifndef TESTS_CLI_TRAIN_FIXTURE_H
#define TESTS_CLI_TRAIN_FIXTURE_H

#include <stdint.h>

#include "cli/program.h"

/* Writes 203 images to learn from and 77 to test on into the test's directory, as IDX files, and a model for
 * them, model.txt. */
void write_train_dataset(void);

/* The two files of one set, "train" or "t10k": so many images, and their labels. */
void write_train_set(const char *name, unsigned count, uint64_t seed);

#endif
