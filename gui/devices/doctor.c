/* The doctor. See doctor.h. */
#include "devices/doctor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Below all that a user asked for. */
static const int32_t priority = -100;

void brg_doctor_init(brg_doctor *doctor, brg_app *app) {
    memset(doctor, 0, sizeof *doctor);
    doctor->app = app;
    doctor->device = -1;
    while (doctor->count < BRG_DOCTOR_OPS && brg_op_builtin(doctor->count)) {
        doctor->rows[doctor->count].op = brg_op_builtin(doctor->count);
        doctor->count++;
    }
}

const char *brg_finding_name(brg_finding finding) {
    static const char *const names[] = {"not tried", "trying", "passed", "failed", "skipped"};
    return (unsigned)finding < sizeof names / sizeof names[0] ? names[finding] : "?";
}

int brg_doctor_tally(const brg_doctor *doctor, brg_finding finding) {
    int tally = 0;
    for (int i = 0; i < doctor->count; i++)
        tally += doctor->rows[i].finding == finding;
    return tally;
}

/* ---- intents --------------------------------------------------------------------------------- */

/* The engine forgets a job only once it has ended; one that was cancelled ends unseen. */
static void drop_job(brg_doctor *doctor) {
    if (doctor->job.generation)
        brg_engine_cancel(doctor->app->engine, doctor->job);
    doctor->job = (brg_job){0, 0};
}

void brg_doctor_start(brg_doctor *doctor, int32_t device) {
    drop_job(doctor);
    for (int i = 0; i < doctor->count; i++)
        doctor->rows[i] = (brg_doctor_row){.op = doctor->rows[i].op};
    doctor->device = device;
    doctor->at = 0;
    doctor->running = true;
}

void brg_doctor_cancel(brg_doctor *doctor) {
    if (!doctor->running)
        return;
    drop_job(doctor);
    brg_doctor_row *row = &doctor->rows[doctor->at];
    if (row->finding == BRG_FINDING_TRYING)
        row->finding = BRG_FINDING_NONE;
    doctor->running = false;
}

/* ---- one call -------------------------------------------------------------------------------- */

static void settle(brg_doctor_row *row, brg_finding finding, const char *trouble) {
    row->finding = finding;
    snprintf(row->trouble, sizeof row->trouble, "%s", trouble);
}

static bool cannot(brg_status status) {
    return status == BRG_E_UNSUPPORTED;
}

/* A status that ends the row. */
static void take_trouble(brg_doctor_row *row, const char *call, const brg_error *error) {
    char text[3 * BRG_ERROR_TEXT];
    snprintf(text, sizeof text, "%s: %s%s%s", call, error->what, error->hint[0] ? " " : "",
             error->hint);
    settle(row, cannot(error->status) ? BRG_FINDING_SKIPPED : BRG_FINDING_FAILED, text);
}

static brg_status submit(brg_doctor *doctor, const brg_op *op, const brg_example *example,
                         brg_error *error) {
    char label[BRG_NAME], device[16];
    brg_stage stage = {
        .op = op->name, .params = example->params, .input_count = example->input_count};
    for (int32_t i = 0; i < example->input_count; i++)
        stage.inputs[i] = example->inputs[i];
    snprintf(label, sizeof label, "doctor: %s %s", op->name, example->text);
    snprintf(device, sizeof device, "%d", (int)doctor->device);
    brg_job_desc desc = {.stages = &stage,
                         .stage_count = 1,
                         .label = label,
                         .device = device,
                         .verify = BRG_VERIFY_FULL,
                         .seed = 1,
                         .priority = priority};
    return brg_app_submit(doctor->app, &desc, &doctor->job, error);
}

/* Every third of the op's examples, the first few of which are the plainest; past the last, the row
 * is done. */
static void try_next_call(brg_doctor *doctor, brg_doctor_row *row) {
    brg_example example = {0};
    brg_error error = {0};
    brg_status status = row->calls < BRG_DOCTOR_CALLS && row->op->example
                            ? row->op->example(3 * row->calls, 1, &example, &error)
                            : BRG_E_NOT_FOUND;
    if (status == BRG_E_NOT_FOUND && row->calls == 0) {
        settle(row, BRG_FINDING_SKIPPED, "It has no example to be tried with.");
    } else if (status == BRG_E_NOT_FOUND) {
        settle(row, BRG_FINDING_PASSED, "");
    } else {
        if (status == BRG_OK)
            status = submit(doctor, row->op, &example, &error);
        if (status != BRG_OK)
            take_trouble(row, example.text[0] ? example.text : row->op->name, &error);
    }
    brg_example_release(&example);
}

static void judge(brg_doctor_row *row, const brg_result *result) {
    char sentence[256];
    row->calls++;
    if (result->state == BRG_JOB_CANCELLED)
        settle(row, BRG_FINDING_SKIPPED, "It was cancelled.");
    else if (result->state == BRG_JOB_FAILED)
        take_trouble(row, result->label, &result->error);
    else if (result->verdict.outcome == BRG_MISMATCH)
        settle(row, BRG_FINDING_FAILED,
               brg_verdict_text(&result->verdict, sentence, sizeof sentence));
    else if (result->verdict.outcome != BRG_PASSED)
        settle(row, BRG_FINDING_SKIPPED, "The result was not checked.");
    row->bound_ratio = fmax(row->bound_ratio, result->verdict.bound_ratio);
    row->kernel_ms += fmax(result->median.kernel, 0);
}

/* Takes the job in hand once it has ended. What it says is no failure of the window's: the row
 * tells. */
static bool take_job(brg_doctor *doctor) {
    brg_result result = {0};
    brg_engine *engine = doctor->app->engine;
    if (!doctor->job.generation)
        return true;
    brg_status status = brg_engine_result(engine, doctor->job, &result, NULL);
    if (status == BRG_E_ARGUMENT)
        return false; /* still at work */
    if (status == BRG_OK) {
        judge(&doctor->rows[doctor->at], &result);
        brg_jobs_ended(&doctor->app->jobs, &result);
        brg_engine_forget(engine, doctor->job);
        brg_result_release(&result);
    } else {
        settle(&doctor->rows[doctor->at], BRG_FINDING_SKIPPED, "Its job was forgotten.");
    }
    doctor->job = (brg_job){0, 0};
    return true;
}

static void conclude(brg_doctor *doctor) {
    int failed = brg_doctor_tally(doctor, BRG_FINDING_FAILED);
    int passed = brg_doctor_tally(doctor, BRG_FINDING_PASSED);
    int skipped = brg_doctor_tally(doctor, BRG_FINDING_SKIPPED);
    doctor->running = false;
    doctor->examinations++;
    brg_log_note(&doctor->app->log,
                 "Doctor on device %d: of %d ops %d passed, %d failed, %d were skipped.",
                 (int)doctor->device, doctor->count, passed, failed, skipped);
}

/* At most one new call a step: making its inputs takes time, too. */
void brg_doctor_update(brg_doctor *doctor) {
    if (!doctor->running || !take_job(doctor))
        return;
    brg_doctor_row *row = &doctor->rows[doctor->at];
    if (row->finding == BRG_FINDING_NONE)
        row->finding = BRG_FINDING_TRYING;
    if (row->finding == BRG_FINDING_TRYING)
        try_next_call(doctor, row);
    if (row->finding != BRG_FINDING_TRYING && ++doctor->at == doctor->count)
        conclude(doctor);
}
