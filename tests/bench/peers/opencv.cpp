// OpenCV as a peer: image filters, where its definition is ours or differs in a way that can be
// stated.
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "brigade/ops.h"
#include "peer_plugin.h"

namespace {

// OpenCV blurs and scales bytes in fixed point, whose weights have 8 or 11 bits.
const double kFixedPoint = 1.0;

struct Work {
    std::function<void()> call;
};

struct Images {
    cv::Mat in, out;
};

cv::Mat view(const brg_shape &shape, const void *data) {
    int type =
        CV_MAKETYPE(shape.dtype == BRG_F32 ? CV_32F : CV_8U, static_cast<int>(shape.dims[2]));
    return cv::Mat(static_cast<int>(shape.dims[0]), static_cast<int>(shape.dims[1]), type,
                   const_cast<void *>(data));
}

bool is_image(const brg_shape &shape) {
    return shape.rank == 3 && (shape.dtype == BRG_F32 || shape.dtype == BRG_U8) &&
           shape.dims[0] > 0 && shape.dims[1] > 0;
}

bool refuse(cli_peer_terms *terms, const char *reason) {
    snprintf(terms->note, sizeof terms->note, "%s", reason);
    return false;
}

void grant(cli_peer_terms *terms, double slack, const char *reason) {
    terms->slack = slack;
    snprintf(terms->note, sizeof terms->note, "%s", reason);
}

bool border_of(brg_border border, int *mode, cli_peer_terms *terms) {
    switch (border) {
    case BRG_BORDER_CLAMP:
        *mode = cv::BORDER_REPLICATE;
        return true;
    case BRG_BORDER_ZERO:
        *mode = cv::BORDER_CONSTANT;
        return true;
    case BRG_BORDER_REFLECT:
        *mode = cv::BORDER_REFLECT_101;
        return true;
    default:
        return refuse(terms, "has no border that wraps");
    }
}

// ---- one function an op: what to call, or why not ----------------------------------------------

using Maker = bool (*)(const brg_call &, const Images &, Work *, cli_peer_terms *);

bool make_blur(const brg_call &call, const Images &at, Work *work, cli_peer_terms *terms) {
    auto p = static_cast<const brg_blur_params *>(call.params);
    int mode, radius = p->radius ? p->radius : static_cast<int>(std::ceil(3 * p->sigma));
    double sigma = p->sigma > 0 ? p->sigma : p->radius / 3.0;
    if (!border_of(p->border, &mode, terms))
        return false;
    cv::Size size(2 * radius + 1, 2 * radius + 1);
    if (at.in.depth() == CV_8U)
        grant(terms, 2.5, "blurs bytes with weights of 8 bits: allowed three grey levels");
    Images images = at;
    work->call = [=] { cv::GaussianBlur(images.in, images.out, size, sigma, sigma, mode); };
    return true;
}

bool make_conv2d(const brg_call &call, const Images &at, Work *work, cli_peer_terms *terms) {
    auto p = static_cast<const brg_conv2d_params *>(call.params);
    int mode;
    if (!border_of(p->border, &mode, terms))
        return false;
    cv::Mat weights(static_cast<int>(call.inputs[1].dims[0]),
                    static_cast<int>(call.inputs[1].dims[1]), CV_32F,
                    const_cast<void *>(call.data[1]));
    if (at.in.depth() == CV_8U && weights.total() > 120)
        grant(terms, kFixedPoint, "uses a Fourier transform: allowed one grey level more");
    Images images = at;
    work->call = [=] {
        cv::filter2D(images.in, images.out, -1, weights, cv::Point(-1, -1), 0, mode);
    };
    return true;
}

// convertTo, the fastest that OpenCV has, treats all channels alike; ours leaves alpha as it is.
bool make_point(const Images &at, double factor, double offset, Work *work, cli_peer_terms *terms) {
    if (at.in.channels() == 4) {
        terms->ignore = 4;
        grant(terms, 0, "convertTo changes alpha too: alpha is not compared");
    }
    Images images = at;
    work->call = [=] {
        cv::Mat out = images.out;
        images.in.convertTo(out, -1, factor, offset);
    };
    return true;
}

bool make_brightness(const brg_call &call, const Images &at, Work *work, cli_peer_terms *terms) {
    auto p = static_cast<const brg_brightness_params *>(call.params);
    double range = at.in.depth() == CV_8U ? 255 : 1;
    return make_point(at, 1, static_cast<double>(p->amount) * range, work, terms);
}

bool make_contrast(const brg_call &call, const Images &at, Work *work, cli_peer_terms *terms) {
    auto p = static_cast<const brg_contrast_params *>(call.params);
    double mid = at.in.depth() == CV_8U ? 127.5 : 0.5, factor = static_cast<double>(p->factor);
    return make_point(at, factor, mid - mid * factor, work, terms);
}

bool make_resize(const brg_call &call, const Images &at, Work *work, cli_peer_terms *terms) {
    auto p = static_cast<const brg_resize_params *>(call.params);
    bool shrinks = at.out.cols <= at.in.cols && at.out.rows <= at.in.rows;
    int how = cv::INTER_LINEAR;
    if (p->mode == BRG_RESIZE_NEAREST)
        how = cv::INTER_NEAREST_EXACT;
    else if (p->mode == BRG_RESIZE_AREA && shrinks)
        how = cv::INTER_AREA;
    else if (p->mode == BRG_RESIZE_AREA)
        return refuse(terms, "defines area another way when enlarging");
    else if (p->mode == BRG_RESIZE_BICUBIC)
        return refuse(terms, "has another cubic (a = -3/4)");
    if (at.in.depth() == CV_8U && p->mode != BRG_RESIZE_NEAREST)
        grant(terms, kFixedPoint, "scales bytes in fixed point: allowed one grey level more");
    if (at.in.depth() == CV_32F && p->mode != BRG_RESIZE_NEAREST)
        grant(terms, 1e-3, "computes places in single precision: allowed 0.001 more");
    Images images = at;
    work->call = [=] { cv::resize(images.in, images.out, images.out.size(), 0, 0, how); };
    return true;
}

bool make_box(const brg_call &call, const Images &at, Work *work, cli_peer_terms *terms) {
    auto p = static_cast<const brg_box_params *>(call.params);
    int mode;
    if (!border_of(p->border, &mode, terms))
        return false;
    cv::Size size(2 * p->radius + 1, 2 * p->radius + 1);
    Images images = at;
    work->call = [=] { cv::blur(images.in, images.out, size, cv::Point(-1, -1), mode); };
    return true;
}

bool make_median(const brg_call &call, const Images &at, Work *work, cli_peer_terms *terms) {
    auto p = static_cast<const brg_median_params *>(call.params);
    if (p->border != BRG_BORDER_CLAMP)
        return refuse(terms, "repeats the edge at every border");
    int size = p->size;
    Images images = at;
    work->call = [=] { cv::medianBlur(images.in, images.out, size); };
    return true;
}

bool make_grey(const brg_call &, const Images &at, Work *work, cli_peer_terms *terms) {
    if (at.in.channels() == 1)
        return refuse(terms, "is not asked to copy");
    int how = at.in.channels() == 4 ? cv::COLOR_RGBA2GRAY : cv::COLOR_RGB2GRAY;
    if (at.in.depth() == CV_8U)
        grant(terms, kFixedPoint, "weighs bytes in fixed point: allowed one grey level more");
    Images images = at;
    work->call = [=] { cv::cvtColor(images.in, images.out, how); };
    return true;
}

// The user's way to a gradient's magnitude: two Sobel images, magnitude, and back to bytes.
bool make_edge(const brg_call &call, const Images &at, Work *work, cli_peer_terms *terms) {
    auto p = static_cast<const brg_edge_params *>(call.params);
    int mode;
    if (!border_of(p->border, &mode, terms))
        return false;
    if (at.in.channels() == 4) {
        terms->ignore = 4;
        grant(terms, 0, "treats alpha as a colour: alpha is not compared");
    }
    Images images = at;
    auto gx = std::make_shared<cv::Mat>(), gy = std::make_shared<cv::Mat>(),
         size = std::make_shared<cv::Mat>();
    work->call = [=] {
        cv::Mat out = images.out;
        cv::Sobel(images.in, *gx, CV_32F, 1, 0, 3, 1, 0, mode);
        cv::Sobel(images.in, *gy, CV_32F, 0, 1, 3, 1, 0, mode);
        cv::magnitude(gx->reshape(1), gy->reshape(1), *size);
        size->reshape(images.in.channels()).convertTo(out, images.in.depth(), 0.25);
    };
    return true;
}

const struct {
    const char *op;
    Maker make;
} makers[] = {{"blur", make_blur},         {"conv2d", make_conv2d}, {"brightness", make_brightness},
              {"contrast", make_contrast}, {"resize", make_resize}, {"edge", make_edge},
              {"box", make_box},           {"median", make_median}, {"grey", make_grey}};

// ---- the plug-in -------------------------------------------------------------------------------

Maker find_maker(const char *op) {
    for (const auto &row : makers)
        if (std::strcmp(row.op, op) == 0)
            return row.make;
    return nullptr;
}

const char *way(const cli_peer_task *task, int32_t index) {
    return index == 0 && find_maker(task->op) ? "" : nullptr;
}

void *prepare(const cli_peer_task *task, int32_t, cli_peer_terms *terms) {
    Maker make = find_maker(task->op);
    const brg_call &call = *task->call;
    if (!make || !is_image(call.inputs[0]) || !is_image(call.output)) {
        refuse(terms, "knows images only");
        return nullptr;
    }
    cv::setNumThreads(task->threads);
    Images images{view(call.inputs[0], call.data[0]), view(call.output, task->output)};
    auto work = std::make_unique<Work>();
    return make(call, images, work.get(), terms) ? work.release() : nullptr;
}

double run(void *state, int32_t calls) {
    const Work *work = static_cast<Work *>(state);
    try {
        double began = cli_peer_seconds();
        for (int32_t i = 0; i < calls; i++)
            work->call();
        return cli_peer_seconds() - began;
    } catch (const std::exception &) {
        return -1;
    }
}

void release(void *state) {
    delete static_cast<Work *>(state);
}

} // namespace

extern "C" const cli_peer_plugin *brigade_peer(char *) {
    static const cli_peer_plugin plugin = {CLI_PEER_ABI, "opencv", CV_VERSION, false,  way,
                                           prepare,      run,      release,    nullptr};
    return &plugin;
}
