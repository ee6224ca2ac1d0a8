/* A run of a job's work by the ops' sequential loops, on the engine's thread: for work so small that
 * handing it to a device would take longer, and to have the loop as a variant like any other. In bands of
 * rows, so that the engine can see to other jobs in between. Contains no OpenCL. */
#ifndef BRIGADE_ENGINE_HOST_RUN_H
#define BRIGADE_ENGINE_HOST_RUN_H

#include <stdbool.h>

#include "ops/work.h"

typedef struct brg_host_run brg_host_run;

/* Allocates the outputs of all stages. A run has `calls` calls, 1 or more. `work` must outlive *out.
 * BRG_E_MEMORY. */
brg_status brg_host_run_create(const brg_work *work, int32_t calls, brg_host_run **out,
                               brg_error *error);
void brg_host_run_destroy(brg_host_run *run);

/* Starts over. */
void brg_host_run_restart(brg_host_run *run);

/* Computes for about `budget_ns`, at least one row. True once the run is complete. */
bool brg_host_run_step(brg_host_run *run, double budget_ns);

/* How much of the run is done, 0 to 1. */
double brg_host_run_progress(const brg_host_run *run);

/* The output of a stage; the run's own. */
brg_tensor *brg_host_run_output(const brg_host_run *run, int32_t stage);

#endif
