/* One training step on several devices at once. See replicas.h. */
#include "train/replicas.h"

#include <stdio.h>
#include <string.h>

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
    *replicas = (brg_replicas){.count = count, .pieces = 1, .ranks = ranks};
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

static int32_t pieces_of(const brg_replicas *replicas) {
    return replicas->pieces > 0 ? replicas->pieces : 1;
}

brg_status brg_replicas_check_batch(const brg_replicas *replicas, int64_t batch, brg_error *error) {
    int64_t shares = (int64_t)brg_ranks_self(replicas->ranks).count * replicas->count;
    if (batch >= shares * pieces_of(replicas) && batch <= INT32_MAX)
        return BRG_OK;
    if (pieces_of(replicas) == 1)
        return brg_fail(error, BRG_E_ARGUMENT,
                        "A batch of %lld has no share for each of %lld replicas.", (long long)batch,
                        (long long)shares);
    return brg_fail(error, BRG_E_ARGUMENT,
                    "A batch of %lld has no %d pieces for each of %lld replicas.", (long long)batch,
                    (int)pieces_of(replicas), (long long)shares);
}

void brg_replicas_piece(const brg_replicas *replicas, int32_t batch, int32_t replica, int32_t piece,
                        int32_t *first, int32_t *size) {
    brg_rank self = brg_ranks_self(replicas->ranks);
    int32_t share, share_size;
    brg_replicas_share(batch, self.count * replicas->count, self.index * replicas->count + replica,
                       &share, &share_size);
    brg_replicas_share(share_size, pieces_of(replicas), piece, first, size);
    *first += share;
}

void brg_shares_release(brg_shares *shares) {
    for (int32_t p = 0; p < BRG_MAX_PIECES; p++)
        for (int32_t r = 0; r < BRG_MAX_REPLICAS; r++) {
            brg_tensor_release(shares->images[p][r]);
            brg_tensor_release(shares->labels[p][r]);
        }
    memset(shares, 0, sizeof *shares);
}

/* ---- jobs -------------------------------------------------------------------------------------- */

/* In the order in which they are begun: piece by piece. */
static brg_job *job_at(brg_shared_step *s, int32_t index) {
    return &s->job[index / s->replicas->count][index % s->replicas->count];
}

static int32_t jobs_of(const brg_shared_step *s) {
    return pieces_of(s->replicas) * s->replicas->count;
}

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

static brg_status submit_piece(brg_shared_step *s, const brg_shares *shares, int32_t index,
                               brg_error *error) {
    int32_t piece = index / s->replicas->count, replica = index % s->replicas->count;
    brg_train_params params = s->params;
    params.mode = BRG_TRAIN_GRADIENT;
    params.whole = s->params.batch;
    brg_replicas_piece(s->replicas, params.whole, replica, piece, &params.first, &params.batch);
    brg_stage stage = {.op = "train",
                       .params = &params,
                       .inputs = {s->state, shares->images[piece][replica], s->network,
                                  shares->labels[piece][replica]},
                       .input_count = 4};
    return submit(s, &stage, s->replicas->device[replica], job_at(s, index), error);
}

/* Waits for a job and takes its output out of the engine. */
static brg_status collect(brg_shared_step *s, brg_job job, brg_tensor **output, double *ms,
                          brg_error *error) {
    brg_result result = {0};
    brg_status status = brg_train_await(s->setup, job, &result, error);
    if (status == BRG_OK) {
        *output = brg_tensor_retain(result.output);
        *ms = result.median.total > *ms ? result.median.total : *ms;
        s->check_ms += result.verify_ms;
        brg_verdict_merge(&s->verdict, &result.verdict);
    }
    brg_result_release(&result);
    return status;
}

/* After a failure: what was begun ends before this does, and is of no use. */
static void drop_from(brg_shared_step *s, int32_t index) {
    brg_error unread;
    double ms = 0;
    for (; index < s->submitted; index++) {
        brg_tensor *unused = NULL;
        brg_engine_cancel(s->setup->engine, *job_at(s, index));
        collect(s, *job_at(s, index), &unused, &ms, &unread);
        brg_tensor_release(unused);
    }
    s->submitted = 0;
}

brg_status brg_replicas_begin(brg_shared_step *step, const brg_shares *shares, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < jobs_of(step) && status == BRG_OK; i++) {
        status = submit_piece(step, shares, i, error);
        step->submitted += status == BRG_OK;
    }
    if (status != BRG_OK)
        drop_from(step, 0);
    return status;
}

