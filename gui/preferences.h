/* Preferences: what the user likes, kept from one run to the next. */
#ifndef BRIGADE_GUI_PREFERENCES_H
#define BRIGADE_GUI_PREFERENCES_H

#include "kept.h"
#include "ui/palette.h"

typedef struct brg_preferences {
    brg_theme theme;
    float scale;        /* of everything; 0: the monitor's; takes effect at the next start */
    float frames_per_s; /* at most */
    float slice_ms;     /* longest slice of a job: how soon a cancel takes effect */
    int niceness;       /* of the engine's thread; takes effect at the next start */
    bool spins;         /* waits for the last part of a frame awake */
    char view[16];      /* shown last; empty: the first */
} brg_preferences;

/* What holds before anything was chosen. */
brg_preferences brg_preferences_default(void);

/* What was kept; the default for whatever was not. And keeps them. */
brg_preferences brg_preferences_recall(const brg_kept *kept);
void brg_preferences_keep(const brg_preferences *preferences, brg_kept *kept);

/* "dark", "light", "dark-safe", "light-safe"; and the theme of a name, BRG_THEME_COUNT if there is
 * none. */
const char *brg_theme_name(brg_theme theme);
brg_theme brg_theme_find(const char *name);

#endif
