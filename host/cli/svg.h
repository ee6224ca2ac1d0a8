/* Charts as SVG: one self-contained file of panels below each other, legible on light and dark. */
#ifndef BRIGADE_CLI_SVG_H
#define BRIGADE_CLI_SVG_H

#include "brigade/brigade.h"

enum { CLI_MAX_SERIES = 12, CLI_LABEL = 112 };

typedef struct cli_point {
    double x;            /* on a logarithmic axis; of bars: the row, from 0 */
    double y, low, high; /* on a linear axis from 0; low and high: its interval */
    char label[CLI_LABEL];
} cli_point;

typedef struct cli_series {
    char name[32];
    cli_point *points; /* owned by the caller */
    int32_t count;
} cli_series;

typedef enum cli_panel_kind {
    CLI_PANEL_LINES,  /* rates against sizes */
    CLI_PANEL_POINTS, /* the same where a line would mean nothing */
    CLI_PANEL_BARS    /* rates of a few named cases */
} cli_panel_kind;

typedef struct cli_panel {
    cli_panel_kind kind;
    char title[96];
    char x_title[64], y_title[64];
    bool binary;                       /* ticks of x at powers of two */
    cli_series series[CLI_MAX_SERIES]; /* the first one stands out */
    int32_t series_count;
} cli_panel;

/* Writes the panels under a heading of two lines to a file, which appears complete or not at all.
 * BRG_E_IO, BRG_E_MEMORY. */
brg_status cli_svg_save(const char *path, const char *title, const char *subtitle,
                        const cli_panel *panels, int32_t count, brg_error *error);

#endif
