/* Plans: the helpers that fill them, the check that the engine makes, and that every op plans every
 * example on devices of every kind, with no device at hand. PoCL survives a division by zero in the
 * host without a word, so this test does not start it. */
#include <stdio.h>
#include <string.h>

#include "ops/ops.h"
#include "reference.h"

static brg_plan *new_plan(void) {
    brg_plan *plan = calloc(1, sizeof *plan);
    cr_assert_not_null(plan);
    return plan;
}

Test(plan, ranges_are_rounded_up) {
    brg_plan *plan = new_plan();
    brg_launch *launch = brg_plan_add(plan, "p", "k");
    cr_expect_eq(launch->dims, 1);
    cr_expect_eq(launch->groups[0] * launch->local[0], 1);
    brg_launch_range(launch, 1, 65, 16);
    cr_expect_eq(launch->dims, 2);
    cr_expect_eq(launch->groups[1], 5);
    brg_launch_range(launch, 0, 64, 16);
    cr_expect_eq(launch->groups[0], 4);
    brg_launch_range(launch, 0, 0, 16);
    cr_expect_eq(launch->groups[0], 0);
    brg_launch_range(launch, 0, -5, 0);
    cr_expect_eq(launch->groups[0], 0);
    cr_expect_eq(launch->local[0], 1);
    cr_expect_not(launch->overflow);
    brg_launch_range(launch, 3, 1, 1);
    cr_expect(launch->overflow);
    brg_plan_release(plan);
    free(plan);
}

Test(plan, options_add_up_until_there_is_no_room) {
    brg_plan *plan = new_plan();
    brg_launch *launch = brg_plan_add(plan, "p", "k");
    brg_launch_option(launch, "-DA=%d", 1);
    brg_launch_option(launch, "-DB=%s", "x");
    cr_expect_str_eq(launch->options, " -DA=1 -DB=x");
    for (int i = 0; i < 100 && !launch->overflow; i++)
        brg_launch_option(launch, "-DLONG_NAME_%d=1234567890", i);
    cr_expect(launch->overflow);
    cr_expect_lt(strlen(launch->options), sizeof launch->options);
    brg_launch_option(launch, "-DMORE");
    cr_expect_eq(brg_plan_check(plan, 1, NULL), BRG_E_INTERNAL);
    brg_plan_release(plan);
    free(plan);
}

Test(plan, tables_overflow_without_harm) {
    brg_plan *plan = new_plan();
    for (int i = 0; i < BRG_MAX_LAUNCHES; i++)
        brg_plan_add(plan, "p", "k");
    cr_expect_eq(brg_plan_check(plan, 0, NULL), BRG_OK);
    brg_plan_add(plan, "p", "k");
    cr_expect(plan->overflow);
    cr_expect_eq(brg_plan_check(plan, 0, NULL), BRG_E_INTERNAL);
    memset(plan, 0, sizeof *plan);
    for (int i = 0; i <= BRG_MAX_SCRATCH; i++)
        brg_plan_scratch(plan, 4);
    cr_expect(plan->overflow);
    memset(plan, 0, sizeof *plan);
    brg_launch *launch = brg_plan_add(plan, "p", "k");
    for (int i = 0; i < BRG_MAX_ARGS; i++)
        brg_arg_first(launch);
    cr_expect_not(launch->overflow);
    brg_arg_f32(launch, 1);
    cr_expect(launch->overflow);
    brg_plan_release(plan);
    free(plan);
}

static brg_status check_with(void (*spoil)(brg_plan *, brg_launch *)) {
    brg_plan *plan = new_plan();
    brg_launch *launch = brg_plan_add(plan, "p", "k");
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    spoil(plan, launch);
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_plan_check(plan, 1, &error);
    cr_expect(status == BRG_OK || error.what[0]);
    brg_plan_release(plan);
    free(plan);
    return status;
}

static void leave(brg_plan *plan, brg_launch *launch) {
    (void)plan;
    (void)launch;
}

static void name_no_kernel(brg_plan *plan, brg_launch *launch) {
    (void)plan;
    launch->kernel = NULL;
}

static void use_missing_input(brg_plan *plan, brg_launch *launch) {
    (void)plan;
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(1));
}

static void use_missing_scratch(brg_plan *plan, brg_launch *launch) {
    brg_arg_buffer(launch, brg_plan_scratch(plan, 16) + 1);
}

static void pass_large_int(brg_plan *plan, brg_launch *launch) {
    (void)plan;
    brg_arg_i32(launch, INT64_C(1) << 31);
}

static void slice_elsewhere(brg_plan *plan, brg_launch *launch) {
    (void)plan;
    launch->slice_dim = 1;
}

