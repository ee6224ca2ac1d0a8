/* Plates: what the panes of the workbench show, each of a sheet, and how they are looked at
 * together. A model: panes draw it and call the intents. */
#ifndef BRIGADE_GUI_PLATES_H
#define BRIGADE_GUI_PLATES_H

#include "workbench/darkroom.h"

/* In the order of the darkroom's trays. */
typedef enum brg_plate_id {
    BRG_PLATE_INPUT = 0,
    BRG_PLATE_OUTPUT, /* of A, then of B; errors likewise */
    BRG_PLATE_OUTPUT_B,
    BRG_PLATE_ERRORS,
    BRG_PLATE_ERRORS_B,
    BRG_PLATE_COUNT
} brg_plate_id;

/* A print of the whole sheet, as fine as the pane, and one of the part in sight. */
typedef struct brg_plate {
    brg_exhibit exhibit;
    brg_subject subject;
    int32_t input;
    brg_sheet sheet;
    brg_print whole, part;
    uint64_t whole_serial, part_serial; /* change when the pictures do */
    bool whole_due;                     /* has not been ordered yet */
    bool part_due;
    brg_crop part_wanted; /* as ordered last */
    int32_t whole_w;      /* as ordered last, pixels */
    brg_rect room;        /* on the screen; w is 0 while it is not shown */
} brg_plate;

typedef struct brg_plates {
    brg_darkroom *darkroom;
    brg_plate at[BRG_PLATE_COUNT];
    brg_look looks[2]; /* of the results, and of an input unlike them */
    float scale;       /* window pixels per logical pixel */
    uint64_t serials;

    int pointed;        /* plate under the pointer, -1: none */
    int64_t x, y;       /* the cell there; of a plot, y is the series */
    int64_t element;    /* its first element */
    int64_t marked;     /* an element of the output to be seen, -1: none */
    brg_exact exact[2]; /* of A and B, of the element pointed at; count is 0 while unknown */
    bool exact_due[2];
} brg_plates;

void brg_plates_init(brg_plates *plates, brg_darkroom *darkroom);
void brg_plates_release(brg_plates *plates);

/* Has a plate show something else; the exhibit is retained. Or nothing. */
void brg_plates_show(brg_plates *plates, brg_plate_id id, const brg_exhibit *exhibit,
                     brg_subject subject, int32_t input);
void brg_plates_hide(brg_plates *plates, brg_plate_id id);

/* Takes what the darkroom has ready and orders what is missing. What costs a part of the reference
 * waits until the device rests. */
void brg_plates_update(brg_plates *plates, bool resting);

/* True while something is to be ordered. */
bool brg_plates_due(const brg_plates *plates, bool resting);

/* ---- intents --------------------------------------------------------------------------------- */

void brg_plates_fit(brg_plates *plates);
void brg_plates_zoom(brg_plates *plates, brg_plate_id id, double x, double y, double factor);
void brg_plates_drag(brg_plates *plates, brg_plate_id id, double dx, double dy);

/* The pointer is over a plate's room, or (id -1) over none. */
void brg_plates_point(brg_plates *plates, int id, double x, double y);

/* Marks an element of the output and looks at it closely. */
void brg_plates_go_to(brg_plates *plates, int64_t element);

/* ---- what panes ask -------------------------------------------------------------------------- */

brg_look *brg_plates_look(brg_plates *plates, brg_plate_id id);
brg_glass brg_plates_glass(const brg_plates *plates, brg_plate_id id);

/* True if a plate shows the cells of the results. */
bool brg_plates_linked(const brg_plates *plates, brg_plate_id id);

#endif
