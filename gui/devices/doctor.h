/* The doctor: tries every op on one device with small calls whose results are checked in full, one
 * job at a time and behind everybody else's. */
#ifndef BRIGADE_GUI_DEVICES_DOCTOR_H
#define BRIGADE_GUI_DEVICES_DOCTOR_H

#include "app.h"

enum { BRG_DOCTOR_OPS = 64, BRG_DOCTOR_CALLS = 5 };

typedef enum brg_finding {
    BRG_FINDING_NONE, /* not tried */
    BRG_FINDING_TRYING,
    BRG_FINDING_PASSED,
    BRG_FINDING_FAILED,
    BRG_FINDING_SKIPPED /* the device cannot, or nothing could be checked */
} brg_finding;

/* An op's row. */
typedef struct brg_doctor_row {
    const brg_op *op;
    brg_finding finding;
    int32_t calls;      /* tried */
    double bound_ratio; /* largest error over its bound, of all calls that were checked */
    double kernel_ms;   /* of all calls */
    char trouble[3 * BRG_ERROR_TEXT]; /* one sentence; empty: none */
} brg_doctor_row;

typedef struct brg_doctor {
    brg_app *app;
    int32_t device; /* index into the list; -1: nothing was tried yet */
    brg_doctor_row rows[BRG_DOCTOR_OPS];
    int count, at; /* rows, and the one that is tried */
    bool running;
    brg_job job;           /* in hand; {0, 0}: none */
    uint64_t examinations; /* that came to their end */
} brg_doctor;

void brg_doctor_init(brg_doctor *doctor, brg_app *app);

/* Starts anew on a device; ends what runs. */
void brg_doctor_start(brg_doctor *doctor, int32_t device);

/* Ends as soon as the job in hand has: within about a slice. What was not tried is not shown as if
 * it were. */
void brg_doctor_cancel(brg_doctor *doctor);

/* Takes a job that ended and hands the next one over. */
void brg_doctor_update(brg_doctor *doctor);

/* How many rows came out like that. */
int brg_doctor_tally(const brg_doctor *doctor, brg_finding finding);

/* "passed", "failed" ... Never NULL. */
const char *brg_finding_name(brg_finding finding);

#endif
