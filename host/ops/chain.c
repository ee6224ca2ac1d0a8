/* Filter chains: "blur=3,contrast=1.2,resize=50%" read into stages. */
#include <stdio.h>
#include <string.h>

#include "brigade/ops.h"
#include "ops/blur_resize.h"
#include "ops/point.h"

const char *brg_border_name(brg_border border) {
    static const char *const names[BRG_BORDER_COUNT] = {
        [BRG_BORDER_CLAMP] = "clamp",
        [BRG_BORDER_ZERO] = "zero",
        [BRG_BORDER_REFLECT] = "reflect",
        [BRG_BORDER_WRAP] = "wrap",
    };
    return (unsigned)border < BRG_BORDER_COUNT ? names[border] : "unknown";
}

static brg_status fail_unknown(const char *name, brg_error *error) {
    char list[BRG_ERROR_TEXT / 2] = "";
    const brg_op *op;
    for (int32_t i = 0; (op = brg_op_builtin(i)); i++) {
        size_t used = strlen(list);
        if (op->parse)
            snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", op->name);
    }
    brg_fail(error, BRG_E_NOT_FOUND, "there is no filter \"%.80s\"", name);
    brg_error_hint(error, "The filters are %s.", list);
    return BRG_E_NOT_FOUND;
}

/* Reads "name" or "name=options" as stage `i` of the chain, for an image of the given shape. */
static brg_status read_stage(char *text, const brg_shape *image, brg_chain *chain, int32_t i,
                             brg_error *error) {
    char *equals = strchr(text, '=');
    const char *options = equals ? equals + 1 : "";
    if (equals)
        *equals = '\0';
    const brg_op *op = brg_op_find(text);
    if (!op || !op->parse)
        return fail_unknown(text, error);
    chain->ops[i] = op;
    if (op->defaults)
        memcpy(chain->params[i], op->defaults, op->params_size);
    brg_status status = op->parse(options, image, chain->params[i], error);
    if (status)
        return status;
    brg_call call = {.params = chain->params[i], .input_count = 1, .inputs = {*image}};
    return op->check(&call, &chain->shapes[i], error);
}

/* Copies the text up to the next comma into `stage`; chain->count stages were read before. */
static brg_status cut_stage(const char *text, const brg_chain *chain, char *stage, size_t room,
                            brg_error *error) {
    size_t length = strcspn(text, ",");
    if (chain->count < BRG_MAX_STAGES && length > 0 && length < room) {
        memcpy(stage, text, length);
        stage[length] = '\0';
        return BRG_OK;
    }
    if (chain->count == BRG_MAX_STAGES) {
        brg_fail(error, BRG_E_ARGUMENT, "the chain has more than %d filters", BRG_MAX_STAGES);
        brg_error_hint(error, "Run it in two parts.");
        return BRG_E_ARGUMENT;
    }
    brg_fail(error, BRG_E_ARGUMENT, "filter %d of the chain is %s", (int)chain->count + 1,
             length ? "far too long" : "empty");
    brg_error_hint(error, "Write filters with commas between them: blur=3,contrast=1.2.");
    return BRG_E_ARGUMENT;
}

/* Stages that one pass over the image can do become one; stage chain->count is not counted yet. */
static bool merge_with_previous(const brg_shape *image, brg_chain *chain) {
    int32_t i = chain->count;
    if (i == 0)
        return false;
    const brg_shape *in = i > 1 ? &chain->shapes[i - 2] : image;
    bool merged = brg_point_merge(&chain->ops[i - 1], chain->params[i - 1], chain->ops[i],
                                  chain->params[i]) ||
                  brg_blur_resize_merge(&chain->ops[i - 1], chain->params[i - 1], in, chain->ops[i],
                                        chain->params[i], &chain->shapes[i]);
    if (merged)
        chain->shapes[i - 1] = chain->shapes[i];
    return merged;
}

brg_status brg_chain_parse(const char *text, const brg_shape *image, brg_chain *chain,
                           brg_error *error) {
    *chain = (brg_chain){0};
    const char *rest = text ? text : "";
    do {
        char stage[128];
        const brg_shape *input = chain->count ? &chain->shapes[chain->count - 1] : image;
        brg_status status = cut_stage(rest, chain, stage, sizeof stage, error);
        if (status == BRG_OK)
            status = read_stage(stage, input, chain, chain->count, error);
        if (status)
            return status;
        if (!merge_with_previous(image, chain))
            chain->count++;
        rest += strcspn(rest, ",");
    } while (*rest++ == ',');
    return BRG_OK;
}
