/* Ops: what can be computed. An op is a row of a table: a handful of pure functions and no OpenCL call.
 *
 * The engine asks a row to check its arguments, to plan the kernel launches for a device, and, after
 * the kernels have run, for the sequential reference and the error bounds. It knows ops through this
 * table only; an op of your own, registered with brg_engine_add_op, is treated like a built-in one.
 *
 * Thread safety: rows are constant; callbacks are pure functions of their arguments, and are called
 * from the thread that submits (check) and from the engine's thread (all others). */
#ifndef BRIGADE_OP_H
#define BRIGADE_OP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "brigade/device.h"
#include "brigade/tensor.h"
#include "brigade/verify.h"

enum {
    BRG_MAX_INPUTS = 4,
    BRG_MAX_STAGES = 16,
    BRG_MAX_PARAMS = 128, /* bytes of an op's params struct */
    BRG_MAX_ARGS = 32,
    BRG_MAX_LAUNCHES = 2048,
    BRG_MAX_SCRATCH = 8,
    BRG_MAX_TAILS = 12,
    BRG_MAX_DIMS = 8,
    BRG_MAX_TUNABLES = 12,
    BRG_MAX_CHOICES = 12,
    BRG_OP_NAME = 32
};

typedef struct brg_op brg_op;

/* An op applied to its arguments: what every callback receives. */
typedef struct brg_call {
    const void *params; /* the op's; never NULL: zero bytes or op->defaults if not given */
    int32_t input_count;
    brg_shape inputs[BRG_MAX_INPUTS];
    const void *data[BRG_MAX_INPUTS]; /* NULL for an input that is still on the device */
    brg_shape output;                 /* filled after check */
    const char *variant; /* that computed the output, if an oracle's bounds depend on it; or NULL */
} brg_call;

/* The work in a call, counted from the shapes: floating point operations, and bytes that must be
 * moved between memory and processor at the least (each input read once, the output written once). */
typedef struct brg_cost {
    double flops;
    double bytes;
} brg_cost;

/* A named size, for reports: {"m", 1024}. */
typedef struct brg_dim {
    char name[8];
    int64_t value;
} brg_dim;

/* ---- plans: kernel launches as plain data ---------------------------------------------------- */

/* Buffers a launch can name: the call's inputs 0..3, its output, and scratch 0..7. */
#define BRG_BUFFER_INPUT(i) (i)
#define BRG_BUFFER_OUTPUT 100
#define BRG_BUFFER_SCRATCH(i) (200 + (i))

typedef enum brg_arg_kind {
    BRG_ARG_BUFFER, /* value.buffer, one of the above */
    BRG_ARG_I32,
    BRG_ARG_I64, /* long in the kernel */
    BRG_ARG_F32,
    BRG_ARG_F64,   /* double in the kernel: only on devices that have it */
    BRG_ARG_LOCAL, /* value.bytes of local memory */
    BRG_ARG_FIRST, /* int: index of the slice's first work-item along slice_dim; see brg_launch */
    BRG_ARG_ROUND  /* int: which round of the plan's loop this is, from 0 */
} brg_arg_kind;

typedef struct brg_arg {
    brg_arg_kind kind;
    union {
        int32_t buffer;
        int32_t i32;
        int64_t i64;
        float f32;
        double f64;
        size_t bytes;
    } value;
    size_t offset, bytes; /* of a buffer, what the kernel is given of it; bytes 0: all */
} brg_arg;

/* One kernel over a range of work-groups.
 *
 * The engine cuts a launch into slices along slice_dim, a whole number of work-groups each, so that
 * a slice takes about as long as the slice budget. The kernel learns where its slice begins through
 * an argument of kind BRG_ARG_FIRST and adds it to get_global_id(slice_dim). A launch without such an
 * argument runs in one piece. */
typedef struct brg_launch {
    const char *program; /* name of a file in kernels/, without ".cl"; or any name, with source */
    const char *source;  /* OpenCL C of an op's own; NULL: the embedded file */
    char options[512];   /* build options, for example "-DTILE=16" */
    const char *kernel;
    int32_t dims;      /* 1..3 */
    size_t groups[3];  /* work-groups along each dim; 0 anywhere: nothing to run */
    size_t local[3];   /* work-items per group along each dim */
    int32_t slice_dim; /* the dim along which the range may be cut */

    /* What is final before the plan's end, to be read back while more is computed; 0: nothing. Rows of the
     * output that one work-item along slice_dim finishes; and bytes at the output's end that are final once
     * this launch is done (brg_engine_wait_tail): more from launch to launch, BRG_MAX_TAILS times at most,
     * each where a view of the output may begin. */
    int64_t rows_per_item;
    size_t tail;

    /* Work of this launch in units of the op's own: only the proportion among a plan's launches counts;
     * 0 in all of them: equal parts. */
    double share;

    brg_arg args[BRG_MAX_ARGS];
    int32_t arg_count;
    bool overflow; /* set by the helpers when options, arguments or an int do not fit */
} brg_launch;

