/* Checkpoints: all that training needs to go on bit for bit, in one file.
 *
 *     8 bytes: n, the lowest first | n bytes: JSON | numbers, f32, one tensor after the other
 *
 * This is the layout of safetensors (github.com/huggingface/safetensors), so that other tools read
 * the weights: layer1.weight, layer1.bias, layer2.running_mean, layer2.running_var ..., and of the
 * optimizer's numbers optimizer.momentum.layer1.weight, or optimizer.mean. and optimizer.square. of
 * Adam. The model's text, the optimizer and the counts are strings in the JSON's __metadata__, and
 * so is a checksum of the numbers.
 *
 * Thread safety: checkpoints are plain values; every function may be called from any thread. */
#ifndef TRAIN_CHECKPOINT_H
#define TRAIN_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "brigade/train.h"

enum { BRG_NOTES = 32, BRG_NOTE_NAME = 32, BRG_NOTE_TEXT = 128 };

/* Something that the trainer writes down to find again: "schedule", "cosine". */
typedef struct brg_note {
    char name[BRG_NOTE_NAME], text[BRG_NOTE_TEXT];
} brg_note;

typedef struct brg_checkpoint {
    brg_model model;
    brg_train_params params; /* the optimizer's numbers; batch and seed */
    int64_t epoch, step;     /* epochs completed; steps taken in all */
    brg_tensor *state;       /* f32 {1, n}, as the op "train" takes it; what follows is not saved */
    brg_note notes[BRG_NOTES];
    int32_t note_count;
} brg_checkpoint;

/* Writes a note down, instead of one of that name; false if it is too long or there are too many. */
bool brg_checkpoint_write_note(brg_checkpoint *checkpoint, const char *name, const char *format,
                               ...) __attribute__((format(printf, 3, 4)));

/* A note's text, or NULL. */
const char *brg_checkpoint_note(const brg_checkpoint *checkpoint, const char *name);

/* A note that is a whole number, or a number, in the C locale; false if it is not there or is none. */
bool brg_checkpoint_note_integer(const brg_checkpoint *checkpoint, const char *name,
                                 int64_t *value);
bool brg_checkpoint_note_number(const brg_checkpoint *checkpoint, const char *name, double *value);

/* Writes a checkpoint, complete or not at all: what was at `path` stays until then. BRG_E_IO with
 * what to do (a full disk ...), BRG_E_SHAPE if the state is none of the model's, BRG_E_MEMORY. */
brg_status brg_checkpoint_save(const char *path, const brg_checkpoint *checkpoint,
                               brg_error *error);

/* Reads one. Every size is checked before memory is taken. BRG_E_IO, BRG_E_FORMAT with what is wrong
 * with the file, BRG_E_MEMORY; *checkpoint is empty then. */
brg_status brg_checkpoint_load(const char *path, brg_checkpoint *checkpoint, brg_error *error);

/* Loading's second half, from bytes; `name` leads messages. */
brg_status brg_checkpoint_decode(const unsigned char *bytes, size_t size, const char *name,
                                 brg_checkpoint *checkpoint, brg_error *error);

/* BRG_OK if the checkpoint is of this very model, layer for layer; BRG_E_SHAPE with a sentence. */
brg_status brg_checkpoint_fits(const brg_checkpoint *checkpoint, const brg_model *model,
                               const char *path, brg_error *error);

void brg_checkpoint_release(brg_checkpoint *checkpoint);

#endif
