/* Convolutions: the plan of the gradient with respect to the filters, direct. */
#include "ops/conv2d_nchw.h"

enum { LANES = 16, MOST_SUMS = 28, FEWEST_ITEMS = 8, MOST_PARTS = 64 };

/* How the sums are shared out. */
typedef struct cut {
    int64_t rows;                             /* of outputs, taken at a time */
    int64_t portion;                          /* channels of a work-item */
    int64_t sum_channels, sum_rows, sum_taps; /* in registers */
    int64_t parts;                            /* of the batch */
} cut;

static int64_t divide_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

static int64_t largest_divisor(int64_t of, int64_t most) {
    int64_t best = 1;
    for (int64_t d = 1; d <= most && d <= of; d++)
        best = of % d == 0 ? d : best;
    return best;
}

/* Of a row of the band. */
static int64_t pitch_of(const brg_conv *v) {
    return (v->ow - 1) * v->sw + (v->kw - 1) * v->dw + 1;
}

static int64_t local_bytes(const brg_conv *v, const cut *c) {
    int64_t rows = (c->rows - 1) * v->sh + (v->kh - 1) * v->dh + 1;
    int64_t vectors = c->rows * v->ow + LANES + c->portion * v->kh * v->kw;
    return (c->portion * rows * pitch_of(v) + vectors * LANES) * (int64_t)sizeof(float);
}

/* As many taps as there are registers, then as many channels as waste the least. */
static void choose_sums(const brg_conv *v, cut *c) {
    c->sum_taps = largest_divisor(v->kw, MOST_SUMS);
    c->sum_rows = c->sum_taps == v->kw ? largest_divisor(v->kh, MOST_SUMS / c->sum_taps) : 1;
    int64_t taps = c->sum_taps * c->sum_rows, least = INT64_MAX;
    for (int64_t channels = 1; channels <= c->portion && channels * taps <= MOST_SUMS; channels++) {
        int64_t work = divide_up(c->portion, channels) * (channels * taps + 3);
        c->sum_channels = work < least ? channels : c->sum_channels;
        least = work < least ? work : least;
    }
}

static int64_t items(const brg_conv *v, const cut *c) {
    return v->groups * divide_up(v->kg, LANES) * divide_up(v->cg, c->portion);
}

/* Fewer rows until local memory holds them, then fewer channels; parts of the batch until there is
 * work for all, and none of it takes long. */
static bool cut_for(const brg_conv *v, const brg_device_info *device, const brg_plan *plan,
                    cut *out) {
    int64_t room = (int64_t)plan->tuned[BRG_CONV_TUNED_ROOM] * 1024;
    int64_t limit = (int64_t)device->local_memory - 1024;
    room = room < limit ? room : limit;
    cut c = {.rows = v->oh, .portion = v->cg};
    while (c.rows > 4 && local_bytes(v, &c) > room)
        c.rows = divide_up(c.rows, 2);
    while (c.portion > 1 && local_bytes(v, &c) > room)
        c.portion = divide_up(c.portion, 2);
    while (c.rows > 1 && local_bytes(v, &c) > room)
        c.rows = divide_up(c.rows, 2);
    while (c.portion > 1 && items(v, &c) * v->n < FEWEST_ITEMS)
        c.portion = divide_up(c.portion, 2);
    choose_sums(v, &c);
    double work = (double)v->n * (double)(v->oh * v->ow) * (double)(c.portion * v->kh * v->kw);
    double parts = work / 2e7;
    c.parts = divide_up(FEWEST_ITEMS, items(v, &c));
    c.parts = (double)c.parts < parts ? (int64_t)parts + 1 : c.parts;
    c.parts = c.parts > v->n ? v->n : c.parts > MOST_PARTS ? MOST_PARTS : c.parts;
    *out = c;
    return local_bytes(v, &c) <= room && !brg_counts_rounds(device);
}

bool brg_conv_fits_weights(const brg_conv *v, const brg_device_info *device, const brg_plan *plan) {
    cut c;
    return cut_for(v, device, plan, &c);
}

static void plan_add(const brg_conv *v, int64_t parts, int32_t from, brg_plan *plan) {
    const int64_t count = v->k * v->cg * v->kh * v->kw;
    brg_launch *launch = brg_plan_add(plan, "conv2d_nchw_weights", "weights_3_add");
    brg_launch_range(launch, 0, divide_up(count, LANES), 1);
    launch->share = (double)(count * parts) / LANES;
    brg_arg_buffer(launch, from);
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, count);
    brg_arg_i32(launch, parts);
    brg_arg_first(launch);
}

brg_status brg_conv_plan_weights(const brg_conv *v, const brg_device_info *device, brg_plan *plan,
                                 brg_error *error) {
    cut c;
    if (!cut_for(v, device, plan, &c))
        return brg_conv_unsupported(
            "direct", "needs more local memory, or longer loops, than this device has", error);
    const size_t bytes = (size_t)(v->k * v->cg * v->kh * v->kw) * sizeof(float);
    const int32_t to =
        c.parts > 1 ? brg_plan_scratch(plan, (size_t)c.parts * bytes) : BRG_BUFFER_OUTPUT;
    brg_launch *launch = brg_plan_add(plan, "conv2d_nchw_weights", "weights_3_direct");
    brg_conv_add_geometry(launch, v);
    brg_launch_option(launch, "-DROWS=%d -DPORTION=%d", (int)c.rows, (int)c.portion);
    brg_launch_option(launch, "-DSUM_CHANNELS=%d -DSUM_ROWS=%d -DSUM_TAPS=%d", (int)c.sum_channels,
                      (int)c.sum_rows, (int)c.sum_taps);
    brg_launch_range(launch, 0, c.parts, 1);
    brg_launch_range(launch, 1, items(v, &c), 1);
    launch->share = (double)v->n * (double)(v->oh * v->ow) * (double)v->k / LANES *
                    (double)(v->cg * v->kh * v->kw);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(1));
    brg_arg_buffer(launch, to);
    brg_arg_i32(launch, v->n);
    brg_arg_i32(launch, c.parts);
    brg_arg_i32(launch, pitch_of(v));
    brg_arg_i32(launch, v->sw);
    brg_arg_first(launch);
    if (c.parts > 1)
        plan_add(v, c.parts, to, plan);
    return BRG_OK;
}
