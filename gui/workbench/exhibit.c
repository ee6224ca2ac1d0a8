/* Exhibits. See exhibit.h. */
#include "workbench/exhibit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "workbench/sheet.h"

enum { LONGEST_ROW = 1 << 25 }; /* elements: half a gigabyte of exact values and bounds */

brg_exhibit brg_exhibit_retain(const brg_exhibit *exhibit) {
    brg_exhibit copy = *exhibit;
    for (int i = 0; i < BRG_MAX_INPUTS; i++)
        copy.inputs[i] = brg_tensor_retain(exhibit->inputs[i]);
    copy.output = brg_tensor_retain(exhibit->output);
    return copy;
}

void brg_exhibit_release(brg_exhibit *exhibit) {
    for (int i = 0; i < BRG_MAX_INPUTS; i++)
        brg_tensor_release(exhibit->inputs[i]);
    brg_tensor_release(exhibit->output);
    memset(exhibit, 0, sizeof *exhibit);
}

void brg_exhibit_call(const brg_exhibit *exhibit, brg_call *call) {
    *call = (brg_call){.params = exhibit->params,
                       .input_count = exhibit->input_count,
                       .variant = exhibit->variant[0] ? exhibit->variant : NULL};
    for (int32_t i = 0; i < exhibit->input_count; i++) {
        call->inputs[i] = *brg_tensor_shape(exhibit->inputs[i]);
        call->data[i] = brg_tensor_data(exhibit->inputs[i]);
    }
    if (exhibit->output)
        call->output = *brg_tensor_shape(exhibit->output);
}

brg_status brg_exhibit_room(const brg_exhibit *exhibit, double **expected, double **bound,
                            brg_error *error) {
    int64_t row = brg_sheet_row(brg_tensor_shape(exhibit->output));
    *expected = row > 0 && row <= LONGEST_ROW ? malloc(2 * (size_t)row * sizeof **expected) : NULL;
    if (!*expected)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for exact values.");
    *bound = *expected + row;
    return BRG_OK;
}

brg_status brg_exhibit_exact(const brg_exhibit *exhibit, int64_t element, int32_t count,
                             double *expected, double *bound, brg_error *error) {
    double *exact = NULL, *bounds = NULL;
    brg_call call;
    int64_t length = brg_sheet_row(brg_tensor_shape(exhibit->output));
    int64_t row = length > 0 ? element / length : 0, first = element - row * length;
    if (element < 0 || first + count > length || row >= brg_tensor_shape(exhibit->output)->dims[0])
        return brg_fail(error, BRG_E_ARGUMENT, "These elements are not in one row.");
    brg_status status = brg_exhibit_room(exhibit, &exact, &bounds, error);
    if (status != BRG_OK)
        return status;
    brg_exhibit_call(exhibit, &call);
    exhibit->op->oracle(&call, row, row + 1, exact, bounds);
    memcpy(expected, exact + first, (size_t)count * sizeof *expected);
    memcpy(bound, bounds + first, (size_t)count * sizeof *bound);
    free(exact);
    return BRG_OK;
}

double brg_error_ratio(double got, double expected, double bound) {
    if (!isfinite(expected))
        return got == expected || (isnan(got) && isnan(expected)) ? 0.0 : INFINITY;
    double difference = fabs(got - expected);
    if (difference == 0.0)
        return 0.0;
    return isfinite(difference) && bound > 0.0 ? difference / bound : INFINITY;
}
