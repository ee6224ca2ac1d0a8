/* The roofline: how fast an op can be on a device at most, given how many operations it makes with
 * each byte that it moves, and how fast it is. See brigade/roof.h for how the roof is measured. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "show.h"
#include "table.h"

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

/* Runs the op that measures one roof. */
static brg_status measure_one(bench *b, brg_roof roof, brg_result *result, brg_error *error) {
    const brg_op *op = brg_roof_op(roof);
    brg_example call = {0};
    brg_status status = BRG_OK;
    if (!brg_engine_op(b->session->engine, op->name))
        status = brg_engine_add_op(b->session->engine, op, error);
    if (status == BRG_OK)
        status = brg_roof_make(roof, b->info, (uint32_t)bench_threads(b), &call, error);
    brg_stage stage = {
        .op = op->name, .params = call.params, .inputs = {call.inputs[0]}, .input_count = 1};
    if (status == BRG_OK)
        status = measure(b, &stage, 1, result, error);
    brg_example_release(&call);
    return status;
}

typedef struct roof {
    double gflops, gbps;
} roof;

static brg_status measure_roof(bench *b, roof *out, brg_error *error) {
    brg_result result = {0};
    brg_status status = measure_one(b, BRG_ROOF_PEAK, &result, error);
    if (status != BRG_OK)
        return status;
    out->gflops = result.cost.flops / result.min.kernel * 1e-6;
    status = measure_one(b, BRG_ROOF_COPY, &result, error);
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
