/* The log's newest line. */
#include "shell/shell.h"

void brg_shell_log_line(const brg_scene *scene, brg_rect place) {
    const brg_log_line *line = brg_log_at(&scene->app->log, 0);
    if (!line)
        return;
    brg_ui_text(scene->ui, place, BRG_FONT_SMALL, BRG_LEFT,
                line->tone == BRG_TONE_TROUBLE ? BRG_RED : BRG_QUIET, line->text);
}
