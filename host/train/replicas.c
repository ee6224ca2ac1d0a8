/* One training step on several devices at once. See replicas.h. */
#include "train/replicas.h"

#include <stdio.h>
#include <string.h>

/* ---- places ------------------------------------------------------------------------------------ */

static brg_status check_count(const brg_device_info *info, uint32_t units, int32_t count,
                              brg_error *error) {
    if (count < 1 || count > BRG_MAX_REPLICAS || (uint32_t)count > units)
        return brg_fail(error, BRG_E_ARGUMENT,
                        "%d replicas need as many compute units, %d at most; %s has %u.",
                        (int)count, BRG_MAX_REPLICAS, info->name, (unsigned)units);
    if (count > 1 && !info->partitions_by_counts)
        return brg_fail(error, BRG_E_UNSUPPORTED, "%s cannot be divided among replicas.",
                        info->name);
    return BRG_OK;
}

brg_status brg_replicas_divide(const brg_device_list *list, const char *device, int32_t count,
                               brg_replicas *replicas, brg_error *error) {
    brg_device_choice choice;
    memset(replicas, 0, sizeof *replicas);
    brg_status status = brg_device_select(list, device, &choice, error);
    if (status != BRG_OK)
        return status;
    const brg_device_info *info = &list->devices[choice.index];
    uint32_t units = choice.units ? choice.units : info->compute_units;
    status = check_count(info, units, count, error);
    if (status != BRG_OK)
        return status;
    size_t size = sizeof replicas->update;
    int32_t p = info->platform, d = info->device;
    if (choice.units)
        snprintf(replicas->update, size, "%d:%d/cu=%u@%u", p, d, units, choice.first);
    else
        snprintf(replicas->update, size, "%d:%d", p, d);
    replicas->count = count;
    uint32_t each = units / (uint32_t)count;
    for (int32_t r = 0; r < count && count > 1; r++)
        snprintf(replicas->device[r], size, "%d:%d/cu=%u@%u", p, d, each,
                 choice.first + (uint32_t)r * each);
    if (count == 1)
        memcpy(replicas->device[0], replicas->update, size);
    return BRG_OK;
}

/* ---- shares ------------------------------------------------------------------------------------ */

void brg_replicas_share(int32_t batch, int32_t count, int32_t rank, int32_t *first, int32_t *size) {
    int32_t each = batch / count, more = batch % count;
    *first = rank * each + (rank < more ? rank : more);
    *size = each + (rank < more);
}

/* Some rows of a tensor, as one of their own. */
static brg_status cut(const brg_tensor *from, int32_t first, int32_t size, brg_tensor **out,
                      brg_error *error) {
    brg_shape shape = *brg_tensor_shape(from);
    size_t row = brg_tensor_bytes(from) / (size_t)shape.dims[0];
    shape.dims[0] = size;
    return brg_tensor_create(&shape, (const char *)brg_tensor_data(from) + (size_t)first * row, out,
                             error);
}

/* ---- jobs -------------------------------------------------------------------------------------- */

/* The jobs of a step, and what came of them. */
typedef struct jobs {
    brg_engine *engine;
    const brg_replicas *replicas;
    const brg_replicas_work *work;
    int32_t submitted;
    brg_job job[BRG_MAX_REPLICAS];
    brg_tensor *gradient[BRG_MAX_REPLICAS];
    brg_verdict verdict;
} jobs;

static brg_status submit(const jobs *j, const brg_stage *stage, const char *device, brg_job *job,
                         brg_error *error) {
    brg_job_desc desc = {.stages = stage,
                         .stage_count = 1,
                         .label = "train",
                         .device = device,
                         .verify = j->work->verify,
                         .priority = j->work->priority};
    return brg_engine_submit(j->engine, &desc, job, error);
}

static brg_status submit_share(jobs *j, int32_t rank, brg_error *error) {
    const brg_replicas_work *work = j->work;
    int32_t batch = (int32_t)brg_tensor_shape(work->images)->dims[0];
    brg_train_params params = *work->params;
    params.mode = BRG_TRAIN_GRADIENT;
    params.whole = batch;
    brg_replicas_share(batch, j->replicas->count, rank, &params.first, &params.batch);
    brg_tensor *images = NULL, *labels = NULL;
    brg_status status = cut(work->images, params.first, params.batch, &images, error);
    if (status == BRG_OK)
        status = cut(work->labels, params.first, params.batch, &labels, error);
    brg_stage stage = {.op = "train",
                       .params = &params,
                       .inputs = {work->state, images, work->network, labels},
                       .input_count = 4};
    if (status == BRG_OK)
        status = submit(j, &stage, j->replicas->device[rank], &j->job[rank], error);
    brg_tensor_release(images);
    brg_tensor_release(labels);
    return status;
}

