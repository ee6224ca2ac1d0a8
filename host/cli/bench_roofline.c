/* The roofline (Williams, Waterman and Patterson, Communications of the ACM 52, 2009): how fast an
 * op can be on a device at most, given how many operations it makes with each byte that it moves,
 * and how fast it is.
 *
 * The roof is measured like everything else, by two ops of this file: "peak" does nothing but
 * multiply and add in registers, "copy" nothing but move memory. An op whose data stay in a cache
 * may rise above it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "show.h"
#include "table.h"

static const char source[] =
    "#ifndef VECTOR\n"
    "#define VECTOR float\n"
    "#endif\n"
    "#ifdef WIDE\n"
    "#define SUM(a) lanes(a)\n"
    "float lanes(float16 a) {\n"
    "    float8 b = a.lo + a.hi;\n"
    "    float4 c = b.lo + b.hi;\n"
    "    return (c.x + c.y) + (c.z + c.w);\n"
    "}\n"
    "#else\n"
    "#define SUM(a) (a)\n"
    "#endif\n"
    "/* 12 sums hide the latency of a multiply-add; 1 times 0.5 plus 0.5 stays 1. */\n"
    "kernel void peak(global const float *factors, global float *out, int rounds) {\n"
    "    const VECTOR x = factors[0], y = factors[1];\n"
    "    VECTOR a = 1, b = 1, c = 1, d = 1, e = 1, f = 1, g = 1, h = 1, i = 1, j = 1, k = 1, l = "
    "1;\n"
    "    for (int r = 0; r < rounds; r++) {\n"
    "        a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y);\n"
    "        e = fma(e, x, y); f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y);\n"
    "        i = fma(i, x, y); j = fma(j, x, y); k = fma(k, x, y); l = fma(l, x, y);\n"
    "    }\n"
    "    out[get_global_id(0)] = SUM(a + b + c + d + e + f + g + h + i + j + k + l);\n"
    "}\n"
    "kernel void copy(int n, global const float16 *from, global float16 *to, int run) {\n"
    "    const int first = get_group_id(0) * run + get_local_id(0);\n"
    "    for (int i = first; i < min((int)(get_group_id(0) + 1) * run, n); i += "
    "get_local_size(0))\n"
    "        to[i] = from[i];\n"
    "}\n";

enum { SUMS = 12, ROUNDS = 20000, COPIED = 1 << 24, RUN = 4096 };

/* ---- the op "peak" --------------------------------------------------------------------------- */

static bool is_cpu(const brg_device_info *device) {
    return device->kind == BRG_DEVICE_CPU;
}

static int64_t lanes_of(const brg_device_info *device) {
    return is_cpu(device) ? 16 : 1;
}

/* The parameters of "peak". */
typedef struct peak_params {
    int64_t items, lanes;
} peak_params;

static brg_status peak_check(const brg_call *call, brg_shape *output, brg_error *error) {
    (void)error;
    *output = brg_shape_1d(BRG_F32, ((const peak_params *)call->params)->items);
    return BRG_OK;
}

static void peak_cost(const brg_call *call, brg_cost *cost) {
    const peak_params *p = call->params;
    *cost = (brg_cost){2.0 * SUMS * ROUNDS * (double)(p->items * p->lanes), 4.0 * (double)p->items};
}

static int32_t no_dims(const brg_call *call, brg_dim dims[BRG_MAX_DIMS]) {
    (void)call, (void)dims;
    return 0;
}

static brg_status peak_plan(const brg_call *call, const char *variant,
                            const brg_device_info *device, brg_plan *plan, brg_error *error) {
    (void)variant, (void)error;
    brg_launch *launch = brg_plan_add(plan, "roofline", "peak");
    launch->source = source;
    strcpy(plan->variant, "only");
    if (is_cpu(device))
        brg_launch_option(launch, "-DWIDE -DVECTOR=float16");
    brg_launch_range(launch, 0, call->output.dims[0], is_cpu(device) ? 1 : 64);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, ROUNDS);
    return BRG_OK;
}

static void peak_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    for (int64_t i = row0; i < row1; i++)
        ((float *)output)[i] = (float)(SUMS * ((const peak_params *)call->params)->lanes);
}

