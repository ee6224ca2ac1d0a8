/* The model of the filters. See studio.h for who wins. */
#include "filters/studio.h"

#include <stdlib.h>
#include <string.h>

/* A hand that has not moved for this long rests. */
static const uint64_t rest_ns = 250000000;

/* Above this many pixels rows are sampled, so that the answer comes while one still looks. */
static const int64_t full_check_pixels = 1 << 20;

enum { AFTER, BEFORE };

/* Before what runs by itself; among requests the older first, so that they do not take turns. */
static int32_t priority_of(uint64_t serial) {
    return (1 << 24) - (int32_t)(serial & ((1 << 20) - 1));
}

/* ---- wishes ---------------------------------------------------------------------------------- */

static void clear_wish(brg_wish *wish) {
    brg_tensor_release(wish->frame);
    memset(wish, 0, sizeof *wish);
}

static void copy_wish(brg_wish *to, const brg_wish *from) {
    brg_tensor *frame = brg_tensor_retain(from->frame);
    clear_wish(to);
    *to = *from;
    to->frame = frame;
}

static void clear_request(brg_request *request) {
    clear_wish(&request->wish);
    brg_tensor_release(request->after);
    brg_tensor_release(request->before);
    memset(request, 0, sizeof *request);
}

static void clear_shown(brg_shown *shown) {
    clear_wish(&shown->wish);
    brg_tensor_release(shown->after);
    brg_tensor_release(shown->before);
    memset(shown, 0, sizeof *shown);
}

/* ---- beginning and end ----------------------------------------------------------------------- */

brg_status brg_studio_create(brg_app *app, brg_studio **out, brg_error *error) {
    brg_studio *studio = calloc(1, sizeof *studio);
    if (!studio)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the filters.");
    studio->app = app;
    brg_steps_init(&studio->steps);
    studio->source = brg_source_create(app->wake, app->wake_user);
    if (!studio->source) {
        free(studio);
        return brg_fail(error, BRG_E_INTERNAL, "A thread for pictures cannot be started.");
    }
    *out = studio;
    return BRG_OK;
}

void brg_studio_destroy(brg_studio *studio) {
    if (!studio)
        return;
    brg_source_destroy(studio->source);
    for (int i = 0; i < BRG_REQUESTS; i++)
        clear_request(&studio->requests[i]);
    clear_shown(&studio->shown);
    clear_wish(&studio->wanted);
    brg_tensor_release(studio->frame.image);
    free(studio);
}

/* ---- jobs ------------------------------------------------------------------------------------ */

static bool on_cpu(const brg_app *app) {
    uint32_t units;
    const brg_device_info *device = brg_app_device(app, &units);
    return device && device->kind == BRG_DEVICE_CPU;
}

static brg_status submit(brg_studio *studio, const brg_recipe *recipe, const brg_tensor *image,
                         const char *label, brg_verify_policy check, uint64_t serial,
                         brg_job *job) {
    char spec[16];
    brg_error error = {0};
    brg_stage stages[BRG_CHAIN_STAGES];
    brg_recipe_stages(recipe, image, on_cpu(studio->app), stages);
    brg_job_desc desc = {
        .stages = stages,
        .stage_count = recipe->count,
        .label = label,
        .device = brg_app_device_spec(studio->app, spec),
        .verify = check,
        .seed = serial,
        .priority = priority_of(serial),
    };
    brg_status status = brg_app_submit(studio->app, &desc, job, &error);
    if (status != BRG_OK) {
        studio->failure = error;
        brg_app_fail(studio->app, label, &error);
    }
    return status;
}

/* Takes an ended job's output; false while it has not ended. */
static bool collect(brg_studio *studio, brg_job job, brg_result *result) {
    brg_job_view view;
    brg_error error = {0};
    memset(result, 0, sizeof *result);
    if (!brg_app_watch(studio->app, job, &view)) {
        result->state = BRG_JOB_FAILED;
        brg_fail(&result->error, BRG_E_INTERNAL,
                 "The engine no longer knows the job that it was given.");
        return true;
    }
    if (!brg_job_state_ended(view.state))
        return false;
    if (brg_app_take(studio->app, job, view.label, result, &error) != BRG_OK) {
        result->state = BRG_JOB_FAILED;
        result->error = error;
    }
    return true;
}

/* ---- requests -------------------------------------------------------------------------------- */

static bool is_live(const brg_request *request) {
    return request->wish.serial && !request->cancelled && !request->failed;
}

