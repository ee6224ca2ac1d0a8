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

TestSuite(trainer_save, .init = make_folder, .fini = remove_folder, .timeout = 120);

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
        cr_assert_lt(waited, 60000, "%s was not written: %s", path, view.error.what);
        usleep(10000);
        brg_trainer_snapshot(trainer, &view);
    }
    cr_assert_eq(access(path, R_OK), 0);
    return view;
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
    cr_assert_eq(brg_trainer_wait(trainer, 60), BRG_OK);
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
    cr_assert_eq(brg_trainer_wait(trainer, 60), BRG_OK);
    cr_assert_eq(brg_trainer_save(trainer, first, &error), BRG_OK); /* too late, and no harm */
    brg_trainer_destroy(trainer);
    cr_assert_neq(access(first, R_OK), 0);
    brg_engine_destroy(engine);
}
