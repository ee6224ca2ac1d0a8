/* Streams: calls too large for the device's memory, part by part.
 *
 *      upload   | part 0 | part 1 | part 2 |  ...            Two parts are open at a time: while the one
 *      kernels           | part 0 | part 1 | part 2 | ...    computes, the inputs of the next are uploaded,
 *      read back                  | part 0 | part 1 | ...    and the output of the one before is read back.
 *
 * Each part is an execution of its own. For the engine's thread only. */
#ifndef BRIGADE_DEVICE_STREAM_H
#define BRIGADE_DEVICE_STREAM_H

#include "device/execution.h"

typedef struct brg_stream brg_stream;

/* Begins a stream of the first stage of `work`, which must outlive it, in at most `budget` bytes of buffers
 * and none larger than the device allows. The output is made here. BRG_E_MEMORY if not even small parts
 * fit, or what the op says. */
brg_status brg_stream_create(const brg_work *work, brg_context *context, int32_t calls,
                             uint64_t budget, brg_stream **out, brg_error *error);
void brg_stream_destroy(brg_stream *stream, bool abandon);

/* As the functions of brg_execution. */
brg_status brg_stream_prepare(brg_stream *stream, const brg_program_paths *paths, brg_error *error);
brg_status brg_stream_restart(brg_stream *stream, brg_error *error);
bool brg_stream_next(const brg_stream *stream, uint32_t full, brg_piece_kind *kind);
brg_status brg_stream_enqueue(brg_stream *stream, uint32_t full, double budget_ns, brg_piece *piece,
                              brg_error *error);
uint64_t brg_stream_bytes(const brg_stream *stream);
uint64_t brg_stream_largest(const brg_stream *stream);
int32_t brg_stream_parts(const brg_stream *stream);
const char *brg_stream_variant(const brg_stream *stream);
brg_tensor *brg_stream_output(const brg_stream *stream);

#endif
