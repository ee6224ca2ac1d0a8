/* The fractal. See fractal.h. */
#include "simulation/fractal.h"

#include <math.h>
#include <string.h>

enum { BELOW_USERS = -1 };

/* If one sample a pixel takes longer, coarse pixels come first. */
static const double patience_ms = 20;

/* A hand that has not moved for this long rests. */
static const uint64_t rest_ns = 200000000;

/* ---- jobs ------------------------------------------------------------------------------------ */

static brg_mandelbrot_params params_of(const brg_plane *plane, brg_fineness fineness) {
    static const double samples[BRG_FINENESS_COUNT] = {0.5, 1, 2};
    double pixel = brg_plane_pixel(plane) / samples[fineness];
    int32_t w = (int32_t)ceil(plane->w * samples[fineness]);
    int32_t h = (int32_t)ceil(plane->h * samples[fineness]);
    return (brg_mandelbrot_params){
        .left = (float)(plane->x - plane->width / 2 + pixel / 2),
        .top = (float)(plane->y + plane->width / 2 * plane->h / plane->w - pixel / 2),
        .pixel = (float)pixel,
        .width = w,
        .height = h,
        .iterations = plane->iterations,
    };
}

/* Four samples need half the distance between them. */
static brg_fineness finest(const brg_plane *plane) {
    return brg_plane_pixel(plane) / 2 >= brg_plane_least_pixel(plane) ? BRG_FINE : BRG_EVEN;
}

static bool rests(const brg_fractal *fractal) {
    return !fractal->held && !fractal->zooms && brg_now_ns() - fractal->moved_ns >= rest_ns;
}

/* The finest picture waits for the hand to rest, and is the one that is checked. */
static bool next_fineness(const brg_fractal *fractal, brg_fineness *next) {
    bool up_to_date = fractal->counts && brg_plane_equal(&fractal->shown, &fractal->wanted);
    brg_fineness best = finest(&fractal->wanted);
    bool done = up_to_date && fractal->shown_fineness >= best && fractal->checked;
    if (!up_to_date)
        *next = fractal->even_ms > patience_ms ? BRG_COARSE : BRG_EVEN;
    else
        *next = fractal->shown_fineness == BRG_COARSE ? BRG_EVEN : best;
    return !done && (!up_to_date || fractal->shown_fineness == BRG_COARSE || rests(fractal));
}

static void begin(brg_fractal *fractal, brg_fineness fineness) {
    char spec[16];
    bool last = fineness == finest(&fractal->wanted) && rests(fractal);
    brg_mandelbrot_params params = params_of(&fractal->wanted, fineness);
    brg_stage stage = {.op = "mandelbrot", .params = &params};
    brg_job_desc desc = {
        .stages = &stage,
        .stage_count = 1,
        .label = last ? "Mandelbrot, checked" : "Mandelbrot",
        .device = brg_app_device_spec(fractal->app, spec),
        .verify = last ? BRG_VERIFY_SAMPLE : BRG_VERIFY_NONE,
        .seed = fractal->pictures,
        .priority = BELOW_USERS,
    };
    if (brg_app_submit(fractal->app, &desc, &fractal->job, &fractal->failure) != BRG_OK) {
        brg_app_fail(fractal->app, "Mandelbrot", &fractal->failure);
        return;
    }
    fractal->in_hand = true;
    fractal->cancelled = false;
    fractal->of_job = fractal->wanted;
    fractal->job_fineness = fineness;
}

static void take_counts(brg_fractal *fractal, brg_result *result) {
    brg_tensor_release(fractal->counts);
    fractal->counts = result->output;
    result->output = NULL;
    fractal->shown = fractal->of_job;
    fractal->shown_fineness = fractal->job_fineness;
    fractal->serial++;
    fractal->pictures++;
    fractal->kernel_ms = result->median.kernel;
    if (fractal->job_fineness == BRG_EVEN)
        fractal->even_ms = result->median.kernel;
    const int64_t *dims = brg_tensor_shape(fractal->counts)->dims;
    if (result->median.kernel > 0)
        fractal->samples_per_s = (double)(dims[0] * dims[1]) / (result->median.kernel / 1e3);
    fractal->checked = result->verdict.policy != BRG_VERIFY_NONE;
    fractal->verdict = result->verdict;
    fractal->checks += fractal->checked;
    fractal->passed += fractal->checked && result->verdict.outcome == BRG_PASSED;
}