static int live_count(const brg_studio *studio) {
    int count = 0;
    for (int i = 0; i < BRG_REQUESTS; i++)
        count += is_live(&studio->requests[i]);
    return count;
}

static brg_request *oldest_live(brg_studio *studio) {
    brg_request *oldest = NULL;
    for (int i = 0; i < BRG_REQUESTS; i++) {
        brg_request *request = &studio->requests[i];
        if (is_live(request) && (!oldest || request->wish.serial < oldest->wish.serial))
            oldest = request;
    }
    return oldest;
}

static void cancel(brg_studio *studio, brg_request *request) {
    for (int i = 0; i < 2; i++)
        if (request->running[i])
            brg_engine_cancel(studio->app->engine, request->jobs[i]);
    request->cancelled = true;
    studio->cancelled++;
}

static bool hand_moves(const brg_studio *studio) {
    return studio->held || (studio->playing && brg_studio_streams(studio));
}

static void cancel_older(brg_studio *studio) {
    const brg_request *spared = hand_moves(studio) ? oldest_live(studio) : NULL;
    for (int i = 0; i < BRG_REQUESTS; i++) {
        brg_request *request = &studio->requests[i];
        if (is_live(request) && request != spared && request->wish.serial < studio->wanted.serial)
            cancel(studio, request);
    }
}

/* The picture before needs no job if it is shown at full size, or is on the screen already. */
static brg_tensor *known_before(const brg_studio *studio, const brg_wish *wish) {
    const brg_shown *shown = &studio->shown;
    if (wish->before.count == 0)
        return brg_tensor_retain(wish->frame);
    if (shown->before && shown->wish.frame_serial == wish->frame_serial &&
        brg_recipe_equal(&shown->wish.before, &wish->before))
        return brg_tensor_retain(shown->before);
    return NULL;
}

static void begin_jobs(brg_studio *studio, brg_request *request) {
    const brg_wish *wish = &request->wish;
    request->before = known_before(studio, wish);
    if (!request->before)
        request->running[BEFORE] =
            submit(studio, &wish->before, wish->frame, "fit to the screen", BRG_VERIFY_NONE,
                   wish->serial, &request->jobs[BEFORE]) == BRG_OK;
    if (wish->after.count == 0)
        request->after = brg_tensor_retain(wish->frame);
    else
        request->running[AFTER] =
            submit(studio, &wish->after, wish->frame, "filters", BRG_VERIFY_NONE, wish->serial,
                   &request->jobs[AFTER]) == BRG_OK;
    request->failed = (!request->before && !request->running[BEFORE]) ||
                      (!request->after && !request->running[AFTER]);
}

static brg_request *free_place(brg_studio *studio) {
    for (int i = 0; i < BRG_REQUESTS; i++)
        if (studio->requests[i].wish.serial == 0)
            return &studio->requests[i];
    return NULL;
}

/* Hands the newest wish over as soon as there is room for it. */
static void hand_over(brg_studio *studio) {
    if (studio->handed_over || studio->wanted.serial == 0)
        return;
    cancel_older(studio);
    brg_request *request = free_place(studio);
    if (!request || live_count(studio) >= BRG_IN_HAND)
        return;
    studio->handed_over = true;
    studio->failure.status = BRG_OK;
    copy_wish(&request->wish, &studio->wanted);
    begin_jobs(studio, request);
}

/* ---- results --------------------------------------------------------------------------------- */

static void take_output(brg_studio *studio, brg_request *request, int which, brg_result *result) {
    brg_tensor **output = which == AFTER ? &request->after : &request->before;
    request->running[which] = false;
    if (result->state == BRG_JOB_DONE) {
        *output = brg_tensor_retain(result->output);
        if (which == AFTER)
            request->kernel_ms = result->median.kernel;
    } else if (result->state == BRG_JOB_FAILED) {
        request->failed = true;
        studio->failure = result->error;
    }
    brg_result_release(result);
}

static void show(brg_studio *studio, brg_request *request) {
    if (request->wish.serial < studio->shown.wish.serial)
        return;
    studio->overtaken += studio->shown.wish.serial > studio->drawn;
    clear_shown(&studio->shown);
    copy_wish(&studio->shown.wish, &request->wish);
    studio->shown.after = brg_tensor_retain(request->after);
    studio->shown.before = brg_tensor_retain(request->before);
    studio->shown.kernel_ms = request->kernel_ms;
}

