/* What is claimed, and what can be done about it; and how far the test is. */
#include <math.h>
#include <stdio.h>

#include "lab/phrases.h"
#include "lab/view.h"
#include "ui/parts.h"

static const float title_h = 28, line_h = 19, buttons_h = 32, slider_h = 30;

/* A little less than the whole width, since lines break between words. */
static float claim_height(brg_lab_view *v, float w) {
    const brg_lab_claim *claim = brg_desk_chosen(&v->desk)->claim;
    float lines = ceilf(brg_ui_text_width(v->ui, BRG_FONT_BODY, claim->claim) / (0.94f * w));
    return line_h * fmaxf(lines, 1);
}

float brg_lab_view_head_height(brg_lab_view *v, float w) {
    return 14 + title_h + 2 + claim_height(v, w) + 12 + buttons_h + 8 + slider_h;
}

/* ---- what is claimed ------------------------------------------------------------------------- */

/* Tags, and under the pointer what they stand for. */
static void draw_articles(brg_lab_view *v, brg_rect at, const brg_lab_claim *claim) {
    char text[512] = "", tag[16];
    brg_ui_pointer pointer;
    int used = 0, length = 0;
    brg_ui_area(v->ui, "lab_articles", at, &pointer);
    for (const char *rest = claim->articles; sscanf(rest, "%15s%n", tag, &used) == 1;
         rest += used) {
        const char *article = brg_lab_article(tag);
        if ((size_t)length < sizeof text)
            length += snprintf(text + length, sizeof text - (size_t)length, "%s%s: %s",
                               length ? "\n" : "", tag, article ? article : "not known");
    }
    brg_ui_tip(v->ui, text);
    brg_ui_text(v->ui, at, BRG_FONT_SMALL, BRG_RIGHT, BRG_QUIET, claim->articles);
}

static void draw_claim(brg_lab_view *v, brg_rect *rest) {
    const brg_lab_claim *claim = brg_desk_chosen(&v->desk)->claim;
    const float tags_w = 84;
    brg_rect row = brg_rect_cut_top(rest, title_h);
    float number_w = brg_ui_text_width(v->ui, BRG_FONT_TITLE, claim->id) + 12;
    draw_articles(v, (brg_rect){row.x + row.w - tags_w, row.y, tags_w, title_h}, claim);
    brg_ui_text(v->ui, brg_rect_cut_left(&row, number_w), BRG_FONT_TITLE, BRG_LEFT, BRG_QUIET,
                claim->id);
    row.w -= tags_w;
    bool fits = brg_ui_text_width(v->ui, BRG_FONT_TITLE, claim->title) <= row.w;
    brg_ui_text(v->ui, row, fits ? BRG_FONT_TITLE : BRG_FONT_BOLD, BRG_LEFT, BRG_TEXT,
                claim->title);
    brg_rect_cut_top(rest, 2);
    brg_ui_paragraph(v->ui, brg_rect_cut_top(rest, claim_height(v, rest->w)), BRG_FONT_BODY,
                     BRG_QUIET, claim->claim);
}

/* ---- what to do ------------------------------------------------------------------------------ */

static bool button(brg_lab_view *v, brg_rect *row, float w, const char *id, const char *label,
                   bool primary, bool enabled, const char *tip) {
    bool pressed = brg_ui_button(v->ui, id, brg_rect_cut_left(row, w), label, primary, enabled);
    brg_ui_tip(v->ui, tip);
    brg_rect_cut_left(row, 8);
    return pressed;
}

