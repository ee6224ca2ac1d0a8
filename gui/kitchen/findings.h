/* Findings: what the rounds so far say, in a sentence. Never more than was measured. */
#ifndef BRIGADE_GUI_KITCHEN_FINDINGS_H
#define BRIGADE_GUI_KITCHEN_FINDINGS_H

#include <stddef.h>

#include "kitchen/round.h"

/* "Neither", "Concurrent", "Parallel", "Both". */
const char *brg_way_name(brg_way way);

/* Compares the two most telling ways among those tried, and says how far the rounds of one way lie
 * apart. Returns text. */
const char *brg_findings(const brg_history *const ways[BRG_WAYS], char *text, size_t size);

#endif
