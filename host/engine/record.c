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

void brg_table_ended(brg_table *table) {
    table->unfinished--;
}

void brg_table_remove(brg_table *table, brg_record *record) {
    unlink_record(table, record);
    table->records[record->job.slot] = NULL;
    table->free_slots[table->free_count++] = (int32_t)record->job.slot;
    table->used--;
    brg_record_free(record);
}
