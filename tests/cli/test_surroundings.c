/* The program in a bad neighbourhood: no device, no home, no cache, broken kernels, a full disk. */
#include "cli/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(surroundings, .fini = clean_up);

Test(surroundings, no_opencl_platform) {
    char environment[128];
    snprintf(environment, sizeof environment, "OCL_ICD_VENDORS=%s", scratch());
    setting how = {.environment = environment};
    make_image("in.png", 8, 8, 3);
    expect_with(&how, 3, "devices");
    expect_with(&how, 3, "run gemm");
    expect_with(&how, 3, "verify");
    expect_with(&how, 3, "bench");
    expect_with(&how, 3, "filter edge in.png out.png");
    outcome of = run_with(&how, "devices --json");
    cr_expect_eq(of.code, 3);
    cJSON *root = document(&of);
    cr_expect_eq(cJSON_GetArraySize(member(root, "devices")), 0);
    member(root, "error");
    cJSON_Delete(root);
    release(&of);
    of = run_with(&how, "doctor");
    cr_expect_eq(of.code, 3, "%s", of.err);
    cr_expect_not_null(strstr(of.out, "pocl-opencl-icd"), "it says what to install: %s", of.out);
    release(&of);
    of = run_with(&how, "--version");
    cr_expect_eq(of.code, 0);
    release(&of);
}

Test(surroundings, devices_by_name) {
    setting twins = {.environment = "POCL_DEVICES=pthread pthread"};
    setting chosen = {.environment = "BRIGADE_DEVICE=nosuch"};
    expect(3, "run gemm -d nosuch");
    expect(3, "run gemm -d 99");
    expect(3, "run gemm -d 7:7");
    expect(2, "run gemm -d ~[");
    expect(2, "run gemm -d 0:0/cu=0");
    expect(2, "run gemm -d 0:0/cu=9999");
    expect_with(&twins, 2, "run gemm -m 8 -n 8 -k 8 -d 0:x");
    expect_with(&twins, 0, "run gemm -m 8 -n 8 -k 8 -d 0:1");
    expect_with(&chosen, 3, "run gemm");
    expect_with(&chosen, 0, "run gemm -m 8 -n 8 -k 8 -d 0:0");
}

Test(surroundings, all_devices_in_turn) {
    setting twins = {.environment = "POCL_DEVICES=pthread pthread"};
    outcome of = run_with(&twins, "run gemm -m 8 -n 8 -k 8 -d all --json");
    cr_expect_eq(of.code, 0, "%s", of.err);
    cJSON *root = document(&of);
    cr_expect_eq(cJSON_GetArraySize(member(root, "results")), 2);
    cr_expect_str_eq(member(root, "results.0.device")->valuestring, "0:0");
    cr_expect_str_eq(member(root, "results.1.device")->valuestring, "0:1");
    cJSON_Delete(root);
    release(&of);
    make_image("in.png", 8, 8, 3);
    expect_with(&twins, 2, "filter edge in.png out.png -d all");
}

Test(surroundings, no_place_for_a_cache) {
    char environment[256];
    snprintf(environment, sizeof environment, "XDG_CACHE_HOME=/proc/none;POCL_CACHE_DIR=%s/pocl",
             scratch());
    setting closed = {.environment = environment};
    expect_with(&closed, 0, "run gemm -m 8 -n 8 -k 8 --repeats 1");
    outcome of = run_with(&closed, "doctor");
    cr_expect_not_null(strstr(of.out, "warn"), "%s", of.out);
    release(&of);
}

/* PoCL may or may not find a device without a home; brigade must say which, and not fall over. */
Test(surroundings, no_home) {
    setting homeless = {.environment = "HOME;XDG_CACHE_HOME"};
    outcome of = run_with(&homeless, "run gemm -m 8 -n 8 -k 8 --repeats 1");
    cr_expect_eq(of.signal, 0, "%s", of.err);
    cr_expect(of.code == 0 || of.code == 3 || of.code == 4, "%d: %s", of.code, of.err);
    release(&of);
    of = run_with(&homeless, "doctor");
    cr_expect_eq(of.signal, 0);
    cr_expect_not_null(strstr(of.out, "HOME is not set"), "%s", of.out);
    release(&of);
}

Test(surroundings, the_doctor_survives_a_broken_driver) {
    char environment[128];
    make_file("broken.icd", "libnosuchdriver.so.7\n", 21);
    make_file("empty.icd", "\n", 1);
    snprintf(environment, sizeof environment, "OCL_ICD_VENDORS=%s", scratch());
    setting how = {.environment = environment};
    outcome of = run_with(&how, "doctor");
    cr_expect_eq(of.code, 3, "%s", of.err);
    cr_expect_not_null(strstr(of.out, "libnosuchdriver.so.7"), "%s", of.out);
    cr_expect_not_null(strstr(of.out, "empty.icd is empty"), "%s", of.out);
    release(&of);
}

Test(surroundings, the_doctor_survives_a_driver_that_crashes) {
    char environment[128];
    make_file("bad.icd", CRASHING_DRIVER "\n", sizeof CRASHING_DRIVER);
    snprintf(environment, sizeof environment, "OCL_ICD_VENDORS=%s", scratch());
    setting how = {.environment = environment};
    outcome of = run_with(&how, "doctor");
    cr_expect_eq(of.code, 4, "%s", of.err);
    cr_expect_not_null(strstr(of.out, "bad.icd"), "%s", of.out);
    cr_expect_not_null(strstr(of.out, "crashed"), "%s", of.out);
    release(&of);
}

