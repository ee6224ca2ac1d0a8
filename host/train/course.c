/* What a trainer's thread does: it reads what there is to read, has steps made, tests, checks and saves,
 * and says how far it has come.
 *
 *     load -> [ epoch over and untested: test, save ] -> [ stop? ] -> stretches of an epoch -+
 *                          ^---------------------------------------------------------------- +
 *
 * A stretch ends where an epoch, a block of one rate or a step to be saved after ends, before and after a
 * step to be checked, and once it would last longer than a watcher likes to wait. None of this changes a
 * bit of the result. */
#include "train/course.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brigade/trace.h"
#include "train/compare.h"
#include "train/share_check.h"
#include "train/team.h"

static const double STRETCH_S = 0.25; /* so long a stretch should last */
static const double CHECKS_SHARE =
    0.05; /* of the time, for checks that nobody asked for by number */

static int64_t count_of(const brg_tensor *images) {
    return brg_tensor_shape(images)->dims[0];
}

static double seconds_since(uint64_t began_ns) {
    return (double)(brg_now_ns() - began_ns) * 1e-9;
}

/* ---- loading --------------------------------------------------------------------------------- */

/* Whether there is such a device, and its name. */
static brg_status find_device(brg_training *t, brg_error *error) {
    const double glance_s = 0.05;
    brg_device_list *list = malloc(sizeof *list);
    brg_device_choice choice = {0};
    brg_status status = BRG_E_TIMEOUT;
    if (!list)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a list of devices.");
    while (status == BRG_E_TIMEOUT && !atomic_load(&t->trainer->abandon))
        status = brg_engine_devices(t->trainer->engine, glance_s, list, error);
    const char *wanted = t->config.device ? t->config.device : getenv("BRIGADE_DEVICE");
    if (status == BRG_OK)
        status = brg_device_select(list, wanted, &choice, error);
    if (status == BRG_OK) {
        brg_trainer_view *view = brg_trainer_open(t->trainer);
        snprintf(view->device, sizeof view->device, "%s", list->devices[choice.index].name);
        brg_trainer_close(t->trainer);
    }
    free(list);
    return status;
}

static brg_status load_model(brg_training *t, brg_error *error) {
    const brg_checkpoint *c = &t->resumed;
    bool own = t->config.model == c->model.name;
    if (c->state && own)
        return brg_model_read(c->model.text, c->model.name, &t->model, error);
    brg_status status = brg_model_load(t->config.model, &t->model, error);
    if (status == BRG_OK && c->state)
        status = brg_checkpoint_fits(c, &t->model, t->config.resume, error);
    return status;
}

static brg_status check_fit(const brg_training *t, brg_error *error) {
    const brg_shape *images = brg_tensor_shape(t->data.train_images);
    const brg_model *m = &t->model;
    if (images->dims[1] != m->channels || images->dims[2] != m->height ||
        images->dims[3] != m->width)
        return brg_fail(error, BRG_E_SHAPE,
                        "%.60s takes images of %dx%dx%d, these are %lldx%lldx%lld.", m->name,
                        (int)m->channels, (int)m->height, (int)m->width, (long long)images->dims[1],
                        (long long)images->dims[2], (long long)images->dims[3]);
    if (t->data.classes > m->classes)
        return brg_fail(error, BRG_E_SHAPE, "%.60s tells %d classes apart, these images have %d.",
                        m->name, (int)m->classes, (int)t->data.classes);
    if (images->dims[0] < t->config.batch && !t->config.test_only)
        return brg_fail(error, BRG_E_ARGUMENT, "A batch of %d is more than the %lld images.",
                        (int)t->config.batch, (long long)images->dims[0]);
    if (images->dims[0] > INT32_MAX ||
        t->config.epochs > INT32_MAX / (images->dims[0] / t->config.batch + 1))
        return brg_fail(error, BRG_E_ARGUMENT, "These are more steps than can be counted.");
    return BRG_OK;
}

static void set_up(brg_training *t) {
    t->setup = (brg_stepper_setup){.engine = t->trainer->engine,
                                   .device = t->replicas.update,
                                   .model = &t->model,
                                   .images = t->data.train_images,
                                   .labels = t->data.train_labels,
                                   .regime = &t->regime,
                                   .abandon = &t->trainer->abandon};
}

