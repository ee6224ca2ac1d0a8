/* A real photograph for experiments that filter one; it ships with the library.
 *
 * Thread safety: the lab's thread only. */
#ifndef LAB_PHOTOGRAPH_H
#define LAB_PHOTOGRAPH_H

#include "lab/lab.h"

/* The middle w x h of it, u8 {h, w, 3}; 0, 0: all of it, 1000 x 872. The caller releases it. NULL with the error noted:
 * it is not installed, damaged, or smaller than that. */
brg_tensor *brg_lab_photograph(brg_lab *lab, int64_t w, int64_t h);

#endif
