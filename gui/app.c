/* The model behind the window. See app.h for the shape of a round. */
#include "app.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENGINE_NICENESS = 5, ENGINE_CAPACITY = 64 };

/* A baseline that takes longer than this is timed on part of the rows: a user is waiting. */
static const double baseline_budget_ms = 1000.0;

/* ---- beginning and end ----------------------------------------------------------------------- */

static void set_defaults(brg_app *app) {
    const brg_workload *workload;
    for (int w = 0; (workload = brg_workload_at(w)); w++)
        for (int c = 0; c < BRG_MAX_CONTROLS; c++)
            app->chosen.values[w][c] = workload->controls[c].initial;
    app->chosen.repeats = 5;
}

static brg_status start_engine(brg_app *app, const brg_app_config *config, brg_error *error) {
    brg_engine_config engine = {
        .device = config->device,
        .capacity = ENGINE_CAPACITY,
        .niceness = ENGINE_NICENESS,
        .wake = config->wake,
        .wake_user = config->wake_user,
    };
    return brg_engine_create(&engine, &app->engine, error);
}

brg_status brg_app_create(const brg_app_config *config, brg_app **out, brg_error *error) {
    brg_app *app = calloc(1, sizeof *app);
    if (!app)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the window.");
    set_defaults(app);
    if (config->device)
        snprintf(app->device_spec, sizeof app->device_spec, "%s", config->device);
    brg_status status = start_engine(app, config, error);
    if (status == BRG_OK) {
        app->darkroom = brg_darkroom_create(config->wake, config->wake_user);
        if (!app->darkroom)
            status = brg_fail(error, BRG_E_INTERNAL, "A thread for pictures cannot be started.");
    }
    if (status != BRG_OK) {
        brg_app_destroy(app);
        return status;
    }
    *out = app;
    return BRG_OK;
}

static void clear_round(brg_round *round) {
    for (int i = 0; i < 2; i++)
        brg_tensor_release(round->inputs[i]);
    memset(round, 0, sizeof *round);
}

void brg_app_destroy(brg_app *app) {
    if (!app)
        return;
    brg_engine_destroy(app->engine);
    brg_darkroom_destroy(app->darkroom);
    brg_result_release(&app->result);
    clear_round(&app->round);
    clear_round(&app->shown);
    brg_inputs_clear(&app->inputs);
    brg_prints_clear(&app->prints);
    free(app);
}

/* ---- what is chosen -------------------------------------------------------------------------- */

const brg_workload *brg_app_workload(const brg_app *app) {
    return brg_workload_at(app->chosen.workload);
}

float *brg_app_values(brg_app *app) {
    return app->chosen.values[app->chosen.workload];
}

const brg_op *brg_app_op(const brg_app *app) {
    return brg_engine_op(app->engine, brg_app_workload(app)->op);
}

const brg_device_info *brg_app_device(const brg_app *app, uint32_t *units) {
    if (!app->devices_known || app->devices.count == 0)
        return NULL;
    bool is_default = app->chosen.device == 0;
    if (is_default && app->devices_status != BRG_OK)
        return NULL;
    int index = is_default ? app->default_device.index : app->chosen.device - 1;
    const brg_device_info *device = &app->devices.devices[index];
    bool divided = is_default && app->default_device.units;
    *units = divided ? app->default_device.units : device->compute_units;
    return device;
}

static void wanted_inputs(const brg_app *app, brg_inputs_order *order) {
    const brg_workload *workload = brg_app_workload(app);
    memset(order, 0, sizeof *order);
    if (workload->takes_image && app->photograph_count > 0)
        memcpy(order->path, app->photographs[app->chosen.photograph].path, sizeof order->path);
    if (workload->order)
        workload->order(app->chosen.values[app->chosen.workload], order);
}

const char *brg_app_title(const brg_app *app, char *text, size_t size) {
    const brg_workload *workload = brg_app_workload(app);
    const float *values = app->chosen.values[app->chosen.workload];
    if (!workload->takes_image)
        snprintf(text, size, "%s %.0f \xc3\x97 %.0f \xc3\x97 %.0f", workload->op, (double)values[0],
                 (double)values[1], (double)values[2]);
    else if (app->photograph_count > 0)
        snprintf(text, size, "%s on %s", workload->op,
                 app->photographs[app->chosen.photograph].name);
    else
        snprintf(text, size, "%s", workload->op);
    return text;
}

bool brg_app_can_run(const brg_app *app) {
    bool nothing_there = app->devices_known && app->devices.count == 0;
    bool no_image = brg_app_workload(app)->takes_image && app->photograph_count == 0;
    return app->phase == BRG_PHASE_IDLE && !nothing_there && !no_image && brg_app_op(app);
}

/* ---- inputs ---------------------------------------------------------------------------------- */

