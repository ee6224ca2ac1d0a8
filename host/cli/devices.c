/* brigade devices: what there is to compute on. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "session.h"
#include "table.h"

typedef struct devices_settings {
    cli_common common;
    bool verbose;
} devices_settings;

static const cli_option rows[] = {
    {'v', "verbose", CLI_FLAG, offsetof(devices_settings, verbose), NULL,
     "every limit that the driver reports", 0, 0},
};

static const cli_option_group group = {"options", rows, 1};

static const char *yes_no(bool value) {
    return value ? "yes" : "no";
}

static void print_line(const char *name, const char *value) {
    cli_style style = cli_style_of(stdout);
    printf("    %s%-20s%s", style.quiet, name, style.off);
    cli_print_wrapped(stdout, value, 24, 24);
}

static void print_bytes(const char *name, uint64_t bytes, const char *remark) {
    char figure[32], line[80];
    snprintf(line, sizeof line, "%s%s", cli_bytes_text((double)bytes, figure, sizeof figure),
             remark);
    print_line(name, line);
}

static void print_number(const char *name, uint64_t value, const char *unit) {
    char line[48];
    snprintf(line, sizeof line, "%llu%s", (unsigned long long)value, unit);
    print_line(name, line);
}

static void print_limits(const brg_device_info *device) {
    char line[3 * BRG_NAME];
    print_line("platform", device->platform_name);
    print_line("platform version", device->platform_version);
    print_line("driver", device->driver_version);
    print_line("device version", device->device_version);
    print_line("OpenCL C", device->c_version);
    print_line("vendor", device->vendor);
    print_number("compute units", device->compute_units, "");
    print_number("clock", device->clock_mhz, " MHz");
    print_number("float vector width", device->float_vector_width, "");
    print_bytes("global memory", device->global_memory, "");
    print_bytes("largest allocation", device->max_allocation, "");
    print_bytes("local memory", device->local_memory,
                device->local_memory_is_real ? ", its own" : ", a part of global memory");
    print_bytes("cache", device->cache_memory, "");
    print_number("alignment", device->address_align_bits, " bits");
    snprintf(
        line, sizeof line, "%llu work-items, at most %llu x %llu x %llu",
        (unsigned long long)device->max_work_group, (unsigned long long)device->max_work_item[0],
        (unsigned long long)device->max_work_item[1], (unsigned long long)device->max_work_item[2]);
    print_line("work-group", line);
    print_number("timer resolution", device->timer_resolution_ns, " ns");
    snprintf(line, sizeof line, "fp16 %s, fp64 %s, images %s, compiler %s, out of order %s",
             yes_no(device->has_fp16), yes_no(device->has_fp64), yes_no(device->has_images),
             yes_no(device->compiler_available), yes_no(device->out_of_order));
    print_line("abilities", line);
    snprintf(line, sizeof line, "shares the host's memory %s, sub-devices equally %s, by counts %s",
             yes_no(device->shares_host_memory), yes_no(device->partitions_equally),
             yes_no(device->partitions_by_counts));
    print_line("", line);
}

/* A star marks the device that the other commands would take. */
static void print_devices(const cli_session *session, bool verbose) {
    static const cli_column columns[] = {{"  P:D", 5, false}, {"kind", 5, false},
                                         {"units", 5, true},  {"memory", 8, true},
                                         {"name", 26, false}, {"platform", 17, false}};
    enum { COLUMNS = sizeof columns / sizeof columns[0] };
    const brg_device_list *list = &session->devices;
    cli_table_head(stdout, columns, COLUMNS);
    for (int32_t i = 0; i < list->count; i++) {
        const brg_device_info *device = &list->devices[i];
        bool chosen = false;
        for (int32_t c = 0; c < session->choice_count; c++)
            chosen = chosen || session->choices[c].index == i;
        char cells[COLUMNS][CLI_CELL] = {""};
        snprintf(cells[0], CLI_CELL, "%s %d:%d", chosen ? "*" : " ", device->platform,
                 device->device);
        snprintf(cells[1], CLI_CELL, "%s",
                 device->kind == BRG_DEVICE_ACCELERATOR ? "accel"
                                                        : brg_device_kind_name(device->kind));
        snprintf(cells[2], CLI_CELL, "%u", device->compute_units);
        cli_bytes_text((double)device->global_memory, cells[3], CLI_CELL);
        snprintf(cells[4], CLI_CELL, "%s", device->name);
        snprintf(cells[5], CLI_CELL, "%s", device->platform_name);
        cli_table_row(stdout, columns, COLUMNS, cells);
        if (verbose)
            print_limits(device);
    }
    if (session->choice_count == 1)
        printf("\n* is used by default: %s\n", session->choices[0].why);
}

static int run_devices(const cli_command *command, int argc, char **argv) {
    devices_settings settings = {.common = CLI_COMMON_DEFAULTS};
    cli_session session;
    int32_t count;
    int code = cli_options_parse(command, argc, argv, &settings, &count);
    if (code != CLI_GO)
        return code;
    code = cli_session_open(&session, "devices", &settings.common, true);
    if (session.report) {
        brg_report_devices(session.report, &session.devices);
        if (session.choice_count == 1)
            brg_report_device(session.report, &session.devices.devices[session.choices[0].index],
                              &session.choices[0]);
    } else if (code == CLI_OK) {
        print_devices(&session, settings.verbose);
    }
    if (session.devices.note[0] && code == CLI_OK)
        fprintf(stderr, "brigade: %s\n", session.devices.note);
    return cli_session_close(&session, code);
}

const cli_command cli_devices = {
    .name = "devices",
    .summary = "List the OpenCL devices and mark the one that is used by default.",
    .usage = "",
    .groups = {&group, &cli_device_options},
    .run = run_devices,
};