static void watch_request(brg_studio *studio, brg_request *request) {
    brg_result result;
    for (int which = 0; which < 2; which++)
        if (request->running[which] && collect(studio, request->jobs[which], &result))
            take_output(studio, request, which, &result);
    if (request->running[AFTER] || request->running[BEFORE])
        return;
    if (!request->cancelled && !request->failed && request->after && request->before)
        show(studio, request);
    clear_request(request);
}

/* ---- what is wanted -------------------------------------------------------------------------- */

static void take_frame(brg_studio *studio) {
    brg_frame frame;
    if (!brg_source_take(studio->source, &frame))
        return;
    if (frame.order != studio->opened_number) {
        brg_tensor_release(frame.image);
        return;
    }
    brg_tensor_release(studio->frame.image);
    studio->frame = frame;
    studio->frame_serial++;
    if (frame.status != BRG_OK) {
        const char *slash = strrchr(studio->order.path, '/');
        studio->failure = frame.error;
        brg_app_fail(studio->app, slash ? slash + 1 : studio->order.path, &frame.error);
    }
}

static bool is_wanted_already(const brg_studio *studio, const brg_wish *wish) {
    const brg_wish *wanted = &studio->wanted;
    return wanted->serial && wanted->frame_serial == wish->frame_serial &&
           brg_recipe_equal(&wanted->after, &wish->after) &&
           brg_recipe_equal(&wanted->before, &wish->before);
}

static brg_status make_wish(const brg_studio *studio, brg_wish *wish, brg_error *error) {
    static const brg_steps nothing = {0};
    const brg_shape *shape = brg_tensor_shape(studio->frame.image);
    memset(wish, 0, sizeof *wish);
    wish->frame_serial = studio->frame_serial;
    wish->frame = studio->frame.image;
    brg_status status = brg_recipe_make(&studio->steps, shape, studio->shown_w, studio->shown_h,
                                        &wish->after, error);
    if (status != BRG_OK)
        return status;
    return brg_recipe_make(&nothing, shape, studio->shown_w, studio->shown_h, &wish->before, error);
}

/* The clock of a request starts at the input that caused it, or when its picture was made. One that
 * a photograph caused by being opened is not timed: 0. */
static uint64_t cause_of(const brg_studio *studio, const brg_wish *wish) {
    if (wish->frame_serial == studio->wanted.frame_serial)
        return studio->app->input_ns;
    return brg_studio_streams(studio) ? studio->frame.made_ns : 0;
}

static void note_wish(brg_studio *studio) {
    brg_wish wish;
    brg_error error = {0};
    if (!studio->frame.image || studio->shown_w <= 0)
        return;
    brg_status status = make_wish(studio, &wish, &error);
    if (status != BRG_OK) {
        studio->failure = error; /* shown in place of the verdict; the next move may mend it */
        return;
    }
    if (is_wanted_already(studio, &wish))
        return;
    wish.serial = ++studio->asked;
    wish.input_ns = cause_of(studio, &wish);
    studio->replaced += studio->wanted.serial && !studio->handed_over;
    copy_wish(&studio->wanted, &wish);
    studio->handed_over = false;
    studio->changed_ns = brg_now_ns();
}

/* ---- checking -------------------------------------------------------------------------------- */

static bool check_is_due(const brg_studio *studio) {
    return studio->check == BRG_CHECK_NONE && studio->shown.wish.serial &&
           studio->shown.wish.serial == studio->wanted.serial && !hand_moves(studio) &&
           studio->shown.wish.after.count > 0;
}

static void begin_check(brg_studio *studio) {
    const brg_wish *wish = &studio->shown.wish;
    studio->checked_serial = wish->serial;
    const int64_t *dims = brg_tensor_shape(wish->frame)->dims;
    bool small = dims[0] * dims[1] * wish->after.count <= full_check_pixels;
    brg_status status =
        submit(studio, &wish->after, wish->frame, "filters, checked",
               small ? BRG_VERIFY_FULL : BRG_VERIFY_SAMPLE, wish->serial, &studio->check_job);
    studio->check = status == BRG_OK ? BRG_CHECK_RUNNING : BRG_CHECK_FAILED;
}

/* What was checked takes the place of what was shown, so that the verdict is about what is seen. */
static void show_checked(brg_studio *studio, brg_result *result) {
    brg_tensor_release(studio->shown.after);
    studio->shown.after = result->output;
    result->output = NULL;
}

