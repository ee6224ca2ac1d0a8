/* Claim 28: training distributes batches over devices.
 *
 *     batch    |  images 0 .. 85   |  images 86 .. 170   |  images 171 .. 255  |
 *     unit          gradient 0            gradient 1            gradient 2
 *                           \                 |                 /
 *     step                     the weights move by their sum
 *
 * A batch is shared out among replicas of a network, each on a compute unit of its own; their gradients are
 * added up, each already divided by the size of the whole batch, and one update moves the weights. Two
 * things are asked. Is it the same step? The weights after it are compared with those of sequential C in double,
 * which learns from the whole batch at once: they may differ by what rounding explains (host/reference/train.h),
 * no more. And is it faster? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brigade/train.h"
#include "lab/lab.h"
#include "lab/work.h"
#include "reference/train.h"
#include "train/network.h"
#include "train/replicas.h"

enum { LARGE = 256, SMALL = 33, MOST = BRG_MAX_REPLICAS };
enum { EQUAL, SPEEDUP, FOR_EACH, ADDED };

static const char model_name[] = "lenet";

/* What there is to learn from in one step. */
typedef struct lesson {
    brg_model model;
    int64_t
        numbers; /* parameters, and as many velocities: more than weights, as layers are aligned */
    brg_train_params params;
    brg_tensor *state, *images, *labels;
} lesson;

/* ---- a step ------------------------------------------------------------------------------------ */

/* Replicas on one compute unit each; the first of them also moves the weights. */
static brg_replicas place(brg_lab *lab, int32_t count) {
    brg_replicas replicas = {.count = count};
    char part[BRG_NAME];
    for (int32_t r = 0; r < count; r++)
        snprintf(replicas.device[r], BRG_REPLICA_DEVICE, "%s", brg_lab_part(lab, r, 1, part));
    memcpy(replicas.update, replicas.device[0], BRG_REPLICA_DEVICE);
    return replicas;
}

/* The state after a step, for the caller to release; NULL with the error noted. */
static brg_tensor *step(brg_lab *lab, const lesson *l, int32_t replicas) {
    const brg_replicas places = place(lab, replicas);
    const brg_replicas_work work = {.params = &l->params,
                                    .network = l->model.network,
                                    .state = l->state,
                                    .images = l->images,
                                    .labels = l->labels,
                                    .verify = BRG_VERIFY_NONE};
    brg_tensor *after = NULL;
    brg_error error = {0};
    brg_status status =
        brg_replicas_step(brg_lab_engine(lab), &places, &work, &after, NULL, &error);
    if (status != BRG_OK)
        brg_lab_fail(lab, status, "%s", error.what);
    return after;
}

/* ---- is it the same? --------------------------------------------------------------------------- */

/* Exact numbers, and how far from them rounding may lead. */
typedef struct exact {
    int64_t count;
    double *value, *bound;
} exact;

static void drop(exact *e) {
    free(e->value);
    free(e->bound);
    *e = (exact){0};
}

static bool make_exact(brg_lab *lab, int64_t count, exact *e) {
    e->count = count;
    e->value = calloc((size_t)count, sizeof(double));
    e->bound = calloc((size_t)count, sizeof(double));
    if (!e->value || !e->bound)
        brg_lab_fail(lab, BRG_E_MEMORY, "There is not enough memory for a step.");
    return e->value && e->bound;
}

/* What sequential C in double makes of a call of the op "train"; false with the error noted. */
static bool ask_oracle(brg_lab *lab, brg_call *call, exact *out) {
    const brg_op *op = brg_op_find("train");
    brg_error error = {0};
    if (op->check(call, &call->output, &error) != BRG_OK) {
        brg_lab_fail(lab, error.status, "%s", error.what);
        return false;
    }
    if (!make_exact(lab, call->output.dims[1], out))
        return false;
    op->oracle(call, 0, 1, out->value, out->bound);
    return true;
}

static brg_call call_with(const lesson *l, const brg_train_params *params) {
    brg_call call = {.params = params, .input_count = 4};
    const brg_tensor *inputs[] = {l->state, l->images, l->model.network, l->labels};
    for (int32_t i = 0; i < call.input_count; i++) {
        call.inputs[i] = *brg_tensor_shape(inputs[i]);
        call.data[i] = brg_tensor_data(inputs[i]);
    }
    return call;
}

