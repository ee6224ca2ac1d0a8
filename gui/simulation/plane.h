/* The plane: the part of the complex numbers that is seen, and how deep one can look. Pure
 * arithmetic. */
#ifndef BRIGADE_GUI_SIMULATION_PLANE_H
#define BRIGADE_GUI_SIMULATION_PLANE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct brg_plane {
    double x, y;  /* its middle */
    double width; /* of the room */
    int32_t w, h; /* the room in window pixels; 0: not known yet */
    int32_t iterations;
} brg_plane;

/* Shows the whole set. */
void brg_plane_reset(brg_plane *plane);

/* Zooms about a place in window pixels, which stays where it is; moves by window pixels. */
void brg_plane_zoom(brg_plane *plane, double factor, double at_x, double at_y);
void brg_plane_move(brg_plane *plane, double dx, double dy);

/* Some time of a journey to a point where there is something to be seen at every depth. */
void brg_plane_dive(brg_plane *plane, double seconds);

/* The distance between two pixels; the least at which single precision tells them apart; and whether
 * one cannot look deeper than that. */
double brg_plane_pixel(const brg_plane *plane);
double brg_plane_least_pixel(const brg_plane *plane);
bool brg_plane_at_end(const brg_plane *plane);

/* How much larger than as a whole the set is seen. */
double brg_plane_magnification(const brg_plane *plane);

bool brg_plane_equal(const brg_plane *a, const brg_plane *b);

#endif
