/* The models that ship with the library. See shipped.h; the text is read by network.c. */
#include "train/shipped.h"

#include <stddef.h>

static const struct {
    const char *name, *text;
} models[] = {
    {"mlp", "# three layers, fully connected\n"
            "input 1x28x28\n"
            "dense 512 relu\n"
            "dense 256 relu\n"
            "dense 10\n"},
    {"cnn", "# two convolutions, for speed tests\n"
            "input 1x28x28\n"
            "conv 16 3x3 pad 1 relu\n"
            "maxpool 2x2\n"
            "conv 32 3x3 pad 1 relu\n"
            "maxpool 2x2\n"
            "dense 10\n"},
    {"lenet", "# after LeCun and others, Gradient-based learning applied to document recognition,\n"
              "# 1998, with rectifiers and maxima\n"
              "input 1x28x28\n"
              "conv 6 5x5 pad 2 relu\n"
              "maxpool 2x2\n"
              "conv 16 5x5 relu\n"
              "maxpool 2x2\n"
              "dense 120 relu\n"
              "dense 84 relu\n"
              "dense 10\n"},
    {"resnet-mini", "# after He and others, Deep residual learning for image recognition, 2016\n"
                    "input 1x28x28\n"
                    "conv 16 3x3 pad 1 nobias\n"
                    "norm relu\n"
                    "mark a\n"
                    "conv 16 3x3 pad 1 nobias\n"
                    "norm relu\n"
                    "conv 16 3x3 pad 1 nobias\n"
                    "norm\n"
                    "add a relu\n"
                    "mark b\n"
                    "conv 32 3x3 stride 2 pad 1 nobias\n"
                    "norm relu\n"
                    "conv 32 3x3 pad 1 nobias\n"
                    "norm\n"
                    "mark c\n"
                    "from b\n"
                    "conv 32 1x1 stride 2 nobias\n"
                    "norm\n"
                    "add c relu\n"
                    "mark d\n"
                    "conv 64 3x3 stride 2 pad 1 nobias\n"
                    "norm relu\n"
                    "conv 64 3x3 pad 1 nobias\n"
                    "norm\n"
                    "mark e\n"
                    "from d\n"
                    "conv 64 1x1 stride 2 nobias\n"
                    "norm\n"
                    "add e relu\n"
                    "avgpool all\n"
                    "dense 10\n"},
};

enum { MODELS = sizeof models / sizeof models[0] };

const char *brg_shipped_name(int32_t index) {
    return index >= 0 && index < MODELS ? models[index].name : NULL;
}

const char *brg_shipped_text(int32_t index) {
    return index >= 0 && index < MODELS ? models[index].text : NULL;
}
