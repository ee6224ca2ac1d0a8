/* The strip: the trace's latest seconds as lanes, for the foot of a view. */
#ifndef BRIGADE_GUI_TIMELINE_STRIP_H
#define BRIGADE_GUI_TIMELINE_STRIP_H

#include "shell/view.h"
#include "timeline/lanes.h"

enum { BRG_STRIP_LINGER_NS = 400000000 };

/* A stretch of time that follows the present while something runs, and stays where it is when
 * nothing does, to be looked at. */
typedef struct brg_strip {
    brg_stretch stretch;
} brg_strip;

void brg_strip_init(brg_strip *strip);

/* Draws it in a panel that has been begun; `live` follows the present. A click on a span selects
 * its job. */
void brg_strip_draw(brg_strip *strip, const brg_scene *scene, brg_rect place, bool live);

#endif
