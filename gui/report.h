/* The window's report: what an unattended run leaves behind, in the library's JSON schema. */
#ifndef BRIGADE_GUI_REPORT_H
#define BRIGADE_GUI_REPORT_H

#include "shell/shell.h"

/* Writes the device, frame times, what was asked for, what each view has to tell, the log and where
 * the widgets are (in window pixels). BRG_E_IO, BRG_E_MEMORY. */
brg_status brg_gui_report_save(const char *path, const brg_shell *shell, brg_error *error);

#endif
