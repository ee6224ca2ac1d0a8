/* Whole files: limits, atomic replacement, and what failure leaves behind. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

/* A directory of the test's own, and a path in it. */
static char directory[64];

static void enter(void) {
    snprintf(directory, sizeof directory, "/tmp/brigade-file-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
}

static const char *in_directory(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static int count_entries(void) {
    DIR *open_directory = opendir(directory);
    int count = 0;
    for (struct dirent *entry = readdir(open_directory); entry; entry = readdir(open_directory))
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(open_directory);
    return count;
}

static void leave(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    cr_assert_eq(system(command), 0);
}

static void expect_content(const char *path, const char *text) {
    unsigned char *data = NULL;
    size_t size = 0;
    cr_assert_eq(brg_file_read(path, 1 << 20, &data, &size, NULL), BRG_OK);
    cr_assert_eq(size, strlen(text));
    cr_assert_str_eq((char *)data, text);
    free(data);
}

static void expect_write_error(const char *path, const char *word) {
    brg_error error = {.status = BRG_OK};
    cr_assert_eq(brg_file_write(path, "new", 3, &error), BRG_E_IO, "%s", path);
    cr_assert_not_null(strstr(error.what, word), "%s", error.what);
    cr_assert_eq(error.what[strlen(error.what) - 1], '.');
}

TestSuite(file, .init = enter, .fini = leave);

Test(file, is_read_as_it_was_written) {
    enum { SIZE = 300001 };
    unsigned char *data = malloc(SIZE), *back = NULL;
    size_t size = 0;
    for (int i = 0; i < SIZE; i++)
        data[i] = (unsigned char)(i * 7);
    cr_assert_eq(brg_file_write(in_directory("a"), data, SIZE, NULL), BRG_OK);
    cr_assert_eq(brg_file_read(in_directory("a"), SIZE, &back, &size, NULL), BRG_OK);
    cr_assert_eq(size, (size_t)SIZE);
    cr_assert_eq(memcmp(data, back, SIZE), 0);
    cr_assert_eq(back[SIZE], 0);
    cr_assert_eq(count_entries(), 1);
    free(data);
    free(back);
}

Test(file, may_be_empty) {
    cr_assert_eq(brg_file_write(in_directory("a"), "", 0, NULL), BRG_OK);
    expect_content(in_directory("a"), "");
}

Test(file, over_the_limit_is_not_read) {
    unsigned char *data = NULL;
    size_t size = 0;
    brg_error error;
    brg_file_write(in_directory("a"), "12345", 5, NULL);
    cr_assert_eq(brg_file_read(in_directory("a"), 4, &data, &size, &error), BRG_E_IO);
    cr_assert_null(data);
    cr_assert_eq(brg_file_read("/dev/zero", 100000, &data, &size, &error), BRG_E_IO);
    cr_assert_not_null(strstr(error.what, "larger than 100000 bytes"), "%s", error.what);
    cr_assert_null(data);
}

Test(file, what_cannot_be_read_is_named) {
    unsigned char *data = NULL;
    size_t size = 0;
    brg_error error;
    cr_assert_eq(brg_file_read("/nowhere/x", 10, &data, &size, &error), BRG_E_IO);
    cr_assert_str_eq(error.what, "\"/nowhere/x\" cannot be read: No such file or directory.");
    cr_assert(error.hint[0] != '\0');
    cr_assert_eq(brg_file_read(directory, 10, &data, &size, &error), BRG_E_IO);
    cr_assert_not_null(strstr(error.what, "Is a directory"), "%s", error.what);
}

Test(file, of_unknown_size_is_read_to_its_end) {
    unsigned char *data = NULL;
    size_t size = 0;
    cr_assert_eq(brg_file_read("/proc/self/status", 1 << 20, &data, &size, NULL), BRG_OK);
    cr_assert(size > 100);
    cr_assert_not_null(strstr((char *)data, "Pid:"));
    free(data);
}

Test(file, replaces_the_old_one_and_keeps_its_permissions) {
    struct stat info;
    brg_file_write(in_directory("a"), "old and longer", 14, NULL);
    chmod(in_directory("a"), 0640);
    cr_assert_eq(brg_file_write(in_directory("a"), "new", 3, NULL), BRG_OK);
    expect_content(in_directory("a"), "new");
    stat(in_directory("a"), &info);
    cr_assert_eq(info.st_mode & 0777, 0640u);
    cr_assert_eq(count_entries(), 1);
}

Test(file, a_new_one_follows_the_umask) {
    struct stat info;
    umask(027);
    brg_file_write(in_directory("a"), "new", 3, NULL);
    stat(in_directory("a"), &info);
    cr_assert_eq(info.st_mode & 0777, 0640u);
}

Test(file, a_reader_of_the_old_one_keeps_it) {
    char text[8] = "";
    brg_file_write(in_directory("a"), "old", 3, NULL);
    int reader = open(in_directory("a"), O_RDONLY);
    brg_file_write(in_directory("a"), "new", 3, NULL);
    cr_assert_eq(read(reader, text, 7), 3);
    cr_assert_str_eq(text, "old");
    close(reader);
}

Test(file, a_link_stays_a_link) {
    struct stat info;
    char link_path[512];
    snprintf(link_path, sizeof link_path, "%s", in_directory("link"));
    brg_file_write(in_directory("a"), "old", 3, NULL);
    cr_assert_eq(symlink("a", link_path), 0);
    cr_assert_eq(brg_file_write(link_path, "new", 3, NULL), BRG_OK);
    lstat(link_path, &info);
    cr_assert(S_ISLNK(info.st_mode));
    expect_content(in_directory("a"), "new");
}

Test(file, what_cannot_be_written_is_named) {
    expect_write_error("", "No such file");
    expect_write_error("/nowhere/x", "No such file or directory");
    expect_write_error(directory, "Is a directory");
    expect_write_error(in_directory("a/"), "Is a directory");
    expect_write_error("/proc/nothing", "cannot be written");
    expect_write_error("/dev/full", "No space left on device");
    brg_file_write(in_directory("a"), "old", 3, NULL);
    expect_write_error(in_directory("a/b"), "Not a directory");
    char name[400];
    memset(name, 'n', 399);
    name[399] = '\0';
    expect_write_error(in_directory(name), "File name too long");
    cr_assert_eq(count_entries(), 1);
}

/* A limit on the size of files stands in for a disk that is full half-way. */
Test(file, a_failed_write_leaves_the_old_file_and_nothing_else) {
    static char large[65536];
    brg_file_write(in_directory("a"), "old", 3, NULL);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 4096;
    setrlimit(RLIMIT_FSIZE, &limit);
    brg_error error = {.status = BRG_OK};
    brg_status status = brg_file_write(in_directory("a"), large, sizeof large, &error);
    brg_status fresh = brg_file_write(in_directory("b"), large, sizeof large, NULL);
    setrlimit(RLIMIT_FSIZE, &before);

    cr_assert_eq(status, BRG_E_IO);
    cr_assert_eq(fresh, BRG_E_IO);
    cr_assert_not_null(strstr(error.what, "File too large"), "%s", error.what);
    expect_content(in_directory("a"), "old");
    cr_assert_eq(count_entries(), 1, "no temporary file and no half of b");
}

Test(file, without_rights_nothing_changes) {
    if (geteuid() == 0) {
        /* Root may write anywhere; the test goes on as nobody. */
        cr_assert_eq(chown(directory, 65534, 65534), 0);
        cr_assert_eq(seteuid(65534), 0);
    }
    brg_file_write(in_directory("a"), "old", 3, NULL);
    chmod(in_directory("a"), 0400); /* the directory would let it be replaced; the file says no */
    expect_write_error(in_directory("a"), "Permission denied");
    chmod(in_directory("a"), 0600);
    chmod(directory, 0500);
    expect_write_error(in_directory("a"), "Permission denied");
    expect_write_error(in_directory("b"), "Permission denied");
    expect_content(in_directory("a"), "old");
    chmod(directory, 0700);
    cr_assert_eq(count_entries(), 1);
    cr_assert_eq(seteuid(0), 0);
}

static void *read_pipe(void *path) {
    unsigned char *data = NULL;
    size_t size = 0;
    brg_file_read(path, 100, &data, &size, NULL);
    return data;
}

Test(file, a_pipe_is_written_directly) {
    struct stat info;
    char path[512];
    void *data = NULL;
    pthread_t reader;
    snprintf(path, sizeof path, "%s", in_directory("pipe"));
    cr_assert_eq(mkfifo(path, 0600), 0);
    pthread_create(&reader, NULL, read_pipe, path);
    cr_assert_eq(brg_file_write(path, "through", 7, NULL), BRG_OK);
    pthread_join(reader, &data);
    cr_assert_str_eq((char *)data, "through");
    stat(path, &info);
    cr_assert(S_ISFIFO(info.st_mode));
    free(data);
}

Test(file, of_a_device_without_end_not_all_is_read) {
    unsigned char *data;
    size_t size;
    brg_error error = {0};
    cr_assert_eq(brg_file_read("/dev/zero", (size_t)1 << 30, &data, &size, &error), BRG_E_IO);
    cr_expect_not_null(strstr(error.what, "larger than 268435456 bytes"), "%s", error.what);
    cr_expect_null(data);
}

Test(file, standard_output_keeps_what_it_holds) {
    char path[512];
    snprintf(path, sizeof path, "%s", in_directory("out"));
    int kept = dup(1), out = open(path, O_WRONLY | O_CREAT, 0600);
    cr_assert_eq(write(out, "before ", 7), 7);
    dup2(out, 1);
    brg_status status = brg_file_write("/dev/stdout", "after", 5, NULL);
    dup2(kept, 1);
    close(out);
    cr_assert_eq(status, BRG_OK);
    expect_content(path, "before after");
}
