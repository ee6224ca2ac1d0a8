/* The lab: a thread that runs experiments one after the other, and what others see of it. */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lab/judge.h"
#include "lab/loopback.h"
#include "lab/state.h"

static double real_now_s(void *user) {
    (void)user;
    return brg_lab_now_s();
}

static bool real_load(void *user, brg_lab_load *load) {
    (void)user;
    return brg_lab_load_read(load);
}

static double real_sentinel_s(void *user) {
    (void)user;
    return brg_lab_sentinel_run_s();
}

static double real_alone_s(void *user) {
    (void)user;
    return brg_lab_sentinel_alone_s();
}

const brg_lab_world brg_lab_real_world = {real_now_s, real_load, real_sentinel_s, real_alone_s,
                                          NULL};

/* ---- changing and telling ---------------------------------------------------------------------- */

void brg_lab_change_begin(brg_lab *lab) {
    pthread_mutex_lock(&lab->lock);
}

void brg_lab_change_end(brg_lab *lab) {
    lab->revision++;
    pthread_mutex_unlock(&lab->lock);
    if (lab->wake)
        lab->wake(lab->wake_user);
}

double brg_lab_elapsed_s(const brg_lab *lab) {
    return lab->world.now_s(lab->world.user) - lab->began_s;
}

/* ---- what an experiment may know and say ------------------------------------------------------- */

double brg_lab_dial_value(const brg_lab *lab) {
    return lab->results[lab->current].dial;
}

uint64_t brg_lab_seed(const brg_lab *lab) {
    return lab->seed;
}

bool brg_lab_quick(const brg_lab *lab) {
    return lab->quick;
}

double brg_lab_budget_s(const brg_lab *lab) {
    return lab->budget_s;
}

double brg_lab_left_s(const brg_lab *lab) {
    return lab->budget_s + lab->beyond_s - brg_lab_elapsed_s(lab);
}

bool brg_lab_cancelled(const brg_lab *lab) {
    return atomic_load(&lab->cancelled);
}

brg_status brg_lab_status(const brg_lab *lab) {
    if (lab->error.status != BRG_OK)
        return lab->error.status;
    return brg_lab_cancelled(lab) ? BRG_E_CANCELLED : BRG_OK;
}

double brg_lab_fail(brg_lab *lab, brg_status status, const char *format, ...) {
    va_list arguments;
    char text[BRG_ERROR_TEXT];
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (lab->error.status == BRG_OK && !brg_lab_cancelled(lab))
        brg_fail(&lab->error, status, "%s", text);
    return NAN;
}

brg_lab_estimate brg_lab_exact(double value) {
    return (brg_lab_estimate){value, value, value, 1};
}

void brg_lab_judge(brg_lab *lab, int32_t question, brg_lab_estimate estimate) {
    brg_lab_result *result = brg_lab_current(lab);
    brg_lab_change_begin(lab);
    brg_lab_answer_make(&result->claim->questions[question], &estimate, NULL,
                        &result->answers[question]);
    brg_lab_change_end(lab);
}

brg_status brg_lab_not_applicable(brg_lab *lab, const char *format, ...) {
    va_list arguments;
    brg_lab_result *result = brg_lab_current(lab);
    brg_lab_change_begin(lab);
    va_start(arguments, format);
    vsnprintf(result->sentence, sizeof result->sentence, format, arguments);
    va_end(arguments);
    lab->not_applicable = true;
    brg_lab_change_end(lab);
    return BRG_OK;
}

void brg_lab_remark(brg_lab *lab, const char *format, ...) {
    va_list arguments;
    size_t length = strlen(lab->remark);
    if (length + 2 > sizeof lab->remark)
        return;
    if (length > 0)
        lab->remark[length++] = ' ';
    va_start(arguments, format);
    vsnprintf(lab->remark + length, sizeof lab->remark - length, format, arguments);
    va_end(arguments);
}

/* ---- one experiment ---------------------------------------------------------------------------- */

static double dial_for(const brg_lab *lab, const brg_lab_claim *claim) {
    if (!claim->dial.name)
        return NAN;
    double value = lab->has_dial ? lab->dial : claim->dial.standard;
    return fmin(fmax(value, claim->dial.min), claim->dial.max);
}

