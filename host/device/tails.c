/* Portions of an output's end. See tails.h. */
#include "device/tails.h"

/* The portion before those that were added. */
static brg_status add_portion(brg_tails *tails, size_t tail, brg_error *error) {
    size_t bytes = tails->output->bytes;
    size_t end = tails->count ? tails->portions[tails->count - 1].offset : bytes;
    if (tail > bytes || bytes - tail >= end)
        return brg_fail(error, BRG_E_INTERNAL,
                        "the op's plan ends %zu of an output's %zu bytes early", tail, bytes);
    brg_tail_portion *added = &tails->portions[tails->count];
    *added = (brg_tail_portion){.offset = bytes - tail, .bytes = end - (bytes - tail)};
    const cl_buffer_region region = {added->offset, added->bytes};
    cl_int code;
    added->view =
        clCreateSubBuffer(tails->output->memory, 0, CL_BUFFER_CREATE_TYPE_REGION, &region, &code);
    if (code != CL_SUCCESS)
        return brg_cl_fail(error, "clCreateSubBuffer", code);
    tails->count++;
    return BRG_OK;
}

brg_status brg_tails_make(brg_tails *tails, const brg_plan *plan, const brg_buffer *output,
                          brg_error *error) {
    brg_status status = BRG_OK;
    tails->output = output;
    for (int32_t i = 0; i < plan->launch_count && status == BRG_OK; i++)
        if (plan->launches[i].tail > 0)
            status = add_portion(tails, plan->launches[i].tail, error);
    if (status == BRG_OK && tails->count > 0 && tails->portions[tails->count - 1].offset > 0)
        status = add_portion(tails, output->bytes, error);
    return status;
}

static brg_tail_portion *portion_before(brg_tails *tails, size_t end) {
    int32_t i = 0;
    while (i + 1 < tails->count && tails->portions[i].offset >= end)
        i++;
    return &tails->portions[i];
}

static cl_int map(brg_tail_portion *portion, cl_command_queue queue, cl_event wait_for,
                  cl_event *event) {
    cl_int code;
    portion->mapped =
        clEnqueueMapBuffer(queue, portion->view, CL_FALSE, CL_MAP_READ, 0, portion->bytes,
                           wait_for ? 1 : 0, wait_for ? &wait_for : NULL, event, &code);
    if (code != CL_SUCCESS)
        portion->mapped = NULL;
    return code;
}

brg_status brg_tails_read(brg_tails *tails, cl_command_queue queue, size_t done, cl_event wait_for,
                          size_t *size, cl_event *event, brg_error *error) {
    const brg_buffer *output = tails->output;
    size_t end = output->bytes - done;
    brg_tail_portion *portion = portion_before(tails, end);
    *size = end - portion->offset;
    if (output->in_place) {
        cl_int code = map(portion, queue, wait_for, event);
        return code == CL_SUCCESS ? BRG_OK : brg_cl_fail(error, "clEnqueueMapBuffer", code);
    }
    *size = *size < BRG_BUFFER_CHUNK ? *size : BRG_BUFFER_CHUNK;
    char *host = (char *)(uintptr_t)brg_tensor_data(output->tensor); /* ours until the end */
    cl_int code = clEnqueueReadBuffer(queue, portion->view, CL_FALSE, end - *size - portion->offset,
                                      *size, host + end - *size, wait_for ? 1 : 0,
                                      wait_for ? &wait_for : NULL, event);
    return code == CL_SUCCESS ? BRG_OK : brg_cl_fail(error, "clEnqueueReadBuffer", code);
}

cl_int brg_tails_unmap(brg_tails *tails, cl_command_queue queue, bool *any) {
    for (int32_t i = 0; i < tails->count; i++) {
        brg_tail_portion *portion = &tails->portions[i];
        if (!portion->mapped)
            continue;
        cl_int code = clEnqueueUnmapMemObject(queue, portion->view, portion->mapped, 0, NULL, NULL);
        portion->mapped = NULL;
        if (code != CL_SUCCESS)
            return code;
        *any = true;
    }
    return CL_SUCCESS;
}

void brg_tails_release(brg_tails *tails) {
    for (int32_t i = 0; i < tails->count; i++)
        clReleaseMemObject(tails->portions[i].view);
    tails->count = 0;
}
