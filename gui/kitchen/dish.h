/* The three dishes: what the kitchen cooks in four ways. A dish is a job like any other; here is
 * how its ingredients are made, for a size that the user chooses. */
#ifndef BRIGADE_GUI_KITCHEN_DISH_H
#define BRIGADE_GUI_KITCHEN_DISH_H

#include <brigade/op.h>

#include "ui/palette.h"
#include "ui/picture.h"

enum { BRG_DISHES = 3 };

/* Everything a job needs. The inputs belong to it. */
typedef struct brg_ingredients {
    uint64_t params[BRG_MAX_PARAMS / 8];
    brg_tensor *inputs[2];
    int32_t input_count;
} brg_ingredients;

/* A row of the table of dishes. */
typedef struct brg_dish {
    const char *op;
    const char *letter; /* "A" */
    const char *slider; /* the widget that chooses its size */
    const char *size_tip;
    brg_colour colour;
    float lo, hi, initial; /* sizes */
    bool whole;

    /* Makes the ingredients; `path` is the photograph's and may be empty. Takes a moment. */
    brg_status (*gather)(float size, const char *path, brg_ingredients *out, brg_error *error);

    /* What a result looks like. */
    brg_status (*paint)(const brg_tensor *result, brg_picture *picture, brg_error *error);

    const char *name, *unit; /* of its size */
} brg_dish;

/* 0 <= index < BRG_DISHES. */
const brg_dish *brg_dish_at(int index);

/* The dish's name with its size: "gemm 2048". Returns text. */
const char *brg_dish_title(int index, float size, char *text, size_t bytes);

void brg_ingredients_clear(brg_ingredients *ingredients);

#endif
