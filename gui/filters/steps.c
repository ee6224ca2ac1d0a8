/* Steps: the table, and chains made of it. See steps.h. */
#include "filters/steps.h"

#include <math.h>
#include <string.h>

enum { TO_SCREEN = -1 };

static const char *const to_screen = "resize";

/* ---- the table ------------------------------------------------------------------------------- */

static void fill_grey(const float *values, const brg_shape *image, void *params) {
    (void)values;
    (void)image;
    (void)params;
}

static void fill_blur(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_blur_params *)params = (brg_blur_params){.sigma = values[0]};
}

static void fill_box(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_box_params *)params = (brg_box_params){.radius = (int32_t)lroundf(values[0])};
}

/* The library knows two sizes. */
static void fill_median(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_median_params *)params = (brg_median_params){.size = values[0] < 4 ? 3 : 5};
}

static void fill_sharpen(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_sharpen_params *)params = (brg_sharpen_params){.amount = values[0], .sigma = values[1]};
}

static void fill_brightness(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_brightness_params *)params = (brg_brightness_params){.amount = values[0]};
}

static void fill_contrast(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_contrast_params *)params = (brg_contrast_params){.factor = values[0]};
}

static void fill_gamma(const float *values, const brg_shape *image, void *params) {
    (void)image;
    *(brg_lut_params *)params = (brg_lut_params){.kind = BRG_LUT_GAMMA, .value = values[0]};
}

static void fill_edge(const float *values, const brg_shape *image, void *params) {
    (void)values;
    (void)image;
    *(brg_edge_params *)params = (brg_edge_params){.border = BRG_BORDER_CLAMP};
}

static int64_t scaled(int64_t side, float percent) {
    int64_t to = llroundf((float)side * percent / 100.0f);
    return to < 1 ? 1 : to > 65535 ? 65535 : to;
}

static void fill_resize(const float *values, const brg_shape *image, void *params) {
    *(brg_resize_params *)params =
        (brg_resize_params){.width = scaled(image->dims[1], values[0]),
                            .height = scaled(image->dims[0], values[0]),
                            .mode = values[0] < 100 ? BRG_RESIZE_AREA : BRG_RESIZE_BICUBIC};
}

#define IDS(id) .toggle = "step_" id, .earlier = "earlier_" id, .later = "later_" id

/* What the library chooses on a CPU for small radii is built anew for each: a hand on the slider would
 * wait for the compiler. This one is built once, and takes about a fifth longer at 4K. */
#define ONE_BUILD "strips"

static const brg_step table[BRG_STEPS] = {
    {.op = "median",
     .name = "Median",
     .tip = "The middle one of the values about a pixel: removes specks.",
     IDS("median"),
     .sliders = {{"side, pixels", "median_side", "%.0f", 3, 5, 3, true, false}},
     .fill = fill_median},
    {.op = "blur",
     .name = "Blur",
     .tip = "Gaussian: the mean of what is near, weighted by distance.",
     .on_cpu = ONE_BUILD,
     IDS("blur"),
     .sliders = {{"sigma, pixels", "blur_sigma", "%.1f", 0.3f, 20, 4, false, true}},
     .fill = fill_blur},
    {.op = "box",
     .name = "Box",
     .tip = "The plain mean over a square.",
     IDS("box"),
     .sliders = {{"radius, pixels", "box_radius", "%.0f", 1, 40, 6, true, true}},
     .fill = fill_box},
    {.op = "sharpen",
     .name = "Sharpen",
     .tip = "Adds what a blur would take away.",
     .on_cpu = ONE_BUILD,
     IDS("sharpen"),
     .sliders = {{"amount", "sharpen_amount", "%.2f", 0, 5, 1.5f, false, false},
                 {"sigma, pixels", "sharpen_sigma", "%.1f", 0.3f, 10, 1.5f, false, true}},
     .fill = fill_sharpen},
    {.op = "brightness",
     .name = "Brightness",
     .tip = "Adds the same to every pixel.",
     IDS("brightness"),
     .sliders = {{"amount, of full range", "brightness_amount", "%+.2f", -1, 1, 0.15f, false,
                  false}},
     .fill = fill_brightness},
    {.op = "contrast",
     .name = "Contrast",
     .tip = "Stretches values away from middle grey.",
     IDS("contrast"),
     .sliders = {{"factor", "contrast_factor", "%.2f", 0, 4, 1.4f, false, false}},
     .fill = fill_contrast},
    {.op = "lut",
     .name = "Gamma",
     .tip = "Looks every value up on a curve: in to the power of gamma.",
     IDS("gamma"),
     .sliders = {{"gamma", "gamma_value", "%.2f", 0.2f, 5, 0.7f, false, true}},
     .fill = fill_gamma},
    {.op = "edge",
     .name = "Edges",
     .tip = "How steep the picture is: the size of Sobel's gradient.",
     IDS("edge"),
     .fill = fill_edge},
    {.op = "grey",
     .name = "Grey",
     .tip = "Red, green and blue become one: 0.299 r + 0.587 g + 0.114 b.",
     IDS("grey"),
     .fill = fill_grey},
    {.op = "resize",
     .name = "Resize",
     .tip = "Fewer or more pixels: means when it shrinks, bicubic when it grows.",
     IDS("resize"),
     .sliders = {{"size, per cent", "resize_percent", "%.0f", 5, 200, 50, true, true}},
     .fill = fill_resize},
};

