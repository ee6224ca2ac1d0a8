/* The verdict: whether the result is right, how that is known, and where it is worst. */
#include <math.h>
#include <stdio.h>

#include "workbench/view.h"

typedef struct badge {
    const char *text;
    brg_colour fill, ink;
} badge;

/* Why there is no result to judge; NULL if nothing went wrong. */
static const brg_error *trouble_of(const brg_bench *model) {
    if (model->failure.status != BRG_OK)
        return &model->failure;
    bool no_device =
        model->app->devices_known && model->app->devices_status != BRG_OK && !model->result.output;
    return no_device ? &model->app->devices_error : NULL;
}

/* Only what was checked and found right is green. */
static badge badge_of(const brg_bench *model) {
    if (trouble_of(model))
        return (badge){model->failure.status != BRG_OK ? "failed" : "no device", BRG_RED,
                       BRG_ON_COLOUR};
    if (!model->result.output)
        return (badge){"no result", BRG_RAISED, BRG_QUIET};
    switch (model->result.verdict.outcome) {
    case BRG_PASSED:
        return (badge){"passed", BRG_GREEN, BRG_ON_COLOUR};
    case BRG_MISMATCH:
        return (badge){"mismatch", BRG_RED, BRG_ON_COLOUR};
    default:
        return (badge){"not checked", BRG_LINE, BRG_TEXT};
    }
}

static void draw_badge(brg_workbench *bench, brg_rect card) {
    badge b = badge_of(bench->model);
    float w = brg_ui_text_width(bench->ui, BRG_FONT_BOLD, b.text) + 26;
    brg_rect pill = {card.x + card.w - w - 12, card.y + 9, w, 24};
    brg_ui_fill(bench->ui, pill, 12, b.fill);
    brg_ui_text(bench->ui, pill, BRG_FONT_BOLD, BRG_CENTRE, b.ink, b.text);
}

static void draw_figures(brg_workbench *bench, brg_rect room, const brg_verdict *v) {
    float w = room.w / 3;
    char text[32];
    snprintf(text, sizeof text, "%.4g", v->bound_ratio);
    brg_part_figure(bench->ui, (brg_rect){room.x, room.y, w, 36}, "error / bound",
                    v->bound_ratio <= 1 ? BRG_TEXT : BRG_RED, text);
    snprintf(text, sizeof text, "%.3g", v->max_abs);
    brg_part_figure(bench->ui, (brg_rect){room.x + w, room.y, w, 36}, "largest error", BRG_TEXT,
                    text);
    snprintf(text, sizeof text, "%lld", (long long)v->non_finite);
    brg_part_figure(bench->ui, (brg_rect){room.x + 2 * w, room.y, w, 36}, "NaN, infinite",
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
                 r->slices == 1 ? "" : "s", brg_part_time(r->wait_ms, wait, sizeof wait),
                 brg_part_time(r->build_ms, build, sizeof build),
                 brg_part_time(r->verify_ms, check, sizeof check));
}

static void draw_result(brg_workbench *bench, brg_rect room) {
    const brg_result *result = &bench->model->result;
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

void brg_bench_view_verdict(brg_workbench *bench, brg_rect place) {
    const brg_bench *model = bench->model;
    const brg_error *trouble = trouble_of(model);
    brg_rect room = brg_part_card(bench->ui, place, "Verdict");
    draw_badge(bench, place);
    if (trouble) {
        float used = brg_ui_paragraph(bench->ui, room, BRG_FONT_BODY, BRG_TEXT, trouble->what);
        room.y += used + 8;
        brg_ui_paragraph(bench->ui, room, BRG_FONT_SMALL, BRG_QUIET, trouble->hint);
    } else if (model->result.output) {
        draw_result(bench, room);
    } else {
        brg_ui_paragraph(bench->ui, room, BRG_FONT_SMALL, BRG_QUIET,
                         "Every result is compared with sequential C. What was checked, and how "
                         "far the worst element is from the exact value, is said here.");
    }
}
