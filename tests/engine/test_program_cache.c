/* The binary cache on disk, and programs that do not build. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/program_cache.h"
#include "fixture.h"
#include "io/file.h"

static char *make_directory(char path[32]) {
    strcpy(path, "/tmp/brigade-cache-XXXXXX");
    return mkdtemp(path);
}

/* The path of the only entry that ends in ".bin". */
static void only_entry(const char *directory, char path[512]) {
    DIR *stream = opendir(directory);
    int found = 0;
    for (struct dirent *entry; (entry = readdir(stream));)
        if (strstr(entry->d_name, ".bin")) {
            snprintf(path, 512, "%s/%s", directory, entry->d_name);
            found++;
        }
    closedir(stream);
    cr_assert_eq(found, 1);
}

Test(cache, gives_back_what_was_stored_under_that_key_only) {
    char directory[32];
    unsigned char *binary;
    size_t size;
    make_directory(directory);
    brg_program_cache_store(directory, "key", (const unsigned char *)"binary", 6);
    cr_assert(brg_program_cache_load(directory, "key", &binary, &size));
    cr_assert_eq(size, 6);
    cr_assert_arr_eq(binary, "binary", 6);
    free(binary);
    cr_assert(!brg_program_cache_load(directory, "another", &binary, &size));
}

Test(cache, takes_no_damaged_entry) {
    char directory[32], path[512];
    unsigned char *file, *binary;
    size_t size, loaded;
    make_directory(directory);
    brg_program_cache_store(directory, "key", (const unsigned char *)"binary", 6);
    only_entry(directory, path);
    cr_assert_eq(brg_file_read(path, 4096, &file, &size, NULL), BRG_OK);
    for (size_t i = 0; i < size; i++) {
        file[i] ^= 1;
        cr_assert_eq(brg_file_write(path, file, size, NULL), BRG_OK);
        cr_assert(!brg_program_cache_load(directory, "key", &binary, &loaded), "byte %zu", i);
        file[i] ^= 1;
    }
    for (size_t length = 0; length < size; length++) {
        cr_assert_eq(brg_file_write(path, file, length, NULL), BRG_OK);
        cr_assert(!brg_program_cache_load(directory, "key", &binary, &loaded), "length %zu", length);
    }
    free(file);
}

Test(cache, makes_its_directory) {
    char directory[32], deep[64];
    unsigned char *binary;
    size_t size;
    snprintf(deep, sizeof deep, "%s/a/b/c", make_directory(directory));
    brg_program_cache_store(deep, "key", (const unsigned char *)"x", 1);
    cr_assert(brg_program_cache_load(deep, "key", &binary, &size));
    free(binary);
}

static void run_once(const brg_engine_config *config) {
    brg_engine *engine = start_engine(config);
    must_pass(engine, must_submit(engine, 40, "naive", (brg_job_desc){0}));
    brg_engine_destroy(engine);
}

Test(cache, an_engine_fills_it_uses_it_and_rebuilds_a_corrupt_entry) {
    char directory[32], path[512];
    unsigned char *file;
    size_t size, rebuilt;
    brg_engine_config config = {.cache_dir = make_directory(directory)};
    run_once(&config);
    only_entry(directory, path);
    cr_assert_eq(brg_file_read(path, 1 << 28, &file, &size, NULL), BRG_OK);
    run_once(&config);
    cr_assert_eq(brg_file_write(path, "garbage", 7, NULL), BRG_OK);
    run_once(&config);
    free(file);
    cr_assert_eq(brg_file_read(path, 1 << 28, &file, &rebuilt, NULL), BRG_OK);
    cr_assert_gt(rebuilt, 7);
    free(file);
}

Test(cache, an_engine_works_without_one) {
    brg_engine_config none = {.cache_dir = ""}, unwritable = {.cache_dir = "/proc/nowhere"};
    run_once(&none);
    run_once(&unwritable);
}

static void write_kernel(const char *directory, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "%s/gemm.cl", directory);
    cr_assert_eq(brg_file_write(path, text, strlen(text), NULL), BRG_OK);
}

Test(programs, a_kernel_directory_replaces_the_embedded_text_and_errors_carry_the_log) {
    char directory[32];
    brg_engine_config config = {.kernel_dir = make_directory(directory), .cache_dir = ""};
    write_kernel(directory, "kernel void broken( { this is no OpenCL C }\n");
    brg_engine *engine = start_engine(&config);
    brg_result result =
        wait_for(engine, must_submit(engine, 8, "naive", (brg_job_desc){0}));
    cr_assert_eq(result.state, BRG_JOB_FAILED);
    cr_assert_eq(result.error.status, BRG_E_BUILD);
    cr_assert(result.error.log[0], "the build log is missing");
    brg_result_release(&result);
    char path[64];
    snprintf(path, sizeof path, "%s/gemm.cl", directory);
    unlink(path); /* edit and run again: the same engine now finds the embedded text */
    must_pass(engine, must_submit(engine, 8, "naive", (brg_job_desc){0}));
    brg_engine_destroy(engine);
}
