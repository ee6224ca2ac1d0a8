/* One training step on several devices at once. See replicas.h. */
#include "train/replicas.h"

#include <stdio.h>
#include <string.h>

#include "brigade/trace.h"
#include "train/buckets.h"
#include "train/step.h"

/* ---- places ------------------------------------------------------------------------------------ */

/* Some compute units of a device. */
typedef struct place {
    const brg_device_info *info;
    uint32_t first, units;
} place;

static bool is_whole(const place *p) {
    return p->units == p->info->compute_units;
}

static void name_place(const place *p, char name[BRG_REPLICA_DEVICE]) {
    int length =
        snprintf(name, BRG_REPLICA_DEVICE, "%d:%d", (int)p->info->platform, (int)p->info->device);
    if (!is_whole(p))
        snprintf(name + length, BRG_REPLICA_DEVICE - (size_t)length, "/cu=%u@%u",
                 (unsigned)p->units, (unsigned)p->first);
}

/* One of `count` even parts; of more parts than units, one unit that others have too. */
static place part_of(const place *p, int32_t count, int32_t index) {
    place part = *p;
    uint32_t each = p->units / (uint32_t)count;
    part.units = each > 0 ? each : 1;
    part.first += (uint32_t)index % (p->units / part.units) * part.units;
    return part;
}

static place place_of_rank(const place *p, brg_ranks *ranks) {
    brg_rank self = brg_ranks_self(ranks);
    if (self.local_count < 2 || !p->info->partitions_by_counts)
        return *p;
    return part_of(p, self.local_count, self.local_index);
}

static brg_status check_count(const place *p, int32_t count, brg_error *error) {
    unsigned units = (unsigned)p->units;
    if (count < 1 || count > BRG_MAX_REPLICAS || (uint32_t)count > p->units)
        return brg_fail(error, BRG_E_ARGUMENT,
                        "%d replicas need as many compute units, and are %d at most; of %.100s "
                        "there %s %u.",
                        (int)count, BRG_MAX_REPLICAS, p->info->name, units == 1 ? "is" : "are",
                        units);
    if (count > 1 && !p->info->partitions_by_counts)
        return brg_fail(error, BRG_E_UNSUPPORTED, "%s cannot be divided among replicas.",
                        p->info->name);
    return BRG_OK;
}

brg_status brg_replicas_divide(const brg_device_list *list, const char *device, brg_ranks *ranks,
                               int32_t count, brg_replicas *replicas, brg_error *error) {
    brg_device_choice choice;
    *replicas = (brg_replicas){.count = count, .ranks = ranks};
    brg_status status = brg_device_select(list, device, &choice, error);
    if (status != BRG_OK)
        return status;
    place all = {&list->devices[choice.index], choice.first, choice.units};
    all.units = choice.units ? choice.units : all.info->compute_units;
    const place own = place_of_rank(&all, ranks);
    status = check_count(&own, count, error);
    if (status != BRG_OK)
        return status;
    name_place(&own, replicas->update);
    for (int32_t r = 0; r < count; r++) {
        const place part = part_of(&own, count, r);
        name_place(&part, replicas->device[r]);
    }
    return BRG_OK;
}

/* ---- shares ------------------------------------------------------------------------------------ */

void brg_replicas_share(int32_t batch, int32_t count, int32_t index, int32_t *first,
                        int32_t *size) {
    int32_t each = batch / count, more = batch % count;
    *first = index * each + (index < more ? index : more);
    *size = each + (index < more);
}

brg_status brg_replicas_check_batch(const brg_replicas *replicas, int64_t batch, brg_error *error) {
    int64_t shares = (int64_t)brg_ranks_self(replicas->ranks).count * replicas->count;
    if (batch >= shares && batch <= INT32_MAX)
        return BRG_OK;
    return brg_fail(error, BRG_E_ARGUMENT,
                    "A batch of %lld has no share for each of %lld replicas.", (long long)batch,
                    (long long)shares);
}

