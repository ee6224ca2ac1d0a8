/* Tensors: page-aligned storage with an atomic count of owners. */
#include "brigade/tensor.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/half.h"
#include "base/random.h"

/* Devices that share the host's memory take buffers in place if they begin on a page and end on
 * one. */
enum { PAGE = 4096, HUGE_PAGE = 2 << 20 };

struct brg_tensor {
    atomic_int owners;
    brg_shape shape;
    size_t bytes;
    void *data;
};

static const struct {
    const char *name;
    size_t size;
} dtypes[BRG_DTYPE_COUNT] = {
    [BRG_F32] = {"f32", sizeof(float)},   [BRG_U8] = {"u8", sizeof(uint8_t)},
    [BRG_I32] = {"i32", sizeof(int32_t)}, [BRG_F16] = {"f16", sizeof(uint16_t)},
    [BRG_I8] = {"i8", sizeof(int8_t)},    [BRG_F64] = {"f64", sizeof(double)},
};

static bool is_dtype(brg_dtype dtype) {
    return dtype >= 0 && dtype < BRG_DTYPE_COUNT;
}

size_t brg_dtype_size(brg_dtype dtype) {
    return is_dtype(dtype) ? dtypes[dtype].size : 0;
}

const char *brg_dtype_name(brg_dtype dtype) {
    return is_dtype(dtype) ? dtypes[dtype].name : "unknown";
}

float brg_half_to_float(uint16_t half) {
    return half_to_float(half);
}

