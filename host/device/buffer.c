/* Buffers: see buffer.h. */
#include "device/buffer.h"

/* Smaller outputs are copied even where the device could work in the host's memory: taking them back by a
 * map costs two more commands, each of which may have to wake a thread of the driver. */
static const size_t LEAST_IN_PLACE = (size_t)128 << 10;

bool brg_buffer_is_small(const brg_buffer *buffer) {
    return buffer->bytes < LEAST_IN_PLACE;
}

brg_status brg_buffer_make(brg_buffer *made, brg_context *context, bool input, brg_error *error) {
    made->counted = true;
    context->memory_used += made->bytes;
    if (made->shared)
        return BRG_OK;
    bool in_place = context->way.zero_copy && made->tensor && made->region.rows == 0 &&
                    (input || !brg_buffer_is_small(made));
    made->in_place = in_place;
    cl_mem_flags flags = input ? CL_MEM_READ_ONLY : CL_MEM_READ_WRITE;
    /* The device never writes through a read-only buffer, so an input's const may be dropped here. */
    void *host = in_place ? (void *)(uintptr_t)brg_tensor_data(made->tensor) : NULL;
    cl_int code;
    made->memory = clCreateBuffer(context->context, flags | (in_place ? CL_MEM_USE_HOST_PTR : 0),
                                  made->bytes, host, &code);
    return code == CL_SUCCESS ? BRG_OK : brg_cl_fail(error, "clCreateBuffer", code);
}

static bool same_region(const brg_region *a, const brg_region *b) {
    return a->offset == b->offset && a->rows == b->rows && a->row_bytes == b->row_bytes &&
           a->pitch == b->pitch;
}

bool brg_buffer_share(brg_buffer *buffer, const brg_buffer *other) {
    if (other->tensor != buffer->tensor || !same_region(&other->region, &buffer->region) ||
        clRetainMemObject(other->memory) != CL_SUCCESS)
        return false;
    buffer->memory = other->memory;
    buffer->shared = true;
    return true;
}

size_t brg_buffer_chunk(const brg_buffer *copied, size_t offset) {
    size_t left = copied->bytes - offset, row = copied->region.rows ? copied->region.row_bytes : 1;
    size_t chunk = row > BRG_BUFFER_CHUNK ? row : BRG_BUFFER_CHUNK / row * row;
    return left < chunk ? left : chunk;
}

/* Copies a chunk between a buffer and its tensor, or the region of it, where rows are spaced out. */
cl_int brg_buffer_copy(const brg_buffer *with, cl_command_queue queue, bool upload, size_t offset,
                       size_t size, cl_event wait_for, cl_event *event) {
    const brg_region *region = &with->region;
    char *host =
        (char *)(uintptr_t)brg_tensor_data(with->tensor); /* an output is ours until the end */
    cl_uint waits = wait_for ? 1 : 0;
    const cl_event *list = wait_for ? &wait_for : NULL;
    if (region->rows == 0)
        return upload ? clEnqueueWriteBuffer(queue, with->memory, CL_FALSE, offset, size,
                                             host + offset, waits, list, event)
                      : clEnqueueReadBuffer(queue, with->memory, CL_FALSE, offset, size,
                                            host + offset, waits, list, event);
    size_t row = offset / region->row_bytes;
    size_t at_buffer[3] = {0, row, 0}, at_host[3] = {0, row, 0};
    size_t extent[3] = {region->row_bytes, size / region->row_bytes, 1};
    return upload ? clEnqueueWriteBufferRect(queue, with->memory, CL_FALSE, at_buffer, at_host,
                                             extent, region->row_bytes, 0, region->pitch, 0,
                                             host + region->offset, waits, list, event)
                  : clEnqueueReadBufferRect(queue, with->memory, CL_FALSE, at_buffer, at_host,
                                            extent, region->row_bytes, 0, region->pitch, 0,
                                            host + region->offset, waits, list, event);
}

void brg_buffer_release(brg_buffer *released, brg_context *context, bool abandon) {
    if (released->memory)
        clReleaseMemObject(released->memory);
    if (released->counted)
        context->memory_used -= released->bytes;
    if (!abandon)
        brg_tensor_release(released->tensor);
}
