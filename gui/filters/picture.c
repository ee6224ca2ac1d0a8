/* The picture: before and after, divided where the user wants it, zoomed and moved by the hand. */
#include <math.h>
#include <stdio.h>

#include "filters/view.h"

static const float grip = 9; /* how near the divider is grasped, logical pixels */

/* ---- textures: only what the room shows ------------------------------------------------------ */

static void update_print(brg_print *print, const brg_tensor *tensor, brg_region_of_pixels region) {
    if (print->of == tensor && memcmp(&print->region, &region, sizeof region) == 0)
        return;
    if (print->of != tensor) {
        brg_tensor_release(print->of);
        print->of = brg_tensor_retain(tensor);
    }
    print->region = region;
    print->serial++;
    if (brg_picture_region(tensor, region.x, region.y, region.w, region.h, &print->picture, NULL) !=
        BRG_OK)
        brg_picture_clear(&print->picture);
    brg_texture_show(&print->texture, &print->picture, print->serial);
}

static brg_rect meet(brg_rect a, brg_rect b) {
    float x = fmaxf(a.x, b.x), y = fmaxf(a.y, b.y);
    return (brg_rect){x, y, fmaxf(fminf(a.x + a.w, b.x + b.w) - x, 0),
                      fmaxf(fminf(a.y + a.h, b.y + b.h) - y, 0)};
}

/* Draws the part of an image that lies within `clip`, of which the room needs `room`. */
static void draw_print(brg_filters *filters, brg_print *print, const brg_tensor *tensor,
                       brg_rect whole, brg_rect room, brg_rect clip) {
    const brg_shape *shape = brg_tensor_shape(tensor);
    int64_t w = shape->dims[1], h = shape->dims[0];
    brg_region_of_pixels region = brg_lens_region(whole, room, w, h);
    print->texture.smooth = whole.w / (float)w < 4;
    update_print(print, tensor, region);
    brg_texture_draw(filters->ui, &print->texture, brg_lens_region_place(whole, region, w, h),
                     clip);
}

/* ---- the hand -------------------------------------------------------------------------------- */

static float divider_x(const brg_filters *filters, brg_rect room) {
    return roundf(room.x + filters->lens.divider * room.w);
}

static void move_divider(brg_filters *filters, brg_rect room, float x) {
    filters->lens.divider = fminf(fmaxf((x - room.x) / room.w, 0), 1);
}

/* The button may have gone down anywhere on the pointer's way since the frame before. */
static bool grasps(const brg_filters *filters, brg_rect room, const brg_ui_pointer *pointer) {
    float x = divider_x(filters, room), was = pointer->x - pointer->dragged;
    return filters->lens.split && fminf(was, pointer->x) <= x + grip &&
           fmaxf(was, pointer->x) >= x - grip;
}

static void follow_hand(brg_filters *filters, brg_rect room, int64_t w, int64_t h) {
    brg_ui_pointer pointer;
    brg_lens *lens = &filters->lens;
    brg_ui_area(filters->ui, "picture", room, &pointer);
    if (pointer.pressed)
        filters->divider_held = grasps(filters, room, &pointer);
    filters->picture_held = pointer.held;
    if (pointer.held && filters->divider_held)
        move_divider(filters, room, pointer.x);
    else if (pointer.held)
        brg_lens_move(lens, room, w, h, pointer.dragged, pointer.dragged_y);
    if (pointer.scrolled != 0)
        brg_lens_zoom(lens, room, w, h, powf(1.25f, pointer.scrolled), pointer.x, pointer.y);
}

