/* The bars: how long the host and the device took, on a logarithmic axis, and the speedups with the
 * baselines by name. */
#include <math.h>
#include <stdio.h>

#include "workbench/view.h"

enum { BARS = 4 };

typedef struct bar {
    const char *name;
    double ms; /* negative: not measured */
    brg_colour colour;
    bool on_device;
} bar;

/* The columns: names, bars, times, and two speedups. */
typedef struct columns {
    float name, bar, bar_w, time, sequential, naive, w;
} columns;

static columns lay_out(brg_rect room) {
    columns c = {.name = room.x, .bar = room.x + 128, .w = 76};
    c.naive = room.x + room.w - c.w;
    c.sequential = c.naive - c.w - 4;
    c.time = c.sequential - c.w - 4;
    c.bar_w = fmaxf(c.time - c.bar, 10);
    return c;
}

/* Whole powers of ten that hold all times, so that bars can be compared between runs. */
static void find_axis(const bar *bars, double *lo, double *hi) {
    double least = INFINITY, most = 0;
    for (int i = 0; i < BARS; i++) {
        if (!(bars[i].ms > 0))
            continue;
        least = fmin(least, bars[i].ms);
        most = fmax(most, bars[i].ms);
    }
    *lo = most > 0 ? pow(10, floor(log10(least) - 0.15)) : 1;
    *hi = most > 0 ? pow(10, ceil(log10(most))) : 1000;
    if (*hi <= *lo)
        *hi = 10 * *lo;
}

static float position(double ms, double lo, double hi) {
    return (float)fmin(fmax(log(ms / lo) / log(hi / lo), 0.0), 1.0);
}

static void draw_axis(brg_workbench *bench, const columns *c, brg_rect room, double lo, double hi) {
    char text[32];
    float bottom = room.y + room.h - 18;
    for (double tick = lo; tick <= hi * 1.001; tick *= 10) {
        float x = c->bar + position(tick, lo, hi) * c->bar_w;
        brg_ui_line(bench->ui, x, room.y + 20, x, bottom, BRG_LINE);
        if (tick < 1)
            snprintf(text, sizeof text, "%.0f \xc2\xb5s", 1e3 * tick);
        else if (tick < 1000)
            snprintf(text, sizeof text, "%.0f ms", tick);
        else
            snprintf(text, sizeof text, "%.0f s", tick / 1e3);
        brg_ui_text(bench->ui, (brg_rect){x - 30, bottom + 2, 60, 16}, BRG_FONT_SMALL, BRG_CENTRE,
                    BRG_FAINT, text);
    }
}

static void draw_speedup(brg_workbench *bench, brg_rect cell, double baseline, double ms) {
    if (baseline > 0 && ms > 0)
        brg_ui_textf(bench->ui, cell, BRG_FONT_MONO, BRG_RIGHT, BRG_TEXT, "%.*f\xc3\x97",
                     baseline / ms < 10    ? 2
                     : baseline / ms < 100 ? 1
                                           : 0,
                     baseline / ms);
}

static void draw_bar(brg_workbench *bench, const columns *c, float y, const bar *b, double lo,
                     double hi) {
    const brg_times *times = &bench->model->result.median;
    char text[32];
    brg_ui_text(bench->ui, (brg_rect){c->name, y, c->bar - c->name - 8, 24}, BRG_FONT_SMALL,
                BRG_LEFT, BRG_QUIET, b->name);
    brg_rect time = {c->time, y, c->w, 24};
    if (!(b->ms >= 0)) {
        brg_ui_text(bench->ui, time, BRG_FONT_SMALL, BRG_RIGHT, BRG_FAINT, "not timed");
        return;
    }
    float length = fmaxf(position(b->ms, lo, hi) * c->bar_w, 2);
    brg_ui_fill(bench->ui, (brg_rect){c->bar, y + 4, length, 16}, 3, b->colour);
    brg_ui_text(bench->ui, time, BRG_FONT_MONO, BRG_RIGHT, BRG_TEXT,
                brg_part_time(b->ms, text, sizeof text));
    if (!b->on_device)
        return;
    draw_speedup(bench, (brg_rect){c->sequential, y, c->w, 24}, times->sequential, b->ms);
    draw_speedup(bench, (brg_rect){c->naive, y, c->w, 24}, times->naive, b->ms);
}

static void draw_heads(brg_workbench *bench, const columns *c, float y) {
    static const char *const heads[3] = {"median", "vs sequential", "vs naive"};
    const float at[3] = {c->time, c->sequential, c->naive};
    for (int i = 0; i < 3; i++)
        brg_ui_text(bench->ui, (brg_rect){at[i] - 8, y, c->w + 8, 16}, BRG_FONT_SMALL, BRG_RIGHT,
                    BRG_FAINT, heads[i]);
}

/* What the arithmetic came to, how often it was run, and what is an estimate. */
static void draw_rate(brg_workbench *bench, brg_rect card) {
    const brg_result *r = &bench->model->result;
    double seconds = r->median.kernel / 1e3;
    char rate[48] = "";
    if (seconds > 0 && r->cost.flops > 4 * r->cost.bytes)
        snprintf(rate, sizeof rate, "%.4g GFLOP/s in the kernel, ", r->cost.flops / seconds / 1e9);
    else if (seconds > 0)
        snprintf(rate, sizeof rate, "%.4g GB/s in the kernel, ", r->cost.bytes / seconds / 1e9);
    brg_ui_textf(bench->ui, (brg_rect){card.x + 120, card.y + 8, card.w - 134, 24}, BRG_FONT_SMALL,
                 BRG_RIGHT, BRG_QUIET, "%s%d run%s%s", rate, (int)r->runs, r->runs == 1 ? "" : "s",
                 r->zero_copy ? ", nothing copied" : "");
}

static const char *host_name(char *text, size_t size, const char *name, double fraction) {
    bool part = fraction > 0 && fraction < 0.995;
    if (part)
        snprintf(text, size, "%s, from %.0f %%", name, fmax(100 * fraction, 1));
    else
        snprintf(text, size, "%s", name);
    return text;
}

void brg_bench_view_bars(brg_workbench *bench, brg_rect place) {
    const brg_result *r = &bench->model->result;
    brg_rect room = brg_part_card(bench->ui, place, "Time");
    if (!r->output) {
        brg_ui_text(bench->ui, room, BRG_FONT_SMALL, BRG_CENTRE, BRG_FAINT, "nothing was run yet");
        return;
    }
    char naive[48], sequential[48];
    const bar bars[BARS] = {
        {host_name(naive, sizeof naive, "naive C", r->naive_fraction), r->median.naive,
         BRG_AMBER_DIM, false},
        {host_name(sequential, sizeof sequential, "sequential C", r->sequential_fraction),
         r->median.sequential, BRG_AMBER, false},
        {"device, end to end", r->median.total, BRG_TEAL, true},
        {"device, kernel only", r->median.kernel, BRG_BLUE, true},
    };
    columns c = lay_out(room);
    double lo, hi;
    find_axis(bars, &lo, &hi);
    draw_rate(bench, place);
    draw_axis(bench, &c, room, lo, hi);
    draw_heads(bench, &c, room.y);
    for (int i = 0; i < BARS; i++)
        draw_bar(bench, &c, room.y + 22 + 30 * (float)i, &bars[i], lo, hi);
}
