/* The lab's results as files: one page for people, one document for build servers. */
#ifndef BRIGADE_CLI_LAB_PAGE_H
#define BRIGADE_CLI_LAB_PAGE_H

#include "brigade/brigade.h"

/* The style sheet inside the page. */
extern const char cli_lab_style[];

/* Writes one HTML file without scripts that needs no other file. BRG_E_IO, BRG_E_MEMORY. */
brg_status cli_lab_page_save(const char *path, const brg_lab_result *results, int32_t count,
                             brg_error *error);

/* Writes JUnit XML, a testcase for each claim: a refuted one failed, one without an answer was skipped, one
 * that could not be carried out is an error. BRG_E_IO, BRG_E_MEMORY. */
brg_status cli_lab_junit_save(const char *path, const brg_lab_result *results, int32_t count,
                              brg_error *error);

#endif
