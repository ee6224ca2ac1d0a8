/* The fault layer: sits between the OpenCL loader and the drivers, makes one chosen call fail, and
 * counts the objects that are alive.
 *
 * The loader brings it in when OPENCL_LAYERS names its file. A test in the same process finds it
 * with dlsym(handle, "fault_layer") and steers it through the functions below. */
#ifndef BRIGADE_FAULT_LAYER_H
#define BRIGADE_FAULT_LAYER_H

#include <stdbool.h>
#include <stdint.h>

/* What OpenCL counts the owners of. */
typedef enum fault_noun {
    FAULT_DEVICE, /* sub-devices only: the others are never released */
    FAULT_CONTEXT,
    FAULT_QUEUE,
    FAULT_MEMORY,
    FAULT_PROGRAM,
    FAULT_KERNEL,
    FAULT_EVENT,
    FAULT_NOUNS
} fault_noun;

enum { FAULT_MAX_CALLS = 96 };

/* Fails the nth call from now on (1: the very next; 0: none) with an OpenCL code, and every later
 * one too when sticky. */
typedef struct fault_plan {
    int64_t nth;
    int32_t code;
    bool sticky;
    int32_t *met; /* where to note the first call struck, at once; NULL: nowhere */
} fault_plan;

typedef struct fault_report {
    bool loaded;                     /* the loader has taken the layer in */
    int64_t calls;                   /* since the plan was armed */
    int64_t struck;                  /* of these, made to fail */
    int32_t first;                   /* the first one struck, an index for name(); -1: none */
    int64_t strangers;               /* calls from another thread than the first */
    int64_t alive[FAULT_NOUNS];      /* owners, since the process began */
    int64_t unreleased[FAULT_NOUNS]; /* releases struck, since the process began */
} fault_report;

typedef struct fault_layer {
    void (*arm)(const fault_plan *plan);
    void (*report)(fault_report *report);
    const char *(*name)(int32_t call); /* NULL past the last */
} fault_layer_api;

#endif
