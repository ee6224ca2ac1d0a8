/* What OpenCL drivers want to find in the environment. */
#include <stdlib.h>

#include "brigade/device.h"

/* PoCL runs the linker, and aborts if there is no PATH to find it on. Its workers stay on one processor
 * each if told so; else two of them may share one for a whole run, at half the speed. Its device without
 * threads is the engine's short way for tiny work. */
void brg_prepare_drivers(void) {
    setenv("PATH", "/usr/bin:/bin", 0);
    setenv("POCL_AFFINITY", "1", 0);
    setenv("POCL_DEVICES", "pthread basic", 0);
}