/* A whole step, or the gradient of some of the images. */
static bool work_out(brg_lab *lab, const lesson *l, brg_train_mode mode, int32_t first,
                     int32_t size, exact *out) {
    brg_train_params params = l->params;
    params.mode = mode;
    params.whole = mode == BRG_TRAIN_GRADIENT ? l->params.batch : 0;
    params.first = first;
    params.batch = size;
    brg_call call = call_with(l, &params);
    const size_t image =
        (size_t)l->model.channels * (size_t)l->model.height * (size_t)l->model.width;
    call.inputs[1].dims[0] = call.inputs[3].dims[0] = size;
    call.data[1] = (const uint8_t *)call.data[1] + (size_t)first * image;
    call.data[3] = (const int32_t *)call.data[3] + first;
    return ask_oracle(lab, &call, out);
}

/* The step that such a gradient, rounded to f32, leads to. */
static bool work_out_update(brg_lab *lab, const lesson *l, const exact *gradient, exact *out) {
    float *sum = malloc((size_t)gradient->count * sizeof *sum);
    brg_train_params params = l->params;
    params.mode = BRG_TRAIN_UPDATE;
    brg_call call = call_with(l, &params);
    call.input_count = 3; /* no labels; and where images are, the sum */
    call.inputs[1] = brg_shape_2d(BRG_F32, 1, gradient->count);
    call.data[1] = sum;
    if (!sum)
        brg_lab_fail(lab, BRG_E_MEMORY, "There is not enough memory for a step.");
    for (int64_t i = 0; sum && i < gradient->count; i++)
        sum[i] = (float)gradient->value[i];
    const bool good = sum && ask_oracle(lab, &call, out);
    free(sum);
    return good;
}

/* The sum of all replicas' gradients. Each has an error of its own, and so has their sum. */
static bool add_gradients(brg_lab *lab, const lesson *l, int32_t replicas, exact *sum) {
    const double adding = brg_train_gamma(replicas - 1);
    bool good = true;
    for (int32_t r = 0; good && r < replicas; r++) {
        exact one = {0};
        int32_t first, size;
        brg_replicas_share(l->params.batch, replicas, r, &first, &size);
        good = work_out(lab, l, BRG_TRAIN_GRADIENT, first, size, &one) &&
               (r > 0 || make_exact(lab, one.count, sum));
        for (int64_t i = 0; good && i < one.count; i++) {
            sum->value[i] += one.value[i];
            sum->bound[i] += one.bound[i] + adding * (fabs(one.value[i]) + one.bound[i]);
        }
        drop(&one);
    }
    return good;
}

/* The bound of a step, from that of the update by an exact gradient: a velocity is further off by as much as the
 * gradient is, a weight by the rate times that; and both operations round what is off, too. */
static void widen(const lesson *l, const exact *gradient, exact *after) {
    for (int64_t i = 0; i < l->numbers; i++) {
        const double rounded = 0x1p-24 * fabs(gradient->value[i]) + 0x1p-149;
        const double error = (gradient->bound[i] + rounded) * (1 + brg_train_gamma(8));
        after->bound[i] += (double)l->params.rate * error;
        after->bound[l->numbers + i] += error;
    }
}

/* The state that a step must lead to: weights and velocities are those of the whole batch at once; how far they may be
 * off follows from what the replicas do, each on its part. */
static bool expect(brg_lab *lab, const lesson *l, int32_t replicas, exact *after) {
    exact gradient = {0}, whole = {0};
    const bool good = work_out(lab, l, BRG_TRAIN_STEPS, 0, l->params.batch, &whole) &&
                      add_gradients(lab, l, replicas, &gradient) &&
                      work_out_update(lab, l, &gradient, after);
    if (good) {
        memcpy(after->value, whole.value, 2 * (size_t)l->numbers * sizeof(double));
        widen(l, &gradient, after);
    }
    drop(&gradient);
    drop(&whole);
    return good;
}

/* How far a state is from what it must be, at worst. A NaN is larger than all. */
typedef struct distance {
    double over_bound; /* of the bound: at most 1 if nothing but rounding made it */
    double over_step;  /* of weights alone: of the largest change of one in this step */
} distance;

static double larger(double a, double b) {
    return a > b || isnan(a) ? a : b;
}

