/* IDX files and datasets: read as they come, and refused with a sentence when they are damaged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <criterion/criterion.h>

#include "brigade/train.h"
#include "io/idx.h"

static char folder[64];

static void make_folder(void) {
    snprintf(folder, sizeof folder, "/tmp/brigade-idx-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void) {
    char line[128];
    snprintf(line, sizeof line, "rm -r %s", folder);
    cr_assert_eq(system(line), 0);
}

TestSuite(idx, .init = make_folder, .fini = remove_folder);

static const char *path_of(const char *name, char path[128]) {
    snprintf(path, 128, "%s/%s", folder, name);
    return path;
}

static void write_plain(const char *name, const void *bytes, size_t size) {
    char path[128];
    FILE *file = fopen(path_of(name, path), "wb");
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void write_zipped(const char *name, const void *bytes, size_t size) {
    char path[128];
    gzFile file = gzopen(path_of(name, path), "wb");
    cr_assert_eq(gzwrite(file, bytes, (unsigned)size), (int)size);
    gzclose(file);
}

static const uint8_t two_images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0,
                                     1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
static const uint8_t two_labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 4, 1};

static brg_status read_it(const char *name, brg_tensor **tensor, brg_error *error) {
    char path[128];
    return brg_idx_read(path_of(name, path), tensor, error);
}

Test(idx, plain_and_gzipped_read_alike) {
    brg_error error = {0};
    for (int zipped = 0; zipped < 2; zipped++) {
        brg_tensor *tensor = NULL;
        (zipped ? write_zipped : write_plain)("x", two_images, sizeof two_images);
        cr_assert_eq(read_it("x", &tensor, &error), BRG_OK, "%s", error.what);
        const brg_shape *shape = brg_tensor_shape(tensor);
        cr_assert(shape->rank == 3 && shape->dims[0] == 2 && shape->dims[1] == 1 &&
                  shape->dims[2] == 3);
        cr_assert_eq(memcmp(brg_tensor_data(tensor), two_images + 16, 6), 0);
        brg_tensor_release(tensor);
    }
}

static void refused(const void *bytes, size_t size, const char *why) {
    brg_error error = {0};
    brg_tensor *tensor = NULL;
    write_plain("bad", bytes, size);
    cr_assert_neq(read_it("bad", &tensor, &error), BRG_OK, "%s", why);
    cr_assert(strstr(error.what, why), "\"%s\" does not say \"%s\"", error.what, why);
    cr_assert_null(tensor);
}

Test(idx, damage_is_told) {
    const uint8_t wrong[] = {0, 1, 8, 3, 0, 0, 0, 1}, floats[] = {0, 0, 13, 1, 0, 0, 0, 1, 9};
    const uint8_t huge[] = {0, 0, 8, 3, 0x7f, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 9};
    refused("", 0, "it is empty");
    for (size_t size = 1; size < sizeof two_images; size++)
        refused(two_images, size, "it ends too early");
    refused(wrong, sizeof wrong, "other bytes");
    refused(floats, sizeof floats, "another type");
    refused(huge, sizeof huge, "too many");
    uint8_t longer[sizeof two_images + 1] = {0};
    memcpy(longer, two_images, sizeof two_images);
    refused(longer, sizeof longer, "longer than it says");
}

/* A zipped file of noise, which cannot be made smaller; returns its size. */
static size_t write_noise(const char *name, uint8_t zipped[8192]) {
    char path[128];
    uint8_t noise[4096] = {0, 0, 8, 1, 0, 0, 0x0f, 0xf8};
    for (size_t i = 8; i < sizeof noise; i++)
        noise[i] = (uint8_t)(i * i * 2654435761u >> 16);
    write_zipped(name, noise, sizeof noise);
    FILE *file = fopen(path_of(name, path), "rb");
    size_t size = fread(zipped, 1, 8192, file);
    fclose(file);
    return size;
}

Test(idx, a_zipped_file_cut_short_is_told) {
    uint8_t zipped[8192];
    size_t size = write_noise("cut", zipped);
    for (size_t keep = 20; keep < size; keep += keep + 64 < size - 20 ? 64 : 1)
        refused(zipped, keep, "bad is ");
}

Test(idx, a_zipped_file_with_a_wrong_byte_is_told) {
    uint8_t zipped[8192];
    size_t size = write_noise("wrong", zipped);
    for (size_t at = 10; at < size; at += at + 64 < size - 20 ? 64 : 1) {
        zipped[at] ^= 4;
        refused(zipped, size, "bad is ");
        zipped[at] ^= 4;
    }
    zipped[size - 8] ^= 1; /* the checksum alone */
    refused(zipped, size, "cannot be unzipped: incorrect data check");
}

static void write_dataset(const void *labels, size_t size) {
    write_zipped("train-images-idx3-ubyte.gz", two_images, sizeof two_images);
    write_zipped("train-labels-idx1-ubyte.gz", labels, size);
    write_plain("t10k-images-idx3-ubyte", two_images, sizeof two_images);
    write_plain("t10k-labels-idx1-ubyte", two_labels, sizeof two_labels);
}

