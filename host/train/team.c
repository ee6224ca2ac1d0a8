/* What ranks agree upon. See team.h. */
#include "train/team.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* ---- places ---------------------------------------------------------------------------------- */

brg_status brg_team_divide(brg_training *t, brg_error *error) {
    const double at_once = 0; /* the devices are known by now */
    brg_device_list *list = malloc(sizeof *list);
    if (!list)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for a list of devices.");
    const char *wanted = t->config.device ? t->config.device : getenv("BRIGADE_DEVICE");
    brg_status status = brg_engine_devices(t->trainer->engine, at_once, list, error);
    if (status == BRG_OK)
        status = brg_replicas_divide(list, wanted, t->config.ranks, t->config.replicas,
                                     &t->replicas, error);
    t->replicas.bucket = t->config.ranks && t->config.bucket > 0 ? t->config.bucket : 0;
    free(list);
    return status;
}

/* ---- agreements ------------------------------------------------------------------------------ */

static brg_status other_failed(int32_t rank, brg_error *error) {
    return brg_fail(error, BRG_E_RANK_LOST, "Rank %d cannot go on.", (int)rank);
}

brg_status brg_team_agree(brg_training *t, brg_status own, bool *go_on, brg_error *error) {
    const brg_rank self = brg_ranks_self(t->config.ranks);
    bool failed = own != BRG_OK;
    double most[] = {failed ? self.count - self.index : 0, !*go_on};
    brg_error unread;
    if (!t->config.ranks)
        return own;
    brg_status status = brg_ranks_most(t->config.ranks, most, 2, failed ? &unread : error);
    *go_on = most[1] == 0;
    if (status != BRG_OK || most[0] == 0)
        return failed ? own : status;
    int32_t first = self.count - (int32_t)most[0];
    return first == self.index ? own : other_failed(first, error);
}

brg_status brg_team_plan(brg_training *t, brg_stretch *stretch, brg_error *error) {
    bool leads = brg_ranks_self(t->config.ranks).index == 0;
    double most[] = {leads ? (double)stretch->count : 0, leads && stretch->checked};
    if (!t->config.ranks)
        return BRG_OK;
    brg_status status = brg_ranks_most(t->config.ranks, most, 2, error);
    stretch->count = (int64_t)most[0];
    stretch->checked = most[1] > 0;
    return status;
}

/* A rank that has checked nothing has nothing against it. */
brg_status brg_team_judge(brg_training *t, const brg_tensor *state, brg_verdict *verdict,
                          brg_error *error) {
    double ratio = isnan(verdict->bound_ratio) ? (double)INFINITY : verdict->bound_ratio;
    double sum = (double)brg_training_checksum(t, state);
    double most[] = {verdict->outcome == BRG_MISMATCH, verdict->outcome != BRG_UNCHECKED, ratio,
                     sum, -sum};
    if (!t->config.ranks)
        return BRG_OK;
    brg_status status = brg_ranks_most(t->config.ranks, most, 5, error);
    verdict->outcome = most[1] == 0 ? BRG_UNCHECKED : most[0] == 0 ? BRG_PASSED : BRG_MISMATCH;
    verdict->bound_ratio = most[2];
    if (status == BRG_OK && most[3] != -most[4])
        return brg_fail(error, BRG_E_INTERNAL,
                        "The ranks have come to different states, though all did the same.");
    return status;
}

void brg_team_console(const brg_training *t, brg_error *error) {
    if (t->saved >= 0)
        brg_error_hint(error, "The checkpoint of step %lld is whole: go on with --resume %.120s.",
                       (long long)t->saved, t->config.save);
    else if (!t->trainer->config.save)
        brg_error_hint(error, "Nothing is saved, for want of --save.");
    else
        brg_error_hint(error,
                       "A checkpoint that was written before is whole: go on with --resume.");
}

/* ---- what all must have in common ------------------------------------------------------------ */

static uint32_t add_bytes(uint32_t sum, const void *bytes, size_t size) {
    return (uint32_t)crc32_z(sum, bytes, size);
}

static uint32_t sum_of(const brg_tensor *tensor, uint32_t sum) {
    const brg_shape *shape = brg_tensor_shape(tensor);
    sum = add_bytes(sum, shape->dims, sizeof shape->dims[0] * (size_t)shape->rank);
    return add_bytes(sum, brg_tensor_data(tensor), brg_tensor_bytes(tensor));
}

static uint32_t sum_of_data(const brg_dataset *data) {
    uint32_t sum = sum_of(data->train_labels, sum_of(data->train_images, 0));
    return sum_of(data->test_labels, sum_of(data->test_images, sum));
}

/* As text, so that no padding is a part of it. */
static uint32_t sum_of_settings(const brg_training *t) {
    const brg_train_params *p = &t->regime.params;
    const brg_trainer_config *c = &t->config;
    char text[512];
    int length = snprintf(
        text, sizeof text, "%d %d %d %d %lld %lld %d %.17g %.17g %.9g %.9g %llu %s %lld %lld %d",
        (int)p->optimizer, (int)p->batch, (int)c->replicas, (int)t->replicas.bucket,
        (long long)t->regime.epochs, (long long)t->regime.steps_of_epoch, (int)t->regime.schedule,
        t->regime.rate, t->regime.warmup, (double)p->momentum, (double)p->decay,
        (unsigned long long)p->seed, c->augment, (long long)c->save_every,
        (long long)c->check_every, c->test_only);
    return add_bytes(0, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

/* The largest of a number and of its negative are the same in size only if all have the same. */
brg_status brg_team_compare(brg_training *t, brg_error *error) {
    static const char *const complaints[] = {"The ranks do not train the same model.",
                                             "The ranks do not have the same images.",
                                             "The ranks were not given the same options.",
                                             "The ranks do not begin with the same state."};
    enum { COUNT = sizeof complaints / sizeof complaints[0] };
    if (!t->config.ranks)
        return BRG_OK;
    uint32_t begun = add_bytes(brg_training_checksum(t, t->state), &t->step, sizeof t->step);
    const uint32_t own[COUNT] = {sum_of(t->model.network, 0), sum_of_data(&t->data),
                                 sum_of_settings(t), begun};
    double most[2 * COUNT];
    for (int i = 0; i < COUNT; i++) {
        most[2 * i] = (double)own[i];
        most[2 * i + 1] = -(double)own[i];
    }
    brg_status status = brg_ranks_most(t->config.ranks, most, 2 * COUNT, error);
    for (int i = 0; i < COUNT && status == BRG_OK; i++)
        if (most[2 * i] != -most[2 * i + 1]) {
            brg_fail(error, BRG_E_ARGUMENT, "%s", complaints[i]);
            return brg_error_hint(error, "All processes need the same command and the same files.");
        }
    return status;
}
