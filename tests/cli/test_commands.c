/* What the commands answer: verdicts, documents, files. */
#include "cli/program.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "brigade/brigade.h"

TestSuite(commands, .fini = clean_up);
TestSuite(filter, .fini = clean_up);

/* The keys that the schema promises. */
static void expect_schema(const cJSON *root, const char *command) {
    cr_expect_str_eq(member(root, "schema")->valuestring, "brigade/1");
    cr_expect_str_eq(member(root, "command")->valuestring, command);
    cr_expect(cJSON_IsObject(member(root, "host")));
    member(root, "device");
    cr_expect(cJSON_IsArray(member(root, "results")));
}

static void expect_result(const cJSON *result) {
    static const char *const paths[] = {"op",
                                        "shape",
                                        "variant",
                                        "status",
                                        "reason",
                                        "verify.policy",
                                        "verify.passed",
                                        "verify.max_abs",
                                        "verify.max_ulp",
                                        "verify.bound_ratio",
                                        "time_ms.kernel",
                                        "time_ms.total",
                                        "time_ms.sequential",
                                        "time_ms.naive",
                                        "time_min_ms.kernel",
                                        "speedup.kernel",
                                        "speedup.total",
                                        "baseline"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        member(result, paths[i]);
    cr_expect(cJSON_GetObjectItem(result, "gflops") || cJSON_GetObjectItem(result, "gbps"));
}

/* Runs with --json, which must leave stdout to the document alone. */
static cJSON *json_of(const char *command, const char *line) {
    outcome of = run("%s --json", line);
    cr_assert_eq(of.code, 0, "%s: %s", line, of.err);
    cJSON *root = document(&of);
    expect_schema(root, command);
    release(&of);
    return root;
}

Test(commands, devices) {
    outcome of = run("devices");
    cr_expect_eq(of.code, 0);
    cr_expect_not_null(strstr(of.out, "0:0"));
    cr_expect_not_null(strstr(of.out, "used by default"));
    cr_expect_null(strchr(of.out, '\033'), "no colour where no terminal is");
    release(&of);
    of = run("devices --verbose");
    cr_expect_not_null(strstr(of.out, "largest allocation"));
    release(&of);
    cJSON *root = json_of("devices", "devices");
    cr_expect_str_eq(member(root, "devices.0.selector")->valuestring, "0:0");
    cr_expect_str_eq(member(root, "device.selector")->valuestring, "0:0");
    cJSON_Delete(root);
}

Test(commands, doctor) {
    outcome of = run("doctor");
    cr_expect_eq(of.code, 0, "%s", of.out);
    cr_expect_not_null(strstr(of.out, "64x64 gemm passed"), "%s", of.out);
    release(&of);
    cJSON *root = json_of("doctor", "doctor");
    cr_expect_str_eq(member(root, "works")->valuestring, "yes");
    cr_expect_gt(cJSON_GetArraySize(member(root, "checks")), 4);
    member(root, "checks.0.section");
    member(root, "checks.0.level");
    member(root, "checks.0.advice");
    expect_result(member(root, "results.0"));
    cJSON_Delete(root);
}

Test(commands, run_verifies_before_it_speaks_of_time) {
    outcome of = run("run gemm -m 100 -n 77 -k 51 --repeats 2");
    cr_expect_eq(of.code, 0, "%s", of.err);
    const char *passed = strstr(of.out, "passed: 7 700 of 7 700 elements");
    const char *kernel = strstr(of.out, "kernel");
    cr_expect(passed && kernel && passed < kernel, "%s", of.out);
    cr_expect_not_null(strstr(of.out, "vs sequential"));
    cr_expect_not_null(strstr(of.out, "vs naive"));
    cr_expect_not_null(strstr(of.err, "device 0:0"), "the choice is said on stderr");
    cr_expect_null(strstr(of.out, "device 0:0"));
    release(&of);
}

Test(commands, run_as_json) {
    cJSON *root =
        json_of("run gemm", "run gemm -m 33 -n 65 -k 17 --ta --tb --beta 0.5 --repeats 2");
    expect_result(member(root, "results.0"));
    cr_expect_eq(member(root, "results.0.shape.m")->valueint, 33);
    cr_expect_eq(member(root, "results.0.shape.n")->valueint, 65);
    cr_expect_eq(member(root, "results.0.shape.k")->valueint, 17);
    cr_expect(cJSON_IsTrue(member(root, "results.0.verify.passed")));
    cr_expect_str_eq(member(root, "results.0.verify.policy")->valuestring, "full");
    cr_expect_gt(member(root, "results.0.time_ms.naive")->valuedouble, 0);
    cJSON_Delete(root);
}

Test(commands, run_does_not_call_unchecked_passed) {
    cJSON *root = json_of("run gemm", "run gemm -m 8 -n 8 -k 8 --verify none --baselines none");
    cr_expect(cJSON_IsNull(member(root, "results.0.verify.passed")));
    cr_expect(cJSON_IsNull(member(root, "results.0.time_ms.sequential")));
    cJSON_Delete(root);
    outcome of = run("run gemm -m 8 -n 8 -k 8 --verify none --baselines none");
    cr_expect_null(strstr(of.out, "passed"), "%s", of.out);
    cr_expect_not_null(strstr(of.out, "not checked"));
    release(&of);
}

Test(commands, run_knows_every_policy_and_op) {
    static const char *const lines[] = {
        "run gemm -m 64 -n 64 -k 64 --verify sample --repeats 1",
        "run gemm -m 64 -n 64 -k 64 --verify freivalds --repeats 1",
        "run gemm -m 64 -n 64 -k 64 --baselines sequential --variant naive",
        "run conv2d --image 61x41x3 --kernel 3x5 --border reflect --repeats 1",
        "run conv2d --image 61x41x1 --dtype f32 --repeats 1",
        "run blur=2 --image 61x41x4 --repeats 1",
        "run blur=2,edge,resize=50% --image 61x41 --repeats 1",
        "run gemm -m 9 -n 9 -k 9 -d all --repeats 1",
        "run gemm -m 9 -n 9 -k 9 -d cpu/cu=1 --repeats 1 --slice-ms 1 --priority 3"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect(0, "%s", lines[i]);
}

static double bound_ratio_of(const char *line) {
    cJSON *root = json_of("run gemm", line);
    double ratio = member(root, "results.0.verify.bound_ratio")->valuedouble;
    cJSON_Delete(root);
    return ratio;
}

Test(commands, data_comes_from_the_seed) {
    double first = bound_ratio_of("run gemm -m 64 -n 64 -k 64 --seed 5 --baselines none");
    double again = bound_ratio_of("run gemm -m 64 -n 64 -k 64 --seed 5 --baselines none");
    double other = bound_ratio_of("run gemm -m 64 -n 64 -k 64 --seed 6 --baselines none");
    cr_expect_eq(first, again);
    cr_expect_neq(first, other);
}

Test(commands, verify) {
    outcome of = run("verify brightness --small");
    cr_expect_eq(of.code, 0, "%s%s", of.out, of.err);
    cr_expect_not_null(strstr(of.out, "cases passed"));
    cr_expect_not_null(strstr(of.out, "naive"));
    release(&of);
    cJSON *root = json_of("verify", "verify gemm --variant naive");
    expect_result(member(root, "results.0"));
    cr_expect_gt(member(root, "passed")->valueint, 10);
    cr_expect_eq(member(root, "mismatches")->valueint, 0);
    cr_expect_eq(member(root, "cases")->valueint, cJSON_GetArraySize(member(root, "results")));
    cJSON_Delete(root);
    root = json_of("verify", "verify gemm --variant naive --case 3");
    cr_expect_eq(member(root, "cases")->valueint, 1);
    cJSON_Delete(root);
}

Test(commands, bench) {
    outcome of = run("bench brightness --time-ms 5 --budget-ms 20");
    cr_expect_eq(of.code, 0, "%s", of.err);
    cr_expect_not_null(strstr(of.out, "vs seq"));
    cr_expect_not_null(strstr(of.out, "full"));
    release(&of);
    cJSON *root = json_of("bench", "bench edge --variants all --time-ms 5 --baselines none");
    cr_expect_geq(cJSON_GetArraySize(member(root, "results")), 6);
    expect_result(member(root, "results.0"));
    cJSON_Delete(root);
}

Test(commands, trace) {
    expect(0, "run gemm -m 64 -n 64 -k 64 --repeats 1 --trace t.json");
    char text[1 << 16];
    FILE *file = fopen("t.json", "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    cJSON *root = cJSON_Parse(text);
    cr_assert_not_null(root);
    cr_expect_gt(cJSON_GetArraySize(member(root, "traceEvents")), 3);
    cJSON_Delete(root);
    expect(4, "run gemm -m 64 -n 64 -k 64 --trace nowhere/t.json");
}

/* ---- filter ---------------------------------------------------------------------------------- */

static void expect_image(const char *name, int64_t width, int64_t height, int64_t channels) {
    brg_error error = {.status = BRG_OK};
    brg_tensor *image = NULL;
    cr_assert_eq(brg_image_load(name, &image, &error), BRG_OK, "%s", error.what);
    const brg_shape *shape = brg_tensor_shape(image);
    cr_expect_eq(shape->dims[0], height);
    cr_expect_eq(shape->dims[1], width);
    cr_expect_eq(shape->dims[2], channels);
    brg_tensor_release(image);
}

Test(filter, chains_and_converts) {
    make_image("in.ppm", 120, 80, 3);
    outcome of = run("filter blur=3,contrast=1.2,resize=50%% in.ppm out.png");
    cr_expect_eq(of.code, 0, "%s", of.err);
    cr_expect_not_null(strstr(of.out, "out.png: 60x40x3"), "%s", of.out);
    cr_expect_not_null(strstr(of.out, "passed: "));
    release(&of);
    expect_image("out.png", 60, 40, 3);
    expect(0, "filter edge out.png out.jpg");
    expect_image("out.jpg", 60, 40, 3);
    cJSON *root = json_of("filter", "filter sharpen=1,brightness=0.1 in.ppm again.png");
    expect_result(member(root, "results.0"));
    cr_expect_str_eq(member(root, "results.0.output")->valuestring, "again.png");
    cJSON_Delete(root);
    cr_expect_eq(files_here(), 4);
}

Test(filter, takes_a_variant) {
    make_image("in.png", 40, 30, 4);
    expect(0, "filter blur=2,edge,resize=50%% in.png out.png --variant auto");
    expect(0, "filter blur=2,edge in.png out.png --variant host");
    expect(0, "filter blur=2 in.png out.png --variant strips");
    expect(2, "filter blur=2,edge in.png out.png --variant strips");
    expect(2, "filter blur=2 in.png out.png --variant nope");
}

Test(filter, may_write_over_its_input) {
    make_image("in.png", 40, 30, 4);
    expect(0, "filter resize=20x10 in.png in.png");
    expect_image("in.png", 20, 10, 4);
    cr_expect_eq(files_here(), 1);
}

Test(filter, complains_and_writes_nothing) {
    make_image("in.png", 64, 64, 3);
    make_file("text.png", "this is no picture", 18);
    make_file("empty.png", "", 0);
    char bytes[256];
    FILE *file = fopen("in.png", "rb");
    cr_assert_not_null(file);
    cr_assert_eq(fread(bytes, 1, sizeof bytes, file), sizeof bytes);
    fclose(file);
    make_file("cut.png", bytes, sizeof bytes);
    int files = files_here();
    expect(4, "filter blur=3 missing.png out.png");
    expect(4, "filter blur=3 . out.png");
    expect(4, "filter blur=3 text.png out.png");
    expect(4, "filter blur=3 empty.png out.png");
    expect(4, "filter blur=3 cut.png out.png");
    expect(4, "filter blur=3 in.png nowhere/out.png");
    expect(4, "filter blur=3 in.png /proc/out.png");
    expect(2, "filter blur=3 in.png out.gif");
    expect(2, "filter blur=3 in.png out");
    expect(2, "filter blurr=3 in.png out.png");
    expect(2, "filter blur=-1 in.png out.png");
    expect(2, "filter resize=0x0 in.png out.png");
    expect(2, "filter gemm in.png out.png");
    expect(2, "filter edge in.png out.png --verify freivalds");
    expect(2, "filter edge in.png out.png --verify maybe");
    cr_expect_eq(files_here(), files);
}

Test(filter, refuses_a_picture_of_nearly_a_billion_pixels) {
    static const char header[] = "P6\n40000 20000\n255\n";
    make_file("huge.ppm", header, sizeof header - 1);
    expect(2, "filter blur=3 huge.ppm out.png");
}
