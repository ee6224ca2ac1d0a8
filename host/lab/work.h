/* Work for the device, of any length and kind that an experiment wants: numbers in memory, each multiplied
 * and added to again and again. How often says whether memory or arithmetic is what it waits for.
 *
 * It is an op of its own, "lab_work", in the way that any user of the library can add one: the engine cuts
 * it into slices, runs it on whole devices and parts of them, and verifies it like every other.
 *
 * Thread safety: brg_lab_work_submit and brg_lab_work_await may be called from any thread, all others from
 * the lab's. */
#ifndef LAB_WORK_H
#define LAB_WORK_H

#include "lab/lab.h"

/* How the numbers are gone through. Zero means default. */
typedef struct brg_lab_work_shape {
    int64_t
        numbers;    /* f32 in memory; rounded up to whole work-groups; 0: 2^16, which fit a cache */
    int32_t depth;  /* multiply-adds on each of them each time, 1..4096; 0: 16 */
    int32_t passes; /* times over all of them; 0: once */
    int32_t run;    /* numbers that a work-item goes through, a multiple of 64; 0: 1024 */
    int32_t group;  /* work-items in a work-group; 0: 1 on a CPU, 64 elsewhere */
} brg_lab_work_shape;

/* Work that is ready: made and verified once, and handed in as often as one likes. */
typedef struct brg_lab_work {
    brg_lab *lab;
    brg_engine *engine;
    brg_lab_work_shape shape; /* without zeros */
    brg_tensor *numbers;
    double flops, bytes; /* of one time */
    double slice_ms;     /* longest time of a slice; 0: the engine's. Yours to set */
    int32_t priority;    /* higher runs first. Yours to set */
} brg_lab_work;

/* Makes work and has the device do it once, verified. The error is noted in the lab. */
brg_status brg_lab_work_make(brg_lab *lab, const brg_lab_work_shape *shape, brg_lab_work *work);

/* Makes work in a cache that takes about so many seconds on one compute unit. */
brg_status brg_lab_work_lasting(brg_lab *lab, double seconds, brg_lab_work *work);

/* The same on the whole device, whether it can be divided or not. */
brg_status brg_lab_work_lasting_on_all(brg_lab *lab, double seconds, brg_lab_work *work);

void brg_lab_work_release(brg_lab_work *work);

/* Makes work that takes about so many seconds on one compute unit, has it measured, and releases it: a whole
 * experiment with one kind of work. */
brg_status brg_lab_work_measure(brg_lab *lab, double seconds,
                                brg_status (*measure)(brg_lab *lab, const brg_lab_work *work));

/* The device specification of `units` compute units from unit `first` on, both taken modulo what the lab's
 * device has; units 0: all. Returns text. */
const char *brg_lab_part(brg_lab *lab, int32_t first, int32_t units, char text[BRG_NAME]);

/* Hands the work in, for a device as brg_lab_part gives it (NULL: the lab's) ... */
brg_status brg_lab_work_submit(const brg_lab_work *work, const char *device, brg_job *job);

/* ... and waits for it. result may be NULL. */
brg_status brg_lab_work_await(const brg_lab_work *work, brg_job job, brg_result *result);

/* Both; seconds of its kernels, NaN on failure. */
double brg_lab_work_s(const brg_lab_work *work, const char *device);

#endif