void brg_replicas_own_share(const brg_replicas *replicas, int32_t batch, int32_t replica,
                            int32_t *first, int32_t *size) {
    brg_rank self = brg_ranks_self(replicas->ranks);
    brg_replicas_share(batch, self.count * replicas->count, self.index * replicas->count + replica,
                       first, size);
}

void brg_shares_release(brg_shares *shares) {
    for (int32_t r = 0; r < BRG_MAX_REPLICAS; r++) {
        brg_tensor_release(shares->images[r]);
        brg_tensor_release(shares->labels[r]);
    }
    memset(shares, 0, sizeof *shares);
}

/* ---- jobs -------------------------------------------------------------------------------------- */

static brg_status submit(const brg_shared_step *s, const brg_stage *stage, const char *device,
                         brg_job *job, brg_error *error) {
    brg_job_desc desc = {.stages = stage,
                         .stage_count = 1,
                         .label = "train",
                         .device = device,
                         .verify = s->verify,
                         .priority = s->priority};
    return brg_train_submit(s->setup, &desc, job, error);
}

static brg_status submit_share(brg_shared_step *s, const brg_shares *shares, int32_t replica,
                               brg_error *error) {
    brg_train_params params = s->params;
    params.mode = BRG_TRAIN_GRADIENT;
    params.whole = s->params.batch;
    params.bucket = s->replicas->bucket;
    brg_replicas_own_share(s->replicas, params.whole, replica, &params.first, &params.batch);
    brg_stage stage = {
        .op = "train",
        .params = &params,
        .inputs = {s->state, shares->images[replica], s->network, shares->labels[replica]},
        .input_count = 4};
    return submit(s, &stage, s->replicas->device[replica], &s->job[replica], error);
}

/* Waits for a job and takes its output out of the engine. */
static brg_status collect(brg_shared_step *s, brg_job *job, brg_tensor **output, double *ms,
                          brg_error *error) {
    brg_result result = {0};
    brg_status status = brg_train_await(s->setup, *job, &result, error);
    *job = (brg_job){0, 0};
    if (status == BRG_OK) {
        *output = brg_tensor_retain(result.output);
        *ms = result.median.total > *ms ? result.median.total : *ms;
        s->check_ms += result.verify_ms;
        brg_verdict_merge(&s->verdict, &result.verdict);
    }
    brg_result_release(&result);
    return status;
}

/* The replicas' jobs, whose gradients have been added up. */
static brg_status collect_shares(brg_shared_step *s, brg_error *error) {
    brg_status status = BRG_OK;
    double ms = 0;
    for (int32_t r = 0; r < s->replicas->count && status == BRG_OK; r++) {
        brg_tensor *gradient = NULL;
        status = collect(s, &s->job[r], &gradient, &ms, error);
        brg_tensor_release(gradient);
    }
    s->device_ms += ms;
    return status;
}

/* After a failure: what was begun ends before this does, and is of no use. */
static void drop_shares(brg_shared_step *s) {
    brg_error unread;
    double ms = 0;
    for (int32_t r = 0; r < s->replicas->count; r++)
        if (s->job[r].generation != 0)
            brg_engine_cancel(s->setup->engine, s->job[r]);
    for (int32_t r = 0; r < s->replicas->count; r++) {
        brg_tensor *unused = NULL;
        if (s->job[r].generation != 0)
            collect(s, &s->job[r], &unused, &ms, &unread);
        brg_tensor_release(unused);
    }
}

brg_status brg_replicas_begin(brg_shared_step *step, const brg_shares *shares, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t r = 0; r < step->replicas->count && status == BRG_OK; r++)
        status = submit_share(step, shares, r, error);
    if (status != BRG_OK)
        drop_shares(step);
    return status;
}

/* ---- the sum ----------------------------------------------------------------------------------- */

static void add(float *restrict sum, const float *restrict more, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        sum[i] += more[i];
}