static void peak_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                        double *bound) {
    for (int64_t i = 0; i < row1 - row0; i++) {
        expected[i] = (double)(SUMS * ((const peak_params *)call->params)->lanes);
        bound[i] = 0;
    }
}

static const brg_op peak_op = {.name = "peak",
                               .summary = "multiply-adds in registers",
                               .params_size = sizeof(peak_params),
                               .min_inputs = 1,
                               .max_inputs = 1,
                               .check = peak_check,
                               .cost = peak_cost,
                               .dims = no_dims,
                               .plan = peak_plan,
                               .sequential = peak_sequential,
                               .oracle = peak_oracle};

/* ---- the op "copy" --------------------------------------------------------------------------- */

static brg_status copy_check(const brg_call *call, brg_shape *output, brg_error *error) {
    (void)error;
    *output = call->inputs[0];
    return BRG_OK;
}

static void copy_cost(const brg_call *call, brg_cost *cost) {
    *cost = (brg_cost){0, 8.0 * (double)call->output.dims[0]};
}

static brg_status copy_plan(const brg_call *call, const char *variant,
                            const brg_device_info *device, brg_plan *plan, brg_error *error) {
    (void)variant, (void)error;
    int64_t vectors = call->output.dims[0] / 16;
    size_t group = is_cpu(device) ? 1 : 64;
    brg_launch *launch = brg_plan_add(plan, "roofline", "copy");
    launch->source = source;
    strcpy(plan->variant, "only");
    brg_launch_range(launch, 0, (vectors + RUN - 1) / RUN * (int64_t)group, group);
    brg_arg_i32(launch, vectors);
    brg_arg_buffer(launch, BRG_BUFFER_INPUT(0));
    brg_arg_buffer(launch, BRG_BUFFER_OUTPUT);
    brg_arg_i32(launch, RUN);
    return BRG_OK;
}

static void copy_sequential(const brg_call *call, int64_t row0, int64_t row1, void *output) {
    const float *from = call->data[0];
    memcpy((float *)output + row0, from + row0, (size_t)(row1 - row0) * sizeof(float));
}

static void copy_oracle(const brg_call *call, int64_t row0, int64_t row1, double *expected,
                        double *bound) {
    const float *from = call->data[0];
    for (int64_t i = row0; i < row1; i++) {
        expected[i - row0] = from[i];
        bound[i - row0] = 0;
    }
}

static const brg_op copy_op = {.name = "copy",
                               .summary = "moves memory",
                               .min_inputs = 1,
                               .max_inputs = 1,
                               .check = copy_check,
                               .cost = copy_cost,
                               .dims = no_dims,
                               .plan = copy_plan,
                               .sequential = copy_sequential,
                               .oracle = copy_oracle};

/* ---- measuring ------------------------------------------------------------------------------- */

/* Runs stages, verified first, and gives the result without its output. */
static brg_status measure(bench *b, const brg_stage *stages, int32_t count, brg_result *result,
                          brg_error *error) {
    brg_job_desc desc = {.stages = stages,
                         .stage_count = count,
                         .device = b->device,
                         .seed = (uint64_t)b->settings->common.seed,
                         .repeats = 50,
                         .repeat_budget_ms = b->settings->time_ms};
    brg_status status = cli_session_run(b->session, &desc, result, error);
    if (status != BRG_OK)
        return status;
    brg_tensor_release(result->output);
    result->output = NULL;
    if (result->verdict.outcome == BRG_MISMATCH)
        b->code = CLI_WRONG;
    return BRG_OK;
}

static brg_status measure_own(bench *b, const brg_op *op, const void *params,
                              const brg_shape *shape, brg_result *result, brg_error *error) {
    brg_tensor *input = NULL;
    brg_status status = BRG_OK;
    if (!brg_engine_op(b->session->engine, op->name))
        status = brg_engine_add_op(b->session->engine, op, error);
    if (status == BRG_OK)
        status = brg_tensor_create_uniform(shape, 1, 0.5f, 0.5f, &input, error);
    brg_stage stage = {.op = op->name, .params = params, .inputs = {input}, .input_count = 1};
    if (status == BRG_OK)
        status = measure(b, &stage, 1, result, error);
    brg_tensor_release(input);
    return status;
}

typedef struct roof {
    double gflops, gbps;
} roof;

