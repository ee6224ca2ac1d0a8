/* Whole training steps in double with bounds: the oracle of the op "train". */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/train_number.h"
#include "train/step.h"

/* The numbers that a training goes on with from step to step: parameters and what is beside them. */
typedef struct march {
    const brg_call *call;
    brg_step step;
    brg_train_pass pass;
    brg_field slots[2];
    double *losses, *loss_errors, *hits, *hit_errors;
} march;

static bool make_numbers(double **numbers, int64_t count) {
    *numbers = calloc((size_t)(count > 0 ? count : 1), sizeof **numbers);
    return *numbers != NULL;
}

static void widen(double *to, const float *from, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        to[i] = (double)from[i];
}

static void end(march *m) {
    if (!m)
        return;
    brg_train_pass_release(&m->pass);
    for (int i = 0; i < 2; i++) {
        free(m->slots[i].value);
        free(m->slots[i].error);
    }
    free(m->losses);
    free(m->loss_errors);
    free(m->hits);
    free(m->hit_errors);
    free(m);
}

static bool make_room(march *m) {
    int64_t count = m->step.network.parameter_count, rounds = m->step.rounds;
    bool made = brg_train_pass_create(&m->step.network, m->step.batch, &m->pass);
    for (int i = 0; i < 2; i++)
        made = made && make_numbers(&m->slots[i].value, count) &&
               make_numbers(&m->slots[i].error, count);
    return made && make_numbers(&m->losses, rounds) && make_numbers(&m->loss_errors, rounds) &&
           make_numbers(&m->hits, rounds) && make_numbers(&m->hit_errors, rounds);
}

static march *begin(const brg_call *call) {
    march *m = calloc(1, sizeof *m);
    const float *state = call->data[BRG_TRAIN_STATE];
    if (!m || brg_step_resolve(call, &m->step, NULL) != BRG_OK || !make_room(m)) {
        end(m);
        return NULL;
    }
    m->call = call;
    int64_t count = m->step.network.parameter_count;
    widen(m->pass.parameters.value, state, count);
    for (int64_t i = 0; i < m->step.slots; i++)
        widen(m->slots[i].value, state + (i + 1) * count, count);
    widen(m->pass.statistics.value, state + m->step.statistics, m->step.network.statistic_count);
    m->pass.whole = m->step.whole;
    m->pass.first = m->step.params->first;
    m->pass.seed = m->step.params->seed;
    m->pass.training = m->step.params->mode != BRG_TRAIN_SCORES;
    return m;
}

/* Pixels as the device's fma makes them of f32 factors. */
static void load_images(march *m, int64_t first) {
    const brg_train_params *p = m->step.params;
    int64_t count = m->pass.batch * brg_network_node(&m->step.network, 0);
    const uint8_t *pixels = (const uint8_t *)m->call->data[BRG_TRAIN_IMAGES] +
                            first * brg_network_node(&m->step.network, 0);
    brg_field node = m->pass.nodes[0];
    for (int64_t i = 0; i < count; i++) {
        node.value[i] = (double)pixels[i] * (double)p->scale + (double)p->shift;
        node.error[i] = brg_train_gamma(2) *
                        (fabs((double)pixels[i] * (double)p->scale) + fabs((double)p->shift));
    }
}

static void pass_batch(march *m, int64_t round) {
    const int32_t *labels = m->call->data[BRG_TRAIN_LABELS];
    m->pass.step = m->step.params->step + round;
    load_images(m, round * m->step.batch);
    brg_train_forward(&m->pass);
    brg_train_backward(&m->pass, labels + round * m->step.batch);
    m->losses[round] = m->pass.loss;
    m->loss_errors[round] = m->pass.loss_error;
    m->hits[round] = m->pass.correct;
    m->hit_errors[round] = m->pass.correct_error;
}

/* ---- optimizers ------------------------------------------------------------------------------ */

/* a * factor + b, the factor exact */
static number follow(number a, double factor, number b) {
    return rounded(a.value * factor + b.value, a.error * fabs(factor) + b.error,
                   fabs(a.value * factor) + fabs(b.value), 3);
}

static void move_sgd(march *m, int64_t i) {
    const brg_train_params *p = m->step.params;
    number w = number_at(m->pass.parameters, i), g = number_at(m->pass.gradients, i);
    number speed =
        follow(number_at(m->slots[0], i), (double)p->momentum, follow(w, (double)p->decay, g));
    store(m->slots[0], i, speed);
    store(m->pass.parameters, i, follow(speed, -(double)p->rate, w));
}

/* How far a quotient of numbers within their errors can be from that of their values. */
static number divide(number a, double least, double middle, double most) {
    double value = a.value / middle;
    double high = fmax((a.value + a.error) / least, (a.value + a.error) / most);
    double low = fmin((a.value - a.error) / least, (a.value - a.error) / most);
    return rounded(value, fmax(high - value, value - low), fabs(value), 8);
}

