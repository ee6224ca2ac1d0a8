/* The benchmark: peers that are there, absent, wrong; files; ladders; and the plain C of its
 * statistics.
 *
 * The peers here are a plug-in of the tests' own, peer_double.c, so that nothing need be installed:
 * as "honest" it computes a right result, as "liar" a wrong one. */
#include "cli/program.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

TestSuite(bench, .fini = clean_up);

/* Small and quick: what is tested is not speed. */
#define QUICK "--time-ms 2 --repeats 3 "
#define SMALL "bench gemm m=24 n=20 k=16 " QUICK

static const setting with_peers = {.environment = "BRIGADE_PEERS=" PEERS};

static cJSON *json_of(const setting *how, int code, const char *line) {
    outcome of = run_with(how, "%s --json", line);
    cr_assert_eq(of.code, code, "%s: %d, %s", line, of.code, of.err);
    cJSON *root = document(&of);
    release(&of);
    return root;
}

static const setting plain;

Test(bench, takes_words_sizes_and_chains) {
    cJSON *root = json_of(&plain, 0, SMALL "reduce n=1000 blur=2 --baselines none");
    cr_expect_eq(cJSON_GetArraySize(member(root, "results")), 4);
    cr_expect_str_eq(member(root, "results.0.op")->valuestring, "gemm");
    cr_expect_str_eq(member(root, "results.1.op")->valuestring, "reduce");
    cr_expect_str_eq(member(root, "results.2.op")->valuestring, "blur");
    double median = member(root, "results.0.time_ms.total")->valuedouble;
    cr_expect_leq(member(root, "results.0.time_low_ms")->valuedouble, median);
    cr_expect_geq(member(root, "results.0.time_high_ms")->valuedouble, median);
    cJSON_Delete(root);
}

Test(bench, measures_variants_side_by_side) {
    cJSON *root = json_of(&plain, 0, SMALL "--variants naive,rows --baselines none");
    cr_expect_eq(cJSON_GetArraySize(member(root, "results")), 2);
    cr_expect_str_eq(member(root, "results.0.variant")->valuestring, "naive");
    cr_expect_str_eq(member(root, "results.1.variant")->valuestring, "rows");
    cJSON_Delete(root);
}

Test(bench, verifies_a_peer_before_it_counts) {
    cJSON *root = json_of(&with_peers, 0, SMALL "--against honest,liar");
    cr_expect_eq(cJSON_GetArraySize(member(root, "results")), 3);
    cr_expect_str_eq(member(root, "results.1.peer")->valuestring, "honest");
    cr_expect(cJSON_IsTrue(member(root, "results.1.verify.passed")));
    cr_expect_gt(member(root, "results.1.ratio")->valuedouble, 0);
    cr_expect_gt(member(root, "results.1.time_ms.total")->valuedouble, 0);
    cr_expect_str_eq(member(root, "results.2.peer")->valuestring, "liar");
    cr_expect(cJSON_IsFalse(member(root, "results.2.verify.passed")));
    cr_expect_null(cJSON_GetObjectItem(member(root, "results.2"), "ratio"));
    cr_expect(cJSON_IsNull(member(root, "results.2.time_ms.total")));
    cr_expect_eq(cJSON_GetArraySize(member(root, "summary")), 1);
    cr_expect_str_eq(member(root, "summary.0.peer")->valuestring, "honest");
    cJSON_Delete(root);
}

/* The sampled check sees a wrong last row, and Freivalds' any. */
Test(bench, catches_a_liar_under_every_policy) {
    static const char *const policies[] = {"full", "sample", "freivalds"};
    for (size_t i = 0; i < 3; i++) {
        char line[256];
        snprintf(line, sizeof line,
                 "bench gemm m=301 n=20 k=16 " QUICK "--against liar --verify %s", policies[i]);
        cJSON *root = json_of(&with_peers, 0, line);
        cr_expect(cJSON_IsFalse(member(root, "results.1.verify.passed")), "%s", policies[i]);
        cJSON_Delete(root);
    }
}

Test(bench, tells_who_is_absent_and_what_to_install) {
    const setting nobody = {.environment = "BRIGADE_PEERS=/nowhere"};
    outcome of = run_with(&nobody, SMALL "--against all");
    cr_expect_eq(of.code, 0, "%s", of.err);
    cr_expect_not_null(strstr(of.err, "absent openblas"), "%s", of.err);
    cr_expect_not_null(strstr(of.err, "libopenblas-dev"));
    cr_expect_not_null(strstr(of.err, "python3-torch"));
    release(&of);
}

