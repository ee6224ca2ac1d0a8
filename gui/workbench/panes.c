/* The panes: input, output and errors, looked at together. The wheel zooms about the pointer, a drag
 * moves; close enough, every element shows its value. */
#include <math.h>
#include <stdio.h>

#include "workbench/view.h"

static const double value_side = 24; /* pixels: a cell that has room for a value */
static const double wheel_step = 1.25;

static void draw_note(brg_workbench *bench, brg_rect room, const char *text) {
    brg_ui_text(bench->ui, room, BRG_FONT_SMALL, BRG_CENTRE, BRG_FAINT, text);
}

static void draw_caption(brg_workbench *bench, brg_rect card, brg_colour colour, const char *text) {
    brg_rect place = {card.x + 14, card.y + card.h - 25, card.w - 28, 20};
    brg_ui_text(bench->ui, place, BRG_FONT_SMALL, BRG_LEFT, colour, text);
}

static bool inside(brg_rect r, brg_rect room) {
    return r.x >= room.x && r.y >= room.y && r.x + r.w <= room.x + room.w &&
           r.y + r.h <= room.y + room.h;
}

static const brg_tensor *tensor_of(const brg_plate *plate) {
    brg_print_order order = {
        .exhibit = plate->exhibit, .subject = plate->subject, .input = plate->input};
    return brg_print_tensor(&order);
}

/* ---- values in cells ------------------------------------------------------------------------- */

/* The pixel of a print over a cell, if the print is fine enough to have one of its own. */
static bool pixel_at(const brg_print *print, int64_t x, int64_t y, int64_t *pixel) {
    const brg_crop *crop = &print->crop;
    bool fine = print->picture.w == (int32_t)(crop->x1 - crop->x0) &&
                print->picture.h == (int32_t)(crop->y1 - crop->y0);
    int64_t px = x - (int64_t)crop->x0, py = y - (int64_t)crop->y0;
    if (!fine || px < 0 || py < 0 || px >= print->picture.w || py >= print->picture.h)
        return false;
    *pixel = py * print->picture.w + px;
    return true;
}

static brg_colour ink_over(const uint8_t *rgba) {
    return 2 * rgba[0] + 5 * rgba[1] + rgba[2] > 8 * 128 ? 0x14171c : 0xe6e9ef;
}

/* As many digits as fit. */
static bool fit_value(const brg_workbench *bench, double value, double room, char *text,
                      size_t size) {
    for (int digits = 4; digits >= 1; digits--) {
        snprintf(text, size, "%.*g", digits, value);
        bool true_enough = value == floor(value) && fabs(value) < 1e4;
        if (true_enough)
            snprintf(text, size, "%.0f", value);
        if ((double)brg_ui_text_width(bench->ui, BRG_FONT_SMALL, text) <= room - 2)
            return true;
        if (true_enough)
            return false;
    }
    return false;
}

static void draw_cell(brg_workbench *bench, const brg_plate *plate, const brg_print *print,
                      int64_t pixel, int64_t element, brg_rect cell) {
    char text[32];
    bool errors = plate->subject == BRG_OF_ERRORS;
    float line = 13;
    int64_t depth = errors ? 1 : plate->sheet.depth;
    brg_colour ink = ink_over(print->picture.rgba + 4 * pixel);
    float top = cell.y + (cell.h - line * (float)depth) / 2;
    if (top < cell.y || (errors && (!print->ratios || print->ratios[pixel] < 0)))
        return;
    for (int64_t i = 0; i < depth; i++) {
        double value =
            errors ? (double)print->ratios[pixel] : brg_tensor_value(tensor_of(plate), element + i);
        brg_rect place = {cell.x, top + line * (float)i, cell.w, line};
        if (fit_value(bench, value, (double)cell.w, text, sizeof text))
            brg_ui_text(bench->ui, place, BRG_FONT_SMALL, BRG_CENTRE, ink, text);
    }
}

