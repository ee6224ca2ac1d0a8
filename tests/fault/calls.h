/* The OpenCL calls that the fault layer wraps, one line each.
 *
 * Include it with these five macros defined; each line has a call's parameters and arguments:
 *   PLAIN(name, parameters, arguments)              returns a code, creates nothing
 *   ENQUEUES(name, parameters, arguments)           returns a code, and an event through `event`
 *   MAKES(noun, type, name, parameters, arguments)  returns an object, and a code through `code`
 *   RETAINS(noun, type, name)                       adds an owner to an object
 *   RELEASES(noun, type, name)                      drops an owner
 * The nouns, for the count of objects alive, are those of fault_noun in layer.h. A test of the
 * house's rules checks that no call made in host/ is missing here. */

/* Platforms and devices */
PLAIN(clGetPlatformIDs, (cl_uint size, cl_platform_id *ids, cl_uint *count), (size, ids, count))
PLAIN(clGetPlatformInfo,
      (cl_platform_id platform, cl_platform_info name, size_t size, void *value, size_t *needed),
      (platform, name, size, value, needed))
PLAIN(clGetDeviceIDs,
      (cl_platform_id platform, cl_device_type type, cl_uint size, cl_device_id *ids,
       cl_uint *count),
      (platform, type, size, ids, count))
PLAIN(clGetDeviceInfo,
      (cl_device_id device, cl_device_info name, size_t size, void *value, size_t *needed),
      (device, name, size, value, needed))
RETAINS(FAULT_DEVICE, cl_device_id, clRetainDevice)
RELEASES(FAULT_DEVICE, cl_device_id, clReleaseDevice)

/* Contexts and queues */
MAKES(FAULT_CONTEXT, cl_context, clCreateContext,
      (const cl_context_properties *properties, cl_uint count, const cl_device_id *devices,
       void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *user,
       cl_int *code),
      (properties, count, devices, notify, user, code))
RETAINS(FAULT_CONTEXT, cl_context, clRetainContext)
RELEASES(FAULT_CONTEXT, cl_context, clReleaseContext)
PLAIN(clGetContextInfo,
      (cl_context context, cl_context_info name, size_t size, void *value, size_t *needed),
      (context, name, size, value, needed))
MAKES(FAULT_QUEUE, cl_command_queue, clCreateCommandQueue,
      (cl_context context, cl_device_id device, cl_command_queue_properties properties,
       cl_int *code),
      (context, device, properties, code))
RETAINS(FAULT_QUEUE, cl_command_queue, clRetainCommandQueue)
RELEASES(FAULT_QUEUE, cl_command_queue, clReleaseCommandQueue)
PLAIN(clGetCommandQueueInfo,
      (cl_command_queue queue, cl_command_queue_info name, size_t size, void *value,
       size_t *needed),
      (queue, name, size, value, needed))
PLAIN(clFlush, (cl_command_queue queue), (queue))
PLAIN(clFinish, (cl_command_queue queue), (queue))

/* Memory */
MAKES(FAULT_MEMORY, cl_mem, clCreateBuffer,
      (cl_context context, cl_mem_flags flags, size_t size, void *host, cl_int *code),
      (context, flags, size, host, code))
MAKES(FAULT_MEMORY, cl_mem, clCreateSubBuffer,
      (cl_mem buffer, cl_mem_flags flags, cl_buffer_create_type type, const void *info,
       cl_int *code),
      (buffer, flags, type, info, code))
RETAINS(FAULT_MEMORY, cl_mem, clRetainMemObject)
RELEASES(FAULT_MEMORY, cl_mem, clReleaseMemObject)
PLAIN(clGetMemObjectInfo,
      (cl_mem memory, cl_mem_info name, size_t size, void *value, size_t *needed),
      (memory, name, size, value, needed))

/* Programs and kernels */
MAKES(FAULT_PROGRAM, cl_program, clCreateProgramWithSource,
      (cl_context context, cl_uint count, const char **texts, const size_t *sizes, cl_int *code),
      (context, count, texts, sizes, code))
MAKES(FAULT_PROGRAM, cl_program, clCreateProgramWithBinary,
      (cl_context context, cl_uint count, const cl_device_id *devices, const size_t *sizes,
       const unsigned char **binaries, cl_int *states, cl_int *code),
      (context, count, devices, sizes, binaries, states, code))
RETAINS(FAULT_PROGRAM, cl_program, clRetainProgram)
RELEASES(FAULT_PROGRAM, cl_program, clReleaseProgram)
PLAIN(clBuildProgram,
      (cl_program program, cl_uint count, const cl_device_id *devices, const char *options,
       void(CL_CALLBACK *notify)(cl_program, void *), void *user),
      (program, count, devices, options, notify, user))
PLAIN(clGetProgramInfo,
      (cl_program program, cl_program_info name, size_t size, void *value, size_t *needed),
      (program, name, size, value, needed))
PLAIN(clGetProgramBuildInfo,
      (cl_program program, cl_device_id device, cl_program_build_info name, size_t size,
       void *value, size_t *needed),
      (program, device, name, size, value, needed))
MAKES(FAULT_KERNEL, cl_kernel, clCreateKernel, (cl_program program, const char *name, cl_int *code),
      (program, name, code))
