/* Places: where a job runs. On a device that was asked for; if the job is tiny and the device's cores can be
 * had without its threads, in the engine's own; or on the host, as sequential C. And how much memory its
 * buffers may take there. For the engine's thread only. */
#ifndef BRIGADE_ENGINE_PLACE_H
#define BRIGADE_ENGINE_PLACE_H

#include "engine/engine_state.h"

typedef struct brg_place {
    brg_context *context; /* opened; NULL: the job is for the host, and there is no device */
    bool on_host;
} brg_place;

/* Finds the place of a job that is to start, and opens its device if need be. Fails if there is no such
 * device, or it does not open. */
brg_status brg_place_find(brg_engine *engine, brg_record *record, brg_place *out, brg_error *error);

/* Bytes of the host's memory. */
uint64_t brg_place_host_memory(void);

/* Bytes of buffers that jobs on a device may hold at once, and those held now on all devices. */
uint64_t brg_place_budget(const brg_engine *engine, const brg_context *context);
uint64_t brg_place_memory_used(const brg_engine *engine);

#endif