/* The state to begin with, and room for an order. */
static brg_status make_state(brg_training *t, brg_error *error) {
    t->order = malloc((size_t)count_of(t->data.train_images) * sizeof *t->order);
    if (!t->order)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for an order of images.");
    if (t->resumed.state)
        return brg_training_take_over(t, error);
    return brg_model_state(&t->model, &t->regime.params, t->config.seed, &t->state, error);
}

static bool is_shared(const brg_training *t) {
    return t->config.ranks || t->config.replicas > 1;
}

static void tell_facts(brg_training *t) {
    const brg_model *m = &t->model;
    brg_trainer_view *v = brg_trainer_open(t->trainer);
    snprintf(v->model, sizeof v->model, "%s", m->name);
    v->layers = m->layers;
    v->classes = m->classes;
    v->channels = m->channels;
    v->height = m->height;
    v->width = m->width;
    v->weights = m->weights;
    v->images = count_of(t->data.train_images);
    v->test_images = count_of(t->data.test_images);
    v->batch = t->config.batch;
    v->replicas = t->config.replicas;
    v->ranks = brg_ranks_self(t->config.ranks).count;
    v->epochs = t->config.epochs;
    v->steps = t->steps;
    v->steps_of_epoch = t->regime.steps_of_epoch;
    v->step = v->first_step = t->step;
    v->check_tolerance = brg_compare_needed(m) ? BRG_COMPARE_TOLERANCE : 0;
    v->check_by_shares = is_shared(t) && brg_share_checks_for(&t->setup) != BRG_CHECK_WHOLE;
    v->epoch = (int32_t)(t->step / (v->steps_of_epoch > 0 ? v->steps_of_epoch : 1));
    t->trainer->state = brg_tensor_retain(t->state);
    brg_curve_begin(&t->trainer->curve, t->steps);
    brg_trainer_close(t->trainer);
}

static brg_status make_stepper(brg_training *t, brg_error *error) {
    if (is_shared(t))
        return brg_stepper_share(&t->setup, &t->replicas, &t->stepper, error);
    return brg_stepper_create(&t->setup, &t->stepper, error);
}

static brg_status load(brg_training *t, brg_error *error) {
    brg_status status = find_device(t, error);
    if (status == BRG_OK)
        status = brg_training_resume(t, error);
    if (status == BRG_OK)
        brg_trainer_settle(&t->config);
    if (status == BRG_OK)
        status = brg_team_divide(t, error);
    if (status == BRG_OK)
        status = load_model(t, error);
    if (status == BRG_OK)
        status = brg_dataset_load(t->config.data, &t->data, error);
    if (status == BRG_OK)
        status = check_fit(t, error);
    if (status != BRG_OK)
        return status;
    brg_regime_make(&t->config, count_of(t->data.train_images), &t->regime);
    t->steps = t->regime.steps_of_epoch * t->regime.epochs;
    set_up(t);
    status = make_state(t, error);
    if (status == BRG_OK)
        status = make_stepper(t, error);
    return status;
}

/* Loads, and sees to it that all ranks have loaded the same. */
static brg_status load_together(brg_training *t, brg_error *error) {
    bool go_on = true;
    if (brg_ranks_self(t->config.ranks).index > 0)
        t->config.save = NULL; /* the first rank's is enough */
    brg_status status = brg_team_agree(t, load(t, error), &go_on, error);
    if (status == BRG_OK)
        status = brg_team_compare(t, error);
    if (status == BRG_OK)
        tell_facts(t);
    return status;
}

/* What the steps were made with. */
static void release_stepper(brg_training *t) {
    if (t->stepper)
        t->stepper->release(t->stepper);
    t->stepper = NULL;
}

static void release(brg_training *t) {
    brg_checkpoint_release(&t->resumed);
    brg_model_release(&t->model);
    brg_dataset_release(&t->data);
    brg_tensor_release(t->state);
    free(t->order);
}

/* ---- stretches ------------------------------------------------------------------------------- */

