/* Choosing whom to serve next. For the engine's thread only. */
#ifndef BRIGADE_ENGINE_CHOOSE_H
#define BRIGADE_ENGINE_CHOOSE_H

#include "engine/engine_state.h"

/* How long short pieces in flight may take together. A waiter may wait for half of it. */
#define BRG_SHORT_TOGETHER_NS 500e3

/* The kinds of pieces of which no more may be in flight on the job's device, as a set of 1 << kind. */
uint32_t brg_choose_full_queues(const brg_engine *engine, const brg_record *record);

/* Under the lock: the job to serve next, or NULL if none can advance. */
brg_record *brg_choose(const brg_engine *engine);

#endif
