/* JSON text put together by hand, for what views add to a report. */
#ifndef BRIGADE_GUI_JSON_H
#define BRIGADE_GUI_JSON_H

#include <brigade/report.h>
#include <stdbool.h>
#include <stdio.h>

/* Text that grows. Write to `stream`; numbers with %d or %g come out right, since the program keeps
 * the C locale. */
typedef struct brg_json {
    FILE *stream;
    char *bytes;
    size_t length;
} brg_json;

/* BRG_E_MEMORY. */
brg_status brg_json_open(brg_json *json, brg_error *error);

/* Writes a string in its quotes. */
void brg_json_string(brg_json *json, const char *text);

/* "true" or "false". */
const char *brg_json_bool(bool value);

/* Ends the text and sets it in a report under a name. BRG_E_MEMORY; BRG_E_FORMAT if it is not JSON.
 */
brg_status brg_json_close(brg_json *json, brg_report *report, const char *name, brg_error *error);

#endif