static void draw_buttons(brg_lab_view *v, brg_rect row) {
    brg_desk *desk = &v->desk;
    char all[48];
    int shown = (int)brg_desk_shown(desk);
    bool idle = !brg_desk_running(desk);
    if (button(v, &row, 108, "lab_run", idle ? "Run (space)" : "Measuring", true, idle,
               "Puts this claim to the test: at most as long as the time below says."))
        brg_desk_run(desk);
    if (button(v, &row, 100, "lab_stop", desk->stopping ? "Stopping" : "Stop (esc)", false,
               !idle && !desk->stopping,
               "Ends the test; what was measured so far is kept, without a verdict."))
        brg_desk_stop(desk);
    snprintf(all, sizeof all, shown == desk->count ? "Run all (A)" : "Run these %d (A)", shown);
    if (button(v, &row, 128, "lab_run_all", all, false, idle && shown > 0,
               "Tests every claim in the list, one after the other, each with its usual dial."))
        brg_desk_run_shown(desk);
    if (button(v, &row, 126, "lab_save", "Save report (S)", false,
               brg_desk_results(desk) > 0 && !desk->saving.json,
               "Writes all results twice: as an HTML page with every plot, for people, and beside "
               "it as JSON with every sample, which 'brigade compare' reads. The line at the "
               "bottom says where."))
        brg_desk_save(desk);
}

static void draw_slider(brg_lab_view *v, brg_rect at, const char *id, const char *name,
                        const char *value, float *place, float lo, float hi, const char *tip) {
    float label_w = fminf(brg_ui_text_width(v->ui, BRG_FONT_SMALL, name) + 10, 0.45f * at.w);
    const float value_w = 44;
    brg_ui_text(v->ui, (brg_rect){at.x, at.y, label_w, at.h}, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET,
                name);
    brg_ui_slider(v->ui, id, (brg_rect){at.x + label_w, at.y + 5, at.w - label_w - value_w, 20},
                  place, lo, hi, true, false);
    brg_ui_tip(v->ui, tip);
    brg_ui_text(v->ui, (brg_rect){at.x + at.w - value_w, at.y, value_w, at.h}, BRG_FONT_MONO,
                BRG_RIGHT, BRG_TEXT, value);
}

/* The dial where the claim has one, and the time. */
static void draw_sliders(brg_lab_view *v, brg_rect row) {
    brg_desk *desk = &v->desk;
    brg_desk_entry *entry = &desk->entries[desk->chosen];
    const brg_lab_dial *dial = &entry->claim->dial;
    char text[BRG_LAB_PHRASE];
    const float gap = 24;
    brg_rect half = {row.x, row.y, (row.w - gap) / 2, row.h};
    if (dial->name) {
        draw_slider(v, half, "lab_dial", dial->name,
                    brg_lab_phrase_number((double)entry->dial, "", text), &entry->dial,
                    (float)dial->min, (float)dial->max,
                    "The number that this experiment lets you change: drag it and run again.");
        half.x += half.w + gap;
    }
    brg_lab_phrase_number((double)desk->budget_s, "s", text);
    draw_slider(v, half, "lab_budget", "time for a claim", text, &desk->budget_s, BRG_DESK_LEAST_S,
                BRG_DESK_MOST_S,
                "A test ends earlier once its numbers are precise; one that gets too few "
                "undisturbed rounds may take half as long again.");
}

void brg_lab_view_head(brg_lab_view *v, brg_rect place) {
    brg_rect_cut_top(&place, 14);
    draw_claim(v, &place);
    brg_rect_cut_top(&place, 12);
    draw_buttons(v, brg_rect_cut_top(&place, buttons_h));
    brg_rect_cut_top(&place, 8);
    draw_sliders(v, place);
}

/* ---- how far it is --------------------------------------------------------------------------- */

/* Rounds so far; the library counts calm ones only at the end. */
static int rounds_of(const brg_lab_result *result) {
    int most = result->rounds;
    for (int32_t i = 0; result->state == BRG_LAB_RUNNING && i < result->sample_count; i++)
        most = result->samples[i].round >= most ? (int)result->samples[i].round + 1 : most;
    return most;
}

