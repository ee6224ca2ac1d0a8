/* Whether programs on this machine can talk to each other over 127.0.0.1.
 *
 * Thread safety: any thread. */
#ifndef LAB_LOOPBACK_H
#define LAB_LOOPBACK_H

#include <stdbool.h>

/* Listens there and connects, once. Waits for a second at most. */
bool brg_lab_loopback_works(void);

#endif
