/* Wishes. See wish.h. */
#include "training/wish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double most_epochs = 1000, most_images = 4096, least_rate = 1e-5, most_rate = 1,
                    most_replicas = 64;

/* ---- names ----------------------------------------------------------------------------------- */

static int collect(const char *(*at)(int32_t index), const char *names[BRG_WISH_NAMES]) {
    int count = 0;
    while (count < BRG_WISH_NAMES - 1 && (names[count] = at(count)))
        count++;
    return count;
}

int brg_wish_models(const char *names[BRG_WISH_NAMES]) {
    int count = collect(brg_model_shipped, names);
    names[count] = "your own";
    return count + 1;
}

int brg_wish_optimizers(const char *names[BRG_WISH_NAMES]) {
    return collect(brg_optimizer_name, names);
}

int brg_wish_schedules(const char *names[BRG_WISH_NAMES]) {
    return collect(brg_schedule_name, names);
}

/* The index of a name in a list; that of the first if there is no such name. */
static int find(int (*list)(const char *names[BRG_WISH_NAMES]), const char *name) {
    const char *names[BRG_WISH_NAMES];
    int count = list(names);
    for (int i = 0; name && i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return 0;
}

static const char *name_of(int (*list)(const char *names[BRG_WISH_NAMES]), int index) {
    const char *names[BRG_WISH_NAMES];
    int count = list(names);
    return index >= 0 && index < count ? names[index] : names[0];
}

const char *brg_wish_model(const brg_wish *wish) {
    const char *shipped = brg_model_shipped(wish->model);
    return shipped ? shipped : wish->file;
}

/* ---- what suits ------------------------------------------------------------------------------ */

void brg_wish_suit_model(brg_wish *wish) {
    brg_trainer_config config = {.model = brg_wish_model(wish)};
    brg_trainer_settle(&config);
    wish->epochs = (float)config.epochs;
    wish->batch = (float)config.batch;
    wish->optimizer = find(brg_wish_optimizers, config.optimizer);
    wish->schedule = find(brg_wish_schedules, config.schedule);
    wish->rate = (float)config.rate;
    snprintf(wish->augment, sizeof wish->augment, "%s", config.augment);
}

void brg_wish_suit_optimizer(brg_wish *wish) {
    brg_trainer_config config = {.model = brg_wish_model(wish),
                                 .optimizer = brg_optimizer_name(wish->optimizer)};
    brg_trainer_settle(&config);
    wish->rate = (float)config.rate;
}

void brg_wish_init(brg_wish *wish) {
    brg_trainer_config config = {0};
    memset(wish, 0, sizeof *wish);
    wish->replicas = 1;
    brg_trainer_settle(&config);
    wish->model = find(brg_wish_models, config.model);
    brg_wish_suit_model(wish);
}

/* ---- what it comes to ------------------------------------------------------------------------ */

/* What was meant: 0.05, and not the float next to it. Then the bits are those of the command line's. */
static double decimal(float value) {
    char text[32];
    snprintf(text, sizeof text, "%.6g", (double)value);
    return strtod(text, NULL);
}

static const char *or_null(const char *text) {
    return text[0] ? text : NULL;
}

brg_trainer_config brg_wish_config(const brg_wish *wish, bool resume) {
    brg_trainer_config config = {
        .data = or_null(wish->data), .epochs = (int32_t)wish->epochs, .save = or_null(wish->save)};
    if (resume) {
        config.resume = wish->save;
        return config;
    }
    config.model = brg_wish_model(wish);
    config.batch = (int32_t)wish->batch;
    config.optimizer = brg_optimizer_name(wish->optimizer);
    config.rate = decimal(wish->rate);
    config.replicas = (int32_t)wish->replicas;
    config.schedule = brg_schedule_name(wish->schedule);
    config.augment = or_null(wish->augment);
    return config;
}

bool brg_wish_can_resume(const brg_wish *wish) {
    return wish->save[0] && access(wish->save, R_OK) == 0;
}

/* ---- from run to run ------------------------------------------------------------------------- */

static void recall_text(const brg_kept *kept, const char *name, char *text, size_t size) {
    const char *found = brg_kept_text(kept, name, NULL);
    if (found)
        snprintf(text, size, "%s", found);
}

void brg_wish_recall(brg_wish *wish, const brg_kept *kept) {
    const char *model = brg_kept_text(kept, "training.model", brg_wish_model(wish));
    wish->model = find(brg_wish_models, model);
    brg_wish_suit_model(wish);
    const char *optimizer = brg_kept_text(kept, "training.optimizer", NULL);
    const char *schedule = brg_kept_text(kept, "training.schedule", NULL);
    wish->optimizer = optimizer ? find(brg_wish_optimizers, optimizer) : wish->optimizer;
    wish->schedule = schedule ? find(brg_wish_schedules, schedule) : wish->schedule;
    wish->epochs =
        (float)brg_kept_number(kept, "training.epochs", 1, most_epochs, (double)wish->epochs);
    wish->batch =
        (float)brg_kept_number(kept, "training.batch", 1, most_images, (double)wish->batch);
    wish->rate =
        (float)brg_kept_number(kept, "training.rate", least_rate, most_rate, (double)wish->rate);
    wish->replicas =
        (float)brg_kept_number(kept, "training.replicas", 1, most_replicas, (double)wish->replicas);
    recall_text(kept, "training.augment", wish->augment, sizeof wish->augment);
    recall_text(kept, "training.file", wish->file, sizeof wish->file);
    recall_text(kept, "training.data", wish->data, sizeof wish->data);
    recall_text(kept, "training.save", wish->save, sizeof wish->save);
}

void brg_wish_keep(const brg_wish *wish, brg_kept *kept) {
    brg_kept_set_text(kept, "training.model", name_of(brg_wish_models, wish->model));
    brg_kept_set_text(kept, "training.optimizer", name_of(brg_wish_optimizers, wish->optimizer));
    brg_kept_set_text(kept, "training.schedule", name_of(brg_wish_schedules, wish->schedule));
    brg_kept_set_number(kept, "training.epochs", (double)wish->epochs);
    brg_kept_set_number(kept, "training.batch", (double)wish->batch);
    brg_kept_set_number(kept, "training.rate", (double)wish->rate);
    brg_kept_set_number(kept, "training.replicas", (double)wish->replicas);
    brg_kept_set_text(kept, "training.augment", wish->augment);
    brg_kept_set_text(kept, "training.file", wish->file);
    brg_kept_set_text(kept, "training.data", wish->data);
    brg_kept_set_text(kept, "training.save", wish->save);
}
