/* The whole log, newest first, and its way to the clipboard. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "settings/settings.h"
#include "ui/parts.h"

static void clock_text(const brg_log_line *line, char *text, size_t size) {
    time_t at = (time_t)line->unix_s;
    struct tm parts;
    localtime_r(&at, &parts);
    strftime(text, size, "%H:%M:%S", &parts);
}

static size_t count_lines(const brg_log *log) {
    size_t count = 0;
    while (brg_log_at(log, count))
        count++;
    return count;
}

/* In the order in which it was written. */
static void copy_log(brg_settings_view *s) {
    char *text = NULL, at[16];
    size_t size = 0;
    const brg_log *log = &s->app->log;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return;
    for (size_t i = count_lines(log); i-- > 0;) {
        const brg_log_line *line = brg_log_at(log, i);
        clock_text(line, at, sizeof at);
        fprintf(out, "%s%s %s\n", at, line->tone == BRG_TONE_TROUBLE ? " trouble:" : "",
                line->text);
    }
    if (fclose(out) == 0) {
        brg_ui_copy(s->ui, text);
        s->copies++;
    }
    free(text);
}

static void draw_lines(brg_settings_view *s, brg_rect room) {
    char at[16];
    const brg_log_line *line;
    float scrolled = brg_ui_panel_begin(s->ui, "set_log", room, BRG_GROUND);
    float y = room.y - scrolled, top = y;
    for (size_t i = 0; (line = brg_log_at(&s->app->log, i)); i++) {
        bool trouble = line->tone == BRG_TONE_TROUBLE;
        clock_text(line, at, sizeof at);
        brg_ui_text(s->ui, (brg_rect){room.x + 20, y - 1, 70, 17}, BRG_FONT_MONO, BRG_LEFT,
                    BRG_FAINT, at);
        y += 7 + brg_ui_paragraph(s->ui, (brg_rect){room.x + 98, y, room.w - 120, 17},
                                  BRG_FONT_SMALL, trouble ? BRG_RED : BRG_TEXT, line->text);
    }
    if (y == top)
        brg_ui_text(s->ui, (brg_rect){room.x + 20, y, room.w, 20}, BRG_FONT_SMALL, BRG_LEFT,
                    BRG_FAINT, "nothing happened yet that is worth a line");
    brg_ui_panel_end(s->ui, y - top + 12);
}

/* The frame is a panel of its own: only the lines scroll. */
void brg_settings_log(brg_settings_view *s, brg_rect place) {
    brg_ui_panel_begin(s->ui, "set_log_frame", (brg_rect){place.x, place.y, place.w, 58},
                       BRG_GROUND);
    brg_rect head = {place.x + 20, place.y + 16, place.w - 40, 30};
    brg_ui_text(s->ui, head, BRG_FONT_TITLE, BRG_LEFT, BRG_TEXT, "Log");
    brg_ui_textf(s->ui, (brg_rect){head.x + 48, head.y, 240, 30}, BRG_FONT_SMALL, BRG_LEFT,
                 BRG_FAINT, "newest first; %zu line%s", count_lines(&s->app->log),
                 count_lines(&s->app->log) == 1 ? "" : "s");
    bool pressed =
        brg_ui_button(s->ui, "log_copy", (brg_rect){head.x + head.w - 100, head.y, 100, 30},
                      "Copy (C)", false, true);
    brg_ui_tip(s->ui, "Copies the whole log to the clipboard, oldest line first.");
    brg_ui_panel_end(s->ui, 0);
    if (pressed || s->copy_due)
        copy_log(s);
    s->copy_due = false;
    draw_lines(s, (brg_rect){place.x, place.y + 58, place.w, place.h - 58});
}
