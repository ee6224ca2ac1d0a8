/* The models that ship with the library: names and texts. */
#ifndef TRAIN_SHIPPED_H
#define TRAIN_SHIPPED_H

#include <stdint.h>

/* The index-th model's name and text; NULL past the last. */
const char *brg_shipped_name(int32_t index);
const char *brg_shipped_text(int32_t index);

#endif
