/* The bars: how long the host and the device took, on a logarithmic axis, and the speedups with the
 * baselines by name. */
#include <math.h>
#include <stdio.h>

#include "workbench/view.h"

enum { MOST_BARS = 6 };

typedef struct bar {
    const char *name;
    double ms; /* negative: not measured */
    brg_colour colour;
    const brg_times *baselines; /* of a device's bar; NULL for the host's */
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
static void find_axis(const bar *bars, int count, double *lo, double *hi) {
    double least = INFINITY, most = 0;
    for (int i = 0; i < count; i++) {
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

static void draw_bar(brg_workbench *bench, const columns *c, float y, float h, const bar *b,
                     double lo, double hi) {
    char text[32];
    brg_ui_text(bench->ui, (brg_rect){c->name, y, c->bar - c->name - 8, h}, BRG_FONT_SMALL,
                BRG_LEFT, BRG_QUIET, b->name);
    brg_rect time = {c->time, y, c->w, h};
    if (!(b->ms >= 0)) {
        brg_ui_text(bench->ui, time, BRG_FONT_SMALL, BRG_RIGHT, BRG_FAINT, "not timed");
        return;
    }
    float length = fmaxf(position(b->ms, lo, hi) * c->bar_w, 2);
    brg_ui_fill(bench->ui, (brg_rect){c->bar, y + 4, length, h - 8}, 3, b->colour);
    brg_ui_text(bench->ui, time, BRG_FONT_MONO, BRG_RIGHT, BRG_TEXT,
                brg_part_time(b->ms, text, sizeof text));
    if (!b->baselines)
        return;
    draw_speedup(bench, (brg_rect){c->sequential, y, c->w, h}, b->baselines->sequential, b->ms);
    draw_speedup(bench, (brg_rect){c->naive, y, c->w, h}, b->baselines->naive, b->ms);
}

static void draw_heads(brg_workbench *bench, const columns *c, float y) {
    static const char *const heads[3] = {"median", "vs sequential", "vs naive"};
    const float at[3] = {c->time, c->sequential, c->naive};
    for (int i = 0; i < 3; i++)
        brg_ui_text(bench->ui, (brg_rect){at[i] - 8, y, c->w + 8, 16}, BRG_FONT_SMALL, BRG_RIGHT,
                    BRG_FAINT, heads[i]);
}

/* What the arithmetic came to, how often it was run, and what is an estimate. */
static void draw_rate(brg_workbench *bench, brg_rect place) {
    const brg_result *r = &bench->model->result;
    double seconds = r->median.kernel / 1e3;
    char rate[48] = "";
    if (seconds > 0 && r->cost.flops > 4 * r->cost.bytes)
        snprintf(rate, sizeof rate, "%.4g GFLOP/s in the kernel, ", r->cost.flops / seconds / 1e9);
    else if (seconds > 0)
        snprintf(rate, sizeof rate, "%.4g GB/s in the kernel, ", r->cost.bytes / seconds / 1e9);
    brg_ui_textf(bench->ui, place, BRG_FONT_SMALL, BRG_RIGHT, BRG_QUIET, "%s%d run%s%s", rate,
                 (int)r->runs, r->runs == 1 ? "" : "s", r->zero_copy ? ", nothing copied" : "");
}

/* How A and B compare, with the spread over their turns. */
static void draw_odds(brg_workbench *bench, brg_rect place) {
    const brg_duel *duel = &bench->model->kernels;
    brg_odds odds = brg_duel_odds(duel);
    if (duel->pairs == 0) {
        brg_ui_text(bench->ui, place, BRG_FONT_SMALL, BRG_RIGHT, BRG_FAINT,
                    bench->model->phase == BRG_PHASE_IDLE ? "B was not run yet" : "taking turns");
        return;
    }
    brg_ui_textf(bench->ui, place, BRG_FONT_SMALL, BRG_RIGHT,
                 odds.lo > 1 || odds.hi < 1 ? BRG_TEXT : BRG_QUIET,
                 "kernel of B %.3g\xc3\x97 as fast as A's: %.3g to %.3g in %d pairs%s", odds.median,
                 odds.lo, odds.hi, duel->pairs,
                 odds.lo <= 1 && odds.hi >= 1 ? ", no clear winner" : "");
}

static const char *host_name(char *text, size_t size, const char *name, double fraction) {
    bool part = fraction > 0 && fraction < 0.995;
    if (part)
        snprintf(text, size, "%s, from %.0f %%", name, fmax(100 * fraction, 1));
    else
        snprintf(text, size, "%s", name);
    return text;
}

/* The host's two and the device's; B's below A's. Returns how many. */
static int list_bars(const brg_bench *model, char naive[48], char sequential[48],
                     bar bars[MOST_BARS]) {
    const brg_result *r = &model->result, *b = &model->other;
    bool both = model->chosen.compared && b->output;
    bars[0] = (bar){host_name(naive, 48, "naive C", r->naive_fraction), r->median.naive,
                    BRG_AMBER_DIM, NULL};
    bars[1] = (bar){host_name(sequential, 48, "sequential C", r->sequential_fraction),
                    r->median.sequential, BRG_AMBER, NULL};
    bars[2] =
        (bar){both ? "A, end to end" : "device, end to end", r->median.total, BRG_TEAL, &r->median};
    bars[3] = (bar){both ? "A, kernel only" : "device, kernel only", r->median.kernel, BRG_BLUE,
                    &r->median};
    if (!both)
        return 4;
    bars[4] = (bar){"B, end to end", b->median.total, BRG_TEAL, &b->median};
    bars[5] = (bar){"B, kernel only", b->median.kernel, BRG_ROSE, &b->median};
    return 6;
}

void brg_bench_view_bars(brg_workbench *bench, brg_rect card, brg_rect room) {
    const brg_bench *model = bench->model;
    if (!model->result.output) {
        brg_ui_text(bench->ui, room, BRG_FONT_SMALL, BRG_CENTRE, BRG_FAINT, "nothing was run yet");
        return;
    }
    char naive[48], sequential[48];
    bar bars[MOST_BARS];
    int count = list_bars(model, naive, sequential, bars);
    columns c = lay_out(room);
    double lo, hi;
    float step = floorf((room.h - 40) / (float)count);
    brg_rect head = {card.x + 164, card.y + 8, card.w - 178, 24};
    find_axis(bars, count, &lo, &hi);
    if (model->chosen.compared)
        draw_odds(bench, head);
    else
        draw_rate(bench, head);
    draw_axis(bench, &c, room, lo, hi);
    draw_heads(bench, &c, room.y);
    for (int i = 0; i < count; i++)
        draw_bar(bench, &c, room.y + 20 + step * (float)i, fminf(step, 24), &bars[i], lo, hi);
}
