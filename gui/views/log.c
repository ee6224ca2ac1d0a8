/* The log's newest line, under the results. */
#include "workbench.h"

void brg_view_log(brg_workbench *bench, brg_rect place) {
    const brg_log_line *line = brg_log_at(&bench->app->log, 0);
    if (!line)
        return;
    brg_ui_text(bench->ui, place, BRG_FONT_SMALL, BRG_LEFT,
                line->tone == BRG_TONE_TROUBLE ? BRG_RED : BRG_QUIET, line->text);
}
