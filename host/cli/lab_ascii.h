/* A claim's timelines in the terminal. */
#ifndef BRIGADE_CLI_LAB_ASCII_H
#define BRIGADE_CLI_LAB_ASCII_H

#include <stdio.h>

#include "brigade/brigade.h"

/* Writes a timeline for each picture among the spans, as text in 80 columns. */
void cli_lab_lanes_print(FILE *out, const brg_lab_result *result);

#endif
