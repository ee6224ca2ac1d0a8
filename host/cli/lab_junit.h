/* The lab's results for build servers. */
#ifndef BRIGADE_CLI_LAB_JUNIT_H
#define BRIGADE_CLI_LAB_JUNIT_H

#include "brigade/brigade.h"

/* Writes JUnit XML, a testcase for each claim: a refuted one failed, one without an answer was skipped, one
 * that could not be carried out is an error. BRG_E_IO, BRG_E_MEMORY. */
brg_status cli_lab_junit_save(const char *path, const brg_lab_result *results, int32_t count,
                              brg_error *error);

#endif
