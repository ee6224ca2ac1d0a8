/* What the user chose, as the round needs it. See bench.h. */
#include <stdio.h>
#include <string.h>

#include "workbench/bench.h"

/* Any op in words has no controls of its own. */
static const brg_workload in_words = {.title = "in words"};

static void set_words(brg_settings *chosen) {
    const brg_op *op;
    for (int i = 0; i < BRG_MAX_OPS && (op = brg_op_builtin(i)); i++)
        if (op->sizes && op->sizes[0])
            snprintf(chosen->words[i], BRG_WORDS, "%s", op->sizes[0]);
}

void brg_bench_set_defaults(brg_bench *bench) {
    const brg_workload *workload;
    for (int w = 0; (workload = brg_workload_at(w)); w++)
        for (int c = 0; c < BRG_MAX_CONTROLS; c++)
            bench->chosen.values[w][c] = workload->controls[c].initial;
    bench->chosen.repeats = 5;
    set_words(&bench->chosen);
}

const brg_workload *brg_bench_workload(const brg_bench *bench) {
    const brg_workload *row = brg_workload_at(bench->chosen.workload);
    return row ? row : &in_words;
}

float *brg_bench_values(brg_bench *bench) {
    return bench->chosen.values[bench->chosen.workload];
}

char *brg_bench_words(brg_bench *bench) {
    return bench->chosen.words[bench->chosen.op];
}

const brg_op *brg_bench_op(const brg_bench *bench) {
    return bench->chosen.workload == BRG_IN_WORDS
               ? brg_op_builtin(bench->chosen.op)
               : brg_engine_op(bench->app->engine, brg_bench_workload(bench)->op);
}

const char *brg_bench_variant(const brg_bench *bench, bool b) {
    const brg_settings *chosen = &bench->chosen;
    int variant = b ? chosen->variant_b : chosen->variant[chosen->workload];
    const brg_op *op = brg_bench_op(bench);
    return variant > 0 && op && variant <= op->variant_count ? op->variants[variant - 1].name
                                                             : NULL;
}

int brg_bench_device(const brg_bench *bench, bool b) {
    return b && bench->chosen.device_b ? bench->chosen.device_b : bench->app->device;
}

void brg_bench_wanted_inputs(const brg_bench *bench, brg_inputs_order *order) {
    const brg_settings *chosen = &bench->chosen;
    const brg_workload *workload = brg_bench_workload(bench);
    memset(order, 0, sizeof *order);
    if (chosen->workload == BRG_IN_WORDS) {
        order->op = brg_bench_op(bench);
        strcpy(order->words, chosen->words[chosen->op]);
    }
    if (workload->takes_image && bench->app->photograph_count > 0)
        memcpy(order->path, bench->app->photographs[bench->app->photograph].path,
               sizeof order->path);
    if (workload->order)
        workload->order(chosen->values[chosen->workload], order);
}

bool brg_bench_shows_choice(const brg_bench *bench) {
    brg_inputs_order order;
    brg_bench_wanted_inputs(bench, &order);
    return bench->shown.kinship.workload == bench->chosen.workload &&
           brg_inputs_order_equal(&order, &bench->shown.kinship.inputs);
}

const char *brg_bench_title(const brg_bench *bench, char *text, size_t size) {
    const brg_settings *chosen = &bench->chosen;
    const brg_op *op = brg_bench_op(bench);
    const char *name = op ? op->name : brg_bench_workload(bench)->op;
    const float *values = chosen->values[chosen->workload];
    if (chosen->workload == BRG_IN_WORDS)
        snprintf(text, size, "%s %.*s", name, BRG_NAME / 2, chosen->words[chosen->op]);
    else if (!brg_bench_workload(bench)->takes_image)
        snprintf(text, size, "%s %.0f \xc3\x97 %.0f \xc3\x97 %.0f", name, (double)values[0],
                 (double)values[1], (double)values[2]);
    else if (bench->app->photograph_count > 0)
        snprintf(text, size, "%s on %s", name,
                 bench->app->photographs[bench->app->photograph].name);
    else
        snprintf(text, size, "%s", name);
    return text;
}

bool brg_bench_lacks_image(const brg_bench *bench) {
    return brg_bench_workload(bench)->takes_image && bench->app->photograph_count == 0;
}

bool brg_bench_can_run(const brg_bench *bench) {
    bool nothing_there = bench->app->devices_known && bench->app->devices.count == 0;
    return bench->phase == BRG_PHASE_IDLE && !bench->roofs.measuring && !nothing_there &&
           !brg_bench_lacks_image(bench) && brg_bench_op(bench);
}