/* PoCL needs the linker; without a PATH it would take the process down. */
Test(surroundings, no_path) {
    char environment[128];
    snprintf(environment, sizeof environment, "PATH;POCL_CACHE_DIR=%s/pocl", scratch());
    setting lost = {.environment = environment};
    expect_with(&lost, 0, "run gemm -m 8 -n 8 -k 8 --repeats 1");
}

Test(surroundings, results_that_cannot_be_written) {
    setting full = {.standard_output = "/dev/full"};
    outcome of = run_with(&full, "devices");
    cr_expect_eq(of.code, 4, "%s", of.err);
    cr_expect_not_null(strstr(of.err, "cannot write the results"));
    release(&of);
}

/* A link that leads to a full device: with the link gone, so would a device be that was named itself. */
static void expect_link_kept(const char *name, const char *line) {
    struct stat about;
    outcome of = run("%s %s", line, name);
    cr_expect_eq(of.code, 4, "%s %s: %s", line, name, of.err);
    cr_expect_not_null(strstr(of.err, "No space left"), "%s", of.err);
    cr_expect(lstat(name, &about) == 0 && S_ISLNK(about.st_mode), "%s", line);
    release(&of);
}

Test(surroundings, a_device_is_written_to_and_not_replaced) {
    scratch();
    cr_assert_eq(symlink("/dev/full", "full"), 0);
    expect_link_kept("full", "lab 24 --budget 0.001 --report");
    expect_link_kept("full", "lab 24 --budget 0.001 --junit");
    expect_link_kept("full", "bench transpose rows=8 cols=8 --time-ms 1 --baselines none --svg");
    expect_link_kept("full", "bench transpose rows=8 cols=8 --time-ms 1 --baselines none --save");
    expect_link_kept("full", "run transpose rows=8 cols=8 --repeats 1 --trace");
}

/* ---- kernels that are wrong ------------------------------------------------------------------ */

/* Copies a kernel file with a text before it, and makes brigade use it. */
static const char *sabotage(const char *name, const char *text) {
    static char environment[128];
    char command[512];
    snprintf(command, sizeof command,
             "mkdir -p k && cp %s/*.cl k && { echo '%s'; cat %s/%s; } > k/%s", KERNEL_DIR, text,
             KERNEL_DIR, name, name);
    scratch();
    cr_assert_eq(system(command), 0);
    snprintf(environment, sizeof environment, "BRIGADE_KERNEL_DIR=%s/k", scratch());
    return environment;
}

/* Only every other work-item does its work. */
#define HALF_THE_WORK                                                                              \
    "#define get_global_id(d) (get_global_id(d) & ~1)\n#define get_group_id(d) (get_group_id(d) "  \
    "& ~1)"

Test(surroundings, a_wrong_kernel_is_found_out) {
    setting how = {.environment = sabotage("gemm.cl", HALF_THE_WORK)};
    outcome of = run_with(&how, "run gemm -m 64 -n 64 -k 64 --variant naive");
    cr_expect_eq(of.code, 1, "%s%s", of.out, of.err);
    cr_expect_not_null(strstr(of.out, "mismatch: "), "%s", of.out);
    release(&of);
    of = run_with(&how, "verify gemm --variant naive --seed 3 --case 10");
    cr_expect_eq(of.code, 1, "%s", of.err);
    cr_expect_not_null(strstr(of.out, "brigade verify gemm --variant naive --seed 3"), "%s",
                       of.out);
    release(&of);
    of = run_with(&how, "bench gemm m=64 n=64 k=64 --variants naive --time-ms 1 --json");
    cr_expect_eq(of.code, 1, "%s", of.err);
    release(&of);
    of = run_with(&how, "doctor");
    cr_expect_neq(of.code, -1);
    release(&of);
}

Test(surroundings, a_wrong_picture_is_not_written) {
    make_image("in.png", 64, 64, 3);
    setting how = {.environment = sabotage("edge.cl", HALF_THE_WORK)};
    int files = files_here();
    outcome of = run_with(&how, "filter edge in.png out.png");
    cr_expect_eq(of.code, 1, "%s%s", of.out, of.err);
    cr_expect_not_null(strstr(of.out, "not written"), "%s", of.out);
    cr_expect_eq(files_here(), files);
    release(&of);
    of = run_with(&how, "filter edge in.png out.png --force");
    cr_expect_eq(of.code, 1);
    cr_expect_eq(files_here(), files + 1);
    release(&of);
}

Test(surroundings, a_kernel_that_does_not_compile) {
    setting how = {.environment = sabotage("gemm.cl", "this is no C")};
    outcome of = run_with(&how, "run gemm -m 8 -n 8 -k 8");
    cr_expect_eq(of.code, 4, "%s", of.err);
    cr_expect_not_null(strstr(of.err, "error"), "the compiler's words are shown: %s", of.err);
    release(&of);
    of = run_with(&how, "verify gemm --case 20");
    cr_expect_eq(of.code, 4, "%s", of.err);
    release(&of);
    of = run_with(&how, "doctor");
    cr_expect_eq(of.code, 4, "%s", of.err);
    release(&of);
}