static void watch(brg_fractal *fractal) {
    brg_job_view view;
    brg_error error = {0};
    brg_result result = {0};
    bool known = brg_app_watch(fractal->app, fractal->job, &view);
    if (known && !brg_job_state_ended(view.state))
        return;
    fractal->in_hand = false;
    if (!known)
        brg_fail(&error, BRG_E_INTERNAL, "The engine no longer knows the job that it was given.");
    else
        brg_app_take(fractal->app, fractal->job, "Mandelbrot", &result, &error);
    if (error.status != BRG_OK)
        fractal->failure = error;
    else if (result.state == BRG_JOB_FAILED)
        fractal->failure = result.error;
    else if (result.state == BRG_JOB_DONE)
        take_counts(fractal, &result);
    brg_result_release(&result);
}

void brg_fractal_update(brg_fractal *fractal, bool active) {
    brg_fineness next;
    fractal->wanted.iterations = (int32_t)lroundf(fractal->iterations);
    bool outdated = fractal->in_hand && !brg_plane_equal(&fractal->of_job, &fractal->wanted);
    if (outdated && fractal->job_fineness != BRG_COARSE && !fractal->cancelled &&
        (fractal->job_fineness == BRG_FINE || fractal->even_ms > patience_ms)) {
        brg_engine_cancel(fractal->app->engine, fractal->job);
        fractal->cancelled = true;
        fractal->cancels++;
    }
    if (fractal->in_hand)
        watch(fractal);
    bool can =
        active && !fractal->in_hand && fractal->wanted.w > 0 && fractal->failure.status == BRG_OK;
    if (can && next_fineness(fractal, &next))
        begin(fractal, next);
}

bool brg_fractal_busy(const brg_fractal *fractal) {
    bool done =
        fractal->counts && brg_plane_equal(&fractal->shown, &fractal->wanted) && fractal->checked;
    return fractal->in_hand || fractal->zooms ||
           (fractal->failure.status == BRG_OK && fractal->wanted.w > 0 && !done);
}

/* ---- intents --------------------------------------------------------------------------------- */

void brg_fractal_init(brg_fractal *fractal, brg_app *app) {
    memset(fractal, 0, sizeof *fractal);
    fractal->app = app;
    fractal->iterations = 400;
    brg_fractal_reset(fractal);
}

void brg_fractal_release(brg_fractal *fractal) {
    brg_tensor_release(fractal->counts);
    fractal->counts = NULL;
}

static void note_move(brg_fractal *fractal) {
    fractal->moved_ns = brg_now_ns();
    fractal->failure.status = BRG_OK;
}

void brg_fractal_reset(brg_fractal *fractal) {
    brg_plane_reset(&fractal->wanted);
    fractal->zooms = false;
    note_move(fractal);
}

void brg_fractal_resize(brg_fractal *fractal, int32_t w, int32_t h) {
    fractal->wanted.w = w;
    fractal->wanted.h = h;
}

void brg_fractal_zoom(brg_fractal *fractal, double factor, double at_x, double at_y) {
    brg_plane_zoom(&fractal->wanted, factor, at_x, at_y);
    note_move(fractal);
}

void brg_fractal_move(brg_fractal *fractal, double dx, double dy) {
    brg_plane_move(&fractal->wanted, dx, dy);
    note_move(fractal);
}

void brg_fractal_step(brg_fractal *fractal, double seconds) {
    if (!fractal->zooms || fractal->wanted.w <= 0)
        return;
    brg_plane_dive(&fractal->wanted, seconds);
    fractal->zooms = !brg_plane_at_end(&fractal->wanted);
    note_move(fractal);
}
