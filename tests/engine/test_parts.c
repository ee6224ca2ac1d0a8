/* Steps of training on parts of a batch: the parts' gradients add up to the whole batch's, an update by
 * the sum is the step on the whole batch, and replicas on parts of a device do all that. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/random.h"
#include "brigade/train.h"
#include "fixture.h"
#include "train/replicas.h"

enum { BATCH = 11, CLASSES = 5, MOST = 4 };

static const char *const models[] = {
    "input 1x7x6\ndense 24 relu\ndense 5",
    "input 2x8x7\nconv 6 3x3 pad 1 relu\nmaxpool 2\nconv 4 3x3 relu\ndropout 0.3\ndense 5",
};

/* A model, a state with velocities, and a batch. */
typedef struct world {
    brg_engine *engine;
    brg_model model;
    brg_train_params params;
    brg_tensor *state, *images, *labels;
} world;

/* What one call gives, and what it should: exact values, and bounds on a correct kernel's error. */
typedef struct answer {
    brg_tensor *tensor;
    int64_t count;
    const float *got;
    double *exact, *bound;
} answer;

/* ---- the world --------------------------------------------------------------------------------- */

static void make_batch(world *w) {
    int32_t labels[BATCH];
    const brg_shape line = brg_shape_1d(BRG_I32, BATCH);
    const brg_shape shape = {
        BRG_U8, 4, {BATCH, w->model.channels, w->model.height, w->model.width}};
    for (int32_t i = 0; i < BATCH; i++)
        labels[i] = (int32_t)(brg_random_bits(7, (uint64_t)i) % CLASSES);
    cr_assert_eq(brg_tensor_create(&line, labels, &w->labels, NULL), BRG_OK);
    cr_assert_eq(brg_tensor_create_uniform(&shape, 8, 0, 255, &w->images, NULL), BRG_OK);
}

