/* The outcome: the verdict and why, the questions with their ranges, the figures, and how it is
 * tested. */
#include <math.h>
#include <stdio.h>

#include "lab/gauge.h"
#include "lab/phrases.h"
#include "lab/view.h"
#include "ui/parts.h"

/* A column under construction. */
typedef struct column {
    brg_lab_view *v;
    brg_ui *ui;
    float x, y, w;
} column;

static void head(column *c, const char *text) {
    brg_ui_text(c->ui, (brg_rect){c->x, c->y, c->w, 22}, BRG_FONT_BOLD, BRG_LEFT, BRG_TEXT, text);
    c->y += 26;
}

static void paragraph(column *c, brg_colour colour, const char *text) {
    c->y +=
        brg_ui_paragraph(c->ui, (brg_rect){c->x, c->y, c->w, 400}, BRG_FONT_SMALL, colour, text);
}

/* ---- the verdict ----------------------------------------------------------------------------- */

static const char *verdict_words(const brg_lab_result *result) {
    if (result->claim && result->state == BRG_LAB_RUNNING)
        return "Measuring";
    return result->claim ? brg_lab_verdict_name(result->verdict) : "Not run yet";
}

static void draw_verdict(column *c, const brg_lab_result *result) {
    bool running = result->claim && result->state == BRG_LAB_RUNNING;
    brg_colour colour = running ? BRG_BLUE : brg_lab_colour(result->verdict);
    if (running)
        brg_ui_disc(c->ui, c->x + 8, c->y + 14, 5, BRG_BLUE);
    else
        brg_lab_sign(c->ui, c->x + 8, c->y + 14, result->verdict, colour);
    brg_ui_text(c->ui, (brg_rect){c->x + 24, c->y, c->w - 24, 28}, BRG_FONT_TITLE, BRG_LEFT, colour,
                verdict_words(result));
    c->y += 34;
    if (!result->claim)
        paragraph(
            c, BRG_QUIET,
            "The questions below are settled beforehand: a number each, and where it must lie.");
    else if (running)
        paragraph(c, BRG_QUIET,
                  "The verdict comes at the end: measuring stops when the intervals are narrow, "
                  "not when they suit the claim.");
    else
        paragraph(c, BRG_TEXT, result->sentence);
    if (result->error.hint[0])
        paragraph(c, BRG_QUIET, result->error.hint);
    c->y += 8;
}

/* Of an earlier run of the window: in no colour, and with its date. */
static void draw_memory(column *c, const brg_desk_entry *entry) {
    const brg_lab_memory *memory = &entry->memory;
    char text[256];
    if (brg_desk_has_result(entry) || memory->verdict == BRG_LAB_UNDECIDED)
        return;
    brg_lab_sign(c->ui, c->x + 8, c->y + 11, memory->verdict, BRG_FAINT);
    brg_ui_textf(c->ui, (brg_rect){c->x + 24, c->y, c->w - 24, 22}, BRG_FONT_BOLD, BRG_LEFT,
                 BRG_QUIET, "Last time: %s", brg_lab_phrase_verdict(memory->verdict));
    c->y += 26;
    paragraph(c, BRG_FAINT, brg_lab_memory_source(memory, text, sizeof text));
    c->y += 4;
    paragraph(c, BRG_QUIET, memory->sentence);
    c->y += 12;
}

static void draw_control(column *c, const brg_lab_result *result) {
    if (!result->claim || !result->control[0] || result->state == BRG_LAB_RUNNING)
        return;
    brg_ui_text(c->ui, (brg_rect){c->x, c->y, c->w, 16}, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT,
                "control, which must come out as stated");
    c->y += 17;
    paragraph(c, BRG_QUIET, result->control);
    c->y += 8;
}

/* ---- questions ------------------------------------------------------------------------------- */

