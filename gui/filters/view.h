/* The filters: a picture or a stream under a chain of filters that follows the hand. Made of panels,
 * which draw the model and call its intents; each is a file of its own beside this one. */
#ifndef BRIGADE_GUI_FILTERS_VIEW_H
#define BRIGADE_GUI_FILTERS_VIEW_H

#include <string.h>

#include "filters/lens.h"
#include "filters/studio.h"
#include "shell/view.h"
#include "ui/parts.h"
#include "ui/texture.h"

/* A part of a tensor as a texture. */
typedef struct brg_print {
    const brg_tensor *of; /* retained */
    brg_region_of_pixels region;
    brg_picture picture;
    brg_texture texture;
    uint64_t serial;
} brg_print;

/* Figures that change too fast to be read are worked out four times a second. */
typedef struct brg_filter_figures {
    uint64_t at_ns;
    double p50, p99, rate, kernel_ms;
    uint64_t asked, seen, cancelled, replaced, missed;
} brg_filter_figures;

typedef struct brg_filters {
    brg_studio *model;
    brg_app *app;
    const brg_scene *scene; /* of the frame being drawn */
    brg_ui *ui;             /* the same, for short */
    brg_lens lens;
    brg_print before, after;
    brg_filter_figures figures;
    int chosen;     /* the place in the chain that keys change */
    int slider;     /* of its sliders */
    int source;     /* of the list: photographs, then the test picture, then the video */
    int plate_size; /* of the test picture */
    float plate_rate;
    char video[BRG_PATH];               /* empty: none was opened */
    float keyed_zoom, keyed_x, keyed_y; /* asked for by keys, done when the room is known */
    bool keyed_pixels;
    bool divider_held;
    bool sliders_held, picture_held;
} brg_filters;

/* Opens what the list's place says. */
void brg_filters_open(brg_filters *filters, int source);

/* How many sources there are, and the place of the test picture among them. */
int brg_filters_sources(const brg_filters *filters);
int brg_filters_plate(const brg_filters *filters);

/* ---- panels ---------------------------------------------------------------------------------- */

void brg_filters_view_controls(brg_filters *filters, brg_rect place);
void brg_filters_view_heading(brg_filters *filters, brg_rect place);
void brg_filters_view_picture(brg_filters *filters, brg_rect place);
void brg_filters_view_figures(brg_filters *filters, brg_rect place);

#endif
