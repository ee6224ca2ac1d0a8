/* A stage of a job on one device: its plan, its kernels and what they are given. For the engine's thread only. */
#ifndef BRIGADE_DEVICE_STAGE_H
#define BRIGADE_DEVICE_STAGE_H

#include "device/buffer.h"
#include "device/program.h"

typedef struct brg_device_stage {
    const brg_work_stage *work;
    brg_plan plan;
    double cost;                    /* flops or bytes, whichever there are more of */
    int32_t inputs[BRG_MAX_INPUTS]; /* indices into the execution's buffers */
    int32_t output;
    int32_t scratch[BRG_MAX_SCRATCH];
    cl_kernel *kernels; /* one for each launch */
    cl_mem *views;      /* parts of buffers that launches are given */
    int32_t view_count, view_room;
} brg_device_stage;

/* Plans the stage's work with the tunables that are known for the device. */
brg_status brg_device_stage_plan(brg_device_stage *stage, const brg_context *context,
                                 brg_error *error);

/* Builds the kernels and gives them their arguments; `buffers` have been made. */
brg_status brg_device_stage_prepare(brg_device_stage *stage, brg_context *context,
                                    const brg_buffer *buffers, const brg_program_paths *paths,
                                    brg_error *error);

void brg_device_stage_release(brg_device_stage *stage);

#endif