static distance measure_distance(const lesson *l, const brg_tensor *state, const exact *after) {
    const float *got = brg_tensor_data(state), *before = brg_tensor_data(l->state);
    double over_bound = 0, apart = 0, change = 0;
    for (int64_t i = 0; i < 2 * l->numbers; i++) {
        const double off = fabs((double)got[i] - after->value[i]);
        if (off != 0)
            over_bound = larger(over_bound, off / after->bound[i]);
        if (i < l->numbers) {
            apart = larger(apart, off);
            change = larger(change, fabs(after->value[i] - (double)before[i]));
        }
    }
    return (distance){over_bound, apart / change};
}

/* A step by replicas against one on the whole batch. With `rate` times as much of the gradient: what comes of
 * gradients that were added and not averaged. */
static void compare(brg_lab *lab, const lesson *l, const exact *after, int32_t replicas, float rate,
                    int32_t question) {
    lesson other = *l;
    other.params.rate *= rate;
    brg_tensor *state = step(lab, &other, replicas);
    if (state) {
        const distance d = measure_distance(l, state, after);
        brg_lab_judge(lab, question, brg_lab_exact(d.over_bound));
        brg_lab_figure_set(lab,
                           question == EQUAL ? "largest difference, of the largest change"
                                             : "the same, not averaged",
                           "ppm", brg_lab_exact(1e6 * d.over_step));
    }
    brg_tensor_release(state);
}

static brg_status check(brg_lab *lab, const lesson *l, int32_t replicas) {
    exact after = {0};
    if (expect(lab, l, replicas, &after)) {
        compare(lab, l, &after, replicas, 1, EQUAL);
        compare(lab, l, &after, replicas, (float)replicas, ADDED);
    }
    drop(&after);
    return brg_lab_status(lab);
}

/* ---- is it faster? ----------------------------------------------------------------------------- */

typedef struct setting {
    const lesson *lesson;
    int32_t replicas;
    char name[BRG_LAB_NAME];
} setting;

static double seconds(brg_lab *lab, const void *argument, double *more) {
    (void)more;
    const setting *s = argument;
    const double began = brg_lab_now_s();
    brg_tensor *after = step(lab, s->lesson, s->replicas);
    const double end = brg_lab_now_s();
    brg_tensor_release(after);
    return after ? end - began : (double)NAN;
}

static brg_status measure(brg_lab *lab, const lesson *l, int32_t units) {
    int32_t replicas[MOST];
    const int32_t steps = brg_lab_doublings(units, replicas, MOST), all = steps - 1;
    setting settings[MOST];
    brg_lab_condition conditions[MOST];
    brg_lab_mark marks[MOST];
    for (int32_t i = 0; i < steps; i++) {
        settings[i] = (setting){.lesson = l, .replicas = replicas[i]};
        snprintf(settings[i].name, BRG_LAB_NAME, "%d %s", (int)replicas[i],
                 replicas[i] == 1 ? "replica" : "replicas");
        conditions[i] = (brg_lab_condition){settings[i].name, replicas[i], seconds, &settings[i]};
        marks[i] = (brg_lab_mark){"measured", replicas[i], BRG_LAB_RATIO(0, i), NULL};
        brg_lab_plot_model(lab, "as many times as replicas", replicas[i], replicas[i]);
    }
    const brg_lab_reply replies[] = {{SPEEDUP, BRG_LAB_RATIO(0, all)},
                                     {FOR_EACH, BRG_LAB_RATIO_TIMES(0, all, 1.0 / replicas[all])}};
    const brg_lab_gauge gauges[] = {{"step of one replica", "ms", BRG_LAB_VALUE_TIMES(0, 1e3)},
                                    {"step of all replicas", "ms", BRG_LAB_VALUE_TIMES(all, 1e3)}};
    return brg_lab_measure(lab, &(brg_lab_plan){.conditions = conditions,
                                                .condition_count = steps,
                                                .replies = replies,
                                                .reply_count = 2,
                                                .marks = marks,
                                                .mark_count = steps,
                                                .gauges = gauges,
                                                .gauge_count = 2});
}

/* ---- the lesson -------------------------------------------------------------------------------- */

static brg_status take(const brg_tensor *from, int32_t count, brg_tensor **out, brg_error *error) {
    brg_shape shape = *brg_tensor_shape(from);
    shape.dims[0] = count;
    return brg_tensor_create(&shape, brg_tensor_data(from), out, error);
}

static void forget(lesson *l) {
    brg_tensor_release(l->state);
    brg_tensor_release(l->images);
    brg_tensor_release(l->labels);
    brg_model_release(&l->model);
    *l = (lesson){0};
}

