/* A job's record, and the table of records. The table does no locking: the engine's lock guards it. */
#ifndef BRIGADE_ENGINE_RECORD_H
#define BRIGADE_ENGINE_RECORD_H

#include "brigade/engine.h"
#include "device/execution.h"
#include "engine/host_run.h"
#include "ops/work.h"
#include "verify/check.h"

/* One job. Three owners share it:
 *   fixed     set at submission, read by anyone
 *   shared    guarded by the engine's lock
 *   private   the engine's thread only, while the job has not ended */
typedef struct brg_record {
    /* fixed */
    brg_job job;
    brg_job_desc policy; /* its pointers are not used: see below */
    char label[BRG_NAME];
    char device_spec[BRG_NAME]; /* "": the engine's default */
    uint64_t submitted_ns;

    /* shared */
    brg_job_state state;
    bool cancel, paused;
    float progress;
    int32_t device;
    uint32_t units;
    uint64_t started_ns, ended_ns;
    struct brg_record *newer, *older; /* in order of submission */
    struct brg_list *list;            /* that of its state; NULL once ended */
    struct brg_record *before, *behind; /* there */
    brg_tensor *early;                /* the output, once some of its end is there: */
    size_t tail;                      /* so many bytes */
    brg_result result;                /* complete once ended; owns result.output */

    /* private */
    brg_work *work;
    brg_execution *execution; /* on a device */
    brg_host_run *host_run;   /* or on the host */
    brg_check *check;
    brg_tensor *outputs[BRG_MAX_STAGES];
    uint64_t turn;         /* when it was last served; least goes first */
    bool waits_for_memory; /* until some buffer is released */
    int32_t in_flight;     /* pieces */
    int32_t attempts;      /* times it was started */
    int32_t run;           /* of the repeats; run 0 is discarded if there are more */
    double run_share;      /* of the current run, landed */
    uint64_t run_began_ns, run_ended_ns;
    double run_kernel_ns;
    int32_t run_slices;
    double *kernel_ms, *total_ms; /* of the runs that count */
    int32_t run_count;
    double spent_ms;
} brg_record;

typedef struct brg_list {
    brg_record *first, *last;
} brg_list;

/* Slots of records. A slot's generation grows each time it is reused, so that old handles are known. */
typedef struct brg_table {
    int32_t capacity;
    int32_t used;
    int32_t unfinished;
    brg_record **records; /* NULL: the slot is free */
    uint32_t *generations;
    int32_t *free_slots;
    int32_t free_count;
    brg_record *newest, *oldest;
    brg_list queued; /* jobs not started: cancelled ones first, then by priority, then by arrival */
    brg_list active; /* jobs started and not ended: no more than a few */
} brg_table;

brg_status brg_table_init(brg_table *table, int32_t capacity, brg_error *error);

/* Releases every record. */
void brg_table_clear(brg_table *table);

/* Puts a record into a free slot and gives it its handle. BRG_E_FULL: only unfinished jobs are in the
 * table; otherwise the oldest ended record is released to make room. */
brg_status brg_table_add(brg_table *table, brg_record *record, brg_error *error);

/* The record behind a handle, or NULL if it is stale. */
brg_record *brg_table_find(const brg_table *table, brg_job job);

/* Notes a change of the record's state, or of its wish to be cancelled: puts it into the list where it now
 * belongs. Once ended it no longer counts as unfinished. */
void brg_table_sort(brg_table *table, brg_record *record);

/* Marks a record as to be cancelled, unless it has ended: it then goes before all others. */
void brg_record_cancel(brg_table *table, brg_record *record);

/* Releases an ended record and frees its slot. */
void brg_table_remove(brg_table *table, brg_record *record);

/* Releases a record's own memory: not its execution or check. NULL is allowed. */
void brg_record_free(brg_record *record);

#endif
