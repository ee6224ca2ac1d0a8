/* oneDNN as a peer: sgemm, and convolutions from plain layout to plain layout.
 *
 * oneDNN is fastest in blocked layouts of its own. Who has plain data pays for the way there and
 * back, so these reorders are timed; those of the weights are not, since they could be kept. A
 * third way computes on the plain layout itself. */
#include <stdlib.h>

#include <dnnl.h>
#include <omp.h>

#include "conv_task.h"
#include "gemm_task.h"

/* ---- sgemm -------------------------------------------------------------------------------------
 */

static bool run_gemm(const gemm_task *g) {
    return dnnl_sgemm(g->ta ? 'T' : 'N', g->tb ? 'T' : 'N', g->m, g->n, g->k, g->alpha, g->a,
                      g->lda, g->b, g->ldb, 0.0f, g->c, g->ldc) == dnnl_success;
}

/* ---- convolution -------------------------------------------------------------------------------
 */

enum { DIRECT, WINOGRAD, PLAIN, CONV_WAYS, MAX_STEPS = 4, MAX_MEMORIES = 8, MAX_ARGS = 4 };

/* One primitive with its arguments, ready to execute. */
typedef struct step {
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t args[MAX_ARGS];
    int arg_count;
} step;

typedef struct conv {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    step steps[MAX_STEPS]; /* run in order */
    int step_count;
    dnnl_memory_t memories[MAX_MEMORIES];
    int memory_count;
} conv;

static void release_conv(conv *c) {
    for (int i = 0; i < c->step_count; i++)
        dnnl_primitive_destroy(c->steps[i].primitive);
    for (int i = 0; i < c->memory_count; i++)
        dnnl_memory_destroy(c->memories[i]);
    dnnl_stream_destroy(c->stream);
    dnnl_engine_destroy(c->engine);
    free(c);
}

static bool run_conv(const conv *c) {
    for (int i = 0; i < c->step_count; i++)
        if (dnnl_primitive_execute(c->steps[i].primitive, c->stream, c->steps[i].arg_count,
                                   c->steps[i].args) != dnnl_success)
            return false;
    return dnnl_stream_wait(c->stream) == dnnl_success;
}

#if DNNL_VERSION_MAJOR == 2

static dnnl_memory_t add_memory(conv *c, const dnnl_memory_desc_t *layout, void *data) {
    dnnl_memory_t memory = NULL;
    if (c->memory_count == MAX_MEMORIES ||
        dnnl_memory_create(&memory, layout, c->engine, data) != dnnl_success)
        return NULL;
    return c->memories[c->memory_count++] = memory;
}

static bool add_reorder(conv *c, const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to,
                        dnnl_memory_t in, dnnl_memory_t out) {
    dnnl_primitive_desc_t desc;
    step *s = &c->steps[c->step_count];
    if (dnnl_reorder_primitive_desc_create(&desc, from, c->engine, to, c->engine, NULL))
        return false;
    bool made = dnnl_primitive_create(&s->primitive, desc) == dnnl_success;
    dnnl_primitive_desc_destroy(desc);
    s->args[0] = (dnnl_exec_arg_t){DNNL_ARG_FROM, in};
    s->args[1] = (dnnl_exec_arg_t){DNNL_ARG_TO, out};
    s->arg_count = 2;
    c->step_count += made;
    return made;
}

/* A tensor of the convolution in the layout of the caller and in that of the primitive. */
typedef struct place {
    int arg;                /* DNNL_ARG_SRC ... */
    dnnl_memory_desc_t own; /* plain */
    dnnl_memory_t memory;   /* where the primitive reads or writes */
    bool is_output, is_weights;
} place;

static void describe(dnnl_memory_desc_t *layout, const brg_shape *shape, int64_t groups, bool any) {
    const int64_t *d = shape->dims;
    if (groups > 1) {
        const dnnl_dims_t dims = {groups, d[0] / groups, d[1], d[2], d[3]};
        dnnl_memory_desc_init_by_tag(layout, 5, dims, dnnl_f32,
                                     any ? dnnl_format_tag_any : dnnl_goihw);
    } else {
        const dnnl_dims_t dims = {d[0], d[1], d[2], d[3]};
        dnnl_memory_desc_init_by_tag(layout, 4, dims, dnnl_f32,
                                     any ? dnnl_format_tag_any : dnnl_nchw);
    }
}

