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

/* That of A or of B; its output is NULL if there is none. */
static const brg_result *result_of(const brg_workbench *bench) {
    const brg_bench *model = bench->model;
    return model->chosen.compared && bench->verdict == 1 ? &model->other : &model->result;
}

/* Only what was checked and found right is green. */
static badge badge_of(const brg_workbench *bench) {
    const brg_bench *model = bench->model;
    const brg_result *result = result_of(bench);
    if (trouble_of(model))
        return (badge){model->failure.status != BRG_OK ? "failed" : "no device", BRG_RED,
                       BRG_ON_COLOUR};
    if (!result->output)
        return (badge){"no result", BRG_RAISED, BRG_QUIET};
    switch (result->verdict.outcome) {
    case BRG_PASSED:
        return (badge){"passed", BRG_GREEN, BRG_ON_COLOUR};
    case BRG_MISMATCH:
        return (badge){"mismatch", BRG_RED, BRG_ON_COLOUR};
    default:
        return (badge){"not checked", BRG_LINE, BRG_TEXT};
    }
}

static void draw_badge(brg_workbench *bench, brg_rect card) {
    badge b = badge_of(bench);
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

static void draw_worst(brg_workbench *bench, brg_rect room, const brg_result *result) {
    const brg_verdict *v = &result->verdict;
    char place[96];
    int64_t element = brg_bench_worst(result);
    if (element < 0)
        return;
    brg_sheet_place(brg_tensor_shape(result->output), element, place, sizeof place);
    brg_ui_textf(bench->ui, (brg_rect){room.x, room.y, room.w - 98, 16}, BRG_FONT_SMALL, BRG_LEFT,
                 BRG_QUIET, "worst: %s", place);
    brg_ui_textf(bench->ui, (brg_rect){room.x, room.y + 17, room.w - 98, 18}, BRG_FONT_MONO,
                 BRG_LEFT, v->outcome == BRG_MISMATCH ? BRG_RED : BRG_TEXT, "got %.8g  exact %.8g",
                 v->worst_got, v->worst_expected);
    if (brg_ui_button(bench->ui, "worst", (brg_rect){room.x + room.w - 92, room.y + 4, 92, 26},
                      "go there (W)", false, true))
        brg_plates_go_to(&bench->model->plates, element);
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
    const brg_result *result = result_of(bench);
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
    static const char *const ids[] = {"verdict_a", "verdict_b", NULL};
    static const char *const labels[] = {"A", "B", NULL};
    const brg_bench *model = bench->model;
    const brg_error *trouble = trouble_of(model);
    brg_rect room = brg_part_card(bench->ui, place, "Verdict");
    draw_badge(bench, place);
    if (model->chosen.compared)
        brg_bench_view_tabs(bench, place, place.x + 74, ids, labels, &bench->verdict);
    if (trouble) {
        float used = brg_ui_paragraph(bench->ui, room, BRG_FONT_BODY, BRG_TEXT, trouble->what);
        room.y += used + 8;
        brg_ui_paragraph(bench->ui, room, BRG_FONT_SMALL, BRG_QUIET, trouble->hint);
    } else if (result_of(bench)->output) {
        draw_result(bench, room);
    } else {
        brg_ui_paragraph(bench->ui, room, BRG_FONT_SMALL, BRG_QUIET,
                         "Every result is compared with sequential C. What was checked, and how "
                         "far the worst element is from the exact value, is said here.");
    }
}
