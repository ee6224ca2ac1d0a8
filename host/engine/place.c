/* Finds the place of a job: device, the engine's own thread, or host. */
#include "engine/place.h"

#include <unistd.h>

/* Thousands of flops or bytes, where nothing was measured: what the host gets through while a device is
 * still being told of its work. In the engine's own thread that takes 5 microseconds more than on the host;
 * a gemm of 48 x 48 is as quick either way. */
static const int32_t HOST_BELOW = 300, HOST_BELOW_DIRECT = 200;

/* Flops or bytes below which a single core is done before another has been woken. */
static const double DIRECT_BELOW = 2e6;

/* ---- memory ------------------------------------------------------------------------------------ */

uint64_t brg_place_host_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : UINT64_MAX;
}

uint64_t brg_place_budget(const brg_engine *engine, const brg_context *context) {
    if (engine->config.memory_budget)
        return engine->config.memory_budget;
    uint64_t host = engine->host_memory / 2, own = context->info.global_memory;
    if (!context->info.shares_host_memory)
        return own ? own / 8 * 7 : host;
    return own && own < host ? own : host;
}

uint64_t brg_place_memory_used(const brg_engine *engine) {
    uint64_t sum = 0;
    for (int32_t i = 0; i < engine->context_count; i++)
        sum += engine->contexts[i]->memory_used;
    return sum;
}

/* ---- devices ----------------------------------------------------------------------------------- */

static brg_status choose_device(brg_engine *engine, const brg_record *record,
                                brg_device_choice *choice, brg_error *error) {
    const char *spec = record->device_spec[0] ? record->device_spec : engine->default_device;
    brg_status status = brg_device_select(&engine->devices, spec, choice, error);
    if (status == BRG_OK && choice->units == engine->devices.devices[choice->index].compute_units)
        choice->units = 0;
    return status;
}

static void note_device(brg_engine *engine, brg_record *record, int32_t index, uint32_t units) {
    pthread_mutex_lock(&engine->lock);
    record->device = index;
    record->units = units;
    pthread_mutex_unlock(&engine->lock);
}

static brg_status open_context(brg_engine *engine, const brg_device_choice *choice, bool direct,
                               brg_context **out, brg_error *error) {
    if (engine->context_count == BRG_MAX_CONTEXTS)
        return brg_fail(error, BRG_E_FULL, "more than %d devices and sub-devices are open",
                        BRG_MAX_CONTEXTS);
    const brg_device_info *info = &engine->devices.devices[choice->index];
    const brg_context_way way = {.units = choice->units,
                                 .first = choice->first,
                                 .direct = direct,
                                 .zero_copy = engine->config.transfer == BRG_TRANSFER_AUTO &&
                                              info->shares_host_memory};
    const brg_device_ids *ids = &engine->ids;
    brg_status status = brg_context_open(
        info, ids->platforms[choice->index],
        direct ? ids->direct[choice->index] : ids->devices[choice->index], &way, out, error);
    if (status != BRG_OK)
        return status;
    (*out)->tuning = engine->tuning;
    engine->contexts[engine->context_count++] = *out;
    return BRG_OK;
}

static brg_status find_context(brg_engine *engine, const brg_device_choice *choice, bool direct,
                               brg_context **out, brg_error *error) {
    for (int32_t i = 0; i < engine->context_count; i++) {
        brg_context *known = engine->contexts[i];
        if (known->info.index == choice->index && known->way.units == choice->units &&
            known->way.first == choice->first && known->way.direct == direct) {
            *out = known;
            return BRG_OK;
        }
    }
    return open_context(engine, choice, direct, out, error);
}

/* ---- how much work ----------------------------------------------------------------------------- */

static double figure_of(const brg_work_stage *stage) {
    brg_cost cost = {0, 0};
    stage->op->cost(&stage->call, &cost);
    return brg_cost_figure(&cost);
}

/* Work so small is computed in the engine's own thread, if the device can be had so: to wake one of its
 * threads takes 20 microseconds and more. */
static bool is_direct(const brg_engine *engine, const brg_device_choice *choice,
                      const brg_record *record) {
    double figure = 0;
    if (!engine->ids.direct[choice->index] || choice->units != 0)
        return false;
    for (int32_t s = 0; s < record->work->count; s++)
        figure += figure_of(&record->work->stages[s]);
    return figure < DIRECT_BELOW;
}

static bool is_only_for_host(const brg_record *record) {
    return record->work->stages[0].where == BRG_ON_HOST; /* then so are all */
}

/* Whether the job is to run on the host: because it says so, or, if it leaves that open, because handing
 * the work over would take longer than doing it. */
static bool belongs_to_host(const brg_context *context, const brg_record *record) {
    double share = 0;
    for (int32_t s = 0; s < record->work->count; s++) {
        const brg_work_stage *stage = &record->work->stages[s];
        int32_t below = context->way.direct ? HOST_BELOW_DIRECT : HOST_BELOW;
        if (stage->where != BRG_ON_EITHER)
            return stage->where == BRG_ON_HOST;
        brg_tuning_get(context->tuning, &context->info, stage->op->name, BRG_SIZE_SMALL,
                       BRG_HOST_BELOW, &below);
        share += figure_of(stage) / (below * 1e3);
    }
    return share * record->policy.calls < 1;
}

brg_status brg_place_find(brg_engine *engine, brg_record *record, brg_place *out,
                          brg_error *error) {
    *out = (brg_place){.on_host = is_only_for_host(record)};
    if (out->on_host && engine->devices.count == 0)
        return BRG_OK;
    brg_device_choice choice;
    brg_status status = choose_device(engine, record, &choice, error);
    if (status != BRG_OK)
        return status;
    note_device(engine, record, choice.index, choice.units);
    if (out->on_host)
        return BRG_OK;
    bool direct = is_direct(engine, &choice, record);
    status = find_context(engine, &choice, direct, &out->context, error);
    out->on_host = status == BRG_OK && belongs_to_host(out->context, record);
    return status;
}
