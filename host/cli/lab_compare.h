/* Two runs of the lab side by side. */
#ifndef BRIGADE_CLI_LAB_COMPARE_H
#define BRIGADE_CLI_LAB_COMPARE_H

#include <cjson/cJSON.h>

#include "cli.h"

/* Whether a document is one of 'brigade lab --json'. */
bool cli_lab_document(const cJSON *document);

/* Prints the verdicts and answers of both, claim by claim. Returns the exit code; complains if one of the
 * two is something else, or if they have no claim in common. */
int cli_lab_compare(const cli_command *command, const cJSON *before, const cJSON *now);

#endif
