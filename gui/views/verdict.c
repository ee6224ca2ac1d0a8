/* The verdict: whether the result is right, how that is known, and where it is worst. */
#include <math.h>
#include <stdio.h>

#include "workbench.h"

typedef struct badge {
    const char *text;
    brg_colour fill, ink;
} badge;

/* Why there is no result to judge; NULL if nothing went wrong. */
static const brg_error *trouble_of(const brg_app *app) {
    if (app->failure.status != BRG_OK)
        return &app->failure;
    bool no_device = app->devices_known && app->devices_status != BRG_OK && !app->result.output;
    return no_device ? &app->devices_error : NULL;
}

/* Only what was checked and found right is green. */
static badge badge_of(const brg_app *app) {
    if (trouble_of(app))
        return (badge){app->failure.status != BRG_OK ? "failed" : "no device", BRG_RED, BRG_GROUND};
    if (!app->result.output)
        return (badge){"no result", BRG_RAISED, BRG_QUIET};
    switch (app->result.verdict.outcome) {
    case BRG_PASSED:
        return (badge){"passed", BRG_GREEN, BRG_GROUND};
    case BRG_MISMATCH:
        return (badge){"mismatch", BRG_RED, BRG_GROUND};
    default:
        return (badge){"not checked", BRG_LINE, BRG_TEXT};
    }
}

static void draw_badge(brg_workbench *bench, brg_rect card) {
    badge b = badge_of(bench->app);
    float w = brg_ui_text_width(bench->ui, BRG_FONT_BOLD, b.text) + 26;
    brg_rect pill = {card.x + card.w - w - 12, card.y + 9, w, 24};
    brg_ui_fill(bench->ui, pill, 12, b.fill);
    brg_ui_text(bench->ui, pill, BRG_FONT_BOLD, BRG_CENTRE, b.ink, b.text);
}

static void draw_figure(brg_workbench *bench, brg_rect cell, const char *name, brg_colour colour,
                        const char *value) {
    brg_ui_text(bench->ui, (brg_rect){cell.x, cell.y, cell.w, 16}, BRG_FONT_SMALL, BRG_LEFT,
                BRG_QUIET, name);
    brg_ui_text(bench->ui, (brg_rect){cell.x, cell.y + 17, cell.w, 18}, BRG_FONT_FIGURE, BRG_LEFT,
                colour, value);
}

static void draw_figures(brg_workbench *bench, brg_rect room, const brg_verdict *v) {
    float w = room.w / 3;
    char text[32];
    snprintf(text, sizeof text, "%.4g", v->bound_ratio);
    draw_figure(bench, (brg_rect){room.x, room.y, w, 36}, "error / bound",
                v->bound_ratio <= 1 ? BRG_TEXT : BRG_RED, text);
    snprintf(text, sizeof text, "%.3g", v->max_abs);
    draw_figure(bench, (brg_rect){room.x + w, room.y, w, 36}, "largest error", BRG_TEXT, text);
    snprintf(text, sizeof text, "%lld", (long long)v->non_finite);
    draw_figure(bench, (brg_rect){room.x + 2 * w, room.y, w, 36}, "NaN, infinite",
                v->non_finite ? BRG_RED : BRG_TEXT, text);
}

/* "row 12, column 877" for a matrix, with ", channel 2" for an image. */
static void place_text(const brg_result *result, char *text, size_t size) {
    const int64_t *at = result->verdict.worst;
    if (brg_tensor_shape(result->output)->rank == 3)
        snprintf(text, size, "row %lld, column %lld, channel %lld", (long long)at[0],
                 (long long)at[1], (long long)at[2]);
    else
        snprintf(text, size, "row %lld, column %lld", (long long)at[0], (long long)at[1]);
}

static void draw_worst(brg_workbench *bench, brg_rect room, const brg_result *result) {
    const brg_verdict *v = &result->verdict;
    char place[96];
    place_text(result, place, sizeof place);
    brg_ui_textf(bench->ui, (brg_rect){room.x, room.y, room.w, 16}, BRG_FONT_SMALL, BRG_LEFT,
                 BRG_QUIET, "worst: %s", place);
    brg_ui_textf(bench->ui, (brg_rect){room.x, room.y + 17, room.w, 18}, BRG_FONT_MONO, BRG_LEFT,
                 v->outcome == BRG_MISMATCH ? BRG_RED : BRG_TEXT, "got %.8g  exact %.8g",
                 v->worst_got, v->worst_expected);
}

/* How the job went, apart from its answer. */
static void draw_course(brg_workbench *bench, brg_rect room, const brg_result *r) {
    char wait[24], build[24], check[24];
    brg_rect line = {room.x, room.y + room.h - 18, room.w, 18};
    brg_ui_textf(bench->ui, line, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT,
                 "%s in %d slice%s; waited %s, built %s, checked %s", r->variant[0], (int)r->slices,
                 r->slices == 1 ? "" : "s", brg_view_time(r->wait_ms, wait, sizeof wait),
                 brg_view_time(r->build_ms, build, sizeof build),
                 brg_view_time(r->verify_ms, check, sizeof check));
}

static void draw_result(brg_workbench *bench, brg_rect room) {
    const brg_result *result = &bench->app->result;
    char text[256];
    draw_course(bench, room, result);
    brg_verdict_text(&result->verdict, text, sizeof text);
    brg_ui_paragraph(bench->ui, room, BRG_FONT_SMALL, BRG_TEXT, text);
    if (result->verdict.outcome == BRG_UNCHECKED)
        return;
    room.y += 46;
    draw_figures(bench, room, &result->verdict);
    room.y += 48;
    draw_worst(bench, room, result);
}

void brg_view_verdict(brg_workbench *bench, brg_rect place) {
    const brg_app *app = bench->app;
    const brg_error *trouble = trouble_of(app);
    brg_rect room = brg_view_card(bench, place, "Verdict");
    draw_badge(bench, place);
    if (trouble) {
        float used = brg_ui_paragraph(bench->ui, room, BRG_FONT_BODY, BRG_TEXT, trouble->what);
        room.y += used + 8;
        brg_ui_paragraph(bench->ui, room, BRG_FONT_SMALL, BRG_QUIET, trouble->hint);
    } else if (app->result.output) {
        draw_result(bench, room);
    } else {
        brg_ui_paragraph(bench->ui, room, BRG_FONT_SMALL, BRG_QUIET,
                         "Every result is compared with sequential C. What was checked, and how "
                         "far the worst element is from the exact value, is said here.");
    }
}
