/* The ledger of jobs. See jobs.h. */
#include "jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool brg_job_same(brg_job a, brg_job b) {
    return a.slot == b.slot && a.generation == b.generation;
}

/* The index of a job's row, newest first; -1 if it has none. */
static int find(const brg_jobs *jobs, brg_job job) {
    size_t kept = jobs->written < BRG_JOBS_KEPT ? jobs->written : BRG_JOBS_KEPT;
    for (size_t i = 1; i <= kept; i++) {
        size_t at = (jobs->written - i) % BRG_JOBS_KEPT;
        if (brg_job_same(jobs->rows[at].job, job))
            return (int)at;
    }
    return -1;
}

const brg_job_facts *brg_jobs_find(const brg_jobs *jobs, brg_job job) {
    int at = job.generation ? find(jobs, job) : -1;
    return at >= 0 ? &jobs->rows[at] : NULL;
}

const brg_job_facts *brg_jobs_at(const brg_jobs *jobs, size_t i) {
    size_t kept = jobs->written < BRG_JOBS_KEPT ? jobs->written : BRG_JOBS_KEPT;
    return i < kept ? &jobs->rows[(jobs->written - 1 - i) % BRG_JOBS_KEPT] : NULL;
}

static brg_job_facts *new_row(brg_jobs *jobs, brg_job job) {
    brg_job_facts *row = &jobs->rows[jobs->written++ % BRG_JOBS_KEPT];
    memset(row, 0, sizeof *row);
    row->job = job;
    row->device = -1;
    return row;
}

/* Adds a word, after " > " if it is not the first. What does not fit is left out. */
static void append(char *text, size_t size, const char *word) {
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used ? " > " : "", word ? word : "?");
}

void brg_jobs_submitted(brg_jobs *jobs, brg_job job, const brg_job_desc *desc) {
    brg_job_facts *row = new_row(jobs, job);
    for (int32_t i = 0; i < desc->stage_count; i++)
        append(row->ops, sizeof row->ops, desc->stages[i].op);
    snprintf(row->label, sizeof row->label, "%s", desc->label ? desc->label : row->ops);
}

static void write_shape(char *text, size_t size, const brg_result *result) {
    size_t used = 0;
    for (int32_t i = 0; i < result->dim_count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s %" PRId64, i ? ", " : "",
                                 result->dims[i].name, result->dims[i].value);
}

void brg_jobs_ended(brg_jobs *jobs, const brg_result *result) {
    int at = find(jobs, result->job);
    brg_job_facts *row = at >= 0 ? &jobs->rows[at] : new_row(jobs, result->job);
    row->ops[0] = row->variants[0] = '\0';
    for (int32_t i = 0; i < result->stage_count; i++) {
        append(row->ops, sizeof row->ops, result->op[i]);
        append(row->variants, sizeof row->variants, result->variant[i]);
    }
    snprintf(row->label, sizeof row->label, "%s", result->label);
    write_shape(row->shape, sizeof row->shape, result);
    snprintf(row->trouble, sizeof row->trouble, "%s", result->error.what);
    row->state = result->state;
    row->device = result->device;
    row->units = result->units;
    row->zero_copy = result->zero_copy;
    row->verdict = result->verdict;
    row->median = result->median;
    row->wait_ms = result->wait_ms;
    row->build_ms = result->build_ms;
    row->verify_ms = result->verify_ms;
    row->slices = result->slices;
    row->parts = result->parts;
    row->runs = result->runs;
}