/* What keys asked for since the last frame, about the middle of the room. */
static void follow_keys(brg_filters *filters, brg_rect room, int64_t w, int64_t h) {
    brg_lens *lens = &filters->lens;
    if (filters->keyed_zoom > 0)
        brg_lens_zoom(lens, room, w, h, filters->keyed_zoom, room.x + room.w / 2,
                      room.y + room.h / 2);
    if (filters->keyed_pixels)
        brg_lens_pixels(lens, room, w, h, brg_ui_scale(filters->ui));
    if (filters->keyed_x != 0 || filters->keyed_y != 0)
        brg_lens_move(lens, room, w, h, filters->keyed_x, filters->keyed_y);
    filters->keyed_zoom = filters->keyed_x = filters->keyed_y = 0;
    filters->keyed_pixels = false;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_chip(brg_filters *filters, brg_rect within, brg_align side, const char *name) {
    float w = brg_ui_text_width(filters->ui, BRG_FONT_SMALL, name) + 20;
    float x = side == BRG_LEFT ? within.x + 10 : within.x + within.w - w - 10;
    if (within.w < w + 20)
        return;
    brg_rect chip = {x, within.y + within.h - 34, w, 24};
    brg_ui_blend(filters->ui, chip, BRG_GROUND, 0.78f);
    brg_ui_text(filters->ui, chip, BRG_FONT_SMALL, BRG_CENTRE, BRG_TEXT, name);
}

static void draw_divider(brg_filters *filters, brg_rect room) {
    brg_ui *ui = filters->ui;
    float x = divider_x(filters, room), y = room.y + room.h / 2;
    brg_ui_blend(ui, (brg_rect){x - 2, room.y, 4, room.h}, 0x14171c, 0.5f);
    brg_ui_fill(ui, (brg_rect){x - 1, room.y, 2, room.h}, 0, 0xffffff);
    brg_ui_disc(ui, x, y, 13, 0x14171c);
    brg_ui_disc(ui, x, y, 12, 0xffffff);
    for (int side = -1; side <= 1; side += 2) {
        float tip = x + (float)side * 7, base = x + (float)side * 3;
        brg_ui_line(ui, base, y - 4, tip, y, 0x14171c);
        brg_ui_line(ui, base, y + 4, tip, y, 0x14171c);
    }
}

static void draw_both(brg_filters *filters, brg_rect room, brg_rect whole) {
    const brg_shown *shown = &filters->model->shown;
    float x = filters->lens.split ? divider_x(filters, room) : room.x;
    brg_rect left = {room.x, room.y, x - room.x, room.h};
    brg_rect right = {x, room.y, room.x + room.w - x, room.h};
    if (filters->lens.split)
        draw_print(filters, &filters->before, shown->before, whole, room, left);
    draw_print(filters, &filters->after, shown->after, whole, room, right);
    if (filters->lens.split) {
        draw_chip(filters, meet(left, whole), BRG_LEFT, "before");
        draw_divider(filters, room);
    }
    draw_chip(filters, meet(right, whole), BRG_RIGHT, "after");
}

static const char *why_empty(const brg_studio *model) {
    if (model->app->devices_known && model->app->devices.count == 0)
        return "There is no OpenCL device to filter on: see the log.";
    if (model->frame.status != BRG_OK && model->frame.last)
        return model->frame.error.what;
    return model->opened ? "being read" : "Drop a photograph or a Y4M video here.";
}

void brg_filters_view_picture(brg_filters *filters, brg_rect panel) {
    brg_rect place = brg_rect_inset(panel, 16, 0);
    brg_studio *model = filters->model;
    brg_ui_panel_begin(filters->ui, "filter picture", panel, BRG_GROUND);
    const brg_tensor *source = model->frame.image ? model->frame.image : model->shown.wish.frame;
    if (source) {
        int64_t w = brg_tensor_shape(source)->dims[1], h = brg_tensor_shape(source)->dims[0];
        follow_hand(filters, place, w, h);
        follow_keys(filters, place, w, h);
        brg_lens_extent(&filters->lens, place, w, h, brg_ui_scale(filters->ui), &model->shown_w,
                        &model->shown_h);
        if (model->shown.after)
            draw_both(filters, place, brg_lens_place(&filters->lens, place, w, h));
    }
    if (!model->shown.after)
        brg_ui_text(filters->ui, place, BRG_FONT_BODY, BRG_CENTRE, BRG_QUIET, why_empty(model));
    brg_ui_panel_end(filters->ui, 0);
}
