/* A meal of three dishes, cooked while a window's loop runs: with or without concurrency (the loop waits for each
 * dish itself, or hands all to the engine and looks in on them), on one compute unit or on all.
 *
 * Thread safety: the lab's thread only. */
#ifndef LAB_MEAL_H
#define LAB_MEAL_H

#include "lab/frames.h"
#include "lab/work.h"

typedef struct brg_lab_meal {
    const brg_lab_work *dish;
    bool concurrent;     /* the engine cooks, the loop goes on */
    int32_t units;       /* compute units for each dish; 0: all */
    bool nothing;        /* no dish at all: the loop alone, for six frames */
    const char *picture; /* timeline; may be NULL */
} brg_lab_meal;

enum { BRG_LAB_DISHES = 3 };
enum { BRG_LAB_MAKESPAN, BRG_LAB_LATEST_FRAME, BRG_LAB_MEAL_READINGS };

/* For conditions whose argument is a brg_lab_meal, with two readings: the makespan in seconds, from the order to
 * the end of the last kernel, and how far the two frames were apart that were furthest, in milliseconds. The
 * loop has 120 frames a second. */
double brg_lab_meal_cook(brg_lab *lab, const void *meal, double *more);

#endif
