/* Checkpoints that a watcher asks for: paused or not, to one file and then to another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "brigade/trainer.h"
#include "fixture.h"

static char folder[64], model[96], first[96], second[96];

static void make_folder(void) {
    snprintf(folder, sizeof folder, "/tmp/brigade-trainer-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(model, sizeof model, "%s/model.txt", folder);
    snprintf(first, sizeof first, "%s/first", folder);
    snprintf(second, sizeof second, "%s/second", folder);
    FILE *file = fopen(model, "w");
    cr_assert_not_null(file);
    fputs("input 1x28x28\ndense 10\n", file);
    fclose(file);
}

static void remove_folder(void) {
    char line[128];
    snprintf(line, sizeof line, "rm -r %s", folder);
    cr_assert_eq(system(line), 0);
}

TestSuite(trainer_save, .init = make_folder, .fini = remove_folder, .timeout = 480);

static brg_trainer *start_training(brg_engine *engine) {
    brg_trainer *trainer = NULL;
    brg_error error = {0};
    brg_trainer_config config = {.model = model, .epochs = 100000, .check_every = -1};
    cr_assert_eq(brg_trainer_start(engine, &config, &trainer, &error), BRG_OK, "%s", error.what);
    return trainer;
}

/* Waits until a checkpoint was written there. */
static brg_trainer_view await_saved(brg_trainer *trainer, const char *path) {
    brg_trainer_view view = {.saved_step = -1};
    for (int waited = 0; view.saved_step < 0 || strcmp(view.saved_path, path) != 0; waited += 10) {
        cr_assert_lt(waited, 300000, "%s was not written: %s", path, view.error.what);
        usleep(10000);
        brg_trainer_snapshot(trainer, &view);
    }
    cr_assert_eq(access(path, R_OK), 0);
    return view;
}

/* Waits until that many were tried after the end; the error of the latest. */
static brg_error await_late(brg_trainer *trainer, int64_t count) {
    brg_trainer_view view = {0};
    for (int waited = 0; view.late_saves < count; waited += 10) {
        cr_assert_lt(waited, 300000, "nothing was tried");
        usleep(10000);
        brg_trainer_snapshot(trainer, &view);
        cr_assert_eq(view.state, BRG_TRAINER_STOPPED);
    }
    return view.save_error;
}

/* The latest one is written to the second file, where later ones go too. */
Test(trainer_save, comes_when_asked_for_and_where) {
    brg_engine *engine = start_engine(NULL);
    brg_trainer *trainer = start_training(engine);
    cr_assert_eq(brg_trainer_save(trainer, first, NULL), BRG_OK);
    await_saved(trainer, first);
    brg_trainer_pause(trainer, true);
    cr_assert_eq(brg_trainer_save(trainer, second, NULL), BRG_OK);
    brg_trainer_view paused = await_saved(trainer, second);
    cr_assert(paused.paused && !brg_trainer_state_ended(paused.state));
    cr_assert_eq(unlink(first), 0);
    brg_trainer_pause(trainer, false);
    brg_trainer_stop(trainer);
    cr_assert_eq(brg_trainer_wait(trainer, 300), BRG_OK);
    brg_trainer_snapshot(trainer, &paused);
    cr_assert_eq(paused.state, BRG_TRAINER_STOPPED);
    cr_assert_eq(paused.saved_step, paused.step);
    cr_assert_str_eq(paused.saved_path, second);
    cr_assert_neq(access(first, R_OK), 0);
    brg_trainer_destroy(trainer);
    brg_engine_destroy(engine);
}

Test(trainer_save, wants_a_file_and_a_place_for_it) {
    char nowhere[128];
    brg_error error = {0};
    brg_engine *engine = start_engine(NULL);
    brg_trainer *trainer = start_training(engine);
    snprintf(nowhere, sizeof nowhere, "%s/no/such/folder", folder);
    cr_assert_eq(brg_trainer_save(trainer, NULL, &error), BRG_E_ARGUMENT);
    cr_assert_not_null(strstr(error.what, "No file was named"), "%s", error.what);
    cr_assert_eq(brg_trainer_save(trainer, nowhere, &error), BRG_E_IO);
    cr_assert_not_null(strstr(error.what, "folder"), "%s", error.what);
    brg_trainer_stop(trainer);
    cr_assert_eq(brg_trainer_wait(trainer, 300), BRG_OK);
    cr_assert_eq(brg_trainer_save(trainer, nowhere, &error), BRG_E_IO); /* nor after the end */
    brg_trainer_destroy(trainer);
    cr_assert_neq(access(first, R_OK), 0);
    brg_engine_destroy(engine);
}

/* Who named no file beforehand may still do so: once, again, and just before the trainer goes. */
Test(trainer_save, comes_after_the_end_too) {
    brg_error error = {0};
    brg_trainer_view view;
    brg_model learned;
    brg_train_params params;
    brg_tensor *state = NULL;
    brg_engine *engine = start_engine(NULL);
    brg_trainer *trainer = start_training(engine);
    do {
        usleep(10000);
        brg_trainer_snapshot(trainer, &view);
    } while (view.step == 0 && !brg_trainer_state_ended(view.state));
    brg_trainer_stop(trainer);
    cr_assert_eq(brg_trainer_wait(trainer, 300), BRG_OK);
    cr_assert_eq(brg_trainer_save(trainer, NULL, &error), BRG_E_ARGUMENT);
    cr_assert_eq(brg_trainer_save(trainer, first, &error), BRG_OK);
    cr_assert_eq(await_late(trainer, 1).status, BRG_OK);
    brg_trainer_snapshot(trainer, &view);
    cr_assert(view.step > 0 && view.saved_step == view.step);
    cr_assert_str_eq(view.saved_path, first);
    cr_assert_eq(brg_model_restore(first, &learned, &params, &state, &error), BRG_OK, "%s",
                 error.what);
    brg_tensor *weights = brg_trainer_weights(trainer);
    int64_t numbers,
        hits; /* of the weights and what the optimizer keeps; the rest is of the latest steps */
    brg_model_results(&learned, &params, params.batch, &numbers, &hits);
    cr_assert_gt(numbers, 7850);
    cr_assert_eq(
        memcmp(brg_tensor_data(state), brg_tensor_data(weights), (size_t)numbers * sizeof(float)),
        0);
    brg_tensor_release(weights);
    brg_tensor_release(state);
    brg_model_release(&learned);
    cr_assert_eq(unlink(first), 0);
    cr_assert_eq(brg_trainer_save(trainer, NULL, &error), BRG_OK); /* to the same again */
    cr_assert_eq(await_late(trainer, 2).status, BRG_OK);
    cr_assert_eq(access(first, R_OK), 0);
    cr_assert_eq(brg_trainer_save(trainer, second, &error), BRG_OK);
    brg_trainer_destroy(trainer);
    cr_assert_eq(access(second, R_OK), 0);
    brg_engine_destroy(engine);
}
