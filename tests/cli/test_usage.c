/* Help, versions, and everything that can be wrong with a command line. */
#include "cli/program.h"

#include <stdio.h>
#include <string.h>

TestSuite(usage, .fini = clean_up);

static const char *const commands[] = {"devices", "doctor",  "run", "verify", "bench",  "filter",
                                       "train",   "predict", "lab", "tune",   "compare"};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* Every line fits into 80 columns and has no blanks at its end. */
static void expect_tidy(const char *what, const char *text) {
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line != 0) {
        size_t width = 0, bytes = strcspn(line, "\n");
        for (size_t i = 0; i < bytes; i++)
            width += ((unsigned char)line[i] & 0xC0) != 0x80;
        cr_expect_leq(width, 80, "%s: too wide: %.*s", what, (int)bytes, line);
        cr_expect(bytes == 0 || line[bytes - 1] != ' ', "%s: blank at the end: \"%.*s\"", what,
                  (int)bytes, line);
    }
}

static void expect_help(const char *line) {
    outcome of = run("%s", line);
    cr_expect_eq(of.code, 0);
    cr_expect_str_empty(of.err);
    cr_expect_eq(strncmp(of.out, "usage: brigade ", 15), 0, "%s: %s", line, of.out);
    expect_tidy(line, of.out);
    release(&of);
}

Test(usage, help_fits_the_screen) {
    char line[64];
    expect_help("--help");
    expect_help("-h");
    for (int i = 0; i < COMMANDS; i++) {
        snprintf(line, sizeof line, "%s --help", commands[i]);
        expect_help(line);
        snprintf(line, sizeof line, "%s -h", commands[i]);
        expect_help(line);
    }
}

Test(usage, help_names_every_command) {
    outcome of = run("--help");
    for (int i = 0; i < COMMANDS; i++)
        cr_expect_not_null(strstr(of.out, commands[i]), "%s", commands[i]);
    release(&of);
}

Test(usage, help_lists_every_filter_with_what_it_takes) {
    outcome of = run("filter --help");
    cr_expect_not_null(strstr(of.out, "blur="));
    cr_expect_not_null(strstr(of.out, "resize="));
    cr_expect_null(strstr(of.out, "\n  gemm"));
    release(&of);
}

Test(usage, version_names_loader_platform_and_window) {
    outcome of = run("--version");
    cr_expect_eq(of.code, 0);
    cr_expect_eq(strncmp(of.out, "brigade 0.", 10), 0);
    cr_expect_not_null(strstr(of.out, "libOpenCL"));
    cr_expect_not_null(strstr(of.out, "Portable Computing Language"));
    cr_expect_not_null(strstr(of.out, "GLFW"));
    expect_tidy("--version", of.out);
    release(&of);
}

Test(usage, without_a_command_the_help_goes_to_stderr) {
    outcome of = run("%s", "");
    cr_expect_eq(of.code, 2);
    cr_expect_str_empty(of.out);
    cr_expect_not_null(strstr(of.err, "usage: brigade"));
    release(&of);
}

Test(usage, unknown_words) {
    expect(2, "frobnicate");
    expect(2, "train --optimizer newton");
    expect(2, "--frobnicate");
    expect(2, "run gemm --frobnicate");
    expect(2, "run gemm -x");
    expect(2, "run gemm extra");
    expect(2, "run");
    expect(2, "devices extra");
    expect(2, "devices --seed 3");
    expect(2, "filter blur=3 in.png");
    expect(2, "verify --all gemm");
}

/* A list that is cut off in the middle of a word helps nobody. */
Test(usage, what_there_is_instead_is_said_to_the_end) {
    outcome of = run("run nosuch");
    cr_expect_not_null(strstr(of.err, "'brigade run --help' lists the "), "%s", of.err);
    release(&of);
    of = run("--frobnicate");
    cr_expect_not_null(strstr(of.err, "there is no option \"--frobnicate\""), "%s", of.err);
    release(&of);
}

Test(usage, a_misspelt_word_is_understood) {
    outcome of = run("runn");
    cr_expect_not_null(strstr(of.err, "did you mean run?"), "%s", of.err);
    release(&of);
    of = run("run gemm --repeat 3");
    cr_expect_not_null(strstr(of.err, "did you mean --repeats?"), "%s", of.err);
    release(&of);
    of = run("run gem");
    cr_expect_not_null(strstr(of.err, "did you mean gemm?"), "%s", of.err);
    release(&of);
}

Test(usage, malformed_values) {
    expect(2, "run gemm -m");
    expect(2, "run gemm -m 0");
    expect(2, "run gemm -m -5");
    expect(2, "run gemm -m 12x");
    expect(2, "run gemm -m 1.5");
    expect(2, "run gemm -m 0x10");
    expect(2, "run gemm -m nan");
    expect(2, "run gemm -m 99999999999999999999");
    expect(2, "run gemm --alpha nan");
    expect(2, "run gemm --alpha 1e999");
    expect(2, "run gemm --alpha");
    expect(2, "run gemm --repeats 0");
    expect(2, "run gemm --seed -1");
    expect(2, "run gemm --slice-ms 0");
    expect(2, "run gemm --ta=yes");
    expect(2, "run gemm --json=1");
    expect(2, "run gemm --trace --json");
    expect(2, "run gemm --trace=");
    expect(2, "run gemm --verify maybe");
    expect(2, "run gemm --baselines some");
    expect(2, "run gemm --baselines sequential,");
    expect(2, "run conv2d --kernel 5");
    expect(2, "run conv2d --kernel 0x5");
    expect(2, "run conv2d --kernel 64x3");
    expect(2, "run conv2d --border round");
    expect(2, "run edge --dtype f64");
}

Test(usage, sizes_that_cannot_be) {
    expect(2, "run edge --image 0x5x3");
    expect(2, "run edge --image 5x5x2");
    expect(2, "run edge --image 65536x1");
    expect(2, "run edge --image 60000x60000x3");
    expect(2, "run edge --image 99999999999999999999x2");
    expect(2, "run gemm -m 1099511627776 -n 1099511627776 -k 1099511627776");
    expect(4, "run gemm -m 1000000 -n 1000000 -k 1000000"); /* possible, but not here */
}

Test(usage, names_that_do_not_exist) {
    expect(2, "run nosuch");
    expect(2, "run nosuch=3 --image 8x8");
    expect(2, "run gemm --variant nosuch");
    expect(2, "run blur=x --image 8x8");
    expect(2, "run blur=3, --image 8x8");
    expect(2, "run blur=1,edge --variant naive --image 8x8");
    expect(2, "verify nosuch");
    expect(2, "verify gemm --variant nosuch");
    expect(2, "bench nosuch");
}

Test(usage, values_may_stand_in_the_same_word) {
    expect(0, "run gemm -m3 -n 5 -k7 --repeats=1 --baselines=none");
    expect(0, "run -m 3 -n 5 -k 7 --baselines none --repeats 1 -- gemm");
}
