/* Workloads: the inputs and stages of a job made from a few words, for the commands that make their
 * own data. "gemm" with sizes, "conv2d" with an image and a kernel, or any filter chain on an
 * image. */
#ifndef BRIGADE_CLI_WORKLOAD_H
#define BRIGADE_CLI_WORKLOAD_H

#include "brigade/brigade.h"

/* What to make, as the command line says it. */
typedef struct cli_workload_spec {
    const char *op; /* "gemm", "conv2d", or a chain such as "blur=3" */
    int64_t m, n, k;
    double alpha, beta;
    bool ta, tb;
    const char *image;  /* a file, or "WxHxC" or "WxH" for noise of that size */
    const char *kernel; /* "KHxKW" */
    bool separable;     /* the kernel is an outer product */
    const char *border; /* as brg_border_name has it */
    const char *dtype;  /* "u8" or "f32" */
} cli_workload_spec;

#define CLI_WORKLOAD_DEFAULTS                                                                      \
    {                                                                                              \
        .m = 1024, .n = 1024, .k = 1024, .alpha = 1, .image = "1920x1080x3", .kernel = "5x5",      \
        .border = "clamp", .dtype = "u8"                                                           \
    }

/* Must not move once made: the stages point into it. */
typedef struct cli_workload {
    brg_stage stages[BRG_MAX_STAGES];
    int32_t stage_count;
    brg_tensor *inputs[BRG_MAX_INPUTS]; /* owned, of stage 0 */
    int32_t input_count;
    char text[64]; /* the sizes: "m 1024  n 1024  k 1024" */
    brg_chain chain;
    brg_gemm_params gemm;
    brg_conv2d_params conv2d;
    uint64_t params[BRG_MAX_PARAMS / 8]; /* of a call made from words */
} cli_workload;

enum { CLI_WORDS = 160 };

/* Joins words with blanks between; false if they are too long. */
bool cli_workload_join(char **words, int32_t count, char text[CLI_WORDS]);

/* Whether a call of the op can be described by a spec, and whether a spec describes anything beyond
 * its op.
 */
bool cli_workload_by_options(const brg_op *op);
bool cli_workload_is_default(const cli_workload_spec *spec);

/* Makes a call of an op from the words it knows, "n=1000000 dtype=f32"; none give its everyday
 * call. BRG_E_ARGUMENT for words it does not know, and for any at all if it takes none;
 * BRG_E_MEMORY beyond `memory` bytes. */
brg_status cli_workload_words(cli_workload *workload, const brg_op *op, const char *words,
                              uint64_t seed, uint64_t memory, brg_error *error);

/* Makes the inputs, from the seed or a file, and the stages. Refuses what would need more than
 * `memory` bytes (0: no limit) before anything is allocated. BRG_E_NOT_FOUND (op, filter),
 * BRG_E_ARGUMENT, BRG_E_SHAPE, BRG_E_MEMORY, BRG_E_IO and BRG_E_FORMAT (image). Release it in
 * either case. */
brg_status cli_workload_make(cli_workload *workload, const cli_workload_spec *spec, uint64_t seed,
                             uint64_t memory, brg_error *error);
void cli_workload_release(cli_workload *workload);

/* Puts an image under a chain read from text; the workload takes the image over in any case. */
brg_status cli_workload_filter(cli_workload *workload, const char *chain, brg_tensor *image,
                               brg_error *error);

/* The built-in op that a text such as "blur=3,edge" begins with. BRG_E_NOT_FOUND, with a
 * suggestion. */
brg_status cli_workload_op(const char *text, const brg_op **op, brg_error *error);

/* An everyday use of the op, as a spec's `op`; NULL if none is known. */
const char *cli_workload_typical(const brg_op *op);

/* Loads an image file the user named; what is wrong with it is BRG_E_IO, BRG_E_FORMAT or
 * BRG_E_SHAPE. */
brg_status cli_workload_load(const char *path, brg_tensor **image, brg_error *error);

#endif
