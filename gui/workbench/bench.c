/* The model of the workbench. See bench.h for the shape of a round. */
#include "workbench/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A baseline that takes longer than this is timed on part of the rows: a user is waiting. */
static const double baseline_budget_ms = 1000.0;

/* ---- beginning and end ----------------------------------------------------------------------- */

static void set_defaults(brg_bench *bench) {
    const brg_workload *workload;
    for (int w = 0; (workload = brg_workload_at(w)); w++)
        for (int c = 0; c < BRG_MAX_CONTROLS; c++)
            bench->chosen.values[w][c] = workload->controls[c].initial;
    bench->chosen.repeats = 5;
}

brg_status brg_bench_create(brg_app *app, brg_bench **out, brg_error *error) {
    brg_bench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the workbench.");
    bench->app = app;
    set_defaults(bench);
    bench->darkroom = brg_darkroom_create(app->wake, app->wake_user);
    if (!bench->darkroom) {
        free(bench);
        return brg_fail(error, BRG_E_INTERNAL, "A thread for pictures cannot be started.");
    }
    *out = bench;
    return BRG_OK;
}

static void clear_round(brg_round *round) {
    for (int i = 0; i < 2; i++)
        brg_tensor_release(round->inputs[i]);
    memset(round, 0, sizeof *round);
}

void brg_bench_destroy(brg_bench *bench) {
    if (!bench)
        return;
    brg_darkroom_destroy(bench->darkroom);
    brg_result_release(&bench->result);
    clear_round(&bench->round);
    clear_round(&bench->shown);
    brg_inputs_clear(&bench->inputs);
    brg_prints_clear(&bench->prints);
    free(bench);
}

/* ---- what is chosen -------------------------------------------------------------------------- */

const brg_workload *brg_bench_workload(const brg_bench *bench) {
    return brg_workload_at(bench->chosen.workload);
}

float *brg_bench_values(brg_bench *bench) {
    return bench->chosen.values[bench->chosen.workload];
}

const brg_op *brg_bench_op(const brg_bench *bench) {
    return brg_engine_op(bench->app->engine, brg_bench_workload(bench)->op);
}

static void wanted_inputs(const brg_bench *bench, brg_inputs_order *order) {
    const brg_workload *workload = brg_bench_workload(bench);
    memset(order, 0, sizeof *order);
    if (workload->takes_image && bench->app->photograph_count > 0)
        memcpy(order->path, bench->app->photographs[bench->app->photograph].path,
               sizeof order->path);
    if (workload->order)
        workload->order(bench->chosen.values[bench->chosen.workload], order);
}

const char *brg_bench_title(const brg_bench *bench, char *text, size_t size) {
    const brg_workload *workload = brg_bench_workload(bench);
    const float *values = bench->chosen.values[bench->chosen.workload];
    if (!workload->takes_image)
        snprintf(text, size, "%s %.0f \xc3\x97 %.0f \xc3\x97 %.0f", workload->op, (double)values[0],
                 (double)values[1], (double)values[2]);
    else if (bench->app->photograph_count > 0)
        snprintf(text, size, "%s on %s", workload->op,
                 bench->app->photographs[bench->app->photograph].name);
    else
        snprintf(text, size, "%s", workload->op);
    return text;
}

bool brg_bench_can_run(const brg_bench *bench) {
    bool nothing_there = bench->app->devices_known && bench->app->devices.count == 0;
    bool no_image = brg_bench_workload(bench)->takes_image && bench->app->photograph_count == 0;
    return bench->phase == BRG_PHASE_IDLE && !nothing_there && !no_image && brg_bench_op(bench);
}

/* ---- inputs ---------------------------------------------------------------------------------- */