/* All launches of a call, in order, each after the one before. */
typedef struct brg_plan {
    /* in: the values of the op's tunables to plan with, in the order of brg_op.tunables */
    int32_t tuned[BRG_MAX_TUNABLES];

    /* out */
    char variant[BRG_OP_NAME]; /* the variant planned, never "auto" */
    brg_launch *launches;      /* owned by the plan */
    int32_t launch_count;
    int32_t launch_room;
    brg_launch spare;   /* what brg_plan_add hands out when there is no memory or no place */
    int32_t loop_first; /* launches loop_first .. loop_first + loop_count - 1 are run loop_rounds */
    int32_t loop_count; /* times over before the next one; 0: every launch runs once */
    int32_t loop_rounds;
    size_t scratch[BRG_MAX_SCRATCH]; /* bytes of each scratch buffer */
    int32_t scratch_count;
    bool zero_output; /* clear the output before the first launch */
    bool overflow;    /* set by the helpers when a limit above is exceeded; the engine then fails */
} brg_plan;

/* Starts an empty plan, with the tunables at their defaults for the kind of device. The caller releases
 * it; an op's plan() is given one that was begun. */
BRG_API void brg_plan_begin(brg_plan *plan, const brg_op *op, const brg_device_info *device);
BRG_API void brg_plan_release(brg_plan *plan);

/* Helpers to fill a plan. They never fail; a full table sets plan->overflow or launch->overflow.
 *
 * brg_plan_add appends a launch of `kernel` from `program` with dims 1, one group of one work-item,
 * slice_dim 0; it is there to be filled in until the next call. brg_plan_scratch reserves a scratch
 * buffer and returns its BRG_BUFFER_SCRATCH id. */
BRG_API brg_launch *brg_plan_add(brg_plan *plan, const char *program, const char *kernel);
BRG_API int32_t brg_plan_scratch(brg_plan *plan, size_t bytes);

