/* The saver: writes the trace to a file on a thread of its own, since a long one takes longer than
 * a frame. */
#ifndef BRIGADE_GUI_TIMELINE_SAVER_H
#define BRIGADE_GUI_TIMELINE_SAVER_H

#include <brigade/trace.h>
#include <stdbool.h>

#include "paths.h"

typedef struct brg_saver brg_saver;

/* `wake` is called on the saver's thread when a file is there. NULL if memory is short. Destroying
 * waits for the file in hand; NULL is allowed. */
brg_saver *brg_saver_create(void (*wake)(void *user), void *user);
void brg_saver_destroy(brg_saver *saver);

/* Starts saving under a new name, made of the date and time, in the working directory or, if that
 * cannot be written to, in $XDG_DATA_HOME/brigade. Trace and devices must stay until it is done.
 * False if the saver is busy or there is no thread. */
bool brg_saver_start(brg_saver *saver, const brg_trace *trace, const brg_device_list *devices);

bool brg_saver_busy(const brg_saver *saver);

/* What came of it; true once for each file. */
typedef struct brg_saved {
    brg_status status;
    brg_error error;
    char path[BRG_PATH];
    uint64_t bytes;
} brg_saved;
bool brg_saver_take(brg_saver *saver, brg_saved *saved);

#endif
