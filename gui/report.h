/* The window's report: what an unattended run leaves behind, in the library's JSON schema. */
#ifndef BRIGADE_GUI_REPORT_H
#define BRIGADE_GUI_REPORT_H

#include "app.h"
#include "frame_clock.h"
#include "ui.h"

/* Writes the device, the last result, frame times, what was asked for, the log and where the
 * widgets are (in window pixels). BRG_E_IO, BRG_E_MEMORY. */
brg_status brg_gui_report_save(const char *path, const brg_app *app, const brg_frame_clock *clock,
                               const brg_ui *ui, brg_error *error);

#endif
