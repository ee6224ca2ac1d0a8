/* Datasets: folders of IDX files. See brigade/train.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "brigade/train.h"
#include "io/data.h"
#include "io/idx.h"

static brg_status missing(brg_error *error) {
    brg_error_hint(error, "Give the folder with the four files of MNIST, or install "
                          "dataset-fashion-mnist and give /usr/share/datasets/fashion-mnist.");
    return BRG_E_IO;
}

static brg_status check_folder(const char *folder, brg_error *error) {
    struct stat info;
    if (stat(folder, &info) != 0)
        brg_fail(error, BRG_E_IO, "The folder %s cannot be read: %s.", folder, strerror(errno));
    else if (!S_ISDIR(info.st_mode))
        brg_fail(error, BRG_E_IO, "%s is a file, not a folder.", folder);
    else
        return BRG_OK;
    return missing(error);
}

/* Reads "NAME" or "NAME.gz" in a folder. */
static brg_status read_file(const char *folder, const char *name, brg_tensor **tensor,
                            brg_error *error) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length + 4 > sizeof path)
        return brg_fail(error, BRG_E_IO, "The path of this folder is too long.");
    if (access(path, F_OK) != 0)
        strcat(path, ".gz");
    if (access(path, F_OK) != 0) {
        brg_fail(error, BRG_E_IO, "There is no %s in %s, plain or as .gz.", name, folder);
        return missing(error);
    }
    return brg_idx_read(path, tensor, error);
}

/* Adds to what failed that the files of a folder belong together. */
static brg_status mixed_up(brg_status status, brg_error *error) {
    brg_error_hint(error, "The four files belong together: fetch them again from one place.");
    return status;
}

/* Images have one channel: {count, h, w} becomes {count, 1, h, w}. */
static brg_status read_images(const char *folder, const char *name, brg_tensor **images,
                              brg_error *error) {
    brg_tensor *raw = NULL;
    brg_status status = read_file(folder, name, &raw, error);
    if (status != BRG_OK)
        return status;
    brg_shape shape = *brg_tensor_shape(raw);
    if (shape.rank == 3) {
        shape.rank = 4;
        shape.dims[3] = shape.dims[2];
        shape.dims[2] = shape.dims[1];
        shape.dims[1] = 1;
        status = brg_tensor_create(&shape, brg_tensor_data(raw), images, error);
    } else {
        status = mixed_up(brg_fail(error, BRG_E_FORMAT,
                                   "%s in %s holds no images: it has %d dims, not 3.", name, folder,
                                   (int)shape.rank),
                          error);
    }
    brg_tensor_release(raw);
    return status;
}

static brg_status widen(const brg_tensor *bytes, int32_t *classes, brg_tensor **labels,
                        brg_error *error) {
    int64_t count = brg_tensor_shape(bytes)->dims[0];
    const uint8_t *from = brg_tensor_data(bytes);
    int32_t *to = malloc(((size_t)count + 1) * sizeof *to);
    if (!to)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for labels.");
    for (int64_t i = 0; i < count; i++) {
        to[i] = from[i];
        *classes = to[i] >= *classes ? to[i] + 1 : *classes;
    }
    brg_shape shape = {.dtype = BRG_I32, .rank = 1, .dims = {count}};
    brg_status status = brg_tensor_create(&shape, to, labels, error);
    free(to);
    return status;
}

static brg_status read_labels(const char *folder, const char *name, int64_t images,
                              int32_t *classes, brg_tensor **labels, brg_error *error) {
    brg_tensor *raw = NULL;
    brg_status status = read_file(folder, name, &raw, error);
    if (status != BRG_OK)
        return status;
    const brg_shape *shape = brg_tensor_shape(raw);
    if (shape->rank != 1)
        status = mixed_up(brg_fail(error, BRG_E_FORMAT,
                                   "%s in %s holds no labels: it has %d dims, not 1.", name, folder,
                                   (int)shape->rank),
                          error);
    else if (shape->dims[0] != images)
        status = mixed_up(brg_fail(error, BRG_E_SHAPE, "%s in %s has %lld labels for %lld images.",
                                   name, folder, (long long)shape->dims[0], (long long)images),
                          error);
    else
        status = widen(raw, classes, labels, error);
    brg_tensor_release(raw);
    return status;
}

static int64_t count_of(const brg_tensor *images) {
    return brg_tensor_shape(images)->dims[0];
}

static brg_status read_all(const char *folder, brg_dataset *d, brg_error *error) {
    brg_status status = read_images(folder, "train-images-idx3-ubyte", &d->train_images, error);
    if (status == BRG_OK)
        status = read_labels(folder, "train-labels-idx1-ubyte", count_of(d->train_images),
                             &d->classes, &d->train_labels, error);
    if (status == BRG_OK)
        status = read_images(folder, "t10k-images-idx3-ubyte", &d->test_images, error);
    if (status == BRG_OK)
        status = read_labels(folder, "t10k-labels-idx1-ubyte", count_of(d->test_images),
                             &d->classes, &d->test_labels, error);
    return status;
}

static brg_status check_sides(const char *folder, const brg_dataset *d, brg_error *error) {
    const brg_shape *a = brg_tensor_shape(d->train_images), *b = brg_tensor_shape(d->test_images);
    long long size[] = {a->dims[2], a->dims[3], b->dims[2], b->dims[3]};
    if (a->dims[0] == 0 || b->dims[0] == 0 || size[0] * size[1] == 0)
        brg_fail(error, BRG_E_SHAPE,
                 "There are %lld images of %lldx%lld to learn from in %s, and %lld to test on.",
                 (long long)a->dims[0], size[0], size[1], folder, (long long)b->dims[0]);
    else if (size[0] != size[2] || size[1] != size[3])
        brg_fail(error, BRG_E_SHAPE,
                 "The images to learn from in %s are %lldx%lld, those to test on %lldx%lld.",
                 folder, size[0], size[1], size[2], size[3]);
    else
        return BRG_OK;
    return mixed_up(BRG_E_SHAPE, error);
}

brg_status brg_dataset_load(const char *folder, brg_dataset *dataset, brg_error *error) {
    char shipped[4096];
    memset(dataset, 0, sizeof *dataset);
    brg_status status = BRG_OK;
    if (!folder)
        status = brg_data_path("mnist", shipped, sizeof shipped, error);
    folder = folder ? folder : shipped;
    if (status == BRG_OK)
        status = check_folder(folder, error);
    if (status == BRG_OK)
        status = read_all(folder, dataset, error);
    if (status == BRG_OK)
        status = check_sides(folder, dataset, error);
    if (status != BRG_OK)
        brg_dataset_release(dataset);
    return status;
}

void brg_dataset_release(brg_dataset *dataset) {
    brg_tensor_release(dataset->train_images);
    brg_tensor_release(dataset->train_labels);
    brg_tensor_release(dataset->test_images);
    brg_tensor_release(dataset->test_labels);
    memset(dataset, 0, sizeof *dataset);
}
