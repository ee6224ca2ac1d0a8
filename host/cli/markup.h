/* Text for SVG, HTML and XML files, which appear complete or not at all. */
#ifndef BRIGADE_CLI_MARKUP_H
#define BRIGADE_CLI_MARKUP_H

#include <stdbool.h>
#include <stdio.h>

#include "brigade/brigade.h"

/* Writes text with everything escaped that means something to XML or HTML, attributes included.
 * Control characters are left out; bytes that are no UTF-8 become question marks. */
void cli_markup_escaped(FILE *out, const char *text);

/* "212", "0.0125", "1.3e-07": three significant digits, whole numbers up to a million. */
const char *cli_markup_number(double value, char *text, size_t size);

/* Whether a file could be written there, found out before a long run and not after it. BRG_E_IO. */
brg_status cli_markup_probe(const char *path, brg_error *error);

#endif