RETAINS(FAULT_KERNEL, cl_kernel, clRetainKernel)
RELEASES(FAULT_KERNEL, cl_kernel, clReleaseKernel)
PLAIN(clSetKernelArg, (cl_kernel kernel, cl_uint index, size_t size, const void *value),
      (kernel, index, size, value))
PLAIN(clGetKernelInfo,
      (cl_kernel kernel, cl_kernel_info name, size_t size, void *value, size_t *needed),
      (kernel, name, size, value, needed))
PLAIN(clGetKernelWorkGroupInfo,
      (cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info name, size_t size,
       void *value, size_t *needed),
      (kernel, device, name, size, value, needed))

/* Events */
MAKES(FAULT_EVENT, cl_event, clCreateUserEvent, (cl_context context, cl_int *code), (context, code))
RETAINS(FAULT_EVENT, cl_event, clRetainEvent)
RELEASES(FAULT_EVENT, cl_event, clReleaseEvent)
PLAIN(clWaitForEvents, (cl_uint count, const cl_event *events), (count, events))
PLAIN(clGetEventInfo,
      (cl_event which, cl_event_info name, size_t size, void *value, size_t *needed),
      (which, name, size, value, needed))
PLAIN(clGetEventProfilingInfo,
      (cl_event which, cl_profiling_info name, size_t size, void *value, size_t *needed),
      (which, name, size, value, needed))
PLAIN(clSetUserEventStatus, (cl_event which, cl_int status), (which, status))
PLAIN(clSetEventCallback,
      (cl_event which, cl_int state, void(CL_CALLBACK *notify)(cl_event, cl_int, void *),
       void *user),
      (which, state, notify, user))

/* Commands */
ENQUEUES(clEnqueueNDRangeKernel,
         (cl_command_queue queue, cl_kernel kernel, cl_uint dims, const size_t *first,
          const size_t *global, const size_t *local, cl_uint count, const cl_event *after,
          cl_event *event),
         (queue, kernel, dims, first, global, local, count, after, event))
ENQUEUES(clEnqueueReadBuffer,
         (cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset, size_t size,
          void *host, cl_uint count, const cl_event *after, cl_event *event),
         (queue, buffer, blocking, offset, size, host, count, after, event))
ENQUEUES(clEnqueueWriteBuffer,
         (cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset, size_t size,
          const void *host, cl_uint count, const cl_event *after, cl_event *event),
         (queue, buffer, blocking, offset, size, host, count, after, event))
ENQUEUES(clEnqueueReadBufferRect,
         (cl_command_queue queue, cl_mem buffer, cl_bool blocking, const size_t *at_buffer,
          const size_t *at_host, const size_t *region, size_t row_pitch, size_t slice_pitch,
          size_t host_row_pitch, size_t host_slice_pitch, void *host, cl_uint count,
          const cl_event *after, cl_event *event),
         (queue, buffer, blocking, at_buffer, at_host, region, row_pitch, slice_pitch,
          host_row_pitch, host_slice_pitch, host, count, after, event))
ENQUEUES(clEnqueueWriteBufferRect,
         (cl_command_queue queue, cl_mem buffer, cl_bool blocking, const size_t *at_buffer,
          const size_t *at_host, const size_t *region, size_t row_pitch, size_t slice_pitch,
          size_t host_row_pitch, size_t host_slice_pitch, const void *host, cl_uint count,
          const cl_event *after, cl_event *event),
         (queue, buffer, blocking, at_buffer, at_host, region, row_pitch, slice_pitch,
          host_row_pitch, host_slice_pitch, host, count, after, event))
ENQUEUES(clEnqueueCopyBuffer,
         (cl_command_queue queue, cl_mem from, cl_mem to, size_t from_offset, size_t to_offset,
          size_t size, cl_uint count, const cl_event *after, cl_event *event),
         (queue, from, to, from_offset, to_offset, size, count, after, event))
ENQUEUES(clEnqueueFillBuffer,
         (cl_command_queue queue, cl_mem buffer, const void *pattern, size_t pattern_size,
          size_t offset, size_t size, cl_uint count, const cl_event *after, cl_event *event),
         (queue, buffer, pattern, pattern_size, offset, size, count, after, event))
ENQUEUES(clEnqueueUnmapMemObject,
         (cl_command_queue queue, cl_mem buffer, void *mapped, cl_uint count, const cl_event *after,
          cl_event *event),
         (queue, buffer, mapped, count, after, event))
ENQUEUES(clEnqueueMigrateMemObjects,
         (cl_command_queue queue, cl_uint size, const cl_mem *buffers, cl_mem_migration_flags flags,
          cl_uint count, const cl_event *after, cl_event *event),
         (queue, size, buffers, flags, count, after, event))
ENQUEUES(clEnqueueMarkerWithWaitList,
         (cl_command_queue queue, cl_uint count, const cl_event *after, cl_event *event),
         (queue, count, after, event))
ENQUEUES(clEnqueueBarrierWithWaitList,
         (cl_command_queue queue, cl_uint count, const cl_event *after, cl_event *event),
         (queue, count, after, event))
