/* The list of keys: those of the view that is shown, and those that mean the same everywhere. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shell/shell.h"
#include "ui/parts.h"

static const float line_h = 24, column_w = 470, key_w = 214;

static const char *const common[] = {
    "space  run, or start again",
    "escape  cancel",
    "1 to 9  choose a view",
    "ctrl-tab, ctrl-page down  the next view",
    "ctrl-shift-tab, ctrl-page up  the one before",
    "?, F1  this list",
    "ctrl-q  close the window",
    NULL,
};

static int count_of(const char *const *lines) {
    int count = 0;
    while (lines && lines[count])
        count++;
    return count;
}

/* A line is a key, two spaces, and what it does. */
static float draw_line(brg_ui *ui, brg_rect at, const char *line) {
    char key[64];
    const char *gap = strstr(line, "  ");
    snprintf(key, sizeof key, "%.*s", gap ? (int)(gap - line) : (int)strlen(line), line);
    float w = brg_ui_text_width(ui, BRG_FONT_MONO, key) + 14;
    brg_rect cap = {at.x, at.y + 2, w, line_h - 5};
    brg_ui_fill(ui, cap, 4, BRG_RAISED);
    brg_ui_text(ui, cap, BRG_FONT_MONO, BRG_CENTRE, BRG_TEXT, key);
    float x = fmaxf(w + 10, key_w);
    if (gap)
        brg_ui_text(ui, (brg_rect){at.x + x, at.y, at.w - x, line_h}, BRG_FONT_BODY, BRG_LEFT,
                    BRG_QUIET, gap + 2);
    return line_h + 3;
}

static void draw_column(brg_ui *ui, brg_rect at, const char *title, const char *const *lines) {
    brg_ui_text(ui, (brg_rect){at.x, at.y, at.w, 22}, BRG_FONT_BOLD, BRG_LEFT, BRG_TEXT, title);
    float y = at.y + 30;
    for (int i = 0; lines && lines[i]; i++)
        y += draw_line(ui, (brg_rect){at.x, y, at.w, line_h}, lines[i]);
    if (!lines || !lines[0])
        brg_ui_text(ui, (brg_rect){at.x, y, at.w, line_h}, BRG_FONT_BODY, BRG_LEFT, BRG_FAINT,
                    "no keys of its own");
}

void brg_shell_help(brg_shell *shell) {
    float w, h;
    brg_ui *ui = shell->scene.ui;
    const brg_view *view = brg_view_at(shell->current);
    int own = count_of(view->keys), shared = count_of(common);
    int lines = own > shared ? own : shared;
    brg_ui_size(ui, &w, &h);
    bool clicked = brg_ui_overlay_begin(ui, "help");
    brg_rect card = {0, 0, 2 * column_w + 72, 92 + (line_h + 3) * (float)lines};
    card.x = floorf((w - card.w) / 2);
    card.y = floorf(fmaxf((h - card.h) / 2, 8));
    brg_ui_fill(ui, card, 10, BRG_PANEL);
    brg_ui_outline(ui, card, 10, BRG_LINE);
    brg_rect left = {card.x + 24, card.y + 20, column_w, card.h - 40};
    draw_column(ui, left, view->name, view->keys);
    left.x += column_w + 24;
    draw_column(ui, left, "Everywhere", common);
    brg_ui_text(ui, (brg_rect){card.x, card.y + card.h - 32, card.w, 20}, BRG_FONT_SMALL,
                BRG_CENTRE, BRG_FAINT, "any key or a click closes this list");
    brg_ui_overlay_end(ui);
    if (clicked)
        shell->help = false;
}
