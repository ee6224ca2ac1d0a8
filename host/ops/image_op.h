/* What the rows of image ops share: checking a call, sizes, launches over rows, and reading
 * options. */
#ifndef BRIGADE_OPS_IMAGE_OP_H
#define BRIGADE_OPS_IMAGE_OP_H

#include <stdbool.h>

#include "brigade/op.h"
#include "brigade/ops.h"
#include "ops/words.h"

enum { BRG_IMAGE_MAX_SIDE = 65535 };

/* Checks that `shape` is an image: {h, w, c}, u8 or f32, c 1, 3 or 4, sides 0..65535, and that its
 * bytes can be counted. `op` names the filter in the message. BRG_E_SHAPE, BRG_E_UNSUPPORTED
 * (type). */
brg_status brg_image_check(const char *op, const brg_shape *shape, brg_error *error);

/* Checks a border. BRG_E_ARGUMENT. */
brg_status brg_image_check_border(const char *op, brg_border border, brg_error *error);

/* Height, width, channels, and elements in a row of an image shape. */
int64_t brg_image_h(const brg_shape *shape);
int64_t brg_image_w(const brg_shape *shape);
int64_t brg_image_c(const brg_shape *shape);
int64_t brg_image_pitch(const brg_shape *shape);

/* Elements in an image, and the cost of reading one image, writing another and doing `flops`
 * operations for each element written. */
double brg_image_elements(const brg_shape *shape);
void brg_image_cost(const brg_call *call, double flops, brg_cost *cost);

/* Writes the dims w, h, c of the input; returns how many. */
int32_t brg_image_dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]);

/* The variant that is planned: `variant` if the op has it, or when it is NULL the one that suits
 * the kind of device. BRG_E_NOT_FOUND. */
brg_status brg_image_variant(const brg_op *op, const char *variant, const brg_device_info *device,
                             const char *on_cpu, const char *elsewhere, const char **chosen,
                             brg_error *error);

/* Appends a launch of one work-item per element of `shape`: dim 0 along the row, dim 1 the rows,
 * which are cut into slices. The build learns the element type from -DPIXEL_U8. */
brg_launch *brg_image_launch_elements(brg_plan *plan, const char *program, const char *kernel,
                                      const brg_shape *shape, const brg_device_info *device);

/* How many rows a work-item of a strips kernel should own, a multiple of `step`, when `columns`
 * strips stand side by side. `rounds` is how often all its loops go round in one step of rows, at
 * most: where a device counts them (see brg_loop_limit) a strip is kept short. 0 if even one step
 * is too long. */
int64_t brg_image_strip_rows(const brg_shape *shape, int64_t columns, int64_t step, double rounds,
                             const brg_device_info *device);

/* Appends a launch of work-groups of one work-item, each for a strip of that many rows. */
brg_launch *brg_image_launch_strips(brg_plan *plan, const char *program, const char *kernel,
                                    const brg_shape *shape, int64_t columns, int64_t rows);

/* Whether an image of the call's size no longer stays in the device's caches beside another: CPU kernels
 * then had better write past them. */
bool brg_image_past_cache(const brg_shape *shape, const brg_device_info *device);

/* The error of a variant that would loop for too long in one work-item of this device. Returns
 * BRG_E_UNSUPPORTED. */
brg_status brg_image_fail_rounds(const brg_op *op, const char *variant, brg_error *error);

/* ---- options: the text after "name=" in a filter chain ---- */

enum { BRG_OPTION_FIELDS = 4, BRG_OPTION_TEXT = 32 };

/* The text cut at its colons. */
typedef struct brg_options {
    int32_t count;
    char fields[BRG_OPTION_FIELDS][BRG_OPTION_TEXT];
} brg_options;

/* Cuts `text`; empty text has no fields. False if there are too many fields, or one is empty or
 * long. */
bool brg_options_split(const char *text, brg_options *options);

/* Read a decimal number, or a whole number, that must be the whole of `text`. The decimal separator
 * is a point whatever the locale; "nan", "inf" and hexadecimal are not numbers. */
bool brg_option_number(const char *text, float *value);
bool brg_option_count(const char *text, int64_t *value);

/* Reads "clamp", "zero", "reflect" or "wrap". */
bool brg_option_border(const char *text, brg_border *border);

/* The error of text that cannot be read: says what `op` was given and, as the hint, what it takes.
 */
brg_status brg_option_fail(const brg_op *op, const char *text, brg_error *error);

/* ---- examples ---- */

/* A size, type and channel count to try a filter on. */
typedef struct brg_image_case {
    int32_t h, w, c;
    brg_dtype dtype;
} brg_image_case;

enum { BRG_IMAGE_CASES = 66 };

/* The index-th awkward image, or false past the last: single pixels, lines, primes, widths about
 * the strips' edges, empty ones, in both types and all channel counts. */
bool brg_image_case_at(int32_t index, brg_image_case *image);

/* Starts an example with an image of noise, and its text with "WxHxC TYPE ". */
brg_status brg_image_example(brg_example *example, const brg_image_case *image, uint64_t seed,
                             brg_error *error);

/* ---- calls made from words ---- */

/* What the words of every filter begin with; the first member of its own struct. */
typedef struct brg_image_words {
    brg_word_sizes size; /* width, height, channels */
    int32_t dtype;       /* 0 u8, 1 f32 */
} brg_image_words;

/* A photograph of a 4K camera, unless told otherwise. */
#define BRG_IMAGE_WORDS_DEFAULT                                                                    \
    { {3, {3840, 2160, 4, 1}}, 0 }

/* The rows that the table of words begins with, and those of a border and of no more. */
#define BRG_IMAGE_WORD_ROWS                                                                        \
    {"image", BRG_WORD_SIZES, offsetof(brg_image_words, size), 1, BRG_IMAGE_MAX_SIDE, NULL}, {     \
        "dtype", BRG_WORD_CHOICE, offsetof(brg_image_words, dtype), 0, 0, "u8|f32"                 \
    }
#define BRG_IMAGE_BORDERS "clamp|zero|reflect|wrap"
#define BRG_IMAGE_WORD_SYNTAX "image=WxHxC dtype=u8|f32"

/* Reads `text` by the table into `words`, which begins with brg_image_words and holds the defaults,
 * and starts an example with the image: noise. BRG_E_ARGUMENT, BRG_E_SHAPE, BRG_E_MEMORY. */
brg_status brg_image_make(const brg_op *op, const char *text, const brg_word *table, int32_t count,
                          void *words, uint64_t seed, brg_example *example, brg_error *error);

#endif
