/* The C face of the widget library (Dear ImGui), with the few widgets and shapes that the window
 * needs.
 *
 * Coordinates are logical pixels from the top left of the window: the scale is applied inside.
 * Colours are 0xRRGGBB or a role in the theme. Widgets are told their place, draw themselves and report a change. All
 * calls are made on the thread that owns the window's OpenGL context, between brg_ui_frame_begin
 * and _end. */
#ifndef BRIGADE_GUI_UI_UI_H
#define BRIGADE_GUI_UI_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/palette.h"
#include "ui/surface.h"

#ifdef __cplusplus
extern "C" {
#endif

struct GLFWwindow;
typedef struct brg_ui brg_ui;

typedef struct brg_rect {
    float x, y, w, h;
} brg_rect;

typedef enum brg_font {
    BRG_FONT_BODY,
    BRG_FONT_SMALL,
    BRG_FONT_BOLD,
    BRG_FONT_TITLE,
    BRG_FONT_MONO,
    BRG_FONT_FIGURE, /* mono, larger */
    BRG_FONT_COUNT
} brg_font;

/* Logical pixels that the views need; in a smaller window everything is drawn smaller. */
enum { BRG_UI_LEAST_W = 1120, BRG_UI_LEAST_H = 750 };

typedef enum brg_align { BRG_LEFT, BRG_CENTRE, BRG_RIGHT } brg_align;

/* Files may be NULL or missing: the library's built-in font then stands in. */
typedef struct brg_ui_config {
    float scale;
    brg_theme theme;
    const char *regular, *bold, *mono; /* TrueType files */
} brg_ui_config;

/* Sets the widgets up on a window whose OpenGL context is current. Callbacks that are installed on
 * the window before keep being called. The surface is kept up to date by the window, and outlives
 * the widgets, which clear its presses. NULL if OpenGL or memory is short. */
brg_ui *brg_ui_create(struct GLFWwindow *window, brg_surface *surface, const brg_ui_config *config);
void brg_ui_destroy(brg_ui *ui);

/* A frame: begin, panels, end (which draws). The viewport is the whole framebuffer. */
void brg_ui_frame_begin(brg_ui *ui);
void brg_ui_frame_end(brg_ui *ui);

/* Brings the frame to the screen: what changed in it, or everything, as when another window lay
 * over this one. */
void brg_ui_present(brg_ui *ui, bool everything);

/* Takes other colours from the next frame on. */
void brg_ui_set_theme(brg_ui *ui, brg_theme theme);

/* Size of the window in logical pixels. */
void brg_ui_size(const brg_ui *ui, float *w, float *h);

/* Window pixels per logical pixel, at present. */
float brg_ui_scale(const brg_ui *ui);

/* True while the keyboard belongs to a text field or an open list, and while a widget is held or
 * edited. */
bool brg_ui_takes_keys(const brg_ui *ui);
bool brg_ui_held(const brg_ui *ui);

/* A rectangular part of the window, filled with a colour. Panels do not overlap. One whose content
 * is higher than itself can be scrolled: begin returns how far, to be subtracted from y. `content`
 * is the content's height. */
float brg_ui_panel_begin(brg_ui *ui, const char *id, brg_rect place, brg_colour fill);
void brg_ui_panel_end(brg_ui *ui, float content);

/* Scrolls the panel that is being drawn until a rectangle in it can be seen. */
void brg_ui_reveal(brg_ui *ui, brg_rect r);

/* A panel over all others, for as long as it is drawn: it dims the window and takes the pointer. Begin
 * returns true in a frame in which it was clicked. */
bool brg_ui_overlay_begin(brg_ui *ui, const char *id);
void brg_ui_overlay_end(brg_ui *ui);

/* Hands text to the system's clipboard. */
void brg_ui_copy(brg_ui *ui, const char *text);

/* ---- shapes ---------------------------------------------------------------------------------- */

void brg_ui_fill(brg_ui *ui, brg_rect r, float rounding, brg_colour colour);

/* The same, under all other shapes of the frame and much cheaper: for large areas of a panel that
 * does not scroll. */
void brg_ui_card(brg_ui *ui, brg_rect r, float rounding, brg_colour colour);

void brg_ui_blend(brg_ui *ui, brg_rect r, brg_colour colour, float opacity);
void brg_ui_outline(brg_ui *ui, brg_rect r, float rounding, brg_colour colour);
void brg_ui_line(brg_ui *ui, float x0, float y0, float x1, float y1, brg_colour colour);
void brg_ui_disc(brg_ui *ui, float x, float y, float radius, brg_colour colour);

/* A smooth-edged line through points, x and y in turn: of dashes so long, with gaps as long, or whole
 * if `dash` is 0. */
void brg_ui_curve(brg_ui *ui, const float *places, int count, float thickness, float dash,
                  brg_colour colour);

/* A texture, of the name OpenGL gave it, stretched over a rectangle. `serial` changes when its
 * content does: what looks as in the frame before is not drawn again. */
void brg_ui_image(brg_ui *ui, brg_rect r, unsigned texture, uint64_t serial);

/* The part of a texture that `part` names, as fractions of its sides. */
void brg_ui_image_part(brg_ui *ui, brg_rect r, brg_rect part, unsigned texture, uint64_t serial);

/* Text on one line, centred vertically in its rectangle; what does not fit ends in "...". */
void brg_ui_text(brg_ui *ui, brg_rect r, brg_font font, brg_align align, brg_colour colour,
                 const char *text);
void brg_ui_textf(brg_ui *ui, brg_rect r, brg_font font, brg_align align, brg_colour colour,
                  const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Text broken into lines at the rectangle's width, from its top. Returns the height used. */
float brg_ui_paragraph(brg_ui *ui, brg_rect r, brg_font font, brg_colour colour, const char *text);

float brg_ui_text_width(brg_ui *ui, brg_font font, const char *text);

/* ---- widgets --------------------------------------------------------------------------------- */

/* `id` names a widget: unique, and a literal, since it is kept for brg_ui_widget. Those that change
 * a value return true when they did. */
bool brg_ui_button(brg_ui *ui, const char *id, brg_rect r, const char *label, bool primary,
                   bool enabled);
bool brg_ui_tab(brg_ui *ui, const char *id, brg_rect r, const char *label, bool chosen);
bool brg_ui_segments(brg_ui *ui, const char *id, brg_rect r, const char *const labels[2],
                     bool *second);
bool brg_ui_toggle(brg_ui *ui, const char *id, brg_rect r, bool *on);
bool brg_ui_combo(brg_ui *ui, const char *id, brg_rect r, int *index, const char *const *items,
                  int count);

/* A number on a track, and the same as a field to type in. `whole` rounds; `spread` is logarithmic.
 */
bool brg_ui_slider(brg_ui *ui, const char *id, brg_rect r, float *value, float lo, float hi,
                   bool whole, bool spread);
bool brg_ui_number(brg_ui *ui, const char *id, brg_rect r, float *value, float lo, float hi,
                   bool whole);

/* A line of text to type in; `size` counts its final 0. `empty` is shown, faintly, while there is
 * none. Enter ends it, escape undoes it. */
bool brg_ui_field(brg_ui *ui, const char *id, brg_rect r, char *text, size_t size,
                  const char *empty);

/* Hands the keyboard to the field that is drawn next. */
void brg_ui_focus_next(brg_ui *ui);

/* Takes the pointer over a rectangle: how far it was dragged and scrolled in this frame, and where
 * it is. Returns true while it is over it. */
typedef struct brg_ui_pointer {
    float x, y;
    float dragged, dragged_y;
    float scrolled;
    bool pressed;     /* a button went down on it in this frame */
    bool held, right; /* the left, the right button went down on it and still is */
    bool clicked;     /* the left button went up again where it went down */
    bool shift;       /* the key is down */
} brg_ui_pointer;
bool brg_ui_area(brg_ui *ui, const char *id, brg_rect r, brg_ui_pointer *pointer);

/* Shows a line about the widget before, while the pointer rests on it. */
void brg_ui_tip(brg_ui *ui, const char *text);

/* The index-th widget of the latest frame and its place in window pixels; false past the last. */
bool brg_ui_widget(const brg_ui *ui, size_t index, const char **id, brg_rect *place);

/* The widget library's version. */
const char *brg_ui_version(void);

#ifdef __cplusplus
}
#endif

#endif
