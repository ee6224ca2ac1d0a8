/* The model of the workbench. See bench.h for the shape of a round. */
#include "workbench/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A baseline that takes longer than this is timed on part of the rows: a user is waiting. */
static const double baseline_budget_ms = 1000.0;

/* Timed runs of a turn in a comparison: enough for a median, few enough to take turns often. */
enum { RUNS_A_TURN = 3 };

/* ---- beginning and end ----------------------------------------------------------------------- */

brg_status brg_bench_create(brg_app *app, brg_bench **out, brg_error *error) {
    brg_bench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the workbench.");
    bench->app = app;
    brg_bench_set_defaults(bench);
    bench->darkroom = brg_darkroom_create(app->wake, app->wake_user);
    if (!bench->darkroom) {
        free(bench);
        return brg_fail(error, BRG_E_INTERNAL, "A thread for pictures cannot be started.");
    }
    brg_plates_init(&bench->plates, bench->darkroom);
    *out = bench;
    return BRG_OK;
}

static void clear_round(brg_round *round) {
    brg_exhibit_release(&round->exhibit);
    memset(round, 0, sizeof *round);
}

void brg_bench_destroy(brg_bench *bench) {
    if (!bench)
        return;
    brg_darkroom_destroy(bench->darkroom);
    brg_plates_release(&bench->plates);
    brg_result_release(&bench->result);
    brg_result_release(&bench->other);
    clear_round(&bench->round);
    clear_round(&bench->shown);
    brg_inputs_clear(&bench->inputs);
    free(bench);
}

/* ---- inputs ---------------------------------------------------------------------------------- */

