/* Text inside HTML, SVG and XML. */
#ifndef BRIGADE_MARKUP_H
#define BRIGADE_MARKUP_H

#include <stdio.h>

#include "brigade/export.h"

/* Writes text with everything escaped that means something to XML or HTML, attributes included; nothing for NULL.
 * Control characters are left out; bytes that are no UTF-8 become question marks. Errors are the stream's:
 * see ferror. Any thread, one at a time a stream. */
BRG_API void brg_markup_put(FILE *out, const char *text);

#endif