/* ---- the sum and the update -------------------------------------------------------------------- */

static void add(float *restrict sum, const float *restrict more, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        sum[i] += more[i];
}

/* A gradient that may be added to: itself, unless someone else holds it too. */
static brg_status make_writable(brg_tensor **gradient, brg_error *error) {
    brg_tensor *given = *gradient;
    if (brg_tensor_writable(given))
        return BRG_OK;
    *gradient = NULL;
    brg_status status =
        brg_tensor_create(brg_tensor_shape(given), brg_tensor_data(given), gradient, error);
    brg_tensor_release(given);
    return status;
}

/* Adds up a piece's gradients, {1, n} each, into its first, and lets the sum travel. */
static brg_status add_up(brg_shared_step *s, int32_t piece, brg_error *error) {
    brg_tensor **gradients = s->gradient[piece];
    int64_t count = brg_tensor_shape(gradients[0])->dims[1];
    brg_status status = make_writable(&gradients[0], error);
    if (status != BRG_OK)
        return status;
    float *sum = brg_tensor_writable(gradients[0]);
    for (int32_t r = 1; r < s->replicas->count; r++)
        add(sum, brg_tensor_data(gradients[r]), count);
    return s->replicas->ranks ? brg_ranks_sum(s->replicas->ranks, sum, count, error) : BRG_OK;
}

/* The gradients of all pieces; the first piece's sums are travelling when the next is waited for. */
static brg_status learn(brg_shared_step *s, brg_error *error) {
    brg_status status = BRG_OK;
    for (int32_t p = 0; p < pieces_of(s->replicas); p++) {
        double ms = 0;
        for (int32_t r = 0; r < s->replicas->count; r++) {
            status = collect(s, s->job[p][r], &s->gradient[p][r], &ms, error);
            if (status != BRG_OK) {
                drop_from(s, p * s->replicas->count + r + 1);
                return status;
            }
        }
        s->device_ms += ms;
        status = add_up(s, p, error);
        if (status != BRG_OK) {
            drop_from(s, (p + 1) * s->replicas->count);
            return status;
        }
    }
    s->submitted = 0;
    return BRG_OK;
}

/* Over ranks and pieces. */
static brg_status gather_sums(brg_shared_step *s, brg_error *error) {
    brg_tensor *sum = s->gradient[0][0];
    brg_status status = s->replicas->ranks ? brg_ranks_await(s->replicas->ranks, error) : BRG_OK;
    for (int32_t p = 1; p < pieces_of(s->replicas) && status == BRG_OK; p++)
        add(brg_tensor_writable(sum), brg_tensor_data(s->gradient[p][0]),
            brg_tensor_shape(sum)->dims[1]);
    return status;
}

static brg_status update(brg_shared_step *s, brg_tensor **output, brg_error *error) {
    brg_train_params params = s->params;
    params.mode = BRG_TRAIN_UPDATE;
    params.whole = params.first = 0;
    brg_stage stage = {.op = "train",
                       .params = &params,
                       .inputs = {s->state, s->gradient[0][0], s->network},
                       .input_count = 3};
    brg_job job;
    double ms = 0;
    brg_status status = submit(s, &stage, s->replicas->update, &job, error);
    if (status == BRG_OK)
        status = collect(s, job, output, &ms, error);
    s->device_ms += ms;
    return status;
}

brg_status brg_replicas_finish(brg_shared_step *step, brg_tensor **output, brg_error *error) {
    *output = NULL;
    brg_status status = learn(step, error);
    if (status == BRG_OK)
        status = gather_sums(step, error);
    if (status != BRG_OK)
        brg_ranks_give_up(step->replicas->ranks); /* sums under way must not write any more */
    if (status == BRG_OK)
        status = update(step, output, error);
    for (int32_t p = 0; p < pieces_of(step->replicas); p++)
        for (int32_t r = 0; r < step->replicas->count; r++) {
            brg_tensor_release(step->gradient[p][r]);
            step->gradient[p][r] = NULL;
        }
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
    for (int32_t p = 0; p < pieces_of(replicas); p++)
        for (int32_t r = 0; r < replicas->count && status == BRG_OK; r++) {
            brg_replicas_piece(replicas, batch, r, p, &first, &size);
            status = cut(work->images, first, size, &shares->images[p][r], error);
            if (status == BRG_OK)
                status = cut(work->labels, first, size, &shares->labels[p][r], error);
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
    return status;
}