const brg_step *brg_step_at(int index) {
    return &table[index];
}

/* ---- what the user chose --------------------------------------------------------------------- */

void brg_steps_init(brg_steps *steps) {
    memset(steps, 0, sizeof *steps);
    for (int i = 0; i < BRG_STEPS; i++) {
        steps->order[i] = i;
        for (int s = 0; s < BRG_STEP_SLIDERS; s++)
            steps->values[i][s] = table[i].sliders[s].initial;
    }
}

int brg_steps_move(brg_steps *steps, int place, int by) {
    int to = place + by;
    if (place < 0 || place >= BRG_STEPS || to < 0 || to >= BRG_STEPS)
        return place;
    int moved = steps->order[place];
    steps->order[place] = steps->order[to];
    steps->order[to] = moved;
    return to;
}

/* ---- recipes --------------------------------------------------------------------------------- */

static const char *op_of(int32_t step) {
    return step == TO_SCREEN ? to_screen : table[step].op;
}

/* Adds the stage whose params are filled in already; its output becomes the recipe's. */
static brg_status add_stage(brg_recipe *recipe, int32_t step, brg_error *error) {
    const brg_op *op = brg_op_find(op_of(step));
    if (!op)
        return brg_fail(error, BRG_E_NOT_FOUND, "This library has no filter \"%s\".", op_of(step));
    brg_call call = {
        .params = recipe->params[recipe->count], .input_count = 1, .inputs = {recipe->output}};
    brg_shape output;
    brg_status status = op->check(&call, &output, error);
    if (status != BRG_OK)
        return status;
    recipe->output = output;
    recipe->steps[recipe->count++] = step;
    return BRG_OK;
}

static brg_status shrink(brg_recipe *recipe, int64_t w, int64_t h, brg_error *error) {
    if (recipe->output.dims[1] <= w && recipe->output.dims[0] <= h)
        return BRG_OK;
    *(brg_resize_params *)recipe->params[recipe->count] =
        (brg_resize_params){.width = w, .height = h, .mode = BRG_RESIZE_AREA};
    return add_stage(recipe, TO_SCREEN, error);
}

brg_status brg_recipe_make(const brg_steps *steps, const brg_shape *image, int64_t w, int64_t h,
                           brg_recipe *recipe, brg_error *error) {
    memset(recipe, 0, sizeof *recipe);
    recipe->output = *image;
    for (int place = 0; place < BRG_STEPS; place++) {
        int step = steps->order[place];
        if (!steps->on[step])
            continue;
        table[step].fill(steps->values[step], &recipe->output, recipe->params[recipe->count]);
        brg_status status = add_stage(recipe, step, error);
        if (status != BRG_OK)
            return status;
    }
    return shrink(recipe, w, h, error);
}

bool brg_recipe_equal(const brg_recipe *a, const brg_recipe *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static const char *variant_of(int32_t step, bool on_cpu) {
    return step != TO_SCREEN && on_cpu ? table[step].on_cpu : NULL;
}

void brg_recipe_stages(const brg_recipe *recipe, const brg_tensor *image, bool on_cpu,
                       brg_stage stages[BRG_CHAIN_STAGES]) {
    for (int32_t i = 0; i < recipe->count; i++)
        stages[i] = (brg_stage){.op = op_of(recipe->steps[i]),
                                .variant = variant_of(recipe->steps[i], on_cpu),
                                .params = recipe->params[i],
                                .inputs = {i == 0 ? image : NULL},
                                .input_count = 1};
}
