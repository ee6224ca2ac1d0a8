/* Tasks that go step by step, and the one or more workers who take turns at them.
 *
 * One worker is an event loop: whatever task is due goes one step further, and while a task waits the worker
 * does a step of another. A worker that is `blocking` stands and waits himself. Those two switches, more
 * workers and not blocking, are the whole difference between parallelism and concurrency; an experiment
 * changes one of them and leaves everything else as it is. */
#ifndef LAB_TASKS_H
#define LAB_TASKS_H

#include "lab/lab.h"

enum { BRG_LAB_TASKS = 64, BRG_LAB_STRETCHES = 512 };

/* Does one step of a task, both counted from 0, on a worker's thread. Returns the seconds to wait until its
 * next step (0: none), or a negative number if that was its last. */
typedef double brg_lab_step(int32_t task, int32_t step, void *argument);

/* How tasks are served. */
typedef struct brg_lab_service {
    int32_t workers;
    bool blocking; /* who did a step also waits for what comes after it */
    bool one_core; /* all workers on one processor */
} brg_lab_service;

/* A stretch of time that a worker gave to a task. */
typedef struct brg_lab_stretch {
    double start_s, end_s; /* since the tasks were begun */
    int32_t task, step, worker;
    bool waiting; /* he stood and waited; otherwise he did the step */
} brg_lab_stretch;

typedef struct brg_lab_log {
    brg_lab_effort effort;
    int32_t count;
    brg_lab_stretch stretches[BRG_LAB_STRETCHES]; /* by their ends; those beyond are left out */
} brg_lab_log;

/* Runs tasks 0 .. count - 1 (at most BRG_LAB_TASKS) to their ends: who is due first is served first. Notes an
 * error as brg_lab_team_run does, and then log->effort is NaN. */
void brg_lab_tasks_run(brg_lab *lab, int32_t count, brg_lab_step *step, void *argument,
                       const brg_lab_service *service, brg_lab_log *log);

/* Draws the log as a timeline, anew: a lane for each worker, or for each task. names[task] may be NULL, and
 * so may names: then "task 1" ... */
void brg_lab_tasks_draw(brg_lab *lab, const char *picture, const brg_lab_log *log,
                        bool lane_per_task, const char *const *names);

/* When a task's first step began and its last step ended; NaN if the log does not know it. */
double brg_lab_task_began(const brg_lab_log *log, int32_t task);
double brg_lab_task_ended(const brg_lab_log *log, int32_t task);

/* How many of the tasks were under way at the same moment, at the most. */
int32_t brg_lab_tasks_under_way(const brg_lab_log *log, int32_t count);

#endif
