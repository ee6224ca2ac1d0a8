/* Trainers, as clients have them: a thread, a lock, and copies of what lies under it. What the thread does
 * is in course.c. See brigade/trainer.h. */
#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "train/regime.h"
#include "train/trainer_state.h"

static const char *const states[] = {
    [BRG_TRAINER_LOADING] = "loading",   [BRG_TRAINER_TRAINING] = "training",
    [BRG_TRAINER_CHECKING] = "checking", [BRG_TRAINER_TESTING] = "testing",
    [BRG_TRAINER_SAVING] = "saving",     [BRG_TRAINER_DONE] = "done",
    [BRG_TRAINER_STOPPED] = "stopped",   [BRG_TRAINER_FAILED] = "failed"};

const char *brg_trainer_state_name(brg_trainer_state state) {
    return state >= BRG_TRAINER_LOADING && state <= BRG_TRAINER_FAILED ? states[state] : "unknown";
}

bool brg_trainer_state_ended(brg_trainer_state state) {
    return state >= BRG_TRAINER_DONE;
}

/* ---- the thread's side ----------------------------------------------------------------------- */

brg_trainer_view *brg_trainer_open(brg_trainer *trainer) {
    pthread_mutex_lock(&trainer->lock);
    return &trainer->view;
}

void brg_trainer_close(brg_trainer *trainer) {
    trainer->view.points = trainer->curve.point_count;
    trainer->view.tests = trainer->curve.test_count;
    pthread_cond_broadcast(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
    if (trainer->config.wake)
        trainer->config.wake(trainer->config.wake_user);
}

void brg_trainer_enter(brg_trainer *trainer, brg_trainer_state state) {
    brg_trainer_view *view = brg_trainer_open(trainer);
    if (!brg_trainer_state_ended(view->state))
        view->state = state;
    brg_trainer_close(trainer);
}

void brg_trainer_end(brg_trainer *trainer, brg_trainer_state state, const brg_error *error) {
    brg_trainer_view *view = brg_trainer_open(trainer);
    view->state = state;
    if (state == BRG_TRAINER_FAILED)
        view->error = *error;
    view->paused = view->stopping = false;
    brg_trainer_close(trainer);
}

bool brg_trainer_may_go_on(brg_trainer *trainer) {
    pthread_mutex_lock(&trainer->lock);
    while (trainer->view.paused && !trainer->save_asked && !atomic_load(&trainer->stop))
        pthread_cond_wait(&trainer->changed, &trainer->lock);
    pthread_mutex_unlock(&trainer->lock);
    return !atomic_load(&trainer->stop);
}

bool brg_trainer_await_save(brg_trainer *trainer) {
    pthread_mutex_lock(&trainer->lock);
    while (!trainer->save_asked && !atomic_load(&trainer->abandon))
        pthread_cond_wait(&trainer->changed, &trainer->lock);
    bool asked = trainer->save_asked;
    pthread_mutex_unlock(&trainer->lock);
    return asked;
}

bool brg_trainer_save_asked(brg_trainer *trainer) {
    pthread_mutex_lock(&trainer->lock);
    bool asked = trainer->save_asked;
    pthread_mutex_unlock(&trainer->lock);
    return asked;
}

bool brg_trainer_take_save(brg_trainer *trainer, char path[BRG_TRAINER_PATH]) {
    pthread_mutex_lock(&trainer->lock);
    bool asked = trainer->save_asked;
    if (asked)
        memcpy(path, trainer->save_path, sizeof trainer->save_path);
    trainer->save_asked = false;
    pthread_mutex_unlock(&trainer->lock);
    return asked;
}

static void *run(void *argument) {
    brg_trainer_course(argument);
    return NULL;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

/* Whether a checkpoint could be written: it would be a pity to learn that only after an epoch. */
static brg_status check_place(const char *path, brg_error *error) {
    char copy[BRG_TRAINER_PATH];
    struct stat about;
    if (strlen(path) >= sizeof copy)
        return brg_fail(error, BRG_E_IO, "A file name of %zu characters is too long.",
                        strlen(path));
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return brg_fail(error, BRG_E_IO, "No checkpoint can be written to %.150s: it is a folder.",
                        path);
    strcpy(copy, path);
    const char *folder = dirname(copy);
    if (access(folder, W_OK | X_OK) != 0)
        return brg_fail(error, BRG_E_IO, "No checkpoint can be written to the folder %.150s: %s.",
                        folder, strerror(errno));
    return BRG_OK;
}

static void init_view(brg_trainer_view *v) {
    v->loss = v->train_accuracy = v->test_accuracy = v->best_accuracy = (double)NAN;
    v->sum_ms = v->sum_hidden_ms = (double)NAN;
    v->rate = v->step_ms = v->images_per_s = v->remaining_s = (double)NAN;
    v->saved_step = -1;
}

static void init_lock(brg_trainer *trainer) {
    pthread_condattr_t monotonic;
    pthread_mutex_init(&trainer->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&trainer->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void release(brg_trainer *trainer) {
    brg_config_release(&trainer->config);
    brg_curve_release(&trainer->curve);
    brg_tensor_release(trainer->sample_images);
    brg_tensor_release(trainer->state);
    pthread_cond_destroy(&trainer->changed);
    pthread_mutex_destroy(&trainer->lock);
    free(trainer);
}

brg_status brg_trainer_start(brg_engine *engine, const brg_trainer_config *config,
                             brg_trainer **out, brg_error *error) {
    const brg_trainer_config defaults = {0};
    config = config ? config : &defaults;
    *out = NULL;
    brg_status status = brg_config_check(config, error);
    if (status == BRG_OK && config->save && !config->test_only)
        status = check_place(config->save, error);
    if (status != BRG_OK)
        return status;
    brg_trainer *trainer = calloc(1, sizeof *trainer);
    if (!trainer)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a trainer.");
    trainer->engine = engine;
    init_lock(trainer);
    init_view(&trainer->view);
    if (config->save)
        snprintf(trainer->save_path, sizeof trainer->save_path, "%s", config->save);
    if (!brg_config_copy(config, &trainer->config))
        status = brg_fail(error, BRG_E_MEMORY, "There is no memory for a trainer.");
    else if (pthread_create(&trainer->thread, NULL, run, trainer) != 0)
        status = brg_fail(error, BRG_E_INTERNAL, "There is no thread for a trainer.");
    if (status == BRG_OK)
        *out = trainer;
    else
        release(trainer);
    return status;
}

void brg_trainer_destroy(brg_trainer *trainer) {
    if (!trainer)
        return;
    atomic_store(&trainer->abandon, true);
    brg_trainer_stop(trainer);
    pthread_join(trainer->thread, NULL);
    release(trainer);
}

/* ---- steering -------------------------------------------------------------------------------- */

void brg_trainer_stop(brg_trainer *trainer) {
    pthread_mutex_lock(&trainer->lock);
    atomic_store(&trainer->stop, true);
    trainer->view.stopping = !brg_trainer_state_ended(trainer->view.state);
    pthread_cond_broadcast(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

void brg_trainer_pause(brg_trainer *trainer, bool paused) {
    pthread_mutex_lock(&trainer->lock);
    trainer->view.paused = paused && !brg_trainer_state_ended(trainer->view.state);
    pthread_cond_broadcast(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

static void ask_to_save(brg_trainer *trainer, const char *path) {
    pthread_mutex_lock(&trainer->lock);
    snprintf(trainer->save_path, sizeof trainer->save_path, "%s", path);
    trainer->save_asked = true;
    pthread_cond_broadcast(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

brg_status brg_trainer_save(brg_trainer *trainer, const char *path, brg_error *error) {
    char latest[BRG_TRAINER_PATH];
    pthread_mutex_lock(&trainer->lock);
    memcpy(latest, trainer->save_path, sizeof latest);
    pthread_mutex_unlock(&trainer->lock);
    path = path ? path : latest;
    if (!*path)
        return brg_fail(error, BRG_E_ARGUMENT, "No file was named to save to.");
    brg_status status = check_place(path, error);
    if (status == BRG_OK)
        ask_to_save(trainer, path);
    return status;
}

static struct timespec deadline_after(double timeout_s) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    double whole = floor(fmin(timeout_s, 1e9));
    at.tv_sec += (time_t)whole;
    at.tv_nsec += (long)((fmin(timeout_s, 1e9) - whole) * 1e9);
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

brg_status brg_trainer_wait(brg_trainer *trainer, double timeout_s) {
    const struct timespec deadline = deadline_after(timeout_s < 0 ? 0 : timeout_s);
    int late = 0;
    pthread_mutex_lock(&trainer->lock);
    while (!brg_trainer_state_ended(trainer->view.state) && late == 0)
        late = timeout_s < 0 ? pthread_cond_wait(&trainer->changed, &trainer->lock)
                             : pthread_cond_timedwait(&trainer->changed, &trainer->lock, &deadline);
    bool ended = brg_trainer_state_ended(trainer->view.state);
    pthread_mutex_unlock(&trainer->lock);
    return ended ? BRG_OK : BRG_E_TIMEOUT;
}

/* ---- watching -------------------------------------------------------------------------------- */

void brg_trainer_snapshot(brg_trainer *trainer, brg_trainer_view *view) {
    pthread_mutex_lock(&trainer->lock);
    *view = trainer->view;
    pthread_mutex_unlock(&trainer->lock);
}

/* How many of `count` elements there are from `from` on, at most `capacity`. */
static int64_t portion_of(int64_t count, int64_t from, int64_t capacity) {
    int64_t left = from < 0 || from > count ? 0 : count - from;
    return left < capacity ? left : capacity;
}

int64_t brg_trainer_points(brg_trainer *trainer, int64_t from, brg_train_point *points,
                           int64_t capacity) {
    pthread_mutex_lock(&trainer->lock);
    int64_t count = portion_of(trainer->curve.point_count, from, capacity);
    if (count > 0)
        memcpy(points, trainer->curve.points + from, (size_t)count * sizeof *points);
    pthread_mutex_unlock(&trainer->lock);
    return count;
}

int64_t brg_trainer_tests(brg_trainer *trainer, int64_t from, brg_train_test *tests,
                          int64_t capacity) {
    pthread_mutex_lock(&trainer->lock);
    int64_t count = portion_of(trainer->curve.test_count, from, capacity);
    if (count > 0)
        memcpy(tests, trainer->curve.tests + from, (size_t)count * sizeof *tests);
    pthread_mutex_unlock(&trainer->lock);
    return count;
}

int32_t brg_trainer_samples(brg_trainer *trainer, brg_train_sample *samples, int32_t capacity,
                            brg_tensor **images) {
    pthread_mutex_lock(&trainer->lock);
    int32_t count = trainer->sample_count;
    for (int32_t i = 0; i < count && i < capacity; i++)
        samples[i] = trainer->samples[i];
    if (images)
        *images = brg_tensor_retain(trainer->sample_images);
    pthread_mutex_unlock(&trainer->lock);
    return count;
}

brg_tensor *brg_trainer_weights(brg_trainer *trainer) {
    pthread_mutex_lock(&trainer->lock);
    brg_tensor *state = brg_tensor_retain(trainer->state);
    pthread_mutex_unlock(&trainer->lock);
    return state;
}