static brg_status measure_roof(bench *b, roof *out, brg_error *error) {
    int64_t units = bench_threads(b);
    peak_params params = {.items = is_cpu(b->info) ? units * 8 : units * 4096,
                          .lanes = lanes_of(b->info)};
    const brg_shape factors = brg_shape_1d(BRG_F32, 2), run = brg_shape_1d(BRG_F32, COPIED);
    brg_result result = {0};
    brg_status status = measure_own(b, &peak_op, &params, &factors, &result, error);
    if (status != BRG_OK)
        return status;
    out->gflops = result.cost.flops / result.min.kernel * 1e-6;
    status = measure_own(b, &copy_op, NULL, &run, &result, error);
    if (status == BRG_OK)
        out->gbps = result.cost.bytes / result.min.kernel * 1e-6;
    return status;
}

/* ---- points ---------------------------------------------------------------------------------- */

enum { MOST_POINTS = 26, ROWS = 17, WIDTH = 66, LEFT = 8 };

typedef struct spot {
    char text[CLI_WORDS + BRG_OP_NAME];
    char variant[BRG_OP_NAME];
    double intensity, gflops, ms; /* flops a byte, of the median kernel */
} spot;

typedef struct picture {
    roof roof;
    spot spots[MOST_POINTS];
    int32_t count;
} picture;

