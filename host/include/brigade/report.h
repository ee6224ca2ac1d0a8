/* Reports: results as one JSON document, schema "brigade/1", for the command line and the window alike.
 *
 * {"schema":"brigade/1","command":...,"host":{...},"device":{...},"results":[...]}
 *
 * Numbers are written in the C locale. What was not measured is null. Thread safety: a report belongs to
 * one thread at a time. */
#ifndef BRIGADE_REPORT_H
#define BRIGADE_REPORT_H

#include "brigade/device.h"
#include "brigade/job.h"

typedef struct brg_report brg_report;

/* Starts a report of a command ("run gemm"). The caller destroys it. BRG_E_MEMORY. */
BRG_API brg_status brg_report_create(const char *command, brg_report **out, brg_error *error);
BRG_API void brg_report_destroy(brg_report *report);

/* Names the device; `choice` may be NULL. */
BRG_API void brg_report_device(brg_report *report, const brg_device_info *device,
                               const brg_device_choice *choice);

/* Adds the list of all devices under "devices". */
BRG_API void brg_report_devices(brg_report *report, const brg_device_list *list);

/* Adds a job's result under "results". */
BRG_API void brg_report_result(brg_report *report, const brg_result *result);

/* Sets a value at the top level, or in the latest result when `in_result`; replaces one of that name. */
BRG_API void brg_report_number(brg_report *report, bool in_result, const char *name, double value);
BRG_API void brg_report_string(brg_report *report, bool in_result, const char *name,
                               const char *value);

/* Sets a value parsed from JSON text at the top level. BRG_E_FORMAT if it is not JSON. */
BRG_API brg_status brg_report_json(brg_report *report, const char *name, const char *json,
                                   brg_error *error);

/* Returns the document, ending in a newline; the caller frees it with free(). NULL if memory is short at
 * this or any earlier call. */
BRG_API char *brg_report_text(const brg_report *report);

/* Writes the document to a file, which appears complete or not at all. BRG_E_IO, BRG_E_MEMORY. */
BRG_API brg_status brg_report_save(const brg_report *report, const char *path, brg_error *error);

#endif
