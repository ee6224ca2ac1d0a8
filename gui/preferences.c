/* Preferences. See preferences.h. */
#include "preferences.h"

brg_preferences brg_preferences_default(void) {
    return (brg_preferences){
        .theme = BRG_THEME_DARK,
        .frames_per_s = 60,
        .slice_ms = 8,
        .niceness = 5,
        .view = "workbench",
    };
}
