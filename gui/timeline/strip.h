/* The strip: the trace's latest seconds as lanes, for the foot of a view. */
#ifndef BRIGADE_GUI_TIMELINE_STRIP_H
#define BRIGADE_GUI_TIMELINE_STRIP_H

#include "shell/view.h"

enum { BRG_STRIP_SPANS = 4096, BRG_STRIP_LINGER_NS = 400000000 };

/* A stretch of time that follows the present while something runs, and stays where it is when
 * nothing does, to be looked at. */
typedef struct brg_strip {
    uint64_t end_ns;
    double seconds;
    bool fresh; /* spans are those of this stretch */
    size_t count;
    brg_span spans[BRG_STRIP_SPANS];
} brg_strip;

void brg_strip_init(brg_strip *strip);

/* Draws it in a panel that has been begun; `live` follows the present. */
void brg_strip_draw(brg_strip *strip, const brg_scene *scene, brg_rect place, bool live);

#endif
