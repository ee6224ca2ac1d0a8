/* Preferences. See preferences.h. */
#include "preferences.h"

#include <stdio.h>
#include <string.h>

brg_preferences brg_preferences_default(void) {
    return (brg_preferences){
        .theme = BRG_THEME_DARK,
        .frames_per_s = 60,
        .slice_ms = 8,
        .niceness = 5,
    };
}

const char *brg_theme_name(brg_theme theme) {
    static const char *const names[BRG_THEME_COUNT] = {"dark", "light", "dark-safe", "light-safe"};
    return (unsigned)theme < BRG_THEME_COUNT ? names[theme] : "dark";
}

brg_theme brg_theme_find(const char *name) {
    int theme = 0;
    while (theme < BRG_THEME_COUNT && strcmp(brg_theme_name((brg_theme)theme), name) != 0)
        theme++;
    return (brg_theme)theme;
}

brg_preferences brg_preferences_recall(const brg_kept *kept) {
    brg_preferences p = brg_preferences_default();
    brg_theme theme = brg_theme_find(brg_kept_text(kept, "theme", ""));
    p.theme = theme < BRG_THEME_COUNT ? theme : p.theme;
    p.scale = (float)brg_kept_number(kept, "scale", 0.5, 4, (double)p.scale);
    p.frames_per_s = (float)brg_kept_number(kept, "frames_per_s", 10, 240, (double)p.frames_per_s);
    p.slice_ms = (float)brg_kept_number(kept, "slice_ms", 0.5, 100, (double)p.slice_ms);
    p.niceness = (int)brg_kept_number(kept, "niceness", 0, 19, p.niceness);
    p.spins = brg_kept_number(kept, "spins", 0, 1, p.spins) > 0;
    snprintf(p.view, sizeof p.view, "%.15s", brg_kept_text(kept, "view", p.view));
    return p;
}

void brg_preferences_keep(const brg_preferences *p, brg_kept *kept) {
    brg_kept_set_text(kept, "theme", brg_theme_name(p->theme));
    brg_kept_set_number(kept, "scale", (double)p->scale);
    brg_kept_set_number(kept, "frames_per_s", (double)p->frames_per_s);
    brg_kept_set_number(kept, "slice_ms", (double)p->slice_ms);
    brg_kept_set_number(kept, "niceness", p->niceness);
    brg_kept_set_number(kept, "spins", p->spins);
    brg_kept_set_text(kept, "view", p->view);
}