/* True if the inputs at hand are the wanted ones; orders them otherwise, once. */
static bool inputs_at_hand(brg_bench *bench) {
    brg_inputs_order order;
    brg_bench_wanted_inputs(bench, &order);
    if (bench->inputs.made && brg_inputs_order_equal(&order, &bench->inputs.order))
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

/* What there is to be seen of the inputs at hand. */
static void show_inputs(brg_bench *bench) {
    const brg_inputs *inputs = &bench->inputs;
    brg_exhibit exhibit = {.op = brg_bench_op(bench), .input_count = inputs->count};
    memcpy(exhibit.inputs, inputs->tensors, sizeof exhibit.inputs);
    if (bench->input >= inputs->count)
        bench->input = 0;
    if (inputs->status != BRG_OK || inputs->count == 0 || !exhibit.op)
        brg_plates_hide(&bench->plates, BRG_PLATE_INPUT);
    else
        brg_plates_show(&bench->plates, BRG_PLATE_INPUT, &exhibit, BRG_OF_INPUT, bench->input);
}

static void take_inputs(brg_bench *bench) {
    brg_inputs made;
    if (!brg_darkroom_take_inputs(bench->darkroom, &made))
        return;
    brg_inputs_clear(&bench->inputs);
    bench->inputs = made;
    show_inputs(bench);
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
    memcpy(round->kinship.params, bench->inputs.params, sizeof round->kinship.params);
    if (workload->fill)
        workload->fill(bench->chosen.values[bench->chosen.workload], image, round->kinship.params);
    brg_exhibit given = {.op = brg_bench_op(bench), .input_count = bench->inputs.count};
    memcpy(given.params, round->kinship.params, sizeof given.params);
    memcpy(given.inputs, bench->inputs.tensors, sizeof given.inputs);
    round->exhibit = brg_exhibit_retain(&given);
    round->compared = bench->chosen.compared;
    round->turns = round->compared ? 2 + 2 * (int)lroundf(bench->chosen.repeats) : 1;
    brg_bench_title(bench, round->title, sizeof round->title);
}

/* Without pause, each product is checked by random vectors unless the user asks for more: a
 * reference between the kernels would leave the device idle most of the time. */
static brg_verify_policy policy_of(const brg_bench *bench) {
    bool probed = bench->round.exhibit.op->probe;
    bool product = probed && bench->round.kinship.workload != BRG_IN_WORDS;
    if (bench->round.turn > 1)
        return BRG_VERIFY_NONE;
    if (bench->chosen.check == BRG_VERIFY_DEFAULT && bench->chosen.continuous && product)
        return BRG_VERIFY_FREIVALDS;
    if (bench->chosen.check == BRG_VERIFY_FREIVALDS && !probed)
        return BRG_VERIFY_DEFAULT;
    return bench->chosen.check;
}

static bool baselines_known(const brg_bench *bench, const brg_round *round) {
    return bench->baselines.known &&
           memcmp(&bench->baselines.of, &round->kinship, sizeof round->kinship) == 0;
}

/* How often a job is timed. The first two of a comparison show that both are right, and warm the
 * caches up for those that count. */
static int32_t repeats_of(const brg_bench *bench) {
    if (!bench->round.compared)
        return (int32_t)lroundf(bench->chosen.repeats);
    return bench->round.turn < 2 ? 1 : RUNS_A_TURN;
}

static brg_status submit(brg_bench *bench, brg_error *error) {
    char spec[16];
    const brg_round *round = &bench->round;
    bool b = round->turn % 2 == 1;
    bool measure =
        round->turn == 0 && (!bench->chosen.continuous || !baselines_known(bench, round));
    brg_stage stage = {
        .op = round->exhibit.op->name,
        .variant = brg_bench_variant(bench, b),
        .params = round->exhibit.params,
        .input_count = round->exhibit.input_count,
    };
    for (int i = 0; i < stage.input_count; i++)
        stage.inputs[i] = round->exhibit.inputs[i];
    brg_job_desc desc = {
        .stages = &stage,
        .stage_count = 1,
        .label = round->title,
        .device = brg_app_device_spec_at(brg_bench_device(bench, b), spec),
        .verify = policy_of(bench),
        .seed = bench->rounds + 1,
        .baselines = measure ? BRG_BASELINE_SEQUENTIAL | BRG_BASELINE_NAIVE : 0,
        .baseline_budget_ms = baseline_budget_ms,
        .repeats = repeats_of(bench),
    };
    return brg_app_submit(bench->app, &desc, &bench->job, error);
}

static void begin_job(brg_bench *bench) {
    brg_error error = {0};
    uint64_t start_ns = brg_now_ns();
    if (bench->round.turn == 0)
        begin_round(bench);
    if (submit(bench, &error) != BRG_OK) {
        brg_app_fail(bench->app, NULL, &error);
        fail_round(bench, &error);
        return;
    }
    memset(&bench->view, 0, sizeof bench->view);
    bench->phase = BRG_PHASE_RUNNING;
    bench->rounds += bench->round.turn == 0;
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
    bool begun = bench->round.turn > 0;
    if (bench->stopping)
        end_round(bench);
    else if ((!begun && !inputs_at_hand(bench)) || (bench->chosen.on_ui_thread && !bench->seen))
        return;
    else if (!begun && bench->inputs.status != BRG_OK)
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
static void borrow_baselines(const brg_bench *bench, brg_result *r) {
    if (r->median.sequential >= 0 || !baselines_known(bench, &bench->shown))
        return;
    r->median.sequential = bench->baselines.sequential;
    r->median.naive = bench->baselines.naive;
    r->sequential_fraction = bench->baselines.sequential_fraction;
    r->naive_fraction = bench->baselines.naive_fraction;
}

/* Output and errors of A or of B. */
static void show_plates(brg_bench *bench, const brg_result *result, int b) {
    brg_exhibit exhibit = bench->shown.exhibit;
    exhibit.output = result->output;
    memcpy(exhibit.variant, result->variant[0], sizeof exhibit.variant);
    brg_plates_show(&bench->plates, (brg_plate_id)(BRG_PLATE_OUTPUT + b), &exhibit, BRG_OF_OUTPUT,
                    0);
    brg_plates_show(&bench->plates, (brg_plate_id)(BRG_PLATE_ERRORS + b), &exhibit, BRG_OF_ERRORS,
                    0);
}

static void forget_other(brg_bench *bench) {
    brg_result_release(&bench->other);
    memset(&bench->kernels, 0, sizeof bench->kernels);
    memset(&bench->totals, 0, sizeof bench->totals);
    brg_plates_hide(&bench->plates, BRG_PLATE_OUTPUT_B);
    brg_plates_hide(&bench->plates, BRG_PLATE_ERRORS_B);
}

static void show_result(brg_bench *bench, brg_result *result) {
    brg_result_release(&bench->result);
    bench->result = *result;
    clear_round(&bench->shown);
    bench->shown = bench->round;
    bench->shown.exhibit = brg_exhibit_retain(&bench->round.exhibit);
    bench->failure.status = BRG_OK;
    forget_other(bench);
    remember_baselines(bench);
    borrow_baselines(bench, &bench->result);
    show_plates(bench, &bench->result, 0);
}

static void show_other(brg_bench *bench, brg_result *result) {
    brg_result_release(&bench->other);
    bench->other = *result;
    borrow_baselines(bench, &bench->other);
    show_plates(bench, &bench->other, 1);
}

/* The times of the turns that count replace those of the first. */
static void note_turn(brg_bench *bench, const brg_result *result) {
    bool b = bench->round.turn % 2 == 1, first = bench->round.turn < 4;
    brg_result *of = b ? &bench->other : &bench->result;
    of->min.kernel = first ? result->min.kernel : fmin(of->min.kernel, result->min.kernel);
    of->min.total = first ? result->min.total : fmin(of->min.total, result->min.total);
    of->runs = (first ? 0 : of->runs) + result->runs;
    of->median.total = result->median.total;
    of->median.kernel = result->median.kernel;
    if (!b)
        return;
    brg_duel_add(&bench->kernels, bench->result.median.kernel, result->median.kernel);
    brg_duel_add(&bench->totals, bench->result.median.total, result->median.total);
}

/* Medians over all turns, once they are all in. */
static void settle_duel(brg_bench *bench) {
    const brg_duel *kernels = &bench->kernels, *totals = &bench->totals;
    if (kernels->pairs == 0 || totals->pairs == 0)
        return;
    bench->result.median.kernel = brg_duel_median(kernels->a, kernels->pairs);
    bench->result.median.total = brg_duel_median(totals->a, totals->pairs);
    bench->other.median.kernel = brg_duel_median(kernels->b, kernels->pairs);
    bench->other.median.total = brg_duel_median(totals->b, totals->pairs);
}

static void take_turn(brg_bench *bench, brg_result *result) {
    const brg_round *round = &bench->round;
    if (round->turn == 0)
        show_result(bench, result);
    else if (round->turn == 1)
        show_other(bench, result);
    else
        note_turn(bench, result);
    if (round->turn > 1)
        brg_result_release(result);
    if (round->turn == round->turns - 1 && round->compared)
        settle_duel(bench);
    bench->ended += round->turn == round->turns - 1;
}

static void take_result(brg_bench *bench) {
    brg_result result = {0};
    brg_error error = {0};
    brg_status status = brg_app_take(bench->app, bench->job, bench->round.title, &result, &error);
    if (status == BRG_OK && result.state == BRG_JOB_DONE) {
        take_turn(bench, &result);
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

static void note_freeze(brg_bench *bench) {
    if (bench->app->frozen_ms > 0)
        brg_log_note(&bench->app->log,
                     "The window was frozen for %.0f ms: the job ran while its own thread waited.",
                     bench->app->frozen_ms);
}

static void finish_job(brg_bench *bench) {
    take_result(bench);
    bool more_turns = ++bench->round.turn < bench->round.turns;
    if (!more_turns)
        bench->round.turn = 0;
    if (!bench->stopping && (more_turns || bench->chosen.continuous)) {
        bench->phase = BRG_PHASE_PREPARING;
        return;
    }
    bench->round.turn = 0;
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

static bool resting(const brg_bench *bench) {
    return bench->phase == BRG_PHASE_IDLE && !bench->roofs.measuring;
}

void brg_bench_update(brg_bench *bench) {
    take_inputs(bench);
    if (bench->phase == BRG_PHASE_RUNNING)
        watch_job(bench);
    if (bench->phase == BRG_PHASE_PREPARING)
        go_on_preparing(bench);
    brg_roofs_update(&bench->roofs, bench->app);
    brg_plates_update(&bench->plates, resting(bench));
}

void brg_bench_note_frame(brg_bench *bench) {
    bench->seen = true;
}

bool brg_bench_busy(const brg_bench *bench) {
    return !resting(bench) || brg_darkroom_busy(bench->darkroom) ||
           brg_plates_due(&bench->plates, resting(bench));
}

/* ---- intents --------------------------------------------------------------------------------- */

void brg_bench_run(brg_bench *bench) {
    if (!brg_bench_can_run(bench))
        return;
    bench->app->runs_asked++;
    bench->stopping = bench->seen = false;
    bench->round.turn = 0;
    bench->app->frozen_ms = 0;
    if (bench->inputs.status != BRG_OK)
        brg_inputs_clear(&bench->inputs); /* a file may have been mended meanwhile */
    bench->started_ns = brg_now_ns();
    bench->phase = BRG_PHASE_PREPARING;
}

void brg_bench_cancel(brg_bench *bench) {
    brg_roofs_cancel(&bench->roofs, bench->app);
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
    if (!brg_workload_at(workload) || workload == bench->chosen.workload)
        return;
    bench->chosen.workload = workload;
    bench->chosen.variant_b = 0;
}

void brg_bench_choose_op(brg_bench *bench, int op) {
    brg_settings *chosen = &bench->chosen;
    if (op < 0 || op >= BRG_MAX_OPS || !brg_op_builtin(op))
        return;
    if (chosen->workload != BRG_IN_WORDS || chosen->op != op)
        chosen->variant[BRG_IN_WORDS] = chosen->variant_b = 0;
    chosen->workload = BRG_IN_WORDS;
    chosen->op = op;
}

void brg_bench_preview(brg_bench *bench) {
    if (bench->phase == BRG_PHASE_IDLE && !brg_bench_lacks_image(bench) && brg_bench_op(bench))
        inputs_at_hand(bench);
}

void brg_bench_show_input(brg_bench *bench, int input) {
    bench->input = input;
    show_inputs(bench);
}

void brg_bench_toggle_compared(brg_bench *bench) {
    bench->chosen.compared = !bench->chosen.compared;
}

void brg_bench_measure_roofs(brg_bench *bench) {
    if (bench->phase == BRG_PHASE_IDLE && bench->app->devices_known)
        brg_roofs_measure(&bench->roofs, bench->app, bench->app->device);
}

int64_t brg_bench_worst(const brg_result *result) {
    const brg_verdict *v = &result->verdict;
    bool named = result->output && v->outcome != BRG_UNCHECKED && v->checked > 0 &&
                 v->policy != BRG_VERIFY_FREIVALDS;
    int64_t element = 0;
    for (int32_t i = 0; named && i < v->rank; i++)
        element = element * brg_tensor_shape(result->output)->dims[i] + v->worst[i];
    return named ? element : -1;
}

void brg_bench_go_to_worst(brg_bench *bench) {
    int64_t element = brg_bench_worst(&bench->result);
    if (element >= 0)
        brg_plates_go_to(&bench->plates, element);
}

void brg_bench_note_image(brg_bench *bench) {
    for (int w = 0; !brg_bench_workload(bench)->takes_image && brg_workload_at(w); w++)
        if (brg_workload_at(w)->takes_image)
            brg_bench_choose_workload(bench, w);
}
