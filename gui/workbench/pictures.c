/* Input, output and error, side by side. */
#include <math.h>
#include <stdio.h>

#include "workbench/view.h"

/* Draws a texture as large as fits, centred; a row or a column is given some breadth to be seen by.
 */
static brg_rect draw_fitted(brg_workbench *bench, brg_rect room, const brg_texture *texture) {
    float w = fminf(room.w, room.h * texture->aspect);
    float h = fminf(room.h, w / texture->aspect);
    w = fmaxf(w, fminf(8, room.w));
    h = fmaxf(h, fminf(8, room.h));
    brg_rect place = {room.x + (room.w - w) / 2, room.y + (room.h - h) / 2, w, h};
    brg_ui_image(bench->ui, place, texture->name, texture->serial);
    return place;
}

static void draw_note(brg_workbench *bench, brg_rect room, const char *text) {
    brg_ui_text(bench->ui, room, BRG_FONT_SMALL, BRG_CENTRE, BRG_FAINT, text);
}

static void draw_caption(brg_workbench *bench, brg_rect card, brg_colour colour, const char *text) {
    brg_rect place = {card.x + 14, card.y + card.h - 26, card.w - 28, 20};
    brg_ui_text(bench->ui, place, BRG_FONT_SMALL, BRG_LEFT, colour, text);
}

static brg_rect begin_card(brg_workbench *bench, brg_rect card, const char *title) {
    brg_rect room = brg_part_card(bench->ui, card, title);
    room.y -= 2;
    room.h -= 18;
    return room;
}

static void draw_inputs_caption(brg_workbench *bench, brg_rect card, const brg_inputs *inputs) {
    char text[2 * BRG_PICTURE_CAPTION + 16];
    if (inputs->order.path[0])
        snprintf(text, sizeof text, "%s", inputs->pictures[0].caption);
    else
        snprintf(text, sizeof text, "A %lld \xc3\x97 %lld, B %lld \xc3\x97 %lld, f32",
                 (long long)inputs->order.m, (long long)inputs->order.k, (long long)inputs->order.k,
                 (long long)inputs->order.n);
    draw_caption(bench, card, BRG_QUIET, text);
}

/* Two matrices share the room; weights lie on a corner of their photograph. */
static void draw_inputs(brg_workbench *bench, brg_rect card) {
    const brg_inputs *inputs = &bench->model->inputs;
    bool product = inputs->count == 2 && !inputs->order.path[0];
    brg_rect room = begin_card(bench, card, product ? "Inputs A, B" : "Input");
    brg_texture *first = &bench->inputs[0], *second = &bench->inputs[1];
    if (!first->name) {
        draw_note(bench, room, inputs->status != BRG_OK ? "could not be read" : "none yet");
        return;
    }
    draw_inputs_caption(bench, card, inputs);
    if (!second->name) {
        draw_fitted(bench, room, first);
    } else if (product) {
        float half = (room.w - 8) / 2;
        draw_fitted(bench, (brg_rect){room.x, room.y, half, room.h}, first);
        draw_fitted(bench, (brg_rect){room.x + half + 8, room.y, half, room.h}, second);
    } else {
        brg_rect photo = draw_fitted(bench, room, first);
        float side = floorf(fminf(photo.w, photo.h) / 3.5f);
        brg_rect inset = {photo.x + photo.w - side - 6, photo.y + photo.h - side - 6, side, side};
        brg_ui_image(bench->ui, inset, second->name, second->serial);
        brg_ui_outline(bench->ui, inset, 0, BRG_TEXT);
    }
}

static void draw_output(brg_workbench *bench, brg_rect card) {
    const brg_bench *model = bench->model;
    brg_rect room = begin_card(bench, card, "Output");
    if (!bench->output.name) {
        draw_note(bench, room, "nothing was run yet");
        return;
    }
    draw_fitted(bench, room, &bench->output);
    bool current = brg_bench_shows_choice(model);
    draw_caption(bench, card, current ? BRG_QUIET : BRG_AMBER,
                 current ? model->prints.output.caption : model->shown.title);
}

static void draw_errors(brg_workbench *bench, brg_rect card) {
    const brg_bench *model = bench->model;
    brg_rect room = begin_card(bench, card, "Error, as part of its bound");
    if (bench->errors.name) {
        draw_fitted(bench, room, &bench->errors);
        draw_caption(bench, card, BRG_QUIET, model->prints.errors.caption);
    } else if (model->result.output) {
        draw_note(bench, room,
                  model->phase == BRG_PHASE_IDLE ? "being drawn" : "drawn when the device rests");
    } else {
        draw_note(bench, room, "nothing was run yet");
    }
}

void brg_bench_view_pictures(brg_workbench *bench, brg_rect place) {
    const float gap = 12;
    float w = floorf((place.w - 2 * gap) / 3);
    draw_inputs(bench, (brg_rect){place.x, place.y, w, place.h});
    draw_output(bench, (brg_rect){place.x + w + gap, place.y, w, place.h});
    draw_errors(bench,
                (brg_rect){place.x + 2 * (w + gap), place.y, place.w - 2 * (w + gap), place.h});
}