static brg_status add_spot(bench *b, const bench_case *at, picture *p, brg_error *error) {
    cli_workload *workload = calloc(1, sizeof *workload);
    brg_result result = {0};
    if (!workload)
        return brg_fail(error, BRG_E_MEMORY, "no memory for a case");
    brg_status status = bench_case_make(at, workload, (uint64_t)b->settings->common.seed,
                                        cli_session_memory(b->session), error);
    if (status == BRG_OK)
        status = measure(b, workload->stages, workload->stage_count, &result, error);
    cli_workload_release(workload);
    free(workload);
    if (status == BRG_OK && result.cost.flops > 0 && p->count < MOST_POINTS) {
        spot *s = &p->spots[p->count++];
        snprintf(s->text, sizeof s->text, "%s %s", at->op->name, at->words);
        memcpy(s->variant, result.variant[0], sizeof s->variant);
        s->intensity = result.cost.flops / fmax(result.cost.bytes, 1);
        s->ms = result.median.kernel;
        s->gflops = result.cost.flops / result.median.kernel * 1e-6;
    }
    return status == BRG_E_UNSUPPORTED ? BRG_OK : status;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static double reach(const roof *r, double intensity) {
    return fmin(r->gflops, r->gbps * intensity);
}

/* A frame of ROWS x WIDTH characters; both axes are logarithmic. */
typedef struct frame {
    char cells[ROWS][WIDTH + 1];
    double x_lo, x_hi, y_lo, y_hi;
} frame;

static int column_of(const frame *f, double x) {
    return (int)lround((log2(x) - f->x_lo) / (f->x_hi - f->x_lo) * (WIDTH - 1));
}

static int row_of(const frame *f, double y) {
    return (int)lround((f->y_hi - log2(y)) / (f->y_hi - f->y_lo) * (ROWS - 1));
}

static void put(frame *f, int row, int column, char mark) {
    if (row >= 0 && row < ROWS && column >= 0 && column < WIDTH)
        f->cells[row][column] = mark;
}

static void set_limits(frame *f, const picture *p) {
    f->x_lo = floor(log2(p->roof.gflops / p->roof.gbps)) - 2;
    f->x_hi = f->x_lo + 4;
    f->y_hi = ceil(log2(p->roof.gflops) + 0.3);
    f->y_lo = f->y_hi - 6;
    for (int32_t i = 0; i < p->count; i++) {
        f->x_lo = fmin(f->x_lo, floor(log2(p->spots[i].intensity)) - 1);
        f->x_hi = fmax(f->x_hi, ceil(log2(p->spots[i].intensity)) + 1);
        f->y_lo = fmin(f->y_lo, floor(log2(p->spots[i].gflops)) - 1);
        f->y_hi = fmax(f->y_hi, ceil(log2(p->spots[i].gflops)) + 0.3);
    }
}

static void draw(frame *f, const picture *p) {
    memset(f->cells, ' ', sizeof f->cells);
    for (int c = 0; c < WIDTH; c++) {
        double x = exp2(f->x_lo + (f->x_hi - f->x_lo) * c / (WIDTH - 1));
        bool flat = p->roof.gbps * x >= p->roof.gflops;
        put(f, row_of(f, reach(&p->roof, x)), c, flat ? '-' : '/');
    }
    for (int32_t i = 0; i < p->count; i++)
        put(f, row_of(f, p->spots[i].gflops), column_of(f, p->spots[i].intensity), (char)('a' + i));
    for (int r = 0; r < ROWS; r++)
        f->cells[r][WIDTH] = 0;
}

static void print_frame(const frame *f) {
    char figure[32], scale[LEFT + WIDTH + 16];
    puts("GFLOP/s");
    for (int r = 0; r < ROWS; r++) {
        double y = exp2(f->y_hi - (f->y_hi - f->y_lo) * r / (ROWS - 1));
        printf("%*s |%s\n", LEFT - 2, r % 4 ? "" : cli_figure_text(y, figure, sizeof figure),
               f->cells[r]);
    }
    printf("%*s +", LEFT - 2, "");
    for (int c = 0; c < WIDTH; c++)
        putchar('-');
    memset(scale, ' ', sizeof scale);
    for (double x = f->x_lo; x <= f->x_hi; x += f->x_hi - f->x_lo > 8 ? 2 : 1) {
        int length = snprintf(figure, sizeof figure, x < 0 ? "1/%.0f" : "%.0f", exp2(fabs(x)));
        int at = LEFT + column_of(f, exp2(x)) - length / 2;
        if (at + length < CLI_WIDTH)
            memcpy(scale + at, figure, (size_t)length);
    }
    scale[CLI_WIDTH - 1] = 0;
    printf("\n%s\n%*s\n\n", scale, CLI_WIDTH - 1, "flops for each byte that must be moved");
}

static void print_table(const picture *p) {
    static const cli_column columns[] = {{"", 1, false},        {"call", 34, false},
                                         {"variant", 9, false}, {"flop/B", 6, true},
                                         {"GFLOP/s", 7, true},  {"of roof", 7, true}};
    cli_table_head(stdout, columns, 6);
    for (int32_t i = 0; i < p->count; i++) {
        const spot *s = &p->spots[i];
        char cells[6][CLI_CELL];
        snprintf(cells[0], CLI_CELL, "%c", 'a' + (int)i);
        snprintf(cells[1], CLI_CELL, "%s", s->text);
        snprintf(cells[2], CLI_CELL, "%s", s->variant);
        cli_figure_text(s->intensity, cells[3], CLI_CELL);
        cli_figure_text(s->gflops, cells[4], CLI_CELL);
        snprintf(cells[5], CLI_CELL, "%.0f %%", 100 * s->gflops / reach(&p->roof, s->intensity));
        cli_table_row(stdout, columns, 6, cells);
    }
}

static void print_picture(const picture *p) {
    frame f;
    set_limits(&f, p);
    draw(&f, p);
    print_frame(&f);
    printf("roof: %.0f GFLOP/s of multiply-adds, %.1f GB/s of copying, both measured\n\n",
           p->roof.gflops, p->roof.gbps);
    print_table(p);
}

static void report_picture(const picture *p, brg_report *report) {
    brg_report_number(report, false, "peak_gflops", p->roof.gflops);
    brg_report_number(report, false, "copy_gbps", p->roof.gbps);
}

/* The last of the cases of an op is its largest. */
static bool is_last(const bench_cases *cases, int32_t i) {
    return i + 1 == cases->count || cases->rows[i + 1].op != cases->rows[i].op;
}

brg_status bench_roofline(bench *b, const bench_cases *cases, brg_error *error) {
    picture *p = calloc(1, sizeof *p);
    if (!p)
        return brg_fail(error, BRG_E_MEMORY, "no memory for the roofline");
    brg_status status = measure_roof(b, &p->roof, error);
    for (int32_t i = 0; status == BRG_OK && i < cases->count; i++)
        if (is_last(cases, i))
            status = add_spot(b, &cases->rows[i], p, error);
    if (status == BRG_OK && b->session->report)
        report_picture(p, b->session->report);
    else if (status == BRG_OK)
        print_picture(p);
    free(p);
    return status;
}
