/* Lanes: tracks drawn over a stretch of time. The strip at the foot of the views and the timeline
 * are made of them.
 *
 * What is at least a few pixels wide is drawn as it is. What is narrower is summed up, pixel by
 * pixel: the more of a pixel's time was busy, the stronger its colour. So a lane costs no more than
 * its width, however many spans it has, and does not look busier than it is. */
#ifndef BRIGADE_GUI_TIMELINE_LANES_H
#define BRIGADE_GUI_TIMELINE_LANES_H

#include "timeline/tracks.h"
#include "ui/ui.h"

/* The window trains alone: nothing is summed up among ranks. */
enum { BRG_SHOWN_LANES = BRG_LANE_SUM };

/* A stretch of time. */
typedef struct brg_stretch {
    uint64_t end_ns;
    double seconds;
} brg_stretch;

uint64_t brg_stretch_start(const brg_stretch *stretch);

/* Where a time lies on a lane as wide as that, from its left end; and the time of a place. */
double brg_stretch_x(const brg_stretch *stretch, float w, uint64_t ns);
uint64_t brg_stretch_ns(const brg_stretch *stretch, float w, double x);

/* Goes to another time: `seconds` later, if that is positive. Zooms by a factor about a fraction of
 * its length, 0 the start, 1 the end; the length stays within bounds. */
void brg_stretch_shift(brg_stretch *stretch, double seconds);
void brg_stretch_zoom(brg_stretch *stretch, double factor, double about, double least, double most);

const char *brg_lane_title(brg_lane lane);
brg_colour brg_lane_colour(brg_lane lane);

/* Draws a track within a place, as wide as the stretch. With a job selected, all others' spans step
 * back. With a period, frames that were dropped are marked on the window's own lane. */
void brg_lane_draw(brg_ui *ui, const brg_track *track, brg_rect place, const brg_stretch *stretch,
                   brg_job selected, uint64_t period_ns);

/* The span at a place of a lane, or nearly there; the latest if there are several, NULL if none. */
const brg_span *brg_lane_span_at(const brg_track *track, brg_rect place, const brg_stretch *stretch,
                                 float x);

/* What a span is, for a tip: name, length, and the job's label and state if they are known. */
const char *brg_span_text(const brg_span *span, const char *job, char *text, size_t size);

#endif
