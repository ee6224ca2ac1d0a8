/* Discovery: what OpenCL devices there are. */
#ifndef BRIGADE_DEVICE_DISCOVER_H
#define BRIGADE_DEVICE_DISCOVER_H

#include "brigade/device.h"
#include "device/cl.h"

/* The OpenCL handles behind the rows of a brg_device_list. */
typedef struct brg_device_ids {
    cl_platform_id platforms[BRG_MAX_DEVICES];
    cl_device_id devices[BRG_MAX_DEVICES];
    cl_device_id direct[BRG_MAX_DEVICES]; /* the same cores, without threads of their own; or NULL */
} brg_device_ids;

/* Lists the devices of all platforms. Never fails: whatever cannot be queried is left out, and list->note
 * says why. For the engine's thread. */
void brg_discover(brg_device_list *list, brg_device_ids *ids);

#endif