static world make_world(const char *text) {
    world w = {.engine = start_engine(NULL), .params = BRG_TRAIN_DEFAULTS};
    brg_error error = {0};
    w.params.batch = BATCH;
    w.params.step = 2;
    w.params.seed = 5;
    w.params.decay = 0.01f;
    cr_assert_eq(brg_model_read(text, "model", &w.model, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(brg_model_state(&w.model, &w.params, 3, &w.state, NULL), BRG_OK);
    make_batch(&w);
    return w;
}

static void end_world(world *w) {
    brg_tensor_release(w->state);
    brg_tensor_release(w->images);
    brg_tensor_release(w->labels);
    brg_model_release(&w->model);
    brg_engine_destroy(w->engine);
}

/* ---- calls ------------------------------------------------------------------------------------- */

static void ask_oracle(const world *w, const brg_stage *stage, answer *a) {
    const brg_op *op = brg_engine_op(w->engine, "train");
    brg_call call = {.params = stage->params, .input_count = stage->input_count};
    brg_error error = {0};
    for (int32_t i = 0; i < stage->input_count; i++) {
        call.inputs[i] = *brg_tensor_shape(stage->inputs[i]);
        call.data[i] = brg_tensor_data(stage->inputs[i]);
    }
    cr_assert_eq(op->check(&call, &call.output, &error), BRG_OK, "%s", error.what);
    cr_assert_eq(call.output.dims[1], a->count);
    op->oracle(&call, 0, 1, a->exact, a->bound);
}

static answer compute(const world *w, const brg_train_params *params, const brg_tensor *second,
                      const brg_tensor *labels) {
    brg_error error = {0};
    brg_job job;
    brg_stage stage = {.op = "train",
                       .params = params,
                       .inputs = {w->state, second, w->model.network, labels},
                       .input_count = labels ? 4 : 3};
    const brg_job_desc desc = {.stages = &stage, .stage_count = 1, .verify = BRG_VERIFY_NONE};
    cr_assert_eq(brg_engine_submit(w->engine, &desc, &job, &error), BRG_OK, "%s", error.what);
    brg_result result = wait_for(w->engine, job);
    cr_assert_eq(result.state, BRG_JOB_DONE, "%s", result.error.what);
    answer a = {.tensor = brg_tensor_retain(result.output)};
    a.count = brg_tensor_shape(a.tensor)->dims[1];
    a.got = brg_tensor_data(a.tensor);
    a.exact = malloc((size_t)a.count * sizeof *a.exact);
    a.bound = malloc((size_t)a.count * sizeof *a.bound);
    ask_oracle(w, &stage, &a);
    brg_result_release(&result);
    return a;
}

static void drop(answer *a) {
    brg_tensor_release(a->tensor);
    free(a->exact);
    free(a->bound);
}

static brg_tensor *rows(const brg_tensor *from, int32_t first, int32_t size) {
    brg_shape shape = *brg_tensor_shape(from);
    size_t row = brg_tensor_bytes(from) / (size_t)shape.dims[0];
    brg_tensor *out = NULL;
    shape.dims[0] = size;
    const char *data = (const char *)brg_tensor_data(from) + row * (size_t)first;
    cr_assert_eq(brg_tensor_create(&shape, data, &out, NULL), BRG_OK);
    return out;
}

static answer gradient_of_part(const world *w, int32_t first, int32_t size) {
    brg_train_params params = w->params;
    params.mode = BRG_TRAIN_GRADIENT;
    params.batch = size;
    params.whole = BATCH;
    params.first = first;
    brg_tensor *images = rows(w->images, first, size), *labels = rows(w->labels, first, size);
    answer a = compute(w, &params, images, labels);
    brg_tensor_release(images);
    brg_tensor_release(labels);
    return a;
}

/* ---- equality ---------------------------------------------------------------------------------- */

static double gamma_of(double n) {
    return n * 0x1p-24 / (1 - n * 0x1p-24);
}

static void expect_near(double got, double expected, double bound, const char *what, int64_t i) {
    cr_assert(fabs(got - expected) <= bound, "%s %lld: %.9g, expected %.9g within %.3g", what,
              (long long)i, got, expected, bound);
}

/* Adds up the parts as replicas do; `doubt` is how far the sum may lie from its exact value. */
static float *add_parts(const answer *parts, int32_t count, double *doubt) {
    float *sum = malloc((size_t)parts->count * sizeof *sum);
    for (int64_t i = 0; i < parts->count; i++) {
        double size = fabs((double)parts[0].got[i]);
        sum[i] = parts[0].got[i];
        doubt[i] = parts[0].bound[i];
        for (int32_t r = 1; r < count; r++) {
            sum[i] += parts[r].got[i];
            size += fabs((double)parts[r].got[i]);
            doubt[i] += parts[r].bound[i];
        }
        doubt[i] += gamma_of(count - 1) * size;
    }
    return sum;
}

static void compare_gradients(const answer *whole, const answer *parts, int32_t count,
                              const float *sum, const double *doubt) {
    double largest = 0;
    for (int64_t i = 0; i < whole->count; i++) {
        double exact = 0;
        for (int32_t r = 0; r < count; r++)
            exact += parts[r].exact[i];
        expect_near(exact, whole->exact[i], 1e-12 * (1 + fabs(exact)), "exact gradient", i);
        expect_near((double)sum[i], (double)whole->got[i], doubt[i] + whole->bound[i], "gradient",
                    i);
        largest = fmax(largest, fabs(exact));
    }
    cr_assert_gt(largest, 0.01, "the gradients are too small to tell anything");
}

/* A sum that is off moves velocities by as much and weights by the rate times that; statistics there are
 * none; loss and hits are the sum's. */
static void compare_steps(const world *w, const answer *updated, const answer *stepped,
                          const double *doubt, int64_t summed) {
    int64_t losses, hits;
    brg_model_results(&w->model, &w->params, BATCH, &losses, &hits);
    int64_t parameters = losses / 2, behind = summed - (stepped->count - losses);
    cr_assert_eq(behind, parameters, "the model has statistics");
    for (int64_t i = 0; i < stepped->count; i++) {
        int64_t place = i < losses ? i % parameters : parameters + i - losses;
        double share = i < parameters ? (double)w->params.rate : 1;
        double bound = updated->bound[i] + stepped->bound[i] + share * doubt[place];
        expect_near((double)updated->got[i], (double)stepped->got[i], bound, "after the step", i);
    }
}

static void check_parts(const world *w, int32_t count) {
    brg_train_params params = w->params;
    answer parts[MOST];
    int32_t first, size;
    params.mode = BRG_TRAIN_GRADIENT;
    answer whole = compute(w, &params, w->images, w->labels);
    for (int32_t r = 0; r < count; r++) {
        brg_replicas_share(BATCH, count, r, &first, &size);
        parts[r] = gradient_of_part(w, first, size);
    }
    double *doubt = malloc((size_t)whole.count * sizeof *doubt);
    float *sum = add_parts(parts, count, doubt);
    compare_gradients(&whole, parts, count, sum, doubt);

    brg_tensor *summed = NULL;
    cr_assert_eq(brg_tensor_create(brg_tensor_shape(whole.tensor), sum, &summed, NULL), BRG_OK);
    params.mode = BRG_TRAIN_UPDATE;
    answer updated = compute(w, &params, summed, NULL);
    params.mode = BRG_TRAIN_STEPS;
    answer stepped = compute(w, &params, w->images, w->labels);
    compare_steps(w, &updated, &stepped, doubt, whole.count);

    for (int32_t r = 0; r < count; r++)
        drop(&parts[r]);
    drop(&whole);
    drop(&updated);
    drop(&stepped);
    brg_tensor_release(summed);
    free(doubt);
    free(sum);
}

Test(parts, gradients_of_parts_add_up_and_their_update_is_the_step) {
    for (size_t m = 0; m < sizeof models / sizeof models[0]; m++) {
        world w = make_world(models[m]);
        check_parts(&w, 2);
        check_parts(&w, 3);
        end_world(&w);
    }
}

/* ---- replicas ---------------------------------------------------------------------------------- */

static brg_tensor *replicated(const world *w, const brg_replicas *replicas,
                              brg_verify_policy verify) {
    brg_replicas_work work = {.params = &w->params,
                              .network = w->model.network,
                              .state = w->state,
                              .images = w->images,
                              .labels = w->labels,
                              .verify = verify};
    brg_verdict verdict;
    brg_error error = {0};
    brg_tensor *output = NULL;
    cr_assert_eq(brg_replicas_step(w->engine, replicas, &work, &output, &verdict, &error), BRG_OK,
                 "%s", error.what);
    if (verify == BRG_VERIFY_FULL)
        cr_assert_eq(verdict.outcome, BRG_PASSED);
    return output;
}

static brg_replicas divide(const world *w, int32_t count) {
    static brg_device_list list;
    brg_replicas replicas;
    brg_error error = {0};
    cr_assert_eq(brg_engine_devices(w->engine, -1, &list, NULL), BRG_OK);
    if (!list.devices[0].partitions_by_counts || list.devices[0].compute_units < 2)
        cr_skip_test("the device cannot be divided");
    cr_assert_eq(brg_replicas_divide(&list, "0", NULL, count, &replicas, &error), BRG_OK, "%s",
                 error.what);
    return replicas;
}

/* How far a step in so many parts may lie from its exact value, on top of the update's own bound. */
static double *doubt_of(const world *w, int32_t count, int64_t *summed) {
    answer parts[MOST];
    int32_t first, size;
    for (int32_t r = 0; r < count; r++) {
        brg_replicas_share(BATCH, count, r, &first, &size);
        parts[r] = gradient_of_part(w, first, size);
    }
    *summed = parts[0].count;
    double *doubt = malloc((size_t)*summed * sizeof *doubt);
    free(add_parts(parts, count, doubt));
    for (int32_t r = 0; r < count; r++)
        drop(&parts[r]);
    return doubt;
}

Test(parts, two_replicas_do_what_one_does_and_the_same_each_time) {
    world w = make_world(models[1]);
    brg_replicas two = divide(&w, 2);
    brg_train_params params = w.params;
    int64_t summed;
    double *doubt = doubt_of(&w, 2, &summed);
    params.mode = BRG_TRAIN_STEPS;
    answer stepped = compute(&w, &params, w.images, w.labels);
    brg_tensor *once = replicated(&w, &two, BRG_VERIFY_FULL);
    brg_tensor *again = replicated(&w, &two, BRG_VERIFY_NONE);
    size_t bytes = brg_tensor_bytes(once);
    cr_assert_eq(bytes, (size_t)stepped.count * sizeof(float));
    cr_expect_eq(memcmp(brg_tensor_data(once), brg_tensor_data(again), bytes), 0);
    /* A whole step's bound is that of its gradient and of the same update: enough for the update's. */
    answer updated = {.got = brg_tensor_data(once), .bound = stepped.bound};
    compare_steps(&w, &updated, &stepped, doubt, summed);

    brg_replicas one = divide(&w, 1);
    brg_tensor *alone = replicated(&w, &one, BRG_VERIFY_FULL);
    updated.got = brg_tensor_data(alone);
    compare_steps(&w, &updated, &stepped, doubt, summed);

    brg_tensor_release(once);
    brg_tensor_release(again);
    brg_tensor_release(alone);
    drop(&stepped);
    free(doubt);
    end_world(&w);
}

/* However a gradient is cut, each of its numbers is the sum of the same numbers in the same order. */
Test(parts, gradients_that_come_bucket_by_bucket_make_the_same_step) {
    world w = make_world(models[1]);
    brg_replicas two = divide(&w, 2);
    brg_tensor *whole = replicated(&w, &two, BRG_VERIFY_NONE);
    size_t bytes = brg_tensor_bytes(whole);
    const int32_t buckets[] = {1, 2048, 1 << 20};
    for (int i = 0; i < 3; i++) {
        two.bucket = buckets[i];
        brg_tensor *cut = replicated(&w, &two, i == 0 ? BRG_VERIFY_FULL : BRG_VERIFY_NONE);
        cr_assert_eq(brg_tensor_bytes(cut), bytes);
        cr_expect_eq(memcmp(brg_tensor_data(cut), brg_tensor_data(whole), bytes), 0,
                     "buckets of %d", (int)buckets[i]);
        brg_tensor_release(cut);
    }
    brg_tensor_release(whole);
    end_world(&w);
}

Test(parts, replicas_that_cannot_be_are_refused) {
    world w = make_world(models[0]);
    brg_device_list list = {.count = 1};
    brg_replicas replicas;
    brg_error error = {0};
    list.devices[0] = (brg_device_info){.compute_units = 7, .available = true};
    strcpy(list.devices[0].name, "seven cores");
    cr_expect_eq(brg_replicas_divide(&list, "0", NULL, 3, &replicas, &error), BRG_E_UNSUPPORTED);
    list.devices[0].partitions_by_counts = true;
    cr_expect_eq(brg_replicas_divide(&list, "0", NULL, 8, &replicas, &error), BRG_E_ARGUMENT);
    cr_expect_eq(brg_replicas_divide(&list, "0", NULL, 0, &replicas, &error), BRG_E_ARGUMENT);
    cr_expect_eq(brg_replicas_divide(&list, "3:1", NULL, 2, &replicas, &error), BRG_E_NOT_FOUND);
    cr_assert_eq(brg_replicas_divide(&list, "0", NULL, 3, &replicas, &error), BRG_OK, "%s",
                 error.what);
    cr_expect_str_eq(replicas.device[2], "0:0/cu=2@4");
    cr_expect_str_eq(replicas.update, "0:0");
    cr_assert_eq(brg_replicas_divide(&list, "0/cu=4@2", NULL, 2, &replicas, &error), BRG_OK, "%s",
                 error.what);
    cr_expect_str_eq(replicas.device[1], "0:0/cu=2@4");
    cr_expect_str_eq(replicas.update, "0:0/cu=4@2");

    brg_tensor *output = NULL;
    brg_replicas_work work = {&w.params, w.model.network, w.state, w.images, w.labels, 0, 0};
    replicas.count = BATCH + 1;
    cr_expect_eq(brg_replicas_step(w.engine, &replicas, &work, &output, NULL, &error),
                 BRG_E_ARGUMENT);
    replicas.count = 2; /* one of them on a device that is not there */
    strcpy(replicas.device[0], "0");
    strcpy(replicas.device[1], "99");
    cr_expect_eq(brg_replicas_step(w.engine, &replicas, &work, &output, NULL, &error),
                 BRG_E_NOT_FOUND, "%s", error.what);
    cr_expect_null(output);
    end_world(&w);
}
