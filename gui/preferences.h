/* Preferences: what the user likes, kept from one run to the next. */
#ifndef BRIGADE_GUI_PREFERENCES_H
#define BRIGADE_GUI_PREFERENCES_H

#include "ui/palette.h"

typedef struct brg_preferences {
    brg_theme theme;
    float scale;        /* of everything; 0: the monitor's */
    float frames_per_s; /* at most */
    float slice_ms;     /* longest slice of a job: how soon a cancel takes effect */
    int niceness;       /* of the engine's thread; takes effect at the next start */
    char view[16];      /* shown last */
} brg_preferences;

/* What holds before anything was chosen. */
brg_preferences brg_preferences_default(void);

#endif