/* The median of the latest stretches; 0: unknown. */
static double pace_of(const brg_training *t) {
    double sorted[BRG_PACES];
    int64_t count = t->stretches < BRG_PACES ? t->stretches : BRG_PACES;
    for (int64_t i = 0; i < count; i++) {
        int64_t at = i;
        for (; at > 0 && sorted[at - 1] > t->paces[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = t->paces[i];
    }
    return count ? sorted[count / 2] : 0;
}

/* Without a number given, the first step of each epoch, as long as checks have cost little. */
static bool is_checked(const brg_training *t, int64_t step) {
    int64_t every = t->config.check_every;
    if (every != 0)
        return every > 0 && step % every == 0;
    bool first = step % t->regime.steps_of_epoch == 0;
    return first && t->check_seconds <= CHECKS_SHARE * t->seconds;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* Steps until the next multiple of `every`; a great many if there is none. */
static int64_t until_multiple(int64_t step, int64_t every) {
    return every > 0 ? every - step % every : INT64_MAX;
}

/* The stretch that begins at a step; none where an epoch ends. `begins` is true for an epoch's first. */
static brg_stretch stretch_from(const brg_training *t, int64_t step, bool begins) {
    int64_t in_epoch = step % t->regime.steps_of_epoch;
    brg_stretch s = {.order = t->order,
                     .epoch = step / t->regime.steps_of_epoch,
                     .first = in_epoch,
                     .step = step,
                     .rate = brg_regime_rate(&t->regime, step)};
    if (in_epoch == 0 && !begins)
        return s;
    double pace = pace_of(t);
    s.checked = is_checked(t, step);
    s.count = t->regime.steps_of_epoch - in_epoch;
    s.count = smaller(s.count, BRG_STRETCH);
    s.count = smaller(s.count, brg_regime_block_end(&t->regime, step) - step);
    s.count = smaller(s.count, until_multiple(step, t->config.save_every));
    s.count = smaller(s.count, until_multiple(step, t->config.check_every));
    if (s.checked || pace == 0)
        s.count = 1;
    else if (STRETCH_S / pace < (double)s.count)
        s.count = pace < STRETCH_S ? (int64_t)(STRETCH_S / pace) : 1;
    return s;
}

/* ---- what came of them ----------------------------------------------------------------------- */

static brg_status diverged(const brg_training *t, int64_t step, float rate, brg_error *error) {
    brg_fail(error, BRG_E_DIVERGED, "The loss of step %lld is no finite number.",
             (long long)step + 1);
    char kept[BRG_NAME] = "";
    if (t->saved >= 0)
        snprintf(kept, sizeof kept, " The checkpoint of step %lld is as it was.",
                 (long long)t->saved);
    brg_error_hint(error, "Lower the rate, which was %.4g, or let it rise slowly (warm-up).%s",
                   (double)rate, kept);
    return BRG_E_DIVERGED;
}

/* A state whose steps' losses are not finite is not taken. */
static brg_status check_losses(const brg_training *t, const brg_stretch *s,
                               const brg_stretch_result *r, brg_error *error) {
    for (int64_t i = 0; i < s->count; i++)
        if (!isfinite(r->losses[i]))
            return diverged(t, s->step + i, s->rate, error);
    return BRG_OK;
}

static void add_up(brg_training *t, const brg_stretch *s, const brg_stretch_result *r) {
    for (int64_t i = 0; i < s->count; i++) {
        t->loss += (double)r->losses[i];
        t->hits += (double)r->hits[i];
    }
    brg_tensor_release(t->state);
    t->state = r->state;
    t->step += s->count;
}

/* The share of a stretch's time that its steps took; checking and building kernels are told apart. */
static void take_time(brg_training *t, const brg_stretch *s, const brg_stretch_result *r,
                      double took) {
    double steps = s->checked || t->stretches == 0 ? fmin(took, r->device_ms * 1e-3) : took;
    t->check_seconds += s->checked ? took - steps : 0;
    t->seconds += steps;
    t->epoch_seconds += steps;
    t->paces[t->stretches++ % BRG_PACES] = steps / (double)s->count;
}

static double mean_of(const float *values, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (double)values[i];
    return sum / (double)count;
}

static void count_check(brg_trainer_view *v, const brg_verdict *verdict) {
    if (verdict->outcome == BRG_UNCHECKED)
        return;
    v->checks++;
    v->checks_passed += verdict->outcome == BRG_PASSED;
    if (!(verdict->bound_ratio <= v->check_bound_ratio))
        v->check_bound_ratio = verdict->bound_ratio;
}

/* Steps to come, and tests of epochs. */
static double estimate_rest(const brg_training *t, double pace) {
    double tests = (double)(t->config.epochs - t->tested);
    double share = t->seconds > 0 ? t->check_seconds / t->seconds : 0;
    share = t->config.check_every == 0 ? fmin(share, CHECKS_SHARE) : share;
    return (double)(t->steps - t->step) * pace * (1 + share) + tests * t->test_seconds;
}

/* While kernels are built, which takes one rank longer than another, they wait for each other. */
static void add_sums(brg_training *t, const brg_stretch *s, const brg_stretch_result *r) {
    if (t->stretches == 0)
        return;
    t->sums.ms += r->sums.ms;
    t->sums.hidden_ms += r->sums.hidden_ms;
    t->summed += s->count;
}

static void tell_sums(const brg_training *t, brg_trainer_view *v) {
    if (!t->config.ranks || t->summed == 0)
        return;
    v->sum_ms = t->sums.ms / (double)t->summed;
    v->sum_hidden_ms = t->sums.hidden_ms / (double)t->summed;
}

static brg_status tell_stretch(brg_training *t, const brg_stretch *s, const brg_stretch_result *r,
                               double before, brg_error *error) {
    double pace = pace_of(t), batch = t->config.batch;
    const brg_curve_steps steps = {.losses = r->losses,
                                   .hits = r->hits,
                                   .count = s->count,
                                   .first = s->step,
                                   .steps_of_epoch = t->regime.steps_of_epoch,
                                   .batch = t->config.batch,
                                   .epoch = (int32_t)s->epoch,
                                   .rate = s->rate,
                                   .began_s = before,
                                   .ended_s = t->seconds};
    brg_trainer_view *v = brg_trainer_open(t->trainer);
    bool good = brg_curve_add(&t->trainer->curve, &steps);
    brg_tensor_release(t->trainer->state);
    t->trainer->state = brg_tensor_retain(t->state);
    v->step = t->step;
    v->epoch = (int32_t)(t->step / t->regime.steps_of_epoch);
    v->loss = mean_of(r->losses, s->count);
    v->train_accuracy = t->hits / (double)((s->first + s->count) * t->config.batch);
    v->rate = (double)s->rate;
    v->seconds = t->seconds;
    v->step_ms = 1e3 * pace;
    v->images_per_s = pace > 0 ? batch / pace : 0;
    v->remaining_s = estimate_rest(t, pace);
    tell_sums(t, v);
    count_check(v, &r->verdict);
    brg_trainer_close(t->trainer);
    return good ? BRG_OK : brg_fail(error, BRG_E_MEMORY, "There is no memory for a curve.");
}

/* One stretch, while which the next one's images are laid out. */
static brg_status run_stretch(brg_training *t, const brg_stretch *now, const brg_stretch *next,
                              brg_error *error) {
    brg_stretch_result result = {0};
    brg_error lacking = {0};
    uint64_t began = brg_now_ns();
    double before = t->seconds;
    brg_status status = t->stepper->begin(t->stepper, t->state, error);
    if (status != BRG_OK)
        return status;
    brg_trainer_enter(t->trainer, now->checked ? BRG_TRAINER_CHECKING : BRG_TRAINER_TRAINING);
    brg_status prepared = t->stepper->lay_out(t->stepper, next, &lacking);
    status = t->stepper->finish(t->stepper, &result, error);
    if (status == BRG_OK && now->checked)
        status = brg_team_judge(t, result.state, &result.verdict, error);
    if (status == BRG_OK)
        status = check_losses(t, now, &result, error);
    if (status != BRG_OK) {
        brg_tensor_release(result.state);
        return status;
    }
    add_up(t, now, &result);
    add_sums(t, now, &result);
    take_time(t, now, &result, seconds_since(began));
    status = tell_stretch(t, now, &result, before, error);
    if (status == BRG_OK && prepared != BRG_OK) {
        *error = lacking;
        status = prepared;
    }
    return status;
}

/* ---- epochs ---------------------------------------------------------------------------------- */

static brg_status save_if_due(brg_training *t, brg_error *error) {
    int64_t every = t->config.save_every;
    return every > 0 && t->step % every == 0 ? brg_training_save(t, error) : BRG_OK;
}

/* Waits while paused, and saves when a watcher asks for it. */
static brg_status obey(brg_training *t, bool *go_on, brg_error *error) {
    brg_status status = BRG_OK;
    *go_on = brg_trainer_may_go_on(t->trainer);
    while (status == BRG_OK && *go_on && brg_trainer_save_asked(t->trainer)) {
        status = brg_training_save(t, error);
        *go_on = brg_trainer_may_go_on(t->trainer);
    }
    return status;
}

/* On to the epoch's end, or as far as may be. */
static brg_status learn(brg_training *t, brg_error *error) {
    brg_batches_order(count_of(t->data.train_images), t->regime.params.seed,
                      t->step / t->regime.steps_of_epoch, t->order);
    brg_stretch now = stretch_from(t, t->step, true);
    bool go_on = true;
    brg_status status = brg_team_plan(t, &now, error);
    if (status == BRG_OK)
        status = t->stepper->lay_out(t->stepper, &now, error);
    while (status == BRG_OK && now.count > 0 && go_on) {
        brg_stretch next = stretch_from(t, now.step + now.count, false);
        status = brg_team_plan(t, &next, error);
        if (status == BRG_OK)
            status = run_stretch(t, &now, &next, error);
        if (status == BRG_OK)
            status = save_if_due(t, error);
        if (status == BRG_OK)
            status = obey(t, &go_on, error);
        status = brg_team_agree(t, status, &go_on, error);
        now = next;
    }
    return status;
}

static void tell_progress(void *user, double part) {
    brg_trainer_open(user)->tested = part;
    brg_trainer_close(user);
}

/* `learned` is true at the end of an epoch. */
static bool tell_test(brg_training *t, bool learned, const brg_marks *marks, brg_tensor *pixels) {
    double steps = (double)t->regime.steps_of_epoch, batch = t->config.batch;
    brg_train_test test = {.epoch = (int32_t)(t->tested > 0 ? t->tested - 1 : 0),
                           .step = t->step,
                           .loss = learned ? (float)(t->loss / steps) : NAN,
                           .train_accuracy = learned ? (float)(t->hits / (steps * batch)) : NAN,
                           .test_accuracy = (float)marks->accuracy,
                           .test_loss = (float)marks->loss,
                           .seconds = t->epoch_seconds};
    double images = (double)(t->step - t->epoch_began) * batch;
    test.images_per_s = t->epoch_seconds > 0 ? (float)(images / t->epoch_seconds) : NAN;
    brg_trainer_view *v = brg_trainer_open(t->trainer);
    bool good = brg_curve_add_test(&t->trainer->curve, &test);
    v->test_accuracy = marks->accuracy;
    v->best_accuracy = fmax(v->best_accuracy, marks->accuracy);
    v->remaining_s = estimate_rest(t, pace_of(t));
    memcpy(t->trainer->samples, marks->samples,
           (size_t)marks->sample_count * sizeof *marks->samples);
    t->trainer->sample_count = marks->sample_count;
    brg_tensor_release(t->trainer->sample_images);
    t->trainer->sample_images = pixels;
    brg_trainer_close(t->trainer);
    return good;
}

static brg_status test(brg_training *t, bool learned, brg_error *error) {
    brg_train_sample samples[BRG_SAMPLES];
    brg_marks marks = {.samples = samples, .sample_count = BRG_SAMPLES};
    brg_tensor *pixels = NULL;
    marks.sample_count = t->config.ranks ? 0 : marks.sample_count;
    const brg_exam exam = {.setup = &t->setup,
                           .ranks = t->config.ranks,
                           .images = t->data.test_images,
                           .labels = t->data.test_labels,
                           .state = t->state,
                           .progress = tell_progress,
                           .user = t->trainer};
    uint64_t began = brg_now_ns();
    brg_trainer_enter(t->trainer, BRG_TRAINER_TESTING);
    brg_status status = brg_exam_samples(t->data.test_images, &marks.sample_count, &pixels, error);
    if (status == BRG_OK)
        status = brg_exam_take(&exam, &marks, error);
    t->test_seconds = seconds_since(began);
    if (status != BRG_OK) {
        brg_ranks_give_up(t->config.ranks); /* the others wait for marks, not for an agreement */
        brg_tensor_release(pixels);
    } else if (!tell_test(t, learned, &marks, pixels))
        status = brg_fail(error, BRG_E_MEMORY, "There is no memory for a curve.");
    return status;
}

/* An epoch's end: test, save, and nothing summed up any more. */
static brg_status end_epoch(brg_training *t, brg_error *error) {
    t->tested++;
    brg_status status = test(t, true, error);
    t->loss = t->hits = t->epoch_seconds = 0;
    t->epoch_began = t->step;
    bool last = t->step == t->steps;
    if (status == BRG_OK && (last || t->config.save_every == 0))
        status = brg_training_save(t, error);
    return status;
}

static brg_status teach(brg_training *t, brg_trainer_state *end, brg_error *error) {
    brg_status status = BRG_OK;
    bool go_on = true;
    *end = BRG_TRAINER_DONE;
    while (status == BRG_OK) {
        if (t->step > 0 && t->step == (t->tested + 1) * t->regime.steps_of_epoch)
            status = end_epoch(t, error);
        if (status == BRG_OK && t->step < t->steps)
            status = obey(t, &go_on, error);
        status = brg_team_agree(t, status, &go_on, error);
        if (status != BRG_OK || t->step >= t->steps)
            break;
        if (!go_on) {
            *end = BRG_TRAINER_STOPPED;
            return brg_team_agree(t, brg_training_save(t, error), &go_on, error);
        }
        if (status == BRG_OK)
            status = learn(t, error);
    }
    return status;
}

/* A checkpoint that has all its epochs is tested, so that there is something to be told. */
static brg_status follow(brg_training *t, brg_trainer_state *end, brg_error *error) {
    bool complete = t->step >= t->steps && t->tested >= t->regime.epochs;
    *end = BRG_TRAINER_DONE;
    if (t->config.test_only || complete)
        return test(t, false, error);
    return teach(t, end, error);
}

static brg_trainer_state train(brg_training *t, brg_error *error) {
    brg_trainer_state end = BRG_TRAINER_FAILED;
    brg_status status = load_together(t, error);
    if (status == BRG_OK) {
        t->epoch_began = t->step;
        status = follow(t, &end, error);
        if (status == BRG_E_RANK_LOST)
            brg_team_console(t, error);
    }
    if (t->state) {
        brg_trainer_open(t->trainer)->checksum = brg_training_checksum(t, t->state);
        brg_trainer_close(t->trainer);
    }
    return status == BRG_OK ? end : BRG_TRAINER_FAILED;
}

/* What was learned may be wanted in a file after all. */
static void save_what_is_asked_for(brg_training *t) {
    while (brg_trainer_await_save(t->trainer)) {
        brg_error error = {0};
        brg_training_save(t, &error);
        brg_trainer_view *view = brg_trainer_open(t->trainer);
        view->late_saves++;
        view->save_error = error;
        brg_trainer_close(t->trainer);
    }
}

void brg_trainer_course(brg_trainer *trainer) {
    brg_training *t = calloc(1, sizeof *t);
    brg_error error = {0};
    if (!t) {
        brg_fail(&error, BRG_E_MEMORY, "There is no memory for a training.");
        brg_trainer_end(trainer, BRG_TRAINER_FAILED, &error);
        return;
    }
    t->trainer = trainer;
    t->config = trainer->config;
    t->saved = -1;
    const brg_trainer_state end = train(t, &error);
    release_stepper(t);
    brg_trainer_end(trainer, end, &error);
    if (end != BRG_TRAINER_FAILED && !t->config.test_only)
        save_what_is_asked_for(t);
    release(t);
    free(t);
}
