/* The frame plot: every interval of the last seconds as a column, as wide as it was long. A freeze
 * is a block, not a spike that can be overlooked. */
#include <math.h>

#include "shell/shell.h"

static const float seconds = 5, budget_ms = 16.7f;

/* Moving the plot at every frame would be most of what there is to draw: every fourth will do. */
static size_t newest_shown(const brg_scene *scene) {
    return scene->resting ? 0 : scene->clock->frames % 4;
}

/* The top of the axis: the least of these that holds the longest interval. */
static float axis_top(float max) {
    static const float tops[] = {40, 100, 200, 500, 1000, 2000, 5000, 10000};
    size_t i = 0;
    while (i + 1 < sizeof tops / sizeof tops[0] && tops[i] < max)
        i++;
    return tops[i];
}

static float longest_shown(const brg_scene *scene) {
    float longest = 0, filled = 0, ms;
    for (size_t i = newest_shown(scene);
         filled < 1e3f * seconds && brg_frame_clock_recent(scene->clock, i, &ms); i++) {
        longest = fmaxf(longest, ms);
        filled += ms;
    }
    return longest;
}

static void draw_line(const brg_scene *scene, brg_rect plot, float ms, float top, brg_colour line,
                      brg_colour ink) {
    float y = plot.y + plot.h * (1 - ms / top);
    brg_ui_line(scene->ui, plot.x, y, plot.x + plot.w, y, line);
    brg_ui_textf(scene->ui, (brg_rect){plot.x - 42, y - 8, 36, 16}, BRG_FONT_SMALL, BRG_RIGHT, ink,
                 ms == budget_ms ? "%.1f" : "%.0f", (double)ms);
}

/* From the newest, at the right, to the oldest that fits. Neighbours that look alike share a
 * column: software OpenGL is slow. */
static void draw_columns(const brg_scene *scene, brg_rect plot, float top) {
    float ms, right = plot.x + plot.w, per_ms = plot.w / (1e3f * seconds);
    for (size_t i = newest_shown(scene);
         right > plot.x && brg_frame_clock_recent(scene->clock, i, &ms); i++) {
        float left = fmaxf(right - ms * per_ms, plot.x);
        float h = fmaxf(plot.h * fminf(ms / top, 1), 1);
        float y = plot.y + plot.h - h;
        bool late = ms > 2 * budget_ms;
        brg_ui_fill(scene->ui, (brg_rect){left, y, right - left, h}, 0,
                    late ? BRG_RED_DIM : BRG_VIOLET_DIM);
        brg_ui_fill(scene->ui, (brg_rect){left, y, right - left, 2}, 0,
                    late ? BRG_RED : BRG_VIOLET);
        right = left;
    }
}

void brg_shell_frames(const brg_scene *scene, brg_rect place) {
    const brg_frame_stats *recent = &scene->recent;
    brg_rect head = {place.x, place.y + 8, place.w, 20};
    brg_ui_text(scene->ui, head, BRG_FONT_BOLD, BRG_LEFT, BRG_QUIET, "Frames");
    if (recent->count > 0)
        brg_ui_textf(scene->ui, head, BRG_FONT_MONO, BRG_RIGHT,
                     recent->max > 2 * budget_ms ? BRG_RED : BRG_TEXT,
                     "p50 %.1f  p99 %.1f  max %.1f ms", (double)recent->p50, (double)recent->p99,
                     (double)recent->max);
    brg_rect plot = {place.x + 44, place.y + 40, place.w - 44, place.h - 66};
    float top = axis_top(longest_shown(scene));
    draw_columns(scene, plot, top);
    draw_line(scene, plot, 0, top, BRG_LINE, BRG_FAINT);
    draw_line(scene, plot, top, top, BRG_LINE, BRG_FAINT);
    if (top <= 200)
        draw_line(scene, plot, budget_ms, top, BRG_FAINT, BRG_QUIET);
    brg_rect foot = {plot.x, plot.y + plot.h + 5, plot.w, 16};
    brg_ui_text(scene->ui, foot, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT, "5 s ago");
    brg_ui_text(scene->ui, foot, BRG_FONT_SMALL, BRG_CENTRE, BRG_FAINT,
                "ms between frames, sleep left out");
    brg_ui_text(scene->ui, foot, BRG_FONT_SMALL, BRG_RIGHT, BRG_FAINT, "now");
}