static void draw_values(brg_workbench *bench, const brg_plate *plate, const brg_glass *lens) {
    bool cells = plate->sheet.kind == BRG_SHEET_MAP || plate->sheet.kind == BRG_SHEET_IMAGE;
    if (!cells || fmin(lens->sx, lens->sy) < value_side)
        return;
    brg_crop crop = brg_glass_crop(lens, &plate->sheet, plate->room);
    for (int64_t y = (int64_t)crop.y0; y < (int64_t)crop.y1; y++)
        for (int64_t x = (int64_t)crop.x0; x < (int64_t)crop.x1; x++) {
            brg_crop one = {(double)x, (double)y, (double)x + 1, (double)y + 1};
            brg_rect cell = brg_glass_place(lens, &one);
            int64_t pixel, element = brg_sheet_element(&plate->sheet, x, y);
            const brg_print *print = &plate->part;
            if (!print->picture.w || !pixel_at(print, x, y, &pixel))
                print = &plate->whole;
            if (element >= 0 && inside(cell, plate->room) && print->picture.w &&
                pixel_at(print, x, y, &pixel))
                draw_cell(bench, plate, print, pixel, element, cell);
        }
}

/* ---- marks ----------------------------------------------------------------------------------- */

static void draw_frame(brg_workbench *bench, brg_rect r, brg_rect room, brg_colour colour) {
    float least = 7;
    if (r.w < least)
        r = (brg_rect){r.x + (r.w - least) / 2, r.y, least, r.h};
    if (r.h < least)
        r = (brg_rect){r.x, r.y + (r.h - least) / 2, r.w, least};
    brg_rect outer = {r.x - 1, r.y - 1, r.w + 2, r.h + 2};
    if (!inside(outer, room))
        return;
    brg_ui_outline(bench->ui, outer, 0, 0x14171c);
    brg_ui_outline(bench->ui, r, 0, colour);
}

/* A cell's place on the screen: of a plot a hair, of a body the dot. */
static void draw_mark(brg_workbench *bench, const brg_plate *plate, const brg_glass *lens,
                      int64_t x, int64_t y, brg_colour colour) {
    brg_rect room = plate->room;
    brg_crop one = {(double)x, (double)y, (double)x + 1, (double)y + 1};
    if (plate->sheet.kind == BRG_SHEET_PLOT) {
        float at = (float)(lens->x0 + ((double)x + 0.5) * lens->sx);
        if (at >= room.x && at <= room.x + room.w)
            brg_ui_line(bench->ui, at, room.y, at, room.y + room.h, colour);
        return;
    }
    if (plate->sheet.kind == BRG_SHEET_POINTS) {
        if (plate->whole.picture.w == 0)
            return;
        brg_frame_place(&plate->whole.frame, tensor_of(plate), x, &one.x0, &one.y0);
        one.x1 = one.x0;
        one.y1 = one.y0;
    }
    draw_frame(bench, brg_glass_place(lens, &one), room, colour);
}

static void draw_marks(brg_workbench *bench, brg_plate_id id, const brg_glass *lens) {
    int64_t x, y;
    const brg_plates *plates = &bench->model->plates;
    const brg_plate *plate = &plates->at[id];
    bool linked = brg_plates_linked(plates, id);
    bool same_cells = plate->sheet.w == plates->at[BRG_PLATE_OUTPUT].sheet.w &&
                      plate->sheet.h == plates->at[BRG_PLATE_OUTPUT].sheet.h;
    if (linked && same_cells && plates->marked >= 0 &&
        brg_sheet_cell(&plates->at[BRG_PLATE_OUTPUT].sheet, plates->marked, &x, &y))
        draw_mark(bench, plate, lens, x, y, 0xffb454);
    bool pointed =
        plates->pointed >= 0 &&
        (plates->pointed == (int)id ||
         (linked && same_cells && brg_plates_linked(plates, (brg_plate_id)plates->pointed)));
    if (pointed)
        draw_mark(bench, plate, lens, plates->x, plates->y, 0xe6e9ef);
}

/* ---- a pane ---------------------------------------------------------------------------------- */

static void take_pointer(brg_workbench *bench, brg_plate_id id, const char *widget, brg_rect room) {
    brg_ui_pointer pointer;
    brg_plates *plates = &bench->model->plates;
    bool over = brg_ui_area(bench->ui, widget, room, &pointer);
    double x = (double)pointer.x, y = (double)pointer.y;
    if (pointer.scrolled != 0)
        brg_plates_zoom(plates, id, x, y, pow(wheel_step, (double)pointer.scrolled));
    if (pointer.dragged != 0 || pointer.dragged_y != 0)
        brg_plates_drag(plates, id, (double)pointer.dragged, (double)pointer.dragged_y);
    if (over)
        brg_plates_point(plates, (int)id, x, y);
    else if (plates->pointed == (int)id)
        brg_plates_point(plates, -1, 0, 0);
}

