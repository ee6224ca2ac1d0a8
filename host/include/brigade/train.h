/* Training: datasets and models, and the numbers that the op "train" works on (brigade/ops.h).
 *
 * Thread safety: datasets and models are plain values; every function may be called from any thread. */
#ifndef BRIGADE_TRAIN_H
#define BRIGADE_TRAIN_H

#include <stdint.h>

#include "brigade/ops.h"
#include "brigade/tensor.h"

/* Images u8 {count, channels, height, width} with labels i32 {count}, to learn from and to be tested on. */
typedef struct brg_dataset {
    brg_tensor *train_images, *train_labels, *test_images, *test_labels;
    int32_t classes; /* one more than the largest label */
} brg_dataset;

/* Reads a folder with the four files of MNIST or Fashion-MNIST, as they come, gzipped or not:
 * train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte.
 * NULL: the small MNIST that ships, 5 000 images to learn from and 1 000 to test on.
 * BRG_E_IO, BRG_E_FORMAT, BRG_E_SHAPE (images and labels that do not match), BRG_E_MEMORY. */
BRG_API brg_status brg_dataset_load(const char *folder, brg_dataset *dataset, brg_error *error);
BRG_API void brg_dataset_release(brg_dataset *dataset);

/* A model: what layers there are, on what images. */
typedef struct brg_model {
    char name[BRG_NAME];
    int32_t channels, height, width; /* of an image */
    int32_t classes, layers;
    int64_t weights;     /* numbers that are trained */
    double flops;        /* of a step on one image, forward and backward */
    brg_tensor *network; /* i32, for the op */
    char *text;          /* what it was read from */
} brg_model;

/* The names of the models that ship with the library; NULL past the last. */
BRG_API const char *brg_model_shipped(int32_t index);

/* The model of that name, or else the one whose text is in the file of that name. BRG_E_IO, BRG_E_ARGUMENT
 * with the line that is wrong, BRG_E_MEMORY. */
BRG_API brg_status brg_model_load(const char *name, brg_model *model, brg_error *error);

/* The model that a text describes; `name` leads messages. BRG_E_ARGUMENT with the line that is wrong,
 * BRG_E_MEMORY. */
BRG_API brg_status brg_model_read(const char *text, const char *name, brg_model *model,
                                  brg_error *error);

BRG_API void brg_model_release(brg_model *model);

/* Makes what a model takes, u8 {1, channels, height, width}, of a picture as brg_image_load gives it. For a
 * model of grey images the picture is taken for ink on paper, as the digits of MNIST were: grey, inverted if
 * its border is light, cropped to the ink, scaled to 20/28 of the sides with its proportions kept, its centre
 * of mass in the middle. For a model of colours it is just resized. *inverted, if asked for, says whether the
 * border was light. BRG_E_SHAPE, BRG_E_ARGUMENT (a picture of one shade), BRG_E_MEMORY. The caller releases
 * *input. */
BRG_API brg_status brg_model_picture(const brg_model *model, const brg_tensor *image,
                                     brg_tensor **input, bool *inverted, brg_error *error);

/* Makes a state before any training: f32 {1, n}, with weights drawn from the seed. BRG_E_MEMORY. */
BRG_API brg_status brg_model_state(const brg_model *model, const brg_train_params *params,
                                   uint64_t seed, brg_tensor **state, brg_error *error);

/* Reads a checkpoint that a trainer wrote (brigade/trainer.h): the model, its state, and the parameters by
 * which the op takes that state, but for the mode. BRG_E_IO, BRG_E_FORMAT, BRG_E_MEMORY. The caller releases
 * both. */
BRG_API brg_status brg_model_restore(const char *path, brg_model *model, brg_train_params *params,
                                     brg_tensor **state, brg_error *error);

/* Where the mean losses of the steps lie in the op's output, and the counts of hits: the first of as many as
 * there were steps. `images` are all that the steps learned from. */
BRG_API void brg_model_results(const brg_model *model, const brg_train_params *params,
                               int64_t images, int64_t *losses, int64_t *hits);

#endif
