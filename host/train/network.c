/* Networks: reading a model's text, and settling sizes. See network.h. */
#include "train/network.h"

#include <ctype.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/c_locale.h"

enum { MAX_WORDS = 24, WORD = 24, MAX_MARKS = 32, MAX_SIDE = 65535, MAX_ELEMENTS = 1 << 28 };

_Static_assert(sizeof(brg_layer) == BRG_LAYER_WORDS * sizeof(int32_t), "layers are int32_t alone");

/* A name for a node, to come back to it. */
typedef struct mark {
    char name[WORD];
    int32_t node;
} mark;

typedef struct reader {
    const char *model;
    int line;
    brg_network *network;
    int32_t node; /* the one that the next layer takes */
    mark marks[MAX_MARKS];
    int mark_count;
    char words[MAX_WORDS][WORD];
    int word_count, at;
    brg_error *error;
} reader;

static brg_status refuse(reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static brg_status refuse(reader *r, const char *format, ...) {
    char what[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return brg_fail(r->error, BRG_E_ARGUMENT, "%s, line %d: %s.", r->model, r->line, what);
}

/* ---- words ----------------------------------------------------------------------------------- */

/* Splits a line up to `end` into words; what follows a # is a comment. */
static brg_status split(reader *r, const char *text, const char *end) {
    r->word_count = r->at = 0;
    while (text < end && *text != '#') {
        size_t length = 0;
        while (text + length < end && !isspace((unsigned char)text[length]) && text[length] != '#')
            length++;
        if (length == 0) {
            text++;
            continue;
        }
        if (length >= WORD || r->word_count == MAX_WORDS)
            return refuse(r, "a word of more than %d letters, or more than %d words", WORD - 1,
                          MAX_WORDS);
        memcpy(r->words[r->word_count], text, length);
        r->words[r->word_count++][length] = '\0';
        text += length;
    }
    return BRG_OK;
}

static const char *next(reader *r) {
    return r->at < r->word_count ? r->words[r->at++] : "";
}

/* Takes a word if it is the next one. */
static bool take(reader *r, const char *word) {
    if (r->at >= r->word_count || strcmp(r->words[r->at], word) != 0)
        return false;
    r->at++;
    return true;
}

static bool read_whole(const char *text, int32_t least, int32_t *value, const char **rest) {
    char *end;
    long number = strtol(text, &end, 10);
    if (end == text || number < least || number > MAX_SIDE)
        return false;
    *value = (int32_t)number;
    *rest = end;
    return true;
}

static brg_status take_whole(reader *r, const char *what, int32_t least, int32_t *value) {
    const char *word = next(r), *rest;
    if (!read_whole(word, least, value, &rest) || *rest)
        return refuse(r, "%s is a whole number from %d to %d, not \"%s\"", what, (int)least,
                      MAX_SIDE, word);
    return BRG_OK;
}

/* "3x5", or "3" for both. */
static brg_status take_pair(reader *r, const char *what, int32_t least, int32_t *a, int32_t *b) {
    const char *word = next(r), *rest;
    bool good = read_whole(word, least, a, &rest);
    *b = *a;
    if (good && *rest == 'x')
        good = read_whole(rest + 1, least, b, &rest);
    if (!good || *rest)
        return refuse(r, "%s is like 3x3 or 3, not \"%s\"", what, word);
    return BRG_OK;
}

/* ---- shapes ---------------------------------------------------------------------------------- */

int64_t brg_network_node(const brg_network *network, int32_t node) {
    if (node == 0)
        return (int64_t)network->c * network->h * network->w;
    return brg_layer_out(&network->layers[node - 1]);
}

static void shape_of(const brg_network *network, int32_t node, int32_t *c, int32_t *h, int32_t *w) {
    const brg_layer *layer = node > 0 ? &network->layers[node - 1] : NULL;
    *c = layer ? layer->k : network->c;
    *h = layer ? layer->oh : network->h;
    *w = layer ? layer->ow : network->w;
}

/* Places of a window along one side; 0 if it does not fit. */
static int32_t windows(int32_t side, int32_t window, int32_t stride, int32_t pad,
                       int32_t dilation) {
    int64_t reach = (int64_t)(window - 1) * dilation + 1;
    int64_t room = (int64_t)side + 2 * (int64_t)pad - reach;
    return room < 0 ? 0 : (int32_t)(room / stride + 1);
}

static brg_status settle_windows(reader *r, brg_layer *layer) {
    layer->oh = windows(layer->h, layer->kh, layer->sh, layer->ph, layer->dh);
    layer->ow = windows(layer->w, layer->kw, layer->sw, layer->pw, layer->dw);
    if (layer->oh < 1 || layer->ow < 1)
        return refuse(r, "a window of %dx%d does not fit into %dx%d", (int)layer->kh,
                      (int)layer->kw, (int)layer->h, (int)layer->w);
    if (layer->ph >= layer->kh * layer->dh || layer->pw >= layer->kw * layer->dw)
        return refuse(r, "the padding is as wide as the window");
    return BRG_OK;
}

/* Where a layer's numbers lie, behind those of the layers before. */
static void place(brg_network *network, brg_layer *layer) {
    bool trained = layer->kind == BRG_LAYER_DENSE || layer->kind == BRG_LAYER_CONV;
    layer->weight_count = layer->bias_count = layer->fan_in = 0;
    if (trained) {
        layer->fan_in = layer->kind == BRG_LAYER_DENSE
                            ? (int32_t)brg_layer_in(layer)
                            : layer->c / layer->groups * layer->kh * layer->kw;
        layer->weight_count = layer->fan_in * layer->k;
        layer->bias_count = layer->has_bias ? layer->k : 0;
    }
    if (layer->kind == BRG_LAYER_NORM)
        layer->weight_count = layer->bias_count = layer->k;
    layer->weights = network->parameter_count;
    layer->bias = (int32_t)brg_layer_aligned(layer->weights + layer->weight_count);
    network->parameter_count = (int32_t)brg_layer_aligned(layer->bias + layer->bias_count);
    layer->statistics = network->statistic_count;
    if (layer->kind == BRG_LAYER_NORM)
        network->statistic_count = (int32_t)brg_layer_aligned(layer->statistics + 2 * layer->k);
}

/* ---- layers ---------------------------------------------------------------------------------- */

static brg_status read_options(reader *r, brg_layer *layer, bool windowed) {
    brg_status status = BRG_OK;
    while (status == BRG_OK && r->at < r->word_count) {
        if (take(r, "relu"))
            layer->relu = 1;
        else if (take(r, "nobias"))
            layer->has_bias = 0;
        else if (windowed && take(r, "stride"))
            status = take_pair(r, "a stride", 1, &layer->sh, &layer->sw);
        else if (windowed && take(r, "pad"))
            status = take_pair(r, "a padding", 0, &layer->ph, &layer->pw);
        else if (windowed && take(r, "dilation"))
            status = take_pair(r, "a dilation", 1, &layer->dh, &layer->dw);
        else if (layer->kind == BRG_LAYER_CONV && take(r, "groups"))
            status = take_whole(r, "the number of groups", 1, &layer->groups);
        else
            return refuse(r, "\"%s\" is not understood here", next(r));
    }
    return status;
}

static brg_status read_dense(reader *r, brg_layer *layer) {
    brg_status status = take_whole(r, "the number of outputs", 1, &layer->k);
    layer->has_bias = 1;
    return status == BRG_OK ? read_options(r, layer, false) : status;
}

static brg_status read_conv(reader *r, brg_layer *layer) {
    brg_status status = take_whole(r, "the number of filters", 1, &layer->k);
    if (status == BRG_OK)
        status = take_pair(r, "a filter's size", 1, &layer->kh, &layer->kw);
    layer->has_bias = 1;
    if (status == BRG_OK)
        status = read_options(r, layer, true);
    if (status == BRG_OK && (layer->c % layer->groups || layer->k % layer->groups))
        return refuse(r, "%d groups do not divide %d channels into %d filters", (int)layer->groups,
                      (int)layer->c, (int)layer->k);
    return status == BRG_OK ? settle_windows(r, layer) : status;
}

/* The stride of a pool is its window, unless said otherwise; "all" is one window. */
static brg_status read_pool(reader *r, brg_layer *layer) {
    brg_status status = BRG_OK;
    if (take(r, "all")) {
        layer->kh = layer->h;
        layer->kw = layer->w;
    } else {
        status = take_pair(r, "a window", 1, &layer->kh, &layer->kw);
    }
    layer->k = layer->c;
    layer->sh = layer->kh;
    layer->sw = layer->kw;
    if (status == BRG_OK)
        status = read_options(r, layer, true);
    return status == BRG_OK ? settle_windows(r, layer) : status;
}

static brg_status read_same(reader *r, brg_layer *layer) {
    layer->k = layer->c;
    layer->oh = layer->h;
    layer->ow = layer->w;
    return read_options(r, layer, false);
}

static brg_status read_dropout(reader *r, brg_layer *layer) {
    const char *word = next(r);
    char *end;
    double part = strtod(word, &end);
    if (end == word || *end || !(part >= 0 && part < 1))
        return refuse(r, "dropout takes a part from 0 to below 1, not \"%s\"", word);
    layer->drop = (int32_t)(part * 65536 + 0.5);
    return read_same(r, layer);
}

static int32_t marked(const reader *r, const char *name) {
    for (int i = 0; i < r->mark_count; i++)
        if (strcmp(r->marks[i].name, name) == 0)
            return r->marks[i].node;
    return -1;
}

static brg_status read_add(reader *r, brg_layer *layer) {
    const char *name = next(r);
    int32_t c, h, w;
    layer->with = marked(r, name);
    if (layer->with < 0)
        return refuse(r, "nothing was marked \"%s\"", name);
    shape_of(r->network, layer->with, &c, &h, &w);
    if (c != layer->c || h != layer->h || w != layer->w)
        return refuse(r, "\"%s\" is %dx%dx%d and cannot be added to %dx%dx%d", name, (int)c, (int)h,
                      (int)w, (int)layer->c, (int)layer->h, (int)layer->w);
    return read_same(r, layer);
}

static const struct kind {
    const char *word;
    brg_layer_kind kind;
    brg_status (*read)(reader *r, brg_layer *layer);
} kinds[] = {
    {"dense", BRG_LAYER_DENSE, read_dense},       {"conv", BRG_LAYER_CONV, read_conv},
    {"maxpool", BRG_LAYER_MAX_POOL, read_pool},   {"avgpool", BRG_LAYER_AVERAGE_POOL, read_pool},
    {"norm", BRG_LAYER_NORM, read_same},          {"add", BRG_LAYER_ADD, read_add},
    {"dropout", BRG_LAYER_DROPOUT, read_dropout},
};

static brg_status read_layer(reader *r, const struct kind *kind) {
    brg_network *network = r->network;
    if (network->layer_count == BRG_MAX_LAYERS)
        return refuse(r, "more than %d layers", BRG_MAX_LAYERS);
    brg_layer *layer = &network->layers[network->layer_count];
    *layer = (brg_layer){.kind = (int32_t)kind->kind, .from = r->node, .with = -1, .line = r->line};
    layer->kh = layer->kw = layer->sh = layer->sw = layer->dh = layer->dw = layer->groups = 1;
    layer->oh = layer->ow = 1;
    shape_of(network, r->node, &layer->c, &layer->h, &layer->w);
    brg_status status = kind->read(r, layer);
    if (status != BRG_OK)
        return status;
    double weights = (double)brg_layer_in(layer) * layer->k * layer->kh * layer->kw;
    if (brg_layer_out(layer) > MAX_ELEMENTS || weights > 64.0 * MAX_ELEMENTS)
        return refuse(r, "this layer is too large");
    place(network, layer);
    if (network->parameter_count < 0 || network->parameter_count > MAX_ELEMENTS)
        return refuse(r, "more than %d parameters", MAX_ELEMENTS);
    r->node = ++network->layer_count;
    return BRG_OK;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* "input 1x28x28": channels, height, width. */
static brg_status read_input(reader *r) {
    int c, h, w, used = 0;
    const char *word = next(r);
    if (r->network->c)
        return refuse(r, "the input is said twice");
    if (sscanf(word, "%dx%dx%d%n", &c, &h, &w, &used) != 3 || word[used] || c < 1 || h < 1 ||
        w < 1 || c > MAX_SIDE || h > MAX_SIDE || w > MAX_SIDE)
        return refuse(r, "an input is like 1x28x28 (channels, height, width), not \"%s\"", word);
    r->network->c = c;
    r->network->h = h;
    r->network->w = w;
    return BRG_OK;
}

static brg_status read_mark(reader *r) {
    const char *name = next(r);
    if (!*name || marked(r, name) >= 0)
        return refuse(r, "a mark needs a name of its own");
    if (r->mark_count == MAX_MARKS)
        return refuse(r, "more than %d marks", MAX_MARKS);
    memcpy(r->marks[r->mark_count].name, name, strlen(name) + 1);
    r->marks[r->mark_count++].node = r->node;
    return BRG_OK;
}

static brg_status read_from(reader *r) {
    const char *name = next(r);
    int32_t node = marked(r, name);
    if (node < 0)
        return refuse(r, "nothing was marked \"%s\"", name);
    r->node = node;
    return BRG_OK;
}

static brg_status read_words(reader *r) {
    const char *word = next(r);
    if (strcmp(word, "input") == 0)
        return read_input(r);
    if (!r->network->c)
        return refuse(r, "the first line says the input: input 1x28x28");
    if (strcmp(word, "mark") == 0)
        return read_mark(r);
    if (strcmp(word, "from") == 0)
        return read_from(r);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(word, kinds[i].word) == 0)
            return read_layer(r, &kinds[i]);
    refuse(r, "there is no layer \"%s\"", word);
    brg_error_hint(r->error,
                   "Layers are dense, conv, maxpool, avgpool, norm, add and dropout; mark and "
                   "from go back to an earlier one.");
    return BRG_E_ARGUMENT;
}

static brg_status read_line(reader *r, const char *text, const char *end) {
    r->line++;
    brg_status status = split(r, text, end);
    if (status != BRG_OK || r->word_count == 0)
        return status;
    status = read_words(r);
    if (status == BRG_OK && r->at < r->word_count)
        return refuse(r, "\"%s\" is one word too many", r->words[r->at]);
    return status;
}

/* The last layer's outputs are the classes' scores. */
static brg_status finish(reader *r) {
    brg_network *network = r->network;
    if (network->layer_count == 0)
        return brg_fail(r->error, BRG_E_ARGUMENT, "%s: the model has no layers.", r->model);
    const brg_layer *last = &network->layers[network->layer_count - 1];
    if (brg_layer_out(last) > 4096)
        return refuse(r, "the last layer has %lld outputs: one for each class, 4096 at most",
                      (long long)brg_layer_out(last));
    network->classes = (int32_t)brg_layer_out(last);
    return BRG_OK;
}

static brg_status read_text(reader *r, const char *text) {
    while (*text) {
        const char *end = text + strcspn(text, "\n");
        brg_status status = read_line(r, text, end);
        if (status != BRG_OK)
            return status;
        text = *end ? end + 1 : end;
    }
    return finish(r);
}

brg_status brg_network_parse(const char *text, const char *name, brg_network *network,
                             brg_error *error) {
    reader r = {.model = name, .network = network, .error = error};
    memset(network, 0, sizeof *network);
    locale_t before, c = brg_enter_c_locale(&before);
    brg_status status = read_text(&r, text);
    brg_leave_c_locale(c, before);
    return status;
}

/* A layer's products are made once forward and, in training, twice backward: for its weights and for what
 * it took, unless that was the images. Pools and the like count with two operations each way. */
double brg_network_flops(const brg_network *network, bool training) {
    double flops = 0;
    for (int32_t i = 0; i < network->layer_count; i++) {
        const brg_layer *layer = &network->layers[i];
        double sums = (double)brg_layer_out(layer);
        int32_t passes = !training ? 1 : layer->from == 0 ? 2 : 3;
        if (layer->fan_in)
            flops += 2.0 * sums * layer->fan_in * passes;
        else
            flops += (training ? 4.0 : 2.0) * sums * layer->kh * layer->kw;
    }
    return flops;
}

/* ---- networks from outside ------------------------------------------------------------------- */

static bool within(int32_t value, int32_t least, int32_t most) {
    return value >= least && value <= most;
}

static bool sizes_valid(const brg_layer *l) {
    return within(l->k, 1, MAX_SIDE) && within(l->kh, 1, MAX_SIDE) && within(l->kw, 1, MAX_SIDE) &&
           within(l->sh, 1, MAX_SIDE) && within(l->sw, 1, MAX_SIDE) && within(l->ph, 0, MAX_SIDE) &&
           within(l->pw, 0, MAX_SIDE) && within(l->dh, 1, MAX_SIDE) && within(l->dw, 1, MAX_SIDE) &&
           within(l->groups, 1, MAX_SIDE) && within(l->drop, 0, 65535) && within(l->relu, 0, 1) &&
           within(l->has_bias, 0, 1) && l->c % l->groups == 0 && l->k % l->groups == 0;
}

static bool output_valid(const brg_network *network, const brg_layer *l) {
    bool windowed = l->kind == BRG_LAYER_CONV || l->kind == BRG_LAYER_MAX_POOL ||
                    l->kind == BRG_LAYER_AVERAGE_POOL;
    bool padded_less = l->ph < l->kh * l->dh && l->pw < l->kw * l->dw;
    if (windowed)
        return padded_less && l->oh > 0 && l->ow > 0 &&
               l->oh == windows(l->h, l->kh, l->sh, l->ph, l->dh) &&
               l->ow == windows(l->w, l->kw, l->sw, l->pw, l->dw) &&
               (l->kind == BRG_LAYER_CONV || l->k == l->c);
    if (l->kind == BRG_LAYER_DENSE)
        return l->oh == 1 && l->ow == 1;
    bool same = l->k == l->c && l->oh == l->h && l->ow == l->w;
    bool adds = l->kind == BRG_LAYER_ADD;
    return same && (!adds || brg_network_node(network, l->with) == brg_layer_in(l));
}

static bool layer_valid(const brg_network *network, int32_t index) {
    const brg_layer *l = &network->layers[index];
    int32_t c, h, w;
    bool nodes = within(l->kind, BRG_LAYER_DENSE, BRG_LAYER_DROPOUT) && within(l->from, 0, index) &&
                 (l->kind == BRG_LAYER_ADD ? within(l->with, 0, index) : l->with == -1);
    if (!nodes)
        return false;
    shape_of(network, l->from, &c, &h, &w);
    return c == l->c && h == l->h && w == l->w && sizes_valid(l) && output_valid(network, l) &&
           brg_layer_out(l) <= MAX_ELEMENTS;
}

bool brg_network_valid(const brg_network *network) {
    brg_network again = {.c = network->c, .h = network->h, .w = network->w};
    if (!within(network->c, 1, MAX_SIDE) || !within(network->h, 1, MAX_SIDE) ||
        !within(network->w, 1, MAX_SIDE) || !within(network->layer_count, 1, BRG_MAX_LAYERS))
        return false;
    for (int32_t i = 0; i < network->layer_count; i++) {
        brg_layer placed = network->layers[i];
        if (!layer_valid(network, i))
            return false;
        place(&again, &placed);
        if (memcmp(&placed, &network->layers[i], sizeof placed) != 0 ||
            again.parameter_count > MAX_ELEMENTS)
            return false;
    }
    return again.parameter_count == network->parameter_count &&
           again.statistic_count == network->statistic_count &&
           brg_layer_out(&network->layers[network->layer_count - 1]) == network->classes;
}

int64_t brg_network_weights(const brg_network *network) {
    int64_t count = 0;
    for (int32_t i = 0; i < network->layer_count; i++)
        count += network->layers[i].weight_count + network->layers[i].bias_count;
    return count;
}

/* The members before the layers, which are all int32_t too. */
enum { HEAD_WORDS = offsetof(brg_network, layers) / sizeof(int32_t) };

int64_t brg_network_words(const brg_network *network) {
    return HEAD_WORDS + (int64_t)network->layer_count * BRG_LAYER_WORDS;
}

void brg_network_encode(const brg_network *network, int32_t *words) {
    memcpy(words, network, (size_t)brg_network_words(network) * sizeof *words);
}

brg_status brg_network_decode(const int32_t *words, int64_t count, brg_network *network,
                              brg_error *error) {
    memset(network, 0, sizeof *network);
    bool fits = count > HEAD_WORDS && count <= (int64_t)(sizeof *network / sizeof *words);
    if (fits)
        memcpy(network, words, (size_t)count * sizeof *words);
    if (!fits || count != brg_network_words(network) || !brg_network_valid(network))
        return brg_fail(error, BRG_E_ARGUMENT, "these numbers are not a network");
    return BRG_OK;
}
