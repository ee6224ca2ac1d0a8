/* Plans: filling them, and checking one before the engine believes it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/ops.h"

void brg_plan_begin(brg_plan *plan, const brg_op *op, const brg_device_info *device) {
    *plan = (brg_plan){0};
    for (int32_t i = 0; i < op->tunable_count && i < BRG_MAX_TUNABLES; i++)
        plan->tuned[i] = device->kind == BRG_DEVICE_CPU ? op->tunables[i].cpu : op->tunables[i].gpu;
}

void brg_plan_release(brg_plan *plan) {
    free(plan->launches);
    plan->launches = NULL;
    plan->launch_count = plan->launch_room = 0;
}

/* Room for one more launch. */
static bool make_room(brg_plan *plan) {
    if (plan->launch_count >= BRG_MAX_LAUNCHES)
        return false;
    if (plan->launch_count < plan->launch_room)
        return true;
    int32_t room = plan->launch_room ? 4 * plan->launch_room : 4;
    brg_launch *launches = realloc(plan->launches, (size_t)room * sizeof *launches);
    if (!launches)
        return false;
    plan->launches = launches;
    plan->launch_room = room;
    return true;
}

/* The caller of a plan without room goes on filling the spare launch; the plan is void. */
brg_launch *brg_plan_add(brg_plan *plan, const char *program, const char *kernel) {
    bool room = make_room(plan);
    plan->overflow |= !room;
    brg_launch *launch = room ? &plan->launches[plan->launch_count++] : &plan->spare;
    *launch = (brg_launch){
        .program = program, .kernel = kernel, .dims = 1, .groups = {1, 1, 1}, .local = {1, 1, 1}};
    return launch;
}

int32_t brg_plan_scratch(brg_plan *plan, size_t bytes) {
    if (plan->scratch_count >= BRG_MAX_SCRATCH) {
        plan->overflow = true;
        plan->scratch_count = BRG_MAX_SCRATCH - 1;
    }
    plan->scratch[plan->scratch_count] = bytes;
    return BRG_BUFFER_SCRATCH(plan->scratch_count++);
}

void brg_launch_option(brg_launch *launch, const char *format, ...) {
    size_t used = strlen(launch->options);
    size_t room = sizeof launch->options - used;
    if (room < 2) {
        launch->overflow = true;
        return;
    }
    launch->options[used] = ' ';
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(launch->options + used + 1, room - 1, format, arguments);
    va_end(arguments);
    if (written < 0 || (size_t)written >= room - 1)
        launch->overflow = true;
}

void brg_launch_range(brg_launch *launch, int32_t dim, int64_t work_items, size_t local) {
    if (dim < 0 || dim > 2) {
        launch->overflow = true;
        return;
    }
    size_t size = local ? local : 1;
    size_t items = work_items > 0 ? (size_t)work_items : 0;
    launch->local[dim] = size;
    launch->groups[dim] = items / size + (items % size != 0);
    if (launch->dims <= dim)
        launch->dims = dim + 1;
}

static void append(brg_launch *launch, brg_arg arg) {
    if (launch->arg_count >= BRG_MAX_ARGS) {
        launch->overflow = true;
        return;
    }
    launch->args[launch->arg_count++] = arg;
}

void brg_arg_buffer(brg_launch *launch, int32_t buffer) {
    append(launch, (brg_arg){.kind = BRG_ARG_BUFFER, .value.buffer = buffer});
}

void brg_arg_view(brg_launch *launch, int32_t buffer, size_t offset, size_t bytes) {
    append(launch,
           (brg_arg){
               .kind = BRG_ARG_BUFFER, .value.buffer = buffer, .offset = offset, .bytes = bytes});
}

void brg_arg_i32(brg_launch *launch, int64_t value) {
    if (value < INT32_MIN || value > INT32_MAX)
        launch->overflow = true;
    append(launch, (brg_arg){.kind = BRG_ARG_I32, .value.i32 = (int32_t)value});
}

void brg_arg_i64(brg_launch *launch, int64_t value) {
    append(launch, (brg_arg){.kind = BRG_ARG_I64, .value.i64 = value});
}

void brg_arg_f64(brg_launch *launch, double value) {
    append(launch, (brg_arg){.kind = BRG_ARG_F64, .value.f64 = value});
}

void brg_arg_f32(brg_launch *launch, float value) {
    append(launch, (brg_arg){.kind = BRG_ARG_F32, .value.f32 = value});
}

void brg_arg_local(brg_launch *launch, size_t bytes) {
    append(launch, (brg_arg){.kind = BRG_ARG_LOCAL, .value.bytes = bytes});
}

void brg_arg_first(brg_launch *launch) {
    append(launch, (brg_arg){.kind = BRG_ARG_FIRST});
}

