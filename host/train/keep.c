/* Keeping a training in a checkpoint, and going on from one. See course.h. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "train/course.h"

/* ---- what is written down -------------------------------------------------------------------- */

static void note_data(brg_checkpoint *c, const char *folder) {
    char path[PATH_MAX];
    if (folder && realpath(folder, path) && strlen(path) < BRG_NOTE_TEXT)
        brg_checkpoint_write_note(c, "data", "%s", path);
}

static bool write_notes(const brg_training *t, brg_checkpoint *c) {
    const brg_trainer_config *config = &t->config;
    note_data(c, config->data); /* a path too long for a note has to be given again */
    return brg_checkpoint_write_note(c, "optimizer", "%s", config->optimizer) &&
           brg_checkpoint_write_note(c, "schedule", "%s", config->schedule) &&
           brg_checkpoint_write_note(c, "augment", "%s", config->augment) &&
           brg_checkpoint_write_note(c, "epochs", "%d", (int)config->epochs) &&
           brg_checkpoint_write_note(c, "images", "%lld",
                                     (long long)brg_tensor_shape(t->data.train_images)->dims[0]) &&
           brg_checkpoint_write_note(c, "replicas", "%d", (int)config->replicas) &&
           brg_checkpoint_write_note(c, "bucket", "%d", (int)config->bucket) &&
           brg_checkpoint_write_note(c, "rate", "%.17g", config->rate) &&
           brg_checkpoint_write_note(c, "warmup", "%.17g", config->warmup) &&
           brg_checkpoint_write_note(c, "momentum", "%.17g", config->momentum) &&
           brg_checkpoint_write_note(c, "decay", "%.17g", config->decay) &&
           brg_checkpoint_write_note(c, "epoch.loss", "%.17g", t->loss) &&
           brg_checkpoint_write_note(c, "epoch.hits", "%.17g", t->hits);
}

static brg_status write_down(brg_training *t, brg_error *error) {
    brg_checkpoint c = {.model = t->model,
                        .params = t->regime.params,
                        .epoch = t->tested,
                        .step = t->step,
                        .state = t->state};
    if (!write_notes(t, &c))
        return brg_fail(error, BRG_E_ARGUMENT, "A setting is too long for a checkpoint.");
    brg_status status = brg_checkpoint_save(t->config.save, &c, error);
    if (status != BRG_OK && error && !error->hint[0] && t->saved >= 0)
        brg_error_hint(error, "The checkpoint of step %lld is as it was.", (long long)t->saved);
    return status;
}

/* What is asked for is written, whatever was saved before: perhaps to another file, or to one that is gone. */
static void take_wish(brg_training *t) {
    if (!brg_trainer_take_save(t->trainer, t->save_path))
        return;
    t->config.save = t->save_path;
    t->saved = -1;
}

brg_status brg_training_save(brg_training *t, brg_error *error) {
    take_wish(t);
    if (!t->config.save || t->saved == t->step)
        return BRG_OK;
    brg_trainer_enter(t->trainer, BRG_TRAINER_SAVING);
    brg_status status = write_down(t, error);
    if (status != BRG_OK)
        return status;
    t->saved = t->step;
    brg_trainer_view *view = brg_trainer_open(t->trainer);
    view->saved_step = t->step;
    strncpy(view->saved_path, t->config.save, sizeof view->saved_path - 1);
    brg_trainer_close(t->trainer);
    return BRG_OK;
}

uint32_t brg_training_checksum(const brg_training *t, const brg_tensor *state) {
    const brg_train_params params = t->regime.params;
    int64_t numbers, hits;
    brg_model_results(&t->model, &params, params.batch, &numbers, &hits);
    return (uint32_t)crc32_z(crc32(0, NULL, 0), brg_tensor_data(state),
                             (size_t)numbers * sizeof(float));
}

/* ---- going on -------------------------------------------------------------------------------- */

static void fill_text(const brg_checkpoint *c, const char *name, const char **text) {
    if (!*text)
        *text = brg_checkpoint_note(c, name);
}

/* What was settled as 0 is none now: no default is to take its place. */
static void fill_number(const brg_checkpoint *c, const char *name, double *number) {
    double noted;
    if (*number == 0 && brg_checkpoint_note_number(c, name, &noted))
        *number = noted == 0 ? -1 : noted;
}

static void fill_count(const brg_checkpoint *c, const char *name, int32_t *count) {
    int64_t noted;
    if (*count == 0 && brg_checkpoint_note_integer(c, name, &noted) && noted > 0 &&
        noted <= INT32_MAX)
        *count = (int32_t)noted;
}