static void watch_check(brg_studio *studio) {
    brg_result result;
    if (!collect(studio, studio->check_job, &result))
        return;
    bool of_shown = studio->shown.wish.serial == studio->checked_serial;
    studio->check = result.state == BRG_JOB_FAILED             ? BRG_CHECK_FAILED
                    : result.state == BRG_JOB_DONE && of_shown ? BRG_CHECK_ENDED
                                                               : BRG_CHECK_NONE;
    studio->checks += result.state == BRG_JOB_DONE;
    studio->verdict = result.verdict;
    if (result.state == BRG_JOB_FAILED)
        studio->failure = result.error;
    if (result.state == BRG_JOB_DONE && of_shown)
        show_checked(studio, &result);
    brg_result_release(&result);
}

static void look_after_check(brg_studio *studio) {
    bool stale = studio->shown.wish.serial != studio->wanted.serial || hand_moves(studio);
    if (studio->check == BRG_CHECK_RUNNING) {
        if (stale)
            brg_engine_cancel(studio->app->engine, studio->check_job);
        watch_check(studio);
    }
    if (stale && studio->check != BRG_CHECK_RUNNING)
        studio->check = BRG_CHECK_NONE;
    if (check_is_due(studio) && brg_now_ns() - studio->changed_ns >= rest_ns)
        begin_check(studio);
}

/* ---- one pass -------------------------------------------------------------------------------- */

bool brg_studio_streams(const brg_studio *studio) {
    return studio->opened && studio->order.kind != BRG_SOURCE_PHOTOGRAPH;
}

/* Out of sight a stream stands still. */
static void tell_source(brg_studio *studio) {
    bool playing = studio->playing && studio->visible;
    if (playing != studio->told_playing)
        brg_source_play(studio->source, playing);
    studio->told_playing = playing;
}

static bool nothing_to_run_on(const brg_studio *studio) {
    return studio->app->devices_known && studio->app->devices.count == 0;
}

void brg_studio_update(brg_studio *studio, bool visible) {
    studio->visible = visible;
    tell_source(studio);
    take_frame(studio);
    for (int i = 0; i < BRG_REQUESTS; i++)
        if (studio->requests[i].wish.serial)
            watch_request(studio, &studio->requests[i]);
    if (visible && !nothing_to_run_on(studio)) {
        note_wish(studio);
        hand_over(studio);
        look_after_check(studio);
    } else if (studio->check == BRG_CHECK_RUNNING) {
        watch_check(studio);
    }
}

void brg_studio_note_frame(brg_studio *studio) {
    uint64_t now = brg_now_ns();
    if (!studio->visible || studio->shown.wish.serial == studio->drawn)
        return;
    studio->drawn = studio->shown.wish.serial;
    studio->seen_ns[studio->seen++ % 64] = now;
    if (studio->shown.wish.input_ns)
        brg_tally_add(&studio->latency, (double)(now - studio->shown.wish.input_ns) / 1e6);
}

bool brg_studio_busy(const brg_studio *studio) {
    bool waits_for_picture = studio->opened && studio->frame.order != studio->opened_number;
    bool checks = studio->check == BRG_CHECK_RUNNING;
    for (int i = 0; i < BRG_REQUESTS; i++)
        if (studio->requests[i].wish.serial)
            return true;
    if (checks || !studio->visible || nothing_to_run_on(studio))
        return checks;
    return waits_for_picture || (studio->wanted.serial && !studio->handed_over) ||
           check_is_due(studio) ||
           (studio->playing && brg_studio_streams(studio) && !studio->frame.last);
}

/* ---- intents --------------------------------------------------------------------------------- */

void brg_studio_open(brg_studio *studio, const brg_source_order *order) {
    studio->order = *order;
    studio->opened = true;
    studio->opened_number = brg_source_open(studio->source, order);
    studio->playing = order->kind != BRG_SOURCE_PHOTOGRAPH;
}

void brg_studio_play(brg_studio *studio, bool playing) {
    studio->playing = playing;
}

void brg_studio_cancel(brg_studio *studio) {
    studio->playing = false;
    for (int i = 0; i < BRG_REQUESTS; i++)
        if (is_live(&studio->requests[i]))
            cancel(studio, &studio->requests[i]);
    if (studio->check == BRG_CHECK_RUNNING)
        brg_engine_cancel(studio->app->engine, studio->check_job);
}

double brg_studio_rate(const brg_studio *studio, uint64_t now_ns) {
    int count = 0;
    for (int i = 0; i < 64; i++)
        count += studio->seen_ns[i] && now_ns - studio->seen_ns[i] <= 1000000000;
    return count;
}
