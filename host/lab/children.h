/* Processes that work together as threads do, but share nothing: they could as well run on other machines. */
#ifndef LAB_CHILDREN_H
#define LAB_CHILDREN_H

#include <sys/types.h>

#include "lab/lab.h"

enum { BRG_LAB_CHILDREN = 64 };

/* What processes do, and what becomes of it. */
typedef struct brg_lab_children {
    int32_t count; /* at most BRG_LAB_CHILDREN */

    /* In the child, with a copy of this process's memory; what it writes to `out` arrives in `collect`. It
     * must leave alone all threads, locks and OpenCL of this process. False: it failed. */
    bool (*work)(int32_t index, int out, void *argument);

    /* In this process, for one child after the other: reads from `in` what it wrote, to the end. False: it
     * could not. NULL: children write nothing. */
    bool (*collect)(int32_t index, int in, void *argument);

    void *argument;
} brg_lab_children;

/* Starts the processes, each on the next processor in turn, lets them begin together, collects what they
 * write, and waits for all. Seconds from the beginning until the last has said that it is done; NaN with the
 * error noted. */
double brg_lab_children_run(brg_lab *lab, const brg_lab_children *children);

/* Cleared memory that this process keeps to itself. Other memory is shared with a child until one of both writes:
 * after that child has come and gone, the first write to each page costs this process a fault, in the midst of
 * whatever it measures then. NULL if there is none. Any thread. */
void *brg_lab_kept_memory(size_t size);
void brg_lab_kept_memory_free(void *memory, size_t size);

/* All bytes or none; go on after signals and short counts. False at an error, or at the end of the pipe.
 * Any thread. */
bool brg_lab_write_all(int out, const void *bytes, size_t size);
bool brg_lab_read_all(int in, void *bytes, size_t size);

#endif
