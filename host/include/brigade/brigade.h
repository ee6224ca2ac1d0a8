/* Brigade: an asynchronous OpenCL job engine with a sequential reference for every result.
 *
 *     brg_engine *engine;
 *     brg_engine_create(NULL, &engine, &error);
 *     brg_stage stage = {.op = "gemm", .inputs = {a, b}, .input_count = 2};
 *     brg_job_desc desc = {.stages = &stage, .stage_count = 1, .verify = BRG_VERIFY_FULL};
 *     brg_job job;
 *     brg_engine_submit(engine, &desc, &job, &error);   // returns at once
 *     brg_engine_wait(engine, job, -1);                 // or watch brg_engine_snapshot
 *     brg_result result;
 *     brg_engine_result(engine, job, &result, &error);  // output, verdict, times
 */
#ifndef BRIGADE_BRIGADE_H
#define BRIGADE_BRIGADE_H

#include "brigade/device.h"
#include "brigade/engine.h"
#include "brigade/export.h"
#include "brigade/file.h"
#include "brigade/image.h"
#include "brigade/job.h"
#include "brigade/lab.h"
#include "brigade/markup.h"
#include "brigade/op.h"
#include "brigade/ops.h"
#include "brigade/ranks.h"
#include "brigade/report.h"
#include "brigade/roof.h"
#include "brigade/snapshot.h"
#include "brigade/status.h"
#include "brigade/tensor.h"
#include "brigade/trace.h"
#include "brigade/train.h"
#include "brigade/trainer.h"
#include "brigade/tuning.h"
#include "brigade/verify.h"
#include "brigade/y4m.h"

#endif
