/* The built-in ops, their variants by name, and what every example needs. */
#include <stdio.h>
#include <string.h>

#include "ops/ops.h"

static const brg_op *const builtin[] = {
    &brg_op_gemm,
    &brg_op_conv2d,
    &brg_op_brightness,
    &brg_op_contrast,
    &brg_op_point,
    &brg_op_lut,
    &brg_op_blur,
    &brg_op_box,
    &brg_op_median,
    &brg_op_grey,
    &brg_op_sharpen,
    &brg_op_edge,
    &brg_op_resize,
    &brg_op_blur_resize,
    &brg_op_reduce,
    &brg_op_scan,
    &brg_op_histogram,
    &brg_op_transpose,
    &brg_op_reaction_diffusion,
    &brg_op_mandelbrot,
    &brg_op_nbody,
    &brg_op_train,
    &brg_op_conv2d_forward,
    &brg_op_conv2d_backward_data,
    &brg_op_conv2d_backward_weights,
};

enum { BUILTIN_COUNT = sizeof builtin / sizeof builtin[0] };

const brg_op *brg_op_builtin(int32_t index) {
    return index >= 0 && index < BUILTIN_COUNT ? builtin[index] : NULL;
}

const brg_op *brg_op_find(const char *name) {
    for (int32_t i = 0; name && i < BUILTIN_COUNT; i++)
        if (strcmp(builtin[i]->name, name) == 0)
            return builtin[i];
    return NULL;
}

bool brg_tunable_takes(const brg_tunable *tunable, int32_t value) {
    bool taken = value == tunable->cpu || value == tunable->gpu;
    for (int32_t i = 0; i < BRG_MAX_CHOICES && tunable->choices[i]; i++)
        taken = taken || value == tunable->choices[i];
    return taken;
}

int32_t brg_variant_find(const brg_op *op, const char *name) {
    for (int32_t i = 0; i < op->variant_count; i++)
        if (strcmp(op->variants[i].name, name) == 0)
            return i;
    return -1;
}

brg_status brg_variant_unknown(const brg_op *op, const char *name, brg_error *error) {
    char list[BRG_ERROR_TEXT / 2] = "";
    for (int32_t i = 0; i < op->variant_count; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", op->variants[i].name);
    }
    brg_fail(error, BRG_E_NOT_FOUND, "%s has no variant \"%.*s\"", op->name, BRG_OP_NAME, name);
    brg_error_hint(error, "Choose one of %s, or none to let the op choose.", list);
    return BRG_E_NOT_FOUND;
}

brg_status brg_example_add(brg_example *example, const brg_shape *shape, uint64_t seed,
                           brg_error *error) {
    int32_t place = example->input_count;
    if (place >= BRG_MAX_INPUTS)
        return brg_fail(error, BRG_E_INTERNAL, "an example has at most %d inputs", BRG_MAX_INPUTS);
    float lo = shape->dtype == BRG_U8 ? 0.0f : -1.0f;
    float hi = shape->dtype == BRG_U8 ? 255.0f : 1.0f;
    uint64_t own_seed = seed + 0x9e3779b97f4a7c15u * (uint64_t)(place + 1);
    brg_status status =
        brg_tensor_create_uniform(shape, own_seed, lo, hi, &example->inputs[place], error);
    if (status == BRG_OK)
        example->input_count++;
    return status;
}

void brg_example_release(brg_example *example) {
    if (!example)
        return;
    for (int32_t i = 0; i < BRG_MAX_INPUTS; i++)
        brg_tensor_release(example->inputs[i]);
    *example = (brg_example){0};
}