static void begin(brg_lab *lab) {
    brg_lab_result *result = brg_lab_current(lab);
    brg_lab_change_begin(lab);
    lab->began_s = lab->world.now_s(lab->world.user);
    lab->beyond_s = 0;
    lab->groups = 0;
    lab->not_applicable = false;
    memset(&lab->error, 0, sizeof lab->error);
    lab->remark[0] = '\0';
    result->state = BRG_LAB_RUNNING;
    result->dial = dial_for(lab, result->claim);
    result->cores = brg_lab_cores(lab);
    brg_lab_change_end(lab);
}

/* Many a GPU has units in plenty and does not let one choose among them. */
static bool can_be_divided(brg_lab *lab) {
    const brg_device_info *device = brg_lab_device(lab);
    return brg_lab_units(lab) > 1 && (device->partitions_by_counts || device->partitions_equally);
}

/* False, with the reason as the verdict, where something is missing. */
static bool has_what_it_needs(brg_lab *lab, uint32_t needs) {
    if ((needs & BRG_LAB_NEEDS_TWO_CORES) && brg_lab_cores(lab) < 2) {
        brg_lab_not_applicable(lab, "It takes two processors, and this process may use one only.");
        return false;
    }
    if ((needs & BRG_LAB_NEEDS_LOOPBACK) && !brg_lab_loopback_works()) {
        brg_lab_not_applicable(lab, "It takes a network of this machine with itself, and programs "
                                    "here cannot connect to 127.0.0.1.");
        return false;
    }
    if (!(needs & (BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS)))
        return true;
    int32_t units = brg_lab_units(lab);
    if (lab->error.status == BRG_E_NO_DEVICE) {
        brg_lab_not_applicable(lab, "It takes an OpenCL device, and there is none.");
        memset(&lab->error, 0, sizeof lab->error);
        return false;
    }
    if (units > 0 && (needs & BRG_LAB_NEEDS_TWO_UNITS) && !can_be_divided(lab)) {
        brg_lab_not_applicable(
            lab, "It takes a device that can be divided into at least two compute units.");
        return false;
    }
    return units > 0;
}

static void append(char *text, size_t size, const char *sentence) {
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%s%s", length && sentence[0] ? " " : "", sentence);
}

/* A processor that has become slower and stays so is measured as it is: whoever reads the numbers should know. */
static void tell_of_slower_processor(brg_lab_result *result) {
    static const double worth_telling = 0.1;
    char sentence[160];
    if (!(result->settled > worth_telling))
        return;
    snprintf(sentence, sizeof sentence,
             "By then the processor had taken %.0f %% longer than at its best for a whole minute: "
             "that was its usual pace.",
             100 * result->settled);
    append(result->sentence, sizeof result->sentence, sentence);
}

static void conclude(brg_lab *lab) {
    brg_lab_result *result = brg_lab_current(lab);
    if (lab->not_applicable) {
        result->verdict = BRG_LAB_NOT_APPLICABLE;
        return;
    }
    brg_lab_result_judge(result);
    if (lab->error.status != BRG_OK) {
        result->verdict = BRG_LAB_INCONCLUSIVE;
        result->error = lab->error;
        snprintf(result->sentence, sizeof result->sentence,
                 "The experiment could not be carried out: %s", lab->error.what);
    } else if (brg_lab_cancelled(lab)) {
        result->verdict = BRG_LAB_INCONCLUSIVE;
        result->interrupted = true;
        snprintf(result->sentence, sizeof result->sentence,
                 "Interrupted after %.1f s, before it could be judged.", brg_lab_elapsed_s(lab));
    }
    if (result->verdict == BRG_LAB_CONFIRMED) /* what numbers mean says nothing without them */
        append(result->sentence, sizeof result->sentence, lab->remark);
    tell_of_slower_processor(result);
}

/* What a claim leaves of its time is for later ones, and what it takes beyond it they do not have. */
static void settle_time(brg_lab *lab) {
    if (lab->shares_time)
        lab->spare_s = fmax(0, lab->spare_s + lab->budget_s - brg_lab_elapsed_s(lab));
}

static void run_current(brg_lab *lab) {
    const brg_experiment *experiment = lab->experiments[lab->current];
    begin(lab);
    if (has_what_it_needs(lab, experiment->claim.needs))
        experiment->run(lab);
    brg_lab_pin(-1);
    settle_time(lab);
    brg_lab_change_begin(lab);
    conclude(lab);
    brg_lab_current(lab)->seconds = brg_lab_elapsed_s(lab);
    brg_lab_current(lab)->state = BRG_LAB_ENDED;
    brg_lab_change_end(lab);
}