Test(bench, refuses_what_is_no_peer) {
    expect_with(&with_peers, 2, "bench gemm --against nobody");
    expect_with(&with_peers, 2, "bench gemm --against honest,,liar");
    expect_with(&with_peers, 2, "bench gemm --against ../honest");
    expect_with(&with_peers, 2, "bench gemm --against averyveryverylongname");
    outcome of = run_with(&with_peers, SMALL "--against foreign");
    cr_expect_eq(of.code, 0, "%s", of.err);
    cr_expect_not_null(strstr(of.err, "absent foreign"), "%s", of.err);
    release(&of);
}

Test(bench, fits_the_screen_beside_peers) {
    outcome of = run_with(&with_peers, SMALL "reduce n=100 --against honest,liar");
    cr_expect_eq(of.code, 0, "%s", of.err);
    cr_expect_not_null(strstr(of.out, "WRONG"), "%s", of.out);
    cr_expect_not_null(strstr(of.out, "gemm, honest"), "%s", of.out);
    for (const char *at = of.out; *at; at += strcspn(at, "\n"), at += *at != 0)
        cr_expect_leq(strcspn(at, "\n"), 80, "too wide: %.*s", (int)strcspn(at, "\n"), at);
    release(&of);
}

/* ---- files ----------------------------------------------------------------------------------- */

