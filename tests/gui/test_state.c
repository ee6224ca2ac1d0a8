/* What the window remembers: values by name, and the file they are written to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "preferences.h"
#include "state.h"

static char directory[64];
static brg_kept kept, again;
static brg_error error;

static void enter(void) {
    strcpy(directory, "/tmp/brigade-state-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
    cr_assert_eq(chdir(directory), 0);
}

static void leave(void) {
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    cr_assert_eq(system(command), 0);
}

TestSuite(state, .init = enter, .fini = leave);

static void put(const char *name, const char *text) {
    FILE *file = fopen(name, "wb");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static bool there(const char *name) {
    return access(name, F_OK) == 0;
}

Test(state, what_is_kept_comes_back) {
    cr_assert(brg_kept_set_text(&kept, "filters.photograph", "/home/a b/caf\xc3\xa9 = 1.png"));
    cr_assert(brg_kept_set_number(&kept, "bench.size", 1024.5));
    cr_assert(brg_kept_set_number(&kept, "bench.size", -0.25));
    cr_assert_eq(kept.count, 2);
    cr_assert_eq(brg_state_save("a/b/w.state", &kept, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(brg_state_load("a/b/w.state", &again, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(again.count, 2);
    cr_assert_not(again.changed);
    cr_assert_str_eq(brg_kept_text(&again, "filters.photograph", ""),
                     "/home/a b/caf\xc3\xa9 = 1.png");
    cr_assert_eq(brg_kept_number(&again, "bench.size", -1, 1, 7), -0.25);
    cr_assert_eq(brg_kept_number(&again, "bench.size", 0, 1, 7), 7); /* outside */
    cr_assert_eq(brg_kept_number(&again, "no.such", 0, 1, 7), 7);
    cr_assert_eq(brg_kept_number(&again, "filters.photograph", 0, 1, 7), 7); /* no number */
}

Test(state, what_does_not_fit_is_not_kept) {
    char text[2 * BRG_KEPT_TEXT], name[32];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    cr_assert_not(brg_kept_set_text(&kept, "a", text));
    cr_assert_not(brg_kept_set_text(&kept, text, "a"));
    cr_assert_not(brg_kept_set_text(&kept, "", "a"));
    cr_assert_not(brg_kept_set_text(&kept, "a = b", "a"));
    cr_assert_not(brg_kept_set_text(&kept, "a", "one\ntwo"));
    cr_assert_eq(kept.count, 0);
    for (int i = 0; i < BRG_KEPT_VALUES; i++) {
        snprintf(name, sizeof name, "value%d", i);
        cr_assert(brg_kept_set_number(&kept, name, i));
    }
    cr_assert_not(brg_kept_set_number(&kept, "one_more", 1));
    cr_assert(brg_kept_set_number(&kept, "value9", 99));
}

Test(state, a_number_that_is_none_is_not_taken) {
    brg_kept_set_text(&kept, "a", "nan");
    cr_assert_eq(brg_kept_number(&kept, "a", 0, 1, 7), 7);
    brg_kept_set_text(&kept, "a", "0.5 apples");
    cr_assert_eq(brg_kept_number(&kept, "a", 0, 1, 7), 7);
}

Test(state, no_file_is_no_trouble) {
    cr_assert_eq(brg_state_load("nowhere/w.state", &kept, &error), BRG_OK);
    cr_assert_eq(kept.count, 0);
}

Test(state, a_damaged_or_later_file_is_put_aside) {
    static const char *const texts[] = {
        "",
        "brigade window state 1",
        "brigade window state 1\n",
        "brigade window state 1\ntheme = light\n",       /* truncated */
        "brigade window state 1\ntheme = light\nen",     /* truncated */
        "brigade window state 1\ntheme light\nend\n",    /* no value */
        "brigade window state 1\nthe me = 1\nend\n",     /* no name */
        "brigade window state 2\ntheme = light\nend\n",  /* later */
        "brigade window state 1\ntheme = light\nend\nx", /* more */
        "\x89PNG\r\n\x1a\n",
        "{\"theme\": \"light\"}\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put("w.state", texts[i]);
        cr_assert_eq(brg_state_load("w.state", &kept, &error), BRG_E_FORMAT, "text %zu", i);
        cr_assert_eq(kept.count, 0);
        cr_assert(kept.changed, "it is not written anew");
        cr_assert(there("w.state.bad"));
        cr_assert_not(there("w.state"));
        cr_assert_not_null(strstr(error.hint, ".bad"));
        unlink("w.state.bad");
    }
}

