/* Baselines: results that were saved, beside results of now. */
#ifndef BRIGADE_CLI_BASELINE_H
#define BRIGADE_CLI_BASELINE_H

#include <stdio.h>

#include <cjson/cJSON.h>

#include "brigade/brigade.h"

/* How two documents compare. */
typedef struct cli_changes {
    int32_t matched; /* results that both have */
    int32_t slower;  /* of ours: beyond the threshold and the noise of both */
    int32_t faster;
    int32_t missing; /* results that only one has */
    bool same_place; /* measured on the same processor and device */
} cli_changes;

/* Reads a document of the schema "brigade/1". BRG_E_IO; BRG_E_FORMAT for anything else. The caller
 * deletes it. */
brg_status cli_baseline_load(const char *path, cJSON **document, brg_error *error);

/* Matches the results by op, case and contender, and compares their times. Prints a table to `out`,
 * and adds "comparison" to `report`; either may be NULL. `threshold` in percent. BRG_E_FORMAT if
 * the two have no result in common. */
brg_status cli_baseline_compare(const cJSON *before, const cJSON *now, double threshold, FILE *out,
                                brg_report *report, cli_changes *changes, brg_error *error);

#endif