/* Room for the sum: the earlier step's, unless someone holds that. */
static brg_status make_sum(brg_shared_step *s, int64_t count, brg_error *error) {
    const brg_shape shape = brg_shape_2d(BRG_F32, 1, count);
    if (s->sum && brg_tensor_writable(s->sum) && brg_tensor_shape(s->sum)->dims[1] == count)
        return BRG_OK;
    brg_tensor_release(s->sum);
    s->sum = NULL;
    return brg_tensor_create(&shape, NULL, &s->sum, error);
}

/* Why a job has no gradient. */
static brg_status explain(brg_shared_step *s, int32_t replica, brg_error *error) {
    brg_tensor *unused = NULL;
    double ms = 0;
    brg_status status = collect(s, &s->job[replica], &unused, &ms, error);
    brg_tensor_release(unused);
    return status != BRG_OK ? status
                            : brg_fail(error, BRG_E_INTERNAL, "A gradient did not come back.");
}

/* Adds up a part of all replicas' gradients, in the order of replicas. */
static brg_status add_up(brg_shared_step *s, int64_t from, int64_t end, brg_error *error) {
    int64_t whole = brg_tensor_shape(s->sum)->dims[1];
    float *sum = (float *)brg_tensor_writable(s->sum) + from;
    for (int32_t r = 0; r < s->replicas->count; r++) {
        brg_tensor *gradient = NULL;
        if (brg_train_await_tail(s->setup, s->job[r], (size_t)(whole - from) * sizeof *sum,
                                 &gradient) != BRG_OK)
            return explain(s, r, error);
        const float *part = (const float *)brg_tensor_data(gradient) + from;
        if (r == 0)
            memcpy(sum, part, (size_t)(end - from) * sizeof *sum);
        else
            add(sum, part, end - from);
        brg_tensor_release(gradient);
    }
    return BRG_OK;
}

/* Where buckets of the network's gradient begin, and how many floats it has. */
static brg_status cut_gradient(const brg_shared_step *s, brg_buckets *buckets, int64_t *count,
                               brg_error *error) {
    brg_step step = {.params = &s->params};
    brg_status status = brg_network_decode(
        brg_tensor_data(s->network), brg_tensor_shape(s->network)->dims[0], &step.network, error);
    if (status != BRG_OK)
        return status;
    *count = brg_step_sum(&step);
    brg_buckets_cut(&step.network, *count, s->replicas->bucket, buckets);
    return BRG_OK;
}

/* Bucket by bucket; each is on its way to the other ranks while the next is waited for. */
static brg_status learn(brg_shared_step *s, brg_error *error) {
    brg_ranks *ranks = s->replicas->ranks;
    brg_buckets buckets = {.count = 0};
    int64_t end = 0;
    brg_status status = cut_gradient(s, &buckets, &end, error);
    if (status == BRG_OK)
        status = make_sum(s, end, error);
    for (int32_t b = 0; b < buckets.count && status == BRG_OK; b++) {
        int64_t from = buckets.from[b];
        status = add_up(s, from, end, error);
        if (status == BRG_OK && ranks)
            status = brg_ranks_sum(ranks, (float *)brg_tensor_writable(s->sum) + from, end - from,
                                   error);
        end = from;
    }
    return status;
}

/* Gradients are computed: what is still under way now is hidden behind nothing. */
static brg_status await_sums(brg_shared_step *s, brg_error *error) {
    brg_sum_span spans[BRG_MAX_SUMS];
    uint64_t computed_ns = brg_now_ns();
    if (!s->replicas->ranks)
        return BRG_OK;
    brg_status status = brg_ranks_await(s->replicas->ranks, error);
    int32_t count = brg_ranks_sum_spans(s->replicas->ranks, spans);
    if (status != BRG_OK)
        return status;
    s->sums = brg_sums_time(spans, count, computed_ns);
    brg_sums_trace(spans, count, brg_engine_trace(s->setup->engine));
    return BRG_OK;
}

/* ---- the update -------------------------------------------------------------------------------- */

