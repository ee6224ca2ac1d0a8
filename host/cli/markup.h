/* Text for SVG, HTML and XML files. */
#ifndef BRIGADE_CLI_MARKUP_H
#define BRIGADE_CLI_MARKUP_H

#include <stddef.h>
#include <stdio.h>

/* Writes text with everything escaped that means something to XML or HTML, attributes included.
 * Control characters are left out; bytes that are no UTF-8 become question marks. */
void cli_markup_escaped(FILE *out, const char *text);

/* "212", "0.0125", "1.3e-07": three significant digits, whole numbers up to a million. */
const char *cli_markup_number(double value, char *text, size_t size);

#endif
