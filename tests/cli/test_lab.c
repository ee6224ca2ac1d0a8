/* brigade lab's files, and two of its documents side by side. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/program.h"

TestSuite(lab, .fini = clean_up);

static char *read_whole(const char *path) {
    char *text = calloc(1, 1 << 20);
    FILE *file = fopen(path, "rb");
    cr_assert(file && text, "there is no %s", path);
    cr_assert_gt(fread(text, 1, (1 << 20) - 1, file), 0);
    fclose(file);
    return text;
}

static int count_of(const char *text, const char *part) {
    int count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

Test(lab, lists_claims_in_80_columns) {
    outcome of = run("lab");
    cr_assert_eq(of.code, 0);
    cr_expect(strstr(of.out, "Race conditions lose updates"));
    for (const char *line = of.out; *line; line += strcspn(line, "\n") + 1)
        cr_expect_leq(strcspn(line, "\n"), 80);
    release(&of);
}

Test(lab, refuses_what_it_does_not_know) {
    expect(2, "lab 99");
    expect(2, "lab --all 24");
    expect(2, "lab 24 --budget 0");
    expect(2, "lab 24 --dial nan");
    expect(2, "lab 16 --dial 101");
    expect(2, "lab 16 24 --dial 1");
    expect(2, "lab 3 --dial 5");
    expect(2, "lab --json");
    expect(2, "lab --report page.html");
    expect(3, "lab 24 -d nosuchdevice");
}

/* Whatever the machine is doing, too little time never gives a verdict, and no failure. */
Test(lab, too_little_time_is_inconclusive) {
    outcome of = run("lab 24 --budget 0.001 --json");
    cr_assert_eq(of.code, 0, "%s", of.err);
    cJSON *root = document(&of);
    cr_expect_str_eq(member(root, "results.0.id")->valuestring, "24");
    const char *verdict = member(root, "results.0.verdict")->valuestring;
    cr_expect(strcmp(verdict, "INCONCLUSIVE") == 0 || strcmp(verdict, "NOT APPLICABLE") == 0);
    cJSON_Delete(root);
    release(&of);
}

Test(lab, its_files_are_whole_and_need_no_other) {
    outcome of = run("lab 24 --quick --budget 0.3 --report page.html --junit lab.xml");
    cr_assert(of.code == 0 || of.code == 1, "%s", of.err);
    char *page = read_whole("page.html"), *xml = read_whole("lab.xml");
    cr_expect(strstr(page, "</html>"));
    cr_expect_null(strstr(page, "<script"));
    cr_expect_null(strstr(page, "http"));
    cr_expect(strstr(page, "each other&#39;s changes"));
    cr_expect_eq(count_of(page, "<svg"), count_of(page, "</svg>"));
    cr_expect_eq(count_of(page, "<dl>"), count_of(page, "</dl>"));
    cr_expect(strstr(xml, "tests=\"1\""));
    cr_expect_eq(count_of(xml, "<testcase"), count_of(xml, "</testcase>"));
    free(page);
    free(xml);
    release(&of);
}

Test(lab, a_file_that_cannot_be_is_refused_before_measuring) {
    expect(4, "lab 24 --report nowhere/page.html");
}

/* As root it could be /dev/null that a report takes the place of. */
Test(lab, a_report_into_a_link_or_a_pipe_leaves_it_what_it_is) {
    struct stat about;
    make_file("page.html", "old", 3);
    cr_assert_eq(symlink("page.html", "link"), 0);
    cr_assert_eq(mkfifo("pipe", 0600), 0);
    int pipe = open("pipe", O_RDWR | O_NONBLOCK); /* has room for what comes */
    cr_assert_geq(pipe, 0);
    outcome of = run("lab 24 --budget 0.001 --report link --junit pipe");
    cr_expect_eq(of.code, 0, "%s", of.err);
    cr_expect(lstat("link", &about) == 0 && S_ISLNK(about.st_mode));
    cr_expect(stat("page.html", &about) == 0 && about.st_size > 3);
    cr_expect(stat("pipe", &about) == 0 && S_ISFIFO(about.st_mode));
    char start[8] = "";
    cr_expect_eq(read(pipe, start, 5), 5);
    cr_expect_str_eq(start, "<?xml");
    close(pipe);
    release(&of);
    expect(4, "lab 24 --report .");
}

Test(lab, timelines_fit_the_terminal) {
    outcome of = run("lab 9 --quick --budget 0.3 --ascii");
    cr_assert(of.code == 0 || of.code == 1, "%s", of.err);
    cr_expect(strchr(of.out, '['), "%s", of.out);
    for (const char *line = of.out; *line; line += line[0] == '\n') {
        const size_t length = strcspn(line, "\n");
        cr_expect_leq(length, 80, "%.*s", (int)length, line);
        line += length;
    }
    release(&of);
}

static void write_run(const char *name, const char *command, double value, const char *verdict) {
    char text[512];
    snprintf(
        text, sizeof text,
        "{\"schema\":\"brigade/1\",\"command\":\"%s\",\"results\":[{\"id\":\"2\",\"title\":\"T\","
        "\"verdict\":\"%s\",\"questions\":[{\"what\":\"speedup\",\"unit\":\"x\",\"value\":%g,"
        "\"low\":%g,\"high\":%g}]}]}",
        command, verdict, value, value - 0.1, value + 0.1);
    make_file(name, text, strlen(text));
}

Test(lab, what_changed_beyond_both_intervals_is_marked) {
    write_run("a.json", "lab", 1.5, "CONFIRMED");
    write_run("b.json", "lab", 1.1, "REFUTED");
    write_run("c.json", "bench", 1.1, "REFUTED");
    outcome of = run("compare a.json b.json");
    cr_expect_eq(of.code, 0, "%s", of.err);
    cr_expect(strstr(of.out, "1.1 x  *"), "%s", of.out);
    cr_expect(strstr(of.out, "1 with another verdict"));
    release(&of);
    of = run("compare a.json a.json");
    cr_expect_null(strstr(of.out, "x  *"), "%s", of.out);
    release(&of);
    expect(2, "compare a.json c.json");
    expect(2, "compare a.json b.json --json");
}

/* A file that is missing or holds something else is the world's fault, not a wrong command: 4. */
Test(lab, a_run_that_cannot_be_read_is_refused) {
    static const char *const odd[] = {
        "", "{", "[1,2]", "{\"schema\":\"brigade/1\",\"command\":\"lab\"}",
        "{\"schema\":\"brigade/1\",\"command\":\"lab\",\"results\":7}"};
    write_run("a.json", "lab", 1.5, "CONFIRMED");
    expect(4, "compare a.json nowhere.json");
    expect(4, "compare nowhere.json a.json");
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        make_file("odd.json", odd[i], strlen(odd[i]));
        expect(4, "compare a.json odd.json");
    }
    static const char hollow[] = "{\"schema\":\"brigade/1\",\"command\":\"lab\",\"results\":"
                                 "[1,{\"id\":\"2\",\"questions\":[3,{\"what\":null}]},{}]}";
    make_file("hollow.json", hollow, strlen(hollow));
    expect(0, "compare a.json hollow.json");
}
