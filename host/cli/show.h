/* Showing results to people: the verdict first, then the times. */
#ifndef BRIGADE_CLI_SHOW_H
#define BRIGADE_CLI_SHOW_H

#include <stdio.h>

#include "brigade/brigade.h"

/* A result with its verdict, times, rates and speedups. `sizes` says what it was computed on. */
void cli_show_result(FILE *out, const brg_result *result, const char *sizes);

/* The verdict's sentence in its colour, wrapped. */
void cli_show_verdict(FILE *out, const brg_verdict *verdict);

/* "blur > contrast (rows > vector)": the ops and the variants that ran. Returns text. */
const char *cli_show_stages(const brg_result *result, char *text, size_t size);

/* The built-in ops, one a line, with what a chain may say; without `all` only those that chains
 * know. */
void cli_show_ops(FILE *out, bool all);

/* Giga-operations or gigabytes a second, whichever the work is made of; 0 if the time is not known.
 */
double cli_show_rate(const brg_result *result, double ms);
const char *cli_show_rate_unit(const brg_result *result);

#endif