/* The primitive's own layout; a way there from the caller's where the two differ. */
static bool put_in_place(conv *c, dnnl_primitive_desc_t desc, place *at, const conv_tensor *tensor,
                         dnnl_query_t which) {
    const dnnl_memory_desc_t *layout = dnnl_primitive_desc_query_md(desc, which, 0);
    void *data;
    memcpy(&data, &tensor->data, sizeof data); /* oneDNN has no const for what it only reads */
    dnnl_memory_t plain = add_memory(c, &at->own, data);
    if (!plain || dnnl_memory_desc_equal(layout, &at->own)) {
        at->memory = plain;
        return plain != NULL;
    }
    at->memory = add_memory(c, layout, DNNL_MEMORY_ALLOCATE);
    if (!at->memory || at->is_output)
        return at->memory != NULL;
    if (!add_reorder(c, &at->own, layout, plain, at->memory))
        return false;
    if (!at->is_weights)
        return true;
    /* Weights are brought into place now, outside the time. */
    step *s = &c->steps[--c->step_count];
    bool done =
        dnnl_primitive_execute(s->primitive, c->stream, s->arg_count, s->args) == dnnl_success &&
        dnnl_stream_wait(c->stream) == dnnl_success;
    dnnl_primitive_destroy(s->primitive);
    return done;
}

static bool bring_back(conv *c, dnnl_primitive_desc_t desc, const place *at, dnnl_query_t which) {
    const dnnl_memory_desc_t *layout = dnnl_primitive_desc_query_md(desc, which, 0);
    if (dnnl_memory_desc_equal(layout, &at->own))
        return true;
    /* The plain memory of the output was added just before its blocked one. */
    for (int i = 1; i < c->memory_count; i++)
        if (c->memories[i] == at->memory)
            return add_reorder(c, layout, &at->own, at->memory, c->memories[i - 1]);
    return false;
}

typedef struct layouts {
    dnnl_memory_desc_t x, w, y, bias;
    dnnl_dims_t strides, dilates, pads;
} layouts;

static bool describe_forward(const conv_task *v, dnnl_alg_kind_t how, const layouts *l,
                             dnnl_engine_t engine, dnnl_primitive_desc_t *out) {
    dnnl_convolution_desc_t desc;
    dnnl_primitive_attr_t attr;
    dnnl_post_ops_t after;
    if (dnnl_dilated_convolution_forward_desc_init(
            &desc, dnnl_forward_inference, how, &l->x, &l->w, v->bias.data ? &l->bias : NULL, &l->y,
            l->strides, l->dilates, l->pads, l->pads) != dnnl_success ||
        dnnl_primitive_attr_create(&attr) != dnnl_success)
        return false;
    if (v->relu && dnnl_post_ops_create(&after) == dnnl_success) {
        dnnl_post_ops_append_eltwise(after, 1, dnnl_eltwise_relu, 0, 0);
        dnnl_primitive_attr_set_post_ops(attr, after);
        dnnl_post_ops_destroy(after);
    }
    bool made = dnnl_primitive_desc_create(out, &desc, attr, engine, NULL) == dnnl_success;
    dnnl_primitive_attr_destroy(attr);
    return made;
}

/* The gradients want to be shown the forward pass they belong to. */
static bool describe_pass(const conv_task *v, dnnl_alg_kind_t how, const layouts *l,
                          dnnl_engine_t engine, dnnl_primitive_desc_t *out) {
    dnnl_convolution_desc_t desc;
    dnnl_primitive_desc_t forward;
    if (v->pass == CONV_FORWARD)
        return describe_forward(v, how, l, engine, out);
    if (!describe_forward(v, how, l, engine, &forward))
        return false;
    dnnl_status_t status =
        v->pass == CONV_DATA
            ? dnnl_dilated_convolution_backward_data_desc_init(
                  &desc, how, &l->x, &l->w, &l->y, l->strides, l->dilates, l->pads, l->pads)
            : dnnl_dilated_convolution_backward_weights_desc_init(
                  &desc, how, &l->x, &l->w, NULL, &l->y, l->strides, l->dilates, l->pads, l->pads);
    bool made = status == dnnl_success &&
                dnnl_primitive_desc_create(out, &desc, NULL, engine, forward) == dnnl_success;
    dnnl_primitive_desc_destroy(forward);
    return made;
}

/* What each pass calls x, the weights and y. */
static const struct {
    int args[3];
    dnnl_query_t queries[3];
} names[CONV_PASSES] = {{{DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
                         {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md}},
                        {{DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
                         {dnnl_query_diff_src_md, dnnl_query_weights_md, dnnl_query_diff_dst_md}},
                        {{DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST},
                         {dnnl_query_src_md, dnnl_query_diff_weights_md, dnnl_query_diff_dst_md}}};

static bool build(conv *c, const conv_task *v, dnnl_primitive_desc_t desc) {
    const conv_tensor *tensors[3] = {&v->x, &v->w, &v->y};
    const int output = v->pass == CONV_FORWARD ? 2 : v->pass == CONV_DATA ? 0 : 1;
    place places[3];
    dnnl_exec_arg_t args[MAX_ARGS];
    int count = 0;
    for (int i = 0; i < 3; i++) {
        places[i] =
            (place){.arg = names[v->pass].args[i], .is_output = i == output, .is_weights = i == 1};
        describe(&places[i].own, tensors[i]->shape, i == 1 ? v->groups : 1, false);
        if (!put_in_place(c, desc, &places[i], tensors[i], names[v->pass].queries[i]))
            return false;
        args[count++] = (dnnl_exec_arg_t){places[i].arg, places[i].memory};
    }
    if (v->bias.data) {
        const dnnl_memory_desc_t *layout =
            dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 1);
        void *data;
        memcpy(&data, &v->bias.data, sizeof data);
        args[count++] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, add_memory(c, layout, data)};
    }
    step *s = &c->steps[c->step_count];
    if (dnnl_primitive_create(&s->primitive, desc) != dnnl_success)
        return false;
    memcpy(s->args, args, sizeof args);
    s->arg_count = count;
    c->step_count++;
    return bring_back(c, desc, &places[output], names[v->pass].queries[output]);
}

