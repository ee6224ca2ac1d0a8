/* The state file: kept values as lines "name = value", between a first line that says what it is
 * and a last one that says that it is whole. */
#ifndef BRIGADE_GUI_STATE_H
#define BRIGADE_GUI_STATE_H

#include <brigade/status.h>

#include "kept.h"

/* Where it is: $XDG_CONFIG_HOME/brigade/window.state, else ~/.config/brigade/window.state. False if
 * neither variable names an absolute path, or it is too long. */
bool brg_state_path(char *path, size_t size);

/* Reads it. A file that is not there keeps nothing, and is no error. BRG_E_FORMAT if it is damaged
 * or of a later version: nothing is kept then, and the file is moved to one that ends in ".bad".
 * BRG_E_IO if it cannot be read. */
brg_status brg_state_load(const char *path, brg_kept *kept, brg_error *error);

/* Writes it, and the directories that lead to it; it appears complete or not at all. BRG_E_IO,
 * BRG_E_MEMORY. */
brg_status brg_state_save(const char *path, const brg_kept *kept, brg_error *error);

#endif
