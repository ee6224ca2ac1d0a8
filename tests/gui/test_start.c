/* Starting the window: arguments, and a machine without a display. */
#include <string.h>

#include "stage.h"

TestSuite(gui_start, .fini = drop_curtain);

Test(gui_start, without_a_display_it_says_what_to_do) {
    outcome of = run("--frames 3");
    cr_assert_eq(of.code, 4);
    cr_assert_not_null(strstr(of.err, "There is no display"), "%s", of.err);
    cr_assert_not_null(strstr(of.err, "brigade run"), "%s", of.err);
    cr_assert_str_empty(of.out);
}

Test(gui_start, help_and_version_need_no_display) {
    outcome help = run("--help");
    cr_assert_eq(help.code, 0);
    cr_assert_not_null(strstr(help.out, "usage: brigade-gui"));
    for (const char *line = help.out, *end; (end = strchr(line, '\n')); line = end + 1)
        cr_assert_leq(end - line, 80, "%.*s", (int)(end - line), line);
    outcome version = run("--version");
    cr_assert_eq(version.code, 0);
    cr_assert_not_null(strstr(version.out, "GLFW 3."), "%s", version.out);
}

Test(gui_start, bad_arguments_get_one_sentence) {
    static const char *const lines[] = {
        "--no-such-option",
        "-x",
        "--workload",
        "--workload stew",
        "--size 0",
        "--size -5",
        "--size 4097",
        "--size 12monkeys",
        "--size 99999999999999999999",
        "--workload blur --size 64",
        "--variant no-such-rung",
        "--verify perhaps",
        "--workload blur --verify freivalds",
        "--frames 0",
        "--frames many",
        "--repeats 51",
        "--scale 0",
        "--scale nan",
        "--scale 100",
        "--screenshot picture.png",
        "--workload gemm photograph.png",
        "--view nowhere",
        "--theme mauve",
        "--state",
        "one.png two.png",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        outcome of = run("%s", lines[i]);
        cr_assert_eq(of.code, 2, "%s: exit code %d", lines[i], of.code);
        cr_assert_eq(strncmp(of.err, "brigade-gui: ", 13), 0, "%s: %s", lines[i], of.err);
        const char *end = strchr(of.err, '\n');
        cr_assert(end && end[1] == '\0', "%s: more than one line: %s", lines[i], of.err);
        cr_assert_str_empty(of.out);
    }
}
