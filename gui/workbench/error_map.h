/* The error map: where a result differs from the exact value, and by how much of its bound.
 *
 * The engine's verdict says how many elements were checked and which is the worst; the map shows
 * the pattern. It asks the op's own oracle, row by row, for as many rows as a time budget allows.
 */
#ifndef BRIGADE_GUI_ERROR_MAP_H
#define BRIGADE_GUI_ERROR_MAP_H

#include <brigade/op.h>
#include <stdatomic.h>

#include "ui/picture.h"

/* Draws the map of op(inputs) against `output`. `params` as for a job's stage. Gives up with
 * BRG_E_CANCELLED once *stop is true. BRG_E_MEMORY, and what the op's check returns. */
brg_status brg_error_map(const brg_op *op, const void *params, const brg_tensor *const *inputs,
                         int32_t input_count, const brg_tensor *output, const atomic_bool *stop,
                         brg_picture *picture, brg_error *error);

#endif
