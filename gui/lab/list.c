/* The list of claims: a row each, with the latest verdict; what is typed above filters it. */
#include <stdio.h>
#include <string.h>

#include "lab/phrases.h"
#include "lab/view.h"
#include "ui/parts.h"

/* Widgets keep their names, so each row needs one of its own that stays. */
#define EIGHT(a)                                                                                   \
    "claim_row_" #a "0", "claim_row_" #a "1", "claim_row_" #a "2", "claim_row_" #a "3",            \
        "claim_row_" #a "4", "claim_row_" #a "5", "claim_row_" #a "6", "claim_row_" #a "7"
static const char *const ids[BRG_LAB_CLAIMS] = {EIGHT(0), EIGHT(1), EIGHT(2), EIGHT(3),
                                                EIGHT(4), EIGHT(5), EIGHT(6), EIGHT(7)};
#undef EIGHT

static const float head_h = 84, row_h = 44;

/* ---- the head -------------------------------------------------------------------------------- */

static void tally(const brg_desk *desk, char *text, size_t size) {
    static const char *const words[] = {"confirmed", "refuted", "inconclusive", "not applicable"};
    int32_t counts[BRG_LAB_VERDICT_COUNT] = {0}, shown = brg_desk_shown(desk);
    for (int32_t i = 0; i < desk->count; i++)
        counts[desk->entries[i].result.verdict]++;
    int length = shown == desk->count
                     ? snprintf(text, size, "%d claims", (int)shown)
                     : snprintf(text, size, "%d of %d claims", (int)shown, (int)desk->count);
    for (int i = 0; i < 4; i++)
        if (counts[BRG_LAB_CONFIRMED + i] && (size_t)length < size)
            length += snprintf(text + length, size - (size_t)length, ", %d %s",
                               (int)counts[BRG_LAB_CONFIRMED + i], words[i]);
}

static void draw_head(brg_lab_view *v, brg_rect place) {
    char text[128];
    brg_desk *desk = &v->desk;
    brg_rect field = {place.x + 16, place.y + 16, place.w - 32, 30};
    brg_ui_panel_begin(v->ui, "lab_list_head", place, BRG_PANEL);
    if (v->wants_filter)
        brg_ui_focus_next(v->ui);
    v->wants_filter = false;
    if (brg_ui_field(v->ui, "lab_filter", field, desk->filter, sizeof desk->filter,
                     "filter: words, 16, A2, refuted"))
        brg_desk_keep_choice(desk);
    brg_ui_tip(v->ui, "Shows claims of which every word is the number, or a part of the title, of "
                      "the article's tag or of the verdict. Key: F");
    tally(desk, text, sizeof text);
    brg_ui_text(v->ui, (brg_rect){field.x, field.y + 40, field.w, 18}, BRG_FONT_SMALL, BRG_LEFT,
                BRG_QUIET, text);
    brg_ui_line(v->ui, place.x + place.w - 1, place.y, place.x + place.w - 1, place.y + place.h,
                BRG_LINE);
    brg_ui_panel_end(v->ui, 0);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* What a row says of its state: the verdict, or that it is its turn. */
static void draw_state(brg_lab_view *v, brg_rect at, int32_t index) {
    const brg_desk *desk = &v->desk;
    const brg_desk_entry *entry = &desk->entries[index];
    const brg_lab_verdict verdict = entry->result.verdict, before = entry->memory.verdict;
    bool is_past = !brg_desk_has_result(entry) && before != BRG_LAB_UNDECIDED;
    const brg_lab_verdict shown = is_past ? before : verdict;
    char past[64];
    snprintf(past, sizeof past, "%s on %.10s", brg_lab_phrase_verdict(before), entry->memory.when);
    const char *word = is_past ? past : brg_lab_phrase_verdict(verdict);
    brg_colour colour = is_past ? BRG_FAINT : brg_lab_colour(verdict);
    if (brg_desk_current(desk) == index) {
        word = desk->stopping ? "stopping" : "measuring";
        colour = BRG_BLUE;
        brg_ui_disc(v->ui, at.x - 12, at.y + 9, 4, BRG_BLUE);
    } else {
        brg_lab_sign(v->ui, at.x - 12, at.y + 9, shown, colour);
        word = brg_desk_waits(desk, index) ? "waits for its turn" : word;
    }
    brg_ui_text(v->ui, (brg_rect){at.x, at.y, at.w, 18}, BRG_FONT_SMALL, BRG_LEFT, colour, word);
}

static void draw_row(brg_lab_view *v, brg_rect row, int32_t index) {
    brg_ui_pointer pointer;
    const float number_w = 34;
    const brg_lab_claim *claim = v->desk.entries[index].claim;
    bool chosen = v->desk.chosen == index;
    bool hovered = brg_ui_area(v->ui, ids[index], row, &pointer);
    if (pointer.clicked)
        brg_desk_choose(&v->desk, index);
    brg_ui_tip(v->ui, claim->claim);
    if (chosen || hovered)
        brg_ui_fill(v->ui, row, 6, chosen ? BRG_SELECTED : BRG_RAISED);
    brg_rect text = {row.x + 6, row.y + 3, row.w - 10, 20};
    brg_ui_text(v->ui, (brg_rect){text.x, text.y, number_w - 10, 20}, BRG_FONT_MONO, BRG_RIGHT,
                chosen ? BRG_TEXT : BRG_QUIET, claim->id);
    brg_rect words = {text.x + number_w, text.y, text.w - number_w, 20};
    brg_ui_text(v->ui, words, BRG_FONT_SMALL, BRG_LEFT, BRG_TEXT, claim->title);
    brg_rect second = {words.x, words.y + 20, words.w - 6, 18};
    draw_state(v, second, index);
    brg_ui_text(v->ui, second, BRG_FONT_SMALL, BRG_RIGHT, chosen ? BRG_QUIET : BRG_FAINT,
                claim->articles);
}

static void draw_rows(brg_lab_view *v, brg_rect place) {
    const brg_desk *desk = &v->desk;
    float scrolled = brg_ui_panel_begin(v->ui, "lab_list", place, BRG_PANEL);
    brg_rect row = {place.x + 8, place.y - scrolled, place.w - 20, row_h};
    const float top = row.y;
    for (int32_t i = 0; i < desk->count; i++) {
        if (!brg_desk_shows(desk, i))
            continue;
        if (desk->chosen == i && v->revealed != i) {
            brg_ui_reveal(v->ui, (brg_rect){row.x, row.y - row_h, row.w, 3 * row_h});
            v->revealed = i;
        }
        draw_row(v, row, i);
        row.y += row_h + 2;
    }
    if (row.y == top)
        brg_ui_text(v->ui, (brg_rect){row.x + 8, row.y, row.w - 16, 24}, BRG_FONT_SMALL, BRG_LEFT,
                    BRG_QUIET, "No claim has all of these words.");
    brg_ui_line(v->ui, place.x + place.w - 1, place.y, place.x + place.w - 1, place.y + place.h,
                BRG_LINE);
    brg_ui_panel_end(v->ui, row.y - top + 12);
}

void brg_lab_view_list(brg_lab_view *v, brg_rect place) {
    draw_head(v, brg_rect_cut_top(&place, head_h));
    draw_rows(v, place);
}
