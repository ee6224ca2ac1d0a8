/* An execution: a job's work on one device, handed out piece by piece.
 *
 * The engine asks for the next piece when there is room for it in a queue, and tells the execution when
 * the piece has landed. A piece is an upload of at most 16 MiB, a slice of a kernel, or a read-back of at
 * most 16 MiB, so that each is short; events order the pieces that depend on each other. For the engine's
 * thread only. */
#ifndef BRIGADE_DEVICE_EXECUTION_H
#define BRIGADE_DEVICE_EXECUTION_H

#include "device/context.h"
#include "device/program.h"
#include "ops/work.h"

typedef enum brg_piece_kind {
    BRG_PIECE_UPLOAD,
    BRG_PIECE_KERNEL,
    BRG_PIECE_READBACK,
    BRG_PIECE_KINDS
} brg_piece_kind;

/* A piece that was enqueued. The engine owns the events. */
typedef struct brg_piece {
    brg_piece_kind kind;
    cl_event event; /* of its last command */
    cl_event first; /* of its first command; NULL if there is but one */
    bool mixed;     /* it holds launches of several kernels, so that its time says nothing of one */
    uint64_t enqueued_ns;
    const char *name; /* of the first kernel, or what is moved */
    size_t tail;  /* bytes at the output's end that are on the host with this piece; 0: not known */
    double work;  /* for brg_rate_learn; 0 for transfers */
    double share; /* of the run, for progress */
    double expected_ns; /* how long it should take; INFINITY if that is not known, or long */
} brg_piece;

/* Drops the events of a piece that nobody will wait for. */
void brg_piece_release(brg_piece *piece);

typedef struct brg_execution brg_execution;

/* Plans the work for a device. Nothing is allocated there yet. With `keep_stages` the outputs of all
 * stages can be read afterwards, otherwise the last one only. A run has `calls` calls, 1 or more: the
 * kernels run that many times between one upload and one read-back. `work` must outlive *out.
 *
 * Work that needs more than `budget` bytes of buffers is cut into parts that need less, if its op knows
 * how (see device/stream.h); otherwise it is planned all the same, and its size says that it is too large. */
brg_status brg_execution_plan(const brg_work *work, brg_context *context, bool keep_stages,
                              int32_t calls, uint64_t budget, brg_execution **out,
                              brg_error *error);

/* Plans one part of a call: its inputs and its output are regions of `inputs` and `output`, which are always
 * copied. What it shares with `before`, another part that is prepared (or NULL), is not uploaded again. */
brg_status brg_execution_plan_part(const brg_work *work, const brg_part *part,
                                   brg_tensor *const *inputs, brg_tensor *output,
                                   brg_context *context, const brg_execution *before,
                                   brg_execution **out, brg_error *error);

/* Bytes of device buffers that the execution needs, and the largest single one. */
uint64_t brg_execution_bytes(const brg_execution *execution);
uint64_t brg_execution_largest(const brg_execution *execution);

/* Builds the kernels, allocates the buffers. */
brg_status brg_execution_prepare(brg_execution *execution, const brg_program_paths *paths,
                                 brg_error *error);

/* Starts a run over: uploads, kernels, read-back. All pieces of an earlier run must have landed. */
brg_status brg_execution_restart(brg_execution *execution, brg_error *error);

/* True if there is a piece to enqueue of a kind that is not in `full`, a set of 1 << kind; and its kind. */
bool brg_execution_next(const brg_execution *execution, uint32_t full, brg_piece_kind *kind);

/* How long that piece should take if it is short and of a kind seen before; INFINITY otherwise. */
double brg_execution_expected(const brg_execution *execution, brg_piece_kind kind);

/* Enqueues that piece; a kernel slice is cut to last about budget_ns, and launches known to be much shorter
 * share a piece. */
brg_status brg_execution_enqueue(brg_execution *execution, uint32_t full, double budget_ns,
                                 brg_piece *piece, brg_error *error);

/* Parts that a run is cut into; 1 if it is not. */
int32_t brg_execution_parts(const brg_execution *execution);

/* The variant planned for a stage, and the output of a stage: NULL if it was not kept. The tensor's
 * contents are valid once all pieces of a run have landed. */
const char *brg_execution_variant(const brg_execution *execution, int32_t stage);
brg_tensor *brg_execution_output(const brg_execution *execution, int32_t stage);

/* The device this runs on. */
brg_context *brg_execution_context(const brg_execution *execution);

/* Releases everything. With `abandon`, host memory that the device might still write to is left alone for
 * ever: for a device that failed and could not be waited for. NULL is allowed. */
void brg_execution_destroy(brg_execution *execution, bool abandon);

#endif
