/* Pictures: a result's spans sorted into timelines, each with its lanes. Pure. */
#ifndef BRIGADE_GUI_LAB_PICTURES_H
#define BRIGADE_GUI_LAB_PICTURES_H

#include <brigade/lab.h>

enum { BRG_PICTURES = 12, BRG_PICTURE_LANES = 24, BRG_PICTURE_WORK = 64 };

typedef struct brg_lab_picture {
    const char *name;
    uint32_t lanes; /* a bit for each of those below that it has */
    double length_s;
} brg_lab_picture;

/* Where a span belongs; -1: it is not shown. */
typedef struct brg_lab_place {
    int16_t picture, lane;
    int16_t colour; /* of what is done: the same in all pictures */
} brg_lab_place;

/* What it points to is the result's, and good until that is released. */
typedef struct brg_lab_pictures {
    brg_lab_picture pictures[BRG_PICTURES];
    int count;
    const char *lanes[BRG_PICTURE_LANES]; /* of all pictures */
    int lane_count;
    const char *work[BRG_PICTURE_WORK]; /* what is done, in the order of colours */
    int work_count;
    brg_lab_place *places; /* of each span */
    int32_t place_count;
    bool shared; /* lengths can be compared: one scale for all */
} brg_lab_pictures;

/* Sorts; what was there before is replaced. Nothing is shown if memory is short. */
void brg_lab_pictures_sort(brg_lab_pictures *pictures, const brg_lab_result *result);
void brg_lab_pictures_clear(brg_lab_pictures *pictures);

/* How many lanes there are in a set of them; and how many of those come before one. */
int brg_lab_lane_count(uint32_t lanes);
int brg_lab_lane_rank(uint32_t lanes, int lane);

/* How long the line of a picture is, in seconds. */
double brg_lab_pictures_scale(const brg_lab_pictures *pictures, int picture);

#endif
