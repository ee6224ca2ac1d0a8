/* What came of a claim in an earlier run of the window: its verdict, why, when and where; among the kept values. */
#ifndef BRIGADE_GUI_LAB_MEMORY_H
#define BRIGADE_GUI_LAB_MEMORY_H

#include <brigade/lab.h>
#include <time.h>

#include "kept.h"

typedef struct brg_lab_memory {
    brg_lab_verdict verdict;      /* UNDECIDED: nothing is remembered */
    char when[20];                /* "2026-11-21 19:40", local time */
    char device[128];             /* may be empty */
    char sentence[BRG_KEPT_TEXT]; /* a long one is cut */
} brg_lab_memory;

/* Recalls what is kept of a claim: nothing where that is not whole. */
brg_lab_memory brg_lab_memory_recall(const brg_kept *kept, const char *claim_id);

/* Keeps a result that came to its end at that time; one that was interrupted, or is undecided, leaves what is
 * kept as it is. */
void brg_lab_memory_keep(const brg_lab_result *result, time_t when, brg_kept *kept);

/* "Measured on 2026-11-21 19:40 on DEVICE, not since this window was opened." Returns text. */
const char *brg_lab_memory_source(const brg_lab_memory *memory, char *text, size_t size);

#endif