static void describe_run(const brg_desk *desk, char *text, size_t size) {
    const brg_lab_snapshot *s = &desk->snapshot;
    const brg_desk_entry *now = &desk->entries[brg_desk_current(desk)];
    int length = 0;
    if (s->count > 1)
        length = snprintf(text, size, "%d of %d, claim %s: ", (int)s->current + 1, (int)s->count,
                          now->claim->id);
    int rounds = rounds_of(&now->result), disturbed = (int)now->result.disturbed;
    length += snprintf(text + length, size - (size_t)length, "round %d, %.1f of %.0f s", rounds,
                       s->current_s, s->budget_s);
    if (disturbed > 0)
        snprintf(text + length, size - (size_t)length, "; other programs disturbed %d", disturbed);
}

static void describe_result(const brg_lab_result *r, char *text, size_t size) {
    int length = snprintf(text, size, "%d round%s in %.1f s", (int)r->rounds,
                          r->rounds == 1 ? "" : "s", r->seconds);
    if (r->disturbed > 0)
        length += snprintf(text + length, size - (size_t)length,
                           "; %d more disturbed by other programs", (int)r->disturbed);
    if (!isnan(r->others))
        length += snprintf(text + length, size - (size_t)length, "; others took %.0f %%",
                           100 * r->others);
    if (!isnan(r->dial))
        snprintf(text + length, size - (size_t)length, "; dial at %g", r->dial);
}

/* Below the line: what one should know of how it is measured. */
static const char *remark(const brg_lab_view *v, char *text, size_t size) {
    const brg_desk *desk = &v->desk;
    const brg_desk_entry *entry = brg_desk_chosen(desk);
    const brg_lab_result *r = &entry->result;
    bool dial_moved =
        brg_desk_has_result(entry) && !isnan(r->dial) && fabs(r->dial - (double)entry->dial) > 1e-6;
    if (brg_desk_running(desk) && v->rivals > 0)
        snprintf(text, size,
                 "%d job%s of another view compute%s at the same time: that disturbs the test.",
                 (int)v->rivals, v->rivals == 1 ? "" : "s", v->rivals == 1 ? "s" : "");
    else if (brg_desk_running(desk))
        snprintf(text, size, "So as not to disturb it the window draws four frames a second.");
    else if (dial_moved)
        snprintf(text, size, "What is shown was measured with the dial at %g: run again.", r->dial);
    else if (r->simulated)
        snprintf(text, size, "The device claims more units than there are processors.");
    else
        text[0] = '\0';
    return text;
}

static void draw_bar(brg_lab_view *v, brg_rect at) {
    const brg_lab_snapshot *s = &v->desk.snapshot;
    float done = (float)fmin(s->current_s / fmax(s->budget_s, 0.1), 1);
    brg_ui_fill(v->ui, at, 2, BRG_RAISED);
    brg_ui_fill(v->ui, (brg_rect){at.x, at.y, floorf(done * at.w), at.h}, 2, BRG_BLUE);
}

void brg_lab_view_progress(brg_lab_view *v, brg_rect place) {
    const brg_desk_entry *entry = brg_desk_chosen(&v->desk);
    char text[192] = "not run yet", below[160];
    bool running = brg_desk_current(&v->desk) >= 0;
    if (running)
        describe_run(&v->desk, text, sizeof text);
    else if (brg_desk_has_result(entry))
        describe_result(&entry->result, text, sizeof text);
    if (running)
        draw_bar(v, (brg_rect){place.x, place.y + 5, place.w, 4});
    brg_ui_text(v->ui, (brg_rect){place.x, place.y + 12, place.w, 17}, BRG_FONT_SMALL, BRG_LEFT,
                running ? BRG_TEXT : BRG_QUIET, text);
    bool noisy = running && v->rivals > 0;
    brg_ui_text(v->ui, (brg_rect){place.x, place.y + 29, place.w, 17}, BRG_FONT_SMALL, BRG_LEFT,
                noisy ? BRG_AMBER : BRG_FAINT, remark(v, below, sizeof below));
}