void brg_arg_round(brg_launch *launch) {
    append(launch, (brg_arg){.kind = BRG_ARG_ROUND});
}

bool brg_counts_rounds(const brg_device_info *device) {
    return strstr(device->name, "llvmpipe") != NULL;
}

int64_t brg_loop_limit(const brg_device_info *device) {
    return brg_counts_rounds(device) ? 60000 : INT64_C(1) << 40;
}

size_t brg_row_group(const brg_device_info *device) {
    return device->max_work_group >= 64 && device->max_work_item[0] >= 64 ? 64 : 1;
}

bool brg_plan_loops(const brg_plan *plan, int32_t launch) {
    return launch >= plan->loop_first && launch < plan->loop_first + plan->loop_count;
}

static double rounds_of(const brg_plan *plan, int32_t launch) {
    return brg_plan_loops(plan, launch) ? plan->loop_rounds : 1;
}

void brg_plan_settle(brg_plan *plan) {
    double sum = 0, count = 0;
    for (int32_t i = 0; i < plan->launch_count; i++) {
        sum += plan->launches[i].share * rounds_of(plan, i);
        count += rounds_of(plan, i);
    }
    for (int32_t i = 0; i < plan->launch_count; i++)
        plan->launches[i].share = sum > 0 ? plan->launches[i].share / sum : 1 / count;
}

/* ---- checking ---- */

static bool buffer_exists(const brg_plan *plan, int32_t buffer, int32_t input_count) {
    if (buffer == BRG_BUFFER_OUTPUT)
        return true;
    if (buffer >= BRG_BUFFER_SCRATCH(0))
        return buffer < BRG_BUFFER_SCRATCH(plan->scratch_count);
    return buffer >= 0 && buffer < input_count;
}

static const char *launch_defect(const brg_plan *plan, const brg_launch *launch,
                                 int32_t input_count) {
    if (launch->overflow)
        return "has too many arguments or options, or a size that does not fit an int";
    if (!launch->program || !launch->kernel)
        return "names no program or no kernel";
    if (launch->dims < 1 || launch->dims > 3 || launch->arg_count < 0 ||
        launch->arg_count > BRG_MAX_ARGS)
        return "has dims or an argument count out of range";
    if (launch->slice_dim < 0 || launch->slice_dim >= launch->dims)
        return "is sliced along a dim that it does not have";
    for (int32_t i = 0; i < launch->dims; i++)
        if (launch->local[i] == 0)
            return "has an empty work-group";
    for (int32_t i = 0; i < launch->arg_count; i++)
        if (launch->args[i].kind == BRG_ARG_BUFFER &&
            !buffer_exists(plan, launch->args[i].value.buffer, input_count))
            return "uses a buffer that the call does not have";
    return NULL;
}

/* Tails grow, and belong to launches that run once. */
static bool tails_are_sound(const brg_plan *plan) {
    size_t tail = 0;
    int32_t count = 0;
    for (int32_t i = 0; i < plan->launch_count; i++) {
        size_t more = plan->launches[i].tail;
        if (more == 0)
            continue;
        if (more <= tail || (brg_plan_loops(plan, i) && plan->loop_rounds != 1))
            return false;
        tail = more;
        count++;
    }
    return count <= BRG_MAX_TAILS;
}

brg_status brg_plan_check(const brg_plan *plan, int32_t input_count, brg_error *error) {
    if (plan->overflow || plan->launch_count < 0 || plan->launch_count > BRG_MAX_LAUNCHES ||
        plan->scratch_count < 0 || plan->scratch_count > BRG_MAX_SCRATCH)
        return brg_fail(
            error, BRG_E_INTERNAL,
            "the op's plan has more than %d launches or %d scratch buffers, or no memory",
            BRG_MAX_LAUNCHES, BRG_MAX_SCRATCH);
    if (plan->loop_first < 0 || plan->loop_count < 0 || plan->loop_rounds < 0 ||
        plan->loop_first + plan->loop_count > plan->launch_count)
        return brg_fail(error, BRG_E_INTERNAL,
                        "the op's plan loops over launches it does not have");
    if (!tails_are_sound(plan))
        return brg_fail(error, BRG_E_INTERNAL,
                        "the op's plan has too many tails of its output, or some out of order");
    for (int32_t i = 0; i < plan->launch_count; i++) {
        const brg_launch *launch = &plan->launches[i];
        const char *defect = launch_defect(plan, launch, input_count);
        if (defect)
            return brg_fail(error, BRG_E_INTERNAL, "launch %d of the op's plan (kernel %s) %s",
                            (int)i, launch->kernel ? launch->kernel : "?", defect);
    }
    return BRG_OK;
}
