/* The lab: claims from articles, each put to the test on this machine while one watches. Made of panels,
 * which draw the desk and call its intents; each is a file of its own beside this one.
 *
 *     claims | what is claimed, what to do | verdict
 *            | the data as they arrive     | the questions
 *            | who did what when           | how it is tested
 *
 * While a claim is measured, only what changed is drawn, four times a second. */
#ifndef BRIGADE_GUI_LAB_VIEW_H
#define BRIGADE_GUI_LAB_VIEW_H

#include "lab/desk.h"
#include "lab/pictures.h"
#include "shell/view.h"

enum { BRG_LAB_SERIES_COLOURS = 6 };

/* What the lower card shows, where there is a choice. */
typedef enum brg_lab_sheet { BRG_LAB_SHEET_TIMELINE, BRG_LAB_SHEET_ROUNDS } brg_lab_sheet;

typedef struct brg_lab_view {
    brg_desk desk;
    const brg_scene *scene; /* of the frame being drawn */
    brg_ui *ui;             /* the same, for short */

    brg_lab_sheet sheet;
    brg_lab_pictures pictures; /* of the chosen claim's result */
    int32_t sorted_claim;      /* whose they are, and as of which change */
    uint64_t sorted_serial;
    int32_t revealed;  /* the row that was scrolled to */
    bool wants_filter; /* a key asked for the field */
    int32_t rivals;    /* jobs of other views, a few times a second */
    uint64_t rivals_ns;
} brg_lab_view;

/* ---- panels ---------------------------------------------------------------------------------- */

void brg_lab_view_list(brg_lab_view *v, brg_rect place);

/* What is claimed, and the buttons; returns nothing, but has a height of its own for each claim. */
float brg_lab_view_head_height(brg_lab_view *v, float w);
void brg_lab_view_head(brg_lab_view *v, brg_rect place);

/* How far the test is, or how it went. */
void brg_lab_view_progress(brg_lab_view *v, brg_rect place);

void brg_lab_view_data(brg_lab_view *v, brg_rect place);
void brg_lab_view_outcome(brg_lab_view *v, brg_rect place);

/* ---- parts ----------------------------------------------------------------------------------- */

/* The sign of a verdict, 14 pixels wide, its middle at x, y; and the colour of a fresh one. Each has a shape of its
 * own, so that the colour is not needed. */
void brg_lab_sign(brg_ui *ui, float x, float y, brg_lab_verdict verdict, brg_colour colour);
brg_colour brg_lab_colour(brg_lab_verdict verdict);

/* The colour of the index-th series, or kind of work. */
brg_colour brg_lab_series_colour(int index);

/* The chosen result's plot; its rounds, value by value; its timelines, and how high they want to be at that
 * width: not more than `most`, if lanes can be told apart then. */
void brg_lab_view_plot(brg_lab_view *v, const brg_lab_result *result, brg_rect place);
void brg_lab_view_bars(brg_lab_view *v, const brg_lab_result *result, brg_rect place);
float brg_lab_view_bars_height(const brg_lab_result *result);
void brg_lab_view_rounds(brg_lab_view *v, const brg_lab_result *result, brg_rect place);
float brg_lab_view_lanes_height(const brg_lab_view *v, float w, float most);
void brg_lab_view_lanes(brg_lab_view *v, const brg_lab_result *result, brg_rect place);

/* A question's range with the number in it. */
void brg_lab_view_gauge(brg_lab_view *v, const brg_lab_question *question,
                        const brg_lab_estimate *estimate, brg_colour colour, brg_rect place);

/* ---- beside the panels: tell.c --------------------------------------------------------------- */

brg_status brg_lab_view_report(const brg_lab_view *v, brg_report *report, brg_error *error);
void brg_lab_view_keep(const brg_lab_view *v, brg_kept *kept);
void brg_lab_view_recall(brg_lab_view *v, const brg_kept *kept);

#endif
