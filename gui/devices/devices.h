/* The devices: what there is, what it can do, and whether it does it right. */
#ifndef BRIGADE_GUI_DEVICES_DEVICES_H
#define BRIGADE_GUI_DEVICES_DEVICES_H

#include "devices/doctor.h"
#include "shell/view.h"

typedef struct brg_devices_view {
    brg_app *app;
    const brg_scene *scene; /* of the frame being drawn */
    brg_ui *ui;             /* the same, for short */
    int32_t chosen;         /* looked at; -1: the default */
    brg_doctor doctor;
    brg_snapshot snapshot; /* of the engine, a few times a second */
    uint64_t snapshot_ns;
} brg_devices_view;

/* The index of the device that is looked at; -1 while none is known. */
int32_t brg_devices_chosen(const brg_devices_view *v);

/* Starts the doctor on it. */
void brg_devices_examine(brg_devices_view *v);

/* ---- panels ---------------------------------------------------------------------------------- */

void brg_devices_list(brg_devices_view *v, brg_rect place);
void brg_devices_facts(brg_devices_view *v, brg_rect place);
void brg_devices_queue(brg_devices_view *v, brg_rect place);
void brg_devices_engine(brg_devices_view *v, brg_rect place);
void brg_devices_doctor(brg_devices_view *v, brg_rect place);

#endif
