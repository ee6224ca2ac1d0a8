/* A training step's way through the layers, and its loss. See train.h. */
#include "reference/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double brg_train_gamma(double terms) {
    const double u = 0x1p-24;
    return terms * u / (1 - terms * u);
}

static bool make_field(brg_field *field, int64_t count) {
    size_t room = (size_t)(count > 0 ? count : 1);
    field->value = calloc(room, sizeof(double));
    field->error = calloc(room, sizeof(double));
    return field->value && field->error;
}

static void free_field(brg_field *field) {
    free(field->value);
    free(field->error);
    *field = (brg_field){NULL, NULL};
}

bool brg_train_pass_create(const brg_network *network, int64_t batch, brg_train_pass *pass) {
    memset(pass, 0, sizeof *pass);
    pass->network = network;
    pass->batch = pass->whole = batch;
    pass->training = true;
    bool made = make_field(&pass->parameters, network->parameter_count) &&
                make_field(&pass->statistics, network->statistic_count) &&
                make_field(&pass->gradients, network->parameter_count);
    for (int32_t i = 0; made && i <= network->layer_count; i++) {
        int64_t count = batch * brg_network_node(network, i);
        made = make_field(&pass->nodes[i], count) && make_field(&pass->slopes[i], count);
    }
    for (int32_t i = 0; made && i < network->layer_count; i++)
        if (network->layers[i].kind == BRG_LAYER_NORM)
            made = make_field(&pass->kept[i], 2 * (int64_t)network->layers[i].k);
    if (!made)
        brg_train_pass_release(pass);
    return made;
}

void brg_train_pass_release(brg_train_pass *pass) {
    free_field(&pass->parameters);
    free_field(&pass->statistics);
    free_field(&pass->gradients);
    for (int32_t i = 0; i <= BRG_MAX_LAYERS; i++) {
        free_field(&pass->nodes[i]);
        free_field(&pass->slopes[i]);
    }
    for (int32_t i = 0; i < BRG_MAX_LAYERS; i++)
        free_field(&pass->kept[i]);
}

void brg_train_forward(brg_train_pass *pass) {
    for (int32_t i = 0; i < pass->network->layer_count; i++)
        brg_layer_forward(pass, i);
}

/* ---- the loss: softmax and cross entropy ------------------------------------------------------ */

/* One image's scores. */
typedef struct scores {
    const double *value, *error;
    int32_t count, label, largest;
    double slack; /* the largest of the errors */
} scores;

static scores scores_of(const brg_train_pass *pass, int64_t image, int32_t label) {
    int32_t classes = pass->network->classes;
    brg_field last = pass->nodes[pass->network->layer_count];
    scores s = {last.value + image * classes, last.error + image * classes, classes, label, 0, 0};
    for (int32_t i = 0; i < classes; i++) {
        if (s.value[i] > s.value[s.largest])
            s.largest = i;
        s.slack = fmax(s.slack, s.error[i]);
    }
    return s;
}

/* The exponentials' arguments are off by the scores' errors and by the rounding of the difference,
 * exp itself by 3 units in the last place (OpenCL 1.2, table 7.4), their sum by its terms'. */
static double exponent_error(const scores *s, double range) {
    return expm1(2 * s->slack + brg_train_gamma(1) * range) + brg_train_gamma(8 + s->count);
}

static void note_hit(brg_train_pass *pass, const scores *s) {
    bool contested = false;
    double best = s->value[s->largest];
    for (int32_t i = 0; i < s->count; i++)
        contested |= i != s->largest && s->slack > 0 && best - s->value[i] <= 2 * s->slack;
    pass->correct += s->largest == s->label;
    pass->correct_error += contested;
}

static void loss_of_image(brg_train_pass *pass, int64_t image, const scores *s) {
    double total = 0, range = 0, most = s->value[s->largest], n = (double)pass->whole;
    for (int32_t i = 0; i < s->count; i++) {
        total += exp(s->value[i] - most);
        range = fmax(range, most - s->value[i]);
    }
    double relative = exponent_error(s, range);
    double loss = log(total) - (s->value[s->label] - most);
    pass->loss += loss / n;
    pass->loss_error += (2 * s->slack + relative + brg_train_gamma(12) * (1 + range + loss)) / n;
    brg_field slopes = pass->slopes[pass->network->layer_count];
    for (int32_t i = 0; i < s->count; i++) {
        int64_t e = image * s->count + i;
        double part = exp(s->value[i] - most) / total;
        slopes.value[e] = (part - (i == s->label)) / n;
        slopes.error[e] = (part * relative + brg_train_gamma(4)) / n;
    }
    note_hit(pass, s);
}

void brg_train_backward(brg_train_pass *pass, const int32_t *labels) {
    pass->loss = pass->loss_error = pass->correct = pass->correct_error = 0;
    for (int32_t i = 0; i < pass->network->layer_count; i++) {
        size_t count = (size_t)(pass->batch * brg_network_node(pass->network, i));
        memset(pass->slopes[i].value, 0, count * sizeof(double));
        memset(pass->slopes[i].error, 0, count * sizeof(double));
    }
    for (int64_t i = 0; i < pass->batch; i++) {
        scores s = scores_of(pass, i, labels[i]);
        loss_of_image(pass, i, &s);
    }
    pass->loss_error += brg_train_gamma((double)pass->batch) * (fabs(pass->loss) + 1);
    for (int32_t i = pass->network->layer_count - 1; i >= 0; i--)
        brg_layer_backward(pass, i);
}
