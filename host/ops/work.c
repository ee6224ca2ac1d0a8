/* Checks a job description and takes copies of it. */
#include "ops/work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ops/ops.h"

static brg_status take_variant(brg_work_stage *stage, const char *name, brg_error *error) {
    if (!name || !name[0])
        return BRG_OK;
    if (strcmp(name, "auto") == 0 || strcmp(name, "host") == 0) {
        stage->where = name[0] == 'h' ? BRG_ON_HOST : BRG_ON_EITHER;
        return BRG_OK;
    }
    if (strlen(name) >= sizeof stage->variant || brg_variant_find(stage->op, name) < 0)
        return brg_variant_unknown(stage->op, name, error);
    strcpy(stage->variant, name);
    return BRG_OK;
}

static void take_params(brg_work_stage *stage, const void *params) {
    const void *source = params ? params : stage->op->defaults;
    if (source)
        memcpy(stage->params, source, stage->op->params_size);
    stage->call.params = stage->params;
}

static brg_status take_tuned(brg_work_stage *stage, const int32_t *tuned, brg_error *error) {
    const brg_op *op = stage->op;
    stage->has_tuned = tuned != NULL;
    for (int32_t i = 0; tuned && i < op->tunable_count && i < BRG_MAX_TUNABLES; i++) {
        if (!brg_tunable_takes(&op->tunables[i], tuned[i]))
            return brg_fail(error, BRG_E_ARGUMENT, "%d is no choice for %s of op '%s'",
                            (int)tuned[i], op->tunables[i].name, op->name);
        stage->tuned[i] = tuned[i];
    }
    return BRG_OK;
}

/* Input 0 of a later stage has the shape of the stage before. */
static brg_status take_inputs(brg_work_stage *stage, const brg_stage *from,
                              const brg_shape *previous, brg_error *error) {
    const brg_op *op = stage->op;
    if (from->input_count < op->min_inputs || from->input_count > op->max_inputs)
        return brg_fail(error, BRG_E_ARGUMENT, "op '%s' takes %d to %d inputs, not %d", op->name,
                        op->min_inputs, op->max_inputs, from->input_count);
    stage->call.input_count = from->input_count;
    for (int32_t i = 0; i < from->input_count; i++) {
        const brg_tensor *tensor = from->inputs[i];
        bool chained = i == 0 && previous;
        if (chained != !tensor)
            return brg_fail(error, BRG_E_ARGUMENT,
                            chained ? "input 0 of op '%s' is the stage before it and must be NULL"
                                    : "an input of op '%s' is missing",
                            op->name);
        stage->inputs[i] = brg_tensor_retain(tensor);
        stage->call.inputs[i] = chained ? *previous : *brg_tensor_shape(tensor);
        stage->call.data[i] = chained ? NULL : brg_tensor_data(tensor);
    }
    return BRG_OK;
}

static brg_status take_stage(brg_work_stage *stage, const brg_stage *from,
                             const brg_shape *previous, brg_op_lookup *lookup, void *user,
                             brg_error *error) {
    if (!from->op || !(stage->op = lookup(user, from->op)))
        return brg_fail(error, BRG_E_NOT_FOUND, "there is no op '%s'", from->op ? from->op : "");
    brg_status status = take_variant(stage, from->variant, error);
    if (status != BRG_OK)
        return status;
    take_params(stage, from->params);
    status = take_tuned(stage, from->tuned, error);
    if (status != BRG_OK)
        return status;
    status = take_inputs(stage, from, previous, error);
    if (status != BRG_OK)
        return status;
    status = stage->op->check(&stage->call, &stage->call.output, error);
    if (status == BRG_OK)
        status = brg_shape_size(&stage->call.output, NULL, NULL, error);
    return status;
}

/* A chain runs in one place: its stages hand over what never leaves it. */
static brg_status check_places(const brg_work *work, brg_error *error) {
    for (int32_t s = 1; s < work->count; s++)
        if ((work->stages[s].where == BRG_ON_HOST) != (work->stages[0].where == BRG_ON_HOST)) {
            brg_fail(error, BRG_E_ARGUMENT, "a chain cannot run partly on the host");
            brg_error_hint(error, "Give all stages the variant \"host\", or none.");
            return BRG_E_ARGUMENT;
        }
    return BRG_OK;
}

brg_status brg_work_create(const brg_job_desc *desc, brg_op_lookup *lookup, void *user,
                           brg_work **out, brg_error *error) {
    *out = NULL;
    if (!desc->stages || desc->stage_count < 1 || desc->stage_count > BRG_MAX_STAGES)
        return brg_fail(error, BRG_E_ARGUMENT, "a job has 1 to %d stages, not %d", BRG_MAX_STAGES,
                        desc->stages ? desc->stage_count : 0);
    brg_work *work = calloc(1, sizeof *work + (size_t)desc->stage_count * sizeof work->stages[0]);
    if (!work)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a job");
    brg_status status = BRG_OK;
    for (int32_t i = 0; i < desc->stage_count && status == BRG_OK; i++) {
        const brg_shape *previous = i ? &work->stages[i - 1].call.output : NULL;
        work->count = i + 1;
        status = take_stage(&work->stages[i], &desc->stages[i], previous, lookup, user, error);
    }
    if (status == BRG_OK)
        status = check_places(work, error);
    if (status != BRG_OK) {
        brg_work_destroy(work);
        return status;
    }
    *out = work;
    return BRG_OK;
}

void brg_work_destroy(brg_work *work) {
    if (!work)
        return;
    for (int32_t s = 0; s < work->count; s++)
        for (int32_t i = 0; i < BRG_MAX_INPUTS; i++)
            brg_tensor_release(work->stages[s].inputs[i]);
    free(work);
}

double brg_cost_figure(const brg_cost *cost) {
    return fmax(fmax(cost->flops, cost->bytes), 1);
}

brg_cost brg_work_cost(const brg_work *work) {
    brg_cost sum = {0, 0};
    for (int32_t s = 0; s < work->count; s++) {
        brg_cost cost = {0, 0};
        work->stages[s].op->cost(&work->stages[s].call, &cost);
        sum.flops += cost.flops;
        sum.bytes += cost.bytes;
    }
    return sum;
}
