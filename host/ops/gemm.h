/* What the two halves of the op "gemm" share: its row, in gemm.c, and its plans, in gemm_plan.c. */
#ifndef BRIGADE_OPS_GEMM_H
#define BRIGADE_OPS_GEMM_H

#include "reference/gemm.h"

enum brg_gemm_variant {
    BRG_GEMM_NAIVE,
    BRG_GEMM_TILED,
    BRG_GEMM_BLOCKED,
    BRG_GEMM_ROWS,
    BRG_GEMM_PANELS,
    BRG_GEMM_PACKED,
    BRG_GEMM_THIN,
    BRG_GEMM_DOTS,
    BRG_GEMM_VARIANTS
};

enum brg_gemm_tunable {
    BRG_GEMM_BLOCK_SIDE,
    BRG_GEMM_ITEM_COLS,
    BRG_GEMM_BAND_ROWS,
    BRG_GEMM_BLOCK_COLS,
    BRG_GEMM_DEPTH,
    BRG_GEMM_PACK_FROM,
    BRG_GEMM_PACK_ROWS,
    BRG_GEMM_ITEMS,
    BRG_GEMM_SPAN,
    BRG_GEMM_FEW,
    BRG_GEMM_TUNABLES
};

extern const brg_variant brg_gemm_variants[BRG_GEMM_VARIANTS];
extern const brg_tunable brg_gemm_tunables[BRG_GEMM_TUNABLES];

/* Callbacks of the row; see brigade/op.h. */
brg_status brg_gemm_part(const brg_call *call, uint64_t bytes, int32_t index, brg_part *part,
                         brg_error *error);
brg_status brg_gemm_plan(const brg_call *call, const char *variant, const brg_device_info *device,
                         brg_plan *plan, brg_error *error);

/* An update of weights and velocities where they are. */
typedef struct brg_gemm_descent {
    int64_t to_velocities; /* elements from W to V */
    float decay;           /* times W is added to the gradient */
} brg_gemm_descent;

/* Plans an update with momentum whose output holds W and V already; C is not read. */
brg_status brg_gemm_plan_in_place(const brg_call *call, const brg_gemm_descent *descent,
                                  const char *variant, const brg_device_info *device,
                                  brg_plan *plan, brg_error *error);

/* The largest k of i8: 2^31 / 2^14, less one. */
enum { BRG_GEMM_MAX_WHOLE_K = 131071 };

#endif