/* A saved run with all our times changed by a factor. */
static void save_scaled(const char *name, double factor) {
    char text[1 << 16];
    FILE *file = fopen("base.json", "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    cJSON *root = cJSON_Parse(text), *result;
    cJSON_ArrayForEach(result, cJSON_GetObjectItem(root, "results")) {
        static const char *const names[] = {"time_low_ms", "time_high_ms"};
        for (int i = 0; i < 2; i++)
            cJSON_SetNumberValue(cJSON_GetObjectItem(result, names[i]),
                                 member(result, names[i])->valuedouble * factor);
        cJSON *total = cJSON_GetObjectItem(cJSON_GetObjectItem(result, "time_ms"), "total");
        cJSON_SetNumberValue(total, total->valuedouble * factor);
    }
    char *scaled = cJSON_Print(root);
    make_file(name, scaled, strlen(scaled));
    cJSON_free(scaled);
    cJSON_Delete(root);
}

Test(bench, saves_and_compares) {
    expect(0, SMALL "reduce n=1000 --baselines none --save base.json");
    save_scaled("slow.json", 1000);
    save_scaled("fast.json", 0.001);
    expect(0, "compare base.json base.json");
    cJSON *root = json_of(&plain, 5, "compare base.json slow.json");
    cr_expect_eq(member(root, "comparison.slower")->valueint, 2);
    cr_expect(cJSON_IsTrue(member(root, "comparison.same_place")));
    cr_expect_str_eq(member(root, "comparison.changes.0.verdict")->valuestring, "slower");
    cJSON_Delete(root);
    root = json_of(&plain, 0, "compare base.json fast.json");
    cr_expect_eq(member(root, "comparison.faster")->valueint, 2);
    cJSON_Delete(root);
    outcome of = run(SMALL "--baselines none --compare fast.json");
    cr_expect_eq(of.code, 5, "%s", of.out);
    cr_expect_not_null(strstr(of.out, "slower"));
    release(&of);
    expect(0, SMALL "--baselines none --compare slow.json --save again.json");
    expect(2, "compare base.json");
    expect(2, "compare base.json slow.json --threshold -1");
}

Test(bench, says_when_machines_differ) {
    expect(0, SMALL "--baselines none --save base.json");
    char text[1 << 16];
    FILE *file = fopen("base.json", "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    cJSON *root = cJSON_Parse(text);
    cJSON_ReplaceItemInObject(cJSON_GetObjectItem(root, "device"), "name",
                              cJSON_CreateString("another device"));
    char *changed = cJSON_Print(root);
    make_file("other.json", changed, strlen(changed));
    cJSON_free(changed);
    cJSON_Delete(root);
    outcome of = run("compare base.json other.json");
    cr_expect_eq(of.code, 0);
    cr_expect_not_null(strstr(of.err, "not measured on the same device"), "%s", of.err);
    release(&of);
}

Test(bench, refuses_files_that_cannot_be) {
    make_file("text.json", "no JSON", 7);
    make_file("other.json", "{\"schema\":\"brigade/1\"}", 22);
    make_file("empty.json", "{\"schema\":\"brigade/1\",\"results\":[]}", 35);
    make_file("odd.json", "{\"schema\":\"brigade/1\",\"results\":[1,null,{\"time_ms\":3}]}", 55);
    expect(4, "compare nowhere.json text.json");
    expect(4, "compare text.json text.json");
    expect(4, "compare other.json other.json");
    expect(4, "compare . text.json");
    expect(4, "compare /dev/zero text.json");
    expect(4, SMALL "--compare text.json");
    expect(4, SMALL "--save nowhere/x.json");
    expect(4, SMALL "--svg nowhere/x.svg");
    outcome of = run("compare empty.json odd.json");
    cr_expect_eq(of.code, 4, "%s", of.err);
    release(&of);
    expect(2, SMALL "--random 0");
    expect(2, SMALL "--ladder --against all");
    expect(2, "bench transpose --random 2");
}

Test(bench, draws) {
    outcome of = run_with(&with_peers, SMALL "--against honest --svg rates.svg");
    cr_expect_eq(of.code, 0, "%s", of.err);
    release(&of);
    char text[1 << 16];
    FILE *file = fopen("rates.svg", "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    cr_expect_eq(strncmp(text, "<svg xmlns=", 11), 0);
    cr_expect_not_null(strstr(text, "</svg>"));
    cr_expect_not_null(strstr(text, "honest"));
    cr_expect_not_null(strstr(text, "prefers-color-scheme:dark"));
    cr_expect_null(strstr(text, "href"), "self-contained");
    cr_expect_eq(files_here(), 1, "nothing half written is left behind");
}

Test(bench, draws_no_line_through_other_types) {
    outcome of = run("bench gemm m=32 n=32 k=32 gemm m=32 n=32 k=32 dtype=f16 gemm m=32 n=32 k=32 "
                     "batch=3 " QUICK "--svg rates.svg");
    cr_expect_eq(of.code, 0, "%s", of.err);
    release(&of);
    char text[1 << 16];
    FILE *file = fopen("rates.svg", "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    const char *plain_panel = strstr(text, ">gemm</text>");
    const char *others = strstr(text, ">gemm, other types and batches</text>");
    const char *half = strstr(text, "dtype=f16</text>"), *batch = strstr(text, "batch=3</text>");
    cr_assert(plain_panel && others && half && batch, "%s", text);
    cr_expect(plain_panel < others && others < half && others < batch);
}

/* ---- ladders and random shapes --------------------------------------------------------------- */

Test(bench, climbs_the_ladder) {
    outcome of = run("bench gemm m=24 n=20 k=16 " QUICK "--ladder");
    cr_expect_eq(of.code, 0, "%s", of.err);
    const char *naive = strstr(of.out, "naive "), *tiled = strstr(of.out, "tiled ");
    cr_expect(naive && tiled && naive < tiled, "%s", of.out);
    for (const char *at = of.out; *at; at += strcspn(at, "\n"), at += *at != 0)
        cr_expect_leq(strcspn(at, "\n"), 80, "too wide: %.*s", (int)strcspn(at, "\n"), at);
    release(&of);
}

static void cases_of(const char *line, char text[4096]) {
    const cJSON *result;
    cJSON *root = json_of(&plain, 0, line);
    text[0] = 0;
    cJSON_ArrayForEach(result, member(root, "results")) {
        size_t used = strlen(text);
        snprintf(text + used, 4096 - used, "%s;", member(result, "case")->valuestring);
    }
    cJSON_Delete(root);
}

Test(bench, draws_shapes_from_the_seed) {
    char first[4096], again[4096], other[4096];
    cases_of("bench brightness --random 3 --seed 5 " QUICK "--baselines none", first);
    cases_of("bench brightness --random 3 --seed 5 " QUICK "--baselines none", again);
    cases_of("bench brightness --random 3 --seed 6 " QUICK "--baselines none", other);
    cr_expect_str_eq(first, again);
    cr_expect_str_neq(first, other);
}

Test(bench, runs_ops_by_their_words) {
    expect(0, "run reduce n=1000 op=max --repeats 1 --baselines none");
    expect(0, "run transpose --repeats 1 --baselines none rows=30 cols=20");
    expect(2, "run reduce n=x");
    expect(2, "run reduce -m 3");
    expect(2, "run gemm m=3 -n 4");
    expect(2, "run gemm nosuch");
    expect(2, "bench gemm nosuch");
    expect(2, "bench nosuch=3");
}
