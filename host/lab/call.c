/* Everyday calls. See call.h. */
#include "lab/call.h"

brg_status brg_lab_call_make(brg_lab *lab, const char *op, const char *words, const char *variant,
                             brg_lab_call *call) {
    *call = (brg_lab_call){0};
    const brg_op *row = brg_op_find(op);
    brg_error error = {0};
    brg_status status = row && row->make
                            ? row->make(words, brg_lab_seed(lab), &call->example, &error)
                            : BRG_E_NOT_FOUND;
    if (status != BRG_OK) {
        brg_lab_fail(lab, status, "%s %s: %s", op, words, error.what);
        return status;
    }
    call->stage = (brg_stage){.op = op,
                              .variant = variant,
                              .params = call->example.params,
                              .input_count = call->example.input_count};
    for (int32_t i = 0; i < call->example.input_count; i++)
        call->stage.inputs[i] = call->example.inputs[i];
    call->desc = (brg_job_desc){.stages = &call->stage,
                                .stage_count = 1,
                                .verify = BRG_VERIFY_SAMPLE,
                                .seed = brg_lab_seed(lab)};
    brg_result result = {0};
    status = brg_lab_job(lab, &call->desc, 0, &result);
    brg_result_release(&result);
    call->desc.verify = BRG_VERIFY_NONE;
    return status;
}

void brg_lab_call_release(brg_lab_call *call) {
    brg_example_release(&call->example);
}

double brg_lab_use_s(brg_lab *lab, const void *use, double *more) {
    (void)more;
    const brg_lab_use *u = use;
    return brg_lab_job_s(lab, &u->call->desc, u->units);
}

double brg_lab_use_total_s(brg_lab *lab, const void *use, double *more) {
    (void)more;
    const brg_lab_use *u = use;
    return brg_lab_job_total_s(lab, &u->call->desc, u->units);
}