/* Waits for a job and takes its output out of the engine. */
static brg_status collect(jobs *j, brg_job job, brg_tensor **output, brg_error *error) {
    brg_result result = {0};
    brg_status status = brg_engine_wait(j->engine, job, -1);
    if (status == BRG_OK)
        status = brg_engine_result(j->engine, job, &result, error);
    else
        brg_fail(error, status, "The engine no longer knows a replica's job.");
    if (status == BRG_OK && result.state != BRG_JOB_DONE) {
        *error = result.error;
        status = result.error.status;
    }
    if (status == BRG_OK) {
        *output = brg_tensor_retain(result.output);
        brg_verdict_merge(&j->verdict, &result.verdict);
    }
    brg_result_release(&result);
    brg_engine_forget(j->engine, job);
    return status;
}

/* All that were submitted end before this does, however they end: the first failure is told, and
 * takes the others with it. */
static brg_status learn(jobs *j, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t r = 0; r < j->replicas->count && status == BRG_OK; r++) {
        status = submit_share(j, r, error);
        j->submitted += status == BRG_OK;
    }
    for (int32_t r = 0; r < j->submitted; r++) {
        brg_error later = {0};
        if (status == BRG_OK) {
            status = collect(j, j->job[r], &j->gradient[r], error);
        } else {
            brg_engine_cancel(j->engine, j->job[r]);
            collect(j, j->job[r], &j->gradient[r], &later);
        }
    }
    return status;
}

/* ---- the sum and the update -------------------------------------------------------------------- */

static void add(float *restrict sum, const float *restrict more, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        sum[i] += more[i];
}

/* Adds up in the order of ranks, into the first gradient unless someone else holds it too. Gradients are
 * {1, n}. */
static brg_status add_up(jobs *j, brg_error *error) {
    brg_tensor *given = j->gradient[0];
    const brg_shape shape = *brg_tensor_shape(given);
    if (j->replicas->count > 1 && !brg_tensor_writable(given)) {
        j->gradient[0] = NULL;
        brg_status status =
            brg_tensor_create(&shape, brg_tensor_data(given), &j->gradient[0], error);
        brg_tensor_release(given);
        if (status != BRG_OK)
            return status;
    }
    for (int32_t r = 1; r < j->replicas->count; r++)
        add(brg_tensor_writable(j->gradient[0]), brg_tensor_data(j->gradient[r]), shape.dims[1]);
    return BRG_OK;
}

static brg_status update(jobs *j, brg_tensor **output, brg_error *error) {
    const brg_replicas_work *work = j->work;
    brg_train_params params = *work->params;
    params.mode = BRG_TRAIN_UPDATE;
    params.batch = (int32_t)brg_tensor_shape(work->images)->dims[0];
    params.whole = params.first = 0;
    brg_stage stage = {.op = "train",
                       .params = &params,
                       .inputs = {work->state, j->gradient[0], work->network},
                       .input_count = 3};
    brg_job job;
    brg_status status = submit(j, &stage, j->replicas->update, &job, error);
    return status == BRG_OK ? collect(j, job, output, error) : status;
}

static brg_status check_batch(const jobs *j, brg_error *error) {
    int64_t images = brg_tensor_shape(j->work->images)->dims[0];
    int64_t labels = brg_tensor_shape(j->work->labels)->dims[0];
    if (images < j->replicas->count || images > INT32_MAX)
        return brg_fail(error, BRG_E_ARGUMENT,
                        "A batch of %lld has no share for each of %d replicas.", (long long)images,
                        (int)j->replicas->count);
    if (images != labels)
        return brg_fail(error, BRG_E_SHAPE, "%lld images have %lld labels.", (long long)images,
                        (long long)labels);
    return BRG_OK;
}

brg_status brg_replicas_step(brg_engine *engine, const brg_replicas *replicas,
                             const brg_replicas_work *work, brg_tensor **output,
                             brg_verdict *verdict, brg_error *error) {
    jobs j = {.engine = engine, .replicas = replicas, .work = work};
    brg_error unread;
    *output = NULL;
    error = error ? error : &unread;
    brg_status status = check_batch(&j, error);
    if (status == BRG_OK)
        status = learn(&j, error);
    if (status == BRG_OK)
        status = add_up(&j, error);
    if (status == BRG_OK)
        status = update(&j, output, error);
    if (status == BRG_OK && verdict)
        *verdict = j.verdict;
    for (int32_t r = 0; r < j.submitted; r++)
        brg_tensor_release(j.gradient[r]);
    return status;
}
