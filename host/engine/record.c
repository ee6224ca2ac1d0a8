/* The table of jobs. */
#include "engine/record.h"

#include <stdlib.h>
#include <string.h>

brg_status brg_table_init(brg_table *table, int32_t capacity, brg_error *error) {
    size_t n = (size_t)capacity;
    *table = (brg_table){.capacity = capacity, .free_count = capacity};
    table->records = calloc(n, sizeof table->records[0]);
    table->generations = calloc(n, sizeof table->generations[0]);
    table->free_slots = calloc(n, sizeof table->free_slots[0]);
    if (!table->records || !table->generations || !table->free_slots) {
        brg_table_clear(table);
        return brg_fail(error, BRG_E_MEMORY, "no memory for a table of %d jobs", capacity);
    }
    for (int32_t i = 0; i < capacity; i++)
        table->free_slots[i] = capacity - 1 - i;
    return BRG_OK;
}

void brg_table_clear(brg_table *table) {
    for (brg_record *record = table->newest; record;) {
        brg_record *older = record->older;
        brg_record_free(record);
        record = older;
    }
    free(table->records);
    free(table->generations);
    free(table->free_slots);
    *table = (brg_table){0};
}

void brg_record_free(brg_record *record) {
    if (!record)
        return;
    brg_tensor_release(record->early);
    brg_result_release(&record->result);
    brg_work_destroy(record->work);
    free(record->kernel_ms);
    free(record->total_ms);
    free(record);
}

static brg_record *oldest_ended(const brg_table *table) {
    for (brg_record *record = table->oldest; record; record = record->newer)
        if (brg_job_state_ended(record->state))
            return record;
    return NULL;
}

static void link_newest(brg_table *table, brg_record *record) {
    record->older = table->newest;
    record->newer = NULL;
    if (table->newest)
        table->newest->newer = record;
    else
        table->oldest = record;
    table->newest = record;
}

static void unlink_record(brg_table *table, brg_record *record) {
    if (record->newer)
        record->newer->older = record->older;
    else
        table->newest = record->older;
    if (record->older)
        record->older->newer = record->newer;
    else
        table->oldest = record->newer;
}

/* ---- the lists of queued and of active jobs ---- */

static void leave_list(brg_record *record) {
    brg_list *list = record->list;
    if (!list)
        return;
    if (record->before)
        record->before->behind = record->behind;
    else
        list->first = record->behind;
    if (record->behind)
        record->behind->before = record->before;
    else
        list->last = record->before;
    record->list = NULL;
    record->before = record->behind = NULL;
}

/* Puts the record right behind `before`, or first if that is NULL. */
static void join_list(brg_list *list, brg_record *record, brg_record *before) {
    record->list = list;
    record->before = before;
    record->behind = before ? before->behind : list->first;
    if (before)
        before->behind = record;
    else
        list->first = record;
    if (record->behind)
        record->behind->before = record;
    else
        list->last = record;
}

static bool queues_before(const brg_record *a, const brg_record *b) {
    if (a->cancel != b->cancel)
        return a->cancel;
    return a->policy.priority > b->policy.priority;
}

/* From the back: most jobs are no more urgent than the last. */
static void join_queue(brg_list *queue, brg_record *record) {
    brg_record *before = queue->last;
    while (before && queues_before(record, before))
        before = before->before;
    join_list(queue, record, before);
}

void brg_table_sort(brg_table *table, brg_record *record) {
    leave_list(record);
    if (record->state == BRG_JOB_QUEUED)
        join_queue(&table->queued, record);
    else if (!brg_job_state_ended(record->state))
        join_list(&table->active, record, table->active.last);
    else
        table->unfinished--;
}

brg_status brg_table_add(brg_table *table, brg_record *record, brg_error *error) {
    if (table->free_count == 0) {
        brg_record *ended = oldest_ended(table);
        if (!ended) {
            brg_fail(error, BRG_E_FULL, "the queue is full: %d jobs are unfinished",
                     table->unfinished);
            brg_error_hint(error, "Wait for a job to end, then submit again.");
            return BRG_E_FULL;
        }
        brg_table_remove(table, ended);
    }
    int32_t slot = table->free_slots[--table->free_count];
    uint32_t generation = ++table->generations[slot];
    if (generation == 0) /* {0, 0} is never a job */
        generation = ++table->generations[slot];
    record->job = (brg_job){(uint32_t)slot, generation};
    table->records[slot] = record;
    link_newest(table, record);
    join_queue(&table->queued, record);
    table->used++;
    table->unfinished++;
    return BRG_OK;
}

brg_record *brg_table_find(const brg_table *table, brg_job job) {
    if (job.slot >= (uint32_t)table->capacity || job.generation == 0)
        return NULL;
    brg_record *record = table->records[job.slot];
    return record && record->job.generation == job.generation ? record : NULL;
}

void brg_record_cancel(brg_table *table, brg_record *record) {
    if (brg_job_state_ended(record->state) || record->cancel)
        return;
    record->cancel = true;
    brg_table_sort(table, record);
}

void brg_table_remove(brg_table *table, brg_record *record) {
    unlink_record(table, record);
    table->records[record->job.slot] = NULL;
    table->free_slots[table->free_count++] = (int32_t)record->job.slot;
    table->used--;
    brg_record_free(record);
}
