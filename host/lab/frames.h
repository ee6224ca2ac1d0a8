/* A window's loop without the window: 60 times a second it answers input and draws, and measures how late it
 * is. What it draws is work of a stated length, so that frames have a price.
 *
 * Thread safety: the lab's thread only. */
#ifndef LAB_FRAMES_H
#define LAB_FRAMES_H

#include "lab/lab.h"
#include "lab/tail.h"

typedef struct brg_lab_frames {
    double rate;   /* frames a second; 0: 60 */
    double draw_s; /* processor time that each frame takes; 0: none */
    bool (*tick)(brg_lab *lab,
                 void *argument); /* what the loop does each frame; false: it is over */
    void *argument;
    const char *picture; /* adds the frames to this timeline, lane "window"; NULL: to none */
    brg_lab_tail *log;   /* adds how far frames were apart, s, to this too; NULL: to none */
} brg_lab_frames;

/* How far frames were apart. Input is answered once a frame, so that this is also how long a key press may
 * wait. Milliseconds. */
typedef struct brg_lab_frame_pace {
    double p50, p99, max;
    int32_t frames;
    double seconds; /* the loop took */
} brg_lab_frame_pace;

/* Runs the loop until tick says false or the lab is cancelled. */
brg_lab_frame_pace brg_lab_frames_run(brg_lab *lab, const brg_lab_frames *frames);

#endif
