/* A claim's data as inline SVG: plots and timelines, coloured by the style sheet of the page. */
#ifndef BRIGADE_CLI_LAB_PLOT_H
#define BRIGADE_CLI_LAB_PLOT_H

#include <stdio.h>

#include "brigade/brigade.h"

/* Writes the plot that the claim asks for; nothing if there is no data or the timeline is the plot. */
void cli_lab_plot_put(FILE *out, const brg_lab_result *result);

/* Writes a timeline for each picture among the spans. */
void cli_lab_lanes_put(FILE *out, const brg_lab_result *result);

/* The same timelines as text, in 80 columns. */
void cli_lab_lanes_print(FILE *out, const brg_lab_result *result);

#endif
