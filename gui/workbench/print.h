/* Prints: a part of a sheet as pixels, of as many as a pane has. Values, or errors as parts of their
 * bounds. Made on the darkroom's thread; no OpenGL. */
#ifndef BRIGADE_GUI_PRINT_H
#define BRIGADE_GUI_PRINT_H

#include <stdatomic.h>

#include "ui/picture.h"
#include "workbench/exhibit.h"
#include "workbench/look.h"

typedef enum brg_subject { BRG_OF_INPUT = 0, BRG_OF_OUTPUT, BRG_OF_ERRORS } brg_subject;

typedef struct brg_print_order {
    brg_exhibit exhibit; /* the order's own */
    brg_subject subject;
    int32_t input; /* which, of BRG_OF_INPUT */
    brg_crop crop; /* of the sheet */
    int32_t w, h;  /* pixels at most */
    bool ranged;   /* lo and hi are known from an earlier print */
    double lo, hi;
} brg_print_order;

/* The square in which a sheet of points lies. */
typedef struct brg_frame {
    double x, y, side;
} brg_frame;

typedef struct brg_print {
    brg_sheet sheet;
    brg_crop crop;
    brg_picture picture; /* with the caption; w is 0 if there is nothing to be seen */
    double lo, hi;       /* smallest and largest finite element; of errors 0 and the largest */
    brg_frame frame;     /* of points */
    float *ratios;       /* of a map of errors: each pixel's, negative where it is not known */
} brg_print;

/* The tensor that an order is about. */
const brg_tensor *brg_print_tensor(const brg_print_order *order);

/* Develops a print. An error that leaves nothing to be seen is in the caption. Stops early once
 * *stop is true. The caller clears it. */
void brg_print_develop(const brg_print_order *order, const atomic_bool *stop, brg_print *print);
void brg_print_clear(brg_print *print);

/* Where a body is in the square, 0..1 from the top left. */
void brg_frame_place(const brg_frame *frame, const brg_tensor *bodies, int64_t body, double *x,
                     double *y);

/* The errors of a sheet: workbench/errors.c. */
void brg_print_errors(const brg_print_order *order, const atomic_bool *stop, brg_print *print);

/* Draws a plot's series, values `at(user, series, i)` of its sheet, from print->lo to print->hi. */
typedef double brg_series(const void *user, int64_t series, int64_t i);
void brg_print_plot(brg_print *print, brg_series *at, const void *user);

/* Draws a dot for a body. */
void brg_print_dot(brg_print *print, const brg_tensor *bodies, int64_t body, brg_colour colour);

#endif
