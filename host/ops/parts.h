/* What the ops over plain arrays share: cutting a range into work-items, steps that pass two
 * buffers back and forth, and examples from words. */
#ifndef BRIGADE_OPS_PARTS_H
#define BRIGADE_OPS_PARTS_H

#include "brigade/op.h"
#include "ops/ops.h"
#include "ops/words.h"

/* How many parts of `size` cover `count`. */
int64_t brg_parts_count(int64_t count, int64_t size);

/* The size of a part, a multiple of `step` from `least` to `most`, so that about `parts` of them
 * cover `count`. */
int64_t brg_parts_size(int64_t count, int64_t parts, int64_t step, int64_t least, int64_t most);

/* The largest work-group along dim 0 that a device takes, a power of two up to `most`. */
size_t brg_parts_group(const brg_device_info *device, size_t most);

/* BRG_E_UNSUPPORTED if one work-item of the variant would make more rounds of loops than the device
 * allows; the error says so. */
brg_status brg_parts_rounds(const char *op, const char *variant, int64_t rounds,
                            const brg_device_info *device, brg_error *error);

/* The error of a variant whose work-group or local memory the device does not have. Returns
 * BRG_E_UNSUPPORTED. */
brg_status brg_parts_no_group(const char *op, const char *variant, const char *instead,
                              const brg_device_info *device, brg_error *error);

/* Adds the launch of one step that reads buffer `from` and writes buffer `to`. */
typedef void brg_add_step(void *user, int32_t from, int32_t to, brg_plan *plan);

/* Plans `steps` >= 1 steps from input 0 to the output, each reading what the last one wrote: the
 * states take turns between the output and one scratch buffer of `bytes`. */
void brg_parts_steps(int64_t steps, size_t bytes, brg_add_step *add, void *user, brg_plan *plan);

/* Adds an input to an example: noise, uniform in [lo, hi), by the seed and the input's place. */
brg_status brg_example_add_uniform(brg_example *example, const brg_shape *shape, float lo, float hi,
                                   uint64_t seed, brg_error *error);

#endif