static int64_t numbers_of(const brg_model *model) {
    brg_network network;
    const brg_tensor *words = model->network;
    const int64_t count = brg_tensor_shape(words)->dims[0];
    bool known = brg_network_decode(brg_tensor_data(words), count, &network, NULL) == BRG_OK;
    return known ? network.parameter_count : 0;
}

/* The first `batch` images of a dataset, and a network that has learned nothing yet. */
static brg_status prepare(brg_lab *lab, const brg_dataset *data, int32_t batch, lesson *l) {
    brg_error error = {0};
    *l = (lesson){.params = BRG_TRAIN_DEFAULTS};
    l->params.batch = batch;
    brg_status status = brg_model_load(model_name, &l->model, &error);
    if (status == BRG_OK)
        l->numbers = numbers_of(&l->model);
    if (status == BRG_OK)
        status = brg_model_state(&l->model, &l->params, brg_lab_seed(lab), &l->state, &error);
    if (status == BRG_OK)
        status = take(data->train_images, batch, &l->images, &error);
    if (status == BRG_OK)
        status = take(data->train_labels, batch, &l->labels, &error);
    if (status != BRG_OK)
        brg_lab_fail(lab, status, "%s", error.what);
    return status;
}

static brg_status run(brg_lab *lab) {
    const int32_t all = brg_lab_units(lab), units = all < MOST ? all : MOST;
    brg_dataset data = {0};
    lesson small = {0}, large = {0};
    brg_error error = {0};
    brg_status status = brg_dataset_load(NULL, &data, &error);
    if (status != BRG_OK)
        brg_lab_fail(lab, status, "%s", error.what);
    if (status == BRG_OK)
        status = prepare(lab, &data, SMALL, &small);
    if (status == BRG_OK)
        status = check(lab, &small, units);
    if (status == BRG_OK)
        status = prepare(lab, &data, LARGE, &large);
    if (status == BRG_OK)
        status = measure(lab, &large, units);
    forget(&small);
    forget(&large);
    brg_dataset_release(&data);
    return brg_lab_status(lab);
}

const brg_experiment brg_claim_28 =
    {.claim =
         {.id = "28",
          .slug = "replicas",
          .title = "Training distributes batches over devices",
          .articles = "A0 A1 A3",
          .claim = "A network is trained faster by sharing each batch out among devices and "
                   "combining what they have learned.",
          .hypothesis =
              "A step by replicas on parts of the batch is the step on the whole batch, but "
              "for rounding, and takes less time.",
          .metric = "difference over its bound; time of one replica over that of several, x",
          .threshold =
              "No difference beyond its bound. At least 1.2 times as fast with a replica on "
              "each unit, and at most 1.1 times for each.",
          .refuted_by = "Other weights than those of the whole batch, or no gain.",
          .workload = "LeNet on digits of MNIST. Equality: 33 images, which cannot be shared "
                      "evenly. Speed: a step on 256 images, from the first upload to the new "
                      "weights.",
          .method =
              "Replicas compute on one unit each, their gradients are added up by the host in a "
              "fixed order, then one update moves the weights. Exact weights and bounds "
              "come from sequential C in double, a running error analysis (Higham, "
              "Accuracy and Stability of Numerical Algorithms, 3.3). A bound holds for the worst "
              "case, all roundings in one direction; they mostly cancel, so that a hundredth of "
              "it is usual, and more than all of it cannot be rounding.",
          .control = "Gradients that are added instead of averaged must lead to weights outside "
                     "their bounds.",
          .questions = {[EQUAL] = {.what = "largest difference to the whole batch over its bound",
                                   .unit = "",
                                   BRG_LAB_WITHIN(0, 1)},
                        [SPEEDUP] = {.what = "speedup of a replica on each unit over one",
                                     .unit = "x",
                                     BRG_LAB_ABOVE(1.2)},
                        [FOR_EACH] = {.what = "speedup for each replica",
                                      .unit = "x",
                                      BRG_LAB_BELOW(1.1)},
                        [ADDED] = {.what = "the same of gradients that are not averaged",
                                   .unit = "",
                                   BRG_LAB_ABOVE(2),
                                   .control = true}},
          .plot = {BRG_LAB_PLOT_LINES, "replicas", "speedup, x"},
          .needs = BRG_LAB_NEEDS_DEVICE | BRG_LAB_NEEDS_TWO_UNITS},
     .run = run};
