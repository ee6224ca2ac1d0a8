/* The timeline: the whole trace as lanes, to be zoomed into and pointed at. Made of panels, each a
 * file of its own beside this one. */
#ifndef BRIGADE_GUI_TIMELINE_TIMELINE_H
#define BRIGADE_GUI_TIMELINE_TIMELINE_H

#include "shell/view.h"
#include "timeline/lanes.h"
#include "timeline/saver.h"

enum { BRG_MAP_BINS = 512, BRG_MAX_LANE_ROWS = BRG_MAX_TRACKS + BRG_LANE_COUNT };

/* A lane on the screen: the title of a device's group, or a track. */
typedef struct brg_lane_row {
    int32_t device;
    brg_lane lane;
    bool title;
    brg_track_sum sum; /* over the stretch that is shown */
} brg_lane_row;

/* How busy each lane was in each part of the whole trace, 0..1. */
typedef struct brg_map {
    uint64_t first_ns, last_ns, made_ns, serial;
    float busy[BRG_LANE_COUNT][BRG_MAP_BINS];
} brg_map;

typedef struct brg_timeline {
    brg_app *app;
    const brg_scene *scene; /* of the frame being drawn */
    brg_ui *ui;             /* the same, for short */
    const brg_tracks *tracks;

    brg_stretch stretch;
    bool follow;          /* the stretch ends at the present */
    bool measuring;       /* the pointer is held */
    uint64_t measured[2]; /* between two points; both 0: nothing is */
    brg_map map;

    brg_lane_row rows[BRG_MAX_LANE_ROWS];
    int row_count;
    brg_frame_sum frames; /* in the stretch */
    uint64_t summed_ns;   /* when sums were made */
    brg_stretch summed;   /* and of what */
    brg_job_view live;    /* of the selected job, as the engine has it; generation 0: it has not */

    brg_saver *saver;
    char saved[BRG_PATH]; /* the latest file */
    uint64_t saves;
} brg_timeline;

/* ---- the model ------------------------------------------------------------------------------- */

/* Works out rows and sums for a frame: which lanes there are, and a few times a second how busy. */
void brg_timeline_sum_up(brg_timeline *t);

/* The whole trace: from the first span to the present. */
double brg_timeline_seconds(const brg_timeline *t);

/* Intents. The stretch never leaves the trace altogether. */
void brg_timeline_pan(brg_timeline *t, double fraction);
void brg_timeline_zoom(brg_timeline *t, double factor, double about);
void brg_timeline_fit(brg_timeline *t);
void brg_timeline_fit_selected(brg_timeline *t);
void brg_timeline_follow(brg_timeline *t, bool follow);
void brg_timeline_save(brg_timeline *t);
void brg_timeline_select(brg_timeline *t, brg_job job);
void brg_timeline_select_next(brg_timeline *t, bool older);

/* ---- panels ---------------------------------------------------------------------------------- */

void brg_timeline_tools(brg_timeline *t, brg_rect place);
void brg_timeline_map(brg_timeline *t, brg_rect place);
void brg_timeline_lanes(brg_timeline *t, brg_rect place);
void brg_timeline_facts(brg_timeline *t, brg_rect place);
void brg_timeline_jobs(brg_timeline *t, brg_rect place);

/* The height that the lanes like to have. */
float brg_timeline_lanes_height(const brg_timeline *t);

#endif
