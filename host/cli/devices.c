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

static const char *abilities(const brg_device_info *device, char *text, size_t size) {
    snprintf(text, size, "%s%s%s%s%s%s%s%s", device->has_fp16 ? "fp16, " : "",
             device->has_fp64 ? "fp64, " : "", device->has_images ? "images, " : "",
             device->out_of_order ? "out-of-order queues, " : "",
             device->shares_host_memory ? "the host's memory, " : "",
             device->partitions_equally ? "equal sub-devices, " : "",
             device->partitions_by_counts ? "sub-devices by counts, " : "",
             device->compiler_available ? "a compiler" : "no compiler");
    return text;
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
    print_line("abilities", abilities(device, line, sizeof line));
}

static bool is_chosen(const cli_session *session, int32_t index) {
    for (int32_t i = 0; i < session->choice_count; i++)
        if (session->choices[i].index == index)
            return true;
    return false;
}

static void print_device(const cli_session *session, int32_t index) {
    enum { COLUMNS = 6 };
    static const cli_column columns[COLUMNS] = {{"  index", 7, true}, {"P:D", 5, false},
                                                {"kind", 5, false},   {"units", 5, true},
                                                {"memory", 8, true},  {"name", 40, false}};
    const brg_device_info *device = &session->devices.devices[index];
    char cells[COLUMNS][CLI_CELL] = {""};
    if (index == 0 || device->platform != device[-1].platform) {
        printf("%s%s, driver %s\n", index ? "\n" : "", device->platform_name,
               device->driver_version);
        cli_table_head(stdout, columns, COLUMNS);
    }
    snprintf(cells[0], CLI_CELL, "%s %4d", is_chosen(session, index) ? "*" : " ", index);
    snprintf(cells[1], CLI_CELL, "%d:%d", device->platform, device->device);
    snprintf(cells[2], CLI_CELL, "%.5s", brg_device_kind_name(device->kind));
    snprintf(cells[3], CLI_CELL, "%u", device->compute_units);
    cli_bytes_text((double)device->global_memory, cells[4], CLI_CELL);
    snprintf(cells[5], CLI_CELL, "%s", device->name);
    cli_table_row(stdout, columns, COLUMNS, cells);
}

/* A star marks the device that the other commands would take. */
static void print_devices(const cli_session *session, bool verbose) {
    for (int32_t i = 0; i < session->devices.count; i++) {
        print_device(session, i);
        if (verbose)
            print_limits(&session->devices.devices[i]);
    }
    if (session->choice_count == 1)
        printf("\n* %s: %s\n", session->common->device ? "what --device names" : "used by default",
               session->choices[0].why);
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
