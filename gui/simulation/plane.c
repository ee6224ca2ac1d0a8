/* The plane. See plane.h. */
#include "simulation/plane.h"

#include <float.h>
#include <math.h>

static const double whole_x = -0.65, whole_y = 0, whole_width = 3.6;

/* In the valley of the sea horses. */
static const double goal_x = -0.743643887, goal_y = 0.131825904;

void brg_plane_reset(brg_plane *plane) {
    plane->x = whole_x;
    plane->y = whole_y;
    plane->width = whole_width;
}

double brg_plane_pixel(const brg_plane *plane) {
    return plane->w > 0 ? plane->width / plane->w : 0;
}

/* Two steps of the largest coordinate's last place: c itself must differ from pixel to pixel. */
double brg_plane_least_pixel(const brg_plane *plane) {
    double half = plane->width / 2;
    double largest = fmax(fabs(plane->x) + half, fabs(plane->y) + half);
    return 2 * (double)FLT_EPSILON * exp2(floor(log2(largest)));
}

bool brg_plane_at_end(const brg_plane *plane) {
    return plane->w > 0 && brg_plane_pixel(plane) <= 1.0001 * brg_plane_least_pixel(plane);
}

double brg_plane_magnification(const brg_plane *plane) {
    return whole_width / plane->width;
}

bool brg_plane_equal(const brg_plane *a, const brg_plane *b) {
    return a->x == b->x && a->y == b->y && a->width == b->width && a->w == b->w && a->h == b->h &&
           a->iterations == b->iterations;
}

/* No wider than a little more than the set, no deeper than numbers go. */
static void limit(brg_plane *plane) {
    double least = brg_plane_least_pixel(plane) * plane->w;
    plane->width = fmin(fmax(plane->width, least), 2 * whole_width);
    plane->x = fmin(fmax(plane->x, -2.5), 1.5);
    plane->y = fmin(fmax(plane->y, -1.5), 1.5);
}

void brg_plane_zoom(brg_plane *plane, double factor, double at_x, double at_y) {
    double was = plane->width, dx = at_x - plane->w / 2.0, dy = at_y - plane->h / 2.0;
    if (plane->w <= 0)
        return;
    plane->width /= factor;
    limit(plane);
    plane->x += dx * (was - plane->width) / plane->w;
    plane->y -= dy * (was - plane->width) / plane->w;
}

void brg_plane_move(brg_plane *plane, double dx, double dy) {
    plane->x -= dx * brg_plane_pixel(plane);
    plane->y += dy * brg_plane_pixel(plane);
    limit(plane);
}

/* The goal comes to the middle a little faster than the rest goes out of sight. */
void brg_plane_dive(brg_plane *plane, double seconds) {
    double shrink = exp2(-0.6 * seconds);
    plane->x = goal_x + (plane->x - goal_x) * pow(shrink, 1.4);
    plane->y = goal_y + (plane->y - goal_y) * pow(shrink, 1.4);
    plane->width *= shrink;
    limit(plane);
}