/* As is /dev/null: nobody's state file may take its place, and it must not be put aside. */
Test(state, a_pipe_stays_a_pipe_and_keeps_nothing) {
    struct stat about;
    cr_assert_eq(mkfifo("pipe", 0600), 0);
    cr_assert_eq(brg_state_load("pipe", &again, &error), BRG_OK, "%s", error.what);
    cr_assert(again.count == 0 && !again.changed);
    cr_assert(brg_kept_set_number(&kept, "bench.size", 1));
    cr_assert_eq(brg_state_save("pipe", &kept, &error), BRG_OK, "%s", error.what);
    cr_assert(stat("pipe", &about) == 0 && S_ISFIFO(about.st_mode));
    cr_assert_eq(brg_state_load("/dev/null", &again, &error), BRG_OK, "%s", error.what);
}

Test(state, a_huge_file_is_put_aside) {
    FILE *file = fopen("w.state", "wb");
    fputs("brigade window state 1\n", file);
    for (int i = 0; i < 100000; i++)
        fputs("a = 1\n", file);
    fputs("end\n", file);
    fclose(file);
    cr_assert_eq(brg_state_load("w.state", &kept, &error), BRG_E_FORMAT);
}

Test(state, zeros_are_no_end) {
    FILE *file = fopen("w.state", "wb");
    cr_assert_eq(fwrite("brigade window state 1\nend\n\0\0", 1, 29, file), 29);
    fclose(file);
    cr_assert_eq(brg_state_load("w.state", &kept, &error), BRG_E_FORMAT);
}

Test(state, what_cannot_be_written_is_told) {
    put("file", "");
    brg_kept_set_number(&kept, "a", 1);
    cr_assert_eq(brg_state_save("file/w.state", &kept, &error), BRG_E_IO);
    cr_assert_not_null(strstr(error.what, "file/w.state"), "%s", error.what);
    cr_assert_eq(mkdir("d", 0755), 0);
    cr_assert_eq(brg_state_save("d", &kept, &error), BRG_E_IO);
    cr_assert_eq(brg_state_load("d", &again, &error), BRG_E_IO);
    cr_assert_eq(system("ls | grep -q d[.]"), 256, "a temporary file was left");
}

Test(state, the_old_file_stays_when_the_new_one_fails) {
    put("w.state", "brigade window state 1\na = 1\nend\n");
    brg_kept_set_number(&kept, "a", 2);
    cr_assert_eq(brg_state_save("/dev/full/w.state", &kept, &error), BRG_E_IO);
    cr_assert_eq(brg_state_load("w.state", &again, &error), BRG_OK);
    cr_assert_eq(brg_kept_number(&again, "a", 0, 9, 0), 1);
}

Test(state, its_place_is_the_users) {
    char path[256];
    setenv("XDG_CONFIG_HOME", "/x", 1);
    setenv("HOME", "/home/me", 1);
    cr_assert(brg_state_path(path, sizeof path));
    cr_assert_str_eq(path, "/x/brigade/window.state");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    cr_assert(brg_state_path(path, sizeof path));
    cr_assert_str_eq(path, "/home/me/.config/brigade/window.state");
    unsetenv("HOME");
    cr_assert_not(brg_state_path(path, sizeof path));
    setenv("HOME", "/home/me", 1);
    cr_assert_not(brg_state_path(path, 10));
}

Test(state, preferences_are_kept_and_recalled) {
    brg_preferences chosen = brg_preferences_default(), back;
    chosen.theme = BRG_THEME_LIGHT_SAFE;
    chosen.slice_ms = 2.5f;
    chosen.niceness = 0;
    strcpy(chosen.view, "timeline");
    brg_preferences_keep(&chosen, &kept);
    back = brg_preferences_recall(&kept);
    cr_assert_eq(back.theme, BRG_THEME_LIGHT_SAFE);
    cr_assert_eq(back.slice_ms, 2.5f);
    cr_assert_eq(back.niceness, 0);
    cr_assert_str_eq(back.view, "timeline");
    brg_kept_set_text(&kept, "theme", "mauve");
    brg_kept_set_text(&kept, "slice_ms", "-1");
    back = brg_preferences_recall(&kept);
    cr_assert_eq(back.theme, BRG_THEME_DARK);
    cr_assert_eq(back.slice_ms, 8);
}