/* The range is a band, the number a mark with its interval. */
void brg_lab_view_gauge(brg_lab_view *v, const brg_lab_question *question,
                        const brg_lab_estimate *estimate, brg_colour colour, brg_rect place) {
    const brg_gauge g = brg_gauge_of(question, estimate);
    brg_ui *ui = v->ui;
    const float middle = floorf(place.y + place.h / 2);
    const float from = place.x + place.w * (float)g.from, to = place.x + place.w * (float)g.to;
    brg_ui_fill(ui, (brg_rect){place.x, middle - 2, place.w, 4}, 2, BRG_RAISED);
    brg_ui_blend(ui, (brg_rect){from, place.y, to - from, place.h}, BRG_BLUE, 0.20f);
    if (!g.open_below)
        brg_ui_fill(ui, (brg_rect){from - 1, place.y, 2, place.h}, 0, BRG_BLUE);
    if (!g.open_above)
        brg_ui_fill(ui, (brg_rect){to - 1, place.y, 2, place.h}, 0, BRG_BLUE);
    if (!isnan(g.low)) {
        const float low = place.x + place.w * (float)g.low,
                    high = place.x + place.w * (float)g.high;
        brg_ui_fill(ui, (brg_rect){low, middle - 1, fmaxf(high - low, 1), 2}, 0, colour);
        brg_ui_fill(ui, (brg_rect){low - 1, middle - 4, 2, 8}, 0, colour);
        brg_ui_fill(ui, (brg_rect){high - 1, middle - 4, 2, 8}, 0, colour);
    }
    if (!isnan(g.value))
        brg_ui_disc(ui, place.x + place.w * (float)g.value, middle, 4, colour);
}

/* Numbers arrive before they are judged. */
static const brg_lab_estimate *estimate_of(const brg_lab_answer *answer) {
    static const brg_lab_estimate unknown = {NAN, NAN, NAN, 0};
    bool known = answer->given || answer->estimate.samples > 0;
    return known ? &answer->estimate : &unknown;
}

static void draw_numbers(column *c, const brg_lab_question *q, const brg_lab_estimate *e) {
    char value[BRG_LAB_PHRASE], interval[BRG_LAB_PHRASE], text[2 * BRG_LAB_PHRASE + 8];
    brg_lab_phrase_number(e->value, q->unit, value);
    brg_lab_phrase_interval(e, interval);
    snprintf(text, sizeof text, "%s%s%s%s", value, interval[0] ? "  (" : "", interval,
             interval[0] ? ")" : "");
    brg_ui_text(c->ui, (brg_rect){c->x, c->y, c->w, 16}, BRG_FONT_MONO, BRG_LEFT,
                isnan(e->value) ? BRG_FAINT : BRG_TEXT, isnan(e->value) ? "no number yet" : text);
}

static void draw_question(column *c, const brg_lab_question *q, const brg_lab_answer *answer) {
    char text[BRG_LAB_PHRASE + 32];
    const brg_lab_estimate *e = estimate_of(answer);
    const brg_lab_verdict verdict = answer->given ? answer->verdict : BRG_LAB_UNDECIDED;
    const brg_colour colour = answer->given ? brg_lab_colour(verdict) : BRG_TEXT;
    char range[BRG_LAB_PHRASE];
    snprintf(text, sizeof text, "%s%.80s", q->control ? "control: " : "", q->what);
    paragraph(c, q->control ? BRG_QUIET : BRG_TEXT, text);
    c->y += 2;
    draw_numbers(c, q, e);
    if (answer->given) {
        const char *words = brg_lab_phrase_answer(q, verdict);
        float w = brg_ui_text_width(c->ui, BRG_FONT_SMALL, words);
        brg_ui_text(c->ui, (brg_rect){c->x + c->w - w - 2, c->y, w + 2, 16}, BRG_FONT_SMALL,
                    BRG_RIGHT, colour, words);
        brg_lab_sign(c->ui, c->x + c->w - w - 14, c->y + 8, verdict, colour);
    }
    c->y += 18;
    const float range_w = 128;
    brg_lab_view_gauge(c->v, q, e, colour, (brg_rect){c->x, c->y + 1, c->w - range_w - 12, 14});
    brg_ui_text(c->ui, (brg_rect){c->x + c->w - range_w, c->y, range_w, 16}, BRG_FONT_SMALL,
                BRG_RIGHT, BRG_BLUE, brg_lab_phrase_range(q, range));
    c->y += 26;
}

