/* What the plug-ins need to know of a call of conv2d_forward, conv2d_backward_data or
 * conv2d_backward_weights: x {n, c, h, w}, weights {k, c / groups, kh, kw}, y {n, k, oh, ow}. */
#ifndef BENCH_PEERS_CONV_TASK_H
#define BENCH_PEERS_CONV_TASK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "brigade/ops.h"
#include "peer_plugin.h"

typedef enum conv_pass { CONV_FORWARD, CONV_DATA, CONV_WEIGHTS, CONV_PASSES } conv_pass;

/* A tensor of the convolution: an input of the call, or its output. */
typedef struct conv_tensor {
    const brg_shape *shape;
    const float *data;
} conv_tensor;

typedef struct conv_task {
    conv_pass pass;
    conv_tensor x, w, y, bias; /* bias.data NULL: none */
    int64_t stride[2], padding[2], dilation[2], groups;
    bool relu;
} conv_task;

static inline bool conv_task_pass(const char *op, conv_pass *pass) {
    static const char *const names[CONV_PASSES] = {"conv2d_forward", "conv2d_backward_data",
                                                   "conv2d_backward_weights"};
    for (int i = 0; i < CONV_PASSES; i++)
        if (strcmp(op, names[i]) == 0) {
            *pass = (conv_pass)i;
            return true;
        }
    return false;
}

static inline conv_tensor conv_task_input(const cli_peer_task *task, int32_t index) {
    return (conv_tensor){&task->call->inputs[index], (const float *)task->call->data[index]};
}

/* False, with the reason in the terms, for another op or type. */
static inline bool conv_task_read(const cli_peer_task *task, conv_task *v, cli_peer_terms *terms) {
    const brg_call *call = task->call;
    const brg_conv_params *p = (const brg_conv_params *)call->params;
    *v = (conv_task){.groups = p->groups ? p->groups : 1, .relu = p->relu};
    if (!conv_task_pass(task->op, &v->pass) || call->output.dtype != BRG_F32) {
        snprintf(terms->note, sizeof terms->note, "knows convolutions of f32 only");
        return false;
    }
    conv_tensor out = {&call->output, (const float *)task->output};
    conv_tensor first = conv_task_input(task, 0), second = conv_task_input(task, 1);
    v->x = v->pass == CONV_FORWARD ? first : v->pass == CONV_DATA ? out : second;
    v->w = v->pass == CONV_WEIGHTS ? out : second;
    v->y = v->pass == CONV_FORWARD ? out : first;
    if (v->pass == CONV_FORWARD && call->input_count > 2)
        v->bias = conv_task_input(task, 2);
    v->stride[0] = p->stride_h ? p->stride_h : 1;
    v->stride[1] = p->stride_w ? p->stride_w : 1;
    v->padding[0] = p->padding_h;
    v->padding[1] = p->padding_w;
    v->dilation[0] = p->dilation_h ? p->dilation_h : 1;
    v->dilation[1] = p->dilation_w ? p->dilation_w : 1;
    return true;
}

#endif