/* Appends to the launch's build options; a leading space is added. */
BRG_API void brg_launch_option(brg_launch *launch, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets the range of a launch from work-items needed and group size: groups are rounded up. */
BRG_API void brg_launch_range(brg_launch *launch, int32_t dim, int64_t work_items, size_t local);

/* Append one kernel argument each, in order. */
BRG_API void brg_arg_buffer(brg_launch *launch, int32_t buffer);
/* A part of a buffer: `offset` must be a multiple of the device's alignment for that, 1 KiB is enough
 * everywhere. */
BRG_API void brg_arg_view(brg_launch *launch, int32_t buffer, size_t offset, size_t bytes);
BRG_API void brg_arg_i32(brg_launch *launch, int64_t value); /* must fit; check() sees to it */
BRG_API void brg_arg_i64(brg_launch *launch, int64_t value);
BRG_API void brg_arg_f32(brg_launch *launch, float value);
BRG_API void brg_arg_f64(brg_launch *launch, double value);
BRG_API void brg_arg_local(brg_launch *launch, size_t bytes);
BRG_API void brg_arg_first(brg_launch *launch);
BRG_API void brg_arg_round(brg_launch *launch);

/* ---- parts: calls that do not fit the device's memory --------------------------------------------- */

/* A rectangle of a tensor in the host's memory, in bytes: `rows` rows of `row_bytes` each, which begin
 * `pitch` bytes apart, the first one `offset` bytes into the tensor. On the device it is dense. */
typedef struct brg_region {
    size_t offset, rows, row_bytes, pitch;
} brg_region;

/* One part of a call: a call of the same op on regions of its inputs, that computes a region of its
 * output. */
typedef struct brg_part {
    int32_t count; /* of all parts of the call */
    uint64_t params[BRG_MAX_PARAMS / 8];
    int32_t input_count;
    int32_t sources[BRG_MAX_INPUTS];  /* which of the call's inputs each region is cut from */
    brg_shape inputs[BRG_MAX_INPUTS]; /* dense */
    brg_region regions[BRG_MAX_INPUTS];
    brg_shape output;
    brg_region output_region;
} brg_part;

/* ---- the row --------------------------------------------------------------------------------- */

typedef struct brg_variant {
    const char *name;    /* "naive", "rows" ...: one rung of the ladder */
    const char *summary; /* the idea in one line */
} brg_variant;

/* A number that a plan is free to choose: a tile's side, the rows of a band, the size from which
 * another variant pays. Whatever the value, the result is right; only the speed changes. brigade tune
 * tries the choices on a device and keeps the fastest. */
typedef struct brg_tunable {
    const char *name;    /* "tile_rows" */
    const char *summary; /* one line */
    const char *variant; /* whose number it is; NULL: of several, or of the choice among them */
    int32_t cpu, gpu;    /* the default on a CPU, and on any other device */
    int32_t choices[BRG_MAX_CHOICES]; /* worth trying, ascending; 0 ends the list */
} brg_tunable;

/* A call to try an op with: real inputs and parameters. Filled by brg_op.example and brg_op.make. */
typedef struct brg_example {
    char text[64]; /* for example "7x1x129 ta" */
    int32_t input_count;
    brg_tensor *inputs[BRG_MAX_INPUTS];  /* owned by the example */
    uint64_t params[BRG_MAX_PARAMS / 8]; /* the op's params struct */
} brg_example;

struct brg_op {
    const char *name;
    const char *summary;
    const char *syntax;   /* what parse() takes, for help: "blur=SIGMA[:BORDER]"; or NULL */
    size_t params_size;   /* at most BRG_MAX_PARAMS */
    const void *defaults; /* params used when a stage gives none; NULL: all zero */
    int32_t min_inputs;
    int32_t max_inputs;
    const brg_variant *variants; /* the first is the simplest; "auto" is not listed */
    int32_t variant_count;
    const brg_tunable *tunables; /* at most BRG_MAX_TUNABLES; plan() finds values in the plan */
    int32_t tunable_count;

    /* Checks types, shapes and parameters, and gives the output's shape. Every size that a kernel receives
     * as an int must be checked here. Data may be NULL. */
    brg_status (*check)(const brg_call *call, brg_shape *output, brg_error *error);

    /* Counts the work. */
    void (*cost)(const brg_call *call, brg_cost *cost);

    /* Names the sizes, for reports; at most BRG_MAX_DIMS. Returns how many. */
    int32_t (*dims)(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]);

    /* Plans the launches of `variant` on `device`; NULL lets the op choose for device and shape. Input data
     * beyond input 0 may be read. BRG_E_NOT_FOUND for an unknown variant, BRG_E_UNSUPPORTED for one that
     * this device or shape cannot run. */
    brg_status (*plan)(const brg_call *call, const char *variant, const brg_device_info *device,
                       brg_plan *plan, brg_error *error);

    /* The best sequential portable C, and the textbook loop: computes output rows row0 <= r < row1 and
     * writes them in place into `output`, the base of the whole output. `naive` may be NULL. */
    void (*sequential)(const brg_call *call, int64_t row0, int64_t row1, void *output);
    void (*naive)(const brg_call *call, int64_t row0, int64_t row1, void *output);

    /* The exact value of each element of rows row0 <= r < row1, in double, and the bound on the error
     * of a correct f32 (or u8) kernel. `expected` and `bound` start at row0. */
    void (*oracle)(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                   double *bound);

    /* Freivalds' check of the whole output, or NULL. Fills a verdict begun by the caller. BRG_E_MEMORY. */
    brg_status (*probe)(const brg_call *call, const void *output, uint64_t seed,
                        brg_verdict *verdict, brg_error *error);

    /* Reads the text after "name=" of a filter chain into params; or NULL. `input` is the image's shape. */
    brg_status (*parse)(const char *text, const brg_shape *input, void *params, brg_error *error);

    /* Cuts a call that does not fit the device's memory: fills the index-th of its parts, each of which needs
     * at most `bytes` for inputs, output and scratch together. Successive parts should share inputs, which
     * are then not uploaded again. NULL: the call runs whole or not at all. BRG_E_UNSUPPORTED for a call
     * that cannot be cut, BRG_E_MEMORY if `bytes` is too little for any part. */
    brg_status (*part)(const brg_call *call, uint64_t bytes, int32_t index, brg_part *part,
                       brg_error *error);

    /* Fills the index-th awkward call (primes, 1xN, Nx1, empty, around tile edges, every option), with
     * data from the seed. BRG_E_NOT_FOUND past the last. Release with brg_example_release. */
    brg_status (*example)(int32_t index, uint64_t seed, brg_example *example, brg_error *error);

    /* Makes an everyday call from words "name=value" with spaces between ("n=1000000 dtype=f32"), each of
     * which may be left out, with data from the seed; or NULL. BRG_E_ARGUMENT, BRG_E_SHAPE,
     * BRG_E_MEMORY. Release with brg_example_release. */
    brg_status (*make)(const char *words, uint64_t seed, brg_example *example, brg_error *error);

    const char *make_syntax;  /* the words of make(), for help: "n=N dtype=f32|u8" */
    const char *const *sizes; /* calls worth timing, words for make(), small first; NULL ends it */
};

/* The built-in ops, in the order of the table. NULL past the end. Thread safe. */
BRG_API const brg_op *brg_op_builtin(int32_t index);

/* The built-in op of that name, or NULL. Thread safe. */
BRG_API const brg_op *brg_op_find(const char *name);

/* Releases an example's inputs and clears it. */
BRG_API void brg_example_release(brg_example *example);

#endif
