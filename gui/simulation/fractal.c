/* The fractal. See fractal.h. */
#include "simulation/fractal.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { BELOW_USERS = -1 };

/* If one sample a pixel takes longer, coarse pixels come first. */
static const double patience_ms = 20;

/* A hand that has not moved for this long rests. */
static const uint64_t rest_ns = 200000000;

static const double whole_x = -0.65, whole_y = 0, whole_width = 3.6;

/* In the valley of the sea horses, where there is something to be seen at every depth. */
static const double goal_x = -0.743643887, goal_y = 0.131825904;

/* ---- the plane ------------------------------------------------------------------------------- */

static double pixel_of(const brg_plane *plane) {
    return plane->width / plane->w;
}

/* Two steps of the largest coordinate's last place: c itself must differ from pixel to pixel. */
double brg_plane_least_pixel(const brg_plane *plane) {
    double half = plane->width / 2;
    double largest = fmax(fabs(plane->x) + half, fabs(plane->y) + half);
    return 2 * FLT_EPSILON * exp2(floor(log2(largest)));
}

double brg_plane_magnification(const brg_plane *plane) {
    return whole_width / plane->width;
}

static bool same(const brg_plane *a, const brg_plane *b) {
    return a->x == b->x && a->y == b->y && a->width == b->width && a->w == b->w && a->h == b->h &&
           a->iterations == b->iterations;
}

/* ---- jobs ------------------------------------------------------------------------------------ */

static brg_mandelbrot_params params_of(const brg_plane *plane, brg_fineness fineness) {
    static const double samples[BRG_FINENESS_COUNT] = {0.25, 1, 2};
    double pixel = pixel_of(plane) / samples[fineness];
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
    return pixel_of(plane) / 2 >= brg_plane_least_pixel(plane) ? BRG_FINE : BRG_EVEN;
}

static bool rests(const brg_fractal *fractal) {
    return !fractal->held && !fractal->zooms && brg_now_ns() - fractal->moved_ns >= rest_ns;
}

/* The finest picture waits for the hand to rest, and is the one that is checked. */
static bool next_fineness(const brg_fractal *fractal, brg_fineness *next) {
    bool up_to_date = fractal->counts && same(&fractal->shown, &fractal->wanted);
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
    bool outdated = fractal->in_hand && !same(&fractal->of_job, &fractal->wanted);
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
    bool done = fractal->counts && same(&fractal->shown, &fractal->wanted) && fractal->checked;
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
    fractal->wanted.x = whole_x;
    fractal->wanted.y = whole_y;
    fractal->wanted.width = whole_width;
    fractal->at_end = fractal->zooms = false;
    note_move(fractal);
}

void brg_fractal_resize(brg_fractal *fractal, int32_t w, int32_t h) {
    fractal->wanted.w = w;
    fractal->wanted.h = h;
}

/* No wider than a little more than the set, no deeper than numbers go. */
static void limit(brg_fractal *fractal) {
    brg_plane *plane = &fractal->wanted;
    double least = brg_plane_least_pixel(plane) * plane->w;
    fractal->at_end = plane->width <= least;
    plane->width = fmin(fmax(plane->width, least), 2 * whole_width);
    plane->x = fmin(fmax(plane->x, -2.5), 1.5);
    plane->y = fmin(fmax(plane->y, -1.5), 1.5);
}

void brg_fractal_zoom(brg_fractal *fractal, double factor, double at_x, double at_y) {
    brg_plane *plane = &fractal->wanted;
    double was = plane->width, dx = at_x - plane->w / 2.0, dy = at_y - plane->h / 2.0;
    if (plane->w <= 0)
        return;
    plane->width /= factor;
    limit(fractal);
    plane->x += dx * (was - plane->width) / plane->w;
    plane->y -= dy * (was - plane->width) / plane->w;
    note_move(fractal);
}

void brg_fractal_move(brg_fractal *fractal, double dx, double dy) {
    brg_plane *plane = &fractal->wanted;
    if (plane->w <= 0)
        return;
    plane->x -= dx * pixel_of(plane);
    plane->y += dy * pixel_of(plane);
    limit(fractal);
    note_move(fractal);
}

/* The goal comes to the middle as fast as the rest goes out of sight. */
void brg_fractal_step(brg_fractal *fractal, double seconds) {
    brg_plane *plane = &fractal->wanted;
    if (!fractal->zooms || plane->w <= 0)
        return;
    double shrink = exp2(-0.6 * seconds);
    plane->x = goal_x + (plane->x - goal_x) * pow(shrink, 1.4);
    plane->y = goal_y + (plane->y - goal_y) * pow(shrink, 1.4);
    plane->width *= shrink;
    limit(fractal);
    fractal->zooms = !fractal->at_end;
    note_move(fractal);
}