static void draw_number(brg_workbench *bench, const brg_plate *plate) {
    char text[64];
    double value =
        plate->subject == BRG_OF_ERRORS ? plate->whole.hi : brg_tensor_value(tensor_of(plate), 0);
    bool known = plate->subject != BRG_OF_ERRORS || plate->whole.picture.w > 0;
    snprintf(text, sizeof text, "%.9g", value);
    brg_ui_text(bench->ui, plate->room, BRG_FONT_TITLE, BRG_CENTRE, BRG_TEXT, known ? text : "");
}

/* The ends of a plot's axes, in its corners. */
static void draw_axes(brg_workbench *bench, const brg_plate *plate, const brg_glass *lens) {
    brg_rect r = plate->room;
    const brg_print *print = &plate->whole;
    brg_crop crop = brg_glass_crop(lens, &plate->sheet, r);
    brg_rect top = {r.x + 2, r.y, r.w, 14}, bottom = {r.x + 2, r.y + r.h - 14, r.w - 4, 14};
    brg_ui_line(bench->ui, r.x, r.y + r.h, r.x + r.w, r.y + r.h, BRG_LINE);
    brg_ui_textf(bench->ui, top, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, "%.5g", print->hi);
    if (!plate->sheet.bars)
        brg_ui_textf(bench->ui, bottom, BRG_FONT_SMALL, BRG_LEFT, BRG_QUIET, "%.4g", print->lo);
    brg_ui_textf(bench->ui, top, BRG_FONT_SMALL, BRG_RIGHT, BRG_QUIET, "%.0f to %.0f", crop.x0,
                 crop.x1 - 1);
}

static void draw_plate(brg_workbench *bench, brg_plate_id id, const char *widget, brg_rect room) {
    brg_plate *plate = &bench->model->plates.at[id];
    plate->room = room;
    take_pointer(bench, id, widget, room);
    if (plate->sheet.kind == BRG_SHEET_NUMBER) {
        draw_number(bench, plate);
        return;
    }
    brg_glass lens = brg_plates_glass(&bench->model->plates, id);
    brg_texture_draw(bench->ui, &bench->textures[id][0], brg_glass_place(&lens, &plate->whole.crop),
                     room);
    brg_texture_draw(bench->ui, &bench->textures[id][1], brg_glass_place(&lens, &plate->part.crop),
                     room);
    if (plate->sheet.kind == BRG_SHEET_PLOT && plate->whole.picture.w > 0)
        draw_axes(bench, plate, &lens);
    draw_values(bench, plate, &lens);
    draw_marks(bench, id, &lens);
}

static brg_rect room_of(brg_rect card) {
    return (brg_rect){card.x + 14, card.y + 36, card.w - 28, fmaxf(card.h - 36 - 27, 1)};
}

/* Why a pane is empty. */
static const char *reason(const brg_workbench *bench, brg_plate_id id) {
    const brg_bench *model = bench->model;
    const brg_inputs *inputs = &model->inputs;
    bool b = id == BRG_PLATE_OUTPUT_B || id == BRG_PLATE_ERRORS_B;
    if (id == BRG_PLATE_INPUT && inputs->made)
        return inputs->status != BRG_OK ? "could not be made" : "this op takes no inputs";
    if (id == BRG_PLATE_INPUT)
        return "being made";
    if (b && model->result.output)
        return "B was not run yet";
    return "nothing was run yet";
}

static const char *waiting(const brg_workbench *bench, const brg_plate *plate) {
    bool idle = bench->model->phase == BRG_PHASE_IDLE;
    return plate->subject != BRG_OF_ERRORS || idle ? "being drawn" : "drawn when the device rests";
}