/* True if the inputs at hand are the wanted ones; orders them otherwise, once. */
static bool inputs_at_hand(brg_app *app) {
    brg_inputs_order order;
    wanted_inputs(app, &order);
    if (app->inputs.count > 0 && brg_inputs_order_equal(&order, &app->inputs.order))
        return true;
    if (!app->inputs_ordered || !brg_inputs_order_equal(&order, &app->inputs_wanted)) {
        brg_darkroom_order_inputs(app->darkroom, &order);
        app->inputs_wanted = order;
        app->inputs_ordered = true;
    }
    return false;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void take_inputs(brg_app *app) {
    brg_inputs made;
    if (!brg_darkroom_take_inputs(app->darkroom, &made))
        return;
    brg_inputs_clear(&app->inputs);
    app->inputs = made;
    app->inputs_serial++;
    if (brg_inputs_order_equal(&made.order, &app->inputs_wanted))
        app->inputs_ordered = false;
    if (made.status != BRG_OK) {
        const char *about = made.order.path[0] ? base_name(made.order.path) : NULL;
        brg_log_error(&app->log, about, &made.error);
    }
}

/* ---- a round --------------------------------------------------------------------------------- */

static void end_round(brg_app *app) {
    app->phase = BRG_PHASE_IDLE;
    app->busy_until_ns = brg_now_ns();
}

static void fail_round(brg_app *app, const brg_error *error) {
    app->failure = *error;
    app->failed++;
    app->stopping = true;
    end_round(app);
}

/* Draws a round up from what is chosen and the inputs at hand. */
static void begin_round(brg_app *app) {
    const brg_workload *workload = brg_app_workload(app);
    const brg_shape *image =
        workload->takes_image ? brg_tensor_shape(app->inputs.tensors[0]) : NULL;
    brg_round *round = &app->round;
    clear_round(round);
    round->kinship.workload = app->chosen.workload;
    round->kinship.inputs = app->inputs.order;
    workload->fill(app->chosen.values[app->chosen.workload], image, round->kinship.params);
    round->input_count = app->inputs.count;
    for (int i = 0; i < app->inputs.count; i++)
        round->inputs[i] = brg_tensor_retain(app->inputs.tensors[i]);
    brg_app_title(app, round->title, sizeof round->title);
}

/* Without pause, each product is checked by random vectors unless the user asks for more: a
 * reference between the kernels would leave the device idle most of the time. */
static brg_verify_policy policy_of(const brg_app *app) {
    bool product = strcmp(brg_app_workload(app)->op, "gemm") == 0;
    if (app->chosen.check == BRG_VERIFY_DEFAULT && app->chosen.continuous && product)
        return BRG_VERIFY_FREIVALDS;
    return app->chosen.check;
}

static bool baselines_known(const brg_app *app, const brg_round *round) {
    return app->baselines.known &&
           memcmp(&app->baselines.of, &round->kinship, sizeof round->kinship) == 0;
}

static const char *device_of(const brg_app *app, char spec[16]) {
    if (app->chosen.device == 0)
        return NULL;
    snprintf(spec, 16, "%d", app->chosen.device - 1);
    return spec;
}

static const char *variant_of(const brg_app *app) {
    int variant = app->chosen.variant[app->chosen.workload];
    return variant ? brg_app_op(app)->variants[variant - 1].name : NULL;
}

static brg_status submit(brg_app *app, brg_error *error) {
    char spec[16];
    const brg_round *round = &app->round;
    bool measure = !app->chosen.continuous || !baselines_known(app, round);
    brg_stage stage = {
        .op = brg_workload_at(round->kinship.workload)->op,
        .variant = variant_of(app),
        .params = round->kinship.params,
        .inputs = {round->inputs[0], round->inputs[1]},
        .input_count = round->input_count,
    };
    brg_job_desc desc = {
        .stages = &stage,
        .stage_count = 1,
        .label = round->title,
        .device = device_of(app, spec),
        .verify = policy_of(app),
        .seed = app->rounds + 1,
        .baselines = measure ? BRG_BASELINE_SEQUENTIAL | BRG_BASELINE_NAIVE : 0,
        .baseline_budget_ms = baseline_budget_ms,
        .repeats = (int32_t)lroundf(app->chosen.repeats),
    };
    return brg_engine_submit(app->engine, &desc, &app->job, error);
}

/* What the engine is there to avoid: the window's thread waits until the job has ended. The trace
 * shows the gap, and the log says how long it was. */
static void wait_on_this_thread(brg_app *app, uint64_t start_ns) {
    brg_engine_wait(app->engine, app->job, -1);
    brg_span gap = {.start_ns = start_ns,
                    .end_ns = brg_now_ns(),
                    .job = app->job,
                    .device = -1,
                    .lane = BRG_LANE_UI,
                    .name = BRG_FROZEN};
    brg_trace_add(brg_engine_trace(app->engine), &gap);
    app->frozen_ms = fmax(app->frozen_ms, (double)(gap.end_ns - gap.start_ns) / 1e6);
}

static void begin_job(brg_app *app) {
    brg_error error = {0};
    uint64_t start_ns = brg_now_ns();
    begin_round(app);
    if (submit(app, &error) != BRG_OK) {
        brg_log_error(&app->log, NULL, &error);
        fail_round(app, &error);
        return;
    }
    memset(&app->view, 0, sizeof app->view);
    app->phase = BRG_PHASE_RUNNING;
    app->rounds++;
    app->seen = false;
    if (app->chosen.on_ui_thread)
        wait_on_this_thread(app, start_ns);
}

static void go_on_preparing(brg_app *app) {
    if (app->stopping)
        end_round(app);
    else if (!inputs_at_hand(app) || (app->chosen.on_ui_thread && !app->seen))
        return;
    else if (app->inputs.status != BRG_OK)
        fail_round(app, &app->inputs.error);
    else
        begin_job(app);
}

/* ---- the end of a job ------------------------------------------------------------------------ */

static void remember_baselines(brg_app *app) {
    const brg_result *r = &app->result;
    if (r->median.sequential < 0 && r->median.naive < 0)
        return;
    app->baselines = (brg_baselines){
        .of = app->shown.kinship,
        .known = true,
        .sequential = r->median.sequential,
        .naive = r->median.naive,
        .sequential_fraction = r->sequential_fraction,
        .naive_fraction = r->naive_fraction,
    };
}

/* Bars and reports show a round beside the baselines of its kin. */
static void borrow_baselines(brg_app *app) {
    brg_result *r = &app->result;
    if (r->median.sequential >= 0 || !baselines_known(app, &app->shown))
        return;
    r->median.sequential = app->baselines.sequential;
    r->median.naive = app->baselines.naive;
    r->sequential_fraction = app->baselines.sequential_fraction;
    r->naive_fraction = app->baselines.naive_fraction;
}

static void order_prints(brg_app *app, bool with_errors) {
    const brg_round *round = &app->shown;
    brg_prints_order order = {
        .op = brg_engine_op(app->engine, app->result.op[0]),
        .input_count = round->input_count,
        .inputs = {brg_tensor_retain(round->inputs[0]), brg_tensor_retain(round->inputs[1])},
        .output = brg_tensor_retain(app->result.output),
        .with_errors = with_errors,
    };
    memcpy(order.params, round->kinship.params, sizeof order.params);
    brg_darkroom_order_prints(app->darkroom, &order);
    app->errors_wanted = !with_errors;
}

static void show_result(brg_app *app, brg_result *result) {
    brg_result_release(&app->result);
    app->result = *result;
    clear_round(&app->shown);
    app->shown = app->round;
    memset(&app->round, 0, sizeof app->round);
    app->failure.status = BRG_OK;
    app->done++;
    app->mismatched += result->verdict.outcome == BRG_MISMATCH;
    remember_baselines(app);
    borrow_baselines(app);
    order_prints(app, !app->chosen.continuous || app->stopping);
}

static void note_freeze(brg_app *app) {
    if (app->frozen_ms > 0)
        brg_log_note(&app->log,
                     "The window was frozen for %.0f ms: the job ran while its own thread waited.",
                     app->frozen_ms);
}

static void take_result(brg_app *app) {
    brg_result result = {0};
    brg_error error = {0};
    brg_status status = brg_engine_result(app->engine, app->job, &result, &error);
    brg_engine_forget(app->engine, app->job);
    if (status == BRG_OK && result.state == BRG_JOB_DONE) {
        show_result(app, &result);
        return;
    }
    if (status == BRG_OK && result.state == BRG_JOB_CANCELLED) {
        brg_log_note(&app->log, "Cancelled: the job ended %.1f ms later.",
                     (double)(brg_now_ns() - app->cancelled_ns) / 1e6);
    } else {
        const brg_error *cause = status == BRG_OK ? &result.error : &error;
        brg_log_error(&app->log, app->round.title, cause);
        fail_round(app, cause);
    }
    app->stopping = true;
    brg_result_release(&result);
}

static void finish_job(brg_app *app) {
    take_result(app);
    if (app->chosen.continuous && !app->stopping) {
        app->phase = BRG_PHASE_PREPARING;
        return;
    }
    note_freeze(app);
    end_round(app);
}

static void watch_job(brg_app *app) {
    brg_snapshot snapshot;
    brg_engine_snapshot(app->engine, &snapshot);
    for (int32_t i = 0; i < snapshot.job_count; i++) {
        const brg_job_view *view = &snapshot.jobs[i];
        if (view->job.slot != app->job.slot || view->job.generation != app->job.generation)
            continue;
        app->view = *view;
        if (brg_job_state_ended(view->state))
            finish_job(app);
        return;
    }
    brg_error lost = {0};
    brg_fail(&lost, BRG_E_INTERNAL, "The engine no longer knows the job that it was given.");
    brg_log_error(&app->log, NULL, &lost);
    fail_round(app, &lost);
}

/* ---- one pass -------------------------------------------------------------------------------- */

static void watch_devices(brg_app *app) {
    if (app->devices_known || brg_engine_devices(app->engine, 0, &app->devices, NULL) != BRG_OK)
        return;
    app->devices_known = true;
    const char *spec = app->device_spec[0] ? app->device_spec : getenv("BRIGADE_DEVICE");
    app->devices_status =
        brg_device_select(&app->devices, spec, &app->default_device, &app->devices_error);
    if (app->devices_status != BRG_OK)
        brg_log_error(&app->log, NULL, &app->devices_error);
    else
        brg_log_note(&app->log, "Found %d device%s. Chose %s: %s.", (int)app->devices.count,
                     app->devices.count == 1 ? "" : "s",
                     app->devices.devices[app->default_device.index].name, app->default_device.why);
}

static void take_prints(brg_app *app) {
    brg_prints made;
    if (!brg_darkroom_take_prints(app->darkroom, &made))
        return;
    brg_prints_clear(&app->prints);
    app->prints = made;
    app->prints_serial++;
}

/* The error map costs a part of the reference once more, so it waits until no job needs the cores.
 */
static void want_errors(brg_app *app) {
    if (app->errors_wanted && app->result.output)
        order_prints(app, true);
}

void brg_app_update(brg_app *app) {
    watch_devices(app);
    take_inputs(app);
    take_prints(app);
    if (app->phase == BRG_PHASE_RUNNING)
        watch_job(app);
    if (app->phase == BRG_PHASE_PREPARING)
        go_on_preparing(app);
    if (app->phase == BRG_PHASE_IDLE)
        want_errors(app);
}

void brg_app_note_frame(brg_app *app) {
    app->seen = true;
}

bool brg_app_busy(const brg_app *app) {
    return !app->devices_known || app->phase != BRG_PHASE_IDLE || brg_darkroom_busy(app->darkroom);
}

/* ---- intents --------------------------------------------------------------------------------- */

void brg_app_run(brg_app *app) {
    if (!brg_app_can_run(app))
        return;
    app->runs_asked++;
    app->stopping = app->seen = false;
    app->frozen_ms = 0;
    if (app->inputs.status != BRG_OK)
        brg_inputs_clear(&app->inputs); /* a file may have been mended meanwhile */
    app->started_ns = brg_now_ns();
    app->phase = BRG_PHASE_PREPARING;
}

void brg_app_cancel(brg_app *app) {
    if (app->phase == BRG_PHASE_IDLE)
        return;
    app->cancels_asked++;
    app->cancelled_ns = brg_now_ns();
    brg_log_note(&app->log, "Cancelled.");
    app->stopping = true;
    if (app->phase == BRG_PHASE_RUNNING)
        brg_engine_cancel(app->engine, app->job);
}

void brg_app_choose_workload(brg_app *app, int workload) {
    if (brg_workload_at(workload))
        app->chosen.workload = workload;
}

void brg_app_preview(brg_app *app) {
    bool no_image = brg_app_workload(app)->takes_image && app->photograph_count == 0;
    if (app->phase == BRG_PHASE_IDLE && !no_image)
        inputs_at_hand(app);
}

bool brg_app_shows_choice(const brg_app *app) {
    brg_inputs_order order;
    wanted_inputs(app, &order);
    return app->shown.kinship.workload == app->chosen.workload &&
           brg_inputs_order_equal(&order, &app->shown.kinship.inputs);
}

static void choose_image_workload(brg_app *app) {
    for (int w = 0; !brg_app_workload(app)->takes_image && brg_workload_at(w); w++)
        if (brg_workload_at(w)->takes_image)
            app->chosen.workload = w;
}

void brg_app_open_image(brg_app *app, const char *path) {
    if (strlen(path) >= BRG_PATH) {
        brg_log_note(&app->log, "The path of this image is too long to be opened.");
        return;
    }
    int at = app->photograph_count < BRG_MAX_PHOTOGRAPHS ? app->photograph_count++
                                                         : BRG_MAX_PHOTOGRAPHS - 1;
    brg_photograph *photograph = &app->photographs[at];
    memset(photograph, 0, sizeof *photograph);
    snprintf(photograph->path, sizeof photograph->path, "%s", path);
    snprintf(photograph->name, sizeof photograph->name, "%.63s", base_name(path));
    app->chosen.photograph = at;
    choose_image_workload(app);
}