uint16_t brg_float_to_half(float value) {
    return half_from_float(value);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

brg_shape brg_shape_1d(brg_dtype dtype, int64_t d0) {
    return (brg_shape){.dtype = dtype, .rank = 1, .dims = {d0, 1, 1, 1}};
}

brg_shape brg_shape_2d(brg_dtype dtype, int64_t d0, int64_t d1) {
    return (brg_shape){.dtype = dtype, .rank = 2, .dims = {d0, d1, 1, 1}};
}

brg_shape brg_shape_3d(brg_dtype dtype, int64_t d0, int64_t d1, int64_t d2) {
    return (brg_shape){.dtype = dtype, .rank = 3, .dims = {d0, d1, d2, 1}};
}

brg_status brg_shape_size(const brg_shape *shape, size_t *elements, size_t *bytes,
                          brg_error *error) {
    if (!shape || !is_dtype(shape->dtype))
        return brg_fail(error, BRG_E_ARGUMENT, "A shape has no element type that is known.");
    if (shape->rank < 1 || shape->rank > BRG_MAX_RANK)
        return brg_fail(error, BRG_E_SHAPE, "A shape has rank %d; it must be 1 to %d.",
                        (int)shape->rank, BRG_MAX_RANK);

    /* An empty dim counts as 1 in the bound: the strides of an empty tensor must not overflow
     * either. */
    size_t element = brg_dtype_size(shape->dtype);
    size_t room = (size_t)PTRDIFF_MAX / element;
    size_t extent = 1;
    bool empty = false;
    for (int32_t i = 0; i < shape->rank; i++) {
        int64_t dim = shape->dims[i];
        if (dim < 0)
            return brg_fail(error, BRG_E_SHAPE, "A size is negative: %lld.", (long long)dim);
        if (dim == 0) {
            empty = true;
        } else if ((uint64_t)dim > room / extent) {
            char text[128];
            return brg_fail(error, BRG_E_SHAPE, "A tensor of %s is too large to be addressed.",
                            brg_shape_text(shape, text, sizeof text));
        } else {
            extent *= (size_t)dim;
        }
    }
    if (elements)
        *elements = empty ? 0 : extent;
    if (bytes)
        *bytes = empty ? 0 : extent * element;
    return BRG_OK;
}

const char *brg_shape_text(const brg_shape *shape, char *text, size_t size) {
    if (size == 0)
        return text;
    size_t used = 0;
    int written = snprintf(text, size, "%s", brg_dtype_name(shape->dtype));
    for (int32_t i = 0; i < shape->rank && i < BRG_MAX_RANK; i++) {
        used += (size_t)written;
        if (used >= size)
            break;
        written = snprintf(text + used, size - used, "%s%lld", i == 0 ? " " : "x",
                           (long long)shape->dims[i]);
    }
    return text;
}

/* ---- life ------------------------------------------------------------------------------------ */

/* Linux grants memory it does not have and kills the process that touches it. What is larger than
 * all physical memory can be refused in words. To ask takes a microsecond, which for the tensors of tiny
 * jobs is long. */
static bool exceeds_host(size_t bytes) {
    if (bytes < HUGE_PAGE)
        return false;
    long pages = sysconf(_SC_PHYS_PAGES);
    long page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 && bytes / (size_t)page >= (size_t)pages;
}

static brg_status out_of_memory(const brg_shape *shape, size_t bytes, brg_error *error) {
    char text[128];
    brg_fail(error, BRG_E_MEMORY, "There is not enough memory for a tensor of %s (%.1f MiB).",
             brg_shape_text(shape, text, sizeof text), (double)bytes / 0x1p20);
    brg_error_hint(error, "Choose smaller sizes.");
    return BRG_E_MEMORY;
}

/* A tensor with one owner whose elements are not set yet. */
static brg_status allocate(const brg_shape *shape, brg_tensor **out, brg_error *error) {
    size_t bytes = 0;
    brg_status status = brg_shape_size(shape, NULL, &bytes, error);
    if (status != BRG_OK)
        return status;

    size_t page = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : PAGE;
    size_t storage = bytes == 0 ? page : (bytes + page - 1) / page * page;
    brg_tensor *tensor = malloc(sizeof *tensor);
    void *data = exceeds_host(storage) ? NULL : aligned_alloc(page, storage);
    if (!tensor || !data) {
        free(tensor);
        free(data);
        return out_of_memory(shape, bytes, error);
    }
#ifdef MADV_HUGEPAGE
    if (page == HUGE_PAGE)
        madvise(data, storage, MADV_HUGEPAGE); /* fewer misses of the address tables; only a wish */
#endif
    atomic_init(&tensor->owners, 1);
    tensor->shape = *shape;
    for (int32_t i = shape->rank; i < BRG_MAX_RANK; i++)
        tensor->shape.dims[i] = 1;
    tensor->bytes = bytes;
    tensor->data = data;
    /* A device that takes whole pages sees the padding: let it be the same on every run. */
    memset((char *)data + bytes, 0, storage - bytes);
    *out = tensor;
    return BRG_OK;
}

brg_status brg_tensor_create(const brg_shape *shape, const void *data, brg_tensor **out,
                             brg_error *error) {
    *out = NULL;
    brg_status status = allocate(shape, out, error);
    if (status != BRG_OK)
        return status;
    if (data)
        memcpy((*out)->data, data, (*out)->bytes);
    else
        memset((*out)->data, 0, (*out)->bytes);
    return BRG_OK;
}

brg_tensor *brg_tensor_retain(const brg_tensor *tensor) {
    /* Counting owners changes no element: the tensor stays constant in every sense that callers
     * see. */
    brg_tensor *owned = (brg_tensor *)(uintptr_t)tensor;
    if (owned)
        atomic_fetch_add_explicit(&owned->owners, 1, memory_order_relaxed);
    return owned;
}

void brg_tensor_release(const brg_tensor *tensor) {
    brg_tensor *owned = (brg_tensor *)(uintptr_t)tensor;
    /* Release orders this owner's reads before the count; acquire orders them before the free. */
    if (!owned || atomic_fetch_sub_explicit(&owned->owners, 1, memory_order_acq_rel) != 1)
        return;
    free(owned->data);
    free(owned);
}

const brg_shape *brg_tensor_shape(const brg_tensor *tensor) {
    return tensor ? &tensor->shape : NULL;
}

const void *brg_tensor_data(const brg_tensor *tensor) {
    return tensor ? tensor->data : NULL;
}

size_t brg_tensor_bytes(const brg_tensor *tensor) {
    return tensor ? tensor->bytes : 0;
}

void *brg_tensor_writable(brg_tensor *tensor) {
    if (!tensor || atomic_load_explicit(&tensor->owners, memory_order_acquire) != 1)
        return NULL;
    return tensor->data;
}

/* ---- noise ----------------------------------------------------------------------------------- */

/* Below hi even where rounding to single precision would reach it. */
static float uniform_f32(double unit, float lo, float hi) {
    float value = (float)((double)lo + unit * ((double)hi - (double)lo));
    return value >= hi && lo < hi ? nextafterf(hi, lo) : value;
}

/* Each whole number from lo to hi, both rounded and held within the type, is equally likely. The
 * comparisons are written so that a NaN becomes `least`. */
static double uniform_whole(double unit, double lo, double hi, double least, double most) {
    lo = !(lo >= least) ? least : lo > most ? most : nearbyint(lo);
    hi = !(hi >= lo) ? lo : hi > most ? most : nearbyint(hi);
    return lo + floor(unit * (hi - lo + 1.0));
}

static double uniform_f64(double unit, double lo, double hi) {
    double value = lo + unit * (hi - lo);
    return value >= hi && lo < hi ? nextafter(hi, lo) : value;
}

static void put_uniform(void *data, brg_dtype dtype, size_t i, double unit, float lo, float hi) {
    switch (dtype) {
    case BRG_F32:
        ((float *)data)[i] = uniform_f32(unit, lo, hi);
        break;
    case BRG_F16:
        ((uint16_t *)data)[i] = half_from_float(uniform_f32(unit, lo, hi));
        break;
    case BRG_F64:
        ((double *)data)[i] = uniform_f64(unit, lo, hi);
        break;
    case BRG_U8:
        ((uint8_t *)data)[i] = (uint8_t)uniform_whole(unit, lo, hi, 0, UINT8_MAX);
        break;
    case BRG_I8:
        ((int8_t *)data)[i] = (int8_t)uniform_whole(unit, lo, hi, INT8_MIN, INT8_MAX);
        break;
    default:
        ((int32_t *)data)[i] = (int32_t)uniform_whole(unit, lo, hi, INT32_MIN, INT32_MAX);
    }
}

brg_status brg_tensor_create_uniform(const brg_shape *shape, uint64_t seed, float lo, float hi,
                                     brg_tensor **out, brg_error *error) {
    *out = NULL;
    brg_status status = allocate(shape, out, error);
    if (status != BRG_OK)
        return status;

    size_t count = (*out)->bytes / brg_dtype_size(shape->dtype);
    for (size_t i = 0; i < count; i++)
        put_uniform((*out)->data, shape->dtype, i, brg_random_unit(seed, i), lo, hi);
    return BRG_OK;
}