static void draw_pane(brg_workbench *bench, brg_plate_id id, const char *widget, brg_rect card) {
    const brg_bench *model = bench->model;
    const brg_plate *plate = &model->plates.at[id];
    brg_rect room = room_of(card);
    if (!plate->exhibit.op) {
        draw_note(bench, room, reason(bench, id));
        return;
    }
    draw_plate(bench, id, widget, room);
    if (!plate->whole.picture.caption[0])
        draw_note(bench, room, waiting(bench, plate));
    bool current = id == BRG_PLATE_INPUT || brg_bench_shows_choice(model);
    const brg_print *print =
        plate->part.picture.w > 0 && plate->subject == BRG_OF_ERRORS ? &plate->part : &plate->whole;
    draw_caption(bench, card, current ? BRG_QUIET : BRG_AMBER,
                 current ? print->picture.caption : model->shown.title);
}

/* ---- the cards ------------------------------------------------------------------------------- */

/* Which of the inputs, at the right of the head. */
static void draw_input_tabs(brg_workbench *bench, brg_rect card) {
    static const char *const ids[] = {"input_0", "input_1", "input_2", "input_3"};
    static const char *const numerals[] = {"1", "2", "3", "4"};
    brg_bench *model = bench->model;
    int count = model->inputs.count;
    const char *shown_ids[BRG_MAX_INPUTS + 1] = {NULL}, *labels[BRG_MAX_INPUTS + 1] = {NULL};
    int chosen = model->input;
    if (count < 2)
        return;
    for (int i = 0; i < count; i++) {
        shown_ids[i] = ids[i];
        labels[i] = numerals[i];
    }
    brg_bench_view_tabs(bench, card, card.x + card.w - 10 - 30 * (float)count, shown_ids, labels,
                        &chosen);
    if (chosen != model->input)
        brg_bench_show_input(model, chosen);
}

static void draw_alone(brg_workbench *bench, const brg_rect cards[3]) {
    brg_part_card(bench->ui, cards[0], bench->model->inputs.count > 1 ? "Inputs" : "Input");
    draw_input_tabs(bench, cards[0]);
    draw_pane(bench, BRG_PLATE_INPUT, "pane_input", cards[0]);
    brg_part_card(bench->ui, cards[1], "Output");
    draw_pane(bench, BRG_PLATE_OUTPUT, "pane_output", cards[1]);
    brg_part_card(bench->ui, cards[2], "Error, as part of its bound");
    draw_pane(bench, BRG_PLATE_ERRORS, "pane_errors", cards[2]);
}

static void draw_compared(brg_workbench *bench, const brg_rect cards[3]) {
    static const char *const ids[] = {"see_input", "see_a", "see_b", NULL};
    static const char *const labels[] = {"Input", "Output A", "Output B", NULL};
    static const brg_plate_id plates[] = {BRG_PLATE_INPUT, BRG_PLATE_OUTPUT, BRG_PLATE_OUTPUT_B};
    static const char *const panes[] = {"pane_input", "pane_output", "pane_output_b"};
    brg_part_card(bench->ui, cards[0], "");
    brg_bench_view_tabs(bench, cards[0], cards[0].x + 6, ids, labels, &bench->first_pane);
    if (bench->first_pane == BRG_SEES_INPUT)
        draw_input_tabs(bench, cards[0]);
    draw_pane(bench, plates[bench->first_pane], panes[bench->first_pane], cards[0]);
    brg_part_card(bench->ui, cards[1], "Error of A, as part of its bound");
    draw_pane(bench, BRG_PLATE_ERRORS, "pane_errors", cards[1]);
    brg_part_card(bench->ui, cards[2], "Error of B, as part of its bound");
    draw_pane(bench, BRG_PLATE_ERRORS_B, "pane_errors_b", cards[2]);
}

void brg_bench_view_panes(brg_workbench *bench, brg_rect place) {
    const float gap = 12;
    brg_plates *plates = &bench->model->plates;
    float w = floorf((place.w - 2 * gap) / 3);
    const brg_rect cards[3] = {
        {place.x, place.y, w, place.h},
        {place.x + w + gap, place.y, w, place.h},
        {place.x + 2 * (w + gap), place.y, place.w - 2 * (w + gap), place.h}};
    for (int id = 0; id < BRG_PLATE_COUNT; id++)
        plates->at[id].room.w = 0;
    plates->scale = brg_ui_scale(bench->ui);
    if (bench->model->chosen.compared)
        draw_compared(bench, cards);
    else
        draw_alone(bench, cards);
}
