/* The canvas: the state as a picture, and the hand that paints into it, or moves it. */
#include <math.h>

#include "simulation/view.h"

/* As large as fits, in the grid's own proportions. */
static brg_rect place_of_grid(const brg_simulation *simulation, brg_rect room) {
    float aspect = (float)simulation->reaction.w / (float)simulation->reaction.h;
    float w = fminf(room.w, room.h * aspect), h = w / aspect;
    return (brg_rect){room.x + (room.w - w) / 2, room.y + (room.h - h) / 2, w, h};
}

/* ---- the reaction ---------------------------------------------------------------------------- */

static void paint(brg_simulation *simulation, const brg_ui_pointer *pointer, brg_rect place) {
    brg_reaction *reaction = &simulation->reaction;
    float x = (pointer->x - place.x) / place.w * (float)reaction->w;
    float y = (pointer->y - place.y) / place.h * (float)reaction->h;
    bool begins = !simulation->brushing;
    simulation->brushing = pointer->held || pointer->right;
    if (!simulation->brushing)
        return;
    x = fminf(fmaxf(x, 0), (float)reaction->w - 1);
    y = fminf(fmaxf(y, 0), (float)reaction->h - 1);
    if (begins || x != simulation->last_x || y != simulation->last_y) {
        brg_stroke stroke = {begins ? x : simulation->last_x,
                             begins ? y : simulation->last_y,
                             x,
                             y,
                             simulation->brush,
                             pointer->right};
        brg_reaction_paint(reaction, &stroke);
    }
    simulation->last_x = x;
    simulation->last_y = y;
}

static void draw_reaction(brg_simulation *simulation, brg_rect room) {
    brg_ui_pointer pointer;
    if (!simulation->reaction.state)
        return;
    brg_rect place = place_of_grid(simulation, room);
    brg_ui_area(simulation->ui, "canvas", place, &pointer);
    paint(simulation, &pointer, place);
    brg_texture_draw(simulation->ui, &simulation->texture, place, room);
}

/* ---- the fractal ----------------------------------------------------------------------------- */

static void follow_hand(brg_simulation *simulation, brg_rect room) {
    brg_ui_pointer pointer;
    brg_fractal *fractal = &simulation->fractal;
    float scale = brg_ui_scale(simulation->ui);
    brg_ui_area(simulation->ui, "canvas", room, &pointer);
    fractal->held = pointer.held;
    if (pointer.held && (pointer.dragged != 0 || pointer.dragged_y != 0))
        brg_fractal_move(fractal, (double)(pointer.dragged * scale),
                         (double)(pointer.dragged_y * scale));
    if (pointer.scrolled == 0)
        return;
    fractal->zooms = false;
    brg_fractal_zoom(fractal, pow(1.35, (double)pointer.scrolled),
                     (double)((pointer.x - room.x) * scale),
                     (double)((pointer.y - room.y) * scale));
}

/* Where the picture's rectangle of the plane lies in the room as it is seen now: until a new picture
 * is there, the old one is moved and stretched. */
static brg_rect place_of_plane(const brg_plane *old, const brg_plane *now, brg_rect room) {
    double size = room.w / now->width;
    double w = old->width * size, h = w * old->h / old->w;
    return (brg_rect){(float)(room.x + room.w / 2 + (old->x - now->x) * size - w / 2),
                      (float)(room.y + room.h / 2 - (old->y - now->y) * size - h / 2), (float)w,
                      (float)h};
}

static void draw_fractal(brg_simulation *simulation, brg_rect room) {
    brg_fractal *fractal = &simulation->fractal;
    float scale = brg_ui_scale(simulation->ui);
    brg_fractal_resize(fractal, (int32_t)lroundf(room.w * scale), (int32_t)lroundf(room.h * scale));
    follow_hand(simulation, room);
    if (simulation->picture_of_fractal && simulation->texture.name)
        brg_texture_draw(simulation->ui, &simulation->texture,
                         place_of_plane(&simulation->plane, &fractal->wanted, room), room);
}

void brg_simulation_view_canvas(brg_simulation *simulation, brg_rect panel) {
    brg_rect room = brg_rect_inset(panel, 16, 0);
    simulation->room = room;
    if (!simulation->is_fractal && simulation->reaction.w == 0)
        brg_simulation_reset(simulation);
    brg_simulation_develop(simulation);
    brg_ui_panel_begin(simulation->ui, "simulation canvas", panel, BRG_GROUND);
    if (simulation->is_fractal)
        draw_fractal(simulation, room);
    else
        draw_reaction(simulation, room);
    brg_ui_panel_end(simulation->ui, 0);
}
