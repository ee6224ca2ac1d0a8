/* What the kitchen tells an unattended run's report. */
#ifndef BRIGADE_GUI_KITCHEN_REPORT_H
#define BRIGADE_GUI_KITCHEN_REPORT_H

#include <brigade/report.h>

#include "kitchen/kitchen.h"

/* Adds an object "kitchen": the dishes, and the median figures of each way. */
brg_status brg_kitchen_report(const brg_kitchen *kitchen, brg_report *report, brg_error *error);

#endif
