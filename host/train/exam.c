/* Exams. See exam.h. */
#include "train/exam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 100, BATCHES = 10 }; /* of a job */

static int64_t count_of(const brg_tensor *images) {
    return brg_tensor_shape(images)->dims[0];
}

/* The image that a sample is of. */
static int64_t image_of(int32_t sample, int32_t samples, int64_t images) {
    return images * sample / samples;
}

/* ---- scores ---------------------------------------------------------------------------------- */

static int32_t largest_of(const float *scores, int32_t classes) {
    int32_t largest = 0;
    for (int32_t c = 1; c < classes; c++)
        if (scores[c] > scores[largest])
            largest = c;
    return largest;
}

/* The logarithm of the sum of exponentials. */
static double log_sum(const float *scores, int32_t classes) {
    double largest = (double)scores[largest_of(scores, classes)], sum = 0;
    for (int32_t c = 0; c < classes; c++)
        sum += exp((double)scores[c] - largest);
    return largest + log(sum);
}

static brg_train_sample sample_of(const float *scores, int32_t classes, int64_t image,
                                  int32_t label) {
    double all = log_sum(scores, classes);
    brg_train_sample sample = {
        .image = image, .label = label, .predicted = largest_of(scores, classes)};
    sample.confidence = (float)exp((double)scores[sample.predicted] - all);
    for (int32_t c = 0; c < classes && c < BRG_SAMPLE_CLASSES; c++)
        sample.probabilities[c] = (float)exp((double)scores[c] - all);
    return sample;
}

static void mark(const brg_exam *exam, const float *scores, int64_t first, int64_t count,
                 brg_marks *marks) {
    int32_t classes = exam->setup->model->classes;
    const int32_t *labels = brg_tensor_data(exam->labels);
    for (int64_t i = 0; i < count; i++) {
        const float *own = scores + i * classes;
        int32_t label = labels[first + i];
        marks->accuracy += largest_of(own, classes) == label;
        marks->loss += log_sum(own, classes) - (double)own[label];
    }
    for (int32_t s = 0; s < marks->sample_count; s++) {
        int64_t image = image_of(s, marks->sample_count, count_of(exam->images));
        if (image >= first && image < first + count)
            marks->samples[s] =
                sample_of(scores + (image - first) * classes, classes, image, labels[image]);
    }
}

/* ---- jobs ------------------------------------------------------------------------------------ */

static brg_status score(const brg_exam *exam, int64_t first, int64_t batch, int64_t batches,
                        brg_marks *marks, brg_error *error) {
    const brg_stepper_setup *setup = exam->setup;
    brg_tensor *images = NULL, *labels = NULL;
    brg_job job;
    brg_result result = {0};
    brg_train_params params = setup->regime->params;
    params.mode = BRG_TRAIN_SCORES;
    params.batch = (int32_t)batch;
    const brg_portion portion = {.first = first, .batch = batch, .stride = batch, .steps = batches};
    brg_status status =
        brg_batches_gather(exam->images, exam->labels, &portion, &images, &labels, error);
    brg_stage stage = {.op = "train",
                       .params = &params,
                       .inputs = {exam->state, images, setup->model->network},
                       .input_count = 3};
    brg_job_desc desc = {.stages = &stage,
                         .stage_count = 1,
                         .label = "test",
                         .device = setup->device,
                         .verify = BRG_VERIFY_NONE};
    if (status == BRG_OK)
        status = brg_train_submit(setup, &desc, &job, error);
    if (status == BRG_OK)
        status = brg_train_await(setup, job, &result, error);
    if (status == BRG_OK)
        mark(exam, brg_tensor_data(result.output), first, batch * batches, marks);
    brg_result_release(&result);
    brg_tensor_release(images);
    brg_tensor_release(labels);
    return status;
}

/* Whole batches as long as there are some, then the rest. */
static brg_status score_all(const brg_exam *exam, int64_t first, int64_t end, brg_marks *marks,
                            brg_error *error) {
    const int64_t began = first;
    brg_status status = BRG_OK;
    while (first < end && status == BRG_OK) {
        int64_t left = end - first;
        int64_t batch = left < BATCH ? left : BATCH;
        int64_t batches = left / batch < BATCHES ? left / batch : BATCHES;
        status = score(exam, first, batch, batches, marks, error);
        first += batch * batches;
        if (exam->progress)
            exam->progress(exam->user, (double)(first - began) / (double)(end - began));
    }
    return status;
}

/* Adds up what all ranks found: each has places of its own among numbers of which the largest are taken, so
 * that everyone adds the same in the same order. */
static brg_status add_ranks(brg_ranks *ranks, brg_marks *marks, brg_error *error) {
    const brg_rank self = brg_ranks_self(ranks);
    double *found = calloc((size_t)self.count, 2 * sizeof *found);
    if (!found)
        return brg_fail(error, BRG_E_MEMORY, "There is no memory for the marks of all ranks.");
    found[2 * self.index] = marks->accuracy;
    found[2 * self.index + 1] = isnan(marks->loss) ? (double)INFINITY : marks->loss;
    brg_status status = brg_ranks_most(ranks, found, 2 * self.count, error);
    marks->accuracy = marks->loss = 0;
    for (int32_t r = 0; r < self.count; r++) {
        marks->accuracy += found[2 * r];
        marks->loss += found[2 * r + 1];
    }
    free(found);
    return status;
}

brg_status brg_exam_take(const brg_exam *exam, brg_marks *marks, brg_error *error) {
    const brg_rank self = brg_ranks_self(exam->ranks);
    int64_t count = count_of(exam->images);
    marks->accuracy = marks->loss = 0;
    brg_status status = score_all(exam, count * self.index / self.count,
                                  count * (self.index + 1) / self.count, marks, error);
    if (status == BRG_OK && exam->ranks)
        status = add_ranks(exam->ranks, marks, error);
    marks->accuracy /= (double)count; /* of no images at all, no number */
    marks->loss /= (double)count;
    return status;
}

/* ---- samples --------------------------------------------------------------------------------- */

brg_status brg_exam_samples(const brg_tensor *images, int32_t *sample_count, brg_tensor **pixels,
                            brg_error *error) {
    brg_shape shape = *brg_tensor_shape(images);
    int64_t count = shape.dims[0];
    if (*sample_count > count)
        *sample_count = (int32_t)count;
    shape.dims[0] = *sample_count;
    brg_status status = brg_tensor_create(&shape, NULL, pixels, error);
    if (status != BRG_OK)
        return status;
    size_t size = (size_t)(shape.dims[1] * shape.dims[2] * shape.dims[3]);
    uint8_t *to = brg_tensor_writable(*pixels);
    const uint8_t *from = brg_tensor_data(images);
    for (int32_t s = 0; s < *sample_count; s++)
        memcpy(to + (size_t)s * size, from + (size_t)image_of(s, *sample_count, count) * size,
               size);
    return BRG_OK;
}