Test(idx, a_dataset_is_read_whole) {
    brg_dataset dataset;
    brg_error error = {0};
    write_dataset(two_labels, sizeof two_labels);
    cr_assert_eq(brg_dataset_load(folder, &dataset, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(brg_tensor_shape(dataset.train_images)->rank, 4);
    cr_assert_eq(((const int32_t *)brg_tensor_data(dataset.test_labels))[0], 4);
    cr_assert_eq(dataset.classes, 5);
    brg_dataset_release(&dataset);
}

Test(idx, a_small_mnist_ships) {
    brg_dataset dataset;
    brg_error error = {0};
    cr_assert_eq(brg_dataset_load(NULL, &dataset, &error), BRG_OK, "%s", error.what);
    const brg_shape *train = brg_tensor_shape(dataset.train_images);
    const brg_shape *test = brg_tensor_shape(dataset.test_images);
    cr_assert(train->dims[0] == 5000 && test->dims[0] == 1000);
    cr_assert(train->dims[1] == 1 && train->dims[2] == 28 && train->dims[3] == 28);
    cr_assert_eq(dataset.classes, 10);
    cr_assert_eq(((const int32_t *)brg_tensor_data(dataset.train_labels))[0], 5);
    cr_assert_eq(((const int32_t *)brg_tensor_data(dataset.test_labels))[0], 7);
    brg_dataset_release(&dataset);
}

Test(idx, data_may_lie_elsewhere) {
    brg_dataset dataset;
    brg_error error = {0};
    char path[128];
    setenv("BRIGADE_DATA_DIR", folder, 1);
    cr_assert_eq(brg_dataset_load(NULL, &dataset, &error), BRG_E_IO);
    cr_assert(strstr(error.hint, "BRIGADE_DATA_DIR"), "%s", error.hint);
    cr_assert_eq(symlink(".", path_of("mnist", path)), 0);
    write_dataset(two_labels, sizeof two_labels);
    cr_assert_eq(brg_dataset_load(NULL, &dataset, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(brg_tensor_shape(dataset.train_images)->dims[0], 2);
    brg_dataset_release(&dataset);
    unsetenv("BRIGADE_DATA_DIR");
}

static void dataset_refused(const char *where, brg_status expected, const char *why) {
    brg_dataset dataset;
    brg_error error = {0};
    cr_assert_eq(brg_dataset_load(where, &dataset, &error), expected, "%s", error.what);
    cr_assert(strstr(error.what, why), "\"%s\" does not say \"%s\"", error.what, why);
    cr_assert_neq(error.hint[0], '\0', "%s", error.what);
    cr_assert_null(dataset.train_images);
}

Test(idx, files_of_a_dataset_must_match) {
    const uint8_t one_label[] = {0, 0, 8, 1, 0, 0, 0, 1, 4};
    const uint8_t no_images[16] = {0, 0, 8, 3, [11] = 1, [15] = 3}, no_labels[8] = {0, 0, 8, 1};
    uint8_t turned[sizeof two_images];
    memcpy(turned, two_images, sizeof turned);
    turned[11] = 3, turned[15] = 1;

    write_dataset(one_label, sizeof one_label);
    dataset_refused(folder, BRG_E_SHAPE, "1 labels for 2 images");
    write_dataset(two_images, sizeof two_images);
    dataset_refused(folder, BRG_E_FORMAT, "holds no labels: it has 3 dims");
    write_dataset(two_labels, sizeof two_labels);
    write_plain("t10k-images-idx3-ubyte", turned, sizeof turned);
    dataset_refused(folder, BRG_E_SHAPE, "are 1x3, those to test on 3x1");
    write_plain("t10k-images-idx3-ubyte", no_images, sizeof no_images);
    write_plain("t10k-labels-idx1-ubyte", no_labels, sizeof no_labels);
    dataset_refused(folder, BRG_E_SHAPE, "and 0 to test on");
    write_plain("t10k-images-idx3-ubyte", two_labels, sizeof two_labels);
    dataset_refused(folder, BRG_E_FORMAT, "holds no images: it has 1 dims");
}

Test(idx, what_is_no_dataset_is_told) {
    char path[128];
    dataset_refused(folder, BRG_E_IO, "There is no train-images-idx3-ubyte");
    dataset_refused("/nowhere/at/all", BRG_E_IO, "The folder /nowhere/at/all cannot be read");
    write_plain("plain", two_labels, sizeof two_labels);
    dataset_refused(path_of("plain", path), BRG_E_IO, "is a file, not a folder");
    write_plain("train-images-idx3-ubyte", "", 0);
    dataset_refused(folder, BRG_E_FORMAT, "it is empty");
    unlink(path_of("train-images-idx3-ubyte", path));
    cr_assert_eq(mkdir(path, 0700), 0);
    dataset_refused(folder, BRG_E_IO, "directory");
    rmdir(path);
    write_dataset(two_labels, sizeof two_labels);
    unlink(path_of("t10k-images-idx3-ubyte", path));
    dataset_refused(folder, BRG_E_IO, "There is no t10k-images");
}

Test(idx, shipped_models_load_and_have_states) {
    brg_error error = {0};
    for (int32_t i = 0; brg_model_shipped(i); i++) {
        brg_model model;
        brg_tensor *state = NULL;
        brg_train_params params = BRG_TRAIN_DEFAULTS;
        params.batch = 4;
        cr_assert_eq(brg_model_load(brg_model_shipped(i), &model, &error), BRG_OK, "%s",
                     error.what);
        cr_assert_eq(model.classes, 10);
        cr_assert_eq(brg_model_state(&model, &params, 1, &state, &error), BRG_OK);
        int64_t losses, hits;
        brg_model_results(&model, &params, 8, &losses, &hits);
        cr_assert(losses >= brg_tensor_shape(state)->dims[1] && hits >= losses + 2);
        brg_tensor_release(state);
        brg_model_release(&model);
    }
    brg_model none;
    cr_assert_eq(brg_model_load("/nowhere/at/all", &none, &error), BRG_E_IO);
}
