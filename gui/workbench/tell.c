/* What the workbench adds to a report, and keeps for the next start. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "workbench/view.h"

/* Figures that may be infinite are no JSON. */
static void put_number(brg_json *json, const char *name, double value) {
    if (isfinite(value))
        fprintf(json->stream, ",\"%s\":%.9g", name, value);
    else
        fprintf(json->stream, ",\"%s\":null", name);
}

static void put_look(brg_json *json, const brg_plates *plates) {
    const brg_look *look = &plates->looks[0];
    fprintf(json->stream, ",\"zoom\":%.6g,\"u\":%.9g,\"v\":%.9g,\"linked\":%s", look->zoom, look->u,
            look->v, brg_json_bool(brg_plates_linked(plates, BRG_PLATE_INPUT)));
    fprintf(json->stream, ",\"marked\":%lld,\"pointed\":%lld", (long long)plates->marked,
            (long long)(plates->pointed >= 0 ? plates->element : -1));
    if (plates->exact[0].count > 0)
        put_number(json, "exact", plates->exact[0].expected[0]);
}

static void put_duel(brg_json *json, const brg_bench *model) {
    brg_odds odds = brg_duel_odds(&model->kernels);
    fprintf(json->stream, ",\"compared\":%s,\"pairs\":%d", brg_json_bool(model->chosen.compared),
            model->kernels.pairs);
    if (!model->other.output)
        return;
    put_number(json, "b_as_fast", odds.median);
    put_number(json, "b_as_fast_least", odds.lo);
    put_number(json, "b_as_fast_most", odds.hi);
    put_number(json, "b_kernel_ms", model->other.median.kernel);
    fputs(",\"b_variant\":", json->stream);
    brg_json_string(json, model->other.variant[0]);
    fprintf(json->stream, ",\"b_passed\":%s",
            brg_json_bool(model->other.verdict.outcome == BRG_PASSED));
}

static void put_roof(brg_json *json, const brg_bench *model) {
    const brg_roofline *roof = &model->roofs.of[model->app->device];
    fprintf(json->stream, ",\"roof\":");
    if (roof->known)
        fprintf(json->stream, "{\"gflops\":%.6g,\"gbps\":%.6g}", roof->gflops, roof->gbps);
    else
        fputs("null", json->stream);
}

brg_status brg_bench_view_report(const brg_workbench *bench, brg_report *report, brg_error *error) {
    brg_json json;
    char title[BRG_NAME];
    if (brg_json_open(&json, error) != BRG_OK)
        return BRG_E_MEMORY;
    fputs("{\"title\":", json.stream);
    brg_json_string(&json, brg_bench_title(bench->model, title, sizeof title));
    put_look(&json, &bench->model->plates);
    put_duel(&json, bench->model);
    put_roof(&json, bench->model);
    fputs("}", json.stream);
    return brg_json_close(&json, report, "workbench", error);
}

/* ---- from one start to the next -------------------------------------------------------------- */

void brg_bench_view_keep(const brg_workbench *bench, brg_kept *kept) {
    const brg_settings *chosen = &bench->model->chosen;
    const brg_op *op = brg_bench_op(bench->model);
    bool worded = chosen->workload == BRG_IN_WORDS;
    brg_kept_set_text(kept, "workbench.op", op ? op->name : "");
    brg_kept_set_text(kept, "workbench.words", worded ? chosen->words[chosen->op] : "");
    brg_kept_set_number(kept, "workbench.in_words", worded);
    brg_kept_set_number(kept, "workbench.compared", chosen->compared);
    brg_kept_set_number(kept, "workbench.figures", bench->figures);
}

void brg_bench_view_recall(brg_workbench *bench, const brg_kept *kept) {
    brg_bench *model = bench->model;
    const char *name = brg_kept_text(kept, "workbench.op", "");
    if (brg_kept_number(kept, "workbench.in_words", 0, 1, 0) > 0) {
        brg_bench_choose_op(model, brg_workload_op(name));
        if (model->chosen.workload == BRG_IN_WORDS)
            snprintf(brg_bench_words(model), BRG_WORDS, "%s",
                     brg_kept_text(kept, "workbench.words", brg_bench_words(model)));
    } else {
        brg_bench_choose_workload(model, brg_workload_find(name));
    }
    model->chosen.compared = brg_kept_number(kept, "workbench.compared", 0, 1, 0) > 0;
    bench->figures = brg_kept_number(kept, "workbench.figures", 0, 1, 0) > 0;
}
