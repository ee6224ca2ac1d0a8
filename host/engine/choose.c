/* Chooses whom to serve: the most urgent job that can take a step, and the one served longest ago of those. */
#include "engine/choose.h"

#include "engine/place.h"

enum {
    MAX_ACTIVE = 8, /* started jobs of one priority, and those of them that this thread computes */
    MAX_SMALL = 64, /* of the others, as long as all their buffers together are small */
    DEPTH = 2,      /* pieces of a kind in flight on a device: one runs, one is ready to */
    MAX_SHORT = 64  /* the same for pieces so short that together they are no longer than one */
};
static const uint64_t SMALL_BYTES = (uint64_t)32 << 20;

/* ---- room in the queues ------------------------------------------------------------------------ */

/* Pieces of a kind in flight on a device, and how long they should take together. */
static int32_t flights_of(const brg_engine *engine, const brg_context *context, brg_piece_kind kind,
                          double *expected_ns) {
    int32_t count = 0;
    *expected_ns = 0;
    for (int32_t i = 0; i < engine->flight_count; i++) {
        const brg_flight *flight = &engine->flights[i];
        if (flight->context != context || flight->piece.kind != kind)
            continue;
        *expected_ns += flight->piece.expected_ns;
        count++;
    }
    return count;
}

uint32_t brg_choose_full_queues(const brg_engine *engine, const brg_record *record) {
    const brg_context *context = brg_execution_context(record->execution);
    uint32_t full = 0;
    for (brg_piece_kind kind = 0; kind < BRG_PIECE_KINDS; kind++) {
        double in_flight_ns;
        int32_t count = flights_of(engine, context, kind, &in_flight_ns);
        if (count >= DEPTH && (count >= MAX_SHORT ||
                               !(in_flight_ns + brg_execution_expected(record->execution, kind) <
                                 BRG_SHORT_TOGETHER_NS)))
            full |= 1u << kind;
    }
    return full;
}

/* ---- jobs -------------------------------------------------------------------------------------- */

/* Computed at a stroke, by this thread. */
static bool is_brief(const brg_record *record) {
    return record->result.direct && record->policy.calls == 1 && record->policy.repeats == 1 &&
           !record->paused;
}

/* Under the lock: whether one more job of this priority may be started. What this thread computes itself has
 * nothing in flight that could be waited for together with others; and a brief job alone is best brought to
 * its end first, since the next then finds its memory still in the cache. */
static bool may_start(const brg_engine *engine, const brg_record *candidate) {
    int32_t started = 0, here = 0, brief = 0;
    for (const brg_record *record = engine->table.active.first; record; record = record->behind) {
        if (record->policy.priority < candidate->policy.priority)
            continue;
        started++;
        here += record->host_run || record->result.direct;
        brief += is_brief(record);
    }
    if (here >= MAX_ACTIVE || (brief > 0 && brief == started))
        return false;
    return started < (brg_place_memory_used(engine) < SMALL_BYTES ? MAX_SMALL : MAX_ACTIVE);
}

/* A job all of whose pieces have landed has a step to make too: the end of its run. */
static bool has_room(const brg_engine *engine, const brg_record *record) {
    brg_piece_kind kind;
    if (record->host_run)
        return true;
    if (!brg_execution_next(record->execution, 0, &kind))
        return record->in_flight == 0;
    return engine->flight_count < BRG_MAX_FLIGHTS &&
           brg_execution_next(record->execution, brg_choose_full_queues(engine, record), &kind);
}

/* Under the lock: whether a step of this started job is possible now. */
static bool can_advance(const brg_engine *engine, const brg_record *record) {
    if (record->cancel)
        return record->in_flight == 0;
    if (record->paused)
        return false;
    return record->state == BRG_JOB_VERIFYING || has_room(engine, record);
}

/* Under the lock: the first job in the queue that may be started, or NULL. Behind one that has to wait for
 * others to end, none is more urgent. */
static brg_record *choose_queued(const brg_engine *engine) {
    brg_record *record = engine->table.queued.first;
    while (record && !record->cancel && (record->paused || record->waits_for_memory))
        record = record->behind;
    return record && (record->cancel || may_start(engine, record)) ? record : NULL;
}

static bool goes_before(const brg_record *a, const brg_record *b) {
    if (!b || a->cancel != b->cancel)
        return !b || a->cancel;
    if (a->policy.priority != b->policy.priority)
        return a->policy.priority > b->policy.priority;
    return a->turn < b->turn;
}

brg_record *brg_choose(const brg_engine *engine) {
    brg_record *best = choose_queued(engine);
    for (brg_record *record = engine->table.active.first; record; record = record->behind)
        if (goes_before(record, best) && can_advance(engine, record))
            best = record;
    return best;
}