static void empty_group(brg_plan *plan, brg_launch *launch) {
    (void)plan;
    launch->local[0] = 0;
}

static void loop_elsewhere(brg_plan *plan, brg_launch *launch) {
    (void)launch;
    plan->loop_count = plan->loop_rounds = 2;
}

Test(plan, shares_become_parts_of_one_whole) {
    brg_plan *plan = new_plan();
    for (int i = 0; i < 3; i++)
        brg_plan_add(plan, "p", "k")->share = 100;
    plan->loop_first = 1;
    plan->loop_count = 2;
    plan->loop_rounds = 4;
    brg_plan_settle(plan);
    cr_expect_float_eq(plan->launches[0].share + 8 * plan->launches[1].share, 1, 1e-12);
    plan->launches[0].share = plan->launches[1].share = plan->launches[2].share = 0;
    brg_plan_settle(plan);
    cr_expect_float_eq(plan->launches[2].share, 1.0 / 9, 1e-12);
    brg_plan_release(plan);
    free(plan);
}

Test(plan, defects_are_found) {
    cr_expect_eq(check_with(leave), BRG_OK);
    cr_expect_eq(check_with(name_no_kernel), BRG_E_INTERNAL);
    cr_expect_eq(check_with(use_missing_input), BRG_E_INTERNAL);
    cr_expect_eq(check_with(use_missing_scratch), BRG_E_INTERNAL);
    cr_expect_eq(check_with(pass_large_int), BRG_E_INTERNAL);
    cr_expect_eq(check_with(slice_elsewhere), BRG_E_INTERNAL);
    cr_expect_eq(check_with(empty_group), BRG_E_INTERNAL);
    cr_expect_eq(check_with(loop_elsewhere), BRG_E_INTERNAL);
}

/* ---- every op on devices of every kind ---- */

enum { A_PROCESSOR, LLVMPIPE };

static const brg_device_info devices[] = {
    {.kind = BRG_DEVICE_CPU,
     .name = "a processor",
     .compute_units = 2,
     .max_work_group = 4096,
     .max_work_item = {4096, 4096, 4096},
     .local_memory = 1 << 20},
    {.kind = BRG_DEVICE_CPU,
     .name = "llvmpipe (LLVM 15.0.6, 256 bits)",
     .compute_units = 2,
     .max_work_group = 1024,
     .max_work_item = {1024, 1024, 1024},
     .local_memory = 1 << 16},
    {.kind = BRG_DEVICE_GPU,
     .name = "a card",
     .compute_units = 64,
     .max_work_group = 256,
     .max_work_item = {256, 256, 64},
     .local_memory = 48 << 10},
    {.kind = BRG_DEVICE_OTHER,
     .name = "one work-item at a time",
     .compute_units = 1,
     .max_work_group = 1,
     .max_work_item = {1, 1, 1},
     .local_memory = 1 << 10},
};

static void must_respect(const brg_plan *plan, const brg_device_info *device, const char *what) {
    for (int32_t i = 0; i < plan->launch_count; i++) {
        const brg_launch *launch = &plan->launches[i];
        size_t items = 1;
        for (int32_t d = 0; d < launch->dims; d++) {
            items *= launch->local[d];
            cr_expect_leq(launch->local[d], device->max_work_item[d], "%s", what);
        }
        cr_expect_leq(items, device->max_work_group, "%s: %s", what, launch->kernel);
    }
}

/* With one tunable, or none (-1), set to something else than its default. */
static void plan_tuned(const brg_op *op, const char *variant, const brg_example *example,
                       const brg_device_info *device, int32_t tunable, int32_t value) {
    char what[384];
    snprintf(what, sizeof what, "%s %s, %s, on %s", op->name, variant ? variant : "auto",
             example->text, device->name);
    brg_call call = call_of(op, example);
    brg_plan *plan = new_plan();
    brg_error error = {.status = BRG_OK};
    brg_plan_begin(plan, op, device);
    if (tunable >= 0)
        plan->tuned[tunable] = value;
    brg_status status = op->plan(&call, variant, device, plan, &error);
    bool lacks_type = call.inputs[0].dtype == BRG_F64 && !device->has_fp64;
    bool may_refuse = variant || lacks_type;
    cr_expect(status == BRG_OK || (may_refuse && status == BRG_E_UNSUPPORTED), "%s: %s", what,
              error.what);
    if (status == BRG_OK) {
        cr_expect_eq(brg_plan_check(plan, call.input_count, &error), BRG_OK, "%s: %s", what,
                     error.what);
        cr_expect(!variant || strcmp(variant, plan->variant) == 0, "%s", what);
        cr_expect_geq(brg_variant_find(op, plan->variant), 0, "%s", what);
        must_respect(plan, device, what);
    }
    brg_plan_release(plan);
    free(plan);
}