static brg_status update(brg_shared_step *s, brg_tensor **output, brg_error *error) {
    brg_train_params params = s->params;
    params.mode = BRG_TRAIN_UPDATE;
    params.whole = params.first = 0;
    brg_stage stage = {.op = "train",
                       .params = &params,
                       .inputs = {s->state, s->sum, s->network},
                       .input_count = 3};
    brg_job job;
    double ms = 0;
    brg_status status = submit(s, &stage, s->replicas->update, &job, error);
    if (status == BRG_OK)
        status = collect(s, &job, output, &ms, error);
    s->device_ms += ms;
    return status;
}

brg_status brg_replicas_finish(brg_shared_step *step, brg_tensor **output, brg_error *error) {
    *output = NULL;
    brg_status status = learn(step, error);
    if (status == BRG_OK)
        status = await_sums(step, error);
    if (status == BRG_OK)
        status = collect_shares(step, error);
    if (status == BRG_OK)
        return update(step, output, error);
    brg_ranks_give_up(step->replicas->ranks); /* sums under way must not write any more */
    drop_shares(step);
    return status;
}

/* ---- a whole step ------------------------------------------------------------------------------ */

/* Some rows of a tensor, as one of their own. */
static brg_status cut(const brg_tensor *from, int32_t first, int32_t size, brg_tensor **out,
                      brg_error *error) {
    brg_shape shape = *brg_tensor_shape(from);
    size_t row = brg_tensor_bytes(from) / (size_t)shape.dims[0];
    shape.dims[0] = size;
    return brg_tensor_create(&shape, (const char *)brg_tensor_data(from) + (size_t)first * row, out,
                             error);
}

static brg_status cut_shares(const brg_replicas *replicas, const brg_replicas_work *work,
                             brg_shares *shares, brg_error *error) {
    int32_t batch = (int32_t)brg_tensor_shape(work->images)->dims[0], first, size;
    brg_status status = BRG_OK;
    for (int32_t r = 0; r < replicas->count && status == BRG_OK; r++) {
        brg_replicas_own_share(replicas, batch, r, &first, &size);
        status = cut(work->images, first, size, &shares->images[r], error);
        if (status == BRG_OK)
            status = cut(work->labels, first, size, &shares->labels[r], error);
    }
    return status;
}

static brg_status check_work(const brg_replicas *replicas, const brg_replicas_work *work,
                             brg_error *error) {
    int64_t images = brg_tensor_shape(work->images)->dims[0];
    int64_t labels = brg_tensor_shape(work->labels)->dims[0];
    brg_status status = brg_replicas_check_batch(replicas, images, error);
    if (status == BRG_OK && images != labels)
        status = brg_fail(error, BRG_E_SHAPE, "%lld images have %lld labels.", (long long)images,
                          (long long)labels);
    return status;
}

brg_status brg_replicas_step(brg_engine *engine, const brg_replicas *replicas,
                             const brg_replicas_work *work, brg_tensor **output,
                             brg_verdict *verdict, brg_error *error) {
    static const atomic_bool never = false;
    const brg_stepper_setup setup = {.engine = engine, .abandon = &never};
    brg_shared_step step = {.setup = &setup,
                            .replicas = replicas,
                            .params = *work->params,
                            .network = work->network,
                            .state = work->state,
                            .verify = work->verify,
                            .priority = work->priority};
    brg_shares shares = {0};
    brg_error unread;
    *output = NULL;
    error = error ? error : &unread;
    brg_status status = check_work(replicas, work, error);
    if (status == BRG_OK)
        status = cut_shares(replicas, work, &shares, error);
    step.params.batch = (int32_t)brg_tensor_shape(work->images)->dims[0];
    if (status == BRG_OK)
        status = brg_replicas_begin(&step, &shares, error);
    if (status == BRG_OK)
        status = brg_replicas_finish(&step, output, error);
    if (status == BRG_OK && verdict)
        *verdict = step.verdict;
    brg_shares_release(&shares);
    brg_tensor_release(step.sum);
    return status;
}
