/* What the op rows share: the rows themselves, the check of a finished plan, and help with
 * examples. */
#ifndef BRIGADE_OPS_OPS_H
#define BRIGADE_OPS_OPS_H

#include "brigade/op.h"
#include "brigade/ops.h"

extern const brg_op brg_op_gemm;
extern const brg_op brg_op_conv2d;
extern const brg_op brg_op_brightness;
extern const brg_op brg_op_contrast;
extern const brg_op brg_op_point;
extern const brg_op brg_op_lut;
extern const brg_op brg_op_blur;
extern const brg_op brg_op_box;
extern const brg_op brg_op_median;
extern const brg_op brg_op_grey;
extern const brg_op brg_op_sharpen;
extern const brg_op brg_op_edge;
extern const brg_op brg_op_resize;
extern const brg_op brg_op_blur_resize;
extern const brg_op brg_op_conv2d_forward;
extern const brg_op brg_op_conv2d_backward_data;
extern const brg_op brg_op_conv2d_backward_weights;
extern const brg_op brg_op_reduce;
extern const brg_op brg_op_scan;
extern const brg_op brg_op_histogram;
extern const brg_op brg_op_transpose;
extern const brg_op brg_op_reaction_diffusion;
extern const brg_op brg_op_mandelbrot;
extern const brg_op brg_op_nbody;
extern const brg_op brg_op_train;

/* The largest size that a kernel may receive as an int. It leaves room below INT32_MAX, so that
 * rounding a range up to whole work-groups never overflows an int index in a kernel. */
enum { BRG_MAX_SIDE = INT32_MAX - 65535 };

/* Checks a plan that an op, perhaps a user's own, has filled: tables not overflowed, ranges and
 * buffer names sound for a call with `input_count` inputs. BRG_E_INTERNAL names the defect. */
brg_status brg_plan_check(const brg_plan *plan, int32_t input_count, brg_error *error);

/* Turns the launches' shares into parts of the plan's whole work, 1 for all rounds together. Done once,
 * on a plan that was checked. */
void brg_plan_settle(brg_plan *plan);

/* Whether a launch is one of those that are run over and over. */
bool brg_plan_loops(const brg_plan *plan, int32_t launch);

/* How many rounds of loops one work-item may make on a device. Mesa's llvmpipe ends every loop of a
 * work-item, without a word, once it has made 65 535 rounds in all: there, somewhat less. Elsewhere
 * more than anyone will make. */
int64_t brg_loop_limit(const brg_device_info *device);

/* Whether a device counts them at all: Mesa's llvmpipe, then, which also runs the work-items of a group as
 * the lanes of a vector, and takes minutes to compile a kernel that holds a tile in registers or has its loops
 * unrolled. */
bool brg_counts_rounds(const brg_device_info *device);

/* The work-items of a group that lies along a row, where each has one element: 64, or 1 on a device
 * that has no such groups. */
size_t brg_row_group(const brg_device_info *device);

/* Whether a tunable may have this value: one of its choices, or a default. Plans are made, and tested, for
 * no other. */
bool brg_tunable_takes(const brg_tunable *tunable, int32_t value);

/* Looks `name` up among an op's variants: its index, 0 or more, or -1 if there is none. */
int32_t brg_variant_find(const brg_op *op, const char *name);

/* The error of an unknown variant: names those that exist. Returns BRG_E_NOT_FOUND. */
brg_status brg_variant_unknown(const brg_op *op, const char *name, brg_error *error);

/* Adds an input of the given shape to an example: noise, uniform in [-1, 1) for f32 and in 0..255
 * for u8. The data depends on the seed and on the input's place. BRG_E_SHAPE, BRG_E_MEMORY. */
brg_status brg_example_add(brg_example *example, const brg_shape *shape, uint64_t seed,
                           brg_error *error);

#endif
