/* The settings: what the user likes, and the log. */
#ifndef BRIGADE_GUI_SETTINGS_SETTINGS_H
#define BRIGADE_GUI_SETTINGS_SETTINGS_H

#include "shell/view.h"

typedef struct brg_settings_view {
    brg_app *app;
    const brg_scene *scene; /* of the frame being drawn */
    brg_ui *ui;             /* the same, for short */
    bool copy_due;          /* the log is wanted on the clipboard */
    uint64_t copies;
} brg_settings_view;

/* ---- panels ---------------------------------------------------------------------------------- */

void brg_settings_choices(brg_settings_view *s, brg_rect place);
void brg_settings_log(brg_settings_view *s, brg_rect place);

#endif