static conv *make_conv(const conv_task *v, int way) {
    layouts l = {.strides = {v->stride[0], v->stride[1]},
                 .dilates = {v->dilation[0] - 1, v->dilation[1] - 1},
                 .pads = {v->padding[0], v->padding[1]}};
    dnnl_primitive_desc_t desc;
    conv *c = calloc(1, sizeof *c);
    if (!c || dnnl_engine_create(&c->engine, dnnl_cpu, 0) != dnnl_success ||
        dnnl_stream_create(&c->stream, c->engine, dnnl_stream_default_flags) != dnnl_success) {
        free(c);
        return NULL;
    }
    describe(&l.x, v->x.shape, 1, way != PLAIN);
    describe(&l.w, v->w.shape, v->groups, v->pass != CONV_WEIGHTS || way != PLAIN);
    describe(&l.y, v->y.shape, 1, way != PLAIN);
    const dnnl_dims_t channels = {v->y.shape->dims[1]};
    dnnl_memory_desc_init_by_tag(&l.bias, 1, channels, dnnl_f32, dnnl_x);
    dnnl_alg_kind_t how = way == WINOGRAD ? dnnl_convolution_winograd : dnnl_convolution_direct;
    bool known = describe_pass(v, how, &l, c->engine, &desc);
    bool built = known && build(c, v, desc);
    if (known)
        dnnl_primitive_desc_destroy(desc);
    if (built)
        return c;
    release_conv(c);
    return NULL;
}

#else

static conv *make_conv(const conv_task *v, int way) {
    (void)v, (void)way;
    return NULL;
}

#endif

/* ---- the plug-in -------------------------------------------------------------------------------
 */

typedef struct work {
    gemm_task g;
    conv *c; /* NULL: gemm */
} work;

static const char *way(const cli_peer_task *task, int32_t index) {
    static const char *const ways[CONV_WAYS] = {"direct, reordered", "winograd, reordered",
                                                "direct, plain layout"};
    conv_pass pass;
    if (conv_task_pass(task->op, &pass))
        return index < CONV_WAYS && DNNL_VERSION_MAJOR == 2 ? ways[index] : NULL;
    return index == 0 && strcmp(task->op, "gemm") == 0 ? "" : NULL;
}

static void *prepare(const cli_peer_task *task, int32_t index, cli_peer_terms *terms) {
    conv_pass pass;
    conv_task v;
    work w = {0};
    omp_set_num_threads(task->threads);
    if (!conv_task_pass(task->op, &pass)) {
        if (!gemm_task_read(task, &w.g, terms))
            return NULL;
    } else if (!conv_task_read(task, &v, terms)) {
        return NULL;
    } else if ((w.c = make_conv(&v, index)) == NULL) {
        snprintf(terms->note, sizeof terms->note, "has no such way for this layer");
        return NULL;
    }
    if (w.c && index == WINOGRAD) {
        terms->factor = 100;
        snprintf(terms->note, sizeof terms->note,
                 "winograd adds up other and larger terms: allowed 100 times the bound");
    }
    work *made = malloc(sizeof *made);
    if (made)
        *made = w;
    return made;
}

static double run(void *state, int32_t calls) {
    const work *w = state;
    double began = cli_peer_seconds();
    for (int32_t i = 0; i < calls; i++)
        if (!(w->c ? run_conv(w->c) : run_gemm(&w->g)))
            return -1;
    return cli_peer_seconds() - began;
}

static void release(void *state) {
    work *w = state;
    if (w->c)
        release_conv(w->c);
    free(w);
}

const cli_peer_plugin *brigade_peer(char why[CLI_PEER_TEXT]) {
    static char version[32];
    static const cli_peer_plugin plugin = {.abi = CLI_PEER_ABI,
                                           .name = "onednn",
                                           .version = version,
                                           .way = way,
                                           .prepare = prepare,
                                           .run = run,
                                           .release = release};
    (void)why;
    const dnnl_version_t *is = dnnl_version();
    snprintf(version, sizeof version, "%d.%d.%d", is->major, is->minor, is->patch);
    return &plugin;
}