void brg_lab_run_all(brg_lab *lab) {
    while (lab->current < lab->count && !brg_lab_cancelled(lab)) {
        run_current(lab);
        brg_lab_change_begin(lab);
        lab->current++;
        brg_lab_change_end(lab);
    }
    brg_lab_change_begin(lab);
    lab->ended = true;
    pthread_cond_broadcast(&lab->ended_or_cancelled);
    brg_lab_change_end(lab);
}

/* ---- life -------------------------------------------------------------------------------------- */

static void *run_thread(void *argument) {
    brg_lab_run_all(argument);
    return NULL;
}

static brg_status check_options(const brg_lab_options *options, brg_error *error) {
    if (!(options->budget_s >= 0) || isinf(options->budget_s))
        return brg_fail(error, BRG_E_ARGUMENT, "The time for an experiment must be 0 or more.");
    if (options->has_dial && !isfinite(options->dial))
        return brg_fail(error, BRG_E_ARGUMENT, "The dial must be a number.");
    return BRG_OK;
}

static void init_locks(brg_lab *lab) {
    pthread_condattr_t monotonic;
    pthread_mutex_init(&lab->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&lab->ended_or_cancelled, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

/* Quick claims share their time, and what is left until all must be done, unless someone said how much each
 * may have. */
static void init_time(brg_lab *lab, const brg_lab_options *options, int32_t count) {
    static const double each_s = 10, quick_each_s = 4, quick_all_s = 172; /* under 3 minutes */
    lab->quick = options->quick;
    lab->budget_s = options->budget_s > 0 ? options->budget_s : lab->quick ? quick_each_s : each_s;
    lab->shares_time = lab->quick && !(options->budget_s > 0);
    lab->spare_s = lab->shares_time ? fmax(0, quick_all_s - count * lab->budget_s) : 0;
}

static void init_results(brg_lab *lab) {
    for (int32_t i = 0; i < lab->count; i++) {
        brg_lab_result *result = &lab->results[i];
        result->claim = &lab->experiments[i]->claim;
        result->budget_s = lab->budget_s;
        result->seed = lab->seed;
        result->quick = lab->quick;
        result->dial = NAN;
        result->others = NAN;
        result->slower = NAN;
        result->settled = NAN;
    }
}

brg_status brg_lab_create(const brg_lab_options *options, const brg_experiment *const *experiments,
                          int32_t count, const brg_lab_world *world, brg_lab **out,
                          brg_error *error) {
    if (check_options(options, error) != BRG_OK)
        return error ? error->status : BRG_E_ARGUMENT;
    if (count > BRG_LAB_CLAIMS)
        return brg_fail(error, BRG_E_ARGUMENT, "A run takes at most %d claims.", BRG_LAB_CLAIMS);
    brg_lab *lab = calloc(1, sizeof *lab);
    if (!lab || (options->device && !(lab->device = strdup(options->device)))) {
        free(lab);
        return brg_fail(error, BRG_E_MEMORY, "There is not enough memory for the lab.");
    }
    init_locks(lab);
    init_time(lab, options, count);
    lab->seed = options->seed ? options->seed : 1;
    lab->has_dial = options->has_dial;
    lab->dial = options->dial;
    lab->engine = options->engine;
    lab->wake = options->wake;
    lab->wake_user = options->wake_user;
    lab->world = *world;
    lab->count = count;
    memcpy(lab->experiments, experiments, (size_t)count * sizeof *experiments);
    init_results(lab);
    *out = lab;
    return BRG_OK;
}

static const brg_experiment *find(const char *id) {
    const brg_experiment *experiment;
    for (int32_t i = 0; (experiment = brg_lab_experiment_at(i)); i++)
        if (strcasecmp(experiment->claim.id, id) == 0)
            return experiment;
    return NULL;
}

/* The experiments asked for; returns how many, or -1. */
static int32_t gather(const brg_lab_options *options, const brg_experiment **chosen,
                      brg_error *error) {
    int32_t count = options->ids ? options->id_count : brg_lab_claim_count();
    if (count > BRG_LAB_CLAIMS) {
        brg_fail(error, BRG_E_ARGUMENT, "A run takes at most %d claims.", BRG_LAB_CLAIMS);
        return -1;
    }
    for (int32_t i = 0; i < count; i++) {
        chosen[i] = options->ids ? find(options->ids[i]) : brg_lab_experiment_at(i);
        if (chosen[i])
            continue;
        brg_fail(error, BRG_E_NOT_FOUND, "There is no claim \"%.20s\".", options->ids[i]);
        brg_error_hint(error, "The list of claims shows their numbers: 1, 2, ... D1, D2, ...");
        return -1;
    }
    return count;
}

brg_status brg_lab_start(const brg_lab_options *options, brg_lab **out, brg_error *error) {
    static const brg_lab_options standard = {0};
    const brg_experiment *chosen[BRG_LAB_CLAIMS];
    brg_error own;
    brg_lab *lab = NULL;
    error = error ? error : &own;
    options = options ? options : &standard;
    *out = NULL;
    int32_t count = gather(options, chosen, error);
    if (count < 0)
        return error->status;
    brg_status status = brg_lab_create(options, chosen, count, &brg_lab_real_world, &lab, error);
    if (status != BRG_OK)
        return status;
    int failed = pthread_create(&lab->thread, NULL, run_thread, lab);
    if (failed) {
        brg_lab_destroy(lab);
        return brg_fail(error, BRG_E_INTERNAL, "The lab's thread cannot be started: %s.",
                        strerror(failed));
    }
    lab->has_thread = true;
    *out = lab;
    return BRG_OK;
}

void brg_lab_cancel(brg_lab *lab) {
    atomic_store(&lab->cancelled, true);
    pthread_mutex_lock(&lab->lock);
    pthread_cond_broadcast(&lab->ended_or_cancelled);
    pthread_mutex_unlock(&lab->lock);
}

static struct timespec moment_in(double seconds) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    double whole = floor(fmin(fmax(seconds, 0), 1e9));
    at.tv_sec += (time_t)whole;
    at.tv_nsec += (long)((fmax(seconds, 0) - whole) * 1e9);
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

brg_status brg_lab_wait(brg_lab *lab, double timeout_s) {
    const struct timespec until = moment_in(timeout_s < 0 ? 0 : timeout_s);
    int late = 0;
    pthread_mutex_lock(&lab->lock);
    while (!lab->ended && !late) {
        if (timeout_s < 0)
            pthread_cond_wait(&lab->ended_or_cancelled, &lab->lock);
        else
            late = pthread_cond_timedwait(&lab->ended_or_cancelled, &lab->lock, &until);
    }
    bool ended = lab->ended;
    pthread_mutex_unlock(&lab->lock);
    return ended ? BRG_OK : BRG_E_TIMEOUT;
}

void brg_lab_sleep(brg_lab *lab, double seconds) {
    const struct timespec until = moment_in(seconds);
    int late = 0;
    pthread_mutex_lock(&lab->lock);
    while (!late && !brg_lab_cancelled(lab))
        late = pthread_cond_timedwait(&lab->ended_or_cancelled, &lab->lock, &until);
    pthread_mutex_unlock(&lab->lock);
}

void brg_lab_destroy(brg_lab *lab) {
    if (!lab)
        return;
    brg_lab_cancel(lab);
    if (lab->has_thread)
        pthread_join(lab->thread, NULL);
    if (lab->owns_engine)
        brg_engine_destroy(lab->engine);
    for (int32_t i = 0; i < lab->count; i++)
        brg_lab_result_release(&lab->results[i]);
    free(lab->rounds.values);
    free(lab->rounds.calm);
    free(lab->device);
    pthread_cond_destroy(&lab->ended_or_cancelled);
    pthread_mutex_destroy(&lab->lock);
    free(lab);
}

void brg_lab_snapshot_take(brg_lab *lab, brg_lab_snapshot *snapshot) {
    memset(snapshot, 0, sizeof *snapshot);
    pthread_mutex_lock(&lab->lock);
    snapshot->ended = lab->ended;
    snapshot->count = lab->count;
    snapshot->current = lab->current;
    snapshot->revision = lab->revision;
    snapshot->budget_s = lab->budget_s;
    for (int32_t i = 0; i < lab->count; i++) {
        const brg_lab_result *result = &lab->results[i];
        snapshot->claims[i] = result->claim;
        snapshot->verdicts[i] = result->verdict;
        snapshot->confirmed += result->verdict == BRG_LAB_CONFIRMED;
        snapshot->refuted += result->verdict == BRG_LAB_REFUTED;
        snapshot->inconclusive += result->verdict == BRG_LAB_INCONCLUSIVE;
        snapshot->not_applicable += result->verdict == BRG_LAB_NOT_APPLICABLE;
        if (result->state == BRG_LAB_RUNNING)
            snapshot->current_s = brg_lab_elapsed_s(lab);
    }
    pthread_mutex_unlock(&lab->lock);
}