static void move_adam(march *m, int64_t i, double step) {
    const brg_train_params *p = m->step.params;
    double b1 = (double)p->momentum, b2 = (double)p->beta2, small = (double)p->small;
    double c1 = (double)(1.0f - p->momentum), c2 = (double)(1.0f - p->beta2);
    number w = number_at(m->pass.parameters, i), g = number_at(m->pass.gradients, i);
    number mean = follow(number_at(m->slots[0], i), b1, (number){c1 * g.value, c1 * g.error});
    number square = {g.value * g.value * c2,
                     c2 * (2 * fabs(g.value) * g.error + g.error * g.error)};
    square = follow(number_at(m->slots[1], i), b2, square);
    square.error += brg_train_gamma(4) * square.value;
    /* 1 - beta^t loses digits when t is small: the device's expm1 and log are within 4 ulp each */
    double whole1 = -expm1(step * log(b1)), whole2 = -expm1(step * log(b2));
    double doubt = brg_train_gamma(16);
    number top = {mean.value / whole1, (mean.error + doubt * fabs(mean.value)) / whole1};
    double s = square.value / whole2, e = (square.error + doubt * square.value) / whole2;
    number ratio = divide(top, sqrt(fmax(s - e, 0)) + small, sqrt(s) + small, sqrt(s + e) + small);
    number pull = follow(w, (double)p->decay, ratio);
    store(m->slots[0], i, mean);
    store(m->slots[1], i, square);
    store(m->pass.parameters, i, follow(pull, -(double)p->rate, w));
}

static void move(march *m, int64_t round) {
    bool adam = m->step.params->optimizer == BRG_OPTIMIZER_ADAM;
    double step = (double)(m->step.params->step + round + 1);
    for (int64_t i = 0; i < m->step.network.parameter_count; i++)
        if (adam)
            move_adam(m, i, step);
        else
            move_sgd(m, i);
}

/* ---- what comes out -------------------------------------------------------------------------- */

typedef struct pen {
    double *expected, *bound;
} pen;

/* Numbers that are f32 in the end. */
static void write_down(pen *p, const double *values, const double *errors, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        *p->expected++ = values[i];
        *p->bound++ = errors[i] + 0x1p-24 * fabs(values[i]) + (errors[i] > 0 ? 0x1p-126 : 0);
    }
}

static void skip(pen *p, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        *p->expected++ = *p->bound++ = 0;
}

static void write_tail(pen *p, const march *m) {
    int64_t rounds = m->step.rounds, room = m->step.hits - m->step.losses;
    write_down(p, m->losses, m->loss_errors, rounds);
    skip(p, room - rounds);
    write_down(p, m->hits, m->hit_errors, rounds);
    skip(p, m->step.output - m->step.hits - rounds);
}

static void write_numbers(pen *p, const march *m) {
    const brg_network *n = &m->step.network;
    bool steps = m->step.params->mode == BRG_TRAIN_STEPS;
    brg_field first = steps ? m->pass.parameters : m->pass.gradients;
    write_down(p, first.value, first.error, n->parameter_count);
    for (int64_t i = 0; steps && i < m->step.slots; i++)
        write_down(p, m->slots[i].value, m->slots[i].error, n->parameter_count);
    write_down(p, m->pass.statistics.value, m->pass.statistics.error, n->statistic_count);
    write_tail(p, m);
}

/* A sum's gradients are exact, and what follows them is handed on as it is. */
static void update(march *m, pen *p) {
    int64_t count = m->step.network.parameter_count;
    const float *from = m->call->data[BRG_TRAIN_SUM];
    widen(m->pass.gradients.value, from, count);
    move(m, 0);
    write_down(p, m->pass.parameters.value, m->pass.parameters.error, count);
    for (int64_t i = 0; i < m->step.slots; i++)
        write_down(p, m->slots[i].value, m->slots[i].error, count);
    for (int64_t i = count; i < brg_step_sum(&m->step); i++) {
        *p->expected++ = (double)from[i];
        *p->bound++ = 0;
    }
}

/* Images do not depend on each other: a batch is as many as fit. */
static void score(march *m, int64_t row0, int64_t row1, pen *p) {
    int32_t last = m->step.network.layer_count;
    for (int64_t row = row0; row < row1; row += m->pass.batch) {
        int64_t rows = row1 - row < m->step.batch ? row1 - row : m->step.batch;
        m->pass.batch = rows;
        load_images(m, row);
        brg_train_forward(&m->pass);
        write_down(p, m->pass.nodes[last].value, m->pass.nodes[last].error,
                   rows * m->step.network.classes);
    }
}

bool brg_train_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                      double *bound) {
    pen p = {expected, bound};
    march *m = begin(call);
    if (!m)
        return false;
    if (m->step.params->mode == BRG_TRAIN_SCORES) {
        score(m, row0, row1, &p);
    } else if (m->step.params->mode == BRG_TRAIN_UPDATE && row1 > row0) {
        update(m, &p);
    } else if (row1 > row0) {
        for (int64_t round = 0; round < m->step.rounds; round++) {
            pass_batch(m, round);
            if (m->step.params->mode == BRG_TRAIN_STEPS)
                move(m, round);
        }
        write_numbers(&p, m);
    }
    end(m);
    return true;
}