static void draw_questions(column *c, const brg_desk_entry *entry) {
    const int32_t count = brg_lab_claim_questions(entry->claim);
    if (count > 0)
        head(c, "Questions");
    for (int32_t i = 0; i < count; i++)
        draw_question(c, &entry->claim->questions[i], &entry->result.answers[i]);
}

/* ---- figures --------------------------------------------------------------------------------- */

/* A long name has a line of its own. */
static void draw_figure(column *c, const brg_lab_figure *figure) {
    char value[BRG_LAB_PHRASE], interval[BRG_LAB_PHRASE];
    const float value_w = 84, interval_w = 104, name_w = c->w - value_w - interval_w;
    bool is_long = brg_ui_text_width(c->ui, BRG_FONT_SMALL, figure->name) > name_w;
    brg_ui_text(c->ui, (brg_rect){c->x, c->y, is_long ? c->w : name_w, 18}, BRG_FONT_SMALL,
                BRG_LEFT, BRG_QUIET, figure->name);
    c->y += is_long ? 16 : 0;
    brg_ui_text(c->ui, (brg_rect){c->x + name_w, c->y, value_w, 18}, BRG_FONT_MONO, BRG_RIGHT,
                BRG_TEXT, brg_lab_phrase_number(figure->estimate.value, figure->unit, value));
    brg_ui_text(c->ui, (brg_rect){c->x + name_w + value_w, c->y, interval_w, 18}, BRG_FONT_SMALL,
                BRG_RIGHT, BRG_FAINT, brg_lab_phrase_interval(&figure->estimate, interval));
    c->y += 21;
}

static void draw_figures(column *c, const brg_lab_result *result) {
    if (result->figure_count == 0)
        return;
    head(c, "Also measured");
    for (int32_t i = 0; i < result->figure_count; i++)
        draw_figure(c, &result->figures[i]);
    c->y += 10;
}

/* ---- how it is tested ------------------------------------------------------------------------ */

static void draw_entry(column *c, const char *name, const char *text) {
    if (!text || !text[0])
        return;
    brg_ui_text(c->ui, (brg_rect){c->x, c->y, c->w, 16}, BRG_FONT_SMALL, BRG_LEFT, BRG_FAINT, name);
    c->y += 17;
    paragraph(c, BRG_QUIET, text);
    c->y += 7;
}

static void draw_method(column *c, const brg_desk_entry *entry) {
    const brg_lab_claim *claim = entry->claim;
    head(c, "How it is tested");
    draw_entry(c, "hypothesis", claim->hypothesis);
    draw_entry(c, "workload", claim->workload);
    draw_entry(c, "method", claim->method);
    draw_entry(c, "control", claim->control);
    draw_entry(c, "what would refute it", claim->refuted_by);
    draw_entry(c, "computed on", entry->result.device);
}

void brg_lab_view_outcome(brg_lab_view *v, brg_rect place) {
    const brg_desk_entry *entry = brg_desk_chosen(&v->desk);
    float scrolled = brg_ui_panel_begin(v->ui, "lab_outcome", place, BRG_PANEL);
    column c = {v, v->ui, place.x + 18, place.y + 14 - scrolled, place.w - 38};
    const float top = place.y - scrolled;
    draw_verdict(&c, &entry->result);
    draw_memory(&c, entry);
    draw_control(&c, &entry->result);
    draw_questions(&c, entry);
    draw_figures(&c, &entry->result);
    draw_method(&c, entry);
    brg_ui_line(v->ui, place.x, place.y, place.x, place.y + place.h, BRG_LINE);
    brg_ui_panel_end(v->ui, c.y - top + 12);
}