static void fill_integer(const brg_checkpoint *c, const char *name, int32_t *number) {
    int64_t noted;
    if (*number == 0 && brg_checkpoint_note_integer(c, name, &noted) && noted >= INT32_MIN &&
        noted <= INT32_MAX)
        *number = (int32_t)noted;
}

static brg_status differs(const char *path, const char *what, const char *was, const char *wanted,
                          brg_error *error) {
    brg_fail(error, BRG_E_ARGUMENT, "\"%.120s\" was trained with %s %.40s, not %.40s.", path, what,
             was, wanted);
    return brg_error_hint(error, "Go on with that, or train anew.");
}

/* What the optimizer's numbers and the order of images hang on must be what it was. */
static brg_status check_same(const brg_trainer_config *config, const brg_checkpoint *c,
                             brg_error *error) {
    const char *optimizer = brg_checkpoint_note(c, "optimizer");
    char was[24], wanted[24];
    if (config->optimizer && optimizer && strcmp(config->optimizer, optimizer) != 0)
        return differs(config->resume, "the optimizer", optimizer, config->optimizer, error);
    if (config->batch > 0 && config->batch != c->params.batch) {
        snprintf(was, sizeof was, "%d", (int)c->params.batch);
        snprintf(wanted, sizeof wanted, "%d", (int)config->batch);
        return differs(config->resume, "batches of", was, wanted, error);
    }
    return BRG_OK;
}

/* A negative number in a configuration is none, and stays none. */
static void fill(brg_trainer_config *config, const brg_checkpoint *c) {
    fill_text(c, "optimizer", &config->optimizer);
    fill_text(c, "schedule", &config->schedule);
    fill_text(c, "augment", &config->augment);
    fill_text(c, "data", &config->data);
    fill_count(c, "epochs", &config->epochs);
    fill_count(c, "replicas", &config->replicas);
    fill_integer(c, "bucket", &config->bucket);
    fill_number(c, "rate", &config->rate);
    fill_number(c, "warmup", &config->warmup);
    fill_number(c, "momentum", &config->momentum);
    fill_number(c, "decay", &config->decay);
    config->batch = c->params.batch;
    config->seed = config->seed ? config->seed : c->params.seed;
    config->model = config->model ? config->model : c->model.name;
}

brg_status brg_training_resume(brg_training *t, brg_error *error) {
    if (!t->config.resume)
        return BRG_OK;
    brg_status status = brg_checkpoint_load(t->config.resume, &t->resumed, error);
    if (status == BRG_OK && !t->config.test_only)
        status = check_same(&t->config, &t->resumed, error);
    if (status != BRG_OK)
        return status;
    fill(&t->config, &t->resumed);
    return brg_config_check(&t->config, error); /* a file's notes are no better than its writer */
}

/* Steps are counted in epochs of these images. */
static brg_status check_images(const brg_training *t, brg_error *error) {
    int64_t images = brg_tensor_shape(t->data.train_images)->dims[0], noted;
    if (!brg_checkpoint_note_integer(&t->resumed, "images", &noted) || noted == images)
        return BRG_OK;
    brg_fail(error, BRG_E_SHAPE, "\"%.120s\" was trained on %lld images, these are %lld.",
             t->config.resume, (long long)noted, (long long)images);
    brg_error_hint(error, "Go on with the same images, or train anew.");
    return BRG_E_SHAPE;
}

/* Every epoch that is over was tested, but perhaps for the latest. */
static brg_status check_counts(const brg_training *t, brg_error *error) {
    int64_t over = t->resumed.step / t->regime.steps_of_epoch;
    if (t->resumed.step >= 0 && t->resumed.epoch <= over && t->resumed.epoch >= over - 1)
        return BRG_OK;
    return brg_fail(error, BRG_E_FORMAT,
                    "\"%.120s\" has %lld steps and %lld epochs, which cannot be.", t->config.resume,
                    (long long)t->resumed.step, (long long)t->resumed.epoch);
}

brg_status brg_training_take_over(brg_training *t, brg_error *error) {
    const brg_checkpoint *c = &t->resumed;
    brg_status status = t->config.test_only ? BRG_OK : check_images(t, error);
    if (status == BRG_OK && !t->config.test_only)
        status = check_counts(t, error);
    if (status != BRG_OK)
        return status;
    t->state = brg_tensor_retain(c->state);
    t->step = c->step;
    t->tested = c->epoch;
    brg_checkpoint_note_number(c, "epoch.loss", &t->loss);
    brg_checkpoint_note_number(c, "epoch.hits", &t->hits);
    return BRG_OK;
}
