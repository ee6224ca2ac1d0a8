/* The OpenCL ICD loader that this program runs with, asked without any OpenCL header. */
#ifndef BRIGADE_CLI_LOADER_H
#define BRIGADE_CLI_LOADER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cli_loader {
    bool found;
    char path[256];    /* of libOpenCL.so.1, or why it does not open */
    char name[64];     /* "ocl-icd", "Khronos ICD loader" or what it calls itself; may be empty */
    char version[64];  /* of the loader; may be empty */
    char standard[64]; /* "OpenCL 3.0": the newest that the loader passes on; may be empty */
} cli_loader;

/* Finds the library. With `ask`, also has it introduce itself, upon which it may load every driver
 * there is: a bad one can take the process down. */
void cli_loader_find(cli_loader *loader, bool ask);

/* One line: "ocl-icd 2.3.1 (OpenCL 3.0), /usr/lib/.../libOpenCL.so.1". Returns text. */
const char *cli_loader_text(const cli_loader *loader, char *text, size_t size);

#endif