/* True if the inputs at hand are the wanted ones; orders them otherwise, once. */
static bool inputs_at_hand(brg_bench *bench) {
    brg_inputs_order order;
    wanted_inputs(bench, &order);
    if (bench->inputs.count > 0 && brg_inputs_order_equal(&order, &bench->inputs.order))
        return true;
    if (!bench->inputs_ordered || !brg_inputs_order_equal(&order, &bench->inputs_wanted)) {
        brg_darkroom_order_inputs(bench->darkroom, &order);
        bench->inputs_wanted = order;
        bench->inputs_ordered = true;
    }
    return false;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void take_inputs(brg_bench *bench) {
    brg_inputs made;
    if (!brg_darkroom_take_inputs(bench->darkroom, &made))
        return;
    brg_inputs_clear(&bench->inputs);
    bench->inputs = made;
    bench->inputs_serial++;
    if (brg_inputs_order_equal(&made.order, &bench->inputs_wanted))
        bench->inputs_ordered = false;
    if (made.status != BRG_OK) {
        const char *about = made.order.path[0] ? base_name(made.order.path) : NULL;
        brg_log_error(&bench->app->log, about, &made.error);
    }
}

/* ---- a round --------------------------------------------------------------------------------- */

static void end_round(brg_bench *bench) {
    bench->phase = BRG_PHASE_IDLE;
    bench->busy_until_ns = brg_now_ns();
}

/* A failure ends the round; whoever met it has told the log. */
static void fail_round(brg_bench *bench, const brg_error *error) {
    bench->failure = *error;
    bench->ended++;
    bench->stopping = true;
    end_round(bench);
}

/* Draws a round up from what is chosen and the inputs at hand. */
static void begin_round(brg_bench *bench) {
    const brg_workload *workload = brg_bench_workload(bench);
    const brg_shape *image =
        workload->takes_image ? brg_tensor_shape(bench->inputs.tensors[0]) : NULL;
    brg_round *round = &bench->round;
    clear_round(round);
    round->kinship.workload = bench->chosen.workload;
    round->kinship.inputs = bench->inputs.order;
    workload->fill(bench->chosen.values[bench->chosen.workload], image, round->kinship.params);
    round->input_count = bench->inputs.count;
    for (int i = 0; i < bench->inputs.count; i++)
        round->inputs[i] = brg_tensor_retain(bench->inputs.tensors[i]);
    brg_bench_title(bench, round->title, sizeof round->title);
}

/* Without pause, each product is checked by random vectors unless the user asks for more: a
 * reference between the kernels would leave the device idle most of the time. */
static brg_verify_policy policy_of(const brg_bench *bench) {
    bool product = strcmp(brg_bench_workload(bench)->op, "gemm") == 0;
    if (bench->chosen.check == BRG_VERIFY_DEFAULT && bench->chosen.continuous && product)
        return BRG_VERIFY_FREIVALDS;
    return bench->chosen.check;
}

static bool baselines_known(const brg_bench *bench, const brg_round *round) {
    return bench->baselines.known &&
           memcmp(&bench->baselines.of, &round->kinship, sizeof round->kinship) == 0;
}

static const char *variant_of(const brg_bench *bench) {
    int variant = bench->chosen.variant[bench->chosen.workload];
    return variant ? brg_bench_op(bench)->variants[variant - 1].name : NULL;
}

static brg_status submit(brg_bench *bench, brg_error *error) {
    char spec[16];
    const brg_round *round = &bench->round;
    bool measure = !bench->chosen.continuous || !baselines_known(bench, round);
    brg_stage stage = {
        .op = brg_workload_at(round->kinship.workload)->op,
        .variant = variant_of(bench),
        .params = round->kinship.params,
        .inputs = {round->inputs[0], round->inputs[1]},
        .input_count = round->input_count,
    };
    brg_job_desc desc = {
        .stages = &stage,
        .stage_count = 1,
        .label = round->title,
        .device = brg_app_device_spec(bench->app, spec),
        .verify = policy_of(bench),
        .seed = bench->rounds + 1,
        .baselines = measure ? BRG_BASELINE_SEQUENTIAL | BRG_BASELINE_NAIVE : 0,
        .baseline_budget_ms = baseline_budget_ms,
        .repeats = (int32_t)lroundf(bench->chosen.repeats),
    };
    return brg_app_submit(bench->app, &desc, &bench->job, error);
}

static void begin_job(brg_bench *bench) {
    brg_error error = {0};
    uint64_t start_ns = brg_now_ns();
    begin_round(bench);
    if (submit(bench, &error) != BRG_OK) {
        brg_app_fail(bench->app, NULL, &error);
        fail_round(bench, &error);
        return;
    }
    memset(&bench->view, 0, sizeof bench->view);
    bench->phase = BRG_PHASE_RUNNING;
    bench->rounds++;
    bench->seen = false;
    if (bench->chosen.on_ui_thread)
        brg_app_freeze(bench->app, bench->job, start_ns);
}

/* The log was told when they could not be made. */
static void fail_inputs(brg_bench *bench) {
    bench->app->failed++;
    fail_round(bench, &bench->inputs.error);
}

static void go_on_preparing(brg_bench *bench) {
    if (bench->stopping)
        end_round(bench);
    else if (!inputs_at_hand(bench) || (bench->chosen.on_ui_thread && !bench->seen))
        return;
    else if (bench->inputs.status != BRG_OK)
        fail_inputs(bench);
    else
        begin_job(bench);
}

/* ---- the end of a job ------------------------------------------------------------------------ */

static void remember_baselines(brg_bench *bench) {
    const brg_result *r = &bench->result;
    if (r->median.sequential < 0 && r->median.naive < 0)
        return;
    bench->baselines = (brg_baselines){
        .of = bench->shown.kinship,
        .known = true,
        .sequential = r->median.sequential,
        .naive = r->median.naive,
        .sequential_fraction = r->sequential_fraction,
        .naive_fraction = r->naive_fraction,
    };
}

/* Bars and reports show a round beside the baselines of its kin. */
static void borrow_baselines(brg_bench *bench) {
    brg_result *r = &bench->result;
    if (r->median.sequential >= 0 || !baselines_known(bench, &bench->shown))
        return;
    r->median.sequential = bench->baselines.sequential;
    r->median.naive = bench->baselines.naive;
    r->sequential_fraction = bench->baselines.sequential_fraction;
    r->naive_fraction = bench->baselines.naive_fraction;
}

static void order_prints(brg_bench *bench, bool with_errors) {
    const brg_round *round = &bench->shown;
    brg_prints_order order = {
        .op = brg_engine_op(bench->app->engine, bench->result.op[0]),
        .input_count = round->input_count,
        .inputs = {brg_tensor_retain(round->inputs[0]), brg_tensor_retain(round->inputs[1])},
        .output = brg_tensor_retain(bench->result.output),
        .with_errors = with_errors,
    };
    memcpy(order.params, round->kinship.params, sizeof order.params);
    brg_darkroom_order_prints(bench->darkroom, &order);
    bench->errors_wanted = !with_errors;
}

static void show_result(brg_bench *bench, brg_result *result) {
    brg_result_release(&bench->result);
    bench->result = *result;
    clear_round(&bench->shown);
    bench->shown = bench->round;
    memset(&bench->round, 0, sizeof bench->round);
    bench->failure.status = BRG_OK;
    bench->ended++;
    remember_baselines(bench);
    borrow_baselines(bench);
    order_prints(bench, !bench->chosen.continuous || bench->stopping);
}

static void note_freeze(brg_bench *bench) {
    if (bench->app->frozen_ms > 0)
        brg_log_note(&bench->app->log,
                     "The window was frozen for %.0f ms: the job ran while its own thread waited.",
                     bench->app->frozen_ms);
}

static void take_result(brg_bench *bench) {
    brg_result result = {0};
    brg_error error = {0};
    brg_status status = brg_app_take(bench->app, bench->job, bench->round.title, &result, &error);
    if (status == BRG_OK && result.state == BRG_JOB_DONE) {
        show_result(bench, &result);
        return;
    }
    if (status == BRG_OK && result.state == BRG_JOB_CANCELLED)
        brg_log_note(&bench->app->log, "Cancelled: the job ended %.1f ms later.",
                     (double)(brg_now_ns() - bench->cancelled_ns) / 1e6);
    else
        fail_round(bench, status == BRG_OK ? &result.error : &error);
    bench->stopping = true;
    brg_result_release(&result);
}

static void finish_job(brg_bench *bench) {
    take_result(bench);
    if (bench->chosen.continuous && !bench->stopping) {
        bench->phase = BRG_PHASE_PREPARING;
        return;
    }
    note_freeze(bench);
    end_round(bench);
}

static void watch_job(brg_bench *bench) {
    brg_error lost = {0};
    if (brg_app_watch(bench->app, bench->job, &bench->view)) {
        if (brg_job_state_ended(bench->view.state))
            finish_job(bench);
        return;
    }
    brg_fail(&lost, BRG_E_INTERNAL, "The engine no longer knows the job that it was given.");
    brg_app_fail(bench->app, NULL, &lost);
    fail_round(bench, &lost);
}

/* ---- one pass -------------------------------------------------------------------------------- */

static void take_prints(brg_bench *bench) {
    brg_prints made;
    if (!brg_darkroom_take_prints(bench->darkroom, &made))
        return;
    brg_prints_clear(&bench->prints);
    bench->prints = made;
    bench->prints_serial++;
}

/* The error map costs a part of the reference once more, so it waits until no job needs the cores.
 */
static void want_errors(brg_bench *bench) {
    if (bench->errors_wanted && bench->result.output)
        order_prints(bench, true);
}

void brg_bench_update(brg_bench *bench) {
    take_inputs(bench);
    take_prints(bench);
    if (bench->phase == BRG_PHASE_RUNNING)
        watch_job(bench);
    if (bench->phase == BRG_PHASE_PREPARING)
        go_on_preparing(bench);
    if (bench->phase == BRG_PHASE_IDLE)
        want_errors(bench);
}

void brg_bench_note_frame(brg_bench *bench) {
    bench->seen = true;
}

bool brg_bench_busy(const brg_bench *bench) {
    return bench->phase != BRG_PHASE_IDLE || brg_darkroom_busy(bench->darkroom);
}

/* ---- intents --------------------------------------------------------------------------------- */

void brg_bench_run(brg_bench *bench) {
    if (!brg_bench_can_run(bench))
        return;
    bench->app->runs_asked++;
    bench->stopping = bench->seen = false;
    bench->app->frozen_ms = 0;
    if (bench->inputs.status != BRG_OK)
        brg_inputs_clear(&bench->inputs); /* a file may have been mended meanwhile */
    bench->started_ns = brg_now_ns();
    bench->phase = BRG_PHASE_PREPARING;
}

void brg_bench_cancel(brg_bench *bench) {
    if (bench->phase == BRG_PHASE_IDLE)
        return;
    bench->app->cancels_asked++;
    bench->cancelled_ns = brg_now_ns();
    brg_log_note(&bench->app->log, "Cancelled.");
    bench->stopping = true;
    if (bench->phase == BRG_PHASE_RUNNING)
        brg_engine_cancel(bench->app->engine, bench->job);
}

void brg_bench_choose_workload(brg_bench *bench, int workload) {
    if (brg_workload_at(workload))
        bench->chosen.workload = workload;
}

void brg_bench_preview(brg_bench *bench) {
    bool no_image = brg_bench_workload(bench)->takes_image && bench->app->photograph_count == 0;
    if (bench->phase == BRG_PHASE_IDLE && !no_image)
        inputs_at_hand(bench);
}

bool brg_bench_shows_choice(const brg_bench *bench) {
    brg_inputs_order order;
    wanted_inputs(bench, &order);
    return bench->shown.kinship.workload == bench->chosen.workload &&
           brg_inputs_order_equal(&order, &bench->shown.kinship.inputs);
}

void brg_bench_note_image(brg_bench *bench) {
    for (int w = 0; !brg_bench_workload(bench)->takes_image && brg_workload_at(w); w++)
        if (brg_workload_at(w)->takes_image)
            bench->chosen.workload = w;
}
