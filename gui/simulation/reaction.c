/* The reaction. See reaction.h. */
#include "simulation/reaction.h"

#include <math.h>
#include <string.h>

enum { BELOW_USERS = -1 };

static const brg_preset presets[BRG_PRESETS] = {
    {"coral", 0.0545f, 0.062f},  {"mitosis", 0.0367f, 0.0649f}, {"labyrinth", 0.029f, 0.057f},
    {"worms", 0.050f, 0.063f},   {"waves", 0.014f, 0.045f},     {"holes", 0.039f, 0.058f},
    {"turmoil", 0.026f, 0.051f}, {"pulses", 0.025f, 0.06f},
};

const brg_preset *brg_preset_at(int index) {
    return &presets[index >= 0 && index < BRG_PRESETS ? index : 0];
}

/* ---- states ---------------------------------------------------------------------------------- */

/* The state for writing: the engine's own output, once nobody else has it, or a copy. */
static float *writable_state(brg_reaction *reaction) {
    float *cells = brg_tensor_writable(reaction->state);
    if (cells)
        return cells;
    brg_tensor *copy;
    if (brg_tensor_create(brg_tensor_shape(reaction->state), brg_tensor_data(reaction->state),
                          &copy, &reaction->failure) != BRG_OK)
        return NULL;
    brg_tensor_release(reaction->state);
    reaction->state = copy;
    return brg_tensor_writable(copy);
}

static void apply_strokes(brg_reaction *reaction) {
    if (reaction->stroke_count == 0)
        return;
    float *cells = writable_state(reaction);
    for (int i = 0; cells && i < reaction->stroke_count; i++)
        brg_stroke_draw(&reaction->strokes[i], reaction->w, reaction->h, cells);
    reaction->painted += (uint64_t)reaction->stroke_count;
    reaction->stroke_count = 0;
    reaction->serial++;
}

/* ---- rounds ---------------------------------------------------------------------------------- */

static bool is_checked(const brg_reaction *reaction) {
    return reaction->rounds % BRG_CHECK_EVERY == 0;
}

static void begin_round(brg_reaction *reaction) {
    char spec[16];
    brg_reaction_diffusion_params params = BRG_REACTION_DIFFUSION_DEFAULTS;
    reaction->round_steps = is_checked(reaction) ? 1 : (int32_t)lroundf(reaction->steps);
    params.feed = reaction->feed;
    params.kill = reaction->kill;
    params.steps = reaction->round_steps;
    brg_stage stage = {.op = "reaction_diffusion",
                       .params = &params,
                       .inputs = {reaction->state},
                       .input_count = 1};
    brg_job_desc desc = {
        .stages = &stage,
        .stage_count = 1,
        .label = is_checked(reaction) ? "reaction, checked" : "reaction",
        .device = brg_app_device_spec(reaction->app, spec),
        .verify = is_checked(reaction) ? BRG_VERIFY_FULL : BRG_VERIFY_NONE,
        .priority = BELOW_USERS,
    };
    if (brg_app_submit(reaction->app, &desc, &reaction->job, &reaction->failure) != BRG_OK) {
        brg_app_fail(reaction->app, "reaction", &reaction->failure);
        reaction->running = false;
        return;
    }
    reaction->in_hand = true;
    reaction->stale = reaction->shown = false;
}

static void measure(brg_reaction *reaction, const brg_result *result) {
    uint64_t now = brg_now_ns();
    double cells = (double)reaction->w * (double)reaction->h;
    double gap_s = (double)(now - reaction->last_round_ns) / 1e9;
    if (result->median.kernel > 0 && reaction->round_steps > 1)
        reaction->updates_per_s = cells * reaction->round_steps / (result->median.kernel / 1e3);
    if (gap_s > 0 && gap_s < 1)
        reaction->rate += 0.1 * (reaction->round_steps / gap_s - reaction->rate);
    reaction->last_round_ns = now;
}

static void take_state(brg_reaction *reaction, brg_result *result) {
    measure(reaction, result);
    brg_tensor_release(reaction->state);
    reaction->state = result->output;
    result->output = NULL;
    reaction->serial++;
    reaction->rounds++;
    reaction->steps_done += (uint64_t)reaction->round_steps;
    if (result->verdict.policy == BRG_VERIFY_NONE)
        return;
    reaction->checks++;
    reaction->passed += result->verdict.outcome == BRG_PASSED;
}

static void fail(brg_reaction *reaction, const brg_error *error) {
    reaction->failure = *error;
    reaction->running = false;
}

static void watch_round(brg_reaction *reaction) {
    brg_job_view view;
    brg_error error = {0};
    brg_result result = {0};
    bool known = brg_app_watch(reaction->app, reaction->job, &view);
    if (known && !brg_job_state_ended(view.state))
        return;
    reaction->in_hand = false;
    if (!known)
        brg_fail(&error, BRG_E_INTERNAL, "The engine no longer knows the job that it was given.");
    else
        brg_app_take(reaction->app, reaction->job, "reaction", &result, &error);
    if (error.status != BRG_OK)
        fail(reaction, &error);
    else if (result.state == BRG_JOB_FAILED)
        fail(reaction, &result.error);
    else if (result.state == BRG_JOB_DONE && !reaction->stale)
        take_state(reaction, &result);
    brg_result_release(&result);
}

void brg_reaction_update(brg_reaction *reaction, bool active) {
    if (reaction->in_hand)
        watch_round(reaction);
    if (reaction->in_hand || !reaction->state)
        return;
    apply_strokes(reaction);
    if (active && reaction->running && reaction->shown)
        begin_round(reaction);
}

/* ---- beginning, end, intents ----------------------------------------------------------------- */

void brg_reaction_init(brg_reaction *reaction, brg_app *app) {
    memset(reaction, 0, sizeof *reaction);
    reaction->app = app;
    reaction->feed = presets[0].feed;
    reaction->kill = presets[0].kill;
    reaction->steps = 12;
}

void brg_reaction_release(brg_reaction *reaction) {
    brg_tensor_release(reaction->state);
    reaction->state = NULL;
}

brg_status brg_reaction_reset(brg_reaction *reaction, int64_t w, int64_t h, brg_error *error) {
    brg_shape shape = brg_shape_3d(BRG_F32, h, w, 2);
    brg_tensor *state;
    brg_status status = brg_tensor_create(&shape, NULL, &state, error);
    if (status != BRG_OK)
        return status;
    brg_stroke_begin(w, h, brg_tensor_writable(state));
    brg_reaction_release(reaction);
    reaction->state = state;
    reaction->w = w;
    reaction->h = h;
    reaction->serial++;
    reaction->stale = reaction->in_hand;
    reaction->stroke_count = 0;
    reaction->steps_done = 0;
    reaction->failure.status = BRG_OK;
    return BRG_OK;
}

void brg_reaction_paint(brg_reaction *reaction, const brg_stroke *stroke) {
    if (reaction->stroke_count < BRG_STROKES)
        reaction->strokes[reaction->stroke_count++] = *stroke;
}
