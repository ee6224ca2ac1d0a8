/* brigade: the command line program. Finds the command and hands over. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "loader.h"
#include "session.h"
#include "table.h"

static const cli_command *const commands[] = {
    &cli_devices, &cli_doctor,  &cli_run, &cli_verify, &cli_bench,   &cli_filter,
    &cli_train,   &cli_predict, &cli_lab, &cli_tune,   &cli_compare,
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out) {
    fputs("usage: brigade COMMAND [options]\n\n"
          "Computes on OpenCL devices and checks every result against sequential C.\n\n"
          "commands\n",
          out);
    for (int32_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "  %-10s", commands[i]->name);
        cli_print_wrapped(out, commands[i]->summary, 12, 12);
    }
    fputs("\n"
          "  brigade COMMAND --help    what a command does and takes\n"
          "  brigade --version         versions of brigade, the OpenCL loader and platforms\n"
          "\n"
          "try\n"
          "  brigade doctor\n"
          "  brigade run gemm -m 1024 -n 1024 -k 1024\n"
          "  brigade filter blur=3,contrast=1.2,resize=50% in.jpg out.png\n",
          out);
}

static void print_version_line(const char *what, const char *name, const char *version) {
    char text[512];
    printf("%-10s", what);
    snprintf(text, sizeof text, "%s%s%s", name, version[0] ? ", " : "", version);
    cli_print_wrapped(stdout, text, 10, 10);
}

/* Platforms come in a row in the list; each is named once. */
static void print_platforms(const brg_device_list *list) {
    for (int32_t i = 0; i < list->count; i++) {
        const brg_device_info *device = &list->devices[i];
        if (i == 0 || device->platform != device[-1].platform)
            print_version_line("platform", device->platform_name, device->platform_version);
    }
    if (list->count == 0)
        print_version_line("platform", "none with a device", "");
}

/* Our own version comes out even if a driver then crashes. */
static int print_version(void) {
    const cli_common common = CLI_COMMON_DEFAULTS;
    cli_session session;
    cli_loader loader;
    char text[512];
    printf("brigade %s\n", brg_version());
    fflush(stdout);
    cli_loader_find(&loader, true);
    print_version_line("loader", cli_loader_text(&loader, text, sizeof text), "");
    fflush(stdout);
    int code = cli_session_open(&session, "version", &common, false);
    if (code == CLI_OK)
        print_platforms(&session.devices);
    print_version_line("window", "GLFW belongs to brigade-gui: see 'brigade-gui --version'", "");
    return cli_session_close(&session, code);
}

static int unknown_command(const char *word) {
    const char *names[COMMAND_COUNT];
    for (int32_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i]->name;
    const char *meant = word[0] == '-' ? NULL : cli_nearest(word, names, COMMAND_COUNT);
    return cli_usage_error(NULL, "there is no %s \"%s\"%s%s%s",
                           word[0] == '-' ? "option" : "command", word,
                           meant ? ", did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

static int dispatch(int argc, char **argv) {
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word) {
        print_help(stderr);
        return CLI_USAGE;
    }
    if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "help") == 0) {
        print_help(stdout);
        return CLI_OK;
    }
    if (strcmp(word, "--version") == 0)
        return print_version();
    for (int32_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(word, commands[i]->name) == 0)
            return commands[i]->run(commands[i], argc - 2, argv + 2);
    return unknown_command(word);
}

/* Whoever closed stdin, stdout or stderr must not find the results in the next file that is opened: their
 * numbers are taken, by something that cannot be written to. */
static void hold_standard_descriptors(void) {
    int descriptor;
    do
        descriptor = open("/dev/null", O_RDONLY);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0)
        close(descriptor);
}

/* A full disk behind stdout must not look like success. It may have been noticed long before the end: then
 * errno says nothing about it any more. */
static int check_output(int code) {
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (errno)
        fprintf(stderr, "brigade: cannot write the results: %s\n", strerror(errno));
    else
        fputs("brigade: cannot write the results: what they go to is full or closed\n", stderr);
    return code ? code : CLI_TROUBLE;
}

int main(int argc, char **argv) {
    hold_standard_descriptors();
    return check_output(dispatch(argc, argv));
}
