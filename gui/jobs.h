/* The ledger of jobs: what became of the latest ones, kept after the engine has forgotten them, so
 * that a span of the trace can tell whose it was. */
#ifndef BRIGADE_GUI_JOBS_H
#define BRIGADE_GUI_JOBS_H

#include <brigade/job.h>
#include <stdbool.h>
#include <stddef.h>

enum { BRG_JOBS_KEPT = 512 };

typedef struct brg_job_facts {
    brg_job job;
    brg_job_state state; /* QUEUED until the result was taken */
    char label[BRG_NAME];
    char ops[BRG_NAME];      /* of its stages: "blur > sharpen" */
    char variants[BRG_NAME]; /* what they ran as; empty before */
    char shape[64];
    int32_t device; /* index into the list; -1: not known */
    uint32_t units; /* 0: all */
    brg_verdict verdict;
    brg_times median;
    double wait_ms, build_ms, verify_ms;
    int32_t slices, parts, runs;
    bool zero_copy;
    char trouble[BRG_ERROR_TEXT]; /* when it failed */
} brg_job_facts;

typedef struct brg_jobs {
    brg_job_facts rows[BRG_JOBS_KEPT]; /* a ring */
    size_t written;
} brg_jobs;

/* A job was handed to the engine; its result was taken. */
void brg_jobs_submitted(brg_jobs *jobs, brg_job job, const brg_job_desc *desc);
void brg_jobs_ended(brg_jobs *jobs, const brg_result *result);

/* What is known of a job; NULL if nothing is. */
const brg_job_facts *brg_jobs_find(const brg_jobs *jobs, brg_job job);

/* The i-th latest, 0 the newest; NULL past the oldest that is kept. */
const brg_job_facts *brg_jobs_at(const brg_jobs *jobs, size_t i);

/* True if both name the same job. */
bool brg_job_same(brg_job a, brg_job b);

#endif
