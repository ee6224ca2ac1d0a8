/* IDX files: the format that MNIST and its like come in, plain or gzipped.
 *
 * Thread safety: every function may be called from any thread. */
#ifndef IO_IDX_H
#define IO_IDX_H

#include "brigade/tensor.h"

/* Reads a file of unsigned bytes with 1 to 4 dims as a u8 tensor of the same dims. BRG_E_IO if it cannot
 * be read, BRG_E_FORMAT if it is empty, cut short, longer than it says or of another kind, BRG_E_SHAPE if
 * it has more than 2^31 elements, BRG_E_MEMORY. The caller releases *tensor. */
brg_status brg_idx_read(const char *path, brg_tensor **tensor, brg_error *error);

#endif