static void plan_on(const brg_op *op, const char *variant, const brg_example *example,
                    const brg_device_info *device) {
    plan_tuned(op, variant, example, device, -1, 0);
    for (int32_t t = 0; t < op->tunable_count; t++)
        for (int32_t c = 0; c < BRG_MAX_CHOICES && op->tunables[t].choices[c]; c++)
            plan_tuned(op, variant, example, device, t, op->tunables[t].choices[c]);
}

Test(plan, every_op_plans_every_example_on_any_device_however_tuned) {
    brg_example example;
    for (int32_t o = 0; brg_op_builtin(o); o++) {
        const brg_op *op = brg_op_builtin(o);
        for (int32_t i = 0; op->example(i, 1, &example, NULL) == BRG_OK; i++) {
            for (size_t d = 0; d < sizeof devices / sizeof devices[0]; d++)
                for (int32_t v = -1; v < op->variant_count; v++)
                    plan_on(op, v < 0 ? NULL : op->variants[v].name, &example, &devices[d]);
            brg_example_release(&example);
        }
    }
}

static brg_status plan_call(const brg_op *op, const char *variant, const brg_example *example,
                            const brg_device_info *device, brg_error *error) {
    brg_call call = call_of(op, example);
    brg_plan *plan = new_plan();
    brg_plan_begin(plan, op, device);
    brg_status status = op->plan(&call, variant, device, plan, error);
    brg_plan_release(plan);
    free(plan);
    return status;
}

/* Its compiler takes minutes for them, which looks like hanging. */
Test(plan, nothing_is_unrolled_on_a_device_that_counts_rounds) {
    static const char *const names[] = {"blur", "sharpen", "box"};
    for (size_t o = 0; o < sizeof names / sizeof names[0]; o++) {
        const brg_op *op = brg_op_find(names[o]);
        brg_example example;
        cr_assert_eq(op->make("image=64x48x4", 1, &example, NULL), BRG_OK);
        brg_error error = {.status = BRG_OK};
        cr_expect_eq(plan_call(op, "unrolled", &example, &devices[A_PROCESSOR], &error), BRG_OK);
        cr_expect_eq(plan_call(op, "unrolled", &example, &devices[LLVMPIPE], &error),
                     BRG_E_UNSUPPORTED);
        cr_expect_not_null(strstr(error.what, "minutes to compile"), "%s", error.what);
        cr_expect_eq(plan_call(op, NULL, &example, &devices[LLVMPIPE], &error), BRG_OK);
        brg_example_release(&example);
    }
}

Test(plan, an_unknown_variant_names_the_others) {
    for (int32_t o = 0; brg_op_builtin(o); o++) {
        const brg_op *op = brg_op_builtin(o);
        brg_example example;
        cr_assert_eq(op->example(0, 1, &example, NULL), BRG_OK);
        brg_error error = {.status = BRG_OK};
        cr_expect_eq(plan_call(op, "nonsense", &example, &devices[A_PROCESSOR], &error),
                     BRG_E_NOT_FOUND);
        cr_expect_not_null(strstr(error.hint, op->variants[0].name), "%s: %s", op->name,
                           error.hint);
        brg_example_release(&example);
    }
}

/* ---- the table ---- */

Test(table, holds_complete_rows) {
    cr_assert_null(brg_op_builtin(-1));
    for (int32_t o = 0; brg_op_builtin(o); o++) {
        const brg_op *op = brg_op_builtin(o);
        cr_expect(op->name && op->summary && op->variants && op->variant_count > 1, "%d", (int)o);
        cr_expect(op->check && op->cost && op->dims && op->plan && op->sequential && op->oracle &&
                      op->example,
                  "%s", op->name);
        cr_expect(op->params_size <= BRG_MAX_PARAMS && op->max_inputs <= BRG_MAX_INPUTS);
        cr_expect_eq(brg_op_find(op->name), op);
        cr_expect(op->tunable_count >= 0 && op->tunable_count <= BRG_MAX_TUNABLES);
        for (int32_t t = 0; t < op->tunable_count; t++)
            cr_expect(op->tunables[t].name && op->tunables[t].summary && op->tunables[t].cpu &&
                          op->tunables[t].gpu,
                      "%s", op->name);
    }
    cr_expect_null(brg_op_find("no such op"));
    cr_expect_null(brg_op_find(NULL));
}
