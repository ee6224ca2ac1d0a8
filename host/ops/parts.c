/* Parts of a range, steps back and forth between two buffers, and examples. */
#include "ops/parts.h"

#include <stdio.h>

int64_t brg_parts_count(int64_t count, int64_t size) {
    return count / size + (count % size != 0);
}

int64_t brg_parts_size(int64_t count, int64_t parts, int64_t step, int64_t least, int64_t most) {
    int64_t size = brg_parts_count(brg_parts_count(count, parts), step) * step;
    return size < least ? least : size > most ? most : size;
}

size_t brg_parts_group(const brg_device_info *device, size_t most) {
    size_t size = 1;
    while (2 * size <= most && 2 * size <= device->max_work_group &&
           2 * size <= device->max_work_item[0])
        size *= 2;
    return size;
}

brg_status brg_parts_rounds(const char *op, const char *variant, int64_t rounds,
                            const brg_device_info *device, brg_error *error) {
    if (rounds <= brg_loop_limit(device))
        return BRG_OK;
    brg_fail(
        error, BRG_E_UNSUPPORTED,
        "%s ends a work-item's loops after 65 535 rounds, too few for %s's variant \"%s\" here",
        device->name, op, variant);
    brg_error_hint(error, "Choose another variant or device, or a smaller size.");
    return BRG_E_UNSUPPORTED;
}

brg_status brg_parts_no_group(const char *op, const char *variant, const char *instead,
                              const brg_device_info *device, brg_error *error) {
    brg_fail(error, BRG_E_UNSUPPORTED,
             "%s lacks the work-groups or the local memory that %s's variant \"%s\" needs",
             device->name, op, variant);
    brg_error_hint(error, "Choose the variant \"%s\".", instead);
    return BRG_E_UNSUPPORTED;
}

/* An odd number of steps begins with input -> output, an even one with input -> scratch -> output.
 * Every further pair goes output -> scratch -> output. */
void brg_parts_steps(int64_t steps, size_t bytes, brg_add_step *add, void *user, brg_plan *plan) {
    int32_t between = steps > 1 ? brg_plan_scratch(plan, bytes) : BRG_BUFFER_OUTPUT;
    int64_t pairs = (steps - 1) / 2;
    if (steps % 2 == 1) {
        add(user, BRG_BUFFER_INPUT(0), BRG_BUFFER_OUTPUT, plan);
    } else {
        add(user, BRG_BUFFER_INPUT(0), between, plan);
        add(user, between, BRG_BUFFER_OUTPUT, plan);
    }
    if (pairs == 0)
        return;
    plan->loop_first = plan->launch_count;
    add(user, BRG_BUFFER_OUTPUT, between, plan);
    add(user, between, BRG_BUFFER_OUTPUT, plan);
    plan->loop_count = plan->launch_count - plan->loop_first;
    plan->loop_rounds = (int32_t)pairs;
}

brg_status brg_example_add_uniform(brg_example *example, const brg_shape *shape, float lo, float hi,
                                   uint64_t seed, brg_error *error) {
    int32_t place = example->input_count;
    if (place >= BRG_MAX_INPUTS)
        return brg_fail(error, BRG_E_INTERNAL, "an example has at most %d inputs", BRG_MAX_INPUTS);
    uint64_t own_seed = seed + 0x9e3779b97f4a7c15u * (uint64_t)(place + 1);
    brg_status status =
        brg_tensor_create_uniform(shape, own_seed, lo, hi, &example->inputs[place], error);
    if (status == BRG_OK)
        example->input_count++;
    return status;
}
